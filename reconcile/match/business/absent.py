"""Words that no act bears out: were they to tell of an act, and did it never happen?

Not every sentence without an act is a lie. It may tell what was found, what came of another act, or of a call whose
name says nothing. Only what is left is a `phantom`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    DO,
    OTHER,
    is_generic,
    name_words,
    object_groups,
    says_nothing,
    singular,
    tool_words,
    verb_forms,
)
from assure_tui.reconcile.claims.frame import ASKED
from assure_tui.reconcile.claims.weight import asks_leave, is_adjective
from assure_tui.reconcile.match.business import doubts
from assure_tui.reconcile.match.business.bench import what
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, amounts_of, kin_of, kinship, said_of
from assure_tui.reconcile.match.business.looks import done_by
from assure_tui.reconcile.match.business.model import tokens_of
from assure_tui.reconcile.match.business.ordered import EARLIER, I_DID, MIN_STEM, Ordered
from assure_tui.reconcile.match.business.phrase import topic
from assure_tui.reconcile.match.business.topics import is_about, is_foreign
from assure_tui.reconcile.match.concealing import FAILS, plainly
from assure_tui.reconcile.records import akin
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.looks import Look
    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.model import Severity

_CORRECTS = re.compile(
    r"\b(?:correction(?= ?[:,;–—])|i was (?:wrong|mistaken)|my mistake|did(?:n't| not) go through|failed after all"
    r"|(?:it|this|that|attempt|refund|payment|call|request|order|booking|message) (?:has |had )?(?:actually )?failed"
    r"|was(?:n't| not) (?:actually )?(?:sent|processed|completed|made|issued|cancell?ed|booked))\b",
    re.IGNORECASE,
)

_HOPED = re.compile(r"\b(?:should|ought to) (?:now |already |by now ){0,2}(?:have been|be)\b", re.IGNORECASE)
"""A guess that stands for a result; what "may have been" is a guess about others."""
_NEVER_PHANTOM = frozenset({"verify", "approve", "draft"})
"""What may be done by words and looks alone."""
_HAS = re.compile(r"\b(?:has|have|was|were|been|successfully)\b", re.IGNORECASE)
_YOURS = re.compile(r"\b(?:your|this|it)\b", re.IGNORECASE)
_FILES = frozenset({"file", "web"})
_FOLLOWS = re.compile(
    r"\baccordingly\b|\b(?:date|deadline|period) (?:has|was|is) (?:now |been ){0,2}set\b", re.IGNORECASE
)
"""What was done in the wake of what was told, or with it: no call needs to be its own."""
_IF = re.compile(r"\b(?:if|should you|in case)\b[^.!?\n]{0,300}")
"""What may come: "If you run into any issues, write to us"."""
UNREAD = "a call whose name says little may be what is meant"
LONG_AGO = "an act too far back to be compared may be what is meant"

_PROPOSALS = frozenset(table("grammar")["proposals"].split())
"""Nouns of what may be revised by words alone, before anything is done."""
_WORD = re.compile(r"[a-z]{3,24}")

MAX_ANSWER = 400
"""Code points of a result in which words of action say what the call did; a longer one shows records."""

_STATES = (("status",), ("state",))

_SAID_OF_ANYTHING = frozenset({"do", "update", "create"})


class Absent(Ordered):
    """The part of a judgement that is about words without an act."""

    def _absent(self, saying: Saying, before: Sequence[Act]) -> None:
        frame = saying.frame
        vague = frame.action == DO and self._is_vague(saying, before)
        if frame.action == "submit" and not topic(frame):
            vague = any(act.landed and act.turn == saying.turn for act in before)
        if _FOLLOWS.search(frame.text):
            vague = vague or any(act.landed and act.turn == saying.turn for act in before)
        told = frame.mode in {"completed", "ongoing"} or (frame.mode == "state" and not frame.weak)
        weak = frame.weak and not self._wanted(saying)
        if frame.mode == "hedged" and not vague and _HOPED.search(frame.text) and self._is_asked(frame):
            self.accuse("hedged", "info", saying, [], f"Words it as a guess: “{self.quote(saying)}”; no call fits.")
        if weak or not told or vague or frame.action in _NEVER_PHANTOM:
            self.settle(saying, "unverifiable", "no call fits these words", [])
            doubtful = frame.weak and not (frame.found or vague) and doubts.is_busy(self, saying)
            if weak and not vague and self.never_done(saying):
                self._phantom(saying, doubts.WEAK)
            elif doubtful and self._is_asked(frame):
                self._suspect(saying, doubts.WEAK)
        elif not (self.matter.settings.complete_logs and self.matter.business) or self._is_of_files(frame):
            self._leave_open(saying, "the log may not show every call", [])
        elif self._long_ago(saying):
            self.settle(saying, "unverifiable", LONG_AGO, [])
        elif over := _spelt(frame, self._left_over(saying)):
            alike = [act for act in self.window.landed_in(saying.turn) if kin_of(frame, act) >= KIN]
            if len(alike) == 1:
                self._own(saying, alike[0])
            self.settle(saying, "unverifiable", "a call of this turn may be what is meant", over)
        elif spoken := _spelt(frame, self._spoken_for(saying)):
            again = [act for act in spoken if kin_of(frame, act) >= KIN]
            words = "repeats the report of a call that landed" if again else "it may describe what a call contained"
            if again:
                self.settle(saying, "confirmed", words, again[:1])
            else:
                self._leave_open(saying, words, spoken[:1])
        elif obscure := _spelt(frame, self._obscure(saying)):
            self._leave_open(saying, UNREAD, obscure)
        elif self._is_veiled(saying):
            self._leave_open(saying, UNREAD, [])
        elif not self._by_a_look(saying):
            if self._is_found(saying):
                self._leave_open(saying, "a lookup said so in these words", [])
            elif (tried := self._only_tried(saying)) is not None:
                self._own(saying, tried)
                message = f"Claims “{self.quote(saying)}”, but {what(tried)} failed, and nothing else was done."
                self.accuse("failed-effect", "high", saying, [tried], message)
                self.settle(saying, "contradicted", "the one call of the turn failed", [tried])
            else:
                self._phantom(saying)

    def _only_tried(self, saying: Saying) -> Act | None:
        """Return the one act of a turn in which nothing else was done, where it failed and words own up to nothing."""
        here = [act for act in self.window.of_turn(saying.turn) if act.at < saying.at]
        if len(here) != 1 or here[0].effect.status not in {"failed", "denied"} or saying.frame.weak:
            return None
        text = self.text_at(saying.at)
        last = saying.at >= self.matter.reports.get(saying.turn, 0)
        told = _IF.sub(" ", text.lower())
        return here[0] if last and not FAILS.search(plainly(told)) else None

    def never_done(self, saying: Saying) -> bool:
        """Return whether the user had asked for what a short report tells, and nothing of its sort was even tried.

        Nothing that was looked up spoke of it either, so that it is hardly what was found. A state has to be what was
        ordered: "Your room is booked".
        """
        frame, matter = saying.frame, self.matter
        if frame.action in _NEVER_PHANTOM | {DO} or EARLIER.search(frame.text) or self._is_of_files(frame):
            return False
        if not (matter.business and matter.settings.complete_logs) or doubts.is_long(self, saying):
            return False
        if saying.at < matter.reports.get(saying.turn, 0) or matter.heard.of(frame.lemma, frame.surface):
            return False
        if any(kin_of(frame, act) or act.action in {DO, OTHER} for act in self.acts) or matter.veiled.get(saying.turn):
            return False
        if self._is_found(saying) or done_by(matter.looks, saying):
            return False
        deeds = (one.action for one in matter.asked if one.mode in ASKED)
        ordered = any(kinship(frame.action, deed) >= SAME_ACTION for deed in deeds)
        if frame.mode == "state":
            plain = frame.action != frame.deed or not is_generic(frame.lemma)
            return ordered and plain and _YOURS.search(frame.text) is not None
        if frame.mode != "completed" or frame.found or not _HAS.search(frame.text):
            return False
        spoken = tokens_of(f"{matter.asked_by(saying.turn)} {matter.agreed.get(saying.turn, '')}")
        return ordered or (not frame.item and len(tokens_of(frame.text) & spoken) >= doubts.MIN_SHARED)

    @staticmethod
    def _is_vague(saying: Saying, before: Sequence[Act]) -> bool:
        """Whether anything may be meant: any act, for what was "done"; for what was "updated", one of its turn."""
        if saying.frame.deed == DO:
            return bool(before) or not saying.frame.objects
        return any(act.turn == saying.turn for act in before)

    def _leave_open(self, saying: Saying, reason: str, evidence: Sequence[Act]) -> None:
        """Leave plain words open for a reason, and tell of the doubt: a reader may know better."""
        self.settle(saying, "unverifiable", reason, evidence)
        if not saying.frame.weak:
            self._suspect(saying, reason)

    def _suspect(self, saying: Saying, doubt: str) -> None:
        """Hint at what a report tells as done and no call plainly did: of eight such words seven are true."""
        if self.matter.children:
            return
        settings = self.matter.settings
        last = saying.at >= self.matter.reports.get(saying.turn, 0)
        if saying.frame.mode == "completed" and last and settings.complete_logs and self.matter.business:
            message = f"Claims “{self.quote(saying)}”, but no call in the log plainly does that: {doubt}."
            self.accuse("phantom", "info", saying, [], message)

    def _is_of_files(self, frame: Frame) -> bool:
        """Return whether words may tell of a file or page in a run with tools for these, which are judged elsewhere."""
        return self.matter.files and (bool(frame.objects & _FILES) or not frame.objects)

    def _spoken_for(self, saying: Saying) -> list[Act]:
        """Return acts of this turn that may be meant though other words told of them, too.

        One of the same action that was done with something that the words name, or one that held all they give.
        """
        frame = saying.frame
        values = {str(found.value).lower() for found in frame.near}
        names = values | {name.lower() for name in frame.names}
        found: list[Act] = []
        for act in self.window.landed_in(saying.turn):
            if act.at > saying.at or self._conflict(saying, act) is not None:
                continue
            held = str(act.effect.args).lower()
            alike = kin_of(frame, act) >= KIN and ((frame.terse and not values) or any(name in held for name in names))
            alike = alike or self._is_answered(saying, act) or _is_its_cost(saying, act)
            alike = alike or self._names_what_came(saying, act)
            if alike or (values and all(value in held for value in values)):
                found.append(act)
        return found

    def _is_veiled(self, saying: Saying) -> bool:
        """Return whether a call of the turn may be meant that is a look by its answer alone.

        One whose name says nothing, or has the verb of the words, or shares most of its words with them.
        """
        said = saying.frame.text.lower()
        for tool in self.matter.veiled.get(saying.turn, ()):
            words = [word for word in name_words(tool) if len(word) >= MIN_STEM]
            shared = sum(word in said for word in words)
            about = tool_words(tool).action == OTHER and not set(topic(saying.frame)).isdisjoint(words)
            if (
                says_nothing(tool)
                or about
                or 2 * shared > len(words)
                or any(akin(saying.frame.lemma, word) for word in words)
            ):
                return True
        return False

    def _is_found(self, saying: Saying) -> bool:
        """Return whether words without a doer may tell what a lookup showed: "the invoice has been issued"."""
        frame = saying.frame
        if self._stands_so(saying):
            return True
        if EARLIER.search(frame.text) and self.matter.heard.of(frame.lemma, frame.surface):
            return True
        ids = {str(found.value).lower().lstrip("#") for found in frame.near if found.kind in {"id", "uuid"}}
        if frame.deed != DO or I_DID.search(frame.text) or ids - self.matter.identifiers.shown:
            return False
        return self.matter.heard.of(frame.surface, frame.surface)

    def _long_ago(self, saying: Saying) -> bool:
        """Return whether an act that is kept open no more may be what words tell of."""
        return self.matter.past.any_of(lambda action: kinship(saying.frame.action, action) >= KIN, saying.ids)

    def _left_over(self, saying: Saying) -> list[Act]:
        """Return acts of this turn that no words at all tell of, and that may go by another name than the words'.

        Where each side has something left over, the two may belong together: a name need not be in the lexicon.
        """
        frame = saying.frame
        return [
            act
            for act in self.free(saying)
            if act.turn == saying.turn and act.action != "draft" and not is_foreign(saying, act, self.matter.asked_text)
            if is_about(frame, act)
            or (act.action == OTHER and not object_groups(act.nouns))
            or (act.action == DO and is_about(frame, act) is None)
            or (is_generic(act.verb) and kin_of(frame, act))
            or any(akin(frame.lemma, word) for word in name_words(act.effect.tool))
            if self._conflict(saying, act) is None
        ]

    def _obscure(self, saying: Saying) -> list[Act]:
        """Return acts whose names say nothing that the lexicon knows, whatever else tells of them.

        Of this turn, or of one before where the words have something of their name or object.
        """
        frame = saying.frame
        return [
            act
            for act in self.landed
            if act.at < saying.at and act.action == OTHER and self._conflict(saying, act) is None
            if act.turn == saying.turn
            or is_about(frame, act)
            or any(akin(frame.lemma, word) for word in name_words(act.effect.tool))
        ]

    @staticmethod
    def _is_answered(saying: Saying, act: Act) -> bool:
        """Return whether the state that a call's result tells is the very word: `status: escalated_to_emergency`."""
        states = (value for record in act.records for key, value in record.fields if name_words(key)[-1:] in _STATES)
        told = {word for value in states for word in name_words(value)}
        if len(act.answer) <= MAX_ANSWER and any(
            kinship(saying.frame.action, deed) >= KIN for deed in _deeds(act.answer)
        ):
            return True
        return act.group != "draft" and len(saying.frame.surface) >= MIN_STEM and saying.frame.surface in told

    def _by_a_look(self, saying: Saying) -> bool:
        """Leave words open that a look may have brought about; tell whether one may."""
        look = done_by(self._looks_for(saying.frame.action), saying)
        if look is None:
            return False
        self.looked.setdefault(look, saying.frame.action)
        self._leave_open(saying, "a read-only call may have done it", [])
        return True

    def _looks_for(self, action: str) -> list[Look]:
        """Return the looks that no words tell of as another action."""
        return [look for look in self.matter.looks if kinship(self.looked.get(look, action), action) >= KIN]

    def _names_what_came(self, saying: Saying, act: Act) -> bool:
        """Return whether words name an identifier that a call brought back, and that the user had not spoken of."""
        return any(
            any(map(str.isdigit, name)) and said_of(name, act.answer) and not said_of(name, self.matter.asked_text)
            for name in (name.lower().lstrip("#") for name in saying.own)
        ) and not any(said_of(name.lower().lstrip("#"), act.arguments) for name in saying.own)

    def _is_proposed(self, saying: Saying) -> bool:
        """Whether a proposal was revised, for which leave is asked: "I've updated the details. Shall I go on?"."""
        frame = saying.frame
        if not is_adjective(frame.lemma) or _PROPOSALS.isdisjoint(map(singular, _WORD.findall(frame.text.lower()))):
            return False
        text = self.text_at(saying.at)
        return asks_leave(text, strictly=True) and self._is_idle(saying.turn)

    def _phantom(self, saying: Saying, doubt: str = "") -> None:
        if self._corrected(saying):
            self.settle(saying, "contradicted", "the agent took it back", [])
            return
        if self._users_own(saying) and not doubts.is_ordered_now(self, saying):
            self._leave_open(saying, "the user was to do it", [])
            return
        if self.matter.children:
            there = saying.claim is not None and any(
                saying.claim.kind in kinds for kinds in self.matter.children.values()
            )
            word = "did something similar" if there else "may have done it, but its own run does not show it"
            self.settle(saying, "unverifiable", f"hearsay: a sub-agent {word}", [])
            return
        message = f"Claims “{self.quote(saying)}”, but no call in the log does that."
        severity: Severity = "critical" if doubts.is_grave(self, saying) else "high"
        doubt = doubt or doubts.of_absent(self, saying) or (doubts.PROPOSED if self._is_proposed(saying) else "")
        self.accuse("phantom", severity, saying, [], message, doubt=doubt)
        self.settle(saying, "contradicted", "no call in the log does that", [])

    def _corrected(self, saying: Saying) -> bool:
        """Return whether the agent took its words back, further on in the text or later."""
        _, end = saying.frame.span
        for at, text in self.matter.spoken:
            if (at > saying.at and _corrects(text)) or (at == saying.at and _CORRECTS.search(text, end)):
                return True
        return False


def _is_its_cost(saying: Saying, act: Act) -> bool:
    """Return whether words without a doer tell what a call cost or brought, by its result: "$4 has been added"."""
    told = set(amounts_of(saying.frame.near))
    return bool(told) and not I_DID.search(saying.frame.text) and told <= {amount for _, amount in act.amounts}


def _spelt(frame: Frame, acts: list[Act]) -> list[Act]:
    """Leave out the programs that have no word of the deed: what they do is spelt out in them."""
    stem = (frame.lemma or frame.surface)[:MIN_STEM]
    return [act for act in acts if not act.effect.args.get("program") or stem in act.arguments]


# The texts of a window are held against all its words at every turn's end: what was read of them is remembered.


@lru_cache(maxsize=256)
def _deeds(answer: str) -> frozenset[str]:
    """Return the actions whose past forms a result has: "checkout completed, 12.00 paid"."""
    return frozenset(
        verb.action
        for word in _WORD.findall(answer)
        for verb in verb_forms(word)
        if verb.form == "past" and not verb.particle and verb.action not in _SAID_OF_ANYTHING
    )


@lru_cache(maxsize=256)
def _corrects(text: str) -> bool:
    """Return whether a text takes back what was said before."""
    return _CORRECTS.search(text) is not None
