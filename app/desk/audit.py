"""Holds logs on disk against the record: are they still what the recorder saw?

Each `observed` entry commits to a chain of digests over all records of its source up to a position. The same chain over
the log as it is now must pass through every one of them; where it stops doing so, something was altered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.desk.errors import GoneError
from assure_tui.app.desk.timeline import adapter_of
from assure_tui.app.desk.watch.live_source import EMPTY_CHAIN
from assure_tui.app.desk.wire import text_path
from assure_tui.ingest.adapters.catalogue import named
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.reader import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.app.desk.entries import Tags
    from assure_tui.ledger.store import Ledger


@dataclass(slots=True)
class RecordedLog:
    """What the ledger has of one log: the chain at each recorded position, and when it was recorded (ms)."""

    path: str
    adapter: str
    salt: str
    points: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def upto(self) -> int:
        """The position up to which the log was recorded."""
        return max(self.points, default=0)


def recorded_logs(ledger: Ledger, tags: Tags, path: Path | None = None) -> Iterator[RecordedLog]:
    """Gather what the ledger has of all logs, or of the one at `path`. A log recorded anew counts as recorded last."""
    wanted = None if path is None else tags.of(f"source:{path}")
    logs: dict[str, RecordedLog] = {}
    for index, entry in enumerate(ledger.entries(0, ledger.size)):
        if entry.kind != "observed" or (wanted is not None and entry.clear["source"] != wanted):
            continue
        content = ledger.content(index)
        if not isinstance(content, dict) or "chain" not in content:
            continue
        source, upto = str(entry.clear["source"]), int(entry.clear["upto"])
        log = logs.get(source)
        if log is None or upto < log.upto:
            log = logs[source] = RecordedLog(text_path(content["path"]), content["adapter"], content["salt"])
        log.points[upto] = (content["chain"], entry.time)
    yield from logs.values()


def alterations(log: RecordedLog, at: Path | None = None) -> list[str]:
    """Read the log, or a copy of it at `at`, and say in plain sentences where it is not what was recorded."""
    path = at or Path(log.path)
    if not named(log.adapter):
        return [f"{path}: its format {log.adapter!r} is not known to this version, so it cannot be checked"]
    try:
        adapter = adapter_of(path, log.adapter)
    except GoneError as error:
        return [str(error)]
    before, due = 0, sorted(log.points)
    chain = EMPTY_CHAIN
    position = 0
    try:
        reader = open_source(path, adapter, log.salt)
        more = True
        while more and due:
            batch = reader.read()
            more = not batch.done
            for locator, digest in batch.records:
                chain = sha256(chain + bytes.fromhex(digest)).digest()
                position = locator.start + locator.length if locator.unit == "bytes" else locator.start + 1
                while due and position >= due[0]:
                    point = due.pop(0)
                    expected, time = log.points[point]
                    if position != point or chain.hex() != expected:
                        return [f"{path}: its records from {before} to {point} are not those recorded {_when(time)}"]
                    before = point
    except (OSError, SourceError) as error:
        return [f"{path}: it was recorded and cannot be read now ({error})"]
    if due:
        return [f"{path}: it ends at {position}, and was recorded up to {due[-1]} {_when(log.points[due[-1]][1])}"]
    return []


def _when(milliseconds: int) -> str:
    return f"on {datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
