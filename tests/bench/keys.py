"""How long a key takes to be seen: `python tests/bench/keys.py [EVENTS]`. Prints times, and ratios to a short run.

The desk is a stand-in that makes events up, so that what is measured is the screen alone.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

import msgspec

from assure_tui.app.tui.application import AssureApp

sys.path.insert(0, str(Path(__file__).parents[1] / "tui" / "support"))
from sample_desk import SampleDesk
from sample_refund import REFUND, REFUND_EVENTS


class Many:
    """A timeline that makes its events up."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __iter__(self):
        return iter(())

    def __getitem__(self, part):
        template = REFUND_EVENTS
        if isinstance(part, slice):
            return [self[at] for at in range(part.start, min(part.stop, self.count))]
        return msgspec.structs.replace(template[part % len(template)], seq=part)


async def measure(events: int, runs: int) -> dict[str, float]:
    desk = SampleDesk()
    desk.timelines[REFUND] = Many(events)
    first = desk.details[REFUND]
    for number in range(runs):
        name = f"r-{number:012d}"
        desk.details[name] = msgspec.structs.replace(first, row=msgspec.structs.replace(first.row, id=name))
    app = AssureApp(desk)
    took: dict[str, float] = {}
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for name, keys in {
            "open timeline": ["3"],
            "to the end": ["G"],
            "line up": ["k"] * 30,
            "page up": ["b"] * 30,
            "runs": ["1"],
            "runs: line down": ["j"] * 30,
        }.items():
            times = []
            for key in keys:
                began = time.perf_counter()
                app.simulate_key(key)
                await pilot._wait_for_screen()
                times.append(time.perf_counter() - began)
            took[name] = statistics.median(times) * 1000
        began = time.perf_counter()
        app.reread()
        took["reread"] = (time.perf_counter() - began) * 1000
    return took


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    small = asyncio.run(measure(1000, 10))
    large = asyncio.run(measure(events, 2000))
    print(f"{'':18}{'1,000 ev, 10 runs':>20}{f'{events:,} ev, 2,000 runs':>28}{'ratio':>8}")
    for name in small:
        print(f"{name:18}{small[name]:>17.1f} ms{large[name]:>25.1f} ms{large[name] / small[name]:>8.1f}")


if __name__ == "__main__":
    main()
