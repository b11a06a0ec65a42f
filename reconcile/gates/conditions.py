"""Conditions in CEL: which gates a call concerns, and what to make of the answers.

`reconcile` evaluates nothing itself: an expression may be costly, and a library that parses it may crash. Whoever runs
the engine passes an `Evaluator`, such as the worker process of `app.desk.gates.evaluator`. Without one a condition is
not evaluated, and says so.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from assure_tui.reconcile.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.model import Effect
    from assure_tui.reconcile.rulebook import Rule

Told: TypeAlias = "bool | str"
"""What an expression came to; words tell why it came to nothing."""
Question: TypeAlias = "tuple[str, dict[str, Any]]"
"""An expression, and what it finds under `params`."""


class Sighting(NamedTuple):
    """A YARA rule matched: its name, the severity it states, and the place of its first match in the text.

    Without a name: the rules could not be matched against the whole text in time.
    """

    rule: str
    severity: Severity
    span: tuple[int, int]


class Evaluator(Protocol):
    """Evaluates what the check itself does not: CEL under a deadline, and YARA rules."""

    def evaluate(self, questions: Sequence[Question], variables: dict[str, Any]) -> list[Told]:
        """Return the answer to each expression over the same variables, in their order. Raises nothing."""
        ...

    def scan(self, sources: Sequence[str], text: str) -> list[Sighting]:
        """Return the YARA rules that match a text. Raises nothing; sources that cannot be compiled are skipped."""
        ...


def concerns(rule: Rule, tool: str, effects: Sequence[Effect]) -> bool:
    """Return whether a gate looks at such a call at all: its cheap filters."""
    if rule.tools and not any(fnmatchcase(tool.lower(), pattern.lower()) for pattern in rule.tools):
        return False
    if rule.kinds and not any(effect.kind in rule.kinds for effect in effects):
        return False
    return not rule.classes or any(effect.effect_class in rule.classes for effect in effects)


def decide(rules: Sequence[Rule], variables: dict[str, Any], evaluator: Evaluator | None) -> list[Told | None]:
    """Return for each gate whether it passes; None where no evaluator is there, words where it came to nothing."""
    if evaluator is None:
        return [None] * len(rules)
    questions: list[Question] = []
    for rule in rules:
        if rule.when:
            questions.append((rule.when, rule.params))
        questions.append((rule.require, rule.params))
    answers = iter(evaluator.evaluate(questions, variables))
    told: list[Told | None] = []
    for rule in rules:
        applies: Told = next(answers) if rule.when else True
        holds = next(answers)
        told.append(applies if isinstance(applies, str) else holds if applies else True)
    return told
