"""Gates that operators let off: waivers of a gate on a run, until when, and calls that were approved one by one.

Both are in the ledger. `of` reads them there, for whoever checks without a desk: the batch check, the hook, the proxy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from assure_tui.app.desk.errors import DeskError, UsageError
from assure_tui.reconcile.model import MET, GateResult
from assure_tui.reconcile.rulebook import Rule

if TYPE_CHECKING:
    from assure_tui.app.desk.acts import Acts
    from assure_tui.app.desk.library import Asking
    from assure_tui.app.desk.paths import Home

LetOff: TypeAlias = Callable[[str, Sequence[GateResult]], tuple[GateResult, ...]]
"""Gives results of gates on a run as they stand under what operators let off."""

MAX_DAYS = 366
"""Days that a waiver may run."""
KINDS = ("waiver", "approval")
"""Kinds of entries that let gates off."""


class GivenWaiver(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver as it stands in the ledger. Times are in seconds since the epoch."""

    run: str
    gate: str
    reason: str
    by: str
    until: float
    time: float
    entry: int


class Approved(msgspec.Struct, frozen=True):
    """An operator's approval of one call, in spite of a gate."""

    by: str
    reason: str


def check(gate: str, reason: str, until: float, now: float, rules: Mapping[str, Rule]) -> None:
    """Refuse a waiver that may not be given.

    Raises:
        UsageError: There is no such gate, nobody may waive it, no reason is given, or the time is past.
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


def of(home: Home) -> LetOff:
    """Return what applies the waivers and approvals that stand in an installation's ledger whenever it is asked.

    The ledger is only read. Without one, or if it cannot be read, nothing is let off.
    """
    return lambda run, gates: _read(home).let_off(run, gates, time.time())


def once(home: Home) -> LetOff:
    """Return the same for a check of many runs: the ledger is read once, when a gate first objects."""
    acts = cache(lambda: _read(home))
    return lambda run, gates: acts().let_off(run, gates, time.time())


def _read(home: Home) -> Acts:
    from assure_tui.app.desk.acts import Acts  # noqa: PLC0415 - what is let off is asked for after a gate objected
    from assure_tui.app.desk.archive import Archive  # noqa: PLC0415 - likewise
    from assure_tui.app.desk.library import Library  # noqa: PLC0415 - likewise

    library = Library(home.index)
    try:
        return Acts.gather(Archive(home, library, read_only=True).entries(KINDS), lambda _: None)
    except (DeskError, OSError):
        return Acts()
    finally:
        library.close()


def applied(
    gates: Iterable[GateResult], waivers: Sequence[GivenWaiver], approved: Mapping[str, Approved], now: float
) -> tuple[GateResult, ...]:
    """Return a run's results of gates as they stand under its waivers and approvals (by finding) now."""
    return tuple(_under(result, waivers, approved.get(result.id), now) for result in gates)


def _under(result: GateResult, waivers: Sequence[GivenWaiver], approval: Approved | None, now: float) -> GateResult:
    if result.outcome not in MET:
        return result
    if approval is not None:
        message = f"{result.message}; approved by {approval.by}: {approval.reason}"
        return msgspec.structs.replace(result, outcome="waived", message=message)
    waiver = standing(result.gate, waivers, now)
    if waiver is None:
        return result
    message = f"{result.message}; waived by {waiver.by}: {waiver.reason}"
    return msgspec.structs.replace(result, outcome="waived", message=message)


def standing(gate: str, waivers: Sequence[GivenWaiver], now: float) -> GivenWaiver | None:
    """Return the newest waiver of a gate that has not run out."""
    return next((one for one in reversed(waivers) if one.gate == gate and now < one.until), None)


def asks_still(ask: Asking, waivers: Sequence[GivenWaiver], approved: Mapping[str, Approved], now: float) -> bool:
    """Return whether a finding asks for a decision although a run has waivers, and calls of it were approved."""
    return ask.kind != "gate" or (ask.id not in approved and standing(ask.code, waivers, now) is None)
