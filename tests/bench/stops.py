"""Plays the stop hook on recorded sessions, at the end of every turn: how many are sent back, and why. Reads only.

    uv run python tests/bench/stops.py FOLDER… [--turns N]

A log is cut off before each of the user's turns and taken as it then stood, at most N times a log. Judge by eye.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from assure_tui.app.desk import gated
from assure_tui.app.desk.paths import Home
from assure_tui.app.hook.stop import at_stop
from assure_tui.ingest.model import UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import Found, discover
from assure_tui.reconcile.settings import Settings


def stops(log: Found, turns: int) -> Iterator[tuple[str, bytes]]:
    """Give the main run and the log as it stood at the end of each turn."""
    data = log.path.read_bytes()
    events = list(open_source(log.path, log.adapter).events())
    if not events:
        return
    run = events[0].run
    begins = [
        event.origin.at.start
        for event in events
        if isinstance(event, UserTurn) and event.run == run and not event.synthetic and not event.system
    ]
    for end in [*begins[1:], len(data)][-turns:]:
        yield run, data[:end]


def main() -> int:
    """Print each stop that is sent back, then the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--turns", type=int, default=20)
    options = parser.parse_args()
    counts = {"block": 0, "none": 0, "unchecked": 0}
    slowest = 0.0
    for log in discover(options.folders).files:
        if log.adapter.form != "lines":
            continue
        for at, (run, data) in enumerate(stops(log, options.turns)):
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / log.path.name
                copy.write_bytes(data)
                request = gated.Request(agent=log.adapter.name, event="stop", transcript=str(copy))
                started = time.perf_counter()
                judgement, more = at_stop(request, run, Settings(), Home.under(Path(folder) / "home"))
                slowest = max(slowest, time.perf_counter() - started)
            word = "unchecked" if more and "unchecked" in more else judgement.word
            counts[word] += 1
            if word == "block":
                print(f"{log.path} stop {at} of {len(data)} bytes\n    {judgement.reason}")
    print(f"{sum(counts.values())} stops: {counts}; slowest {slowest:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
