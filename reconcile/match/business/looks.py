"""Looks by which something was done: a form that was filled in, a link that answered "you have accepted the offer".

A tool that only looks may change the world all the same, where the name tells of no deed and the answer does. Words
about such a deed are not borne out by it, but they are no invention either.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from assure_tui.reconcile.actionwords import DO, name_words, object_groups, verb_forms
from assure_tui.reconcile.match.business.fit import NAMING
from assure_tui.reconcile.match.business.kin import KIN, kinship, said_of
from assure_tui.reconcile.match.business.phrase import topic
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assure_tui.reconcile.match.business.model import Saying
    from assure_tui.reconcile.model import Effect

MAX_ANSWER = 240
"""Code points of an answer that tells what was done; a longer one shows what there is."""
MAX_TEXT = 2000
"""Code points kept of an answer."""
MIN_STEM = 6
"""Letters by which a verb is found in another form: "reserved" in "reservation"."""
MIN_WORDS = 3
"""Words of an argument that is written to be left somewhere, rather than to be looked for."""
MIN_NAMED = 2
"""Arguments of a call that a proposal has to name."""
_FORMS = frozenset({"form", "field", "page", "site", "website"})
_TEXTS = frozenset({"file", "message"})
"""Groups of things that hold what others wrote: what a letter tells was not done by reading it."""
_ASKING = frozenset({"query", "search", "question", "prompt", "q"})
"""Words of arguments whose text is looked for, and not left."""
_SEEKING = frozenset({"search", "find", "list", "query", "calculate", "browse"})
"""Verbs of looks that are nothing else, whatever was agreed to."""
_DONE = re.compile(
    r"\b(?:(?:has|have|had|was|were)(?: now| been| just| already| successfully){0,3}|(?:now|successfully)) (\w{3,24})"
    r"|^\W{0,4}(\w{3,24})(?: successfully\b|[.!]?$)",
    re.IGNORECASE | re.MULTILINE,
)
"""A deed that is told as done, at the end of either group."""


class Look(NamedTuple):
    """A call that looked: where it stands, whether it left something behind, and the deeds its answer tells as done.

    `agreed` are those for which the user gave leave. `text` is what it was called with and answered, and what the leave
    was given for, in lower case.
    """

    at: int
    turn: int
    tool: str
    enters: bool
    agreed: bool
    deeds: frozenset[str]
    text: str


def look_of(effect: Effect, given: Mapping[str, Any], answer: str, at: int, turn: int, leave: str) -> Look | None:
    """Return a look by which something may have been done; None for one that only looked.

    `leave` is what the agent had proposed and the user said yes to: nobody asks for leave to look.
    """
    agreed = effect.args.get("verb") not in _SEEKING and _is_given_leave(given, leave)
    enters = agreed or _enters(effect, given)
    things = object_groups(tuple(effect.args.get("nouns", ())))
    told = len(answer) <= MAX_ANSWER and ("web" in things or not things & _TEXTS)
    deeds = _deeds(answer) if told else frozenset[str]()
    if not (enters or deeds):
        return None
    text = f"{given} {answer[:MAX_TEXT]} {leave if agreed else ''}"
    return Look(at, turn, effect.tool, enters, agreed, deeds, text.lower())


def done_by(looks: Iterable[Look], saying: Saying) -> Look | None:
    """Return a look of the same turn that may have done what words tell of: it has the names and values they give."""
    frame = saying.frame
    about = [*topic(frame), frame.surface[:MIN_STEM]]
    given = [str(found.value).lower() for found in frame.near if found.kind in NAMING]
    told = [str(getattr(found.value, "value", found.value)).lower() for found in frame.near]
    names = [word for name in frame.names for word in name.lower().split() if len(word) > MIN_WORDS]
    for look in looks:
        if look.turn != saying.turn or look.at > saying.at or not all(value in look.text for value in given):
            continue
        if look.enters and len(about[-1]) == MIN_STEM and about[-1] in look.text:
            return look  # a form that has the deed need not know in whose company
        if not all(name in look.text for name in names):
            continue
        if look.agreed and told and all(_stands(value, look.text) for value in told):
            return look
        if any(frame.action == DO or kinship(frame.action, deed) >= KIN for deed in look.deeds):
            return look
        if look.enters and (given or names or any(noun in look.text or noun in _FORMS for noun in about)):
            return look
    return None


def _stands(value: str, text: str) -> bool:
    """Return whether a value stands in a text as a whole, be it a single digit."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


def _is_given_leave(given: Mapping[str, Any], leave: str) -> bool:
    """Return whether the user agreed to a call: what was proposed has most of its arguments."""
    values = [str(value).lower() for value in given.values() if isinstance(value, str | int)]
    named = sum(said_of(value, leave) or (value.isdigit() and _stands(value, leave)) for value in values if value)
    return named >= MIN_NAMED and 2 * named > len(values)


def _enters(effect: Effect, given: Mapping[str, Any]) -> bool:
    """Return whether a call enters something somewhere: by its verb, or by a text that is written to be left there."""
    if effect.args.get("action") == "read":
        return False
    if effect.args.get("verb") in _entering():
        return True
    texts = (text for value in given.values() for text in (value if isinstance(value, list) else [value]))
    return any(isinstance(text, str) and _words_of(text) >= MIN_WORDS for text in texts) and not any(
        set(name_words(key)) & _ASKING for key in given
    )


def _words_of(text: str) -> int:
    """Count the words of a text; the parts of a sum are none."""
    return sum(any(map(str.isalpha, word)) for word in text.split())


@lru_cache(maxsize=256)
def _deeds(answer: str) -> frozenset[str]:
    words = (word.lower() for match in _DONE.finditer(answer) for word in match.groups() if word)
    return frozenset(
        verb.action for word in words for verb in verb_forms(word) if verb.form == "past" and verb.action != DO
    )


@cache
def _entering() -> frozenset[str]:
    return frozenset(table("actions")["tools"]["enters"].split())
