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
from assure_tui.reconcile.actionwords import singular
from assure_tui.reconcile.match.business.figures import CLOCK, ISO_DATE, Clash
from assure_tui.reconcile.match.business.kin import said_of
from assure_tui.reconcile.match.business.lines import told_of
from assure_tui.reconcile.shared_prefilter import SENTENCES

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.lines import Line, Whole
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

MIN_FIGURE = 3
"""Figures of a number that tells one object from another."""
MAX_AMOUNT = 6
"""Figures of a number that may be an amount."""
_COMPACT_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_OWNER = SENTENCES.compile(r"\b([^\W\d_]{2,40})['’]s \w")
"""Somebody of whose people or things words are: mail to Ana's deputy is none to Ana."""
SURE = 2
"""Words that a line has of another object, or one and its identifier, from which on it is spoken of beyond doubt."""


def unspoken(outcomes: Outcomes, act: Act, later: Whole) -> Clash | None:
    """Find that an object was acted on of which nobody speaks, where `later` words tell of another one of its list."""
    if not act.cards:
        return None
    same = outcomes.given_to(act.effect.tool)
    for key, card in act.cards:
        if sum(name == key for name, _ in act.given) > 1:
            continue  # several in one call are told of as a group: "both coaches know"
        mine = telling(card.own)
        if not mine or outcomes.every_word.knows(mine):
            continue
        if outcomes.every_word.tells(card.value):
            continue
        if not _told_singly(outcomes, act, key, later):
            continue
        found: list[tuple[int, str]] = []
        for other, words in card.rivals:
            if other.lower() in same:
                continue
            theirs = telling(words) - outcomes.given_names
            if "@" in other:
                theirs -= {singular(name) for line in later.lines for name in _OWNER.findall(line.low)}
            if not later.knows(theirs) and not _has(other, later):
                continue
            points = max((len(told_of(theirs, line)) + 2 * _has(other, line) for line in later.lines), default=0)
            asked = bool(told_of(theirs, outcomes.request))
            if points >= (1 if asked else SURE):
                found.append((points + asked, other))
        found.sort(reverse=True)
        if found and (len(found) == 1 or found[0][0] > found[1][0]):
            return Clash(found[0][1], card.value, key)
    return None


def _told_singly(outcomes: Outcomes, act: Act, key: str, later: Whole) -> bool:
    """Tell whether the objects of all other calls of a tool are told by name: "all of them" may mean this one, too."""
    for other in outcomes.landed:
        if other.effect.tool != act.effect.tool or other is act:
            continue
        words = {word for name, card in other.cards if name == key for word in telling(card.own)}
        if not later.knows(frozenset(words)):
            return False
    return True


def _has(value: str, line: Line) -> bool:
    name = value.lower().lstrip("#")
    return len(name) >= MIN_FIGURE and (name in line.low if "@" in name else said_of(name, line.low))


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
    """Tell whether a name has letters beside its figures, or so many figures that it is no amount; and is no date."""
    if ISO_DATE.search(name) or _COMPACT_DATE.fullmatch(name) or CLOCK.search(name) or "://" in name:
        return False
    return bool(re.search(r"[a-z]", name)) or (name.isdigit() and len(name) > MAX_AMOUNT)


def _speaks_of(line: Line, name: str) -> bool:
    """Tell whether a line has a name, or the figures in it."""
    return said_of(name, line.low) or any(Decimal(figures) in line.numbers for figures in re.findall(r"\d{2,9}", name))


def make_of(name: str) -> str:
    """Give a name with all its figures alike."""
    return re.sub(r"\d", "9", name)
