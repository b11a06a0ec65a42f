"""Which step a claim tells of that names none: the one whose command, paths and lines share its rarest words."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.steps import MAX_SCAN, Step, command_of, name_of, paths_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_STEPS = 200
"""Newest steps that are looked through."""
MIN_LETTERS = 4
MAX_LITTLE = 1
"""Telling words of a claim so short that lines of code need not have any of them."""
MAX_SHORT = 2
"""Telling words of a claim of which one is enough."""
_STEM = 5
"""Letters by which two forms of a word are told to be one: `validate`, `validation`."""
_WORD = re.compile(r"[A-Za-z]{2,60}|[0-9]{1,12}")
_BLANKED = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""All bytes but those of letters and digits as blanks."""
_JOINED = bytes(code if chr(code) in "-_" else _BLANKED[code] for code in range(256))
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def likeliest(text: str, steps: Sequence[Step]) -> tuple[Step, str] | None:
    """Return the step that shares the most telling words with a claim, and the most telling of them; None for none.

    A word tells the more the fewer steps have it. Of equal steps the newer one is given.
    """
    said = stems_of(text)
    steps = steps[-MAX_STEPS:]
    shared = [
        (step, [stem for stem in said if stem in words])
        for step in steps
        if not (words := words_of(step)).isdisjoint(said)
    ]
    spread = Counter(stem for _, stems in shared for stem in stems)
    if not spread:
        return None
    weight = {stem: math.log(1 + len(steps) / count) for stem, count in spread.items()}
    step, stems = max(shared, key=lambda pair: (sum(weight[stem] for stem in pair[1]), pair[0].at))
    return step, said[max(stems, key=lambda stem: weight[stem])]


def shares_little(text: str, step: Step, *, deed: bool) -> bool:
    """Return whether a change has one word of several, and not in the name of its file: any change may have one.

    Words that tell a `deed` have one more that says little, their verb.
    """
    said = stems_of(text).keys()
    shared = said & words_of(step)
    named = stems_of(" ".join(map(name_of, paths_of(step.effect)))).keys()
    return len(shared) == 1 and len(said) > MAX_SHORT + deed and shared.isdisjoint(named)


def names_little(text: str) -> bool:
    """Return whether a claim says hardly more than that something was done: "Fixed!", "The fence is repaired."."""
    return len(stems_of(text)) <= MAX_LITTLE


@lru_cache(maxsize=2 * MAX_STEPS)
def words_of(step: Step) -> frozenset[str]:
    """Return the stems of a step's command, paths and lines. Each claim without a name is held against all steps."""
    diff = step.effect.results.get("diff") or step.effect.args.get("diff")
    lines = diff[:MAX_SCAN] if isinstance(diff, str) else ""
    line = command_of(step.effect)[:MAX_SCAN]
    text = "\n".join([line, *_shown(line), *paths_of(step.effect), lines])
    # marks are taken out first, and then what repeats: lines of code repeat much, in one text and from text to text
    pieces = set(text.encode("ascii", "replace").translate(_BLANKED).split())
    return frozenset().union(*map(_stems_in, pieces))


@lru_cache(maxsize=8192)
def _stems_in(piece: bytes) -> frozenset[str]:
    return frozenset(stems_of(piece.decode("ascii")))


def stems_of(text: str) -> dict[str, str]:
    """Return the telling words of a text by their stems; names of code fall into their parts."""
    stems: dict[str, str] = {}
    for word in _WORD.findall(text):
        stems |= _telling(word)
    return stems


def _telling(word: str) -> Mapping[str, str]:
    """The stems of a word and of its parts, each with what it is the stem of, but for those that tell nothing."""
    return {
        stem: part
        for part in ((word,) if word.islower() else dict.fromkeys((word, *_PARTS.findall(word))))
        if (len(part) >= MIN_LETTERS or (part.isdigit() and len(part) > 1))
        and (stem := part[:_STEM].lower()) not in _plain()
    }


@cache
def _plain() -> frozenset[str]:
    """Stems that a claim of nearly any change has."""
    return frozenset(word[:_STEM] for word in table("coding")["changes"]["plain"].split())


def _shown(line: str) -> list[str]:
    """Return what commands show that their own words do not say."""
    words = set(line.encode("ascii", "replace").translate(_JOINED).decode("ascii").split())
    topics: dict[str, str] = table("coding")["changes"]["topics"]
    return [told for mark, told in topics.items() if mark in (words if mark.isalpha() else line)]


@lru_cache(maxsize=2 * MAX_STEPS)
def printed(shown: str) -> frozenset[str]:
    """Return the stems of what a step printed."""
    return frozenset().union(*map(_stems_in, set(shown.encode("ascii", "replace").translate(_BLANKED).split())))
