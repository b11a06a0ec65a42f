"""One log while it is watched: reads on, feeds the check, and keeps what the ledger does not have yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assure_tui.app.desk.wire import path_text
from assure_tui.ingest.growing import stamp
from assure_tui.ingest.model import Locator, RunEvent

if TYPE_CHECKING:
    from assure_tui.app.desk.entries import Seen
    from assure_tui.app.desk.index import IndexWriter
    from assure_tui.app.desk.watch.live_run import LiveRun
    from assure_tui.ingest.adapters.base import Adapter

EMPTY_CHAIN = bytes(32)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How far the ledger has a source: the position behind its last record, and the chain of digests up to there."""

    upto: int = 0
    chain: str | None = None
    salt: str = ""


@dataclass(slots=True)
class Pending:
    """Records of one run that the ledger does not have yet: the range [start, end) and their digests."""

    start: int
    end: int
    digests: list[str] = field(default_factory=list)
    places: list[Locator] = field(default_factory=list)
    """Where each of them stands."""


def end_of(at: Locator) -> int:
    """Return the position behind a record."""
    return at.start + at.length if at.unit == "bytes" else at.start + 1


class Room(Protocol):
    """What a source needs of the recorder."""

    index: IndexWriter

    def taken(self, run: str, source: LiveSource) -> bool:
        """Return whether another log has a run of this id."""

    def moved(self, run: str, source: LiveSource) -> Recorded | None:
        """Return how far the run's log was recorded under another name that it no longer has."""

    def forgotten(self, run: str) -> bool:
        """Return whether a run was forgotten, so that nothing of it may be kept."""

    def open(self, run: str, source: LiveSource, *, silent: bool) -> LiveRun:
        """Begin a run that is about to be read from its beginning."""

    def started(self, source: LiveSource, name: str) -> None:
        """Hear that a source of id `name` is read from its beginning."""

    def waits_for_feed(self, source: LiveSource) -> bool:
        """Return whether a feed that was not read yet may say something of the runs of a source."""

    def shut(self, source: LiveSource) -> None:
        """Forget the state of all runs of a source."""

    def behind(self, source: LiveSource) -> None:
        """Hear that the ledger does not have all records of a source."""

    def check(self, event: RunEvent) -> None:
        """Give an event to the check, and its changes to its run."""

    def altered(self, source: LiveSource, message: str) -> bool:
        """Record that a source no longer says what the ledger has of it; tell whether it goes on with rotated runs."""


class LiveSource:
    """Reads a log from its beginning: silently up to `recorded.upto` and `history`, and from there on for the record.

    `history` is how long the log was when its root was watched for the first time: what stands before is indexed and
    not recorded. Positions are bytes, or items of a document that is rewritten whole. All methods are called within a
    transaction of the index.
    """

    def __init__(
        self, path: Path, adapter: Adapter, room: Room, *, recorded: Recorded, history: int, seen: Seen
    ) -> None:
        self.path = path
        self.adapter = adapter
        self.recorded = recorded
        self.history = history
        self.seen: Seen = seen
        self.runs: dict[str, LiveRun] = {}
        self.pending: dict[str, Pending] = {}
        self.touched = 0.0
        """When it was last seen to grow, by the recorder's clock."""
        self.stamp = (0, 0)
        """Size and time of modification when it was last read to its end."""
        self._room = room
        self._start(recorded.salt)

    def _start(self, salt: str) -> None:
        self._room.shut(self)
        self.runs.clear()
        self.pending.clear()
        self.salt = salt
        self.position = 0
        self.chain = EMPTY_CHAIN
        self._proven = self.recorded.chain is None or self.recorded.upto == 0
        self._same = True
        self._at_end = False
        self._owner: str | None = None
        self._early: list[tuple[Locator, str]] = []
        from assure_tui.ingest.reader import open_source  # noqa: PLC0415 - it brings all adapters, which no face needs

        self._reader = open_source(self.path, self.adapter, salt)
        self.no = self._room.index.source(self._reader.source, salt)
        self._room.started(self, self._reader.source.id)

    def advance(self, most: int) -> bool:
        """Read up to `most` bytes on; tell whether there may be more.

        Raises:
            OSError, SourceError: The log cannot be read, now.
        """
        now = stamp(self.path)
        if self.adapter.form != "lines" and self.position:
            if self.stamp == now:
                return False
            self._start(self.salt)
        batch = self._reader.read(most)
        if batch.reset:
            self._start(self.salt)
            return True
        owners: dict[Locator, str] = {}
        for event in batch.events:
            owners.setdefault(event.origin.at, event.run)
        if self._renamed(set(owners.values())):
            return True
        for at, digest in batch.records:
            self._record(at, digest, owners.get(at))
        if not self._same:
            return self._rewritten(f"its records up to position {self.recorded.upto} are others than those recorded")
        if batch.done and self.position < self.recorded.upto:
            return self._rewritten(f"it ends at position {self.position}, and was recorded up to {self.recorded.upto}")
        for event in batch.events:
            if not self._room.forgotten(event.run):
                self._event(event)
        self._at_end = batch.done
        if batch.done:
            if not self.pending:
                self.seen = "live"
            if not self._room.waits_for_feed(self):
                self.speak()
            self.stamp = now
            self._room.index.met(self.no, self._reader.tally)
        return not batch.done

    def speak(self) -> None:
        """End the silent reading of runs of which the log holds nothing new."""
        for live in self.runs.values() if self._at_end else ():
            if live.silent:
                live.speak(self._room.index)

    def _renamed(self, runs: set[str]) -> bool:
        """Start over when a run turns out to be that of another log, or of this log under its earlier name."""
        for run in runs - self.runs.keys():
            if not self.salt and self._room.taken(run, self):
                self._start(path_text(self.path))
                return True
            moved = self._room.moved(run, self)
            if moved is not None and not self.recorded.upto:
                self.recorded = moved
                self._start(moved.salt)
                return True
        return False

    def whole(self) -> None:
        """Note in the index that all of the log was read and judged, and need not be read again as it is."""
        self._room.index.read_whole(self.no, *self.stamp)

    def leave(self, run: str) -> None:
        """Let go of a run that was forgotten."""
        self.runs.pop(run, None)
        self.pending.pop(run, None)

    def committed(self) -> None:
        """Note that the ledger has all records up to the present position."""
        self.pending.clear()
        if self._at_end:
            self.seen = "live"
        self.recorded = Recorded(self.position, self.chain.hex(), self.salt)

    def _record(self, at: Locator, digest: str, run: str | None) -> None:
        if not self._proven and at.start >= self.recorded.upto:
            self._prove()
        end = end_of(at)
        self.chain = sha256(self.chain + bytes.fromhex(digest)).digest()
        self.position = max(self.position, end)
        if not self._proven and self.position >= self.recorded.upto:
            self._prove()
        self._owner = run or self._owner
        if self._quiet(at):
            return
        self._early.append((at, digest))
        if self._owner is None:
            return
        if self._room.forgotten(self._owner):
            self._early.clear()
            return
        self._room.behind(self)
        pending = self.pending.setdefault(self._owner, Pending(self._early[0][0].start, end))
        pending.digests += [its_digest for _, its_digest in self._early]
        pending.places += [its_place for its_place, _ in self._early]
        pending.end = max(pending.end, end)
        self._early.clear()

    def _quiet(self, at: Locator) -> bool:
        return at.start < self.recorded.upto or at.start < self.history

    def _prove(self) -> None:
        self._proven = True
        self._same = self.chain.hex() == self.recorded.chain

    def _rewritten(self, message: str) -> bool:
        before = self.recorded
        salt = self.salt
        if self._room.altered(self, message):  # what was recorded stays as it is, and what comes is a run of its own
            salt = f"{path_text(self.path)}:{before.chain}"
        self.recorded = Recorded(salt=salt)
        self.history = 0
        self._start(salt)
        return True

    def _event(self, event: RunEvent) -> None:
        quiet = self._quiet(event.origin.at)
        live = self.runs.get(event.run)
        if live is None:
            live = self.runs[event.run] = self._room.open(event.run, self, silent=quiet)
        elif live.silent and not quiet:
            live.speak(self._room.index)
        live.event(event)
        self._room.check(event)
