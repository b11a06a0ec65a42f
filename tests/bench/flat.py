"""Whether the millionth event of one run costs what the first did: microseconds of CPU and memory by blocks of the run.

    python tests/bench/flat.py [events] [blocks]

Writes one log of a million events (default) in the `assure` format, in which every path, order, command and amount is
new, and reads it as a log is read that grows: adapter, then the check, with Python's collector of garbage set as the
command line sets it. The last block is given as a multiple of the second, because the first fills the windows.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from assure_tui.app.cli import COLLECT_AFTER
from assure_tui.ingest.reader import open_source
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace


def turn(number: int) -> Iterator[dict[str, object]]:
    """Give a turn in which an agent edits and tests, refunds an order, and tells of it, at times wrongly."""
    path, order, amount = f"src/part{number}/module.py", f"W-{100_000 + number}", 10 + number % 90
    told = amount + (number % 7 == 0)
    yield {"type": "user", "text": f"Fix the rounding in {path}, then refund ${amount} for order {order}."}
    yield {"type": "agent", "text": f"Let me look at `{path}` and at order {order} first."}
    yield from call(number, "read_file", {"path": path}, "def total(items):\n    return sum(items)\n" * 12)
    edit = {"path": path, "op": "edit", "diff": f"@@ -1 +1 @@\n-x = {number}\n+x = {number + 1}"}
    yield from call(number, "write_file", {"path": path}, "", files=[edit])
    failed = number % 5 == 0
    printed = f"{failed:d} failed, {number % 50 + 1} passed in 0.1{number % 10}s"
    yield from call(number, "shell", {"command": f"pytest -q tests/part{number}"}, printed, exit_code=int(failed))
    refund = {"order_id": order, "amount": amount}
    yield from call(number, "refund_order", refund, json.dumps({"order": order, "status": "refunded"}))
    text = f"I fixed the rounding in `{path}`; all tests pass. I refunded ${told} for order {order}."
    yield {"type": "report", "text": text}


def call(number: int, tool: str, args: dict[str, object], text: str, **result: object) -> Iterator[dict[str, object]]:
    """Give a call and its result."""
    call_id = f"{tool}-{number}"
    yield {"type": "tool_call", "call_id": call_id, "tool": tool, "args": args}
    yield {"type": "tool_result", "call_id": call_id, "text": text, **({"status": "succeeded"} | result)}


def write(path: Path, length: int) -> None:
    """Write a log of `length` events."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"type": "session", "format": "assure/1", "id": "long", "cwd": "/repo"}) + "\n")
        left = length - 1
        for number in count():
            for line in turn(number):
                if not left:
                    return
                file.write(json.dumps(line) + "\n")
                left -= 1


def main() -> None:
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    block = length // (int(sys.argv[2]) if len(sys.argv) > 2 else 10)
    costs: list[float] = []
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "long.jsonl"
        write(path, length)
        check = Workspace(Settings())
        number = found = 0
        since = time.process_time()
        for batch in open_source(path).batches():
            for event in batch.events:
                found += sum(change.value.__class__.__name__ == "Discrepancy" for change in check.step(event))
                number += 1
                if number % block == 0:
                    now = time.process_time()
                    costs.append((now - since) / block * 1e6)
                    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                    told = f"{costs[-1]:.0f} us an event, peak {peak:.0f} MB, {found} changes of discrepancies"
                    print(f"to event {number}: {told}", flush=True)
                    since = now
        check.close()
    print(f"the last block cost {costs[-1] / costs[min(1, len(costs) - 1)]:.2f} times the second")


if __name__ == "__main__":
    main()
