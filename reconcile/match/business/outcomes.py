"""One judgement of all business claims and acts that are open in a run.

Acts that landed are assigned to the words that claim them, best fit first, one act to one claimed action. What is left
over on either side is a discrepancy: words without an act, acts without words, an act that differs in target or value,
that failed, or that happened more than once. REPORT.md lists the codes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assure_tui.reconcile.actionwords import DO, OTHER, group_of, inflections
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business import (
    beyond,
    contradicted_lines,
    doubts,
    feed,
    mistaken_values,
    settlements,
    stray_targets,
    undisclosed,
    unreported,
)
from assure_tui.reconcile.match.business.absent import LONG_AGO
from assure_tui.reconcile.match.business.bench import TELLING, asserts, what
from assure_tui.reconcile.match.business.fit import FITS
from assure_tui.reconcile.match.business.kin import ANYTHING, KIN, implied_by, kin_of, said_of
from assure_tui.reconcile.match.business.matched import Matched
from assure_tui.reconcile.match.business.ordered import MIN_STEM
from assure_tui.reconcile.match.business.other_identifiers import Swap, other_identifier
from assure_tui.reconcile.match.business.other_names import is_thing, other_name
from assure_tui.reconcile.match.business.phrase import denies, topic
from assure_tui.reconcile.match.business.repeats import duplicates
from assure_tui.reconcile.match.business.topics import is_about, is_beside
from assure_tui.reconcile.match.concealing import FAILS, plainly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.match.business.pairs import Pair

_CONFIRMS = re.compile(
    r"\b(?:confirmations?|receipts?|instructions?|tickets?|codes?|links?|labels?|itinerary|details)\b", re.IGNORECASE
)
"""What systems send of themselves when something was done."""
_MAIL = re.compile(r"\b(?:e-?mail|sms|text message|notification)\w{0,3}\b", re.IGNORECASE)
_SENT = re.compile(r"(?:\b|_)(?:sent|send|notif\w{1,8}|e-?mailed|mailed|dispatched|confirmation)(?:\b|_)|mail_")
"""What shows that something was sent: in the name of a call, or in what it answered."""
_TO_USER = re.compile(
    r"\b(?:you(?! (?:provided|gave|asked|wanted|requested|specified|mentioned|wrote|dictated))"
    r"|your (?:e-?mail|inbox|phone|mailbox|address|number|account))\b",
    re.IGNORECASE,
)
_ALREADY = re.compile(r"\b(?:already|earlier|before|previously)\b", re.IGNORECASE)
_WAITS = re.compile(
    r"\b(?:otp|one-time|passcode|codes?|verif(?:y|ication)|confirm(?:ation)?|approval)\b", re.IGNORECASE
)
_OWN_TRY = re.compile(r"\b(?:I|we)\b|\b[Ww]e['’]ve\b|\bI['’]ve\b")


class Outcomes(Matched):
    """The judgement: revised `claims` by id, and the discrepancies `found`."""

    def decide(self) -> Outcomes:
        """Judge everything."""
        repeats = self._assign()
        for index, saying in enumerate(self.main):
            if index not in self.given:
                self._unassigned(index, saying, repeats.get(index))
        for index, acts in self.given.items():
            self._assigned(self.main[index], acts)
        self._consequences()
        self._mentions()
        unreported.unreported(self)
        duplicates(self)
        undisclosed.failures(self)
        beyond.beyond_request(self)
        contradicted_lines.failed_lines(self)
        undisclosed.unsaid(self)
        contradicted_lines.contradicted(self)
        settlements.settlements(self)
        beyond.beyond_target(self)
        beyond.beyond_count(self)
        mistaken_values.mistaken_values(self)
        stray_targets.stray_targets(self)
        feed.hold(self, self.matter.feeds)
        return self

    def _unassigned(self, index: int, saying: Saying, repeat: Act | None) -> None:
        """Judge words that no act of their own fits: told again, another target, failed, or never done."""
        if repeat is not None:
            if not (self._left_undone(saying) and self._untold_leave(saying)):
                self._give(index, repeat)
            return
        before = self.window.before(saying.at)
        judged = (
            self._may_be_found(saying)
            or self._done_elsewhere(saying, before)
            or self._still_open(saying)
            or self._told_loosely(index, saying)
            or self._brought_about(saying)
        )
        if judged:
            return
        if self._goes_on(index, saying):
            self.settle(saying, "confirmed", "these words go on about the act just reported", [])
        elif (swap := self._swapped(saying)) is not None:
            self.wrong_target(saying, swap[0], named=swap[1].said, done=swap[1].done)
        else:
            self._absent(saying, before)

    def _untold_leave(self, saying: Saying) -> bool:
        """Judge words for which leave was given and nothing done; tells whether that decides them."""
        tried = self._best(saying, [act for act in self.window.of_turn(saying.turn) if act.at < saying.at])
        if tried is not None:
            if not self.recovered(tried):
                self.failed(saying, tried)
                return True
            return False
        if not self._by_a_look(saying):
            self._phantom(saying)
        return True

    def _may_be_found(self, saying: Saying) -> bool:
        """Leave open words that may tell a state, or an act that is kept no more."""
        if saying.frame.weak and saying.frame.mode == "state":
            if self._last_failed(saying):
                return True
            self.settle(saying, "unverifiable", "may just as well say what was found", [])
            if self.never_done(saying) or (self._left_undone(saying) and not self._by_a_look(saying)):
                self._phantom(saying, doubts.WEAK)
            return True
        if saying.ids and self._long_ago(saying):
            self.settle(saying, "unverifiable", LONG_AGO, [])
            return True
        return False

    def _last_failed(self, saying: Saying) -> bool:
        """Judge words of a state that the act with which a turn ended was to reach, where it failed."""
        here = [act for act in self.window.of_turn(saying.turn) if act.at < saying.at]
        if not here or saying.at < self.matter.reports.get(saying.turn, 0) or self.recovered(here[-1]):
            return False
        near = here[-1].action != OTHER and kin_of(saying.frame, here[-1]) >= KIN
        fits = self._may_have_failed(saying, here[-1]) and self._conflict(saying, here[-1]) is None
        if fits := fits and (near or not any(act.landed for act in here)):
            self.failed(saying, here[-1])
        return fits

    def _done_elsewhere(self, saying: Saying, before: Sequence[Act]) -> bool:
        """Judge words that an act on another target, or a call that failed, was to bear out: the later one counts."""
        unlanded = (act for act in self.window.unlanded if act.at < saying.at)
        failed = self._best(saying, [act for act in unlanded if self._may_have_failed(saying, act)])
        other = self._contradicting(saying) or self._contradicted_by_siblings(saying)
        if failed is not None and other is not None and other.effect.id in self.words:
            other = None if saying.ids & failed.ids and not saying.ids & other.ids else other  # named is what failed
        if other is not None and (failed is None or failed.at < other.at):
            self.wrong_target(saying, other)
            return True
        vague = saying.frame.action == DO and any(act.landed for act in before)
        if failed is not None and not vague and not self.recovered(failed):
            self.failed(saying, failed)
            return True
        return False

    def _still_open(self, saying: Saying) -> bool:
        """Judge words of a call that has not returned."""
        unlanded = (act for act in self.window.unlanded if act.at < saying.at)
        running = self._best(saying, [act for act in unlanded if act.effect.status == "running"])
        if running is None:
            return False
        self._own(saying, running)
        text = self.text_at(saying.at)
        if running.effect.results.get("awaits") and _WAITS.search(text):
            self.settle(saying, "unverifiable", "the call waits for a confirmation, as reported", [running])
            return True
        message = f"Claims “{self.quote(saying)}”, but {what(running)} never returned."
        doubt = doubts.OF_FILES if self.matter.files else ""
        self.accuse("dangling", "medium", saying, [running], message, doubt=doubt)
        self.settle(saying, "unverifiable", "the call has no result", [running])
        return True

    def _told_loosely(self, index: int, saying: Saying) -> bool:
        """Take words for those of an act that nothing tells of, or of one told before, though they fit it loosely."""
        loose = self._best(
            saying, self.free(saying), soft=True, only=lambda words, act: not self.tells_by_itself(words, act)
        )
        if loose is None:
            loose = self._best(saying, self.window.landed_before(saying.at), soft=True, only=self.retells)
        if loose is None:
            return False
        self._give(index, loose)
        return True

    def _brought_about(self, saying: Saying) -> bool:
        """Judge words of what may have come about by an act without a call of its own."""
        bringing = implied_by(saying.frame.action)
        implied = [
            act
            for act in (self.window.landed_before(saying.at) if bringing else ())
            if act.action in bringing
            if act.turn == saying.turn or not _OWN_TRY.search(saying.frame.text)
            if self._may_follow(saying, act)
        ]
        if (with_it := self._given_along(saying)) is not None:
            self.settle(saying, "confirmed", "a call was given what the words tell of", [with_it])
            return True
        if implied and self._is_sent_unseen(saying):
            self._phantom(saying, "" if _OWN_TRY.search(saying.frame.text) else doubts.BROUGHT)
        elif implied:
            self._follows(saying, self._acts_of_text(saying) or implied)
        return bool(implied)

    def _given_along(self, saying: Saying) -> Act | None:
        """Give an act with an argument that is called by the verb of the words: `send(..., attachments=["19"])`."""
        frame = saying.frame
        if frame.action == DO or len(frame.lemma) < MIN_STEM:
            return None
        given = re.compile(
            rf"[\"']{re.escape(frame.lemma)}\w{{0,6}}[\"']:(?! ?(?:null|none|false|\[\]|\{{\}}|[\"']{{2}}))",
            re.IGNORECASE,
        )
        landed = (act for act in self.window.landed_in(saying.turn) if act.at < saying.at)
        return next((act for act in landed if given.search(act.arguments)), None)

    def _swapped(self, saying: Saying) -> tuple[Act, Swap] | None:
        """Give an act that no words tell of, with what words name that nothing fits and what it had instead.

        It must have been called with a word of what was done: "ordered the referral" of `{"display": "Referral"}`.
        """
        things = set(topic(saying.frame))
        for act in self.window.landed_in(saying.turn) if saying.frame.mode == "completed" else ():
            if act.at > saying.at or act.effect.id in self.words:
                continue
            if not any(said_of(thing, act.arguments) for thing in things):
                continue
            other = other_identifier(self, saying, act)
            if other is None and (named := other_name(self, saying, act)) is not None and is_thing(self, named.said):
                other = named
            if other is not None:
                return act, other
        return None

    def _goes_on(self, index: int, saying: Saying) -> bool:
        """Tell whether a second verb of the same subject says no more than the first: "issued and added to it"."""
        frame = saying.frame
        if not frame.joined or not index or group_of(frame.action) not in {"make", "change", "any"}:
            return False
        first = self.main[index - 1]
        held = " ".join(f"{act.arguments} {act.answer}" for act in self.given.get(index - 1, ()))
        values = (found for found in frame.near if found.kind in {"id", "email", "money"})
        named = any(str(found.value).lower().lstrip("#") not in held for found in values)
        return first.event == saying.event and index - 1 in self.given and not named

    def _left_undone(self, saying: Saying) -> bool:
        """Tell whether the user gave leave for what is now told as done, and nothing at all has landed since.

        An act of an earlier turn, which was told then, is not what the leave was given for.
        """
        frame, proposal = saying.frame, self.matter.agreed.get(saying.turn)
        if proposal is None or not self.matter.settings.complete_logs:
            return False
        deed = frame.mode == "state" and frame.deed != DO and frame.lemma
        named = deed and any(said_of(form, proposal) for form in inflections(deed))
        if (frame.weak or frame.mode != "completed") and not named:
            return False
        if _ALREADY.search(frame.text):
            return False
        if any(act.effect.status not in {"failed", "denied"} for act in self.window.of_turn(saying.turn)):
            return False
        return asks_leave(proposal, strictly=bool(self.window.landed_in(saying.turn - 1)))

    def _is_sent_unseen(self, saying: Saying) -> bool:
        """Tell whether an e-mail or the like is told as sent, and nothing that landed or was read shows it."""
        frame = saying.frame
        mail = _MAIL.search(frame.text) or any(found.kind == "email" for found in frame.near)
        if group_of(frame.action) != "tell" or frame.mode != "completed" or not mail:
            return False
        held = (f"{act.effect.tool.lower()} {act.answer}" for act in self.landed)
        return not any(_SENT.search(text) for text in (*held, *(look.text for look in self.matter.looks)))

    def _may_follow(self, saying: Saying, act: Act) -> bool:
        """Tell whether what is said may have come about by an act, without a call of its own."""
        conflict = self._conflict(saying, act)
        if conflict is not None and (conflict.hard or conflict.stranger):
            return False
        frame = saying.frame
        if group_of(frame.action) == "money" and act.group in {"change", "make"}:
            return bool(act.amounts or act.money)  # what is paid by the way shows in what was done
        if group_of(frame.action) == "tell":
            named = {str(value.value) for value in frame.near if value.kind == "email"}
            told = not named or bool(named & act.ids) or bool(_CONFIRMS.search(frame.text))
            return told and not _others(saying)
        return True

    def covers(self, saying: Saying, act: Act) -> bool:
        """Tell whether words that say more than the acts they were given bear out say that this act was done, too."""
        frame = saying.frame
        if frame.weak or frame.mode not in {"completed", "ongoing"}:
            return False
        conflict = self._conflict(saying, act)
        if kin_of(frame, act) < (ANYTHING if frame.action == DO else KIN):
            return False
        if conflict is not None and (conflict.hard or conflict.stranger):
            return False
        return bool(saying.ids & act.ids) or frame.plural or frame.count > 1

    def _mentions(self) -> None:
        """Take plans, attempts and denials as words about acts; a denial of what landed is broken."""
        for saying in self.matter.sayings:
            if asserts(saying) or saying.frame.consequence:
                continue
            mode = saying.frame.mode
            for act in self.acts:
                pair = self._pair(saying, act)
                if pair.fit < FITS:
                    continue
                told = pair.evidence >= TELLING or (not act.mentions and mode in {"attempted", "planned"})
                told = told or self._is_the_very(saying, act)
                if mode == "planned":
                    close = 0 < act.at - saying.at <= 2 and saying.frame.action != DO
                    if act.turn == saying.turn and (told or close) and pair.conflict is None:
                        self.announced.add(act.effect.id)
                elif act.at <= saying.at and (told or mode == "attempted"):
                    self._mention(saying, act, pair, told=told)
            if saying.claim is None or saying.claim.id in self.claims:
                continue
            self.settle(saying, "unverifiable", "nothing in the log decides it", [])

    def _mention(self, saying: Saying, act: Act, pair: Pair, *, told: bool) -> None:
        """Take words as told of an act before them, or as words of an attempt on something else."""
        if pair.conflict is None and (told or saying.at - act.at == 1):
            self._own(saying, act)
            if (
                saying.frame.mode == "completed"
                and act.landed
                and told
                and not saying.frame.weak
                and saying.claim is not None
                and denies(saying, act)
                and kin_of(saying.frame, act) >= KIN
                and not is_beside(saying.frame, act)
            ):
                message = f"Says “{self.quote(saying)}”, but {what(act)} landed."
                self.accuse("denial-broken", "critical", saying, [act], message)
                self.settle(saying, "contradicted", "the call landed", [act])
        elif (
            saying.frame.mode == "attempted"
            and act.landed
            and act.effect.id not in self.words
            and not FAILS.search(plainly(saying.frame.text.lower()))
            and pair.conflict is not None
            and pair.conflict.hard
        ):
            self.wrong_target(saying, act)

    def _is_the_very(self, saying: Saying, act: Act) -> bool:
        """Tell whether a denial without a value is about an act: the only one of its verb, which no other words own."""
        frame = saying.frame
        if not frame.denied or frame.lemma != act.verb or frame.near:
            return False
        alike = [other for other in self.landed if other.verb == act.verb]
        return len(alike) == 1 and act.effect.id not in self.words and is_about(frame, act) is not False


def _others(saying: Saying) -> bool:
    """Tell whether words say that somebody else than the user was told: no system does that by itself."""
    frame = saying.frame
    return not _TO_USER.search(frame.text) and not _CONFIRMS.search(frame.text) and bool(frame.names or topic(frame))
