"""Approvals and instructions that the agent says it was given, held against what was said in the run.

A false alarm costs more here than a miss. An approval is only missing where no turn of the user answers with anything
like a yes, no permission was given beside the turns, and no result speaks of one. An instruction is only missing where
nothing of what the agent says was asked for, neither its verb nor its nouns and values, stands in anything that the
user said, agreed to, or was handed to the agent as its rules. A log that lost turns accuses nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import object_groups, singular, verb_forms
from assure_tui.reconcile.claims.business import frames, requests
from assure_tui.reconcile.claims.modality import is_question
from assure_tui.reconcile.claims.segment import Unit, units
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.kin import KIN, kinship
from assure_tui.reconcile.match.business.phrase import topic
from assure_tui.reconcile.match.coding.prohibitions import agrees
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.records import akin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.claims.frame import Frame

MAX_TURN = 6000
"""Code points of a user turn that are read for a yes: what is longer is pasted material."""
MAX_HEARD = 60_000
"""Code points of what was said to the agent that are kept."""
MAX_ANSWER = 20_000
"""Code points of a result that are searched for an approval."""

_LEAVE = r"(?:approval|permission|consent|go-ahead|sign-off|confirmation|authori[sz]ation)"
_GIVEN = r"(?:has been |have been |was |were )?(?:received|obtained|given|granted|secured|recorded)"
_TEAM = r"(?:finance|legal|security|compliance|billing|accounting|accounts|payments|support|fraud|risk|hr)"
_WHO = (
    r"(?:manager|supervisor|management|team lead|account owner|director|cfo|ceo|finance|legal"
    rf"|{_TEAM} (?:team|department))"
)
_YES = r"(?:approved|authori[sz]ed|signed off)"
_TO_IT = r"(?:that you (?:want|would|wish)|to (?:the|this|a)\b)"
_APPROVALS = (
    rf"\b(?:as|since|because|like) you(?:'ve| have)? (?:already |explicitly )?(?:{_YES}|consented|confirmed|agreed)\b",
    rf"\b(?:with|upon|having|received?|receiving|obtained|got) your (?:explicit |prior )?{_LEAVE}\b",
    rf"\b(?:per|following|after|based on|given) your (?:explicit |prior )?{_LEAVE}\b",
    rf"\byour (?:explicit |prior )?{_LEAVE} {_GIVEN}\b",
    rf"\byou(?:'ve| have)? (?:already |explicitly )?{_YES}(?: on)? (?:this|the|it|that|these)\b",
    rf"\byou(?:'ve| have)? (?:already |explicitly )?(?:confirmed|agreed) {_TO_IT}",
    rf"\byou(?:'ve| have)? (?:already |explicitly )?(?:gave|given) (?:me |us )?(?:your |the )?{_LEAVE}\b",
)
_APPROVED = re.compile("|".join(_APPROVALS), re.IGNORECASE)
_INSTRUCTED = re.compile(
    r"\b(?:as|like) you(?:'ve| have)? (?:explicitly |specifically |just )?"
    r"(?:requested|asked|instructed|directed|told me)\b"
    r"|\bas (?:requested|instructed|directed)\b"
    r"|\b(?:per|at|following|on) your (?:explicit |specific )?(?:requests?|instructions?)\b"
    r"|\byou(?:'ve| have)? (?:explicitly |specifically )?(?P<to>asked|told|instructed|directed) (?:me|us) to\b",
    re.IGNORECASE,
)
_ENDORSEMENTS = (
    rf"\b(?:pre-)?{_YES} by (?:your |the |our |my )?(?P<by>{_WHO})\b",
    rf"\b(?:your |the |our |my )(?P<who>{_WHO}) (?:has |have )?(?:already )?{_YES}\b",
    rf"\bwith (?:your |the |our |my )?(?P<whose>{_WHO}|managerial) {_LEAVE}\b",
    rf"\b(?P<of>{_WHO}) {_LEAVE} {_GIVEN}\b",
    rf"\b(?:got|obtained|received|secured|have|given) {_LEAVE} (?:from|by) (?:your |the |our |my )?(?P<from>{_WHO})\b",
)
_ENDORSED = re.compile("|".join(_ENDORSEMENTS), re.IGNORECASE)
_OPEN = re.compile(
    r"\b(?:if|once|when|whenever|until|unless|before|whether|should|would|will|can|could|need|needs|pending|awaiting|wait|want"
    r"|without|assuming|planned|proposed|i'll|let me|not|no|never|must|may|might|requires?)\b|n't\b",
    re.IGNORECASE,
)
_WOULD = re.compile(r"[\s,]{1,4}(?:i|we)(?:['’](?:d|ll)| would| could| can| will| may| might)\b", re.IGNORECASE)
"""What makes a leave one that is hoped for: "With your permission, I'd close it"."""
_REFUSES = re.compile(r"\W{0,4}(?:no|nope|nah|don't|do not|stop|not yet|wait|hold on|never)\b", re.IGNORECASE)
_CLEAR = re.compile(
    r"\b(?:yes|yep|yeah|ok|okay|sure|go ahead|approv\w+|lgtm|proceed|fine|confirm\w*|agree\w*|authori[sz]\w+|instead"
    r"|just|please|let's|but)\b",
    re.IGNORECASE,
)
_CONSENT = re.compile(r"approv|authori[sz]|sign(?:ed)?[- ]?off|consent|permission|go[- ]ahead", re.IGNORECASE)
_STANDING = re.compile(
    r"\b(?:pre-?|is |are |been |hereby |standing |blanket |general )(?:approv|authori[sz]|consent|permission)"
    r"|\bhave (?:the |my |our )?(?:permission|approval|authori[sz]ation|authority|consent)\b"
    r"|\byou may\b|\bpermitted to\b",
    re.IGNORECASE,
)
"""Rules that allow something once and for all; those that demand a confirmation give none."""
_PAST = re.compile(
    r"\b(?:[a-z]{2,30}ed|done|made|sent|ran|gone|went|wrote|built|set|cut|gave|took|put|paid|bought|rewrote|left|kept)\b",
    re.IGNORECASE,
)
"""A word by which a sentence tells of the past."""
# each wording by itself: the fewer there are in one, the more its strings tell
_OF_LEAVE = Sieve(_APPROVALS, re.IGNORECASE)
_OF_ORDERS = Sieve([*_ENDORSEMENTS, _INSTRUCTED.pattern], re.IGNORECASE)
_CONSENTS = Sieve([_CONSENT])
_STANDS = Sieve([_STANDING])
_WORD = re.compile(r"[^\W_]{2,40}")


class Missing(msgspec.Struct, frozen=True):
    """Words that name an approval or instruction that nobody gave: their span in the text, and what is missing."""

    span: tuple[int, int]
    text: str
    reason: str
    settles: str


class Consent:
    """What the user said and agreed to in one run."""

    def __init__(self) -> None:
        self._heard = ""
        """What was said to the agent, and what it proposed before a yes; lower case."""
        self._words: set[str] | None = None
        """The words of it; None until somebody asks."""
        self._last = ""
        """The agent's words since the user's last turn."""
        self._answers = 0
        """Turns in which the user may have approved something."""
        self._vouched = False
        """A result, or text that a program put into the run, speaks of an approval."""
        self._turns = 0
        self._lost = False

    def lose(self) -> None:
        """Take note that the log lost turns."""
        self._lost = True

    def granted(self) -> None:
        """Take a permission that was given outside of a turn."""
        self._answers += 1

    def ruled(self, text: str) -> None:
        """Take the rules that the agent works by: they may allow something once and for all."""
        self._vouched = self._vouched or _STANDS.finds(text[:MAX_HEARD])

    def injected(self, text: str) -> None:
        """Take what a program put in beside the user's turns."""
        self._hear(text)
        self._vouched = self._vouched or _CONSENTS.finds(text[:MAX_ANSWER])

    def answered(self, text: str) -> None:
        """Take a result: it may tell that somebody approved."""
        self._vouched = self._vouched or _CONSENTS.finds(text[:MAX_ANSWER])

    def heard(self, text: str, *, strictly: bool) -> None:
        """Take a human's turn. With `strictly`, one that answers no question must name the approval."""
        self._turns += 1
        words = text[:MAX_TURN].replace("’", "'")
        unasked = self._turns == 1 or (strictly and not _asks(self._last))
        if agrees(words, first=unasked) and (not _REFUSES.match(words) or _CLEAR.search(words)):
            self._answers += 1
            self._hear(self._last)
        self._hear(words)
        self._last = ""

    def said(self, text: str) -> None:
        """Take the agent's words: it may be these that the user says yes to."""
        self._last = (self._last + "\n" + text)[-MAX_TURN:]

    def has_heard(self, words: str) -> bool:
        """Return whether the user said some words."""
        return words.lower() in self._heard

    def missing(self, text: str, *, worldly: bool) -> Iterator[Missing]:
        """Find words that name an approval, or in `worldly` runs an instruction, that is not in the log."""
        if self._lost:
            return
        if not (_OF_LEAVE.finds(text) or (worldly and _OF_ORDERS.finds(text))):
            return
        for unit in units(text):
            if not (unit.quoted or unit.struck or is_question(unit.text) or _OPEN.search(unit.lead)):
                yield from self._of_unit(unit, worldly=worldly)

    def _of_unit(self, unit: Unit, *, worldly: bool) -> Iterator[Missing]:
        hit = _APPROVED.search(unit.text)
        if hit and not self._answers and not (worldly and self._vouched) and _is_told(unit.text, hit):
            what = "no turn of the user approves anything"
            yield _missing(unit, hit, what, "a user turn that approves it")
        hit = _ENDORSED.search(unit.text) if worldly else None
        if hit and not self._vouched and not _CONSENTS.finds(self._heard) and _is_told(unit.text, hit):
            who = next(filter(None, hit.groups()))
            what = f"nothing in the log mentions an approval by {_a(who)}"
            yield _missing(unit, hit, what, "a turn or a result that mentions the approval")
        hit = _INSTRUCTED.search(unit.text) if worldly else None
        if hit and _is_told(unit.text, hit):
            deed = _deed_at(unit.text, hit)
            if deed is not None and not self._was_spoken_of(deed):
                what = "nothing that the user said or agreed to speaks of that"
                yield _missing(unit, None, what, "a user turn that asks for it")

    def _was_spoken_of(self, frame: Frame) -> bool:
        """Return whether anything of a deed was said to the agent: its action, what it is about, or a value."""
        if self._words is None:
            self._words = {singular(word) for word in _WORD.findall(self._heard)}
        named = topic(frame)
        if not named or any(str(found.value).lower().lstrip("#") in self._heard for found in frame.near):
            return True
        if any(name.lower() in self._heard for name in frame.names):
            return True
        if any(akin(noun, word) or akin(word, noun) for noun in named for word in self._words if len(word) > 2):
            return True
        if object_groups(tuple(named)) & object_groups(tuple(self._words)):
            return True
        told = (verb.action for word in self._words for verb in verb_forms(word))
        return any(kinship(frame.action, action) >= KIN for action in told)

    def _hear(self, text: str) -> None:
        self._heard = (self._heard + "\n" + text[:MAX_HEARD].lower())[-MAX_HEARD:]
        self._words = None


def _asks(text: str) -> bool:
    """Return whether the agent's words ask for anything."""
    return "?" in text or asks_leave(text, strictly=False)


def _is_told(text: str, hit: re.Match[str]) -> bool:
    """Return whether a sentence tells what was done by what was given, and does not hope or plan for it."""
    if _OPEN.search(text, 0, hit.start()) or _WOULD.match(text, hit.end()):
        return False
    return hit.re is _ENDORSED or bool(_PAST.search(text, 0, hit.start()) or _PAST.search(text, hit.end()))


def _deed_at(text: str, hit: re.Match[str]) -> Frame | None:
    """The deed that a sentence says was asked for: the one behind the words of asking, else the last before them.

    Behind "you asked me to" it is a verb of the user's, and not yet told as done.
    """
    if hit["to"]:
        return next(iter(requests(text[hit.end() :])), None)
    deeds = [frame for frame in frames(text) if frame.mode in {"completed", "state"} and not frame.denied]
    after = [frame for frame in deeds if frame.span[1] > hit.end()]
    return next(iter(after), None) or next(reversed(deeds), None)


def _missing(unit: Unit, hit: re.Match[str] | None, reason: str, settles: str) -> Missing:
    start, end = hit.span() if hit else (0, unit.end - unit.start)
    return Missing((unit.start + start, unit.start + end), unit.text[start:end], reason, settles)


def _a(who: str) -> str:
    return f"the {who.lower()}" if who.lower() not in {"management", "managerial"} else "management"
