"""Which verbs of action a sentence has, in which mode each stands, and what it governs."""

from __future__ import annotations

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    DO,
    OTHER,
    Form,
    Verb,
    action_of_noun,
    is_entity,
    object_groups,
    singular,
    verb_forms,
    verb_surfaces,
)
from assure_tui.reconcile.claims.modality import Mode, Stance, stance
from assure_tui.reconcile.claims.participles import goes_with_noun, is_in_name, quotations
from assure_tui.reconcile.claims.weight import VerbAt
from assure_tui.reconcile.shared_prefilter import SENTENCES
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.segment import Unit

Tokens: TypeAlias = list[tuple[str, int, int]]
"""Words of a sentence with their spans, as `modality.words` gives them."""
Taught: TypeAlias = dict[str, tuple[str, Form]]
"""Surface to lemma and form of verbs that the lexicon does not know."""

MAX_NOUNS = 5
"""Words before the participle of a telegraphic report."""
MAX_SUBJECT = 80
"""Code points before a verb in which a subject such as "no charge" is sought."""
_FINITE = frozenset(table("grammar")["finite"].split())
"""Words that show a sentence to be more than "Message posted to the team"."""
_NUMBERED = re.compile(r"#|\w{0,12}\d")
"""What follows the name of a thing: "order 5140" does not tell of ordering."""
_OPENING_ADVERBS = frozenset(["successfully", "just", "now", "also", "then", "already", "finally", "done"])
_AFTER_PARTICIPLE = frozenset(table("grammar")["after_participle"].split())
"""What follows a participle without an auxiliary: "Message posted to the team", but not "Ann posted a message"."""
_AFTER_AUXILIARY = frozenset(["not", "n't", "so", "it", "that", "this", "you", "i", "we"])
_BOTH = frozenset({"set", "reset", "put", "given", "upset"})
"""Forms that are no participle of their own when they stand bare: "a luggage set", "password reset", "given that"."""
_BRACKETS = re.compile(r"\([^()\s]{1,30}(?: [^()\s]{1,30})?\)")
"""A code in brackets, with a word of what it is at most."""
_DID_NOTHING = re.compile(r"\w{2,20} (?:nothing|none of|no (?!longer\b))", re.IGNORECASE)
"""A verb whose object is nothing: "I have cancelled nothing"."""
_WISHING = frozenset({"want", "like", "need"})
_BEHIND_WISH = frozenset(table("grammar")["prepositions"].split()) | {"to", "you", "it", "that", "and", "or"}
_NO_WISH = frozenset({"not", "don't", "wouldn't", "never", "if", "do"})
_FIRST_PERSON = frozenset(table("grammar")["first_person"].split())
_ANYTHING = frozenset({"everything", "anything", "all", "here", "things"})
"""Objects of one who stops working: "I've halted everything"."""
_AVOIDING = frozenset({"stop", "halt", "freeze", "hold", "postpone", "delay", "defer", "put", "push", "pause"})
"""Verbs that, with a gerund, say what was not done: "I've held off on cancelling it"."""
_NOTHING = SENTENCES.compile(r"\W{0,4}(?:no(?! longer)|none|nothing|neither)\b", re.IGNORECASE)
_NONE_OF_MANY = SENTENCES.compile(r"(?:^|[:—–])\W{0,6}(?:no|none|neither|nothing)\b[^.;:]{0,120}$", re.IGNORECASE)
"""A subject that denies all that it lists: "Open cases: No return, refund or dispute has been …"."""
_NO_SUBJECT = SENTENCES.compile(r"\b(?:no|nothing|none of)\b[^.;,:]*\b(?:has|have|was|were|been)\b", re.IGNORECASE)
_BUT_DONE = SENTENCES.compile(r"\b(?:but|however|although|yet)\b[^.;]{0,20}\b(?:I|we)\b", re.IGNORECASE)
"""What comes after it is a statement of its own: "None of it looks odd, but I have changed the password"."""
_BEFORE_ADJECTIVE = frozenset(" ".join(table("grammar")[name] for name in ("be", "adverbs")).split())
"""Words after which "complete" tells a state: "all changes are now complete"."""
_ABOUT_IT = frozenset(" ".join(table("grammar")[name] for name in ("be", "have", "may", "plan")).split())
_JOINS = frozenset(table("grammar")["joins"].split())
_DETERMINERS = frozenset(table("grammar")["determiners"].split())
_MARKS = frozenset({",", ";", ":", "—", "–"})
_PREPOSITIONS = frozenset(table("grammar")["prepositions"].split())
_PASSING = frozenset(table("grammar")["passing"].split())
"""Verbs that without an object tell how the speaker went on."""
_BEHIND_VERB = _PREPOSITIONS | _DETERMINERS
_ACHIEVING = re.compile(r"(?:liberty of|(?:gone|went) ahead with|succeeded in|ended up|done|finished|completed)$")
"""Words before a gerund that tells what was done: "I took the liberty of cancelling it"."""
_COMPOUND = re.compile(r"[^\W\d_]{3}-")
_FINDING = frozenset({"find", "see", "notice", "look", "check", "have", "locate"})
"""What "did" only stresses: "I did find two of them"."""
_CIRCUMSTANCE = frozenset(table("grammar")["circumstance"].split()) | {"specified", "listed", "mentioned", "described"}
_FREE = frozenset({"free", "complimentary"})
_PARTS = frozenset({"and", "but", "then", ";", ",", "—", "–", "(", ":", "."})
"""Words and marks between the stretches of two verbs."""
_FIRST = frozenset({"i", "we", "i've", "we've"})
_MOMENTS = frozenset(table("actions")["prose"]["moments"].split())
_ENDS_OBJECT = frozenset(
    {"to", "in", "on", "for", "from", "with", "of", "has", "have", "were", "was", "about", "at", "that", "which"}
)


def verbs_in(unit: Unit, tokens: Tokens, opening: int, taught: Taught, *, everything: bool) -> list[VerbAt]:
    """Find the verbs of action of a sentence.

    `opening` is the end of what a condition holds of it. With `everything` gerunds and plain forms count as requests.
    """
    known = verb_surfaces()
    plain = [word for word, _, _ in tokens]
    places = [
        at for at, word in enumerate(plain) if word in known or word in taught or (everything and word in _WISHING)
    ]
    if not places:
        return []
    sentence = _Sentence(
        unit,
        tokens,
        plain,
        opening,
        everything,
        apart=unit.codes if everything else (*unit.codes, *quotations(unit.text)),
        reports=unit.form == "sentence" and _FINITE.isdisjoint(plain),
    )
    return [verb for at in places if (verb := sentence.verb_at(at, taught)) is not None]


class _Sentence(msgspec.Struct, frozen=True):
    """A sentence whose verbs are judged one by one."""

    unit: Unit
    tokens: Tokens
    plain: list[str]
    """The words of `tokens`."""
    opening: int
    everything: bool
    apart: tuple[tuple[int, int], ...]
    """Spans of code and quotations: verbs in them are nobody's."""
    reports: bool
    """It has no finite verb, as a telegraphic report has none."""

    def verb_at(self, at: int, taught: Taught) -> VerbAt | None:
        """Judge the word at a place that may be a verb."""
        word, start, _ = self.tokens[at]
        if self.everything and word in _WISHING and _wishes(self.tokens, at):
            return VerbAt(at, word, DO, "base", "wished", denied=False, bare=False)
        lemma, action, form = _reading(word, self.tokens, at, taught)
        if not lemma or form == "third" or self._is_no_deed(at, lemma, form):
            return None
        opens = _OPENING_ADVERBS.issuperset(self.plain[:at])
        if form == "gerund":
            return self._gerund(at, lemma, action)
        if form == "past" and opens and _is_attribute(self.tokens, at):
            return None
        if word == "complete" and at and self._tells_state(at):
            form = "past"
        judged = stance(self.tokens, at, past=form == "past", telegraphic=self._is_telegraphic(at, opens=opens))
        if self._is_way(at, lemma, judged) or (form == "past" and judged.bare and self._is_no_report(at)):
            return None
        judged = self._told(at, form, judged, opens=opens)
        conditional = start < self.opening or (self.opening and not judged.first_person)
        mode: Mode = "conditional" if conditional else judged.mode
        if form == "base" and mode == "modifier" and (not self.everything or action_of_noun(word)):
            return None
        return VerbAt(at, lemma, action, form, mode, judged.denied, judged.bare)

    def _follows(self, at: int) -> str:
        return self.plain[at + 1] if at + 1 < len(self.plain) else "."

    def _is_no_deed(self, at: int, lemma: str, form: Form) -> bool:
        """Return whether a verb's form is part of a name, a noun, an adjective or an auxiliary here."""
        word, start, _ = self.tokens[at]
        follows = self._follows(at)
        if any(first <= start < last for first, last in self.apart) or is_in_name(self.unit.text, self.tokens, at):
            return True
        if form == "base" and is_entity(lemma) and _NUMBERED.match(follows):
            return True
        if word in {"did", "do"} and (follows in _AFTER_AUXILIARY or follows in _FINDING):
            return True
        compound = form == "past" and follows[0].isalpha() and follows not in _BEHIND_VERB
        return compound and _COMPOUND.fullmatch(self.unit.text[max(0, start - 4) : start]) is not None

    def _gerund(self, at: int, lemma: str, action: str) -> VerbAt | None:
        """Judge a form in -ing: a request among all verbs, else what somebody took the liberty of doing."""
        word, start, _ = self.tokens[at]
        if self.everything and not _is_noun(word, self.tokens, at):
            return VerbAt(at, lemma, action, "gerund", "request", denied=False, bare=False)
        if start >= self.opening and _is_achieved(self.tokens, at):
            return VerbAt(at, lemma, action, "past", "completed", denied=False, bare=False)
        return None

    def _tells_state(self, at: int) -> bool:
        """Return whether "complete" is an adjective: "all changes are now complete"."""
        before = self.plain[at - 1]
        return before in _BEFORE_ADJECTIVE or action_of_noun(before) is not None

    def _is_telegraphic(self, at: int, *, opens: bool) -> bool:
        """Return whether a bare participle reports what was done, by the form of the sentence."""
        if self.unit.form != "sentence" or opens:
            return True
        ends = (
            at + 1 == len(self.plain) or self._follows(at) in _AFTER_PARTICIPLE or self._follows(at) == "successfully"
        )
        return self.reports and ends and at - _in_brackets(self.unit.text, self.tokens, at) <= MAX_NOUNS

    def _is_way(self, at: int, lemma: str, judged: Stance) -> bool:
        """Return whether a verb tells where the speaker came to, or what was left undone, rather than a deed."""
        own = judged.first_person or (judged.bare and not _FIRST.isdisjoint(self.plain[:at]))
        if own and lemma in _PASSING:
            onward = next((word for word in self.plain[at + 1 : at + 3] if word != "up"), "")
            if onward in _PREPOSITIONS or any(verb.form == "gerund" for verb in verb_forms(onward)):
                return True  # "I ended up on the third page"
            if lemma == "stop" and not onward[:1].isalnum():
                return True
        avoids = lemma.partition("-")[0] in _AVOIDING
        return avoids and (_governs_gerund(self.tokens, at) or self._follows(at) in _ANYTHING)

    def _is_no_report(self, at: int) -> bool:
        """Return whether a bare past form is not a participle that reports: "as agreed", "a luggage set"."""
        if at and self.plain[at - 1] == "as":
            return True
        return self.plain[at] in _BOTH and not _is_coordinated(self.tokens, at)

    def _told(self, at: int, form: Form, judged: Stance, *, opens: bool) -> Stance:
        """Correct a judgement by what the verb goes with, and by the tick before its line."""
        if form == "base" and self.unit.task == "done" and opens and self._follows(at) not in _PREPOSITIONS:
            return msgspec.structs.replace(judged, mode="completed", bare=True)  # "[x] Cancel the booking"
        reports = judged.bare and judged.mode == "completed" and self.unit.form != "row"
        if reports and goes_with_noun(self.tokens, at):
            return msgspec.structs.replace(judged, mode="others_act")
        return judged


def _in_brackets(text: str, tokens: Tokens, at: int) -> int:
    """Count the words before a place that stand in brackets: "Referral (code 306) ordered for patient S7"."""
    spans = [match.span() for match in _BRACKETS.finditer(text, 0, tokens[at][1])]
    return sum(any(begin <= start < end for begin, end in spans) for _, start, _ in tokens[:at])


def _is_noun(word: str, tokens: Tokens, at: int) -> bool:
    """Whether a form in -ing names a thing, or what one is thanked for: "my booking", "thanks for booking it"."""
    before = [token for token, _, _ in tokens[max(0, at - 2) : at]]
    if action_of_noun(word) is not None and before[-1:] and before[-1] in _DETERMINERS:
        return True
    return before[-1:] == ["for"] and before[0] in {"thanks", "you"}


def _wishes(tokens: Tokens, at: int) -> bool:
    """Return whether a deed is wished for by its name: "I want a refund"."""
    before = {token for token, _, _ in tokens[max(0, at - 3) : at]}
    after = [token for token, _, _ in tokens[at + 1 : at + 6]]
    thing = list(takewhile(lambda token: token.isalpha() and token not in _BEHIND_WISH, after))
    named = any(action_of_noun(token) not in {None, DO} and not is_entity(token) for token in thing)
    return named and not _FIRST_PERSON.isdisjoint(before) and before.isdisjoint(_NO_WISH)


def _governs_gerund(tokens: Tokens, at: int) -> bool:
    """Return whether a verb's object is another deed: "postponed cancelling it", "stopped short of cancelling it"."""
    after = (word for word, _, _ in tokens[at + 1 : at + 5] if word not in _PREPOSITIONS | {"off", "short", "back"})
    return any(verb.form == "gerund" for verb in verb_forms(next(after, "")))


def _is_achieved(tokens: Tokens, at: int) -> bool:
    """Return whether a gerund tells what the agent did: "I took the liberty of cancelling it"."""
    before = [token for token, _, _ in tokens[max(0, at - 8) : at]]
    return not _FIRST.isdisjoint(before) and _ACHIEVING.search(" ".join(before)) is not None


def _is_attribute(tokens: Tokens, at: int) -> bool:
    """Whether an opening participle goes with a plural that something is said of: "Cancelled rooms are listed"."""
    after = [token for token, _, _ in tokens[at + 1 : at + 4]]
    if len(after) < 2 or not after[0].isalpha() or after[0] in _BEHIND_VERB:
        return False
    many = singular(after[0]) != after[0] or (after[1].isalpha() and singular(after[1]) != after[1])
    return many and not _ABOUT_IT.isdisjoint(after[1:])


def _reading(word: str, tokens: Tokens, at: int, taught: Taught) -> tuple[str, str, Form]:
    forms = verb_forms(word)
    particled = [verb for verb in forms if verb.particle]
    if particled:
        after = [token for token, _, _ in tokens[at + 1 : at + 8]]
        near = [verb for verb in particled if verb.particle in after]
        if near:
            verb = _preferred(near)
            return f"{verb.lemma}-{verb.particle}", verb.action, verb.form
    plain = [verb for verb in forms if not verb.particle]
    if plain:
        verb = _preferred(plain)
        return verb.lemma, verb.action, verb.form
    known = taught.get(word)
    return (known[0], OTHER, known[1]) if known else ("", "", "base")


def _is_coordinated(tokens: Tokens, at: int) -> bool:
    """Return whether a form that is often no participle goes on with a verb before it: "and set your thermostat"."""
    after = tokens[at + 1][0] if at + 1 < len(tokens) else ""
    return at > 1 and tokens[at - 1][0] in _JOINS and after in _DETERMINERS | {"up"}


def _preferred(readings: list[Verb]) -> Verb:
    """Read "set" and its like as the participle that reports are made of."""
    return next((verb for verb in readings if verb.form == "past"), readings[0])


def boundary(tokens: Tokens, first: int, second: int) -> int:
    """Return the place where the stretch of one verb ends and that of the next begins."""
    for at in range(second - 1, first, -1):
        if tokens[at][0] in _PARTS:
            return tokens[at][1]
    return tokens[second][1]


def nominal(tokens: Tokens, verb: VerbAt, start: int, end: int) -> str | None:
    """Find the action in the noun that a light verb governs: to its right when active, to its left when passive."""
    right = [token for token, a, _ in tokens[verb.at + 1 : verb.at + 9] if a < end]
    if _FREE.intersection(right):
        right = right[: next(at for at, token in enumerate(right) if token in _FREE)]  # "they are free of charge"
    right = list(takewhile(lambda token: token not in _CIRCUMSTANCE, right))
    right = right[: next((at for at, pair in enumerate(pairwise(right)) if _opens_clause(*pair)), len(right))]
    left = [token for token, a, _ in reversed(tokens[max(0, verb.at - 60) : verb.at]) if a >= start]
    passive = verb.bare or not _FIRST & set(left[:4])
    if (
        passive
        and any(action_of_noun(token) == DO for token in left)
        and not any(action_of_noun(token) not in {None, DO} for token in left)
    ):
        return None  # "both actions were completed for your reservation"
    # the head of the subject comes first: "the address for the order is set" is about the address
    clause = list(takewhile(lambda token: token not in _MARKS, left))
    head = list(takewhile(lambda token: token not in _PREPOSITIONS, reversed(clause)))
    if passive:
        things = [token for token, follows in pairwise((*head, "")) if follows not in _MOMENTS]
        subject = [action for token in things if (action := action_of_noun(token)) not in {None, DO}]
        if subject:
            return subject[-1]
        if verb.action != DO:
            left = []
    else:
        left = list(takewhile(lambda token: token not in _FIRST, left))
    for side in (left, right) if passive else (right, left):
        named = [(token, action) for token in side if (action := action_of_noun(token)) not in {None, DO}]
        for token, action in named:
            if not is_entity(token):
                return action
        if named:
            return named[0][1]
    return None


def _opens_clause(word: str, follows: str) -> bool:
    """Return whether "that" opens a clause rather than points: "I requested that the room be cancelled"."""
    return word == "that" and follows in _DETERMINERS


def of_nothing(text: str, start: int, end: int, verb: int) -> bool:
    """Return whether nothing is what was acted on: "no change has been made"."""
    nothing = (
        _NOTHING.match(text[start:end], text)
        or _DID_NOTHING.match(text, verb, end)
        or _NONE_OF_MANY.search(text[start:verb], text)
        or _NO_SUBJECT.search(text[max(start, verb - MAX_SUBJECT) : verb], text)
    )
    return nothing is not None and _BUT_DONE.search(text[start:verb], text) is None


def acts_on_many(tokens: Tokens, verb: VerbAt, start: int, end: int) -> bool:
    """Return whether what was acted on is many: the object of an active verb, else the subject."""
    left = [token for token, a, _ in tokens[max(0, verb.at - 60) : verb.at] if a >= start]
    if verb.bare or _FIRST & set(left[-5:]):
        direct = [token for token, a, _ in tokens[verb.at + 1 : verb.at + 12] if a < end]
    else:
        direct = left
    for token in direct:
        if token in _ENDS_OBJECT:
            break
        if is_plural(token):
            return True
    return False


def is_plural(token: str) -> bool:
    """Return whether a word is the plural of a thing that is acted on."""
    return len(token) > 3 and token.isalpha() and singular(token) != token and bool(object_groups((token,)))
