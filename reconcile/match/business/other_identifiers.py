"""A name in the report where the call was given another of the same kind.

"I refunded ORD-7130" of `refund(order="ORD-5581")`: the report names one order, the call had another. Names are alike
by their form alone, so that nothing needs to be known of roles. Nothing is wrong where the report names what the call
had, too ("moved from A to B"), or where any call had, or brought back, what the report names.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words
from assure_tui.reconcile.claims.values import MONTHS
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.contradicted_lines import NEGATED, OPEN, PLANS
from assure_tui.reconcile.match.business.kin import said_of, speaks_of
from assure_tui.reconcile.match.business.lines import is_told, lines_of, weight
from assure_tui.reconcile.match.business.name_forms import MAX_LENGTH, MIN_LENGTH, REFERENCE, form, names_in
from assure_tui.reconcile.match.business.targets import is_replaced, role_of
from assure_tui.reconcile.match.concealing import plainly
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.reconcile.match.business.bench import Bench
    from assure_tui.reconcile.match.business.model import Act, Saying

_THING = (
    r"(?:(?!(?:from|of|per|with|based|in|into|on|by|for|to|as)\b)[A-Za-z]{1,20} ){0,3}"
    r"[\"“`'](?P<name>[^\"“”`'\n*]{4,80})[\"”`']"
)
"""A name in quotes, after what sort of thing it is."""
_OBJECT = re.compile(rf"\W{{0,3}} (?:(?:the|a|an|your) )?{_THING}")
_SUBJECT = re.compile(rf"\W{{0,4}}(?:The |Your )?{_THING} (?:has|have|was|were)\b")
_CAPITALS = r"(?P<name>[A-Z][\w&-]{1,30}(?: (?:(?:of|and|with|for|the) )?[A-Z][\w&-]{1,30}){1,5})(?!['’\w])"
"""A name of several words with capitals."""
_NAMED_OBJECT = re.compile(rf" (?:(?:the|a|an|your) )?{_CAPITALS}")
_FOR_WHOM = re.compile(
    rf"\W{{0,4}}(?:[Tt]he |[Yy]our |[Aa]n? )?(?:[a-z]{{1,20}} ){{1,3}}for {_CAPITALS} (?:has|have|was|were|is|are)\b"
)
_TITLED = re.compile(
    r"\b(?:titled|called|named|entitled|subject(?: line)?|labell?ed) [\"“](?P<name>[^\"“”\n*]{4,80})[\"”]"
)
_STREET = re.compile(r"(?<!from )(?<!of )\b(?P<name>\d{1,5} [A-Z][a-z]{2,20} [A-Z][a-z]{2,20}),")
"""A house number and its street, before the town."""
_PLACE = re.compile(
    r"\b(?:at|with|in|to|for|from) (?:the )?(?P<name>[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){0,3})(?!['’\w])"
)
"""A name behind a preposition, where one word may be a place's or a firm's."""
_WORD = re.compile(r"[a-z0-9]{1,60}")

_TO = re.compile(r"\b(?:to|with|for|into|address|iban|account)(?: \w{1,12}){0,2}[ :]{1,2}[\"'`*(]{0,3}$", re.IGNORECASE)
_SENDER = re.compile(r"\b(?:from|using|by|via)(?: \w{1,12}){0,3}[ :]{1,2}[\"'`*(]{0,3}$", re.IGNORECASE)
MIN_ACCOUNT = 3
"""Letters and digits that no account is without."""


class Swap(NamedTuple):
    """What a report names, and what the call had in its place."""

    said: str
    done: str


def other_identifier(bench: Bench, saying: Saying, act: Act) -> Swap | None:
    """Find a name that words, or lines about the same act, give where the call has another of its form."""
    if saying.frame.weak or saying.frame.denied:
        return None
    names = (name for _, value in reversed(act.given) for name in (REFERENCE.sub("", value), value))
    strange = {form(name): name for name in names if form(name) and not said_of(_low(name), bench.spoken)}
    if not strange:
        return None
    for text in _texts(bench, saying, act):
        for name in names_in(text):
            done = strange.get(form(name))
            if done is not None and not (_is_had(bench, name) or is_replaced(name, text)):
                return Swap(name, done)
    return None


def other_account(saying: Saying, act: Act) -> Swap | None:
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
                return Swap(value, values[0])
    return None


@cache
def _recipients() -> frozenset[str]:
    return frozenset(table("actions")["arguments"]["recipient"].split()) | {"iban", "account"}


def _is_like(said: str, done: str) -> bool:
    """Return whether two values are both addresses, or both accounts."""
    if "@" in said or "@" in done:
        return "@" in said and "@" in done
    return len(done) > MIN_ACCOUNT and any(map(str.isdigit, done)) and any(map(str.isalpha, done))


def missed(bench: Bench, saying: Saying, acts: Sequence[Act]) -> str:
    """Return a name that words tell of, that the user or a call that failed had, and no other; "" where there is none.

    An act that fits the words otherwise may have been done to something else of that sort. In a run with file tools the
    words may tell of a file, which is judged elsewhere.
    """
    frame = saying.frame
    if frame.denied or frame.mode != "completed" or bench.matter.files:
        return ""
    told, placed = _told(frame.text, frame.surface)
    if not (told or placed) or any(act.effect.args.get("program") for act in acts):
        return ""
    tried = (act.arguments for act in bench.acts if act.effect.status in {"failed", "denied"})
    wanted = "\n".join((bench.matter.asked_text, *tried))
    names = (*told, *placed) if placed and untold(bench, acts, placed=True) else told
    return next(
        (name for name in names if _is_meant(_low(name), wanted) and not _is_known(bench, _low(name), acts)), ""
    )


def _is_meant(low: str, wanted: str) -> bool:
    """Return whether a name is one that something was asked for by; a street may be known from elsewhere."""
    return MIN_LENGTH <= len(low) <= MAX_LENGTH and (low[0].isdigit() or said_of(low, wanted))


def untold(bench: Bench, acts: Sequence[Act], *, placed: bool = False) -> str:
    """Return a name that the one act was given and that nobody speaks of; "" where there is none.

    With `placed` it must be that of a person, a place or a thing of a known sort, and no title.
    """
    if len(acts) != 1:
        return ""
    known = f"{bench.spoken}\n{bench.matter.asked_text}"
    given = (value for key, value in acts[0].given if not placed or role_of(key))
    names = (value for value in given if value.istitle() or " " in value)
    names = (value for value in names if any(map(str.isalpha, value.split())))
    return next((value for value in names if not said_of(value.lower(), known)), "")


@lru_cache(maxsize=1024)
def _told(text: str, surface: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what words say that something was done to or with: a name in quotes or capitals, or a street's number.

    And apart from these what may only be where it was done, or for whom.
    """
    at = max(0, text.lower().find(surface))
    end = at + len(surface)
    places = [_OBJECT.match(text, end), _SUBJECT.match(text), _FOR_WHOM.match(text)]
    if text[at : at + 1].islower():  # else in a heading, where all words have capitals
        places.append(_NAMED_OBJECT.match(text, end))
    places += (*_TITLED.finditer(text, at), *_STREET.finditer(text))
    near = (match["name"] for match in _PLACE.finditer(text, at))
    told = tuple(dict.fromkeys(match["name"] for match in places if match))
    return told, tuple(name for name in near if name.lower() not in MONTHS)


def _is_known(bench: Bench, low: str, acts: Sequence[Act]) -> bool:
    """Return whether any call that did not fail had a name, was answered with it, or had what goes by it."""
    done = [act for act in bench.acts if act.effect.status not in {"failed", "denied"}]
    if any(said_of(low, act.arguments) or said_of(low, act.answer) for act in done):
        return True
    if any(low in look.text for look in bench.matter.looks):
        return True
    gone_by = " ".join(
        name for act in acts for name in (*act.nicknames, *(name for aka in act.aka for name in aka.names))
    )
    held = set(_WORD.findall(gone_by))
    held |= {part for act in done for part in _WORD.findall(f"{act.arguments} {act.answer} {act.effect.tool}")}
    return not set(_WORD.findall(low)) - held


def _texts(bench: Bench, saying: Saying, act: Act) -> Iterator[str]:
    """Yield where what an act was done to is told: the words themselves, then lines with another value that it had.

    Where nothing else landed in the turn, all lines of the report may be about it, unless it proposes what is next.
    """
    yield saying.frame.text
    text = bench.text_at(saying.at)
    alone = bench.is_lone(act) and not asks_leave(text, strictly=False)
    for line in lines_of(text, saying.at):
        if NEGATED.search(plainly(line.low)) or OPEN.search(line.low) or PLANS.search(line.low):
            continue
        if alone or any(weight(value) > 1 and is_told(value, line) for _, value in act.given):
            yield line.text


def _is_had(bench: Bench, name: str) -> bool:
    """Return whether any act was given a name, or was answered with it."""
    return speaks_of(bench.held, _low(name))


def _low(value: str) -> str:
    return value.lower().lstrip("#")
