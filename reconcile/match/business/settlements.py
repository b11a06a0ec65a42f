"""Amounts that a report gives as paid or refunded, where the results of the turn's acts show another.

"Refund: $40 to your card" may be no claim with an act of its own, and the agent may have worked it out before it acted:
what counts is what the system answered that this act brought back or cost.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.values import same_amount
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.bench import cents, cut
from assure_tui.reconcile.match.business.contradicted_lines import NEGATED, accused
from assure_tui.reconcile.match.business.kin import amounts_of
from assure_tui.reconcile.match.business.lines import Line, lines_of
from assure_tui.reconcile.match.business.values import ASIDE, MEANS, MOVED, roles_said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

_BRACKETS = re.compile(r"[()]")


def settlements(outcomes: Outcomes) -> None:
    """Find acts of which the report tells another amount moved than their results do."""
    for turn, at in outcomes.matter.reports.items():
        acts = [act for act in outcomes.window.landed_in(turn) if act.at < at]
        if not any(act.amounts for act in acts) or not all(act.settles for act in outcomes.landed if act.at < at):
            continue
        text = outcomes.text_at(at)
        told: dict[frozenset[str], dict[Decimal, Line]] = {}
        for line in _clauses(text, at) if not asks_leave(text, strictly=True) else ():
            roles = frozenset(roles_said(MEANS.sub("", line.low)))
            amounts = amounts_of(line.values) if roles else []
            if len(amounts) == 1 and not (ASIDE.search(line.low) or NEGATED.search(line.low)):
                told.setdefault(roles, {})[abs(amounts[0])] = line
        known = accused(outcomes) if told else set()
        spoken = [abs(amount) for line in lines_of(text, at) for amount in amounts_of(line.values)] if told else []
        free = [act for act in acts if act.effect.id not in known]
        for roles, lines in told.items():
            _hold(outcomes, free, roles, lines, spoken)


@lru_cache(maxsize=64)
def _clauses(text: str, at: int) -> tuple[Line, ...]:
    """The lines of a text, each without what stands in brackets, and that by itself: "total $90 ($12 charged)"."""
    parts = (part for line in lines_of(text, at) for part in _BRACKETS.split(line.text))
    return tuple(Line(part, at) for part in parts if part.strip())


def _hold(
    outcomes: Outcomes,
    acts: list[Act],
    roles: AbstractSet[str],
    lines: Mapping[Decimal, Line],
    spoken: list[Decimal],
) -> None:
    """Hold lines of one role against the acts of their turn: one line and one amount of an act must be left over."""
    every = [abs(amount) for act in outcomes.landed for amount in _moved(act, roles)]
    every.append(sum(every, Decimal(0)))
    strange = [amount for amount in lines if not any(same_amount(amount, one) for one in every)]
    moved = [(act, amount) for act in acts for amount in _moved(act, roles)]
    untold = [(act, done) for act, done in moved if not any(same_amount(abs(done), one) for one in spoken)]
    if len(strange) == len(untold) == 1:
        (act, done), (said,) = untold[0], strange
        message = f"Says “{cut(lines[said].text)}”, but {act.effect.tool} answered {cents(done)}, not {cents(said)}."
        outcomes.accuse("wrong-value", "high", None, [act], message)


def _moved(act: Act, roles: AbstractSet[str]) -> list[Decimal]:
    """Return what a result tells that its act moved: of payments, which it may list from the first on, the last."""
    own = [amount for role, amount in act.amounts if role in roles & MOVED]
    paid = [amount for role, amount in act.amounts if role == "payment"]
    if own or "refund" in roles:
        return own or [amount for amount in paid if amount < 0]
    return paid[-1:] if len(paid) > 1 else []
