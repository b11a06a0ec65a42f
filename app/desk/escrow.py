"""Escrow: the raw records of logs as they were first seen, sealed with the key of their run.

An agent's log is its owner's to change or delete. What was recorded of it stays provable by its digests; escrow keeps
the words too, until the run is forgotten. It has a limit: reaching it stops escrow, in an entry and in a sentence to
the operator, and never the recording.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assure_tui.app.desk.entries import Words
from assure_tui.app.desk.errors import GoneError
from assure_tui.ingest.regular import open_regular
from assure_tui.ledger.errors import ContentLockedError, LedgerError

if TYPE_CHECKING:
    from assure_tui.app.desk.archive import Archive
    from assure_tui.app.desk.entries import Tags
    from assure_tui.app.desk.watch.live_source import LiveSource, Pending
    from assure_tui.ingest.model import Locator

KIND: Final = "escrow"
DEFAULT_KEEP: Final = 512
"""Megabytes of raw records that are kept, unless the configuration says otherwise."""
MAX_GROUP: Final = 4 << 20
"""Bytes of raw records in one entry."""
MAX_RECORD: Final = 4 << 20
"""A record or a document beyond it is left out, and counted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept."""

    keep: int = DEFAULT_KEEP << 20
    """Bytes in all; 0 keeps nothing."""
    exclude: tuple[str, ...] = ()
    """Patterns of logs whose records are never kept."""


class Escrow:
    """Makes the entries that keep raw records."""

    def __init__(self, limits: Limits, tags: Tags) -> None:
        self.limits = limits
        self.held = 0
        """Bytes of raw records that the ledger holds."""
        self._held_of: dict[str, int] = {}
        self.stopped_at: int | None = None
        """The limit at which the ledger says that escrow stopped; None while it goes on."""
        self._tags = tags

    def forget(self, subject: str) -> None:
        """Note that what was kept of a run was erased."""
        self.held -= self._held_of.pop(subject, 0)

    def learn(self, subject: str, clear: dict[str, Any]) -> None:
        """Take up what an entry in the ledger says."""
        if clear.get("state") == "stopped":
            self.stopped_at = int(clear.get("limit", 0))
        else:
            kept = int(clear.get("bytes", 0))
            self.held += kept
            self._held_of[subject] = self._held_of.get(subject, 0) + kept
            self.stopped_at = None

    @property
    def full(self) -> bool:
        """Return whether the limit was reached."""
        return self.held >= self.limits.keep > 0

    def words(self, source: LiveSource) -> Iterator[Words]:
        """Yield the entries for the records of a source that the ledger does not have."""
        name = str(source.path)
        if source.adapter.form == "database":
            return
        if not self.limits.keep or any(
            fnmatch(name, each) or fnmatch(source.path.name, each) for each in self.limits.exclude
        ):
            return
        for run, pending in source.pending.items():
            if self.full:
                if self.stopped_at != self.limits.keep:
                    self.stopped_at = self.limits.keep
                    yield Words(KIND, "recorder", {"state": "stopped", "limit": self.limits.keep, "bytes": 0})
                return
            lines = source.adapter.form == "lines"
            yield from self._kept(source, run, _lines(source.path, pending) if lines else _document(source.path))

    def _kept(self, source: LiveSource, run: str, found: Iterator[tuple[int, bytes | None]]) -> Iterator[Words]:
        group: list[dict[str, Any]] = []
        size = left_out = 0
        for start, data in found:
            if data is None:
                left_out += 1
                continue
            if size and size + len(data) > MAX_GROUP:
                yield self._entry(source, run, group, size, left_out)
                group, size, left_out = [], 0, 0
            group.append({"at": start, **_portable(data)})
            size += len(data)
        if group or left_out:
            yield self._entry(source, run, group, size, left_out)

    def _entry(self, source: LiveSource, run: str, group: list[dict[str, Any]], size: int, left_out: int) -> Words:
        clear = {
            "source": self._tags.of(f"source:{source.path}"),
            "start": group[0]["at"] if group else 0,
            "end": group[-1]["at"] if group else 0,
            "count": len(group),
            "bytes": size,
            "left_out": left_out,
        }
        return Words(KIND, self._tags.of(f"run:{run}"), clear, {"records": group})


def kept_records(archive: Archive, tags: Tags, run: str, path: str, at: Locator) -> Iterator[str]:
    """Yield what escrow has of a raw record, unless it was forgotten; of a document all that was kept of it over time.

    Raises:
        GoneError: It is there, and locked.
    """
    ledger, source = archive.reading(), tags.of(f"source:{path}")
    if ledger is None:
        return
    start = at.start if at.unit == "bytes" else 0
    for entry in archive.entries([KIND], tags.of(f"run:{run}")):
        clear = entry.clear
        if clear.get("source") == source and clear["start"] <= start <= clear["end"]:
            try:
                content = ledger.content(entry.index)
            except ContentLockedError:
                raise GoneError(
                    "the log no longer has this, and its record in escrow is locked: open the contents with the"
                    " passphrase of the reading key (`assure-tui keys unwrap`)."
                ) from None
            except LedgerError:  # what is damaged says `verify`; here it is only not there
                continue
            for record in content["records"] if isinstance(content, dict) else ():
                if record["at"] == start:
                    text = record.get("text") or base64.b64decode(record.get("base64", "")).decode("utf-8", "replace")
                    yield str(text)


def _lines(path: Path, pending: Pending) -> Iterator[tuple[int, bytes | None]]:
    """Read records again as they were seen; None for one that changed since, or is too long."""
    try:
        with open_regular(path) as file:
            for at, digest in zip(pending.places, pending.digests, strict=True):
                file.seek(at.start)
                data = file.read(at.length) if at.length <= MAX_RECORD else b""
                bare = data.removesuffix(b"\n").removesuffix(b"\r")
                yield at.start, data if digest in {sha256(data).hexdigest(), sha256(bare).hexdigest()} else None
    except OSError:
        yield 0, None


def _document(path: Path) -> Iterator[tuple[int, bytes | None]]:
    try:
        with open_regular(path) as file:
            data = file.read(MAX_RECORD + 1)
    except OSError:
        yield 0, None
    else:
        yield 0, data if len(data) <= MAX_RECORD else None


def _portable(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
