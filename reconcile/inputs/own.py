"""Phrases of the user's own (`[[input_rules]]` of assure.toml): fixed words, so that no pattern can be slow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assure_tui.reconcile.inputs.folding import fold
from assure_tui.reconcile.prefilter import Finder
from assure_tui.reconcile.settings import InputRule

MAX_FOUND = 16
"""Matches reported for one text."""


class Phrases:
    """Finds the phrases of several rules in one pass."""

    __slots__ = ("_finder", "_rules")

    def __init__(self, rules: Sequence[InputRule]) -> None:
        pairs = {fold(phrase).strip(): rule for rule in rules for phrase in rule.phrases}
        self._rules = list(pairs.values())
        self._finder = Finder(list(pairs))

    def find(self, folded: str) -> Iterator[tuple[InputRule, int, int]]:
        """Give each rule once with the place of its first find."""
        told: set[str] = set()
        for number, start, end in self._finder.places(folded):
            rule = self._rules[number]
            if rule.id not in told and len(told) < MAX_FOUND:
                told.add(rule.id)
                yield rule, start, end


def own_phrases(rules: Sequence[InputRule]) -> Phrases | None:
    """Return a finder for the phrases of the rules; None when they have no phrases."""
    return Phrases(rules) if any(rule.phrases for rule in rules) else None
