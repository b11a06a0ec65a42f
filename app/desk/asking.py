"""Which findings ask for a decision: the one answer for what is counted when a run is read and what is shown of it."""

from __future__ import annotations

from typing import Final

from assure_tui.reconcile.model import MET, Discrepancy, GateResult, InputFinding

_SLIGHT: Final = frozenset({"info", "low"})
"""Severities at which a gate that was met is only shown (gates/GATES.md)."""


def asks_as(*, gate: bool, severity: str, outcome: str | None) -> bool:
    """Tell it from what the index has in columns of their own."""
    return outcome in MET and severity not in _SLIGHT if gate else severity != "info"


def asks(value: Discrepancy | GateResult | InputFinding) -> bool:
    """Tell it of a finding."""
    if isinstance(value, GateResult):
        return asks_as(gate=True, severity=value.severity, outcome=value.outcome)
    return asks_as(gate=False, severity=value.severity, outcome=None)
