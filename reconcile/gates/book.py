"""The gates in force under given settings, sorted by what they need: a fact of the code, or a condition in CEL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from assure_tui.reconcile.rulebook import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.reconcile.rulebook import Phase, Rule
    from assure_tui.reconcile.settings import Settings


@dataclass(frozen=True, slots=True)
class Book:
    """The gates that are switched on."""

    rules: dict[str, Rule]
    by_fact: dict[Phase, dict[str, tuple[Rule, ...]]]
    """Gates that ask for one fact and nothing else, by phase and fact."""
    conditional: dict[Phase, tuple[Rule, ...]]
    """Gates with conditions in CEL, by phase."""
    worded: tuple[Rule, ...]
    """Gates that a line which could not be read may concern."""


def rules_of(settings: Settings) -> dict[str, Rule]:
    """Return all gates by id, as the settings change them, templates that are off included."""
    rules = {**catalogue(), **{rule.id: rule for rule in settings.gates}}
    for name, change in settings.gate_changes.items():
        if name in rules:
            rules[name] = change.apply(rules[name])
    return rules


def book_of(settings: Settings) -> Book:
    """Return the gates in force."""
    if not settings.gates and not settings.gate_changes:
        return _shipped()
    return _sorted(rules_of(settings).values())


@cache
def _shipped() -> Book:
    return _sorted(catalogue().values())


def _sorted(rules: Iterable[Rule]) -> Book:
    book = Book(
        rules={},
        by_fact={"event": {}, "turn": {}, "run": {}},
        conditional={"event": (), "turn": (), "run": ()},
        worded=(),
    )
    worded = []
    for rule in rules:
        if not rule.on:
            continue
        book.rules[rule.id] = rule
        fact = rule.fact
        if fact is None or rule.kinds or rule.classes or rule.tools:
            book.conditional[rule.phase] = (*book.conditional[rule.phase], rule)
            continue
        facts = book.by_fact[rule.phase]
        facts[fact] = (*facts.get(fact, ()), rule)
        if rule.words:
            worded.append(rule)
    return Book(rules=book.rules, by_fact=book.by_fact, conditional=book.conditional, worded=tuple(worded))
