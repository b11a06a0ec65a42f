"""What the recorder does on each of its turns, from taking the lease to giving it up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from assure_tui.app.desk.desk_store import DeskStore
from assure_tui.app.desk.entries import Seen
from assure_tui.app.desk.errors import DeskError, LedgerDamagedError, UsageError
from assure_tui.app.desk.views import LOOKING, Queue
from assure_tui.app.desk.watch.feeds import Feeds
from assure_tui.app.desk.watch.hub import Hub
from assure_tui.app.desk.watch.live_source import LiveSource
from assure_tui.app.desk.watch.scout import Scout
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.walk import Found, discover
from assure_tui.ledger.errors import DamagedError, ForeignError, LedgerError

COMMIT_SECONDS = 0.25
TICK_SECONDS = 1.0
IDLE_SECONDS = 600.0
"""A log that did not grow for so long is judged to its end and put away; when it grows again it is read again."""
READ_BYTES = 1 << 15
"""Bytes of a log that are read and judged in one go: hooks, the screen and a signal to stop wait for so long."""
SLICE_SECONDS = 0.03
"""How long changed logs are read before what was found is shown."""
REST_SECONDS = 0.002
"""Rest after each slice of the backlog, so that other processes stay quick."""
MOVE_SECONDS = 2.0
"""How long a log may be away before it is gone: it may have been renamed."""
AGAIN_SECONDS = 10.0
"""How long a log that could not be read is left before it is tried again: its next change may never come."""
WORDS_AT_A_TIME = 2_000
OnQueue = Callable[[Queue | None], None]
"""Told how far the logs were read that were there before; None once they were."""
MAX_UNREAD = 3
"""Unreadable logs that are told by name."""
MAX_PROBLEMS = 20
"""Problems that are shown: the newest."""


def stopped(error: LedgerError) -> DeskError:
    """Return the error that ends a recorder: to go on without a ledger would look like recording."""
    if isinstance(error, DamagedError | ForeignError):
        return LedgerDamagedError(f"recording has stopped: {error}.")
    return UsageError(f"recording has stopped: {error}.")


_GONE: Final = "{} no longer exists: nothing in it is watched until it is back."
_NEVER_THERE: Final = (
    "{} does not exist, though `roots` in the settings names it: nothing in it is watched until it does."
)


class RecorderLoop:
    """The work of one recording. `begin` it, take a `turn` for as long as it lasts, and `end` it."""

    def __init__(
        self, hub: Hub, scout: Scout, store: DeskStore, feeds: Feeds, on_queue: OnQueue = lambda _queue: None
    ) -> None:
        self._hub = hub
        self._scout = scout
        self._store = store
        self._feeds = feeds
        hub.unheard_kinds = feeds.kinds
        self._dirty: dict[Path, None] = {}
        self._backlog: list[tuple[Found, Seen, int]] = []
        self._finishing: list[LiveSource] = []
        self._gone: dict[Path, float] = {}
        self._again: dict[Path, float] = {}
        """When to try again what could not be read."""
        self._commit_due = self._ticked_at = 0.0
        self._words_due = True
        """There may be words that the full-text search does not have."""
        self._told: list[str] | None = None
        self._were_there: set[Path] = set()
        """Watched places that were there."""
        self._queued = 0
        """Logs that were queued at the beginning."""
        self._read_now: Path | None = None
        """The log of the queue that was taken last."""
        self._shown: Queue | None = LOOKING
        self._on_queue = on_queue
        self._begun: set[str] = set()
        """Runs of the history that this recorder began to record because they were opened."""

    def begin(self, *, backfill: bool) -> None:
        """Queue all logs that have to be read, and note which are gone."""
        hub = self._hub
        self._were_there = self._scout.there()
        survey = self._scout.survey(hub.index, self._store, backfill=backfill, kinds=self._feeds.kinds)
        history = {} if backfill else self._store.history()
        seen: Seen = "backfill" if backfill else "late"
        self._backlog = [(found, seen, history.get(str(found.path), 0)) for found in survey.logs]
        self._gone = dict.fromkeys(survey.gone, 0.0)
        self._queued = len(self._backlog)
        for skipped in survey.unread[:MAX_UNREAD]:
            hub.problem(f"{skipped.path} is not read: {skipped.reason}.")
        if len(survey.unread) > MAX_UNREAD:
            hub.problem(f"{len(survey.unread) - MAX_UNREAD:,} more logs are not read: `assure-tui doctor` lists them.")
        self._show_queue()

    def patience(self) -> float:
        """How long to wait for changes: not at all while there is work, and no longer than the next duty."""
        if self._dirty:
            return 0.0
        return REST_SECONDS if self._backlog or self._finishing else COMMIT_SECONDS / 2

    def turn(self, changed: set[Path], problems: Sequence[str]) -> None:
        """Take changed paths, read on for a moment, and do what is due."""
        for path in changed:
            self._changed(path)
        for problem in problems:
            self._hub.problem(problem)
        now = time.monotonic()
        if self._dirty or self._backlog:
            self._words_due = True
            with self._hub.index.tick():
                self._read(now)
                self._hub.save()
        self._read_feeds()
        self._tell()
        if now - self._ticked_at >= TICK_SECONDS:
            self._ticked_at = now
            self._each_second(now)
        if now >= self._commit_due:
            self._write(now)
            done = time.monotonic()
            self._commit_due = done + max(COMMIT_SECONDS, done - now)  # no more than half of the time is the disk's
        if self._words_due and not self._dirty and not self._backlog:
            self._index_words()

    def _index_words(self) -> None:
        """Index some words of what was read; asking whether there are any costs too much to be done on every turn."""
        self._words_due = self._hub.index.words_behind()
        if self._words_due:
            with self._hub.index.tick():
                self._hub.index.index_words(WORDS_AT_A_TIME)

    def end(self) -> None:
        """Write what is left, and say in the ledger that the recorder stops."""
        scribe = self._hub.scribe
        if scribe is not None:
            try:
                self._hub.commit(self._feeds)
                scribe.stop()
                scribe.catch_up()
                self._save()
            except LedgerError as error:
                self._hub.problem(f"the end of the recording could not be written: {error}")

    # Logs -----------------------------------------------------------------------------------------------------------

    def _changed(self, path: Path) -> None:
        if not self._scout.stands(path):
            self._gone.setdefault(path, time.monotonic() + MOVE_SECONDS)
        elif path in self._hub.sources:
            self._dirty[path] = None
        elif (queued := next((at for at, each in enumerate(self._backlog) if each[0].path == path), None)) is not None:
            self._start(*self._backlog.pop(queued))  # it grows while it waits: what was there before is not live
        else:
            for found in self._scout.admit(path):
                self._start(found, "live", self._store.history().get(str(path), 0))

    def _start(self, found: Found, seen: Seen, history: int) -> None:
        hub = self._hub
        try:
            with hub.index.tick():
                recorded = hub.recorded(found.path)
                source = LiveSource(found.path, found.adapter, hub, recorded=recorded, history=history, seen=seen)
        except (OSError, SourceError) as error:
            hub.problem(f"{found.path} cannot be read: {error}")
            return
        source.touched = time.monotonic()
        if (before := hub.sources.get(found.path)) is not None:
            hub.shut(before)
        hub.sources[found.path] = source
        self._dirty[found.path] = None

    def _read(self, now: float) -> None:
        """Read changed logs for a while; when all of them were, go on with the backlog."""
        until = now + SLICE_SECONDS
        while self._dirty or self._backlog:
            if not self._dirty:
                self._read_now = self._backlog[-1][0].path
                self._start(*self._backlog.pop())
            waiting = [path for path in self._dirty if self._hub.sources.get(path) in self._finishing]
            for path in [path for path in self._dirty if path not in waiting]:
                del self._dirty[path]
                source = self._hub.sources.get(path)
                if source is not None and self._advance(source):
                    self._dirty[path] = None
                if time.monotonic() > until:
                    return
            if waiting:
                return

    def _advance(self, source: LiveSource) -> bool:
        before, first = source.position, source.seen != "live"
        try:
            more = source.advance(READ_BYTES)
        except (OSError, SourceError) as error:
            if self._scout.stands(source.path):
                self._hub.problem(f"{source.path} could not be read further: {error}")
                self._again[source.path] = time.monotonic() + AGAIN_SECONDS
            return False
        if source.position != before:
            source.touched = time.monotonic()
        if not more:
            old = time.time() - source.stamp[1] / 1e9 > IDLE_SECONDS
            if first and old and not self._hub.waits_for_feed(source):
                self._finish(source)
        return more

    def _finish(self, source: LiveSource) -> None:
        """Judge the runs of a log to their end; once that is in the ledger, the log is put away."""
        self._hub.judge(source)
        self._finishing.append(source)
        self._hub.save()

    def _lost(self, path: Path) -> None:
        if self._scout.stands(path):
            self._changed(path)
            return
        hub = self._hub
        with hub.index.tick():
            hub.hold(path, "source-gone", f"{path.name} is gone; what was read of it is kept", anchor="gone")
        source = hub.sources.pop(path, None)
        if source is not None:
            hub.shut(source)

    def _want(self, run: str) -> None:
        """Record a run of the history that was opened; it is wanted until some of it is in the ledger."""
        home = self._hub.index.home_of(run)
        if home is not None and (self._hub.recorded(Path(home)).upto or not Path(home).is_file()):
            self._store.granted(run)
            return
        if home is None or self._hub.scribe is None or run in self._begun:
            return
        self._begun.add(run)
        watched = self._hub.sources.get(Path(home))
        if watched is None or watched.history or watched.seen != "live":
            for found in discover([Path(home)]).files:
                self._start(found, "backfill", 0)

    # Feeds ----------------------------------------------------------------------------------------------------------

    def _read_feeds(self) -> None:
        """Take what the feeds say; they are read once all logs were, so that each row finds its run."""
        if not self._feeds.kinds:
            return
        if not self._feeds.started and not self._dirty and not self._backlog:
            self._feeds.start()
        for reading in self._feeds.news():
            if reading.problem is not None:
                self._hub.problem(reading.problem)
            for row in reading.rows:
                self._hub.take(row)
            if reading.state is not None:
                self._hub.take(reading.state)
        if self._hub.unheard_kinds and self._feeds.heard:
            self._hub.unheard_kinds = frozenset()
            with self._hub.index.tick():
                for source in self._hub.sources.values():
                    source.speak()
        self._save()

    def _save(self) -> None:
        if self._hub.unsaved():
            with self._hub.index.tick():
                self._hub.save()

    # Duties ---------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Tell of new findings, and keep the list of problems for the faces."""
        self._hub.tell()
        if self._told != self._hub.problems:
            self._told = list(self._hub.problems)
            with self._hub.index.tick():
                self._hub.index.set_meta("problems", json.dumps(self._told[-MAX_PROBLEMS:]))

    def _show_queue(self) -> None:
        """Tell how far the queued logs were read, until all were."""
        shown = None
        if self._backlog or self._read_now in self._dirty:
            shown = Queue(self._queued - len(self._backlog), self._queued, self._percent())
        if shown != self._shown:
            self._shown = shown
            self._hub.index.show_queue(shown)
            self._on_queue(shown)

    def _percent(self) -> int:
        """Return how far the log of the queue that was taken last was read; 0 of one that is read in one go."""
        source = self._hub.sources.get(self._read_now) if self._read_now in self._dirty else None
        if source is None or source.adapter.form != "lines":
            return 0
        try:
            size = source.path.stat().st_size
        except OSError:
            return 0
        return min(100, 100 * source.position // max(size, 1))

    def _each_second(self, now: float) -> None:
        hub = self._hub
        for source in list(hub.sources.values()):
            if now - source.touched > IDLE_SECONDS and source.path not in self._dirty and source not in self._finishing:
                with hub.index.tick():
                    self._finish(source)
        for path in [path for path, due in self._gone.items() if now >= due]:
            del self._gone[path]
            self._lost(path)
        for path in [path for path, due in self._again.items() if now >= due]:
            del self._again[path]
            self._changed(path)
        for run in self._store.wanted():
            self._want(run)
        self._miss_places()
        self._show_queue()
        self._save()

    def _miss_places(self) -> None:
        """Tell of watched places that went away, as a disk does that is unmounted, or never came, until they are there.

        A place where some agent would write, that nobody named, is not missed before it was there.
        """
        problems = self._hub.problems
        there = self._scout.there()
        for place in self._were_there | there | self._scout.named:
            before, now = _NEVER_THERE.format(place), _GONE.format(place)
            if place not in there:
                self._hub.problem(now if place in self._were_there else before)
            else:
                problems[:] = [problem for problem in problems if problem not in {before, now}]
        self._were_there |= there

    def _write(self, now: float) -> None:
        hub = self._hub
        if hub.scribe is not None:
            try:
                hub.commit(self._feeds, closing=self._finishing)
                hub.scribe.tend(now)
                hub.scribe.catch_up()
                hub.drop_forgotten()
                self._save()
            except LedgerError as error:
                raise stopped(error) from error
        if self._finishing:
            with hub.index.tick():
                for source in self._finishing:
                    source.whole()
                    hub.shut(source)
                    hub.sources.pop(source.path, None)
            finished, self._finishing = self._finishing, []
            for path in [source.path for source in finished if source.path in self._dirty]:
                del self._dirty[path]
                self._changed(path)
