"""What stands behind a finding, and where: the same questions in every format."""

from __future__ import annotations

from assure_tui.app.desk.comparison import Judged
from assure_tui.app.desk.report import RunReport
from assure_tui.ingest.model import Locator, Origin
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, GateResult


def claim_of(report: RunReport, judged: Judged) -> Claim | None:
    """Return the claim that a finding is about."""
    finding = judged.finding
    return report.claims.get(finding.claim or "") if isinstance(finding, Discrepancy) else None


def effects_of(report: RunReport, judged: Judged) -> list[Effect]:
    """Return the effects that a finding rests on."""
    finding = judged.finding
    if isinstance(finding, GateResult):
        return []
    return [report.effects[name] for name in finding.effects if name in report.effects]


def path_of(report: RunReport, origin: Origin) -> str | None:
    """Return the log that a record stands in, as it was named; None when it stands elsewhere, as in a feed."""
    return report.shown if origin.source in report.sources else None


def place(at: Locator) -> str:
    """Say where in its source a record stands."""
    if at.unit == "bytes":
        line = f"line {at.line}, " if at.line else ""
        return f"{line}bytes {at.start} to {at.start + at.length}"
    return f"{at.unit} {at.start}"


def spot(report: RunReport, origin: Origin) -> str:
    """Say in two words where a record of the run's log stands, for people; nothing where it stands elsewhere."""
    at = origin.at
    if origin.source not in report.sources:
        return ""
    return f"line {at.line}" if at.line else f"{at.unit} {at.start}"
