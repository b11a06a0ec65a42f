"""How close the action in words is to what a call did, and which names and amounts texts mention."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile.actionwords import DO, OTHER, group_of
from assure_tui.reconcile.claims.values import number
from assure_tui.reconcile.model import Money
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.claims.values import Found
    from assure_tui.reconcile.match.business.model import Act

KIN = Decimal("1.8")
"""From this kinship on an action is told by the other's name."""
SAME_ACTION = Decimal(3)
_SAME_GROUP = Decimal("1.8")
ANYTHING = Decimal("1.4")
"""Kinship of what was "done" with any action."""
EDITS = Decimal("1.3")
"""Kinship of making something and changing it."""
_NEAR = Decimal(1)


@cache
def _near() -> dict[str, frozenset[str]]:
    return {group: frozenset(others.split()) for group, others in table("actions")["near"].items()}


@cache
def _implied() -> dict[str, frozenset[str]]:
    return {action: frozenset(others.split()) for action, others in table("actions")["implied"].items()}


@lru_cache(maxsize=4096)
def kinship(said: str, done: str) -> Decimal:
    """Return how nearly two actions are the same, from 0 to 3."""
    if said == done:
        return SAME_ACTION
    if DO in {said, done}:
        return Decimal(0) if "draft" in {said, done} else ANYTHING
    one, other = group_of(said), group_of(done)
    if one == other and one != OTHER:
        return _SAME_GROUP
    if {one, other} == {"make", "change"}:
        return EDITS
    if is_implied(said, done) or other in _near().get(one, ()):
        return _NEAR
    return Decimal(0)


def kin_of(frame: Frame, act: Act) -> Decimal:
    """Return how nearly an act does what words say: by the noun's action or by the verb's own ("filed the return")."""
    kin = kinship(frame.action, act.action)
    apart = bool(frame.objects and act.objects) and frame.objects.isdisjoint(act.objects)
    same = act.verb == frame.lemma and not (
        apart and act.group != group_of(frame.action)
    )  # "sent a letter", `send_money`
    return SAME_ACTION if same or (frame.deed == act.action and frame.deed in _OWN) else kin


_OWN = frozenset({"submit"})
"""Actions of verbs that count beside the action of the noun they govern."""


def implied_by(said: str) -> frozenset[str]:
    """Return the actions that bring about what is said without a call of its own."""
    return _implied().get(said, frozenset())


def is_implied(said: str, done: str) -> bool:
    """Return whether an act brings about what is said without a call of its own."""
    return done in implied_by(said)


def speaks_of(context: str, name: str) -> bool:
    """Return whether a text speaks of a name: as a whole, or of an e-mail address by the person's name in it."""
    if len(name) < 2:
        return False
    at = context.find(name)
    while at >= 0:
        end = at + len(name)
        if not (at and context[at - 1].isalnum()) and not (end < len(context) and context[end].isalnum()):
            return True
        at = context.find(name, at + 1)
    if "@" in name:
        return any(part in context for part in re.split(r"[.\d_+-]+", name.split("@", maxsplit=1)[0]) if len(part) > 2)
    return False


@lru_cache(maxsize=8192)
def said_of(name: str, context: str) -> bool:
    """Tell the same; it is remembered, since a window is judged again and again."""
    return speaks_of(context, name)


def amounts_of(values: Iterable[Found]) -> list[Decimal]:
    """Return the amounts among values: money, and plain numbers with decimals."""
    found = []
    for value in values:
        if value.kind == "money" and isinstance(value.value, Money):
            amount = number(value.value.value)
            if amount is not None:
                found.append(amount)
        elif value.kind == "number" and isinstance(value.value, Decimal) and value.value.as_tuple().exponent != 0:
            found.append(value.value)
    return found


def values_of(values: Iterable[Found], kind: str) -> list[str]:
    """Return the values of a kind, as text."""
    return [str(value.value) for value in values if value.kind == kind]
