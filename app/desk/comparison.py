"""A batch check compared with an earlier one: which findings are new, and whether one of them fails the check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from assure_tui.app.desk.baseline import Baseline, State
from assure_tui.app.desk.batch import Batch
from assure_tui.app.desk.identity import SHARED, Identity, row_fingerprint
from assure_tui.app.desk.report import UNCHECKED, RunReport, counts_as_found
from assure_tui.reconcile.model import (
    SEVERITIES,
    Discrepancy,
    Finding,
    GateResult,
    InputFinding,
    Outcome,
    Severity,
    Unattributed,
    at_least,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding of a run, what it is known by, and how it stands against the baseline: `new` where there is none."""

    finding: Discrepancy | GateResult | InputFinding
    fingerprint: str
    state: State


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """The same for a row that no run accounts for."""

    row: Unattributed
    fingerprint: str
    state: State


@dataclass(frozen=True, slots=True)
class Compared:
    """A run with its findings, worst first."""

    report: RunReport
    findings: tuple[Judged, ...]

    @property
    def known(self) -> int:
        """Number of findings that the baseline has."""
        return sum(judged.state == "known" for judged in self.findings)


class Comparison:
    """What a format writes: iterate over `runs()` once, then over `rows()` once; the counts fill meanwhile."""

    def __init__(self, batch: Batch, *, floor: Severity = "high", baseline: Baseline | None = None) -> None:
        self.batch = batch
        self.floor: Severity = floor
        self.baseline = baseline
        self.checked = 0
        """Runs so far."""
        self.outcomes: Counter[Outcome] = Counter()
        """Claims so far, by outcome."""
        self.states: Counter[State] = Counter()
        """Findings so far."""
        self.failed = False
        """Something at or above the floor was found that the baseline does not have, or not as severe."""
        self.with_findings = 0
        """Runs so far in which something was found."""
        self.failing: list[str] = []
        """Runs so far that fail the check, by their ids."""
        self._keys: set[str] = {SHARED} if batch.feeds else set()

    def runs(self) -> Iterator[Compared]:
        """Check, and give run after run."""
        for report in self.batch.runs():
            self.checked += 1
            identity = report.identity()
            self._keys.add(identity.key)
            self.outcomes.update(claim.outcome for claim in report.claims.values())
            compared = Compared(report, tuple(self._judge(report, identity)))
            self.with_findings += bool(compared.findings)
            if any(judged.state != "known" and self.fails(judged.finding) for judged in compared.findings):
                self.failing.append(report.facts.id)
            yield compared

    @property
    def claims(self) -> tuple[int, int]:
        """How many claims so far could be checked, and how many there are."""
        checked = sum(count for outcome, count in self.outcomes.items() if outcome not in UNCHECKED)
        return checked, sum(self.outcomes.values())

    def _judge(self, report: RunReport, identity: Identity) -> Iterator[Judged]:
        for finding in sorted(report.findings(), key=lambda found: -SEVERITIES.index(found.severity)):
            match finding:
                case Discrepancy():
                    fingerprint = identity.discrepancy(finding.id, finding.claim, finding.effects)
                case GateResult():
                    fingerprint = identity.gate(finding.gate, finding.call_ids, finding.reason)
                case InputFinding():
                    fingerprint = identity.input(finding.code, finding.event, finding.span)
            yield Judged(finding, fingerprint, self._state(finding, fingerprint))

    def rows(self) -> Iterator[JudgedRow]:
        """Yield the rows of shared evidence that no run accounts for, once all runs were checked."""
        for row in self.batch.unattributed:
            fingerprint = row_fingerprint(row.kind, row.message)
            yield JudgedRow(row, fingerprint, self._state(row, fingerprint))

    def _state(self, finding: Finding, fingerprint: str) -> State:
        state = self.baseline.meet(fingerprint, finding.severity) if self.baseline else "new"
        self.states[state] += 1
        self.failed = self.failed or (state != "known" and self.fails(finding))
        return state

    def fails(self, finding: Finding) -> bool:
        """Return whether a finding, if it is new, fails the check."""
        waived = isinstance(finding, GateResult) and not counts_as_found(finding.outcome)
        return not waived and at_least(finding.severity, self.floor)

    def counts(self) -> dict[str, int]:
        """Return how the findings stand against the baseline; empty without one."""
        if self.baseline is None:
            return {}
        vanished, unseen = self.baseline.missed(self._keys)
        return {
            "new": self.states["new"],
            "worse": self.states["worse"],
            "known": self.states["known"],
            "vanished": vanished,
            "not checked": unseen,
        }

    def against(self) -> str:
        """Say in one sentence how the findings stand against the baseline; empty without one."""
        counts = self.counts()
        if not counts:
            return ""
        told = [f"{counts['new']} new", f"{counts['known']} known", f"{counts['vanished']} vanished"]
        if counts["worse"]:
            told.insert(1, f"{counts['worse']} worse than before")
        if counts["not checked"]:
            told.append(f"{counts['not checked']} in runs that were not checked now")
        return f"Against the baseline: {', '.join(told)}."
