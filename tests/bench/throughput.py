"""How fast logs at rest are checked, in what memory, and whether the last event of a long run costs what the first did.

    python tests/bench/throughput.py PATH [megabytes]

Logs are made from those under PATH, under new ids, until there are so many megabytes (default 1000). The baseline is
`json.loads` over the same bytes, in the same run.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from assure_tui.ingest.reader import read_all
from assure_tui.ingest.walk import discover
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace

MEGABYTE = 1_000_000
LONG_RUN = 100_000
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def renamed(data: bytes) -> bytes:
    """Give a log with new ids in the place of all its UUIDs, the same for the same."""
    new: dict[bytes, bytes] = {}
    return _UUID.sub(lambda match: new.setdefault(match[0], str(uuid.uuid4()).encode()), data)


def make(source: Path, folder: Path, size: int) -> int:
    """Write logs until there are `size` bytes of them; give how many bytes there are."""
    files = [found.path for found in discover([source]).files]
    total = number = 0
    while total < size:
        for path in files:
            data = renamed(path.read_bytes())
            (folder / f"{number:06}-{path.name}").write_bytes(data)
            total, number = total + len(data), number + 1
            if total >= size:
                break
    return total


def parse(folder: Path) -> float:
    """Time `json.loads` over all logs."""
    started = time.monotonic()
    for path in folder.iterdir():
        if path.suffix == ".json":
            json.loads(path.read_bytes())
            continue
        with path.open("rb") as file:
            for line in file:
                try:
                    json.loads(line)
                except ValueError:
                    continue
    return time.monotonic() - started


def events(folder: Path) -> Iterator[object]:
    """Give the events of all logs over and over, as if they were one run."""
    while True:
        for path in sorted(folder.iterdir()):
            for batch in read_all(path):
                yield from batch.events


def long_run(folder: Path) -> tuple[float, float]:
    """Give seconds per event at the beginning and at the end of one run of `LONG_RUN` events."""
    from msgspec.structs import replace  # noqa: PLC0415

    check = Workspace(Settings())
    times: list[float] = []
    for number, event in enumerate(events(folder)):
        if number == LONG_RUN:
            break
        item = replace(event, run="r-long", id=f"L{number}@{number}#0", seq=number)  # type: ignore[type-var]
        before = time.perf_counter()
        check.step(item)
        times.append(time.perf_counter() - before)
    tenth = LONG_RUN // 10
    return sum(times[tenth : 2 * tenth]) / tenth, sum(times[-tenth:]) / tenth


def main() -> None:
    source = Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        total = make(source, folder, size * MEGABYTE) / MEGABYTE
        baseline = parse(folder)
        started = time.monotonic()
        command = [sys.executable, "-m", "assure_tui.app", "reconcile", name, "--format", "json"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        took = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        speed = total / took
        print(
            f"reconcile: {total:.0f} MB in {took:.1f} s, {speed:.1f} MB/s, peak {peak:.0f} MB, exit {done.returncode}"
        )
        print(f"json.loads alone: {total / baseline:.1f} MB/s; reconcile takes {took / baseline:.2f} times as long")
        first, last = long_run(folder)
        print(f"one run of {LONG_RUN} events: {first * 1e6:.0f} us each after a tenth, {last * 1e6:.0f} at the end")


if __name__ == "__main__":
    main()
