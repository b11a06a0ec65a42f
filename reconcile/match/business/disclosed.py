"""Whether a report speaks of an act by the words of its tool's name: "a text reminder goes out the day before".

Such a sentence need not be a claim that is assigned to the act, nor give a value of it: who reads it has been told.
Where several acts of one tool landed, a sentence without a value may be about any of them, and discloses none.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import inflections, is_generic, name_words, object_groups, singular, verb_forms
from assure_tui.reconcile.match.business.kin import KIN, kinship
from assure_tui.reconcile.match.business.topics import VAGUE

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

MIN_NOUN = 4
"""Letters of a noun that tells an act by itself."""
_SENTENCE = re.compile(r"[.!?;]\s|\n")
_WORD = re.compile(r"[^\W\d_]{2,24}")


def discloses(outcomes: Outcomes, act: Act, report: int) -> bool:
    """Return whether words after an act, and of the report, speak of it by the words of its name."""
    alike = [other for other in outcomes.landed if other.effect.tool == act.effect.tool and other.turn == act.turn]
    if len(alike) > 1:
        return False
    own = tuple(singular(word) for word in name_words(act.effect.tool))
    asked = _words(outcomes.matter.asked_text)
    elsewhere = {
        singular(word) for tool in outcomes.matter.tools if tool != act.effect.tool for word in name_words(tool)
    }
    nouns = (noun for noun in _nouns(act) if noun not in elsewhere and noun not in asked)
    rare = frozenset(noun for noun in nouns if not outcomes.matter.heard.of(noun, noun))
    return any(
        _pairs(own) & _pairs(words) or rare & set(words) or _does(words, act)
        for at, text in outcomes.matter.spoken
        if at >= max(act.at, report)
        for words in _sentences(text)
    )


def is_called(act: Act, text: str) -> bool:
    """Return whether a text has two words of an act's name side by side: "the virtual call" of `join_virtual_call`."""
    own = _pairs(tuple(singular(word) for word in name_words(act.effect.tool)))
    return any(own & _pairs(words) for words in _sentences(text))


def _does(words: tuple[str, ...], act: Act) -> bool:
    """Return whether a sentence has the verb of an act's name as done, or one of its kind with one of its nouns."""
    if not _past_forms(act.effect.tool, act.verb).isdisjoint(words):
        return True
    akin = any(kinship(action, act.action) >= KIN for action in _past_actions(words))
    return akin and not set(_nouns(act)).isdisjoint(words)


@lru_cache(maxsize=256)
def _past_forms(tool: str, verb: str) -> frozenset[str]:
    """Return the past forms of the verbs in a tool's name."""
    named = name_words(tool)
    read_as = set() if verb in named else {named[0], named[-1]}  # `transmit` is read as "send"
    return frozenset(
        form
        for word in named
        if word in read_as or (not is_generic(word) and any(found.form == "base" for found in verb_forms(word)))
        for form, kind in inflections(word).items()
        if kind == "past"
    )


@lru_cache(maxsize=1024)
def _past_actions(words: tuple[str, ...]) -> frozenset[str]:
    """Return the actions that a sentence's verbs tell as past; it is held against many acts."""
    return frozenset(found.action for word in words for found in verb_forms(word) if found.form == "past")


def _nouns(act: Act) -> list[str]:
    """Return the nouns of an act's name that say what it was done to."""
    return [noun for noun in act.nouns if len(noun) >= MIN_NOUN and noun not in VAGUE]


@lru_cache(maxsize=1024)
def _pairs(words: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Return the words that stand side by side and name one thing: "gift aid", but not "order" and "item"."""
    return frozenset(
        (one, other)
        for one, other in pairwise(words)
        if len(one) > 2 and len(other) > 2 and not (object_groups((one,)) and object_groups((other,)))
        if not verb_forms(one)
    )


@lru_cache(maxsize=64)
def _sentences(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(singular, _WORD.findall(sentence))) for sentence in _SENTENCE.split(text.lower()))


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(map(singular, _WORD.findall(text)))
