"""Tellings: the clauses of a report that say what was done, whatever their verb.

"You're number 12 in the queue", "Transport has it", "so is Piranesi" report acts without a verb of the lexicon. A
*telling* is a clause in the indicative, present or past, in one of the forms by which deeds are told; its *marks* are
the values and names that it gives. Whether it tells of an act, and of which, is for the matcher to say
(`match.business.reports`): it knows what was asked for and what was called.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from assure_tui.reconcile.actionwords import inflections, singular, verb_forms
from assure_tui.reconcile.claims.clauses import is_framed
from assure_tui.reconcile.claims.modality import MAX_RUN, conditional_end, is_offer, is_question
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.claims.unwrap import prose
from assure_tui.reconcile.claims.values import MONTHS, Found, quoted, scan
from assure_tui.reconcile.claims.weight import USERS_ABOVE, heads_figure, instructs
from assure_tui.reconcile.model import Money
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.reconcile.claims.segment import Unit
    from assure_tui.reconcile.claims.unwrap import Prose

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
MAX_RIGHT = 6
"""Words of a clause among which it has its verb, if it is to stand by itself."""
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


class Telling:
    """One clause. `verb` is the word that makes the `form`.

    Its marks and words are read when they are asked for: of most clauses no more is asked than their form.
    """

    def __init__(self, said: Prose, unit: Unit, place: tuple[int, int], tokens: Sequence[str], *, looks: bool) -> None:
        """Take the clause that stands at a `place` of a unit; `looks`: the agent says that it looked or thought."""
        self.text = unit.text[slice(*place)]
        self.form, self.verb = _form(tokens)
        self._said = said
        self._unit = unit
        self._place = place
        self._tokens = tokens
        self._looks = looks

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands, in code points of the event's text."""
        start, end = self._place
        return self._said.span(self._unit.start + start, self._unit.start + end)

    @cached_property
    def open(self) -> bool:
        """It asks, offers, looks, instructs or supposes: nothing is told as done."""
        whole = self._unit.text
        heads = bool(self.verb) and heads_figure(whole, whole.lower().find(self.verb))
        return self._looks or heads or _is_open(self._unit) or _WAS_TO.search(self.text) is not None

    @cached_property
    def aside(self) -> frozenset[str]:
        """Its words that may deny, or speak of another time."""
        tokens = self._tokens
        return _words("apart").intersection(_tokens(_IN_MAY.sub(" ", self.text))[0] if "may" in tokens else tokens)

    @property
    def apart(self) -> bool:
        """It asks, offers, denies, or speaks of another time."""
        return bool(self.aside) or self.open

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The values and names that it gives."""
        return tuple(_marks(self.text[:MAX_READ]))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words that say something, in the singular and lower case."""
        words = set(map(str.lower, _WORD.findall(self.text[:MAX_READ]))) - _empty()
        return frozenset(singular(word) for word in words if len(word) >= MIN_NAME)


_WAS_TO = re.compile(
    r"\b(?:requests?|tasks?|questions?|goals?|aims?|orders?|ideas?) (?:was|were|is|are) to\b", re.IGNORECASE
)
"""What was to be done: "The initial request was to sell 500 sheets"."""
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[;:,.—–!?()/|→=]")
_JOINT = re.compile(
    r"[;,—\s](?:(?P<hard>(?<=;)\s{1,4}|(?<=\s)[—–|]\s)"
    r"|(?<=\w—)(?=\w)|(?<=,)\s(?:(?:and|so|while|then)\s)?|(?<=\s)(?:and|so)\s(?!on\b|forth\b))"
)
"""Where one clause may end and another begin; a `hard` one always parts them. Like the next ones, it begins with a
class of characters, since Python skips to one of those at once."""
_WORD = re.compile(r"[^\W\d_]{2,40}")
_PAST = re.compile(r"[a-z]{2,20}ed")
_CAPITAL = re.compile(r"[A-Z](?<![\w-][A-Z])[\w'’-]{0,40}")
_CODE = re.compile(r"(?<![\w.,-])(?:\d{1,6}[A-Z]{1,4}|[A-Z]{1,4}-?\d{1,6})(?![\w-])")
"""A short code of letters and digits: a seat, a ward."""
_DIGIT = re.compile(r"\d")
_EXAMPLE = re.compile(r"[.\[=×](?:(?<=\be\.)g\.|(?<=\[)[A-Z]|(?<=[=×])\s?\W?\d)")
"""Examples, blanks to be filled in, and reckonings are no reports."""
_IN_MAY = re.compile(r"\b(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?may\b|(?:in )?may (?=\d)|in may\b)", re.IGNORECASE)
"""The month, which is not a modal verb."""
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
def _verbs() -> frozenset[str]:
    """Return the words that make a clause but for the regular past forms."""
    return _be() | _have() | _words("irregular") | {"so"}


@cache
def _empty() -> frozenset[str]:
    """Return the words that say nothing of what is spoken of."""
    return _grammar(
        *("adverbs", "be", "have", "plan", "may", "do", "determiners", "first_person", "second_person", "joins"),
        *("relatives", "hedges", "common", "prepositions", "conditions", "finite", "circumstance"),
    ).union(MONTHS, _DAYS)


@cache
def _looking() -> frozenset[str]:
    """Return the past forms of verbs by which nothing is done: looking, finding, thinking, saying."""
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
        looks = False
        for start, end, tokens in _clauses(unit):
            if len(found) >= MAX_TELLINGS:
                return tuple(found)
            looks = looks or _looks(tokens)
            found.append(Telling(said, unit, (start, end), tokens, looks=looks))
    return tuple(found)


def _clauses(unit: Unit) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Cut a unit where a clause with a verb of its own begins; each clause is given with its tokens."""
    text, start, first = unit.text, 0, 0
    tokens, places = _tokens(text)
    for joint in _JOINT.finditer(text) if unit.form != "row" and len(text) <= MAX_CLAUSE else ():
        here = bisect_left(places, joint.start(), first)
        after = bisect_left(places, joint.end(), here)
        if joint["hard"] is None and not (_opens(tokens[after : after + MAX_RIGHT]) and _has_verb(tokens[first:here])):
            continue
        if joint.start() > start + 2:
            yield start, joint.start(), tokens[first:here]
            start, first = joint.end(), after
    if len(text) > start + 2:
        yield start, len(text), tokens[first:]


def _opens(ahead: Sequence[str]) -> bool:
    """Return whether a clause with a verb of its own begins: with the verb before any mark but the first word."""
    end = next((at for at, word in enumerate(ahead) if at and word in _CLAUSE_MARKS), len(ahead))
    return _has_verb(ahead[:end])


def _has_verb(tokens: Sequence[str]) -> bool:
    return not _verbs().isdisjoint(tokens) or any(token.endswith("ed") and _is_past(token) for token in tokens)


def _tokens(text: str) -> tuple[list[str], list[int]]:
    """Cut a text into words in lower case and marks, each with its place."""
    found: list[str] = []
    places: list[int] = []
    end = 0
    text = text[:MAX_READ]
    for run in text.split():
        start = text.index(run, end)
        end = start + len(run)
        if run.isalnum():  # most are: the pattern takes several times as long
            found.append(run.lower())
            places.append(start)
        else:
            for token, at in _parts(run) if len(run) <= MAX_RUN else _parts.__wrapped__(run):
                found.append(token)
                places.append(start + at)
    return found, places


@lru_cache(maxsize=2048)
def _parts(run: str) -> list[tuple[str, int]]:
    """Cut what stands between two blanks; the same words stand before a comma all through a run."""
    return [(token.group().lower().replace("’", "'"), token.start()) for token in _TOKEN.finditer(run)]


@lru_cache(maxsize=4096)
def _is_past(token: str) -> bool:
    return token in _words("irregular") or (_PAST.fullmatch(token) is not None and token not in _words("no_past"))


def _looks(tokens: Sequence[str]) -> bool:
    """Return whether the agent says that it looked or thought: what follows tells what it found."""
    if _FIRST.isdisjoint(tokens) or _looking().isdisjoint(tokens):
        return False
    return any(token in _looking() and not _FIRST.isdisjoint(tokens[:at]) for at, token in enumerate(tokens))


@lru_cache(maxsize=16)
def _is_open(unit: Unit) -> bool:
    """Return whether nothing that a unit says is told as done; each of its clauses asks."""
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


def _says(word: str) -> bool:
    return len(word) >= MIN_NAME and word not in _empty()


def _form(tokens: Sequence[str]) -> tuple[Form, str]:
    """Tell in which form a clause tells a deed, and by which word."""
    irregular, looking = _words("irregular"), _looking()
    for at, token in enumerate(tokens):
        if (token.endswith("ed") or token in irregular) and _is_past(token) and token not in looking:
            form = _participle(tokens, at)
            if form is not None:
                return form, token
    if "now" in tokens[1:] and not _be().isdisjoint(tokens) and _words("no_past").isdisjoint(tokens):
        return "now", "now"
    if _verbs().isdisjoint(tokens):
        return "", ""
    for at, token in enumerate(tokens[:-1]):
        if token in _be() and tokens[at + 1] in _words("standing"):
            return "stands", tokens[at + 1]
        if token in {"has", "have", "got"} and at and _PRONOUNS.isdisjoint(tokens[:at]):
            given = tokens[at + 1 : at + 1 + MAX_OBJECT]
            if given[0] == "it" or not _words("messages").isdisjoint(given):
                return "has", token
    return "", ""


def _participle(tokens: Sequence[str], at: int) -> Form | None:
    """Return how a past form is meant by what stands before it; None where it tells no deed of the agent's."""
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
    for match in _CODE.finditer(piece) if _DIGIT.search(piece) else ():
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
        if values and any(found.span[0] <= start < found.span[1] for found in values):
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
