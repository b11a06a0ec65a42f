"""Tellings: the clauses of a report that say what was done, whatever their verb.

"You're number 12 in the queue", "Transport has it", "so is Piranesi" report acts without a verb of the lexicon. A
*telling* is a clause in the indicative, present or past, in one of the forms by which deeds are told; its *marks* are
the values and names that it gives. Whether it tells of an act, and of which, is for the matcher to say
(`match.business.reports`): it knows what was asked for and what was called.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from assure_tui.reconcile.actionwords import inflections, singular, verb_forms
from assure_tui.reconcile.claims.clauses import is_framed
from assure_tui.reconcile.claims.modality import conditional_end, is_offer, is_question
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.claims.unwrap import prose
from assure_tui.reconcile.claims.values import MONTHS, Found, quoted, scan
from assure_tui.reconcile.claims.weight import USERS_ABOVE, heads_figure, instructs
from assure_tui.reconcile.model import Money
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.reconcile.claims.segment import Unit

MAX_TELLINGS = 120
"""Clauses read of one text."""
MAX_CLAUSE = 600
"""Code points of a unit that is cut into clauses; a longer one is read as a whole."""
MAX_READ = 2000
"""Code points read of one clause."""
MAX_LEFT = 5
"""Words before a participle in which its auxiliary is sought."""
MAX_OBJECT = 4
"""Words behind "has" in which a message is sought."""
MIN_NAME = 3

Form: TypeAlias = Literal["own", "passive", "state", "bare", "now", "so", "stands", "has", ""]
"""How a deed is told: "I pulled it", "it was pulled", "it is pulled", "bid pulled", "it is now 14C", "so is Piranesi",
"the token is gone", "Transport has it"; "" for any other clause."""
MarkKind: TypeAlias = Literal["id", "number", "date", "time", "name", "opening"]
"""`opening` is a capital at the beginning of a clause: a name only where it is known as one."""


class Mark(msgspec.Struct, frozen=True):
    """A value or name by which a clause is known. A date is `MM-DD`, a time `HH:MM`; a number has its `value`."""

    kind: MarkKind
    text: str
    value: Decimal | None = None


class Telling(msgspec.Struct, frozen=True):
    """One clause. `span` counts code points of the event's text."""

    span: tuple[int, int]
    text: str
    form: Form
    verb: str
    """The word that makes the form."""
    marks: tuple[Mark, ...]
    words: frozenset[str]
    """Its words that say something, in the singular and lower case."""
    apart: bool
    """It asks, offers, denies, or tells of another time."""
    open: bool = False
    """It asks, offers, looks, instructs or supposes: nothing is told as done."""
    aside: frozenset[str] = frozenset()
    """Its words by which it may deny or tell of another time."""


_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[;:,.—–!?()/|→=]")
_JOINT = re.compile(r"(?P<hard>;\s{1,4}|\s[—–]\s|\s\|\s)|,\s(?:and|so|while|then)\s|,\s|\s(?:and|so)\s(?!on\b|forth\b)")
"""Where one clause may end and another begin; a `hard` one always parts them."""
_WORD = re.compile(r"[^\W\d_]{2,40}")
_PAST = re.compile(r"[a-z]{2,20}ed")
_CAPITAL = re.compile(r"(?<![\w-])[A-Z][\w'’-]{0,40}")
_CODE = re.compile(r"(?<![\w.,-])(?:\d{1,6}[A-Z]{1,4}|[A-Z]{1,4}-?\d{1,6})(?![\w-])")
"""A short code of letters and digits: a seat, a ward."""
_EXAMPLE = re.compile(r"\be\.g\.|\[[A-Z]|[=×]\s?\W?\d")
"""Examples, blanks to be filled in, and reckonings are no reports."""
_IN_MAY = re.compile(r"\b(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?may\b|(?:in )?may (?=\d)|in may\b)", re.IGNORECASE)
"""The month, which is no modal."""
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday today tomorrow tonight".split())  # noqa: SIM905
_CLAUSE_MARKS = frozenset(";:,.—–!?()/|→=")
_ENDS = frozenset({".", "!", ",", ";", ")", "—", "–", "|"})
_FIRST = frozenset({"i", "we", "i've", "we've"})
_SECOND = frozenset({"you", "you've", "you'd"})
_PRONOUNS = _FIRST | _SECOND | {"it", "they", "that", "this"}
_IDS = frozenset({"id", "uuid", "iban", "sha", "email", "ending"})


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("reports")[name].split())


@cache
def _grammar(*names: str) -> frozenset[str]:
    return frozenset(" ".join(table("grammar")[name] for name in names).split())


@cache
def _be() -> frozenset[str]:
    return _grammar("be") | {"been", "being", "he's", "she's", "they're", "you're", "i'm"}


@cache
def _have() -> frozenset[str]:
    return _grammar("have") | {"i've", "we've", "they've", "you've"}


@cache
def _empty() -> frozenset[str]:
    """Give the words that say nothing of what is spoken of."""
    return _grammar(
        *("adverbs", "be", "have", "plan", "may", "do", "determiners", "first_person", "second_person", "joins"),
        *("relatives", "hedges", "common", "prepositions", "conditions", "finite", "circumstance"),
    )


@cache
def _looking() -> frozenset[str]:
    """Give the past forms of verbs by which nothing is done: looking, finding, thinking, saying."""
    lemmas = (*table("actions")["tools"]["reads"].split(), *_words("looking"))
    return _words("looked") | {form for lemma in lemmas for form, name in inflections(lemma).items() if name == "past"}


@lru_cache(maxsize=16)
def tellings(text: str) -> tuple[Telling, ...]:
    """Cut an agent's text into clauses, in order."""
    said = prose(text)
    found: list[Telling] = []
    for unit in units(said.text):
        if unit.quoted or unit.struck:
            continue
        looks, open_unit = False, _is_open(unit)
        for start, end in _clauses(unit):
            if len(found) >= MAX_TELLINGS:
                return tuple(found)
            span = said.span(unit.start + start, unit.start + end)
            tokens = _tokens(unit.text[start:end])
            looks = looks or _looks(tokens)
            found.append(_telling(unit, unit.text[start:end], span, tokens, open_unit=looks or open_unit))
    return tuple(found)


def _clauses(unit: Unit) -> Iterator[tuple[int, int]]:
    """Cut a unit where a clause with a verb of its own begins."""
    text, start = unit.text, 0
    for joint in _JOINT.finditer(text) if unit.form != "row" and len(text) <= MAX_CLAUSE else ():
        if joint["hard"] is None and not (
            _has_verb(_tokens(text[joint.end() :])[:6], first=True) and _has_verb(_tokens(text[start : joint.start()]))
        ):
            continue
        if joint.start() > start + 2:
            yield start, joint.start()
            start = joint.end()
    if len(text) > start + 2:
        yield start, len(text)


def _has_verb(tokens: list[str], *, first: bool = False) -> bool:
    """Tell whether words have a verb; with `first`, before any mark."""
    for at, word in enumerate(tokens):
        if word in _CLAUSE_MARKS:
            if first and at:
                return False
        elif word in _be() or word in _have() or word == "so" or _is_past(word):
            return True
    return False


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for run in text[:MAX_READ].split():
        if run.isalnum():  # most are: the pattern takes several times as long
            found.append(run.lower())
        else:
            found += [token.lower().replace("’", "'") for token in _TOKEN.findall(run)]
    return found


@lru_cache(maxsize=4096)
def _is_past(token: str) -> bool:
    return token in _words("irregular") or (_PAST.fullmatch(token) is not None and token not in _words("no_past"))


def _looks(tokens: Sequence[str]) -> bool:
    """Tell whether the agent says that it looked or thought: what follows tells what it found."""
    return any(token in _looking() and _FIRST & set(tokens[:at]) for at, token in enumerate(tokens))


def _is_open(unit: Unit) -> bool:
    """Tell whether nothing that a unit says is told as done."""
    return (
        is_question(unit.text)
        or is_offer(unit.text)
        or bool(conditional_end(unit.text))
        or unit.task == "open"
        or instructs(unit.text)
        or is_framed(unit)
        or bool(USERS_ABOVE.search(unit.lead))
        or bool(_EXAMPLE.search(unit.text[:MAX_READ]))
    )


def _telling(unit: Unit, piece: str, span: tuple[int, int], tokens: Sequence[str], *, open_unit: bool) -> Telling:
    form, verb = _form(tokens)
    apart = open_unit or (bool(verb) and heads_figure(unit.text, unit.text.lower().find(verb)))
    aside = _words("apart").intersection(_tokens(_IN_MAY.sub(" ", piece)) if "may" in tokens else tokens)
    return Telling(
        span=span,
        text=piece,
        form=form,
        verb=verb,
        marks=tuple(_marks(piece[:MAX_READ])),
        words=frozenset(singular(word) for word in map(str.lower, _WORD.findall(piece[:MAX_READ])) if _says(word)),
        apart=apart or bool(aside),
        open=apart,
        aside=aside,
    )


@lru_cache(maxsize=4096)
def _says(word: str) -> bool:
    return len(word) >= MIN_NAME and word not in _empty() and word not in MONTHS and word not in _DAYS


def _form(tokens: Sequence[str]) -> tuple[Form, str]:
    """Tell in which form a clause tells a deed, and by which word."""
    for at, token in enumerate(tokens):
        if _is_past(token) and token not in _looking():
            form = _participle(tokens, at)
            if form is not None:
                return form, token
    if "now" in tokens[1:] and _be() & set(tokens) and _words("no_past").isdisjoint(tokens):
        return "now", "now"
    for at, token in enumerate(tokens[:-1]):
        if token in _be() and tokens[at + 1] in _words("standing"):
            return "stands", tokens[at + 1]
        if token in {"has", "have", "got"} and at and _PRONOUNS.isdisjoint(tokens[:at]):
            given = tokens[at + 1 : at + 1 + MAX_OBJECT]
            if given[0] == "it" or not _words("messages").isdisjoint(given):
                return "has", token
    return "", ""


def _participle(tokens: Sequence[str], at: int) -> Form | None:
    """Tell how a past form is meant by what stands before it; None where it tells no deed of the agent's."""
    left = list(tokens[max(0, at - MAX_LEFT) : at])
    while left and left[-1] in _words("between"):
        left.pop()
    last = left[-1] if left else ""
    if last in _SECOND or (last in _have() and _SECOND & set(left)):
        return ""
    if last in _FIRST or (last in _have() and _FIRST & set(left)):
        return "own"
    if last in {"been", "being", "was", "were"} or last in _have():
        return "passive"
    if last in _be():
        return "now" if "now" in tokens[1:] else "state"
    if (_be() | _have()) & set(tokens) or last in _grammar("determiners", "prepositions", "joins"):
        return None
    follows = tokens[at + 1] if at + 1 < len(tokens) else "."
    aside = "(" in tokens[:at] or (")" in tokens[at:] and "(" not in tokens)
    if aside or any(verb.form == "base" for verb in verb_forms(tokens[0])):
        return None  # an instruction: "Review the hours worked by Ann"
    if not left:
        return "bare" if follows == ":" or follows in _grammar("articles") else None
    if last == ":":
        return None
    return "bare" if follows in _ENDS | _words("standing") | _grammar("prepositions") else None


def _marks(piece: str) -> Iterator[Mark]:
    values = scan(piece)
    for match in _CODE.finditer(piece):
        if not any(found.span[0] < match.end() and match.start() < found.span[1] for found in values):
            yield Mark("id", match.group().lower())
    for found in values:
        mark = _value(found, piece[found.span[0] : found.span[1]])
        if mark is not None:
            yield mark
    names = [(start, name) for (start, _), name in quoted(piece)]
    names += [(match.start(), match.group()) for match in _CAPITAL.finditer(piece)]
    seen: set[str] = set()
    for start, name in names:
        if any(found.span[0] <= start < found.span[1] for found in values):
            continue
        for word in map(str.lower, _WORD.findall(name)):
            if word not in seen and _says(word) and not (start == 0 and (_is_past(word) or word in _words("no_past"))):
                seen.add(word)
                yield Mark("opening" if start == 0 and " " not in name else "name", word)


def _value(found: Found, text: str) -> Mark | None:
    value = found.value
    if isinstance(value, Money):
        return Mark("number", text, abs(Decimal(value.value)))
    if isinstance(value, Decimal):
        return Mark("number", text, abs(value))
    if found.kind == "date":
        return Mark("date", str(value)[-5:])
    if found.kind == "time":
        return Mark("time", str(value))
    return Mark("id", str(value).lower()) if found.kind in _IDS else None
