"""What the words around a clause make of it: told, or only wished, guessed, framed, ordered or quoted.

"The room has been cancelled" reports. "Tell Ann that the room has been cancelled", "I hope the room has been
cancelled", "As you said, …", "Next steps: …" and the template of a letter do not, although the very words stand there.
Which words take a report back is a matter of English, not of a trade: they are lists in `data/grammar.toml`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.segment import Unit

Apart: TypeAlias = Literal["", "conditional", "hedged", "others_act"]
"""How a clause is meant by what stands outside of it: "" where it says what it says."""

_WORDS = {name: frozenset(listed.split()) for name, listed in table("grammar").items()}
_ENDS = frozenset({",", ";", ".", "—", ":"})
_INNER = _WORDS["conditions"]
_ENSURING = frozenset({"ensure", "sure", "double-check"})
_CHECKING = frozenset({"confirm", "verify", "check", "see"})
"""Verbs by which somebody is told to find out whether something was done."""
_TO_SHOW = _CHECKING | {"ensure", "reflect", "show", "indicate"}
"""Verbs of a purpose: what is to be found or shown has not been done by saying so."""
_GLAD = frozenset({"pleased", "glad", "happy", "delighted", "excited", "thrilled", "proud", "this", "message", "note"})
"""Words before "to confirm that …", which then tells rather than asks or plans."""
_MAX_GLAD = 5
"""Words before "that" among which such a one stands: "This is just to confirm that"."""
_BEFORE_ORDERS = frozenset({"to", ",", ":", ";", ".", "and", "please", "then"})
_TELLING = _WORDS["telling"]
_SUGGESTING = _WORDS["suggesting"]
_GUESSING = _WORDS["guessing"]
_SAYING = _WORDS["saying"]
_REPORTING = _WORDS["reporting"]
_HERE = frozenset({"you", "me", "us"})
_BEFORE_TELLING = _BEFORE_ORDERS | _WORDS["may"] | {"should", "must", "you"}
_UNSURE = _WORDS["unsure"]
_HEEDING = _WORDS["heeding"]
_CIRCUMSTANCES = _WORDS["circumstances"]
_DETERMINERS = _WORDS["determiners"]
_VOUCHING = frozenset({"confirm", "verify", "say", "tell", "guarantee", "promise"})
_DENIED = frozenset({"can't", "cannot", "couldn't", "not", "unable", "won't"})
_FIRST = _WORDS["first_person"]
_SECOND = _WORDS["second_person"]
_SEEN_BY_YOU = frozenset({"you'll", "you", "will", "can"})
_SOURCES = frozenset({"according"})
_ANYBODY = frozenset({"an", "a", "any", "every", "each", "no", "only", "those", "anything", "everything"})
"""Determiners of what is spoken of in general: "any order that has been shipped"."""
_SPEAKING = (
    *(_ENDS, _INNER, _ENSURING, _CHECKING, _UNSURE, _GUESSING, _SUGGESTING, _TELLING),
    *(_CIRCUMSTANCES, _HEEDING, _SAYING, _VOUCHING),
)
_TELLS = frozenset({"that", "after", "had"}).union(*_SPEAKING)
"""Words outside of a clause that may change how it is meant; most words do not."""
_MAX_HEAD = 5
"""Words before a relative pronoun among which the determiner of its noun stands."""
_RELATIVE = frozenset({"that", "which", "who", "whose"})
_FRAMES = re.compile(
    r"\b(?:next steps?|to[- ]?dos?|templates?|example|samples?|previews?|mock-?ups?|placeholders?|acceptance"
    r"|suggested (?:\w{1,20} )?(?:message|reply|wording|text|e-?mail|response|note)"
    r"|(?:reply|message|output|response) format"
    r"|(?:a|the|this|following) draft|draft (?:e-?mail|message|reply|response|text|letter|note)"
    r"|(?:would|will|could|might|should|can) (?:look|read|say|write|send|use)(?: like this)?"
    r"|(?:says|said|reads|states|wrote|asks|replied)(?=\W{0,4}$))\b",
    re.IGNORECASE,
)
"""Words of an introducing line below which nothing is the agent's report of what it did."""
_I_HAVE = re.compile(r"I(?:['’]ve| have) (?:also|already|just)\b")
_REPORTED = re.compile(
    r"\b(?:done|completed?|finished|processed|successful(?:ly)?|all set)\b"
    r"|\b(?:I|we)(?:['’]ve| have)? (?:\w{3,12} ){0,2}\w{1,15}(?:ed|t|ade|one)\b",
    re.IGNORECASE,
)
"""A line that introduces what the agent did: "Here's the draft I created:", "The to-do list is now complete:"."""
_FRAMED = re.compile(
    r"\W{0,6}(?:(?:pending|after|upon|subject to|with) (?:your |the )?(?:ok|approval|confirmation|consent|go-ahead)"
    r"|next steps?|to[- ]?dos?|templates?|example|sample|subject(?: line)?|goals?|acceptance(?: criteria)?"
    r"|what remains|remaining|(?:a |the )?(?:suggested|proposed)(?: \w{1,20}){0,2}|option \w{1,2}"
    r"|(?:here(?:['’]s| is) )?(?:a |the )?draft(?: \w{1,20}| e-mail){0,2})\W{0,3}:",
    re.IGNORECASE,
)
"""A label in the same line: "Subject: Your booking has been cancelled", "Next steps: room cancelled, …"."""
_LABELLED_CONDITION = re.compile(
    r"\W{0,6}(?:\*\*[^*\n:]{1,60}(?::\*\*|\*\*:)|\w[\w' /-]{0,40}:) (?:if|once|when|whenever|unless|until|in case)\b",
    re.IGNORECASE,
)
"""A label and a condition behind it: "**Notice**: If the room has been cancelled, …"."""
MAX_OPENING = 120
"""Code points of a line in which what frames it is sought."""


def embedded(left: list[str], *, own: bool) -> Apart:
    """Return how a verb is meant by the words `left` of it in its sentence, back to the last mark.

    `own` says that the agent is its subject: "after I cancelled it" tells that it was done, "after it has been made"
    does not.
    """
    if _is_attributed(left) and not own:
        return "others_act"
    for at in range(len(left) - 1, -1, -1):
        word = left[at]
        if word not in _TELLS:
            continue
        if word in _ENDS:
            return ""
        if word == "that" and _is_purpose(left, at):
            return "conditional"  # "to confirm that it has been paid", "once saved, verify that …"
        if (word in _ENSURING and (at or word != "sure")) or (word in _CHECKING and _is_to_check(left, at)):
            return "conditional"
        if word in _INNER or (word == "after" and not own) or _is_inverted(left, at):
            return "conditional"
        if word in _UNSURE or (word in _GUESSING and not _FIRST.isdisjoint(left[max(0, at - 2) : at])):
            return "hedged"
        if not own and _is_known(left, at):
            return "others_act"
        if word in _SUGGESTING and (at == 0 or left[at - 1] in _BEFORE_ORDERS | _FIRST):
            return "conditional"
        if word in _TELLING and _is_ordered(left, at):
            return "conditional"
    return ""


def _is_attributed(left: list[str]) -> bool:
    """Return whether a sentence opens by saying whose words follow: "According to your note, …", "As you said, …"."""
    if "," not in left[1:] or left[0] == ",":
        return False
    opening = left[: left.index(",")]
    if opening[0] in _SOURCES:
        return True
    return opening[0] in {"as", "like"} and not _SECOND.isdisjoint(opening) and not _SAYING.isdisjoint(opening)


def _is_purpose(left: list[str], at: int) -> bool:
    """Return whether "that" follows on what is to be found out: "to confirm that", but not "glad to confirm that"."""
    if not at or left[at - 1] not in _TO_SHOW or (at > 1 and left[at - 2] not in _BEFORE_ORDERS):
        return False
    return _GLAD.isdisjoint(left[max(0, at - _MAX_GLAD) : at])


def _is_to_check(left: list[str], at: int) -> bool:
    """Return whether the user is to find out: "please check that"; "you'll see that it was paid" tells it."""
    if left[at] == "see" and at and left[at - 1] in _SEEN_BY_YOU:
        return False
    return bool({"you", "please"} & set(left[:at]))


def _is_ordered(left: list[str], at: int) -> bool:
    """Return whether somebody is to be told something: "tell Ann that"; "to inform you that" tells it."""
    follows = left[at + 1 : at + 2]
    return (at == 0 or left[at - 1] in _BEFORE_TELLING) and "that" in left[at:] and _HERE.isdisjoint(follows)


def _is_known(left: list[str], at: int) -> bool:
    """Return whether words take what follows for known, or are another's: "I understand it was cancelled"."""
    word, before = left[at], left[max(0, at - 3) : at]
    follows = left[at + 1] if at + 1 < len(left) else ""
    if word in _CIRCUMSTANCES:
        return follows in _DETERMINERS
    if word in _HEEDING:
        return not _FIRST.isdisjoint(before)
    if word in _SAYING and follows in {"me", "us"}:
        return True
    return word in _VOUCHING and not _DENIED.isdisjoint(before)


def _is_inverted(left: list[str], at: int) -> bool:
    """Return whether a condition is told by inversion: "Had I cancelled it, …"."""
    if left[at] != "had" or (at and left[at - 1] not in _ENDS):
        return False
    return at + 1 < len(left) and (left[at + 1] in _FIRST | _SECOND or left[at + 1] in {"it", "the", "they"})


def is_of_any(left: list[str]) -> bool:
    """Return whether a verb stands in a relative clause about things in general: "any order that has been shipped"."""
    for at in range(len(left) - 1, max(-1, len(left) - 1 - _MAX_HEAD), -1):
        if left[at] in _RELATIVE and (not at or left[at - 1] not in _REPORTING):
            head = left[max(0, at - _MAX_HEAD) : at]
            return left[at] == "whose" or not _ANYBODY.isdisjoint(head)
    return False


def is_framed(unit: Unit) -> bool:
    """Return whether nothing that a unit says is the agent's own report: a template, a next step, a subject line."""
    if unit.task == "done":
        return False
    opening = unit.text[:MAX_OPENING]
    if ":" in opening and (_FRAMED.match(opening) or _LABELLED_CONDITION.match(opening)):
        return True
    if unit.form == "sentence" and unit.lead and not unit.heading and _I_HAVE.match(unit.text):
        return False  # a paragraph of the agent's own, below the list that the line introduced
    return bool((unit.heading and _frames(unit.heading)) or (unit.lead and _frames(unit.lead)))


@lru_cache(maxsize=64)
def _frames(above: str) -> bool:
    return _FRAMES.search(above) is not None and _REPORTED.search(above) is None
