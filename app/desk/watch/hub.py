"""Where logs, the check, the index and the ledger meet: all sources and runs that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.desk import entries
from assure_tui.app.desk.entry_builder import EntryBuilder
from assure_tui.app.desk.unseen import Unseen
from assure_tui.app.desk.watch.live_run import FindingOfRun, LiveRun
from assure_tui.app.desk.watch.live_source import LiveSource, Recorded
from assure_tui.app.desk.watch.rotation import rotated_to
from assure_tui.app.desk.watch.shared import SharedRows
from assure_tui.ingest.model import ToolResult
from assure_tui.ingest.witness.witness import Witness
from assure_tui.reconcile.ids import discrepancy_id
from assure_tui.reconcile.match.coding.steps import CHANGES, paths_of
from assure_tui.reconcile.model import Change, Discrepancy, Effect, GateResult, Unattributed

if TYPE_CHECKING:
    from assure_tui.app.desk.entries import Tags, Words
    from assure_tui.app.desk.index import IndexWriter
    from assure_tui.app.desk.scribe import Scribe
    from assure_tui.app.desk.watch.feeds import Feeds
    from assure_tui.ingest.model import RunEvent, ToolCall
    from assure_tui.reconcile.engine import Item
    from assure_tui.reconcile.workspace import Workspace

OnFinding = Callable[[FindingOfRun, str], None]
"""Told of a finding that was opened, with the run that it is about."""
OnProblem = Callable[[str], None]
"""Told in a plain sentence what could not be watched, read or written."""


class Hub:
    """All live sources. `scribe` is None while there is no ledger to write to: the display goes on."""

    def __init__(
        self,
        index: IndexWriter,
        scribe: Scribe | None,
        check: Workspace,
        tags: Tags,
        *,
        rules: str,
        witnesses: Path,
        on_finding: OnFinding | None,
        on_problem: OnProblem | None = None,
    ) -> None:
        self.index = index
        self.scribe = scribe
        self.sources: dict[Path, LiveSource] = {}
        self.shared = SharedRows(tags)
        self.problems: list[str] = []
        """Plain sentences about what could not be watched, read or written."""
        self._check = check
        self._witnesses = witnesses.absolute()
        """The folder in which only witnesses write."""
        self._witness = Witness(live=True)
        self._tags = tags
        self._builder = EntryBuilder(tags, rules)
        self._on_finding = on_finding
        self._on_problem = on_problem
        self._owners: dict[str, LiveSource] = {}
        self._stirred: dict[LiveRun, None] = {}
        """Runs to which anything happened since index and ledger had all of it: a quiet run costs nothing."""
        self._behind: dict[LiveSource, None] = {}
        """Sources some of whose records are not in the ledger."""
        self._unseen = Unseen(
            lambda: self.scribe.installed() if self.scribe else [],
            lambda run, holds: self.scribe is None or self.scribe.decided(run, holds),
        )
        self._accused: dict[Path, tuple[str, str, str]] = {}
        """Code, message and anchor of logs that were altered: an index that is built anew has their runs only later."""
        self._broken: set[str] = set()
        self.unheard_kinds: frozenset[str] = frozenset()
        """Kinds of effects of which a feed may tell that was not read yet."""
        self._dropped: set[str] = set()
        """Tags of the forgotten runs that were dropped already."""

    def problem(self, sentence: str) -> None:
        """Note what could not be done, once."""
        if sentence not in self.problems:
            self.problems.append(sentence)
            if self._on_problem is not None:
                self._on_problem(sentence)

    def recorded(self, path: Path) -> Recorded:
        """Return how far the ledger has a source."""
        known = self._known_sources()
        return known.get(self._tags.of(f"source:{path}"), Recorded())

    def recorded_feed(self, name: str) -> Recorded:
        """Return how far the ledger has a feed."""
        return self._known_sources().get(self._tags.of(f"feed:{name}"), Recorded())

    def _known_sources(self) -> Mapping[str, Recorded]:
        return self.scribe.known.sources if self.scribe else {}

    def started(self, source: LiveSource, name: str) -> None:
        """Believe a source that lies where only the MCP witness writes, and no link leads there."""
        if source.path.resolve().parent == self._witnesses.resolve():
            self._check.believe(name)

    def forgotten(self, run: str) -> bool:
        """Return whether a run was forgotten: what its log still has of it is passed over."""
        if self.scribe is None or not self.scribe.known.forgotten:
            return False
        return self._tags.of(f"run:{run}") in self.scribe.known.forgotten

    def drop_forgotten(self) -> None:
        """Drop what is kept of runs that were forgotten since, in this process and in the index."""
        if self.scribe is None or self.scribe.known.forgotten == self._dropped:
            return
        self._dropped = set(self.scribe.known.forgotten)
        for source in self.sources.values():
            for run in [run for run in source.runs if self.forgotten(run)]:
                self._stirred.pop(source.runs[run], None)
                source.leave(run)
                self._check.close_run(run)
                self._owners.pop(run, None)
        names = {run: self._tags.of(f"run:{run}") for run in self.index.run_ids()}
        self.index.purge({run: tag for run, tag in names.items() if tag in self._dropped})

    # What a source asks for -----------------------------------------------------------------------------------------

    def taken(self, run: str, source: LiveSource) -> bool:
        """Return whether another log that is still there has a run of this id."""
        home = self.index.home_of(run)
        return home is not None and Path(home) != source.path and Path(home).exists()

    def moved(self, run: str, source: LiveSource) -> Recorded | None:
        """Return how far the run's log was recorded under another name that it no longer has."""
        home = self.index.home_of(run)
        return self.recorded(Path(home)) if home is not None and Path(home) != source.path else None

    def open(self, run: str, source: LiveSource, *, silent: bool) -> LiveRun:
        """Begin a run that is about to be read from its beginning."""
        no = self.index.run(run, source.no)
        before = self.index.events_of(run)
        if before and not silent:
            self.index.clear_run(no)
        elif before and source.adapter.discipline != "append":
            self.index.unindex_words(no)
        if source.path in self._accused:
            self._hold(no, run, *self._accused[source.path])
        subject = self._tags.of(f"run:{run}")
        live = LiveRun(
            run,
            no,
            source.no,
            adapter=source.adapter.name,
            silent=silent,
            held=silent and before > 0,
            indexed=before if silent and source.adapter.discipline == "append" else 0,
            recorded=self.scribe.known.findings.get(subject, {}) if self.scribe else {},
            stir=self._stir,
        )
        live.backlog = self.scribe is None or subject not in self.scribe.known.subjects
        self._owners[run] = source
        return live

    def waits_for_feed(self, source: LiveSource) -> bool:
        """Return whether a feed that was not read yet may say something of the runs of a source.

        Until then what is recorded of them stands: without the feed's rows they would look contradicted for a moment,
        and the seals on them would be stale.
        """
        if not self.unheard_kinds:
            return False
        self.save()
        return self.index.has_effects(source.path, self.unheard_kinds)

    def shut(self, source: LiveSource) -> None:
        """Forget the state of all runs of a source."""
        self._behind.pop(source, None)
        for run, live in source.runs.items():
            self._stirred.pop(live, None)
            self._check.close_run(run)
            self._witness.forget(run)
            self._owners.pop(run, None)

    def behind(self, source: LiveSource) -> None:
        """Hear that the ledger does not have all records of a source."""
        self._behind[source] = None

    def _stir(self, live: LiveRun) -> None:
        self._stirred[live] = None

    def check(self, event: RunEvent) -> None:
        """Give an event to the check, and its changes to its run. A run on which the check breaks is only shown."""
        if event.run not in self._broken and not self._guarded(f"run {event.run}", lambda: self._look_and_step(event)):
            self._broken.add(event.run)

    def _look_and_step(self, event: RunEvent) -> list[Change]:
        """Pass what the workspace shows by now to the check, then the event; return what changed."""
        changes = [change for seen in self._witness.before(event) for change in self._check.step(seen)]
        changes += self._check.step(event)
        for change in list(changes):
            value = change.value
            if isinstance(value, Effect) and value.kind in CHANGES and value.status == "succeeded":
                self._witness.touched(event.run, paths_of(value))
            if isinstance(value, Effect) and isinstance(event, ToolResult) and self._was_gated(value):
                changes += self._check.vouch(value, "gated")
        bypassed = self._past_the_hook(event)
        return [*changes, Change("open", bypassed)] if bypassed is not None else changes

    def _was_gated(self, effect: Effect) -> bool:
        """Return whether the ledger has what the hook decided of the effect's call before it was made."""
        return bool(self.scribe is not None and effect.call_id and self.scribe.was_decided(effect.run, effect.call_id))

    def _past_the_hook(self, event: RunEvent) -> GateResult | None:
        """Return the finding when a call turns out to have gone past the hook that is installed for its agent."""
        source = self._owners.get(event.run)
        live = source.runs.get(event.run) if source is not None else None
        return self._unseen.see(event, live) if live is not None else None

    def altered(self, source: LiveSource, message: str) -> bool:
        """Record that a source no longer says what the ledger has of it; tell whether it goes on with rotated runs."""
        code = "record-altered" if source.adapter.discipline == "append" else "revised"
        text = f"{source.path.name} was rewritten after it was recorded: {message}"
        runs = {run for _, run in self.index.runs_of(source.path)}
        kept = rotated_to(source.path, source.adapter, source.recorded, runs) if code == "record-altered" else None
        if kept is not None:
            code = "source-gone"
            text = f"{source.path.name} was rotated: everything recorded of it is unaltered in {kept.to.name}"
        anchor = f"{source.recorded.upto}:{source.recorded.chain}"
        self._accused[source.path] = code, text, anchor
        self.hold(source.path, code, text, anchor=anchor)
        return kept is not None and kept.goes_on

    # The check ------------------------------------------------------------------------------------------------------

    def take(self, item: Item) -> None:
        """Give the check an item that is not an event of one run, and pass the changes on to their runs."""
        self._guarded(f"a {type(item).__name__}", lambda: self._check.step(item))

    def probe(self, call: ToolCall) -> list[GateResult]:
        """Say what the gates meet in a call that an agent is about to make, as its run stands."""
        return self._check.probe(call)

    def judge(self, source: LiveSource) -> None:
        """Take the end of all runs of a source."""
        for run in source.runs:
            if run not in self._broken:
                self._guarded(f"the end of run {run}", partial(self._check.close_run, run))

    def _guarded(self, what: str, ask: Callable[[], list[Change]]) -> bool:
        """Ask the check; one log that breaks it must not stop the record of the others. Tell whether it held."""
        try:
            self._route(ask())
        except Exception as error:  # noqa: BLE001 - see above: the defect is shown, and recording goes on
            self.problem(f"the check failed on {what} ({type(error).__name__}: {error}): please report it")
            return False
        return True

    def _route(self, changes: Iterable[Change]) -> None:
        for change in changes:
            value = change.value
            if isinstance(value, Unattributed):
                self.shared.change(value, gone=change.op == "withdraw")
                continue
            source = self._owners.get(value.run)
            live = source.runs.get(value.run) if source else None
            if live is not None:
                live.change(change)

    def hold(self, path: Path, code: str, message: str, *, anchor: str) -> None:
        """Put a finding of the desk itself on all recorded runs of a log, at once into the ledger too."""
        for no, run in self.index.runs_of(path):
            self._hold(no, run, code, message, anchor)

    def _hold(self, no: int, run: str, code: str, message: str, anchor: str) -> None:
        if self.scribe is None:
            return
        subject = self._tags.of(f"run:{run}")
        finding = Discrepancy(
            id=discrepancy_id(code, f"{run}:{anchor}"),
            run=run,
            code=code,
            severity="critical" if code == "record-altered" else "info",
            claim=None,
            effects=(),
            message=message,
        )
        known = self.scribe.known
        if subject not in known.subjects or finding.id in known.findings.get(subject, {}):
            return
        self.index.accuse(no, finding)
        self.scribe.write([entries.finding(finding, subject=subject, state="open", claim=None)])
        self.scribe.catch_up()
        if self._on_finding is not None:
            self._on_finding(finding, run)

    # The index and the ledger ---------------------------------------------------------------------------------------

    def unsaved(self) -> bool:
        """Return whether the index is behind."""
        return self.shared.unsaved or any(live.unsaved for live in self._stirred)

    def save(self) -> None:
        """Write to the index what it has not seen; within a transaction."""
        for live in self._stirred:
            live.save(self.index)
        self.shared.save(self.index)

    def tell(self) -> None:
        """Tell whoever wants to know of findings that were opened since; history is not told."""
        for live in self._stirred:
            fresh, live.fresh = live.fresh, []
            if self._on_finding is not None and not live.silent and (self._is_behind(live) or not live.backlog):
                for finding in fresh:
                    self._on_finding(finding, live.run)

    def _is_behind(self, live: LiveRun) -> bool:
        return self._owners.get(live.run) in self._behind

    def commit(self, feeds: Feeds, *, closing: Iterable[LiveSource] = ()) -> None:
        """Write to the ledger what it does not have, in one batch: after a crash all of it is there, or none.

        Raises:
            LedgerError: It could not be written.
        """
        if self.scribe is None:
            self._calm()
            return
        ending = {live: None for source in closing for live in source.runs.values()}
        words: list[Words] = []
        for source in self._behind:
            for run in source.pending:
                source.runs[run].leave_backlog()
            words += self._builder.observed(source)
            words += self.scribe.escrow.words(source)
        settled: list[Callable[[], None]] = []
        for live in self._stirred | ending:
            if live.backlog or live.silent:
                continue
            differences = list(live.unwritten_findings())
            thoughts = list(self._builder.assessed(live, closing=live in ending, changed=bool(differences)))
            if thoughts:
                settled.append(live.assessed)
            words += thoughts
            words += self._builder.findings(live, differences, self.index)
            settled.append(lambda live=live, differences=differences: live.written(differences))  # type: ignore[misc]
        words += feeds.words(self._tags)
        words += self.shared.words(self.scribe.known.rows)
        self.scribe.write(words)
        if self.scribe.escrow.full:
            self.problem(
                f"raw records are no longer kept: the {self.scribe.escrow.limits.keep >> 20} MB that"
                " `keep` in [escrow] of the configuration allows are used up; recording goes on"
            )
        for source in self._behind:
            if source.pending:
                source.committed()
        self._behind.clear()
        for settle in settled:
            settle()
        self._calm()

    def _calm(self) -> None:
        """Stop looking at runs from which index and ledger have all that they take for now."""
        self._stirred = {live: None for live in self._stirred if live.unsaved}
