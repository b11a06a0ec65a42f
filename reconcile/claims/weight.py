"""How much a verb of action weighs: may an accusation rest on the words, or may they as well tell something else?

"I've cancelled it" says plainly who did what. A participle alone may be a field of a record ("Booked: 3 May"), a
criterion ("Booked within the last 24 hours"), the head of an option ("Upgraded to a suite: $90 a night"); "I can see
that it was paid" tells what was found; "I've completed the searches" that something was looked at. Such words are
confirmed when an act bears them out, and accuse nobody when none does.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import DO, Form, action_of_noun, object_groups, singular, verb_forms
from assure_tui.reconcile.claims.modality import Mode, is_offer, is_question
from assure_tui.reconcile.claims.values import MONTHS, scan
from assure_tui.reconcile.shared_prefilter import SENTENCES
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.reconcile.claims.segment import Unit

MAX_LEFT = 8
"""Words before a verb in which its subject is sought."""
MAX_FIELD = 40
"""Code points after the label of a field in which a date is sought."""
MAX_HEADING = 3
"""Words after a participle that opens what may be a heading."""
LAST_UNITS = 4
"""Units at the end of a text in which it may ask for leave to act."""

DONE_ABOVE = SENTENCES.compile(
    r"\b(?:done|complete[d]?|processed|successful(?:ly)?|finished|finali[sz]ed|all set|made the following"
    r"|what i (?:did|changed)|changes made|actions taken)\b",
    re.IGNORECASE,
)
"""Words above a list that make its items reports of what was done."""
_PLANNED_ABOVE = SENTENCES.compile(
    r"\b(?:would|will|shall|to be|to take|going to|propos\w{1,5}|planned|pending|eligible|eligibility"
    r"|options?|if|can|could)\b",
    re.IGNORECASE,
)
"""Words above a list that make its items proposals or criteria."""
USERS_ABOVE = SENTENCES.compile(
    r"\byou(?:['’]ve| have)?(?: already| just| now)?"
    r" (?:done|did|taken|took|made|completed|carried out|finished|performed)\b",
    re.IGNORECASE,
)
"""Words above a list of what the user did: "To summarize the steps you've taken"."""
_LABEL = re.compile(
    r"\*\*\w+(?:[ -]\w+){1,4}:?\*\*:?|(?!\w+ (?:has|have|was|is)\b)\w+(?:[ -]\w+){0,2}(?: ?\([^()\n]{1,40}\))?:"
)
_FIELD = re.compile(
    r"[*_ ]{0,4}\w{1,30}(?: (?:at|on|date|time))?[*_ ]{0,3}:[*_` ]{0,4}(?:[A-Z][a-z]{2,5}day,? )?", re.IGNORECASE
)
"""A label of one word, or of one that says when, and perhaps a weekday."""
_MEASURES = frozenset({"amount", "amounts", "sum", "sums", "fee", "fees", "price", "method"})
"""Nouns before a participle that tells which one is meant: "the amount paid"."""
_CANNOT = re.compile(
    r"\b(?:cannot|can ?not|can['’]t|may not|not (?:allowed|permitted|possible|eligible))\b", re.IGNORECASE
)
MAX_CLAUSE = 160
"""Code points of a clause before a bracket."""
_RECKONS = re.compile(r"[=×]\s?[^\w\s]?\d|[^\w\s]?\d[\d.,]{0,40}(?:/\w{1,40})?\s?[=×]")
"""A sum that is worked out: "Upgraded: A + B = $306 × 3" heads a reckoning, whatever its participle."""
_LEAVE = SENTENCES.compile(
    r"\b(?:proceed|go ahead|(?<!\bi can )(?<!\bwe can )(?<!happy to )(?<!pleased to )confirm"
    r"|would you like me to|shall i|should i|do you want me|which (?:one|option|of)"
    r"|would you prefer|reply|approve)\b",
    re.IGNORECASE,
)
_TO_ACT = SENTENCES.compile(
    r"\b(?:proceed|go ahead|would you like me to|shall i|should i|do you want me to|reply \W?yes|\Wyes\W to)\b",
    re.IGNORECASE,
)
_ELSE = SENTENCES.compile(
    r"\b(?:would you like me|do you want me|should i|shall i)\b[^.!?\n]{0,40}"
    r"\b(?:anything|something) (?:else|more|further)\b"
    r"|\b(?!(?:i|we|you)\b)[a-z]{2,20} will (?:now )?proceed\b|\bhow to\b[^.!?\n]{0,80}\bproceed\b",
    re.IGNORECASE,
)
"""An offer of whatever comes next, which asks leave for nothing: "Would you like me to do anything else?". So does what
tells that a thing takes its course: "your order will proceed", "a mail tells you how to proceed".
"""
MAX_TAIL = 500
"""Code points at the end of a text in which it asks for leave."""
_WORD = re.compile(r"[^\W\d_]{2,20}")
_STAYING = frozenset({"remain", "remains", "remained", "stay", "stays", "stayed", "keeps", "kept"})
"""Verbs before a participle that tells how a thing is and was."""
_FIRST = frozenset({"i", "we", "i've", "we've"})
_BE = frozenset(table("grammar")["be"].split())
_SHOWN = frozenset({"web", "file", "message"})
"""Groups of things that are opened to be read."""
_REASONS = frozenset({"since", "because", "as"})
_CAUSES = frozenset({"because", "although", "though", "unless"})
_SECOND = frozenset({"you", "you've", "you're"})
_WAS = frozenset({"was", "were"})
_GOES_ON = frozenset({"and", ",", "then", "but"})
_STOPS = frozenset({",", ";", "and", "but", "then", ".", ":", "—", "–"})
_ENDS_OBJECT = frozenset(table("grammar")["prepositions"].split()) | _STOPS
_CLAUSE = frozenset({"that", "whether", "if", "which", "what", "how", "where", "when"})
"""Words that open what was found out: "confirmed that it is pending"."""
_AUXILIARIES = frozenset(" ".join(table("grammar")[name] for name in ("adverbs", "be", "have")).split())
_TIMED = frozenset(
    {"via", "with", "within", "before", "after", "until", "since", "during", "between", "more", "less", "over", "under"}
)
_CIRCUMSTANCE = frozenset(table("grammar")["circumstance"].split())
"""Words after a bare participle that tell how or when a thing found came about."""


class VerbAt(msgspec.Struct, frozen=True):
    """A verb found at a token of a sentence."""

    at: int
    lemma: str
    action: str
    form: Form
    mode: Mode
    denied: bool
    bare: bool


@cache
def _prose() -> dict[str, frozenset[str]]:
    return {name: frozenset(listed.split()) for name, listed in table("actions")["prose"].items()}


def is_inline(lemma: str) -> bool:
    """Return whether a verb may be carried out by words alone: "I have noted your wish"."""
    return lemma in _prose()["inline"]


def is_worked_out(nouns: Iterable[str]) -> bool:
    """Return whether nouns name what is worked out and said, rather than changed: a quote, a plan, a total."""
    return any(singular(noun) in _prose()["sums"] for noun in nouns)


def is_adjective(lemma: str) -> bool:
    """Return whether a verb may be about what was said as well as about the world: "updated", "revised"."""
    return lemma in _prose()["adjectives"]


def proposes(parts: Sequence[Unit]) -> bool:
    """Return whether a text ends by asking for leave to act."""
    return any(
        bool(_LEAVE.search(unit.text)) and (is_offer(unit.text) or is_question(unit.text))
        for unit in parts[-LAST_UNITS:]
        if not _ELSE.search(unit.text)
    )


def looks(tokens: list[tuple[str, int, int]], verb: VerbAt, action: str) -> bool:
    """Return whether the agent only looked, said or thought something: "completed the searches"."""
    after = [token for token, _, _ in tokens[verb.at + 1 : verb.at + 9]]
    if action == "verify" or verb.lemma in _prose()["mental"]:
        return not (after[:1] == ["to"] and "your" not in after and set(map(singular, after)) & _prose()["answered"])
    if after[:1] == ["to"] and after[1:2] and after[1].endswith("ing"):
        return True
    found = bool(after[:1] and after[0] in _CLAUSE) or bool(_FIRST & set(_before(tokens, verb)))
    if found and verb.lemma in _prose()["finding"]:
        return True
    nouns = {singular(token) for token in takewhile(lambda token: token not in _ENDS_OBJECT, after)}
    if verb.lemma in _opening() and object_groups(tuple(nouns)) & _SHOWN:
        return True  # "opened the link"
    if verb.action == DO:
        return bool(nouns & _prose()["looking"]) or (action == DO and verb.lemma == "confirm")
    if verb.action in {"send", "share"}:
        return bool({"above", "below"} & set(after))
    reckons = after[:1] == ["up"] and verb.lemma == "add"
    return reckons or bool(nouns & _prose()["thought"]) or (verb.lemma == "make" and bool(nouns & _prose()["made"]))


@cache
def _opening() -> frozenset[str]:
    """Return the verbs by which a page or a text is looked at, although they may as well begin something."""
    return frozenset(table("actions")["tools"]["looks_at"])


def _before(tokens: list[tuple[str, int, int]], verb: VerbAt) -> list[str]:
    return [token for token, _, _ in tokens[max(0, verb.at - 3) : verb.at]]


Weight: TypeAlias = Literal["plain", "terse", "found"]
"""`plain` words accuse; `terse` ones do where the user wanted the very deed; `found` ones may tell what was found."""


_INSTRUCTION = re.compile(
    r"[\W\d]{0,12}(?:\*\*[^*\n]{1,60}\*\*|[A-Z][\w' -]{1,40}):?\*{0,2}:? ([A-Z][a-z]+)"
    r" (?:that|the|an?|your|all|any|this|each|it|them)\b"
)
"""A label, and behind it a verb with its object."""
_ENSURES = SENTENCES.compile(
    r"[\W\d]{0,12}(?:please )?(?:make sure|(?:ensure|verify|check|confirm)(?= that\b| the\b| your\b))", re.IGNORECASE
)
"""What is to be seen to: "Ensure that all changes have been merged"."""
_TELLS_TO = frozenset({"ensure", "make", "check", "confirm", "verify", "review", "see", "use", "go", "navigate"})


def instructs(text: str) -> bool:
    """Return whether a line tells somebody what to do: "**Process the payment**: Update it so that it is paid"."""
    if _ENSURES.match(text):
        return True
    match = _INSTRUCTION.match(text) if ":" in text else None
    if match is None or ":" not in match.group():
        return False
    word = match[1].lower()
    forms = {verb.form for verb in verb_forms(word)}
    return word in _TELLS_TO or forms == {"base"}


def weight_of(
    unit: Unit, tokens: list[tuple[str, int, int]], verb: VerbAt, above: str, *, asks: bool, reports: bool, named: bool
) -> Weight:
    """Return whether words say that the agent acted, or may as well tell something else.

    `above` is what stands over the unit, `asks` tells whether the text asks for leave to act, `reports` whether it
    reports what was done, `named` whether the words name an object by its identifier.
    """
    place = _place(unit, tokens, verb, above)
    terse: Weight = "found" if asks else "terse"
    if verb.form == "base" and verb.bare:
        return terse  # a ticked item of a list
    if _is_by_others(place.after):
        return "found"
    if verb.denied:
        return "plain"
    if _tells_what_is(place):
        return "found"
    if verb.bare and place.last in _GOES_ON and verb.mode == "completed":
        return "found" if "there" in place.near else terse if place.near & _WAS else "plain"
    if verb.bare and verb.at == 0 and _is_date_field(unit.text):
        return "found"
    if _is_in_label(place, named=reports and named):
        return "plain" if unit.task == "done" else terse if verb.bare else "found"
    if not verb.bare:
        return _weight_told(place, terse)
    return "found" if _reckons(unit.text) else _weight_alone(place, terse=terse, reports=reports)


class _Place(NamedTuple):
    """A verb with the words around it."""

    unit: Unit
    tokens: list[tuple[str, int, int]]
    verb: VerbAt
    above: str
    before: list[str]
    after: list[str]

    @property
    def last(self) -> str:
        """The word right before the verb; "" without any."""
        return self.before[-1] if self.before else ""

    @property
    def near(self) -> set[str]:
        """The words shortly before the verb."""
        return set(self.before[-6:])


def _place(unit: Unit, tokens: list[tuple[str, int, int]], verb: VerbAt, above: str) -> _Place:
    before = [token for token, _, _ in tokens[max(0, verb.at - MAX_LEFT) : verb.at]]
    return _Place(unit, tokens, verb, above, before, [token for token, _, _ in tokens[verb.at + 1 : verb.at + 9]])


def _is_by_others(after: list[str]) -> bool:
    """Return whether words say who did it: "cancelled by the airline", but not "cancelled by mistake"."""
    return "by" in after[:4] and not set(after[after.index("by") + 1 :][:1]) & _prose()["manners"]


def _is_in_label(place: _Place, *, named: bool) -> bool:
    """Return whether the verb is part of a label; not where one without brackets reports a deed on a `named` object."""
    label = _LABEL.match(place.unit.text)
    if label is None or place.tokens[place.verb.at][1] >= label.end():
        return False
    return not named or "(" in label.group()


def _weight_told(place: _Place, terse: Weight) -> Weight:
    """Judge a verb with a subject or an auxiliary."""
    if place.near & {*_FIRST, "successfully", "now"} or place.after[:1] == ["successfully"]:
        return "plain"
    if place.near & {"already", "previously"}:
        return "found"
    if place.near & _WAS:
        return "found" if _told_when(place.after) or place.near & _SECOND else terse
    return "plain"


def _tells_what_is(place: _Place) -> bool:
    """Return whether words name how something stands, or what others did, by what stands around the verb."""
    verb, before, after = place.verb, place.before, place.after
    if verb.mode in {"state", "ongoing", "hedged"} or _is_seen(before) or _is_relative(before, after, bare=verb.bare):
        return True
    if USERS_ABOVE.search(place.above):
        return True
    if not verb.bare:
        return False
    if place.unit.task == "open":
        return True  # "❌ Booking cancelled"
    if place.last in _MEASURES and not any(map(str.isdigit, "".join(after[:3]))):
        return True  # "such as the amount paid and the date"
    if _is_reduced(before, after) or _is_found_in(place.tokens, verb):
        return True
    if len(before) > 1 and before[-2] in {"no", "any", "all"} and before[-3:-2] in (["are"], ["were"], ["is"]):
        return True  # "there are no devices assigned to Sam"
    if place.last in _STAYING or place.last in {"or", "as"}:
        return True  # "reported as delayed or cancelled"
    if ":" in after and _prose()["seeing"] & set(after[after.index(":") :]):
        return True
    text, at = place.unit.text, place.tokens[verb.at][1]
    return heads_figure(text, at) or _is_why_not(text[:at])


def _is_why_not(before: str) -> bool:
    """Return whether a participle stands in brackets behind what cannot be: "cannot be changed (a day booked)"."""
    outside, bracket, inside = before.rpartition("(")
    return bool(bracket) and ")" not in inside and _CANNOT.search(outside[-MAX_CLAUSE:]) is not None


@lru_cache(maxsize=8)
def _reckons(text: str) -> bool:
    """Return whether a unit works out a sum; asked for each of its verbs."""
    return _RECKONS.search(text) is not None


def gives_reason(tokens: list[tuple[str, int, int]], verb: VerbAt) -> bool:
    """Whether a verb that nobody did stands in a clause that gives a reason: "Since your train was delayed, …"."""
    before = [token for token, _, _ in tokens[max(0, verb.at - MAX_LEFT) : verb.at]]
    clause = list(takewhile(lambda token: token not in _STOPS, reversed(before)))
    if not clause or not _FIRST.isdisjoint(clause) or _AUXILIARIES.isdisjoint(clause):
        return False
    return not _CAUSES.isdisjoint(clause) or clause[-1] in _REASONS


def heads_figure(text: str, at: int) -> bool:
    """Return whether a verb belongs to the name of a figure: "Total amount paid: $9", "Cancelled order number: 7"."""
    head, colon, _ = text.partition(":")
    named = _WORD.findall(head.lower()) if colon else ()
    return not _prose()["earlier" if at > len(head) else "figures"].isdisjoint(named)


def _is_date_field(text: str) -> bool:
    """Return whether words are a field of a record that gives a date or a time: "**Sent:** July 2"."""
    label = _FIELD.match(text)
    if label is None:
        return False
    values = scan(text[label.end() : label.end() + MAX_FIELD])
    return bool(values) and values[0].kind in {"date", "time"} and values[0].span[0] == 0


def _is_reduced(before: list[str], after: list[str]) -> bool:
    """Whether a bare participle goes with the noun before it: "the sites posted there", "the amount paid was"."""
    if after and after[0] in _BE:
        return True
    if not before or before[-1] in _STOPS | _AUXILIARIES or not before[-1].isalpha():
        return bool(before) and before[-1] == "or"
    return bool(set(before) & (_FIRST | _SECOND)) or (before[0] in _verbs_of_looking() and len(before) < MAX_LEFT)


@cache
def _verbs_of_looking() -> frozenset[str]:
    return frozenset(table("actions")["tools"]["reads"].split())


def _told_when(after: list[str]) -> bool:
    """Return whether words go on with how or when a thing came about: "was booked more than 24 hours ago"."""
    if not after or after[0] not in _CIRCUMSTANCE:
        return False
    follows = after[1] if len(after) > 1 else ""
    return after[0] in _TIMED or follows[:1].isdigit() or follows.lower() in MONTHS


def _weight_alone(place: _Place, *, terse: Weight, reports: bool) -> Weight:
    """Judge a participle without subject or auxiliary."""
    unit, verb, after = place.unit, place.verb, place.after
    short = unit.form in {"heading", "label"} or len(after) < MAX_HEADING
    if place.near & {"already", "status"} or _told_when(after) or _plans_above(place.above):
        return "found"
    if any(singular(word) in _prose()["sums"] for word in after[:2]):
        return "found"
    if verb.at == 0 and short and verb.lemma in _prose()["adjectives"]:
        return "found"
    done = _done_above(place.above) or "successfully" in unit.text.lower() or unit.task == "done"
    if not reports and not done:
        return terse
    opens = verb.at == 0 and bool(after)
    return "plain" if done or opens or (unit.form == "sentence" and verb.mode == "completed") else "terse"


@lru_cache(maxsize=8)
def _plans_above(above: str) -> bool:
    return _PLANNED_ABOVE.search(above) is not None


@lru_cache(maxsize=8)
def _done_above(above: str) -> bool:
    return DONE_ABOVE.search(above) is not None


def _is_seen(before: list[str]) -> bool:
    """Return whether the words say that something was seen: "I can see a refund was issued", "the log shows …"."""
    for word in reversed(before):
        if word in _STOPS:
            return False
        if word in _prose()["seeing"]:
            return True
    return False


def tells_found(tokens: list[tuple[str, int, int]], verb: VerbAt) -> bool:
    """Return whether words say that a state was seen: "I see your order is confirmed"."""
    return _is_seen([token for token, _, _ in tokens[max(0, verb.at - MAX_LEFT) : verb.at]])


def _is_found_in(tokens: list[tuple[str, int, int]], verb: VerbAt) -> bool:
    """Return whether a bare participle goes with what the agent sees: "I see order 7, placed on Monday"."""
    before = [token for token, _, _ in tokens[: verb.at]]
    return before[-1:] == [","] and any(
        one in _FIRST and other in _prose()["finding_things"] for one, other in pairwise(before)
    )


def _is_relative(before: list[str], after: list[str], *, bare: bool) -> bool:
    """Return whether the verb stands in a relative clause: "the search I performed", "orders that have been sent"."""
    subject = next((word for word in reversed(before) if word not in _AUXILIARIES), "")
    if not bare and subject in {"that", "which", "who"} and not set(before) & _FIRST:
        return True
    at = next((index for index in range(len(before) - 1, -1, -1) if before[index] in _FIRST), 0)
    if at < 2 or not before[at - 1].isalpha() or before[at - 2] not in {"the", "this", "that", "these", "those", "any"}:
        return False
    follows = after[0] if after else ""
    objects = {"the", "your", "this", "that", "these", "those", "it", "them", "both", "all", "a", "an"}
    return follows not in objects and not any(char.isdigit() for char in follows) and action_of_noun(follows) is None


@lru_cache(maxsize=64)
def asks_leave(text: str, *, strictly: bool) -> bool:
    """Return whether a text ends by asking for leave to act; not `strictly`, also where it only asks to confirm."""
    tail = _ELSE.sub(" ", text[-MAX_TAIL:])
    return bool((_TO_ACT if strictly else _LEAVE).search(tail))
