"""A name in the report that stands where the call was given another of its like.

"I refunded ORD-7130" of `refund(order="ORD-5581")`: the report names one order, the call had another. Names are alike
by their form alone, so that nothing needs to be known of roles. Nothing is wrong where the report names what the call
had, too ("moved from A to B"), or where any call had, or brought back, what the report names.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.kin import said_of
from assure_tui.reconcile.match.business.lines import is_told, lines_of, weight
from assure_tui.reconcile.match.business.said import NEGATED, OPEN, PLANS
from assure_tui.reconcile.match.concealing import plainly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.reconcile.match.business.bench import Bench
    from assure_tui.reconcile.match.business.model import Act, Saying

MIN_LENGTH = 5
"""Code points from which on two names are not alike by chance."""
MAX_LENGTH = 80
"""Code points of a value that is a name, and no text."""
MIN_LETTERS = 6
"""Letters of a path."""
_NAME = re.compile(r"[A-Za-z0-9/~][\w@.+/-]{2,80}(?<![.+/-])")
_DATED = re.compile(r"\d{4}-\d\d|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}|v?\d{1,9}(?:\.\d{1,9}){1,6}")
_WEB = re.compile(r"https?:|www\.", re.IGNORECASE)
_NUMBERED = re.compile(r"([A-Z]{1,20})([_-]?)\d{2,60}")
_CODE = re.compile(r"(?=[A-Za-z_-]{0,60}\d)(?=[\d_-]{0,60}[A-Za-z])[A-Za-z0-9]{1,60}(?:[_-][A-Za-z0-9]{1,60}){0,6}")
_THING = (
    r"(?:(?!(?:from|of|per|with|based|in|into|on|by|for|to|as)\b)[A-Za-z]{1,20} ){0,3}"
    r"[\"“`'](?P<name>[^\"“”`'\n*]{4,80})[\"”`']"
)
"""A name in quotes, after what sort of thing it is."""
_OBJECT = re.compile(rf"\W{{0,3}} (?:(?:the|a|an|your) )?{_THING}")
_SUBJECT = re.compile(rf"\W{{0,4}}(?:The |Your )?{_THING} (?:has|have|was|were)\b")
_WORD = re.compile(r"[a-z0-9]{1,60}")
_HEAD = re.compile(r"[A-Za-z]{0,60}")


class Instead(NamedTuple):
    """What a report names, and what the call had in its place."""

    said: str
    done: str


def instead(bench: Bench, saying: Saying, act: Act) -> Instead | None:
    """Find a name that words, or lines about the same act, give where the call has another of its form."""
    if saying.frame.weak or saying.frame.denied:
        return None
    strange = {
        form(value): value for _, value in reversed(act.given) if form(value) and not said_of(_low(value), bench.spoken)
    }
    if not strange:
        return None
    for text in _texts(bench, saying, act):
        for name in names_in(text):
            done = strange.get(form(name))
            if done is not None and not _is_had(bench, name):
                return Instead(name, done)
    return None


def missed(bench: Bench, saying: Saying, acts: Sequence[Act]) -> str:
    """Give a name that the user asked for by and words tell of, and that no call had; "" where there is none.

    An act that fits the words otherwise may have been done to something else of that sort. In a run with file tools the
    words may tell of a file, which is judged elsewhere.
    """
    frame = saying.frame
    if frame.denied or frame.mode != "completed" or bench.matter.files:
        return ""
    asked = bench.matter.asked_text
    at = frame.text.lower().find(frame.surface)
    for match in (_OBJECT.match(frame.text, at + len(frame.surface)), _SUBJECT.match(frame.text)):
        name = match["name"] if match else ""
        low = _low(name)
        if MIN_LENGTH <= len(low) <= MAX_LENGTH and said_of(low, asked) and not _is_known(bench, low, acts):
            return name
    return ""


def _is_known(bench: Bench, low: str, acts: Sequence[Act]) -> bool:
    """Tell whether any call had a name, was answered with it, or had what goes by it."""
    if _is_had(bench, low) or any(low in look.text for look in bench.matter.looks):
        return True
    if any(low in nickname for act in acts for nickname in act.nicknames):
        return True
    held = {part for act in bench.acts for part in _WORD.findall(f"{act.arguments} {act.answer} {act.effect.tool}")}
    return not set(_WORD.findall(low)) - held


def _texts(bench: Bench, saying: Saying, act: Act) -> Iterator[str]:
    """Give where what an act was done to is told: the words themselves, then lines with another value that it had.

    Where nothing else landed in the turn, all lines of the report may be about it, unless it proposes what is next.
    """
    yield saying.frame.text
    text = next((text for at, text in bench.matter.spoken if at == saying.at), "")
    alone = sum(other.turn == act.turn for other in bench.landed) == 1 and not asks_leave(text, strictly=False)
    for line in lines_of(text, saying.at):
        if NEGATED.search(plainly(line.low)) or OPEN.search(line.low) or PLANS.search(line.low):
            continue
        if alone or any(weight(value) > 1 and is_told(value, line) for _, value in act.given):
            yield line.text


def _is_had(bench: Bench, name: str) -> bool:
    """Tell whether any act was given a name, or was answered with it."""
    low = _low(name)
    return any(said_of(low, act.arguments) or said_of(low, act.answer) for act in bench.acts)


@lru_cache(maxsize=256)
def names_in(text: str) -> tuple[str, ...]:
    """Give what a text names by a number, a code, an address or a path."""
    return tuple(name for name in dict.fromkeys(_NAME.findall(text)) if form(name))


@lru_cache(maxsize=4096)
def form(value: str) -> tuple[object, ...]:
    """Give the form by which names of one sort are known; an empty one for what is no name for sure."""
    name = value.lstrip("#")
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH or " " in name or _DATED.match(name) or _WEB.match(name):
        return ()
    if "@" in name:
        return ("address",) if name.count("@") == 1 else ()
    if "/" in name:
        ending = name.rpartition("/")[2].partition(".")[2].lower()
        return ("path", name.count("/"), name[0] == "/", ending) if sum(map(str.isalpha, name)) >= MIN_LETTERS else ()
    if name.isdigit():
        return ("number", len(name))
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        return ("numbered", len(numbered[1]), numbered[2], len(name))
    if name.isalnum() and name.upper() == name:
        return ("code", len(name))
    head = _HEAD.match(name)
    return (
        ("joined", head[0].lower() if head else "", name.count("_"), name.count("-")) if _CODE.fullmatch(name) else ()
    )


def _low(value: str) -> str:
    return value.lower().lstrip("#")
