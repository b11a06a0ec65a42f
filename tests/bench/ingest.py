"""How fast logs are read: `python tests/bench/ingest.py PATH…` (files or folders; all formats that are known).

Prints MB/s of framing alone, of framing and decoding to events, and of `json.loads` over the same lines as the baseline
of the same run, each the best of three, then records a second, what was not recognised, and peak memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from assure_tui.ingest.framing import Framer
from assure_tui.ingest.growing import CHUNK
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import Found, discover


def chunks(path: Path):
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def baseline(files: list[Found]) -> int:
    count = 0
    for found in files:
        data = found.path.read_bytes()
        for line in [data] if found.adapter.form == "document" else data.splitlines():
            try:
                json.loads(line)
            except ValueError:
                continue
            count += 1
    return count


def framing(files: list[Found]) -> int:
    count = 0
    for found in files:
        framer = Framer()
        for chunk in chunks(found.path):
            count += sum(1 for _ in framer.feed(chunk))
    return count


def decoding(files: list[Found]) -> int:
    count = 0
    for found in files:
        reader = open_source(found.path, found.adapter)
        while True:
            batch = reader.read()
            count += len(batch.records)
            if batch.done:
                break
    return count


def tally(files: list[Found]) -> tuple[int, int, int]:
    records = unrecognised = malformed = 0
    for found in files:
        reader = open_source(found.path, found.adapter)
        while not reader.read().done:
            pass
        reader.finish()
        records += reader.tally.records
        unrecognised += reader.tally.unrecognised
        malformed += reader.tally.malformed
    return records, unrecognised, malformed


def best(work: Callable[[list[Found]], int], files: list[Found]) -> tuple[float, int]:
    times = []
    count = 0
    for _ in range(3):
        began = time.perf_counter()
        count = work(files)
        times.append(time.perf_counter() - began)
    return min(times), count


def main() -> None:
    began = time.perf_counter()
    files = discover(map(Path, sys.argv[1:])).files
    walked = time.perf_counter() - began
    size = sum(found.path.stat().st_size for found in files) / 1e6
    print(f"{len(files)} files, {size:.1f} MB, found in {walked:.2f} s")
    for form in ("lines", "document"):
        chosen = [found for found in files if found.adapter.form == form]
        size = sum(found.path.stat().st_size for found in chosen) / 1e6
        if not chosen:
            continue
        base, _ = best(baseline, chosen)
        print(f"{form}: {len(chosen)} files, {size:.1f} MB")
        print(f"  json.loads {size / base:7.0f} MB/s   1.00")
        if form == "lines":
            seconds, _ = best(framing, chosen)
            print(f"  framing    {size / seconds:7.0f} MB/s {base / seconds:6.2f}")
        seconds, count = best(decoding, chosen)
        print(f"  events     {size / seconds:7.0f} MB/s {base / seconds:6.2f}   {count / seconds:,.0f} records/s")
    records, unrecognised, malformed = tally(files)
    share = 100 * unrecognised / max(records, 1)
    print(f"{records} records, {unrecognised} unrecognised ({share:.3f} %), {malformed} malformed")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
