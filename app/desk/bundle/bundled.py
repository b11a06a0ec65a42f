"""A bundle on the screen: the desk's reading side over what somebody else exported. Nothing of it can be changed.

What the ledger proves (findings, notes, decisions, verdicts as far as they are shown, and the seals) is read from the
proved entries. `view.json` adds, for reading, what the ledger only has digests of: claims, effects and events. Each of
them is held against what was sealed (`provenance`), and marked where that does not prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.bundle.evidence import evidence_checks
from assure_tui.app.desk.bundle.provenance import Proven
from assure_tui.app.desk.bundle.run import detail_of
from assure_tui.app.desk.bundle.view import UNPROVEN, View, mark, prove_view, read_view
from assure_tui.app.desk.errors import GoneError, UsageError
from assure_tui.app.desk.filters import Subject as Filtered
from assure_tui.app.desk.filters import compile_filter
from assure_tui.app.desk.rule_stats import Performance, Recall
from assure_tui.app.desk.views import Approval, EventRow, FileDiff, LedgerView, Presence, RunDetail, RunRow, SshChoice
from assure_tui.app.desk.watch.notices import Alert
from assure_tui.ledger.bundle import Bundle
from assure_tui.ledger.report import VerifyReport
from assure_tui.ledger.trust import Trust
from assure_tui.reconcile.model import Effect, Unattributed


@dataclass(slots=True)
class BundleDesk:
    """Answers what a face asks of a desk out of one bundle; use `open`. Every act is refused."""

    bundle: Bundle
    trust: Trust
    detail: RunDetail
    view: View | None = None
    events_proven: Proven = field(default_factory=Proven)
    read_only: bool = True
    operator: str = ""
    _report: VerifyReport | None = field(default=None)

    @classmethod
    def open(cls, path: Path, trust: Trust | None = None) -> BundleDesk:
        """Open a bundle.

        Raises:
            UsageError: It is not a bundle, or something in it does not hold.
        """
        with plain_errors():
            bundle = Bundle.open(path)
            view = read_view(bundle)
            events, values = prove_view(bundle, view)
            desk = cls(bundle, trust or Trust(), detail_of(bundle, view, values), view, events)
            desk._verify()
        return desk

    def close(self) -> None:
        """Do nothing: the bundle is in memory."""

    # State ----------------------------------------------------------------------------------------------------------

    def presence(self) -> Presence:
        """Return how the bundle stands."""
        report = self._verify()
        broken = tuple(f"{s.name}: {s.detail}" for s in report.statements if s.state == "failed")
        return Presence(
            recorder="none",
            recorder_pid=None,
            read_only=True,
            revision=0,
            ledger_size=report.size,
            ledger_state="damaged" if report.state == "failed" else report.state,
            problems=broken,
        )

    def revision(self) -> int:
        """Return a number that never grows: a bundle does not change."""
        return 0

    def _verify(self) -> VerifyReport:
        if self._report is None:
            self._report = self.bundle.report(self.trust, evidence_checks(self.bundle))
        return self._report

    def ledger(self) -> LedgerView:
        """Return what was verified of the ledger that the bundle was cut from."""
        report = self._verify()
        newest = sorted(self.bundle.entries.items(), reverse=True)[:50]
        return LedgerView(
            path=str(self.bundle.path),
            origin=report.origin,
            size=report.size,
            root=report.root.hex(),
            issued=None,
            state="damaged"
            if report.state in {"failed", "damaged"}
            else "ok"
            if report.state == "ok"
            else "unanchored",
            checked=None,
            statements=tuple((s.name, s.state, s.detail) for s in report.statements),
            entries=tuple((i, e.kind, e.subject, e.time / 1000, _told(e.clear)) for i, e in newest),
        )

    def verify(self, progress: Callable[..., None] | None = None) -> LedgerView:
        """Verify the bundle anew."""
        del progress
        self._report = None
        return self.ledger()

    # The run --------------------------------------------------------------------------------------------------------

    def runs(self, query: str = "") -> list[RunRow]:
        """Return the bundle's run, if the filter lets it through."""
        gates = [gate.gate for gate in self.detail.gates]
        codes = gates + [each.code for each in self.detail.discrepancies] + [each.code for each in self.detail.inputs]
        return [self.detail.row] if compile_filter(query)(Filtered(self.detail.row, codes, gates)) else []

    def run(self, run: str) -> RunDetail:
        """Return the run.

        Raises:
            UsageError: The bundle is about another.
        """
        row = self.detail.row
        if run not in {row.id, row.id.removeprefix("r-")} and not (len(run) > 3 and row.id.startswith(run)):
            raise UsageError(f"{self.bundle.path} has no run {run!r}: it is about {row.id}.")
        return self.detail

    def alerts(self) -> list[Alert]:
        """Notify nobody: a bundle brings no news."""
        return []

    def unattributed(self) -> list[Unattributed]:
        """Return nothing: a bundle is about one run."""
        return []

    def event_count(self, run: str) -> int:
        """Return the number of events that came with the bundle."""
        self.run(run)
        return len(self.view.events) if self.view else 0

    def events(self, run: str, start: int, count: int) -> list[EventRow]:
        """Return a window of the events."""
        self.run(run)
        return self.view.events[max(start, 0) : max(start, 0) + max(count, 0)] if self.view else []

    def position(self, run: str, event_id: str) -> int | None:
        """Return the number of an event."""
        self.run(run)
        return next((n for n, event in enumerate(self.view.events if self.view else []) if event.id == event_id), None)

    def event_text(self, run: str, event_id: str) -> str:
        """Return the text of an event.

        Raises:
            GoneError: The bundle does not have it.
        """
        self.run(run)
        text = self.view.texts.get(event_id) if self.view else None
        if text is None:
            raise GoneError("the bundle does not hold the text of this event.")
        marked = mark(event_id, self.events_proven)
        return f"{marked}\n{text}" if marked else text

    def diffs(self, run: str, acts: Sequence[Effect] | None = None) -> list[FileDiff]:
        """Return what the run, or some of its acts, did to each file."""
        self.run(run)
        found = [self._marked_diff(diff) for diff in self.view.diffs] if self.view else []
        if acts is None:
            return found
        names = {act.id for act in acts}
        some = ((diff, tuple(hunk for hunk in diff.hunks if hunk[0] in names)) for diff in found)
        return [msgspec.structs.replace(diff, hunks=hunks) for diff, hunks in some if hunks]

    def _marked_diff(self, diff: FileDiff) -> FileDiff:
        known = self.events_proven.hunks
        hunks = tuple((name, hunk if hunk in known else f"{UNPROVEN}\n{hunk}") for name, hunk in diff.hunks)
        return msgspec.structs.replace(diff, hunks=hunks)

    def search(self, text: str, run: str | None = None, limit: int = 200) -> list[EventRow]:
        """Find events by the words of their summary."""
        if run is not None:
            self.run(run)
        words = text.casefold().split()
        events = self.view.events if self.view and words else []
        hits = [event for event in events if all(word in event.summary.casefold() for word in words)]
        return [msgspec.structs.replace(event, run=self.detail.row.id) for event in hits[:limit]]

    # Acts -----------------------------------------------------------------------------------------------------------

    def _refuse(self, *_words: object, **_more: object) -> NoReturn:
        raise UsageError(
            f"{self.bundle.path} is somebody's evidence and is only read: answer it with `assure-tui countersign`."
        )

    note = decide = undo_decision = verdict = seal = new_operator_key = add_claim = approve = refuse = withdraw = (
        _refuse
    )

    def approvals(self, *, pending: bool = True) -> Sequence[Approval]:
        """Return none: nothing waits here."""
        del pending
        return ()

    def performance(self) -> Sequence[Performance]:
        """Return none: one run tells nothing of how the rules do."""
        return ()

    def recall(self) -> Sequence[Recall]:
        """Return none: one run tells nothing of what readers miss."""
        return ()

    def needs_passphrase(self, key: str | None = None) -> bool:
        """Tell that it does: nothing is signed here."""
        del key
        return True

    withheld = "not disclosed in this bundle"
    """What stands where a desk would say that there was nothing: whoever made the bundle chose what it shows."""
    keys_needed = 1
    """One: whoever countersigns signs alone."""

    def ssh_keys(self) -> Sequence[SshChoice]:
        """Return none: nothing is signed here."""
        return ()

    def operator_keys(self) -> Sequence[Any]:
        """Return none: nothing is signed here."""
        return ()

    def draft(self, key: str) -> str | None:
        """Return no draft."""
        del key
        return None

    def save_draft(self, key: str, text: str) -> None:
        """Keep nothing."""

    def drop_draft(self, key: str) -> None:
        """Keep nothing."""

    def marks(self, run: str) -> set[str]:
        """Return no marks."""
        del run
        return set()

    def marked_runs(self) -> set[str]:
        """Return no marks."""
        return set()

    def mark(self, run: str, subject: str, *, on: bool = True) -> None:
        """Keep nothing."""

    def looked(self, run: str) -> None:
        """Keep nothing."""


def _told(clear: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in clear.items() if name not in {"root", "source"})[:160]
