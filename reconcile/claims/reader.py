"""From an agent's or a user's words to frames: one pass over the units of a text."""

from __future__ import annotations

import re

import msgspec

from assure_tui.reconcile.actionwords import Form, is_entity
from assure_tui.reconcile.claims.clauses import is_framed
from assure_tui.reconcile.claims.frame import Frame
from assure_tui.reconcile.claims.framing import Said, Stretch, consequence, frame_at
from assure_tui.reconcile.claims.modality import conditional_end, is_offer, is_question, words
from assure_tui.reconcile.claims.segment import Unit
from assure_tui.reconcile.claims.segment import units as cut
from assure_tui.reconcile.claims.values import Found, scan
from assure_tui.reconcile.claims.verbs import Tokens, boundary, verbs_in
from assure_tui.reconcile.claims.weight import VerbAt, gives_reason, instructs, proposes
from assure_tui.reconcile.shared_prefilter import SENTENCES

MAX_FRAMES = 400
"""Frames read of one text."""
MAX_UNIT = 4000
"""Code points of one unit that are read: each verb is looked at with all that stands around it."""
MAX_LISTED = 40
"""Objects that a list below a claim may add to it."""
MAX_OPENING = 40
"""Code points of a list item in which the identifier it opens with is sought."""
MAX_DETAILS = 60
"""Values that lines below a claim may add to it."""
MAX_CONTEXT = 4000
"""Code points of a claim's context up to which lines below are added to it."""

_NOT_CLAIMED = frozenset({"modifier", "others_act", "question", "conditional", "user_act", "offered", "request"})
_OPENING_ADVERBS = frozenset(["successfully", "now", "also", "automatically", "immediately"])
_NEXT = SENTENCES.compile(
    r"\W{0,4}(?:now|next|then|also|for (?:the|your) (?:next|second|third|other)|as for|regarding|moving on|let's|let me"
    r"|i see)\b",
    re.IGNORECASE,
)
"""Openings that turn to another matter."""
_OUTCRY = SENTENCES.compile(
    r"(?i:\W{0,4}(?:great news|(?:(?:it's|that's|everything(?:'s| is)|you're|you are|we're) )?(?:all )?"
    r"(?:done|set|finished|complete|taken care of)))\b(?=\W{0,6}(?:$|[A-Z*]|here))",
)
"""Openings by which a text shows itself to be a report: "All set, Dana!"."""
_IN_ORDER = SENTENCES.compile(
    r"\bin (?:(?:the|that|this) )?(?:(?:requested|given|specified|same|right|exact|correct|listed|stated) )?order\b"
    r"(?=\W*$| to\b| of\b| you\b| they\b| given| specified| listed| requested)",
    re.IGNORECASE,
)
"""The tasks were done "in the requested order", which is not an order of goods."""
_GOES_ON = re.compile(r"[.;] (?=[a-z])(?:(?<=\w{4}..)|(?<=\w{3}\)..))")
"""The end of a sentence whose next one begins with a small letter, as one that opens with an identifier does."""
_JOINING = frozenset({"and", ",", "then", "&"} | _OPENING_ADVERBS)
_PASSIVE = frozenset({"has", "have", "been", "was", "were", "is", "are", "now", "fully", "then", "also", "already"})
_I = re.compile(r"\b(?:I|we|We)\b")
_OPENS_ITEM = re.compile(r"[^\d:;,.–—(]{0,30}[:#*`\s]{0,4}$")
"""What may stand before the identifier that a list item is about: "**Reservation ID:** "."""
_LEFT_OPEN = SENTENCES.compile(
    r"\b(?:cannot|not|never|no|won['’]t|can['’]t|\w{2,6}n['’]t)\b[^.!?:;]{0,40}[^.!?:;\w]{0,4}$", re.IGNORECASE
)
"""The end of a line that negates what the next line goes on with."""
_ONCE_YOU = SENTENCES.compile(r"\W{0,4}(?:if|once|when|after|as soon as|unless) you\b", re.IGNORECASE)
_ENDED = (".", "!", "?", ":", ";")
_ACHIEVED = re.compile(r"\bsuccessfully\b|[✓✔✅]", re.IGNORECASE)
"""Signs of a result, which no proposal has."""
_EXCEPTED = SENTENCES.compile(
    r"\b(?:not|no|never|cannot|fail\w*|unable|already|earlier|previously|pending|still|except|skipped|error|denied"
    r"|declined|rejected|ineligible|unchanged)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words by which a list item, or the words above it, are no plain report of what was done."""


class Reader:
    """One pass over the units of a text."""

    def __init__(self, text: str, taught: dict[str, tuple[str, Form]], *, everything: bool = False) -> None:
        self.text = text
        self.taught = taught
        self.everything = everything
        self.frames: list[Frame] = []
        self.done = False
        """The text has said that something was done: what follows may tell its consequences and details."""
        self.asks = False
        """The text ends by asking for leave to act."""
        self.topic: Unit | None = None
        """The unit of the last claim, as long as what follows may be details of it."""
        self.above: tuple[str, Frame] | None = None
        """The line that introduces a list, with the claim it makes of the list's items."""
        self.open = False
        """The last unit breaks off in a condition or a negation."""

    def read(self) -> list[Frame]:
        """Read all frames, in order."""
        parts = cut(self.text)
        self.asks = proposes(parts)
        for unit in parts:
            if unit.quoted or unit.struck or len(self.frames) >= MAX_FRAMES:
                continue
            self._unit(unit)
        return self.frames

    def _unit(self, unit: Unit) -> None:
        if len(unit.text) > MAX_UNIT:
            unit = _part(unit, 0, MAX_UNIT)
        self._list(unit)
        if self.everything:
            self._sentence(unit)
            return
        if is_framed(unit):
            self.topic = None
            return
        if is_question(unit.text):
            told = _before_question(unit.text)
            if told:
                self._unit(_part(unit, 0, told))
            self.topic = None
            return
        broken = _GOES_ON.search(unit.text)
        if broken is None:
            self._sentence(unit)
            return
        self._unit(_part(unit, 0, broken.end()))
        self._unit(msgspec.structs.replace(_part(unit, broken.end(), len(unit.text)), first=False))

    def _sentence(self, unit: Unit) -> None:
        """Make a frame of each verb of a unit that is one sentence and no question."""
        text = unit.text
        tokens = words(text)
        if _IN_ORDER.search(text):
            tokens = [token for token in tokens if token[0] != "order"]
        read = verbs_in(unit, tokens, self._opening(text), self.taught, everything=self.everything)
        offer = is_offer(text)
        if self._turns(unit, read, offer=offer):
            self.topic = None
        verbs = read if self.everything else self._claimed(text, tokens, read, offer=offer)
        self.done = self.done or bool(_OUTCRY.match(text))
        if not verbs:
            if self.frames and self.done and self.topic is not None and not _ONCE_YOU.match(text):
                self._plain(unit, tokens, scan(text))
            return
        others = any(verb.mode == "user_act" for verb in read) and not _I.search(text)
        values = scan(text)
        for index, verb in enumerate(verbs[: MAX_FRAMES - len(self.frames)]):
            start = boundary(tokens, verbs[index - 1].at, verb.at) if index else 0
            end = boundary(tokens, verb.at, verbs[index + 1].at) if index + 1 < len(verbs) else len(text)
            self._add(Stretch(unit, tokens, verb, values, start, end))
            frame = self.frames[-1]
            if index and self.frames[-2].found and _goes_on(tokens, verb):
                frame.found = frame.weak = True
            frame.joined = bool(index) and verb.bare and _shares(tokens, verb)
            frame.weak = frame.weak or others
        if unit.form == "label" and self.frames[-1].mode in {"completed", "ongoing"} and not _EXCEPTED.search(text):
            self.above = (text, self.frames[-1])

    def _claimed(self, text: str, tokens: Tokens, verbs: list[VerbAt], *, offer: bool) -> list[VerbAt]:
        """Leave of a sentence's verbs those that may claim something; where leave is asked, bare ones are plans."""
        if instructs(text):
            return []
        verbs = [verb for verb in verbs if verb.mode not in _NOT_CLAIMED and not (offer and verb.bare)]
        verbs = [verb for verb in verbs if not gives_reason(tokens, verb)]
        if self.asks and not (self.done or _ACHIEVED.search(text)):
            return [_proposed(verb) for verb in verbs]
        return verbs

    def _opening(self, text: str) -> int:
        """Return the end of what a condition or a negation holds of a unit: all of it, where it goes on with one."""
        goes_on = self.open and text.lstrip("*_ ")[:1].islower()
        opening = len(text) if goes_on else conditional_end(text)
        broken = not text.rstrip("*_` ").endswith(_ENDED)
        self.open = broken and (bool(opening) or bool(_LEFT_OPEN.search(text[-MAX_OPENING * 2 :], text)))
        return opening

    def _list(self, unit: Unit) -> None:
        """Take the identifier that an item opens with for an object of the claim above the list."""
        if self.above is None or unit.form != "item" or unit.depth != 1 or not unit.first:
            return
        lead, frame = self.above
        if unit.lead != lead or len(frame.listed) >= MAX_LISTED or _EXCEPTED.search(unit.text):
            return
        for found in scan(unit.text[: 2 * MAX_OPENING]):
            if found.kind in {"id", "uuid", "iban"} and found.span[0] <= MAX_OPENING:
                if _OPENS_ITEM.match(unit.text[: found.span[0]]):
                    frame.listed += (str(found.value),)
                return

    def _turns(self, unit: Unit, verbs: list[VerbAt], *, offer: bool) -> bool:
        """Whether a unit turns from the last claim to another matter, so that it names no detail of the claim."""
        topic = self.topic
        if topic is None:
            return False
        if offer or _NEXT.match(unit.text):
            return True
        if any(verb.form == "base" and verb.mode == "request" and not is_entity(verb.lemma) for verb in verbs):
            return True
        if unit.form == "item" and unit.depth < topic.depth:
            return True
        if unit.form == topic.form == "item" and unit.first and unit.depth == topic.depth and _opens_with_id(unit.text):
            return True
        return unit.form in {"heading", "label"} and (topic.form in {"heading", "label"} or bool(topic.lead))

    def _add(self, stretch: Stretch) -> None:
        verb = stretch.verb
        frame = frame_at(stretch, Said(asks=self.asks, done=self.done))
        self.frames.append(frame)
        self.topic = stretch.unit
        acted = verb.mode == "completed" and not frame.looking and not (frame.weak and verb.bare)
        self.done = self.done or acted or (verb.mode == "ongoing" and not frame.weak)

    def _plain(self, unit: Unit, tokens: Tokens, values: tuple[Found, ...]) -> None:
        """Take a unit without a verb of action: a consequence ("Refund: $12"), or details of the last claim."""
        told = consequence(unit, tokens, values)
        if told is not None:
            self.frames.append(told)
            return
        if len(self.frames[-1].wide) > MAX_DETAILS or (unit.form == "item" and _EXCEPTED.search(unit.text)):
            return
        for frame in reversed(self.frames):
            if not frame.consequence:
                frame.wide += values
                if len(frame.context) < MAX_CONTEXT:
                    frame.context += " " + unit.text.lower()
                break


def _part(unit: Unit, start: int, end: int) -> Unit:
    """Return the unit of a part of a unit's text."""
    return msgspec.structs.replace(
        unit, start=unit.start + start, end=min(unit.end, unit.start + end), text=unit.text[start:end]
    )


def _opens_with_id(text: str) -> bool:
    """Return whether a list item opens with the identifier of what it is about."""
    return any(
        found.kind in {"id", "uuid", "iban", "path"} and _OPENS_ITEM.match(text[: found.span[0]]) is not None
        for found in scan(text[: 2 * MAX_OPENING])
        if found.span[0] <= MAX_OPENING
    )


def _shares(tokens: Tokens, verb: VerbAt) -> bool:
    """Return whether a verb shares the subject of a passive before it: "was issued and added to your profile"."""
    before = {token for token, _, _ in tokens[: verb.at]}
    return tokens[verb.at - 1][0] in _JOINING and not before & {"i", "we", "i've", "we've"}


def _goes_on(tokens: Tokens, verb: VerbAt) -> bool:
    """Return whether a passive has the subject of the verb before it: "was paid by card and has been refunded"."""
    at = verb.at - 1
    while at > 0 and tokens[at][0] in _PASSIVE:
        at -= 1
    return 0 <= at < verb.at - 1 and tokens[at][0] == "and"


def _proposed(verb: VerbAt) -> VerbAt:
    """Read a bare participle of a text that asks for leave: "Flights changed to … Shall I go ahead?"."""
    return msgspec.structs.replace(verb, mode="planned") if verb.bare and verb.mode == "completed" else verb


def _before_question(text: str) -> int:
    """Return the end of what a unit says before it asks: "I've added Ann. anything else?"."""
    end = max(text.rfind(mark, 0, len(text) - 2) for mark in (". ", "! ", "; "))
    return end + 1 if end > 0 and not is_question(text[: end + 1]) else 0
