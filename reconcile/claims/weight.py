"""How much a verb of action weighs: may an accusation rest on the words, or may they as well tell something else?

"I've cancelled it" says plainly who did what. A participle alone may be a field of a record ("Booked: 3 May"), a
criterion ("Booked within the last 24 hours"), the head of an option ("Upgraded to a suite: $90 a night"); "I can see
that it was paid" tells what was found; "I've completed the searches" that something was looked at. Such words are
confirmed when an act bears them out, and accuse nobody when none does.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.actionwords import DO, Form, action_of_noun, singular
from assure_tui.reconcile.claims.modality import Mode, is_offer, is_question
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.claims.segment import Unit

MAX_LEFT = 8
"""Words before a verb in which its subject is sought."""
LAST_UNITS = 4
"""Units at the end of a text in which it may ask for leave to act."""

DONE_ABOVE = re.compile(
    r"\b(?:done|complete[d]?|processed|successful(?:ly)?|finished|finali[sz]ed|all set|made the following"
    r"|what i (?:did|changed)|changes made|actions taken)\b",
    re.IGNORECASE,
)
"""Words above a list that make its items reports of what was done."""
_PLANNED_ABOVE = re.compile(
    r"\b(?:would|will|shall|to be|to take|going to|propos\w{1,5}|planned|pending|eligible|eligibility"
    r"|options?|if|can|could)\b",
    re.IGNORECASE,
)
"""Words above a list that make its items proposals or criteria."""
_LABEL = re.compile(
    r"\*\*\w+(?:[ -]\w+){1,4}:?\*\*:?|(?!\w+ (?:has|have|was|is)\b)\w+(?:[ -]\w+){0,2}(?: ?\([^()\n]{1,40}\))?:"
)
_RECKONS = re.compile(r"[=×]\s?[^\w\s]?\d|[^\w\s]?\d[\d.,]{0,40}(?:/\w{1,40})?\s?[=×]")
"""A sum that is worked out: "Upgraded: A + B = $306 × 3" heads a reckoning, whatever its participle."""
_LEAVE = re.compile(
    r"\b(?:proceed|go ahead|confirm|would you like me to|shall i|should i|do you want me|which (?:one|option|of)"
    r"|would you prefer|reply|approve)\b",
    re.IGNORECASE,
)
_TO_ACT = re.compile(
    r"\b(?:proceed|go ahead|would you like me to|shall i|should i|do you want me to|reply \W?yes|\Wyes\W to)\b",
    re.IGNORECASE,
)
MAX_TAIL = 500
"""Code points at the end of a text in which it asks for leave."""
_FIRST = frozenset({"i", "we", "i've", "we've"})
_STOPS = frozenset({",", ";", "and", "but", "then", ".", ":", "—", "–"})
_ENDS_OBJECT = frozenset(table("grammar")["prepositions"].split()) | _STOPS
_AUXILIARIES = frozenset(" ".join(table("grammar")[name] for name in ("adverbs", "be", "have")).split())
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
    """Tell whether a verb may be carried out by words alone: "I have noted your wish"."""
    return lemma in _prose()["inline"]


def proposes(parts: Sequence[Unit]) -> bool:
    """Tell whether a text ends by asking for leave to act."""
    return any(
        bool(_LEAVE.search(unit.text)) and (is_offer(unit.text) or is_question(unit.text))
        for unit in parts[-LAST_UNITS:]
    )


def looks(tokens: list[tuple[str, int, int]], verb: VerbAt, action: str) -> bool:
    """Tell whether what was done is no more than looking, saying or holding true: "completed the searches"."""
    if action == "verify" or verb.lemma in _prose()["mental"]:
        return True
    after = [token for token, _, _ in tokens[verb.at + 1 : verb.at + 9]]
    if after[:1] == ["to"] and after[1:2] and after[1].endswith("ing"):
        return True
    nouns = {singular(token) for token in takewhile(lambda token: token not in _ENDS_OBJECT, after)}
    if verb.action == DO:
        return bool(nouns & _prose()["looking"]) or (action == DO and verb.lemma == "confirm")
    if verb.action in {"send", "share"}:
        return bool({"above", "below"} & set(after))
    reckons = after[:1] == ["up"] and verb.lemma == "add"
    return reckons or bool(nouns & _prose()["thought"]) or (verb.lemma == "make" and bool(nouns & _prose()["made"]))


def is_weak(
    unit: Unit, tokens: list[tuple[str, int, int]], verb: VerbAt, above: str, *, reports: bool, named: bool
) -> bool:
    """Tell whether words may as well tell something else than that the agent acted.

    `above` is what stands over the unit, `reports` tells whether the text reports what was done, `named` whether the
    words name an object by its identifier.
    """
    before = [token for token, _, _ in tokens[max(0, verb.at - MAX_LEFT) : verb.at]]
    left = set(before[-6:])
    after = [token for token, _, _ in tokens[verb.at + 1 : verb.at + 9]]
    if "by" in after[:4] and not set(after[after.index("by") + 1 :][:1]) & _prose()["manners"]:
        return True
    if verb.denied:
        return False
    if verb.mode in {"state", "ongoing", "hedged"} or _is_seen(before) or _is_relative(before, after, bare=verb.bare):
        return True
    if verb.bare and verb.at and tokens[verb.at - 1][0] in {"and", ",", "then", "but"} and verb.mode == "completed":
        return bool(left & {"was", "were", "there"})
    label = _LABEL.match(unit.text)
    if label and tokens[verb.at][1] < label.end() and not (reports and named and "(" not in label.group()):
        return True
    if verb.bare and _reckons(unit.text):
        return True
    if verb.bare:
        return _is_weak_alone(unit, verb, above, before, after, reports=reports)
    if left & {*_FIRST, "successfully", "now"} or after[:1] == ["successfully"]:
        return False
    return bool(left & {"was", "were", "already", "previously"})


@lru_cache(maxsize=8)
def _reckons(text: str) -> bool:
    """Tell whether a unit works out a sum; asked for each of its verbs."""
    return _RECKONS.search(text) is not None


@lru_cache(maxsize=8)
def _plans_above(above: str) -> bool:
    return _PLANNED_ABOVE.search(above) is not None


@lru_cache(maxsize=8)
def _done_above(above: str) -> bool:
    return DONE_ABOVE.search(above) is not None


def _is_weak_alone(unit: Unit, verb: VerbAt, above: str, before: list[str], after: list[str], *, reports: bool) -> bool:
    """Judge a participle without subject or auxiliary."""
    follows = after[0] if after else ""
    if set(before[-6:]) & {"already", "status"} or follows in _CIRCUMSTANCE:
        return True
    if any(singular(word) in _prose()["sums"] for word in after[:2]):
        return True
    if _plans_above(above):
        return True
    told = reports or _done_above(above) or "successfully" in unit.text.lower()
    if not told:
        return True
    return not (
        (verb.at == 0 and bool(follows))
        or (unit.form == "sentence" and verb.mode == "completed")
        or _done_above(above)
        or "successfully" in unit.text.lower()
    )


def _is_seen(before: list[str]) -> bool:
    """Tell whether the words say that something was seen: "I can see a refund was issued", "the log shows …"."""
    for word in reversed(before):
        if word in _STOPS:
            return False
        if word in _prose()["seeing"]:
            return True
    return False


def _is_relative(before: list[str], after: list[str], *, bare: bool) -> bool:
    """Tell whether the verb stands in a relative clause: "the search I performed", "orders that have been sent"."""
    subject = next((word for word in reversed(before) if word not in _AUXILIARIES), "")
    if not bare and subject in {"that", "which", "who"} and not set(before) & _FIRST:
        return True
    at = next((index for index in range(len(before) - 1, -1, -1) if before[index] in _FIRST), 0)
    if at < 2 or not before[at - 1].isalpha() or before[at - 2] not in {"the", "this", "that", "these", "those", "any"}:
        return False
    follows = after[0] if after else ""
    objects = {"the", "your", "this", "that", "these", "those", "it", "them", "both", "all", "a", "an"}
    return follows not in objects and not any(char.isdigit() for char in follows) and action_of_noun(follows) is None


def asks_leave(text: str, *, strictly: bool) -> bool:
    """Tell whether a text ends by asking for leave to act; not `strictly`, also where it only asks to confirm."""
    return bool((_TO_ACT if strictly else _LEAVE).search(text[-MAX_TAIL:]))
