"""Business claims: what the agent said it did in the world.

A *frame* is one verb of action in one sentence: what it says was done (action and object), in which mode, with the
values around it. Frames are read from the agent's words and, as requests, from the user's. `read` makes claims of the
frames that say something was done or was not done; plans and consequences ("$12 will be refunded") stay frames, which
the matcher uses as mentions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.actionwords import (
    DO,
    OTHER,
    Form,
    action_of_noun,
    governed,
    inflections,
    is_entity,
    is_light,
    kind_of,
    object_groups,
    singular,
    tool_words,
    verb_forms,
)
from assure_tui.reconcile.claims.modality import Mode, conditional_end, is_offer, is_question, stance, words
from assure_tui.reconcile.claims.segment import units as cut
from assure_tui.reconcile.claims.unwrap import prose
from assure_tui.reconcile.claims.values import Found, count_word, quoted, scan
from assure_tui.reconcile.claims.weight import VerbAt, is_inline, is_weak, looks, proposes
from assure_tui.reconcile.ids import claim_id
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.model import Claim
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import AgentText
    from assure_tui.reconcile.claims.segment import Unit
    from assure_tui.reconcile.context import Context

MAX_FRAMES = 400
"""Frames read of one text."""
MAX_AROUND = 2000
"""Code points of a sentence before and after a verb's stretch that are compared with acts."""
MAX_LISTED = 40
"""Objects that a list below a claim may add to it."""
MAX_OPENING = 40
"""Code points of a list item in which the identifier it opens with is sought."""
MAX_DETAILS = 60
"""Values that lines below a claim may add to it."""

CLAIMED: frozenset[Mode] = frozenset({"completed", "state", "ongoing", "hedged", "attempted", "unable"})
"""Modes that make a claim."""


class Frame(msgspec.Struct, kw_only=True):
    """One verb of action with what stands around it. `span` counts code points of the text it was read from.

    `near` is the verb's own stretch of the sentence, `wide` the sentence with what stands above it and the details
    that follow; values that contradict are sought in `near`, values that agree in `wide`.
    """

    span: tuple[int, int]
    text: str
    action: str
    lemma: str
    surface: str
    """The verb as it stands there, in lower case."""
    mode: Mode
    denied: bool
    consequence: bool
    weak: bool
    """May as well describe a state that was found: no accusation rests on it alone."""
    nouns: tuple[str, ...]
    objects: frozenset[str]
    near: tuple[Found, ...]
    wide: tuple[Found, ...]
    names: tuple[str, ...]
    """Names in quotes, bold and back-ticks, and capitalised words, of the verb's own stretch."""
    count: int
    """Number said ("both", "three"), else 0."""
    counts_action: bool
    """The number counts the actions themselves: "two refunds"."""
    plural: bool
    context: str
    """Lower-case text of `wide`."""
    item: bool = False
    """Stands in an item of a list."""
    listed: tuple[str, ...] = ()
    """Identifiers that the items of a list below these words open with: each is an object of what was done."""


def read(units: Sequence[Unit], event: AgentText, context: Context) -> list[Claim]:
    """Read the business claims out of the units of one text."""
    del units
    kinds = _kinds_at_work(context) if context.coding else None
    if kinds is not None and not kinds:
        return []
    return [
        Claim(
            id=claim_id(event.id, frame.span, kind_of(frame.action, frame.objects)),
            run=event.run,
            event=event.id,
            origin=event.origin,
            span=frame.span,
            text=frame.text,
            kind=kind_of(frame.action, frame.objects),
            polarity="denied" if frame.denied else "asserted",
            args=_args(frame),
            time=event.time,
        )
        for frame in frames(event.text, verbs_of(context))
        if (frame.mode in CLAIMED or frame.consequence)
        and (kinds is None or kind_of(frame.action, frame.objects) in kinds)
    ]


def _kinds_at_work(context: Context) -> frozenset[str]:
    """Give the kinds of the domain tools a coding run has called: only of these does it speak besides its code."""
    if not context.worldly:
        return frozenset()
    return frozenset(kind for kind in context.kinds if not is_coding(kind))


def _args(frame: Frame) -> dict[str, Any]:
    args: dict[str, Any] = {"action": frame.action, "verb": frame.lemma, "mode": frame.mode}
    if frame.nouns:
        args["object"] = list(frame.nouns[:8])
    if frame.count:
        args["count"] = frame.count
    for name, kinds in (
        ("money", {"money"}),
        ("ids", {"id", "uuid", "iban", "sha", "ending"}),
        ("recipients", {"email", "phone"}),
        ("dates", {"date"}),
        ("times", {"time"}),
        ("urls", {"url"}),
    ):
        values = [found.value for found in frame.near if found.kind in kinds]
        if values:
            args[name] = values
    if frame.names:
        args["names"] = list(frame.names[:12])
    return args


def verbs_of(context: Context) -> tuple[str, ...]:
    """Give the verbs that the run's own tools teach beyond the lexicon, sorted."""
    return _taught(tuple(context.tools), tuple(context.used))


@lru_cache(maxsize=64)
def _taught(*names: tuple[str, ...]) -> tuple[str, ...]:
    found = {tool_words(name) for listed in names for name in listed}
    return tuple(sorted({tool.verb for tool in found if tool.action == OTHER and len(tool.verb) > 3}))


@lru_cache(maxsize=256)
def _taught_forms(taught: tuple[str, ...]) -> dict[str, tuple[str, Form]]:
    return {surface: (lemma, form) for lemma in taught for surface, form in inflections(lemma).items()}


@lru_cache(maxsize=16)
def frames(text: str, taught: tuple[str, ...] = ()) -> tuple[Frame, ...]:
    """Read the frames of an agent's text, in order."""
    said = prose(text)
    found = _Reader(said.text, taught).read()
    if said.places is not None:
        for frame in found:
            frame.span = said.span(*frame.span)
    return tuple(found)


@lru_cache(maxsize=16)
def requests(text: str, taught: tuple[str, ...] = ()) -> tuple[Frame, ...]:
    """Read the frames of a user's text, whatever their mode: what the user speaks of may be asked for."""
    return tuple(_Reader(text, taught, everything=True).read())


_NOT_CLAIMED = frozenset({"modifier", "others_act", "question", "conditional", "user_act", "offered", "request"})
_FINITE = frozenset(table("grammar")["finite"].split())
"""Words that show a sentence to be more than "Message posted to the team"."""
_NUMBERED = re.compile(r"#|\w{0,12}\d")
"""What follows a thing's name and makes it one: "order 5140" is no ordering."""
_NEXT = re.compile(
    r"\W{0,4}(?:now|next|then|also|for (?:the|your) (?:next|second|third|other)|as for|regarding|moving on|let's|let me"
    r"|i see)\b",
    re.IGNORECASE,
)
"""Openings that turn to another matter."""
_OUTCRY = re.compile(
    r"(?i:\W{0,4}(?:great news|(?:(?:it's|that's|everything(?:'s| is)|you're|you are|we're) )?(?:all )?"
    r"(?:done|set|finished|complete|taken care of)))\b(?=\W{0,6}(?:$|[A-Z*]|here))",
)
"""Openings by which a text shows itself to be a report: "All set, Dana!"."""
MAX_NOUNS = 5
_OPENING_ADVERBS = frozenset(["successfully", "just", "now", "also", "then", "already", "finally", "done"])
_AFTER_PARTICIPLE = frozenset(table("grammar")["after_participle"].split())
"""What follows a participle without an auxiliary: "Message posted to the team", but not "Ann posted a message"."""
_AFTER_AUXILIARY = frozenset(["not", "n't", "so", "it", "that", "this", "you", "i", "we"])
_BOTH = frozenset({"set", "reset", "put", "given", "upset"})
"""Forms that are no participle of their own when they stand bare: "a luggage set", "password reset", "given that"."""
_SETTLES = re.compile(r"\b(?:refund|charge|credit|differen|reimburs|debit|paid|payment)", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]{1,40}(?:\s[A-Z][\w'’-]{1,40}){0,4}")
_NOTHING = re.compile(r"\W{0,4}(?:no(?! longer)|none|nothing|neither)\b", re.IGNORECASE)
_NO_SUBJECT = re.compile(r"\b(?:no|nothing|none of)\b[^.;,:]*\b(?:has|have|was|were|been)\b", re.IGNORECASE)
MAX_SUBJECT = 80
"""Code points before a verb in which a subject such as "no charge" is sought."""
_IN_ORDER = re.compile(
    r"\bin (?:(?:the|that|this) )?(?:(?:requested|given|specified|same|right|exact|correct|listed|stated) )?order\b"
    r"(?=\W*$| to\b| of\b| you\b| they\b| given| specified| listed| requested)",
    re.IGNORECASE,
)
"""The tasks were done "in the requested order", which is no order of goods."""
_I = re.compile(r"\b(?:I|we|We)\b")
_OPENS_ITEM = re.compile(r"[^\d:;,.–—(]{0,30}[:#*`\s]{0,4}$")
"""What may stand before the identifier that a list item is about: "**Reservation ID:** "."""
_LEFT_OPEN = re.compile(
    r"\b(?:cannot|not|never|no|won['’]t|can['’]t|\w{2,6}n['’]t)\b[^.!?:;]{0,40}[^.!?:;\w]{0,4}$", re.IGNORECASE
)
"""The end of a line that negates what the next line goes on with."""
_ONCE_YOU = re.compile(r"\W{0,4}(?:if|once|when|after|as soon as|unless) you\b", re.IGNORECASE)
_ENDED = (".", "!", "?", ":", ";")
_EXCEPTED = re.compile(
    r"\b(?:not|no|never|cannot|fail\w*|unable|already|earlier|previously|pending|still|except|skipped|error|denied"
    r"|declined|rejected|ineligible|unchanged)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words by which a list item, or the words above it, are no plain report of what was done."""
_PLURAL = re.compile(r"\b(?:all|each|every|everyone|several|multiple|both|following)\b", re.IGNORECASE)


class _Reader:
    """One pass over the units of a text."""

    def __init__(self, text: str, taught: tuple[str, ...], *, everything: bool = False) -> None:
        self.text = text
        self.taught = _taught_forms(taught)
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
        parts = cut(self.text)
        self.asks = proposes(parts)
        for unit in parts:
            if unit.quoted or unit.struck or len(self.frames) >= MAX_FRAMES:
                continue
            self._unit(unit)
        return self.frames

    def _unit(self, unit: Unit) -> None:
        text = unit.text
        self._list(unit)
        question = is_question(text)
        if question and not self.everything:
            self.topic = None
            return
        tokens = words(text)
        if _IN_ORDER.search(text):
            tokens = [token for token in tokens if token[0] != "order"]
        verbs = self._verbs(unit, tokens, self._opening(text))
        offer = is_offer(text)
        if self._turns(unit, verbs, offer=offer):
            self.topic = None
        others = any(verb.mode == "user_act" for verb in verbs)
        if not self.everything:
            verbs = [verb for verb in verbs if verb.mode not in _NOT_CLAIMED and not (offer and verb.bare)]
        values = tuple(scan(text))
        self.done = self.done or bool(_OUTCRY.match(text))
        if not verbs:
            if not _ONCE_YOU.match(text):
                self._plain(unit, tokens, values)
            return
        for index, verb in enumerate(verbs):
            start = self._boundary(tokens, verbs[index - 1].at, verb.at) if index else 0
            end = self._boundary(tokens, verb.at, verbs[index + 1].at) if index + 1 < len(verbs) else len(text)
            self._add(unit, tokens, verb, values, start, end)
            if others and not _I.search(text):
                self.frames[-1].weak = True
        if unit.form == "label" and self.frames[-1].mode in {"completed", "ongoing"} and not _EXCEPTED.search(text):
            self.above = (text, self.frames[-1])

    def _opening(self, text: str) -> int:
        """Give the end of what a condition or a negation holds of a unit: all of it, where it goes on with one."""
        goes_on = self.open and text.lstrip("*_ ")[:1].islower()
        opening = len(text) if goes_on else conditional_end(text)
        broken = not text.rstrip("*_` ").endswith(_ENDED)
        self.open = broken and (bool(opening) or bool(_LEFT_OPEN.search(text[-MAX_OPENING * 2 :])))
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
        return unit.form in {"heading", "label"} and (topic.form in {"heading", "label"} or bool(topic.lead))

    def _verbs(self, unit: Unit, tokens: list[tuple[str, int, int]], opening: int) -> list[VerbAt]:
        found = []
        report = unit.form == "sentence" and not any(token in _FINITE for token, _, _ in tokens)
        for at, (word, start, _) in enumerate(tokens):
            lemma, action, form = self._reading(word, tokens, at)
            if not lemma or form == "third":
                continue
            if form == "base" and is_entity(lemma) and at + 1 < len(tokens) and _NUMBERED.match(tokens[at + 1][0]):
                continue
            if word in {"did", "do"} and at + 1 < len(tokens) and tokens[at + 1][0] in _AFTER_AUXILIARY:
                continue
            opens = all(token in _OPENING_ADVERBS for token, _, _ in tokens[:at])
            ends = at + 1 == len(tokens) or tokens[at + 1][0] in _AFTER_PARTICIPLE
            telegraphic = unit.form != "sentence" or opens or (report and at <= MAX_NOUNS and ends)
            if form == "gerund":
                if not self.everything:
                    continue
                found.append(VerbAt(at, lemma, action, form, "request", False, False))  # noqa: FBT003 - a plain record
                continue
            judged = stance(tokens, at, past=form == "past", telegraphic=telegraphic)
            if judged.bare and form == "past" and (word in _BOTH or (at and tokens[at - 1][0] == "as")):
                continue
            mode: Mode = "conditional" if start < opening or (opening and not judged.first_person) else judged.mode
            if form == "base" and mode == "modifier" and (not self.everything or action_of_noun(word)):
                continue
            found.append(VerbAt(at, lemma, action, form, mode, judged.denied, judged.bare))
        return found

    def _reading(self, word: str, tokens: list[tuple[str, int, int]], at: int) -> tuple[str, str, Form]:
        for verb in verb_forms(word):
            if verb.particle:
                after = [token for token, _, _ in tokens[at + 1 : at + 8]]
                if verb.particle not in after:
                    continue
                return f"{verb.lemma}-{verb.particle}", verb.action, verb.form
        plain = [verb for verb in verb_forms(word) if not verb.particle]
        if plain:
            past = next((verb for verb in plain if verb.form == "past"), plain[0])
            return past.lemma, past.action, past.form
        taught = self.taught.get(word)
        return (taught[0], OTHER, taught[1]) if taught else ("", "", "base")

    @staticmethod
    def _boundary(tokens: list[tuple[str, int, int]], first: int, second: int) -> int:
        """Give the place where the stretch of one verb ends and that of the next begins."""
        for at in range(second - 1, first, -1):
            if tokens[at][0] in {"and", "but", "then", ";", ",", "—", "–", "(", ":", "."}:
                return tokens[at][1]
        return tokens[second][1]

    def _add(
        self,
        unit: Unit,
        tokens: list[tuple[str, int, int]],
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
            action = self._nominal(tokens, verb, start, end) or action
        objects = object_groups(nouns)
        action = governed(action, verb.lemma, objects)
        if "status" in nouns and verb.action == "update":
            action = DO
        near = tuple(found for found in values if start <= found.span[0] < end)
        if action == "send" and "message" not in objects and any(found.kind == "money" for found in near):
            action = "pay"
        above = " ".join(part for part in (unit.heading, unit.lead, unit.parent if unit.parent != text else "") if part)
        looking = looks(tokens, verb, action)
        reports = self.done or (unit.start == 0 and not self.asks)
        named = any(found.kind in {"id", "uuid", "iban", "email"} for found in near)
        weak = looking or is_weak(unit, tokens, verb, above, reports=reports, named=named)
        if (
            verb.mode == "state"
            and verb.lemma == "confirm"
            and action in {"book", "order", "cancel", "exchange", "return"}
        ):
            weak = False
        if is_inline(verb.lemma) and action == verb.action and not near and len(_names(text[start:end])) == 0:
            weak = True
        if verb.mode == "ongoing" and verb.action == DO and action in {"cancel", "return", "exchange", "refund"}:
            weak = False
        piece = text[start:end].strip(" \n\t,;—–(:")
        begin = unit.start + start + text[start:end].find(piece) if piece else unit.start
        count = next((number for token in stretch if not token.isdigit() and (number := count_word(token))), 0)
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
                lemma=verb.lemma,
                surface=tokens[verb.at][0],
                mode=verb.mode,
                denied=verb.denied or _of_nothing(text, start, end, tokens[verb.at][1]),
                consequence=consequence and not is_offer(text),
                weak=weak,
                nouns=nouns,
                objects=objects,
                near=near,
                wide=values + (tuple(scan(above)) if above else ()),
                names=_names(text[start:end]),
                count=count,
                counts_action=count > 1 and any(_is_plural(token) and action_of_noun(token) for token in stretch),
                plural=bool(_PLURAL.search(text[start:end])) or _plural_object(tokens, verb, start, end),
                context=f"{text[max(0, start - MAX_AROUND) : end + MAX_AROUND]} {above}".lower(),
                item=unit.form == "item",
            )
        )
        self.topic = unit
        acted = verb.mode == "completed" and not looking and not (weak and verb.bare)
        self.done = self.done or acted or (verb.mode == "ongoing" and not weak)

    def _nominal(self, tokens: list[tuple[str, int, int]], verb: VerbAt, start: int, end: int) -> str | None:
        """Find the action in the noun that a light verb governs: to its right when active, to its left when passive."""
        right = [token for token, a, _ in tokens[verb.at + 1 : verb.at + 9] if a < end]
        left = [token for token, a, _ in reversed(tokens[max(0, verb.at - 60) : verb.at]) if a >= start]
        passive = verb.bare or not {"i", "we", "i've", "we've"} & set(left[:4])
        for side in (left, right) if passive else (right, left):
            named = [(token, action) for token in side if (action := action_of_noun(token)) not in {None, DO}]
            for token, action in named:
                if not is_entity(token):
                    return action
            if named:
                return named[0][1]
        return None

    def _plain(self, unit: Unit, tokens: list[tuple[str, int, int]], values: tuple[Found, ...]) -> None:
        """Take a unit without a verb of action: a consequence ("Refund: $12"), or details of the last claim."""
        if not self.frames or not self.done or self.topic is None:
            return
        text = unit.text
        last = self.frames[-1]
        if any(found.kind == "money" for found in values) and _SETTLES.search(text) and not is_offer(text):
            nouns = tuple(singular(token) for token, _, _ in tokens if token.isalpha())
            actions = [action for noun in nouns if (action := action_of_noun(noun)) in {"refund", "pay"}]
            self.frames.append(
                Frame(
                    span=(unit.start, unit.end),
                    text=text,
                    action=actions[0] if actions else "pay",
                    lemma="",
                    surface="",
                    mode="planned",
                    denied=False,
                    consequence=True,
                    weak=True,
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
        if is_offer(text) or len(last.wide) > MAX_DETAILS:
            return
        for frame in reversed(self.frames):
            if not frame.consequence:
                frame.wide += values
                if len(frame.context) < 4000:
                    frame.context += " " + text.lower()
                break


def _of_nothing(text: str, start: int, end: int, verb: int) -> bool:
    """Tell whether nothing is what was acted on: "no change has been made"."""
    return bool(_NOTHING.match(text[start:end]) or _NO_SUBJECT.search(text[max(start, verb - MAX_SUBJECT) : verb]))


def _plural_object(tokens: list[tuple[str, int, int]], verb: VerbAt, start: int, end: int) -> bool:
    """Tell whether what was acted on is many: the object of an active verb, else the subject."""
    left = [token for token, a, _ in tokens[max(0, verb.at - 60) : verb.at] if a >= start]
    if verb.bare or {"i", "we", "i've", "we've"} & set(left[-5:]):
        direct = [token for token, a, _ in tokens[verb.at + 1 : verb.at + 12] if a < end]
    else:
        direct = left
    for token in direct:
        if token in _ENDS_OBJECT:
            break
        if _is_plural(token):
            return True
    return False


_ENDS_OBJECT = frozenset(
    {"to", "in", "on", "for", "from", "with", "of", "has", "have", "were", "was", "about", "at", "that", "which"}
)


def _is_plural(token: str) -> bool:
    return len(token) > 3 and token.isalpha() and singular(token) != token and bool(object_groups((token,)))


def _names(text: str) -> tuple[str, ...]:
    """Names in a stretch of words: what is set in quotes or bold, and capitalised words past the first."""
    listed = [name for _, name in quoted(text)]
    capital = (match for match in _CAPITAL.finditer(text[:2000]) if match.start() > 1)
    listed += [match.group() for match in capital if match.group() not in {"I", "I've"}]
    return tuple(dict.fromkeys(name.strip(" .,:;!") for name in listed[:40]))
