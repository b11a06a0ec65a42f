"""The recorder: of all processes the one that watches the logs, keeps the index up to date and writes the ledger.

What is read goes into the index at once and into the ledger `recorder_loop.COMMIT_SECONDS` later, or on a disk that
takes longer than that, as much later as it took the last time; the display never waits for the ledger. How far a source
is recorded follows from the ledger alone: after a crash at any moment, logs that changed are read again, silently up to
there, and recorded from there on.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from assure_tui.app.desk.config import UserConfig, read_user
from assure_tui.app.desk.desk_store import DeskStore
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.errors import LedgerDamagedError
from assure_tui.app.desk.faults import damaged
from assure_tui.app.desk.gates import waivers
from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.app.desk.index import IndexWriter
from assure_tui.app.desk.index_file import discard
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.scribe import Scribe, open_ledger
from assure_tui.app.desk.views import LOOKING
from assure_tui.app.desk.watch.feeds import Feeds
from assure_tui.app.desk.watch.hub import Hub, OnFinding, OnProblem
from assure_tui.app.desk.watch.recorder_loop import OnQueue, RecorderLoop
from assure_tui.app.desk.watch.scout import Scout
from assure_tui.app.desk.witnesses import Submitter, witnesses_of
from assure_tui.app.hook.docket import Docket
from assure_tui.app.hook.server import HookServer
from assure_tui.ingest.feeds.spec import FeedSpec
from assure_tui.ingest.watch import Watcher
from assure_tui.ledger.lease import RecorderLease
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace

LEASE_SECONDS = 1.0


class Recorder:
    """Records the logs under some roots, as soon as no other process does."""

    def __init__(
        self,
        home: Home,
        roots: Sequence[Path],
        *,
        settings: Settings | None = None,
        feeds: Sequence[FeedSpec] = (),
        exclude: Sequence[str] = (),
        backfill: bool = False,
        needs_ledger: bool = False,
        user: UserConfig | None = None,
        known: Sequence[str] = (),
        on_finding: OnFinding | None = None,
        on_problem: OnProblem | None = None,
        on_queue: OnQueue = lambda _queue: None,
    ) -> None:
        """`known` are sentences about what will not be watched, which are told as if it had been found out here."""
        self._home = home
        self._known = tuple(known)
        self._user = user or UserConfig()
        self._scout = Scout(roots, exclude, named=self._user.roots)
        self._settings = settings or Settings()
        self._specs = tuple(feeds)
        self._backfill = backfill
        self._needs_ledger = needs_ledger
        self._on_finding = on_finding
        self._on_problem = on_problem
        self._on_queue = on_queue
        self.problems: list[str] = []
        """Plain sentences about what could not be watched, read or written."""
        self.unwritten = False
        """The ledger was found damaged, so that what was watched was not recorded."""

    def run(self, stop: threading.Event) -> None:
        """Record until `stop`; wait for the lease first, as long as another process has it.

        Raises:
            LedgerDamagedError: The ledger is damaged, and the caller said that it is needed.
            UsageError: The ledger cannot be written, or the key of its tags is missing.
        """
        self._home.prepare()
        lease = RecorderLease(self._home.lease)
        while not lease.try_acquire():
            if stop.wait(LEASE_SECONDS):
                return
        try:
            self._term(stop)
        except sqlite3.DatabaseError as error:
            if not damaged(error):
                raise
            discard(self._home.index)
            self._term(stop)
        finally:
            lease.release()

    def _term(self, stop: threading.Event) -> None:
        """Record until `stop`; whoever calls has the lease."""
        with ExitStack() as stack:
            tags = Tags.load(self._home.keys, make=not (self._home.ledger / "trust").exists())
            index = stack.enter_context(closing(IndexWriter(self._home.index)))
            index.show_queue(LOOKING)
            store = stack.enter_context(closing(DeskStore(self._home.desk)))
            hub = Hub(
                index,
                None,
                Workspace(self._settings, evaluator()),
                tags,
                rules=rules_digest(self._settings),
                witnesses=self._home.witness,
                on_finding=self._on_finding,
                on_problem=self._on_problem,
            )
            self.problems = hub.problems
            for sentence in self._known:
                hub.problem(sentence)
            hub.scribe = self._scribe(hub, tags)
            hub.drop_forgotten()
            lock = threading.RLock()
            self._listen(hub, tags, lock, stack)
            self._submit(hub, stack)
            feeds = Feeds(self._specs, {spec.name: hub.recorded_feed(spec.name) for spec in self._specs})
            stack.callback(feeds.stop)
            for state in feeds.announce():
                hub.take(state)
            loop = RecorderLoop(hub, self._scout, store, feeds, self._on_queue)
            watcher = stack.enter_context(Watcher(self._scout.roots, stop=stop))
            loop.begin(backfill=self._backfill)
            while not stop.is_set():
                changed = watcher.wait(loop.patience())
                with lock:
                    loop.turn(changed, watcher.problems)
            loop.end()

    def _listen(self, hub: Hub, tags: Tags, lock: threading.RLock, stack: ExitStack) -> None:
        """Answer agents' hooks while it records; they look at the runs under `lock`."""
        if hub.scribe is None:
            return
        docket = Docket(hub.scribe.ledger, tags, self._home.keys, where="workstation")
        server = HookServer(
            self._home.hook,
            docket,
            hub.probe,
            rules_of(self._settings),
            lock=lock,
            wait=self._user.approval_wait,
            let_off=waivers.of(self._home),
            closed=self._user.hook_if_error == "closed",
        )
        server.start()
        stack.callback(server.stop)
        if server.problem:
            hub.problem(server.problem)

    def _submit(self, hub: Hub, stack: ExitStack) -> None:
        """Have the configured witnesses cosign what is published, while it records, and once after."""
        if hub.scribe is None or not self._user.witnesses:
            return
        witnesses = witnesses_of(self._user.witnesses)
        submitter = Submitter(self._home.ledger, self._home.pins, witnesses, hub.problem)
        submitter.start()
        stack.callback(submitter.stop)

    def _scribe(self, hub: Hub, tags: Tags) -> Scribe | None:
        try:
            scribe = Scribe(open_ledger(self._home), tags, hub.index, read_user(self._home.config).escrow)
            scribe.catch_up()
            if scribe.locked_from is not None:
                hub.problem(
                    f"contents are locked, from entry {scribe.locked_from} on: the index lacks what they say, and logs"
                    " are not held against what was recorded of them before; `assure-tui keys unwrap` opens them"
                )
        except LedgerDamagedError as error:
            if self._needs_ledger:
                raise
            hub.problem(f"nothing is recorded: {error}")
            self.unwritten = True
            return None
        return scribe
