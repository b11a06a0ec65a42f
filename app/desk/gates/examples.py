"""Tests gates by their examples, and their conditions by whether CEL can read them at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.gates.examples import Played, play

if TYPE_CHECKING:
    from assure_tui.reconcile.gates.conditions import Evaluator
    from assure_tui.reconcile.rulebook import Rule

_UNREADABLE = ("ValueError:", "it takes longer", "its brackets", "more than", "it has more", "it is longer")


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """The examples of one gate: how many were played, how many of these must fire, and those that do not hold."""

    gate: str
    played: int
    fire: int
    wrong: tuple[Played, ...]


def tested(rule: Rule, evaluator: Evaluator) -> Tested:
    """Play the examples of a gate."""
    played = list(play(rule, evaluator))
    return Tested(
        gate=rule.id,
        played=len(played),
        fire=sum(one.must_fire for one in played),
        wrong=tuple(one for one in played if not one.holds),
    )


def broken_conditions(rule: Rule, evaluator: Evaluator) -> list[str]:
    """Say which conditions of a gate are no CEL; what only lacks its variables is."""
    return list(_broken(rule, evaluator))


def _broken(rule: Rule, evaluator: Evaluator) -> Iterator[str]:
    for name, expression in (("when", rule.when), ("require", rule.require)):
        if name == "when" and not expression:
            continue
        (answer,) = evaluator.evaluate([(expression, rule.params)], {})
        if isinstance(answer, str) and answer.startswith(_UNREADABLE):
            yield f"`{name}` cannot be evaluated: {answer}"
