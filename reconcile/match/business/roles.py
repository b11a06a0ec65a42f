"""Values and targets that words give in a role of their own, where the call has another one in that very role.

"2 GB" is what `gb_amount` holds, "from 9 to 11" what `start` and `end` hold, "called 'Harvest'" what `title` holds, "to
Ana" whom the message itself greets. A role is told by the word beside the value, so that no other value is meant.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.values import number, scan
from assure_tui.reconcile.match.business.aliases import name_parts
from assure_tui.reconcile.match.business.figures import CLOCK, Clash, forms
from assure_tui.reconcile.match.business.kin import said_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.match.business.aliases import Aliases
    from assure_tui.reconcile.match.business.lines import Line
    from assure_tui.reconcile.match.business.model import Act, Saying

MAX_FIGURES = 20
"""Code points of an argument that may be a number."""
MAX_GREETING = 60
"""Code points of a message in which its greeting stands."""
SAME_PART = 3
"""Letters that a name and its short form begin with: Christopher, Chris."""
_MEASURE = re.compile(r"(?<![\w.,$€£#-])(\d{1,6}(?:\.\d{1,3})?)[ -]?([A-Za-z]{2,12})\b")
_QUANTITY = re.compile(r"(?<![\w.,$€£/-])(\d{1,6}(?:[./]\d{1,6})?) ?([A-Za-z]{2,8}(?:/[A-Za-z]{1,4})?)\b(?![\w/])")
"""A figure, or two as of a pressure of blood, with its unit."""
_JOINT = re.compile(r"\s?(?:to|until|till|[-–—])\s?")
_CALLED = re.compile(
    r"\b(?:called|titled|named|entitled|title|subject(?: line)?)(?: of| is)?:? ?[\"'“‘`*]{1,3}"
    r"([^\"“”‘`*\n]{2,80}?)[\"'”’`*]{1,3}(?!\w)"
)
_GREETS = re.compile(
    r"\W{0,3}(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)) ([a-z]{3,20})\b|([a-z]{3,20})[,!]\s)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"[a-z]{2,20}[._][a-z]{2,20}\d{0,4}@")
"""An address made of somebody's two names."""
_TO = re.compile(r"\b(?:to|with|for|into|address|iban|account)(?: \w{1,12}){0,2}[ :]{1,2}[\"'`*(]{0,3}$", re.IGNORECASE)
_SENDER = re.compile(r"\b(?:from|using|by|via)(?: \w{1,12}){0,3}[ :]{1,2}[\"'`*(]{0,3}$", re.IGNORECASE)
_ODD = re.compile(r"[\W_]+")


@cache
def _units() -> frozenset[str]:
    return frozenset(table("actions")["arguments"]["units"].split()) - {"id", "size", "percent"}


def other_measure(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find a number with its unit where the argument of that unit has another: "2 GB" of `gb_amount=4`."""
    text = saying.frame.text
    for key, value in act.given:
        units = {singular(word) for word in name_words(key)} & {singular(unit) for unit in _units()}
        figure = number(value) if len(value) <= MAX_FIGURES else None
        if figure is None or not units:
            continue
        said = [
            amount
            for match in _MEASURE.finditer(text)
            if singular(match[2].lower()) in units and (amount := number(match[1])) is not None
        ]
        if said and not any(one in forms(figure) for one in said):
            return f"{said[0]:f}", value
    return None


def other_quantity(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find the one quantity of a unit that words tell, where a value has another: "118/77 mmHg" of "128/77 mmHg"."""
    held = f"{act.arguments} {act.answer}"
    for _, value in act.given:
        match = _QUANTITY.fullmatch(value)
        if match is None:
            continue
        told = {found[1] for found in _QUANTITY.finditer(saying.frame.text) if found[2].lower() == match[2].lower()}
        if len(told) == 1 and match[1] not in told and not any(said_of(one, held) for one in told):
            return f"{told.pop()} {match[2]}", value
    return None


def other_span(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find one end of a span of time that is another than the call's: "from 9 to 11" of `start=10:00, end=11:00`."""
    text = saying.frame.text
    times = [found for found in scan(text) if found.kind == "time"]
    start, end = (_clock(act, words) for words in ({"start", "begin", "from"}, {"end", "until", "till", "finish"}))
    if start is None or end is None:
        return None
    for first, last in pairwise(times):
        if not _JOINT.fullmatch(text[first.span[1] : last.span[0]]):
            continue
        one, other = _half(str(first.value)), _half(str(last.value))
        if (one == start) != (other == end):
            return (str(first.value), start) if one != start else (str(last.value), end)
    return None


def _clock(act: Act, words: AbstractSet[str]) -> str | None:
    for key, value in act.given:
        found = CLOCK.search(value.replace("T", " "))
        if found is not None and words & set(name_words(key)):
            return _half(f"{int(found[1]):02}:{found[2]}")
    return None


def _half(time: str) -> str:
    """Give a time of day by a clock of twelve hours: words often leave out which half is meant."""
    return f"{int(time[:2]) % 12 or 12}:{time[3:5]}"


def other_title(saying: Saying, act: Act, later: Sequence[Line]) -> tuple[str, str] | None:
    """Find the name that something is said to have, where the call gave it another one that nobody speaks of."""
    match = _CALLED.search(saying.frame.text)
    if match is None:
        return None
    said = _bare(match[1])
    held = _bare(f"{act.arguments} {act.answer}")
    if not said or said in held:
        return None
    for key, value in act.given:
        if name_words(key)[-1:] in _TITLES and not any(_bare(value) in _bare(line.low) for line in later):
            return match[1], value
    return None


_TITLES = (("name",), ("title",), ("subject",))


def other_addressee(saying: Saying, act: Act, aliases: Aliases) -> tuple[str, str] | None:
    """Find that words and the message's own greeting name a person, and the address is other people's."""
    addresses = [value.lower() for values in act.targets.values() for value in values if "@" in value]
    texts = [str(text) for text in act.effect.args.get("content", ())]
    if not addresses or not all(_PERSONAL.match(address) or _is_name(address, aliases) for address in addresses):
        return None
    for text in texts:
        match = _GREETS.match(text[:MAX_GREETING])
        name = (match[1] or match[2]).lower() if match else ""
        if not name or not said_of(name, saying.frame.text.lower()):
            continue
        parts = [part for address in addresses for part in name_parts(address.partition("@")[0])]
        if not any(part[:SAME_PART] == name[:SAME_PART] for part in parts):
            return name, addresses[0]
    return None


def _is_name(address: str, aliases: Aliases) -> bool:
    local = address.partition("@")[0]
    return local.isalpha() and bool(aliases.is_told(local))


def other_account(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find an address or account that words name as where something went, and that the call has nowhere."""
    held = f"{act.arguments} {act.answer}"
    text = saying.frame.text
    for found in saying.frame.near:
        if found.kind not in {"email", "iban"}:
            continue
        value = str(found.value)
        before = text[: text.find(value)] if value in text else ""
        if value.lower() in held or not _TO.search(before) or _SENDER.search(before):
            continue
        for key, values in act.targets.items():
            if set(name_words(key)) & _recipients() and all(_is_like(value, other) for other in values):
                return value, values[0]
    return None


@cache
def _recipients() -> frozenset[str]:
    return frozenset(table("actions")["arguments"]["recipient"].split()) | {"iban", "account"}


def _is_like(said: str, done: str) -> bool:
    """Tell whether two values are both addresses, or both accounts."""
    if "@" in said or "@" in done:
        return "@" in said and "@" in done
    return len(done) > SAME_PART and any(map(str.isdigit, done)) and any(map(str.isalpha, done))


def _bare(text: str) -> str:
    return _ODD.sub("", text.lower())


def of_target(saying: Saying, act: Act, aliases: Aliases, later: Sequence[Line]) -> Clash | None:
    """Find another target than the call's in a role that the words tell."""
    found = other_account(saying, act) or other_addressee(saying, act, aliases) or other_title(saying, act, later)
    return Clash(*found) if found is not None else None


def of_value(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find another value than the call's in a role that the words tell."""
    return other_measure(saying, act) or other_quantity(saying, act) or other_span(saying, act)
