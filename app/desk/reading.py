"""What the desk reads: runs, events, findings, and how the ledger stands. See `assure_tui.app.desk.desk` for the acts.

Answers come out of the index, and what the index does not have yet out of the ledger. Nothing here writes the index:
that is the recorder's, in this process or another. Methods may be called from several threads.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

from assure_tui.app.desk import entries, timeline
from assure_tui.app.desk.approvals import Approvals
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.chain import Chain
from assure_tui.app.desk.config import UserConfig, WorkspaceConfig
from assure_tui.app.desk.desk_store import DeskStore, DeskStores
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.errors import GoneError
from assure_tui.app.desk.escrow import kept_records
from assure_tui.app.desk.faults import remedy
from assure_tui.app.desk.filters import compile_filter
from assure_tui.app.desk.gates.waivers import GivenWaiver
from assure_tui.app.desk.hooked import corrected, decisions
from assure_tui.app.desk.library import Library
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.report import UNCHECKED
from assure_tui.app.desk.roster import Roster
from assure_tui.app.desk.rule_stats import Performance, Recall, Rules, recall
from assure_tui.app.desk.views import Approval, Coverage, EventRow, FileDiff, LedgerView, Presence, RunDetail, RunRow
from assure_tui.app.desk.watch.heartbeat import HEARTBEAT_SECONDS, unobserved
from assure_tui.app.desk.watch.notices import Alert
from assure_tui.ledger.lease import RecorderLease
from assure_tui.reconcile.model import Effect, Unattributed

if TYPE_CHECKING:
    from assure_tui.app.desk.acts import SealOf

Kept = TypeVar("Kept")


class Reading:
    """The desk without its acts; what the operator marks and drafts is kept in a store of their own."""

    def __init__(
        self,
        home: Home,
        config: UserConfig,
        *,
        roots: Sequence[Path],
        read_only: bool,
        workspace: WorkspaceConfig | None = None,
    ) -> None:
        self.home = home
        self.roots = tuple(roots)
        """Which logs this desk is about."""
        self.config = config
        self.workspace = workspace or WorkspaceConfig()
        """What a claim that a reviewer adds is checked against."""
        self.read_only = read_only
        self._library = Library(home.index)
        self._archive = Archive(home, self._library, read_only=read_only)
        recorded = (home.ledger / "trust").exists()
        self._tags = Tags.load(home.keys, make=not recorded) if recorded or not read_only else Tags(b"")
        self._roster = Roster(
            self._library, self._archive, self._tags, vouched=self._vouched_keys if config.four_eyes else None
        )
        self._approvals = Approvals(self._archive, self.subject)
        self._rules, self._rules_of = Rules(), ""
        self._recalled: tuple[int, list[Recall]] = -1, []
        self._chain = Chain(home, self._archive, self._library, config.witnesses)
        self._stores = DeskStores(home.desk)
        self._unkept: dict[str, str] = {}
        """Drafts that the disk refused, for as long as this desk is open."""
        self._refusal = ""
        """Why the operator's store could not be written the last time."""
        self._bumps = 0

    @classmethod
    def open(
        cls,
        home: Home,
        *,
        roots: Sequence[Path] = (),
        config: UserConfig | None = None,
        read_only: bool = False,
        workspace: WorkspaceConfig | None = None,
    ) -> Self:
        """Open the desk of an installation, about the logs under `roots`."""
        if not read_only:
            home.prepare()
        return cls(home, config or UserConfig(), roots=roots, read_only=read_only, workspace=workspace)

    def close(self) -> None:
        """Close all files."""
        self._library.close()
        self._stores.close()

    # State ------------------------------------------------------------------------------------------------------------

    def presence(self) -> Presence:
        """Return who records, and how the desk stands."""
        pid = RecorderLease(self.home.lease).holder()
        problems = self._library.problems() if pid is not None else []
        size, state, damage = self._chain.state()
        return Presence(
            recorder="none" if pid is None else "self" if _ours(pid) else "other",
            recorder_pid=pid,
            read_only=self.read_only,
            revision=self.revision(),
            ledger_size=size,
            ledger_state=state,
            problems=tuple(filter(None, (*problems, damage, self._refusal))),
            queue=self._library.queue() if pid is not None else None,
        )

    def revision(self) -> int:
        """Return a number that grows whenever a face should look again. Cheap enough for 20 times a second."""
        return int(self._library.meta("revision") or 0) + self._bumps

    # Runs -------------------------------------------------------------------------------------------------------------

    def runs(self, query: str = "") -> list[RunRow]:
        """Return the runs that a filter lets through, neediest first; sub-agents' runs follow the run they belong to.

        Raises:
            UsageError: The filter is malformed.
        """
        test = compile_filter(query)
        with self._roster.lock:
            return self._roster.rows(test, self._looked())

    def run(self, run: str) -> RunDetail:
        """Return all of a run but its events. A run of the history is recorded from now on, because somebody looks.

        Raises:
            UsageError: There is no such run, or the prefix is not unique.
        """
        with self._roster.lock:
            columns, asking = self._roster.find(run)
            name = columns["id"]
            row = self._roster.row(columns, asking, self._looked())
            acts, verdict = self._roster.acts, self._roster.verdict(name)
            children = self._roster.children(name)
        if row.attention == "backlog" and not self.read_only:
            self._write(lambda store: store.want(name))
        results = self._library.results(columns["no"])
        claims = (*results["claim"], *acts.claims.get(name, {}).values())
        hook = decisions(self._archive.entries(("hook",), self.subject(name)))
        source, tally = self._library.source(columns["source"])
        return RunDetail(
            row=row,
            sources=(source,),
            claims=claims,
            effects=tuple(results["effect"]),
            discrepancies=tuple(results["discrepancy"]),
            gates=acts.let_off(name, results["gate"], time.time()),
            inputs=tuple(results["input"]),
            decisions=tuple(acts.decisions.get(name, {}).values()),
            notes=tuple(acts.notes.get(name, ())),
            verdict=verdict,
            coverage=Coverage(
                tally=tally,
                calls_without_result=columns["unanswered"],
                sources_incomplete=() if source.complete else (source.path,),
                claims_checked=sum(claim.outcome not in UNCHECKED for claim in claims),
                claims_total=len(claims),
                unobserved=() if row.attention == "backlog" else self._unobserved(row),
            ),
            children=children,
            hook=hook,
            corrected=corrected(claims, hook),
        )

    def _unobserved(self, row: RunRow) -> tuple[tuple[float, float], ...]:
        """Return the intervals of a run in which nobody recorded, as the heartbeats tell."""
        if row.started is None or row.ended is None:
            return ()
        margin = 2 * HEARTBEAT_SECONDS
        beats = self._library.beats(row.started - margin, row.ended + margin)
        return unobserved(row.started, row.ended, beats)

    def alerts(self) -> list[Alert]:
        """Return the undecided findings of all recorded runs, as of the last look at the runs."""
        with self._roster.lock:
            return self._roster.alerts()

    def unattributed(self) -> list[Unattributed]:
        """Return the rows of shared evidence that no run accounts for."""
        return self._library.unattributed()

    def waivers(self, run: str) -> tuple[GivenWaiver, ...]:
        """Return the waivers of a run, oldest first, those that ran out included."""
        name = self._name(run)
        return tuple(self._roster.acts.waivers.get(name, ()))

    def seals_on(self, run: str) -> list[SealOf]:
        """Return the seals on a run that were not withdrawn, oldest first."""
        with self._roster.lock:
            self._roster.refresh()
            return list(self._roster.acts.seals.get(run, ()))

    def performance(self) -> list[Performance]:
        """Return how each rule does: what it found, and what people answered to it. Costs what came since last time."""
        ledger = self._archive.reading()
        origin = ledger.origin if ledger is not None else ""
        with self._roster.lock:
            if origin != self._rules_of:
                self._rules, self._rules_of = Rules(), origin
            self._rules.take(self._archive.entries([*entries.FINDINGS, "decision"], start=self._rules.read_to))
            return self._rules.rows()

    def recall(self) -> list[Recall]:
        """Return for each kind of claim how many were read in the runs that people judged, and how many they added."""
        with self._roster.lock:
            size = self._archive.size()
            if size != self._recalled[0]:
                self._roster.refresh()
                acts = self._roster.acts
                added = [claim.kind for claims in acts.claims.values() for claim in claims.values()]
                read = self._library.claims_by_kind({*acts.verdicts, *acts.claims})
                self._recalled = size, recall(read, added)
            return list(self._recalled[1])

    def approvals(self, *, pending: bool = True) -> list[Approval]:
        """Return the calls that wait for the operator, oldest first; with `pending` off, also those that did."""
        return self._approvals.all(pending=pending)

    @property
    def withheld(self) -> str:
        """Say why what is not shown may have been there all the same: nothing is kept from a desk of one's own."""
        return ""

    @property
    def keys_needed(self) -> int:
        """How many different keys have to seal a verdict before it counts as sealed."""
        return 2 if self.config.four_eyes else 1

    # Events -----------------------------------------------------------------------------------------------------------

    def event_count(self, run: str) -> int:
        """Return the number of events of a run."""
        with self._roster.lock:
            return int(self._roster.find(run)[0]["events"])

    def events(self, run: str, start: int, count: int) -> list[EventRow]:
        """Return a window of a run's events."""
        return self._library.events(self._number(run), start, count)

    def position(self, run: str, event_id: str) -> int | None:
        """Return the number of an event within its run, or None when it has none of that id."""
        return self._library.position(self._number(run), event_id)

    def event_text(self, run: str, event_id: str) -> str:
        """Read an event's record again and give all of its text, raw; out of escrow if the log no longer has it.

        That is said behind the text: where claims stand in it is counted from its beginning.

        Raises:
            GoneError: The log is gone, or its record is another one by now, and escrow does not have it either.
            UsageError: The run has no such event.
        """
        number = self._number(run)
        try:
            return timeline.text(self._library, number, event_id)
        except GoneError:
            row = self._library.event(number, event_id)
            if row is None:
                raise
            for kept in kept_records(self._archive, self._tags, self._name(run), row.path, row.at):
                words = timeline.kept_text(self._library, number, row, kept)
                if words is not None:
                    return f"{words}\n[the log no longer has this; it is shown as it was first seen]"
            raise

    def diffs(self, run: str, acts: Sequence[Effect] | None = None) -> list[FileDiff]:
        """Return what a run, or some of its acts, did to each file, in the order of its edits.

        Hunks whose log is gone are left out.
        """
        return timeline.diffs(self._library, self._number(run), acts)

    def search(self, text: str, run: str | None = None, limit: int = 200) -> list[EventRow]:
        """Find events by the words of their summary; each says which run it is of."""
        no = self._number(run) if run is not None else None
        with self._roster.lock:
            names = self._roster.names()
        hits = self._library.search(text, no, limit)
        return [msgspec.structs.replace(row, run=names[found]) for found, row in hits if found in names]

    # The operator's store ---------------------------------------------------------------------------------------------

    def draft(self, key: str) -> str | None:
        """Return the text that was being written under `key`."""
        kept = self._unkept.get(key)
        return self._read(lambda store: store.draft(key), None) if kept is None else kept

    def save_draft(self, key: str, text: str) -> None:
        """Keep the text that is being written under `key`: on the disk when this returns, in memory if that refuses."""
        self._unkept.pop(key, None)
        if not self._write(lambda store: store.save_draft(key, text)):
            self._unkept[key] = text

    def drop_draft(self, key: str) -> None:
        """Forget the text under `key`."""
        self._unkept.pop(key, None)
        self._write(lambda store: store.drop_draft(key))

    def marks(self, run: str) -> set[str]:
        """Return the ids that are marked in a run."""
        name = self._name(run)
        return self._read(lambda store: store.marks(name), set())

    def marked_runs(self) -> set[str]:
        """Return the runs that are marked as a whole."""
        return self._read(DeskStore.marked_runs, set())

    def mark(self, run: str, subject: str, *, on: bool = True) -> None:
        """Mark something in a run, or take the mark away."""
        name = self._name(run)
        self._write(lambda store: store.mark(name, subject, on=on))

    def looked(self, run: str) -> None:
        """Remember that the operator has looked at the run as it stands."""
        with self._roster.lock:
            columns = self._roster.find(run)[0]
        self._write(lambda store: store.looked(columns["id"], columns["evidence"]))

    def _read(self, read: Callable[[DeskStore], Kept], otherwise: Kept) -> Kept:
        """Read from the operator's store, which is opened first, and may not be on a full disk."""
        if self.read_only:
            return otherwise
        try:
            return read(self._stores.mine())
        except sqlite3.Error as error:
            self._refuse(error)
            return otherwise

    def _write(self, write: Callable[[DeskStore], None]) -> bool:
        """Write to the operator's store, and tell whether it was written."""
        if self.read_only:
            return True
        try:
            write(self._stores.mine())
        except sqlite3.Error as error:
            self._refuse(error)
            return False
        if self._refusal and not self._unkept:
            self._refusal = ""
            self._bumps += 1
        return True

    def _refuse(self, error: sqlite3.Error) -> None:
        """Go on without the operator's store: it makes work easier, but is not part of the record.

        `presence` says what stands in the way, until the store is written again and no draft is in memory only.
        """
        mend = remedy(error)
        if not mend:
            raise error
        refusal = f"Drafts and marks are not written ({error}): {mend}."
        if refusal != self._refusal:
            self._refusal = refusal
            self._bumps += 1

    def _looked(self) -> dict[str, int]:
        return self._read(DeskStore.all_looked, {})

    # Ledger -----------------------------------------------------------------------------------------------------------

    def ledger(self) -> LedgerView:
        """Return the ledger as it was last checked, with its newest entries."""
        return self._chain.view()

    def verify(self, progress: Callable[[int, int], None] | None = None) -> LedgerView:
        """Verify the whole ledger, reading only; give it as it stands then."""
        view = self._chain.verify(progress)
        self._bumps += 1
        return view

    def check_log(self, log: Path, at: Path | None = None) -> list[str]:
        """Say where a log, or a copy of it at `at`, is not what was recorded; nothing when it is.

        Raises:
            UsageError: The log was never recorded.
        """
        return self._chain.check_log(self._tags, log, at)

    # What is meant ----------------------------------------------------------------------------------------------------

    def subject(self, run: str) -> str:
        """Return the tag under which a run stands in the ledger."""
        return self._tags.of(f"run:{run}")

    def _name(self, run: str) -> str:
        with self._roster.lock:
            return str(self._roster.find(run)[0]["id"])

    def _number(self, run: str) -> int:
        with self._roster.lock:
            return self._roster.number(run)

    def _vouched_keys(self) -> set[str]:
        """Return the keys that this installation vouches for, as entries of seals have them."""
        from assure_tui.app.desk.operators import own_trust, vouched_keys  # noqa: PLC0415 - cryptography, only here

        with plain_errors():
            return vouched_keys(own_trust(self.home.keys))


def _ours(pid: int) -> bool:
    """Return whether a process is this one, or was started by it and shares its process group."""
    if pid == os.getpid():
        return True
    try:
        return os.getpgid(pid) == os.getpgrp()
    except (OSError, AttributeError):  # it has ended meanwhile, or the system has no process groups
        return False
