"""The recorder: of all processes the one that watches the logs, keeps the index up to date and writes the ledger.

What is read goes into the index at once and into the ledger at most `COMMIT_SECONDS` later; the display never waits for
the ledger. How far a source is recorded follows from the ledger alone: after a crash at any moment, logs that changed
are read again, silently up to there, and recorded from there on.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from assure_tui.app.desk import entries
from assure_tui.app.desk.book import FindingOfRun, RunBook
from assure_tui.app.desk.checks import Checks
from assure_tui.app.desk.entries import Seen, Tags, Words
from assure_tui.app.desk.errors import LedgerDamagedError
from assure_tui.app.desk.index import IndexWriter
from assure_tui.app.desk.live import LiveSource, Recorded
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.rules import rules_digest, version
from assure_tui.app.desk.scribe import Scribe, open_ledger
from assure_tui.app.desk.table import Table
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import RunEvent, Tick
from assure_tui.ingest.walk import Found, discover
from assure_tui.ingest.watch import Watcher
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.lease import RecorderLease
from assure_tui.reconcile.ids import discrepancy_id
from assure_tui.reconcile.model import Change, Discrepancy, Unattributed
from assure_tui.reconcile.settings import Settings

COMMIT_SECONDS = 0.25
TICK_SECONDS = 1.0
IDLE_SECONDS = 600.0
"""A log that did not grow for so long is judged to its end and put away; when it grows again it is read again."""
READ_BYTES = 1 << 20
SLICE_SECONDS = 0.03
"""How long changed logs are read before what was found is shown."""
REST_SECONDS = 0.002
"""Rest after each slice of the backlog, so that other processes stay quick."""
MOVE_SECONDS = 2.0
"""How long a log may be away before it is gone: it may have been renamed."""
WORDS_AT_A_TIME = 2_000
MAX_DUE = 5_000
"""Changed claims and effects that wait for the end of a turn before they are assessed without it."""
LOG_SUFFIXES = frozenset({".jsonl", ".json", ".ndjson"})

OnFinding = Callable[[FindingOfRun, RunBook], None]


class Recorder:
    """Watches `roots`. Call `run` in the thread that owns it; the index and the ledger are opened there."""

    def __init__(
        self,
        home: Home,
        roots: Sequence[Path],
        *,
        settings: Settings | None = None,
        exclude: Sequence[str] = (),
        backfill: bool = False,
        needs_ledger: bool = False,
        on_finding: OnFinding | None = None,
    ) -> None:
        self._home = home
        self._roots = [root.expanduser().absolute() for root in roots]
        self._settings = settings or Settings()
        self._exclude = tuple(exclude)
        self._backfill = backfill
        self._needs_ledger = needs_ledger
        self._on_finding = on_finding
        self.problems: list[str] = []
        """Plain sentences about what could not be watched, read or written."""

    def run(self, stop: threading.Event) -> None:
        """Record until `stop`; wait for the lease first, as long as another process has it.

        Raises:
            LedgerDamagedError: The ledger is damaged, and the caller said that it is needed.
        """
        self._home.prepare()
        lease = RecorderLease(self._home.lease)
        while not lease.try_acquire():
            if stop.wait(1.0):
                return
        try:
            self._open()
            self._record(stop)
        finally:
            self._shut_down()
            lease.release()

    # Life ---------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._tags = Tags.load(self._home.keys)
        self._rules = rules_digest(self._settings)
        self.index = IndexWriter(self._home.index)
        self._table = Table(self._home.desk)
        self._scribe: Scribe | None = None
        try:
            self._scribe = Scribe(open_ledger(self._home), self._tags, self.index)
            self._scribe.catch_up()
        except LedgerDamagedError as error:
            if self._needs_ledger:
                raise
            self._problem(f"nothing is recorded: {error}")
        self._checks = Checks(self._settings)
        self._sources: dict[Path, LiveSource] = {}
        self._dirty: dict[Path, None] = {}
        self._backlog: list[tuple[Found, Seen, int]] = []
        self._finishing: list[LiveSource] = []
        self._owners: dict[str, LiveSource] = {}
        self._gone: dict[Path, float] = {}
        self._unattributed: dict[str, Unattributed] = {}
        self._rows_gone: set[str] = set()
        self._broken: set[str] = set()
        self._committed_at = self._ticked_at = 0.0
        self._told: list[str] | None = None

    def _shut_down(self) -> None:
        if not hasattr(self, "_table"):
            return
        if self._scribe is not None:
            try:
                self._commit()
                self._scribe.stop()
            except LedgerError as error:
                self._problem(f"the end of the recording could not be written: {error}")
        self.index.close()
        self._table.close()

    def _record(self, stop: threading.Event) -> None:
        with Watcher(self._roots, stop=stop) as watcher:
            self._look_around()
            while not stop.is_set():
                for path in watcher.wait(self._patience()):
                    self._changed(path)
                for problem in watcher.problems:
                    self._problem(problem)
                self._turn()

    def _patience(self) -> float:
        """How long to wait for changes: not at all while there is work, and no longer than the next duty."""
        if self._dirty:
            return 0.0
        if self._backlog or self._finishing:
            return REST_SECONDS
        return COMMIT_SECONDS / 2

    def _turn(self) -> None:
        now = time.monotonic()
        if self._dirty or self._backlog:
            with self.index.tick():
                self._read(now)
                self._save()
        self._tell()
        if now - self._ticked_at >= TICK_SECONDS:
            self._ticked_at = now
            self._each_second(now)
        if now - self._committed_at >= COMMIT_SECONDS:
            self._committed_at = now
            self._write(now)
        if not self._dirty and not self._backlog:
            self._index_words()

    # Reading ------------------------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Find all logs, note what is history, and queue those that changed since the index saw them whole."""
        known = self.index.known_sources()
        discovery = discover(self._roots, exclude=self._exclude)
        sizes: dict[Path, list[tuple[str, int]]] = {root: [] for root in self._roots}
        stamps: dict[Path, tuple[int, int]] = {}
        for found in discovery.files:
            try:
                status = found.path.stat()
            except OSError:
                continue
            stamps[found.path] = (status.st_size, status.st_mtime_ns)
            sizes[found.root].append((str(found.path), status.st_size))
        for root, logs in sizes.items():
            self._table.first_sight(root, logs)
        history = {} if self._backfill else self._table.history()
        seen: Seen = "backfill" if self._backfill else "late"
        for found in sorted(discovery.files, key=lambda found: stamps.get(found.path, (0, 0))[1]):
            path = str(found.path)
            whole = path in known and known[path][:2] == stamps.get(found.path)
            if not whole or (self._backfill and self._recorded(found.path).upto == 0):
                self._backlog.append((found, seen, history.get(path, 0)))
        present = {str(found.path) for found in discovery.files}
        for path in known.keys() - present:
            if any(Path(path).is_relative_to(root) for root in self._roots):
                self._gone[Path(path)] = 0.0

    def _changed(self, path: Path) -> None:
        if not path.exists():
            self._gone.setdefault(path, time.monotonic() + MOVE_SECONDS)
        elif path in self._sources:
            self._dirty[path] = None
        elif self._admits(path):
            discovery = discover([path])
            for found in discovery.files:
                self._start(found, "live", self._table.history().get(str(path), 0))

    def _admits(self, path: Path) -> bool:
        """Tell whether a path that a notification named may be read: a log by name, inside a root, not excluded."""
        if path.suffix not in LOG_SUFFIXES or any(
            fnmatch(str(path), p) or fnmatch(path.name, p) for p in self._exclude
        ):
            return False
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in self._roots)

    def _start(self, found: Found, seen: Seen, history: int) -> LiveSource | None:
        try:
            with self.index.tick():
                source = LiveSource(
                    found.path, found.adapter, self, recorded=self._recorded(found.path), history=history, seen=seen
                )
        except (OSError, SourceError) as error:
            self._problem(f"{found.path} cannot be read: {error}")
            return None
        source.touched = time.monotonic()
        self._sources[found.path] = source
        self._dirty[found.path] = None
        return source

    def _read(self, now: float) -> None:
        """Read changed logs for a while; without any, one piece of the backlog."""
        until = now + SLICE_SECONDS
        for path in list(self._dirty):
            del self._dirty[path]
            source = self._sources.get(path)
            if source is not None and self._advance(source):
                self._dirty[path] = None
            if time.monotonic() > until:
                return
        if self._backlog and not self._dirty:
            found, seen, history = self._backlog.pop()
            self._start(found, seen, history)

    def _advance(self, source: LiveSource) -> bool:
        try:
            before = source.position
            more = source.advance(READ_BYTES)
        except (OSError, SourceError) as error:
            if source.path.exists():
                self._problem(f"{source.path} could not be read on: {error}")
            return False
        if source.position != before:
            source.touched = time.monotonic()
        if not more:
            if source.seen != "live" and time.time() - source.stamp[1] / 1e9 > IDLE_SECONDS:
                self._finish(source)
            source.seen = "live" if not source.pending else source.seen
        return more

    def _finish(self, source: LiveSource) -> None:
        """Judge the runs of a log to their end, and put the log away."""
        for run in source.books:
            if run not in self._broken:
                self._route(self._checks.close_run(run))
        self._finishing.append(source)
        self._save()

    def _save(self) -> None:
        for source in self._sources.values():
            for book in source.books.values():
                book.save(self.index)
        if self._unattributed or self._rows_gone:
            self.index.unattributed(self._unattributed.values(), self._rows_gone)

    # Room: what a source asks for -----------------------------------------------------------------------------------

    def taken(self, run: str, source: LiveSource) -> bool:
        """Tell whether another log that is still there has a run of this id."""
        home = self.index.home_of(run)
        return home is not None and Path(home) != source.path and Path(home).exists()

    def moved(self, run: str, source: LiveSource) -> Recorded | None:
        """Tell how far the run's log was recorded under another name that it no longer has."""
        home = self.index.home_of(run)
        if home is None or Path(home) == source.path:
            return None
        return self._recorded(Path(home))

    def open(self, run: str, source: LiveSource, *, silent: bool) -> RunBook:
        """Open the book of a run that is about to be read from its beginning."""
        no = self.index.run(run, source.no)
        before = self.index.events_of(run)
        if before and not silent:
            self.index.clear_run(no)
        subject = self._tags.of(f"run:{run}")
        recorded = self._scribe.known.findings.get(subject, {}) if self._scribe else {}
        lines = source.adapter.discipline == "append"
        book = RunBook(
            run,
            no,
            source.no,
            silent=silent,
            held=silent and before > 0,
            indexed=before if silent and lines else 0,
            recorded=recorded,
        )
        book.backlog = self._scribe is None or subject not in self._scribe.known.subjects
        self._owners[run] = source
        return book

    def shut(self, source: LiveSource) -> None:
        """Forget the state of all runs of a source."""
        for run in source.books:
            self._checks.close_run(run)
            self._owners.pop(run, None)

    def check(self, event: RunEvent) -> None:
        """Give an event to the check, and its changes to the books. A run on which the check breaks is only shown."""
        if event.run in self._broken:
            return
        try:
            self._route(self._checks.step(event))
        except Exception as error:  # noqa: BLE001 - a log that breaks the check must not stop the record of the others
            self._broken.add(event.run)
            self._problem(f"the check broke on run {event.run} ({type(error).__name__}: {error}): please report it")

    def altered(self, source: LiveSource, message: str) -> None:
        """Record that a source no longer says what the ledger has of it."""
        declared = source.adapter.discipline != "append"
        code = "revised" if declared else "record-altered"
        text = f"{source.path.name} was rewritten after it was recorded: {message}"
        self._hold(source.path, code, text, anchor=f"{source.recorded.upto}:{source.recorded.chain}")

    def _hold(self, path: Path, code: str, message: str, *, anchor: str) -> None:
        """Put a finding of the desk itself on all runs of a log, at once into the ledger too."""
        for no, run in self.index.runs_of(path):
            subject = self._tags.of(f"run:{run}")
            if self._scribe is None or subject not in self._scribe.known.subjects:
                continue
            finding = Discrepancy(
                id=discrepancy_id(code, f"{run}:{anchor}"),
                run=run,
                code=code,
                severity="critical" if code == "record-altered" else "info",
                claim=None,
                effects=(),
                message=message,
            )
            if finding.id in self._scribe.known.findings.get(subject, {}):
                continue
            self.index.put(no, [(finding, None)])
            self._scribe.write([entries.finding(finding, subject=subject, state="open", claim=None)])
            self._scribe.catch_up()
            if self._on_finding is not None:
                self._on_finding(finding, RunBook(run, no, 0, silent=True, held=True, indexed=0, recorded={}))

    # Changes ------------------------------------------------------------------------------------------------------

    def _route(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if isinstance(change.value, Unattributed):
                self._unclaimed(change)
                continue
            source = self._owners.get(change.value.run)
            book = source.books.get(change.value.run) if source else None
            if book is not None:
                book.change(change)

    def _unclaimed(self, change: Change) -> None:
        row = change.value
        assert isinstance(row, Unattributed)  # noqa: S101 - the caller has looked
        if change.op == "withdraw":
            self._unattributed.pop(row.id, None)
            self._rows_gone.add(row.id)
        else:
            self._rows_gone.discard(row.id)
            self._unattributed[row.id] = row

    def _tell(self) -> None:
        """Tell whoever asked of findings that were opened since, and keep the list of problems."""
        for source in self._sources.values():
            for book in source.books.values():
                if not book.fresh:
                    continue
                fresh, book.fresh = book.fresh, []
                if self._on_finding is not None and not book.silent and (source.pending or not book.backlog):
                    for finding in fresh:
                        self._on_finding(finding, book)
        if self._told != self.problems:
            self._told = list(self.problems)
            with self.index.tick():
                self.index.set_meta("problems", json.dumps(self.problems[-20:]))

    def _problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)

    def _each_second(self, now: float) -> None:
        self._route(self._checks.step(Tick(time.time())))
        for source in list(self._sources.values()):
            if source.path not in self._dirty and source not in self._finishing and now - source.touched > IDLE_SECONDS:
                with self.index.tick():
                    self._finish(source)
        for path, due in list(self._gone.items()):
            if now >= due:
                del self._gone[path]
                self._lost(path)
        for run in self._table.wanted():
            self._want(run)
        if any(book.unsaved for source in self._sources.values() for book in source.books.values()):
            with self.index.tick():
                self._save()

    def _lost(self, path: Path) -> None:
        if path.exists():
            self._changed(path)
            return
        with self.index.tick():
            self._hold(path, "source-gone", f"{path.name} is gone; what was read of it stays", anchor="gone")
        source = self._sources.pop(path, None)
        if source is not None:
            self.shut(source)

    def _want(self, run: str) -> None:
        """Record a run of the history that was opened."""
        home = self.index.home_of(run)
        self._table.granted(run)
        if home is None or self._scribe is None or self._recorded(Path(home)).upto:
            return
        for found in discover([Path(home)]).files:
            self._start(found, "backfill", 0)

    # The ledger -----------------------------------------------------------------------------------------------------

    def _recorded(self, path: Path) -> Recorded:
        if self._scribe is None:
            return Recorded()
        return self._scribe.known.sources.get(self._tags.of(f"source:{path}"), Recorded())

    def _write(self, now: float) -> None:
        if self._scribe is not None:
            try:
                self._commit()
                self._scribe.tend(now)
                self._scribe.catch_up()
            except LedgerError as error:
                self._problem(f"recording has stopped: {error}")
                self._scribe = None
        if self._finishing:
            with self.index.tick():
                for source in self._finishing:
                    source.whole()
                    self.shut(source)
                    self._sources.pop(source.path, None)
            self._finishing.clear()

    def _commit(self) -> None:
        """Write what the ledger does not have, of all sources at once: all of it is there after a crash, or none."""
        if self._scribe is None:
            return
        words: list[Words] = []
        sources = list(self._sources.values())
        for source in sources:
            words += self._observed(source)
        settled: list[Callable[[], None]] = []
        for source in sources:
            for book in source.books.values():
                if not book.backlog and not book.silent:
                    words += self._thoughts(book, closing=source in self._finishing, settled=settled)
        words += self._shared_rows()
        self._scribe.write(words)
        for source in sources:
            if source.pending:
                source.committed()
        for settle in settled:
            settle()

    def _observed(self, source: LiveSource) -> list[Words]:
        words: list[Words] = []
        for run, pending in source.pending.items():
            source.books[run].leave_backlog()
            words.append(
                entries.observed(
                    subject=self._tags.of(f"run:{run}"),
                    source=self._tags.of(f"source:{source.path}"),
                    unit="bytes" if source.adapter.form == "lines" else "item",
                    start=pending.start,
                    end=pending.end,
                    upto=source.position,
                    digests=pending.digests,
                    seen=source.seen,
                    content={
                        "run": run,
                        "path": str(source.path),
                        "adapter": source.adapter.name,
                        "chain": source.chain.hex(),
                        "salt": source.salt,
                    },
                )
            )
        return words

    def _thoughts(self, book: RunBook, *, closing: bool, settled: list[Callable[[], None]]) -> list[Words]:
        """Give the entries for what is newly thought of a run, and note what to do when they are written."""
        subject = self._tags.of(f"run:{book.run}")
        words: list[Words] = []
        findings = list(book.unwritten_findings())
        if book.due and (book.turn_ended or closing or findings or len(book.due) > MAX_DUE):
            counts = book.counts()
            words.append(
                entries.assessed(
                    subject=subject,
                    run=book.run,
                    values=book.due.values(),
                    counts={name: counts[name] for name in ("confirmed", "contradicted", "unchecked", "findings")},
                    why="end" if closing else "turn" if book.turn_ended else "change",
                    program=version(),
                    rules=self._rules,
                )
            )
            settled.append(book.assessed)
        for value, state in findings:
            claim = book.claim_value(self.index, getattr(value, "claim", None))
            words.append(entries.finding(value, subject=subject, state=state, claim=claim))
        settled.append(partial(book.written, findings))
        return words

    def _shared_rows(self) -> list[Words]:
        """Give the entries for rows that no run accounts for, where they differ from the ledger's."""
        assert self._scribe is not None  # noqa: S101 - the caller has looked
        known = self._scribe.known.rows
        words: list[Words] = []
        for row in self._unattributed.values():
            digest = entries.value_digest(row)
            before = known.get(row.id)
            if before != digest:
                subject = self._tags.of(f"source:{row.source}")
                state: entries.State = "open" if before is None else "revised"
                words.append(entries.finding(row, subject=subject, state=state, claim=None))
        return words

    def _index_words(self) -> None:
        if self.index.words_behind():
            with self.index.tick():
                self.index.index_words(WORDS_AT_A_TIME)
