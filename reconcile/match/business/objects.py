"""Acts on an object that nobody spoke of, where the words tell of another one like it.

What is acted on was asked for, proposed or is told of, by its identifier or by what a lookup said of it. An object of
which nobody says anything was chosen wrongly where another of its list or make is spoken of, and nothing of the kind
was done to that one.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.business.figures import CLOCK, ISO_DATE, Clash
from assure_tui.reconcile.match.business.kin import said_of

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.lines import Line
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

MIN_FIGURE = 3
"""Figures of a number that tells one object from another."""
MAX_AMOUNT = 6
"""Figures of a number that may be an amount."""
_COMPACT_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


@lru_cache(maxsize=4096)
def telling(words: frozenset[str]) -> frozenset[str]:
    """Leave out small numbers: they stand for too much."""
    return frozenset(word for word in words if not word[:1].isdigit() or len(word) >= MIN_FIGURE)


def unheard(outcomes: Outcomes, act: Act) -> Clash | None:
    """Find that an identifier was acted on that stood nowhere before, where another one of its make was at hand."""
    if not act.unheard:
        return None
    every = outcomes.every_word
    same = outcomes.given_to(act.effect.tool)
    for key, value in act.given:
        low = value.lower().lstrip("#")
        if low not in act.unheard or not is_code(low) or any(_speaks_of(line, low) for line in every.lines):
            continue
        others = outcomes.matter.identifiers.of_one_make(low) - same - {low}
        if others:
            spoken = filter(every.says, sorted(others))
            return Clash(next(spoken, min(others)), value, key)
    return None


def is_code(name: str) -> bool:
    """Return whether a name has letters beside its figures, or so many figures that it is no amount; and is no date."""
    if ISO_DATE.search(name) or _COMPACT_DATE.fullmatch(name) or CLOCK.search(name) or "://" in name:
        return False
    return bool(re.search(r"[a-z]", name)) or (name.isdigit() and len(name) > MAX_AMOUNT)


def _speaks_of(line: Line, name: str) -> bool:
    """Return whether a line has a name, or the figures in it."""
    return said_of(name, line.low) or any(Decimal(figures) in line.numbers for figures in re.findall(r"\d{2,9}", name))


def make_of(name: str) -> str:
    """Return a name with all its figures alike."""
    return re.sub(r"\d", "9", name)
