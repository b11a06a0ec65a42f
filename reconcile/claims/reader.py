"""From an agent's or a user's words to frames: one pass over the units of a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.actionwords import (
    DO,
    Form,
    action_of_noun,
    governed,
    is_entity,
    is_light,
    object_groups,
    singular,
)
from assure_tui.reconcile.claims.clauses import is_framed
from assure_tui.reconcile.claims.frame import Frame
from assure_tui.reconcile.claims.modality import conditional_end, is_offer, is_question, words
from assure_tui.reconcile.claims.segment import Unit
from assure_tui.reconcile.claims.segment import units as cut
from assure_tui.reconcile.claims.values import NUMBER_WORDS, Found, count_word, counts_things, quoted, scan
from assure_tui.reconcile.claims.verbs import Tokens, acts_on_many, boundary, is_plural, nominal, of_nothing, verbs_in
from assure_tui.reconcile.claims.weight import (
    VerbAt,
    gives_reason,
    instructs,
    is_inline,
    is_worked_out,
    looks,
    proposes,
    tells_found,
    weight_of,
)
from assure_tui.reconcile.shared_prefilter import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_FRAMES = 400
"""Frames read of one text."""
MAX_UNIT = 4000
"""Code points of one unit that are read: each verb is looked at with all that stands around it."""
MAX_AROUND = 2000
"""Code points of a sentence before and after a verb's stretch that are compared with acts."""
MAX_LISTED = 40
"""Objects that a list below a claim may add to it."""
MAX_OPENING = 40
"""Code points of a list item in which the identifier it opens with is sought."""
MAX_DETAILS = 60
"""Values that lines below a claim may add to it."""

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
_OF_ADDRESSEES = SENTENCES.compile(
    r"\b(?:to|for|with|from|by) (?:all |the ){0,2}(?:both|two|three|four|five|six|\d{1,3})\b", re.IGNORECASE
)
"""A number of those whom an act reaches, not of acts: "invites sent to both of you"."""
_SETTLES = SENTENCES.compile(r"\b(?:refund|charge|credit|differen|reimburs|debit|paid|payment)", re.IGNORECASE)
_CAPITAL = re.compile(r"[A-Z](?<!\w[A-Z])(?:(?<!I)|(?!['’]))[\w'’-]{1,40}(?:\s(?!I['’])[A-Z][\w'’-]{1,40}){0,4}")
"""Capitalised words. It begins with a class of characters, since Python skips to one of those at once."""
_IN_ORDER = SENTENCES.compile(
    r"\bin (?:(?:the|that|this) )?(?:(?:requested|given|specified|same|right|exact|correct|listed|stated) )?order\b"
    r"(?=\W*$| to\b| of\b| you\b| they\b| given| specified| listed| requested)",
    re.IGNORECASE,
)
"""The tasks were done "in the requested order", which is no order of goods."""
_GOES_ON = re.compile(r"[.;] (?=[a-z])(?:(?<=\w{4}..)|(?<=\w{3}\)..))")
"""The end of a sentence whose next one begins with a small letter, as one that opens with an identifier does."""
_POINTERS = frozenset({"this", "that", "it", "these", "those", "them"})
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
_YOU_HAVE = re.compile(r"\byou(?:['’]ve| have)(?: now)? successfully\W{1,3}\Z", re.IGNORECASE)
_EXCEPTED = SENTENCES.compile(
    r"\b(?:not|no|never|cannot|fail\w*|unable|already|earlier|previously|pending|still|except|skipped|error|denied"
    r"|declined|rejected|ineligible|unchanged)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words by which a list item, or the words above it, are no plain report of what was done."""
_PLURAL = SENTENCES.compile(r"\b(?:all|each|every|everyone|several|multiple|both|following)\b", re.IGNORECASE)


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
            unit = msgspec.structs.replace(unit, end=unit.start + MAX_UNIT, text=unit.text[:MAX_UNIT])
        text = unit.text
        self._list(unit)
        if not self.everything and is_framed(unit):
            self.topic = None
            return
        if not self.everything and is_question(text):
            told = _before_question(text)
            if told:
                self._unit(msgspec.structs.replace(unit, end=unit.start + told, text=text[:told]))
            self.topic = None
            return
        broken = None if self.everything else _GOES_ON.search(text)
        if broken is not None:
            self._unit(msgspec.structs.replace(unit, end=unit.start + broken.end(), text=text[: broken.end()]))
            unit = msgspec.structs.replace(
                unit, start=unit.start + broken.end(), text=text[broken.end() :], first=False
            )
            self._unit(unit)
            return
        tokens = words(text)
        if _IN_ORDER.search(text):
            tokens = [token for token in tokens if token[0] != "order"]
        verbs = verbs_in(unit, tokens, self._opening(text), self.taught, everything=self.everything)
        offer = is_offer(text)
        if self._turns(unit, verbs, offer=offer):
            self.topic = None
        others = any(verb.mode == "user_act" for verb in verbs)
        if not self.everything:
            verbs = [verb for verb in verbs if verb.mode not in _NOT_CLAIMED and not (offer and verb.bare)]
            verbs = [] if instructs(text) else [verb for verb in verbs if not gives_reason(tokens, verb)]
            if self.asks and not (self.done or _ACHIEVED.search(text)):
                verbs = [_proposed(verb) for verb in verbs]
        self.done = self.done or bool(_OUTCRY.match(text))
        if not verbs:
            if self.frames and self.done and self.topic is not None and not _ONCE_YOU.match(text):
                self._plain(unit, tokens, scan(text))
            return
        values = scan(text)
        for index, verb in enumerate(verbs):
            if len(self.frames) >= MAX_FRAMES:
                break
            start = boundary(tokens, verbs[index - 1].at, verb.at) if index else 0
            end = boundary(tokens, verb.at, verbs[index + 1].at) if index + 1 < len(verbs) else len(text)
            self._add(unit, tokens, verb, values, start, end)
            if index and self.frames[-2].found and _goes_on(tokens, verb):
                self.frames[-1].found = self.frames[-1].weak = True
            self.frames[-1].joined = bool(index) and verb.bare and _shares(tokens, verb)
            if others and not _I.search(text):
                self.frames[-1].weak = True
        if unit.form == "label" and self.frames[-1].mode in {"completed", "ongoing"} and not _EXCEPTED.search(text):
            self.above = (text, self.frames[-1])

    def _opening(self, text: str) -> int:
        """Give the end of what a condition or a negation holds of a unit: all of it, where it goes on with one."""
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
        """Tell whether a unit turns from the last claim to another matter: what it names is no detail of the claim."""
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

    def _add(
        self,
        unit: Unit,
        tokens: Tokens,
        verb: VerbAt,
        values: tuple[Found, ...],
        start: int,
        end: int,
    ) -> None:
        text = unit.text
        first, last = (bisect_left(tokens, place, key=itemgetter(1)) for place in (start, end))
        stretch = [token for token, _, _ in tokens[first:last]]
        nouns = tuple(singular(token) for token in stretch if token.isalpha())
        action = verb.action
        if action == DO or is_light(verb.lemma.partition("-")[0]):
            noun = nominal(tokens, verb, start, end)
            action = noun if noun and not (verb.action == "submit" and noun in {"approve", "verify"}) else action
        objects = object_groups(nouns)
        action = governed(action, verb.lemma, objects)
        if "status" in nouns and verb.action == "update":
            action = DO
        near = tuple(found for found in values if start <= found.span[0] < end)
        if action == "send" and "message" not in objects and any(found.kind == "money" for found in near):
            action = "pay"
        above = " ".join(part for part in (unit.heading, unit.lead, unit.parent if unit.parent != text else "") if part)
        looking = looks(tokens, verb, action)
        if self.asks and not near and is_worked_out(token for token, _, _ in tokens[verb.at + 1 : verb.at + 4]):
            looking = True  # "I've updated the plan"
        reports = self.done or unit.task == "done" or (unit.start == 0 and not self.asks)
        named = any(found.kind in {"id", "uuid", "iban", "email"} for found in near)
        weight = weight_of(unit, tokens, verb, above, asks=self.asks, reports=reports, named=named)
        weak = looking or weight != "plain"
        if (
            verb.mode == "state"
            and verb.lemma == "confirm"
            and action in {"book", "order", "cancel", "exchange", "return"}
            and not tells_found(tokens, verb)
        ):
            weak = False
        mode = verb.mode
        if self.asks and not near and tokens[verb.at + 1 : verb.at + 2] and tokens[verb.at + 1][0] in _POINTERS:
            weak = True  # "I've set this to zero": an argument of what is asked leave for
        if _YOU_HAVE.search(text, max(0, tokens[verb.at][1] - MAX_OPENING), tokens[verb.at][1]):
            weak = True  # "You have successfully booked it": who did it is not said
        if is_inline(verb.lemma) and action == verb.action and not near and len(_names(text[start:end])) == 0:
            weak = True
        if verb.mode == "ongoing" and verb.action == DO and action in {"cancel", "return", "exchange", "refund"}:
            weak = False
        piece = text[start:end].strip(" \n\t,;—–(:")
        begin = unit.start + start + text[start:end].find(piece) if piece else unit.start
        count = _count(stretch)
        consequence = (
            verb.mode == "planned"
            and self.done
            and bool(_SETTLES.search(text))
            and any(f.kind == "money" for f in near)
        )
        self.frames.append(
            Frame(
                span=(begin, begin + len(piece)),
                text=piece,
                action=action,
                deed=verb.action,
                lemma=verb.lemma,
                surface=tokens[verb.at][0],
                mode=mode,
                denied=verb.denied or of_nothing(text, start, end, tokens[verb.at][1]),
                consequence=consequence,
                weak=weak,
                found=looking or weight == "found",
                reports=self.done or unit.task == "done",
                terse=weight == "terse" and not looking and not is_inline(verb.lemma),
                nouns=nouns,
                objects=objects,
                near=near,
                wide=values + (scan(above) if above else ()),
                names=_names(text[start:end]),
                count=count,
                counts_action=count > 1
                and any(is_plural(token) and action_of_noun(token) for token in stretch)
                and not _OF_ADDRESSEES.search(text[start:end], text),
                plural=bool(_PLURAL.search(text[start:end], text)) or acts_on_many(tokens, verb, start, end),
                context=f"{text[max(0, start - MAX_AROUND) : end + MAX_AROUND]} {above}".lower(),
                item=unit.form == "item",
            )
        )
        self.topic = unit
        acted = mode == "completed" and not looking and not (weak and verb.bare)
        self.done = self.done or acted or (verb.mode == "ongoing" and not weak)

    def _plain(self, unit: Unit, tokens: Tokens, values: tuple[Found, ...]) -> None:
        """Take a unit without a verb of action: a consequence ("Refund: $12"), or details of the last claim."""
        text = unit.text
        last = self.frames[-1]
        if any(found.kind == "money" for found in values) and _SETTLES.search(text):
            nouns = tuple(singular(token) for token, _, _ in tokens if token.isalpha())
            actions = [action for noun in nouns if (action := action_of_noun(noun)) in {"refund", "pay"}]
            self.frames.append(
                Frame(
                    span=(unit.start, unit.end),
                    text=text,
                    action=actions[0] if actions else "pay",
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
                    context=text.lower(),
                )
            )
            return
        if len(last.wide) > MAX_DETAILS or (unit.form == "item" and _EXCEPTED.search(text)):
            return
        for frame in reversed(self.frames):
            if not frame.consequence:
                frame.wide += values
                if len(frame.context) < 4000:
                    frame.context += " " + text.lower()
                break


def _count(stretch: Sequence[str]) -> int:
    """Give the number of things that words name."""
    if NUMBER_WORDS.keys().isdisjoint(stretch):
        return 0
    numbers = ((at, count_word(token)) for at, token in enumerate(stretch) if not token.isdigit())
    return next((number for at, number in numbers if number and counts_things(stretch, at)), 0)


def _opens_with_id(text: str) -> bool:
    """Tell whether a list item opens with the identifier of what it is about."""
    return any(
        found.kind in {"id", "uuid", "iban", "path"} and _OPENS_ITEM.match(text[: found.span[0]]) is not None
        for found in scan(text[: 2 * MAX_OPENING])
        if found.span[0] <= MAX_OPENING
    )


def _shares(tokens: Tokens, verb: VerbAt) -> bool:
    """Tell whether a verb shares the subject of a passive before it: "was issued and added to your profile"."""
    before = {token for token, _, _ in tokens[: verb.at]}
    return tokens[verb.at - 1][0] in _JOINING and not before & {"i", "we", "i've", "we've"}


def _goes_on(tokens: Tokens, verb: VerbAt) -> bool:
    """Tell whether a passive has the subject of the verb before it: "was paid by card and has been refunded"."""
    at = verb.at - 1
    while at > 0 and tokens[at][0] in _PASSIVE:
        at -= 1
    return 0 <= at < verb.at - 1 and tokens[at][0] == "and"


def _proposed(verb: VerbAt) -> VerbAt:
    """Read a bare participle of a text that asks for leave: "Flights changed to … Shall I go ahead?"."""
    return msgspec.structs.replace(verb, mode="planned") if verb.bare and verb.mode == "completed" else verb


def _before_question(text: str) -> int:
    """Give the end of what a unit says before it asks: "I've added Ann. anything else?"."""
    end = max(text.rfind(mark, 0, len(text) - 2) for mark in (". ", "! ", "; "))
    return end + 1 if end > 0 and not is_question(text[: end + 1]) else 0


def _names(text: str) -> tuple[str, ...]:
    """Names in a stretch of words: what is set in quotes or bold, and capitalised words past the first."""
    listed = [name for _, name in quoted(text)]
    listed += [match.group() for match in _CAPITAL.finditer(text[:2000]) if match.start() > 1]
    return tuple(dict.fromkeys(name.strip(" .,:;!") for name in listed[:40]))
