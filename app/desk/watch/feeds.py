"""Effect feeds while they are watched: each is read in a thread of its own, because a command may take its time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from assure_tui.app.desk.entries import Tags, Words, observed
from assure_tui.app.desk.watch.live_source import Recorded
from assure_tui.ingest.errors import IngestError
from assure_tui.ingest.feeds.reader import FeedReader
from assure_tui.ingest.feeds.spec import FeedSpec
from assure_tui.ingest.identity import feed_source_id
from assure_tui.ingest.model import FeedRow, FeedState
from assure_tui.ledger.report import several
from assure_tui.reconcile.kinds import kinds

FILE_SECONDS = 0.25
COMMAND_SECONDS = 5.0
MAX_REASONS = 3
"""Different reasons for which rows could not be read that are told."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a feed gave, or why it could not be read."""

    feed: str
    rows: list[FeedRow]
    state: FeedState | None
    problem: str | None = None


def announced(spec: FeedSpec) -> FeedState:
    """Return the state of a feed that nothing has been read of: claims of its kind wait for it from now on."""
    return FeedState(
        feed=spec.name,
        kind=spec.kind,
        complete=spec.complete,
        lag=spec.lag,
        watermark=None,
        source=feed_source_id(spec.name),
    )


def _covered(rows: str) -> set[str]:
    return {rows, *(name for name, kind in kinds().items() if rows in kind.rows)}


class FeedPost:
    """Reads one feed again and again until stopped, and posts what is new."""

    def __init__(self, spec: FeedSpec, post: SimpleQueue[Reading], stop: threading.Event) -> None:
        self._reader = FeedReader(spec)
        self._post = post
        self._stop = stop
        self._pause = COMMAND_SECONDS if spec.command else FILE_SECONDS
        self.name = spec.name
        self.thread = threading.Thread(target=self._run, name=f"feed {spec.name}", daemon=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                rows, state = self._reader.read(time.time())
                self._post.put(Reading(self.name, rows, state, problem(self._reader)))
            except IngestError as error:
                self._post.put(Reading(self.name, [], None, f"feed {self.name}: {error}"))
            self._stop.wait(self._pause)


def problem(reader: FeedReader) -> str | None:
    """Say which part of a feed could not be read, and what became of its file."""
    unreadable, resets = reader.unreadable, reader.resets
    told = [f"{several(unreadable, '{} row', '{} rows')} could not be read{_why(reader)}"] if unreadable else []
    told += (
        [f"its file was truncated or replaced {resets} {'time' if resets == 1 else 'times'}: it was read anew"]
        if resets
        else []
    )
    return f"feed {reader.spec.name}: {'; '.join(told)}" if told else None


class FeedBook:
    """What the ledger does not have yet of one feed."""

    def __init__(self, spec: FeedSpec, recorded: Recorded) -> None:
        self.spec = spec
        self._upto = recorded.upto
        self._rows: list[FeedRow] = []

    def take(self, rows: list[FeedRow]) -> None:
        """Take rows; those that the ledger has are let go."""
        self._rows += [row for row in rows if row.origin.at.start >= self._upto]

    def words(self, tags: Tags) -> list[Words]:
        """Return the entry for what is new, and let it go: the caller writes it."""
        if not self._rows:
            return []
        rows, self._rows = self._rows, []
        ends = [at.start + max(at.length, 1) for at in (row.origin.at for row in rows)]
        self._upto = max(ends)
        tag = tags.of(f"feed:{self.spec.name}")
        return [
            observed(
                subject=tag,
                source=tag,
                unit=rows[0].origin.at.unit,
                start=rows[0].origin.at.start,
                end=self._upto,
                upto=self._upto,
                digests=[row.origin.sha256 for row in rows],
                seen="live",
                content={"feed": self.spec.name, "path": str(self.spec.path or ""), "kind": self.spec.kind},
            )
        ]


class Feeds:
    """All feeds of a workspace."""

    def __init__(self, specs: tuple[FeedSpec, ...], recorded: dict[str, Recorded]) -> None:
        self.books = {spec.name: FeedBook(spec, recorded.get(spec.name, Recorded())) for spec in specs}
        self.kinds = frozenset(kind for spec in specs for kind in _covered(spec.kind))
        """Kinds of effects that rows of the feeds may be evidence for."""
        self.started = False
        self._unheard = set(self.books)
        self._post: SimpleQueue[Reading] = SimpleQueue()
        self._stop = threading.Event()

    def announce(self) -> list[FeedState]:
        """Return the states to begin with."""
        return [announced(book.spec) for book in self.books.values()]

    def start(self) -> None:
        """Begin to read."""
        self.started = True
        for book in self.books.values():
            FeedPost(book.spec, self._post, self._stop).thread.start()

    @property
    def heard(self) -> bool:
        """Whether each feed was read once, or could not be."""
        return not self._unheard

    def stop(self) -> None:
        """Read no more. A command that is still running ends by its own bound."""
        self._stop.set()

    def news(self) -> list[Reading]:
        """Return what was read since."""
        found: list[Reading] = []
        while True:
            try:
                reading = self._post.get_nowait()
            except Empty:
                return found
            self.books[reading.feed].take(reading.rows)
            self._unheard.discard(reading.feed)
            found.append(reading)

    def words(self, tags: Tags) -> list[Words]:
        """Return the entries for what is new of all feeds, and let it go."""
        return [word for book in self.books.values() for word in book.words(tags)]


def _why(reader: FeedReader) -> str:
    """Return the reasons, and what follows for a feed that was to be complete."""
    reasons = list(reader.tally.unknown_types)[:MAX_REASONS]
    if reader.tally.malformed:
        reasons.append("cannot be decoded")
    told = f" ({'; '.join(reasons)})"
    return f"{told}, so nothing is reported missing from it" if reader.spec.complete else told
