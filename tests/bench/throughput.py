"""How fast logs at rest are checked, in what memory, and whether the last event of a long run costs what the first did.

    python tests/bench/throughput.py PATH [megabytes] [events of the long run]

Logs are made from those under PATH, under new ids, until there are so many megabytes (default 1000). The baseline is
`json.loads` over the same bytes, in the same run.
"""

from __future__ import annotations

import gc
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from assure_tui.app.cli import COLLECT_AFTER
from assure_tui.app.desk.report import RunReport
from assure_tui.ingest.model import RunEvent, ToolCall, ToolResult
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover
from assure_tui.reconcile import engine
from assure_tui.reconcile.gates.gates import Gates
from assure_tui.reconcile.inputs.inputs import Inputs
from assure_tui.reconcile.inputs.leaks import Leaks
from assure_tui.reconcile.match.business.actions import Actions
from assure_tui.reconcile.match.business.reports import Reports
from assure_tui.reconcile.match.coding.work import Work
from assure_tui.reconcile.match.conversation.conversation import Conversation
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import Unattributed
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace

MEGABYTE = 1_000_000
SAMPLE = 60 * MEGABYTE
LONG_RUN = 100_000
ROUNDS = 3
"""Rounds that are told apart: how far they differ is how far the figure can be trusted."""
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


def events(folder: Path) -> Iterator[RunEvent]:
    """Give the events of all logs over and over, as if they were one run whose calls are all different."""
    number = 0
    for lap in count():
        for path in sorted(folder.iterdir()):
            for batch in open_source(path).batches():
                for event in batch.events:
                    told = {"run": "r-long", "id": f"L{number}@{number}#0", "seq": number}
                    if isinstance(event, ToolCall | ToolResult):
                        told["call_id"] = f"{lap}-{event.call_id}"
                    yield replace(event, **told)
                    number += 1


def long_run(folder: Path, length: int) -> list[tuple[float, float]]:
    """Give, for each tenth of one run of `length` events, seconds of CPU per event and megabytes of memory after it."""
    check = Workspace(Settings())
    tenth = length // 10
    found: list[tuple[float, float]] = []
    spent = 0.0
    for number, event in enumerate(islice(events(folder), length), 1):
        before = time.process_time()
        check.step(event)
        spent += time.process_time() - before
        if number % tenth == 0:
            found.append((spent / tenth, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
            spent = 0.0
    return found


class Stopwatch:
    """Counts the CPU time spent in stages that may call each other: each second counts for the innermost."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._stack = ["rest"]
        self._since = time.process_time()

    def enter(self, stage: str) -> None:
        self._count()
        self._stack.append(stage)

    def leave(self) -> None:
        self._count()
        self._stack.pop()

    def stop(self) -> None:
        """Count up to here: what comes until it goes on is of no stage."""
        self._count()

    def go_on(self) -> None:
        """Count from here."""
        self._since = time.process_time()

    def _count(self) -> None:
        now = time.process_time()
        self.spent[self._stack[-1]] = self.spent.get(self._stack[-1], 0.0) + now - self._since
        self._since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function that does the same and is counted."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.enter(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return counted


MATCHING = (Actions, Conversation, Reports, Work)
PARTS = {**dict.fromkeys(MATCHING, "matching"), Gates: "gates", Inputs: "inputs", Leaks: "inputs"}


@contextmanager
def watched(watch: Stopwatch) -> Iterator[Stopwatch]:
    """Count the stages of the engine while it lasts."""

    def collected(phase: str, told: dict[str, int]) -> None:
        del told
        if phase == "start":
            watch.enter("garbage")
        else:
            watch.leave()

    places: list[tuple[Any, str, str]] = [(engine, "extract", "claims"), (engine, "interpret", "effects")]
    places += [(re, "compile", "compiling"), (Sieve, "_read", "compiling")]
    places += [
        (part, name, stage)
        for part, stage in PARTS.items()
        for name in vars(Part)
        if name in vars(part) and name[0] != "_"
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for (owner, name, function), (_, _, stage) in zip(before, places, strict=True):
        setattr(owner, name, watch.timed(stage, function))
    gc.callbacks.append(collected)
    watch.go_on()
    try:
        yield watch
    finally:
        watch.stop()
        gc.callbacks.remove(collected)
        for owner, name, function in before:
            setattr(owner, name, function)


def split(folder: Path, size: int) -> tuple[float, int, list[dict[str, float]]]:
    """Time the stages of a check, in this process, over about `size` bytes of the logs.

    `ingest` is what a check takes to get from a log's bytes to typed events: framing, decoding, the adapter, the digest
    of each record. `claims` reads words, `effects` calls; `matching` is all that the parts which hold one against the
    other do, at the end of the input, too. `garbage` is Python's collector, set as the command line sets it. Each log
    is read and checked once, the two by turns, and in an order in which versions of one log do not follow each other:
    what is remembered of a text would flatter one that comes again.

    The first megabyte is checked before that and counts as the start: most rules are read by then. A pattern is
    compiled when it may match for the first time; what that takes is told by itself, since it does not grow with the
    logs.

    Returns:
        Seconds of the start, bytes of the logs, and seconds of CPU by stage, for each of the rounds.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    paths = sorted(folder.iterdir())
    random.Random(0).shuffle(paths)
    started = time.process_time()
    warmed = 0
    while len(paths) > ROUNDS and warmed < MEGABYTE:
        path = paths.pop()
        warmed += path.stat().st_size
        measure(path, Stopwatch())
    start = time.process_time() - started
    total = 0
    rounds = [Stopwatch() for _ in range(ROUNDS)]
    for number, path in enumerate(paths):
        if total >= size:
            break
        total += path.stat().st_size
        with watched(rounds[number % ROUNDS]) as watch:
            measure(path, watch)
    return start, total, [watch.spent for watch in rounds]


def measure(path: Path, watch: Stopwatch) -> None:
    """Check one log as a batch does, from its bytes to its report."""
    check = Workspace(Settings())
    reports: dict[str, RunReport] = {}
    adapter = open_source(path).source.adapter
    watch.enter("ingest")
    batches = open_source(path).batches()
    batch = next(batches, None)
    watch.leave()
    while batch is not None:
        for event in batch.events:
            report = reports.setdefault(event.run, RunReport(event.run, adapter))
            report.facts.see(event)
            for change in check.step(event):
                report.apply(change, event)
        watch.enter("ingest")
        batch = next(batches, None)
        watch.leave()
    for change in check.close():
        if not isinstance(change.value, Unattributed):
            reports[change.value.run].apply(change)
    watch.enter("output")
    for report in reports.values():
        json.dumps(report.document(), separators=(",", ":"))
    watch.leave()


def ratio(spent: Mapping[str, float]) -> float:
    """Tell how many times as long as reading the logs it takes to read claims and to match them."""
    return (spent["claims"] + spent["matching"]) / spent["ingest"]


def main() -> None:
    source = Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    length = int(sys.argv[3]) if len(sys.argv) > 3 else LONG_RUN
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
        once = min(SAMPLE, sum(found.path.stat().st_size for found in discover([source]).files))
        start, sampled, rounds = split(folder, once)
        print(f"the start, with the first megabyte: {start:.1f} s")
        stages = Counter[str]()
        for spent in rounds:
            stages.update(spent)
        told = ", ".join(f"{stage} {seconds / sampled * MEGABYTE * 1000:.1f}" for stage, seconds in stages.items())
        print(f"of {sampled / MEGABYTE:.0f} MB in this process, ms of CPU by MB: {told}")
        each = ", ".join(f"{ratio(spent):.2f}" for spent in rounds)
        print(f"claims and matching together take {ratio(stages):.2f} times as long as reading ({each} by rounds)")
        tenths = long_run(folder, length)
        told = ", ".join(f"{seconds * 1e6:.0f}" for seconds, _ in tenths)
        print(f"one run of {length} events, us of CPU per event by tenths: {told}")
        print(f"its peak by tenths in MB: {', '.join(f'{peak:.0f}' for _, peak in tenths)}")


if __name__ == "__main__":
    main()
