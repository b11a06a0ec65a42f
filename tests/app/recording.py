"""The recorder while it runs, and what it has recorded: what tests of it share."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.watch.recorder import Recorder
from assure_tui.ledger.store import Ledger

PATIENCE = 60.0
"""Seconds after which what does not happen is a failure."""


def _line(kind: str, number: int, session: str) -> str:
    common = {"sessionId": session, "uuid": f"{session}-{number}", "cwd": "/w", "version": "2.1.0"}
    common["timestamp"] = f"2026-03-01T10:{number // 60 % 60:02}:{number % 60:02}.000Z"
    if kind == "user":
        return (
            json.dumps(common | {"type": "user", "message": {"role": "user", "content": f"please do {number}"}}) + "\n"
        )
    content = [{"type": "text", "text": f"Looking at number {number}."}]
    message = {"role": "assistant", "model": "m", "content": content, "stop_reason": "end_turn"}
    return json.dumps(common | {"type": "assistant", "message": message}) + "\n"


def lines(start: int, stop: int, session: str = "s-1") -> str:
    """Give lines of a log: the user asks in the even ones, the agent speaks in the odd ones."""
    return "".join(_line("user" if n % 2 == 0 else "assistant", n, session) for n in range(start, stop))


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def watched(home: Home) -> bool:
    """Tell whether the folder was looked at for the first time: what comes from now on is no history."""
    if not home.desk.exists():
        return False
    with sqlite3.connect(home.desk) as link:
        known = link.execute("SELECT count(*) FROM sqlite_master WHERE name = 'roots'").fetchone()[0]
        return bool(known) and link.execute("SELECT count(*) FROM roots").fetchone()[0] > 0


@contextmanager
def recording(home: Home, folder: Path, **options: object) -> Iterator[Recorder]:
    """Record until the block ends, from when the folder was looked at."""
    stop = threading.Event()
    recorder = Recorder(home, [folder], **options)  # type: ignore[arg-type]
    failed: list[BaseException] = []

    def run() -> None:
        try:
            recorder.run(stop)
        except BaseException as error:  # noqa: BLE001 - shown by the test's thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: failed or watched(home))
        yield recorder
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not failed, failed


@contextmanager
def sitting(home: Home, **options: object) -> Iterator[Desk]:
    desk = Desk.open(home, **options)  # type: ignore[arg-type]
    try:
        yield desk
    finally:
        desk.close()


def entries(home: Home, kind: str) -> list[dict[str, Any]]:
    """Give what stands in clear in the ledger's entries of a kind; none while there is no ledger."""
    if not (home.ledger / ".state").exists():
        return []
    ledger = Ledger.open(home.ledger, pins=home.pins, read_only=True)
    return [entry.clear for entry in ledger.entries() if entry.kind == kind]


def observed(home: Home, path: Path) -> list[dict[str, object]]:
    source = Tags.load(home.keys).of(f"source:{path}")
    ledger = Ledger.open(home.ledger, pins=home.pins, keys=home.keys, read_only=True)
    return [e.clear for e in ledger.entries() if e.kind == "observed" and e.clear["source"] == source]


def recorded_lines(home: Home, path: Path) -> int:
    """Count the recorded records, after checking that their ranges neither overlap nor leave a line out."""
    data = path.read_bytes()
    count, at = 0, 0
    for clear in observed(home, path):
        between = data[at : int(str(clear["start"]))]
        assert int(str(clear["start"])) >= at, "a record was recorded twice"
        assert not between.strip(), "a record was left out"
        inside = data[int(str(clear["start"])) : int(str(clear["end"]))]
        assert inside.count(b"\n") + 1 == clear["count"]
        at = int(str(clear["end"]))
        count += int(str(clear["count"]))
    return count


def events_seen(home: Home) -> int:
    with sitting(home, read_only=True) as desk:
        return sum(row.events for row in desk.runs())


def record(home: Home, folder: Path, *, backfill: bool = True) -> None:
    """Record until all logs of the folder are read and nothing new was written for a moment."""
    lines = sum(len(log.read_bytes().splitlines()) for log in folder.iterdir())
    stop = threading.Event()
    thread = threading.Thread(target=Recorder(home, [folder], backfill=backfill).run, args=(stop,))
    thread.start()
    desk = Desk.open(home, read_only=True)
    try:
        deadline, quiet, last = time.monotonic() + PATIENCE, 0, (-1, -1)
        while quiet < 6:
            assert time.monotonic() < deadline
            now = (desk.revision(), desk.presence().ledger_size)
            read = sum(desk.event_count(row.id) for row in desk.runs()) >= lines
            quiet = quiet + 1 if now == last and read else 0
            last = now
            time.sleep(0.07)
    finally:
        desk.close()
        stop.set()
        thread.join(PATIENCE)


def record_apart(
    folder: Path,
    home: Path,
    until: Callable[[], object] = lambda: False,
    *,
    limit: Callable[[], None] | None = None,
    env: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Record in a process of its own until a condition holds or it ends; give its exit code and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "assure_tui.app", "record", "--backfill", str(folder), "--home", str(home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
        preexec_fn=limit,  # noqa: PLW1509 - sets a limit and starts no thread
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and not until() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said
