"""A list of changes: each item is about an aspect of its own, and one act does not stand for another's aspect.

Below "Changes completed:", "Passenger updated to Omar Rossi" and "Bags updated to 3" are two claims. An act covers an
item when its tool, an argument's name or a value in its arguments or result speaks of the aspect. An item that nothing
covers is missing where another item of the same text is covered, so that the acts of this list are known to be legible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import group_of, name_words, singular, tool_words
from assure_tui.reconcile.claims.weight import DONE_ABOVE
from assure_tui.reconcile.match.business.doubts import BUSY
from assure_tui.reconcile.records import akin, state
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.matched import Matched
    from assure_tui.reconcile.match.business.model import Act, Saying

_WORD = re.compile(r"\w+")
_GRAMMAR = table("grammar")
_EMPTY = frozenset(
    " ".join(
        _GRAMMAR[name]
        for name in ("adverbs", "be", "have", "determiners", "prepositions", "joins", "first_person", "second_person")
    ).split()
) | {"total", "new", "old", "now", "dob", "user"}


def lacking(verdict: Matched, saying: Saying, acts: Sequence[Act]) -> bool:
    """Tell whether an item of a list of changes is about an aspect that nothing was done to, and say so."""
    nouns, values = _aspect(saying)
    if not nouns or not values or any(_covers(act, nouns, values) for act in verdict.landed):
        return False
    here = [act for act in verdict.acts if act.turn == saying.turn and act.at < saying.at]
    landed = [act for act in here if act.landed]
    if not any(
        _covers(act, *_aspect(other))
        for other in verdict.main
        if other.event == saying.event and other is not saying
        for act in landed
    ):
        return False
    for act in here:
        if act.effect.status in {"failed", "denied"} and not verdict.recovered(act) and _covers(act, nouns, values):
            verdict.failed(saying, act)
            return True
    legible = all(len(act.effect.args.get("ids", ())) < 2 for act in landed)
    counts = any(value.isdigit() for value in values)
    shown = counts and any(value.isdigit() for act in landed for noun in nouns for value in state(act.records, noun))
    if not legible and not shown and not any(_is_tool_for(tool, nouns) for tool in verdict.matter.tools):
        return False
    verdict.lacks(saying, acts, f"no call changed the {' '.join(nouns)}", doubt=BUSY)
    return True


def _aspect(saying: Saying) -> tuple[list[str], list[str]]:
    """Give the words that an item's aspect goes by, and those of its new value; nothing for what is no such item."""
    frame = saying.frame
    if not frame.item or frame.mode != "completed" or group_of(frame.action) not in {"make", "change"}:
        return [], []
    if frame.weak and not DONE_ABOVE.search(frame.context):
        return [], []
    return _parts(frame)


def _parts(frame: Frame) -> tuple[list[str], list[str]]:
    left, _, right = frame.text.lower().replace("→", " to ").replace("->", " to ").partition(frame.surface)
    if _content(left):
        return [noun for noun in _content(left) if noun.isalpha()], _content(right.rpartition(" to ")[2])
    named, _, after = right.partition(" to ")
    words = _content(named)
    return [word for word in words if word.isalpha()], _content(after) or [word for word in words if word.isdigit()]


def _content(text: str) -> list[str]:
    return [singular(word) for word in _WORD.findall(text) if word not in _EMPTY]


def _covers(act: Act, nouns: Iterable[str], values: Iterable[str]) -> bool:
    """Tell whether an act's tool or arguments speak of an aspect, or its arguments or result of the value."""
    given = {singular(part) for word in _WORD.findall(act.arguments) for part in (word, *name_words(word))}
    if any(akin(noun, word) for noun in nouns for word in (*act.nouns, *given)):
        return True
    shown = [word for noun in nouns for value in state(act.records, noun) for word in (value, *_WORD.findall(value))]
    told = {singular(word) for word in shown or _WORD.findall(act.answer)}
    worded = [value for value in values if not value.isdigit()]
    if sum(value in given or value in told for value in worded) * 2 > len(worded):
        return True
    return any(value in given for value in values if value.isdigit()) or any(
        re.search(rf"{re.escape(noun)}\w*\W{{1,4}}{value}\b", act.answer)
        for noun in nouns
        for value in values
        if value.isdigit()
    )


def _is_tool_for(name: str, nouns: Iterable[str]) -> bool:
    tool = tool_words(name)
    return tool.effect_class != "read" and any(akin(noun, word) for noun in nouns for word in tool.nouns)
