"""One verb's frame: the action that its stretch of a sentence names, and how firmly it is said to be done."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.actionwords import DO, action_of_noun, governed, is_light, object_groups, singular
from assure_tui.reconcile.claims.frame import Frame
from assure_tui.reconcile.claims.segment import Unit
from assure_tui.reconcile.claims.values import NUMBER_WORDS, Found, count_word, counts_things, quoted, scan
from assure_tui.reconcile.claims.verbs import Tokens, acts_on_many, is_plural, nominal, of_nothing
from assure_tui.reconcile.claims.weight import VerbAt, Weight, is_inline, is_worked_out, looks, tells_found, weight_of
from assure_tui.reconcile.shared_prefilter import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_AROUND = 2000
"""Code points of a sentence before and after a verb's stretch that are compared with acts."""
MAX_BEFORE = 40
"""Code points before a verb in which "you have successfully" is sought."""
MAX_NAMED = 2000
"""Code points of a stretch in which names are sought."""
MAX_NAMES = 40
"""Names taken of a stretch."""

SETTLES = SENTENCES.compile(r"\b(?:refund|charge|credit|differen|reimburs|debit|paid|payment)", re.IGNORECASE)
"""Words of money that settles what was done: "the difference of $12 will be refunded"."""
_OF_ADDRESSEES = SENTENCES.compile(
    r"\b(?:to|for|with|from|by) (?:all |the ){0,2}(?:both|two|three|four|five|six|\d{1,3})\b", re.IGNORECASE
)
"""A number of those whom an act reaches, not of acts: "invites sent to both of you"."""
_CAPITAL = re.compile(r"[A-Z](?<!\w[A-Z])(?:(?<!I)|(?!['’]))[\w'’-]{1,40}(?:\s(?!I['’])[A-Z][\w'’-]{1,40}){0,4}")
"""Capitalised words. It begins with a class of characters, since Python skips to one of those at once."""
_POINTERS = frozenset({"this", "that", "it", "these", "those", "them"})
_YOU_HAVE = re.compile(r"\byou(?:['’]ve| have)(?: now)? successfully\W{1,3}\Z", re.IGNORECASE)
_PLURAL = SENTENCES.compile(r"\b(?:all|each|every|everyone|several|multiple|both|following)\b", re.IGNORECASE)
_IDENTIFIERS = frozenset({"id", "uuid", "iban", "email"})
_CONFIRMED_ACTS = frozenset({"book", "order", "cancel", "exchange", "return"})
"""Acts that are done when they are confirmed: "your booking is confirmed"."""
_ENDING_ACTS = frozenset({"cancel", "return", "exchange", "refund"})
"""Acts that are done when they are said to be under way: "I'm processing your return"."""


class Said(msgspec.Struct, frozen=True):
    """What a text has made of itself by the time a verb is read."""

    asks: bool
    """It ends by asking for leave to act."""
    done: bool
    """It has said that something was done."""


class Stretch(msgspec.Struct, frozen=True):
    """A verb with the words of a unit that go with it: code points `start` to `end` of the unit's text."""

    unit: Unit
    tokens: Tokens
    verb: VerbAt
    values: tuple[Found, ...]
    """All values of the unit."""
    start: int
    end: int

    @property
    def text(self) -> str:
        """The stretch as it stands there."""
        return self.unit.text[self.start : self.end]

    @property
    def near(self) -> tuple[Found, ...]:
        """The values of the stretch."""
        return tuple(found for found in self.values if self.start <= found.span[0] < self.end)

    @property
    def words(self) -> list[str]:
        """The words and marks of the stretch, in lower case."""
        first, last = (bisect_left(self.tokens, place, key=itemgetter(1)) for place in (self.start, self.end))
        return [token for token, _, _ in self.tokens[first:last]]

    @property
    def above(self) -> str:
        """What stands over the unit: its heading, the line that introduces its list, and the item it is part of."""
        unit = self.unit
        over = (unit.heading, unit.lead, unit.parent if unit.parent != unit.text else "")
        return " ".join(part for part in over if part)


def frame_at(stretch: Stretch, said: Said) -> Frame:
    """Make the frame of a verb and its stretch."""
    unit, verb = stretch.unit, stretch.verb
    words, near, above = stretch.words, stretch.near, stretch.above
    nouns = tuple(singular(word) for word in words if word.isalpha())
    action, objects = _action(stretch, nouns, near)
    looking = looks(stretch.tokens, verb, action) or (said.asks and not near and _works_out(stretch))
    weight = _weight(stretch, said, near, above)
    begin, piece = _piece(stretch)
    count = _count(words)
    return Frame(
        span=(begin, begin + len(piece)),
        text=piece,
        action=action,
        deed=verb.action,
        lemma=verb.lemma,
        surface=stretch.tokens[verb.at][0],
        mode=verb.mode,
        denied=verb.denied or of_nothing(unit.text, stretch.start, stretch.end, stretch.tokens[verb.at][1]),
        consequence=verb.mode == "planned" and said.done and _settles(unit.text, near),
        weak=_is_weak(stretch, said, action, near, plain=weight == "plain" and not looking),
        found=looking or weight == "found",
        reports=said.done or unit.task == "done",
        terse=weight == "terse" and not looking and not is_inline(verb.lemma),
        nouns=nouns,
        objects=objects,
        near=near,
        wide=stretch.values + (scan(above) if above else ()),
        names=_names(stretch.text),
        count=count,
        counts_action=count > 1 and _counts_acts(stretch, words),
        plural=bool(_PLURAL.search(stretch.text, unit.text))
        or acts_on_many(stretch.tokens, verb, stretch.start, stretch.end),
        context=f"{unit.text[max(0, stretch.start - MAX_AROUND) : stretch.end + MAX_AROUND]} {above}".lower(),
        item=unit.form == "item",
        looking=looking,
    )


def consequence(unit: Unit, tokens: Tokens, values: tuple[Found, ...]) -> Frame | None:
    """Make a frame of a unit without a verb that tells what follows from a deed: "Refund: $12"."""
    if not _settles(unit.text, values):
        return None
    nouns = tuple(singular(token) for token, _, _ in tokens if token.isalpha())
    actions = (action for noun in nouns if (action := action_of_noun(noun)) in {"refund", "pay"})
    return Frame(
        span=(unit.start, unit.end),
        text=unit.text,
        action=next(actions, "pay"),
        deed="",
        lemma="",
        surface="",
        mode="planned",
        denied=False,
        consequence=True,
        weak=True,
        terse=False,
        found=True,
        reports=True,
        nouns=nouns,
        objects=object_groups(nouns),
        near=values,
        wide=values,
        names=(),
        count=0,
        counts_action=False,
        plural=False,
        context=unit.text.lower(),
    )


def _action(stretch: Stretch, nouns: tuple[str, ...], near: tuple[Found, ...]) -> tuple[str, frozenset[str]]:
    """Return the action that a verb and its nouns name, and the groups of objects that the nouns belong to."""
    verb = stretch.verb
    action = verb.action
    if action == DO or is_light(verb.lemma.partition("-")[0]):
        noun = nominal(stretch.tokens, verb, stretch.start, stretch.end)
        if noun and not (verb.action == "submit" and noun in {"approve", "verify"}):
            action = noun
    objects = object_groups(nouns)
    action = governed(action, verb.lemma, objects)
    if "status" in nouns and verb.action == "update":
        action = DO
    if action == "send" and "message" not in objects and any(found.kind == "money" for found in near):
        action = "pay"
    return action, objects


def _weight(stretch: Stretch, said: Said, near: tuple[Found, ...], above: str) -> Weight:
    unit = stretch.unit
    reports = said.done or unit.task == "done" or (unit.start == 0 and not said.asks)
    named = any(found.kind in _IDENTIFIERS for found in near)
    return weight_of(unit, stretch.tokens, stretch.verb, above, asks=said.asks, reports=reports, named=named)


def _is_weak(stretch: Stretch, said: Said, action: str, near: tuple[Found, ...], *, plain: bool) -> bool:
    """Return whether no accusation rests on a verb alone; `plain` tells that its words by themselves would bear one."""
    tokens, verb = stretch.tokens, stretch.verb
    if verb.mode == "ongoing" and verb.action == DO and action in _ENDING_ACTS:
        return False
    at = tokens[verb.at][1]
    if is_inline(verb.lemma) and action == verb.action and not near and not _names(stretch.text):
        return True
    if _YOU_HAVE.search(stretch.unit.text, max(0, at - MAX_BEFORE), at):
        return True  # "You have successfully booked it": who did it is not said
    follows = tokens[verb.at + 1][0] if verb.at + 1 < len(tokens) else ""
    if said.asks and not near and follows in _POINTERS:
        return True  # "I've set this to zero": an argument of what is asked leave for
    confirmed = verb.mode == "state" and verb.lemma == "confirm" and action in _CONFIRMED_ACTS
    return not plain and not (confirmed and not tells_found(tokens, verb))


def _works_out(stretch: Stretch) -> bool:
    """Return whether what was acted on is worked out and said: "I've updated the plan"."""
    at = stretch.verb.at
    return is_worked_out(token for token, _, _ in stretch.tokens[at + 1 : at + 4])


def _settles(text: str, values: tuple[Found, ...]) -> bool:
    """Return whether words name money that settles what was done."""
    return any(found.kind == "money" for found in values) and SETTLES.search(text) is not None


def _piece(stretch: Stretch) -> tuple[int, str]:
    """Return the words of a stretch without the marks about them, and where they begin in the whole text."""
    piece = stretch.text.strip(" \n\t,;—–(:")
    return stretch.unit.start + (stretch.start + stretch.text.find(piece) if piece else 0), piece


def _count(words: Sequence[str]) -> int:
    """Return the number of things that words name."""
    if NUMBER_WORDS.keys().isdisjoint(words):
        return 0
    numbers = ((at, count_word(word)) for at, word in enumerate(words) if not word.isdigit())
    return next((number for at, number in numbers if number and counts_things(words, at)), 0)


def _counts_acts(stretch: Stretch, words: Sequence[str]) -> bool:
    """Return whether a number counts acts, not those whom they reach: "two refunds"."""
    acts = any(is_plural(word) and action_of_noun(word) for word in words)
    return acts and _OF_ADDRESSEES.search(stretch.text, stretch.unit.text) is None


def _names(text: str) -> tuple[str, ...]:
    """Names in a stretch of words: what is set in quotes or bold, and capitalised words past the first."""
    listed = [name for _, name in quoted(text)]
    listed += [match.group() for match in _CAPITAL.finditer(text[:MAX_NAMED]) if match.start() > 1]
    return tuple(dict.fromkeys(name.strip(" .,:;!") for name in listed[:MAX_NAMES]))
