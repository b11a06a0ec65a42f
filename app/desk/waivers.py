"""Waivers of gates that operators gave: who let a gate off on a run, why, and until when. They are in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from assure_tui.app.desk.errors import UsageError
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import Rule

if TYPE_CHECKING:
    from assure_tui.app.desk.library import Asking

MAX_DAYS = 366
"""Days that a waiver may run."""


class GivenWaiver(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver as it stands in the ledger. Times are in seconds since the epoch."""

    run: str
    gate: str
    reason: str
    by: str
    until: float
    time: float
    entry: int


def check(gate: str, reason: str, until: float, now: float, rules: Mapping[str, Rule]) -> None:
    """Refuse a waiver that may not be given.

    Raises:
        UsageError: There is no such gate, nobody may waive it, no reason is given, or the time is none ahead.
    """
    rule = rules.get(gate)
    if rule is None:
        raise UsageError(f"there is no gate {gate!r}: `assure-tui gates list` lists them.")
    if rule.waiver == "nobody":
        raise UsageError(f"gate {gate} says that nobody may waive it.")
    if not reason.strip():
        raise UsageError("a waiver needs a reason in words.")
    if until <= now:
        raise UsageError("a waiver ends at a time ahead: give --until a later one.")
    if until > now + MAX_DAYS * 86_400:
        raise UsageError(f"a waiver runs for at most {MAX_DAYS} days: give --until an earlier time.")


def applied(gates: Iterable[GateResult], waivers: Sequence[GivenWaiver], now: float) -> tuple[GateResult, ...]:
    """Give a run's results of gates as they stand under its waivers now."""
    return tuple(_under(result, waivers, now) for result in gates)


def _under(result: GateResult, waivers: Sequence[GivenWaiver], now: float) -> GateResult:
    waiver = standing(result.gate, waivers, now)
    if waiver is None or result.outcome not in {"failed", "bypassed", "pending", "error"}:
        return result
    message = f"{result.message}; waived by {waiver.by}: {waiver.reason}"
    return msgspec.structs.replace(result, outcome="waived", message=message)


def standing(gate: str, waivers: Sequence[GivenWaiver], now: float) -> GivenWaiver | None:
    """Give the newest waiver of a gate that has not run out."""
    return next((one for one in reversed(waivers) if one.gate == gate and now < one.until), None)


def asks_still(ask: Asking, waivers: Sequence[GivenWaiver], now: float) -> bool:
    """Tell whether a finding asks for a decision although a run has waivers."""
    return ask.kind != "gate" or standing(ask.code, waivers, now) is None
