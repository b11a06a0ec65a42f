"""Words that an act bears out, unless it was done to something else, with other values, or in part only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile.claims.values import as_told, same_amount, scan
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business import doubts, lists
from assure_tui.reconcile.match.business.bench import cents, cut
from assure_tui.reconcile.match.business.failed import Failed
from assure_tui.reconcile.match.business.idle import idle
from assure_tui.reconcile.match.business.kin import SAME_ACTION, kin_of, said_of
from assure_tui.reconcile.match.business.labelled import other_moment
from assure_tui.reconcile.match.business.model import IDENTIFYING
from assure_tui.reconcile.match.business.other_identifiers import missed, other_account, other_identifier, untold
from assure_tui.reconcile.match.business.other_names import is_thing, other_name
from assure_tui.reconcile.match.business.values import (
    MOVED,
    other_amount,
    other_count,
    other_date,
    other_measure,
    other_time,
    other_weekday,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from assure_tui.reconcile.claims.values import Found
    from assure_tui.reconcile.match.business.model import Act, Saying


def _is_blind(saying: Saying, acts: Sequence[Act]) -> bool:
    """Return whether words give an amount or an identifier, and the log shows nothing of what the acts were given.

    An answer that has any of it speaks for the call.
    """
    values = [found for found in saying.frame.near if found.kind in {"money", *IDENTIFYING}]
    if not values or any(act.given or act.effect.args.get("content") for act in acts):
        return False
    texts = [str(getattr(found.value, "value", found.value)).lower().lstrip("#") for found in values]
    return not any(text in act.answer for text in texts for act in acts)


class Matched(Failed):
    """The part of a judgement that is about words with an act."""

    def _assigned(self, saying: Saying, acts: list[Act]) -> None:
        agree = self.matter.agreements.agree(saying, acts, self.text_at(saying.at))
        if not agree and (idle(self, saying, acts) or self._is_of_other_amount(saying, acts)):
            return
        for act in acts:
            if (other := other_identifier(self, saying, act) or other_account(saying, act)) is not None:
                self.wrong_target(saying, act, named=other.said, done=other.done)
                return
        one = not agree and len(acts) == 1 and not saying.frame.weak
        date = other_date(saying, acts[0], self._told(saying)) if one else None
        if date is None and one:
            clash = (
                other_time(saying, acts[0])
                or other_count(saying, acts[0])
                or other_weekday(saying, acts[0])
                or other_measure(saying, acts[0])
            )
            if clash is not None and not self._stands_elsewhere(saying, acts[0], str(clash[0])):
                self._other_value(saying, acts, str(clash[0]), str(clash[1]), "was called with")
                self.settle(saying, "contradicted", f"{as_told(str(clash[1]))}, not {as_told(str(clash[0]))}", acts)
                return
        date = date or (other_moment(self, saying, acts[0]) if len(acts) == 1 else None)
        if date is not None:
            self._other_value(saying, acts, *date, "was called with")
            self.settle(saying, "contradicted", f"{as_told(date[1])}, not {as_told(date[0])}", acts)
            return
        if not agree and lists.lacking(self, saying, acts):
            return
        for act in (*acts, *self._untold_like(saying)):
            other = other_name(self, saying, act)
            if other is not None and is_thing(self, other.said):
                self.wrong_target(saying, act, named=other.said, done=other.done)
                return
        if lost := missed(self, saying, acts):
            self.settle(saying, "unverifiable", f"no call had {cut(lost, 60)}", acts)
            self._tell_missed(saying, acts, lost)
            return
        if saying.frame.mode == "hedged":
            self.accuse("hedged", "info", saying, acts, f"Words it as a guess: “{self.quote(saying)}”.")
        if _is_blind(saying, acts):
            self.settle(saying, "unverifiable", "the log does not show what the call was given", acts)
            return
        self.settle(saying, "confirmed", "the call landed with these values", acts)

    def _is_of_other_amount(self, saying: Saying, acts: list[Act]) -> bool:
        """Judge words that tell another amount than their acts have; tells whether they do."""
        amount = other_amount(saying, acts, self._totals(acts), self._told(saying))
        if amount is None or self._is_of_another(amount[0], acts):
            return False
        said, done = amount
        self._other_value(
            saying, acts[:1], cents(said), cents(done), "shows", doubt=doubts.of_amount(saying, acts[0], said, done)
        )
        self.settle(saying, "contradicted", f"amount {cents(done)}, not {cents(said)}", acts)
        return True

    def _untold_like(self, saying: Saying) -> list[Act]:
        """Return the acts of the turn that did the very deed, and of which no words tell."""
        here = (act for act in self.window.landed_in(saying.turn) if act.at < saying.at)
        return [act for act in here if act.effect.id not in self.words and kin_of(saying.frame, act) == SAME_ACTION]

    def _tell_missed(self, saying: Saying, acts: Sequence[Act], named: str) -> None:
        """Find that words name what no call had: another target where the one call had one untold, else doubtfully."""
        message = f"Claims “{self.quote(saying)}”, but no call had {cut(named, 60)}."
        other = untold(self, acts)
        if other:
            message = f"Claims “{self.quote(saying)}”, but {acts[0].effect.tool} was given {cut(other, 60)}."
        code, doubt = ("wrong-target", "") if other else ("phantom", doubts.NAMED_ONLY)
        self.accuse(code, "high", saying, acts, message, doubt=doubt)

    def _other_value(
        self, saying: Saying, acts: Sequence[Act], said: str, done: str, how: str, *, doubt: str = ""
    ) -> None:
        """Find that words tell another value than the acts have."""
        tool = acts[0].effect.tool
        message = f"Claims “{self.quote(saying)}”, but {tool} {how} {as_told(done)}, not {as_told(said)}."
        self.accuse("wrong-value", "high", saying, acts, message, doubt=doubt or doubts.of_time(saying, said, done))

    def _stands_elsewhere(self, saying: Saying, act: Act, value: str) -> bool:
        """Return whether another call had a value: the words may be of what that one did, or set it later."""
        return any(
            said_of(value, other.arguments)
            for other in self.landed
            if other is not act and other.at < saying.at and other.turn == act.turn
        ) or any(look.turn == act.turn and said_of(value, look.text) for look in self.matter.looks)

    def _told(self, saying: Saying) -> Sequence[Found]:
        """Return all values of the text that a saying stands in."""
        if saying.event not in self.told:
            text = self.text_at(saying.at)
            self.told[saying.event] = scan(text)
        return self.told[saying.event]

    def lacks(self, saying: Saying, acts: Sequence[Act], what: str, *, doubt: str = "") -> None:
        """Find that a part of what is said was never done, where the log would show it."""
        if self._corrected(saying):
            self.settle(saying, "contradicted", "the agent took it back", acts)
            return
        if self.matter.settings.complete_logs and self.matter.business:
            message = f"Claims “{self.quote(saying)}”, but {what}."
            self.accuse("phantom", "high", saying, [], message, doubt=doubt)
        self.settle(saying, "partial", what, acts)

    def wrong_target(self, saying: Saying, act: Act, *, named: str = "", done: str = "") -> None:
        """Find that an act was aimed at something else than the words name."""
        conflict = self._conflict(saying, act)
        done = done or (conflict.done if conflict else target_of(act))
        named = named or (conflict.said if conflict else cut(saying.frame.text, 60))
        self._own(saying, act)
        named = self._as_written(named, done, saying)
        if done.lower() == named.lower() or ("@" in named and named.lower() in done.lower()):  # one name of two things
            self.settle(saying, "unverifiable", f"{cut(done, 60)} may be the name of another thing", [act])
            return
        message = (
            f"Claims “{self.quote(saying)}”, but {act.effect.tool} acted on {cut(done, 60)}, not on {cut(named, 60)}."
        )
        self.accuse("wrong-target", "critical", saying, [act], message)
        self.settle(saying, "contradicted", f"the call acted on {cut(done, 60)}, not {named}", [act])

    def _as_written(self, named: str, done: str, saying: Saying) -> str:
        """Return what words name as they have it, capitals and all; a number with the sign that the other one has."""
        said = saying.frame.text
        at = said.lower().find(named.lower()) if len(said) == len(said.lower()) else -1
        named = said[at : at + len(named)] if at >= 0 else named
        return f"#{named}" if done.startswith("#") and not named.startswith("#") and named[-1:].isdigit() else named

    def _consequences(self) -> None:
        """Hold amounts that a completed act is said to bring ("$12 will be refunded") against its result."""
        for saying in self.matter.sayings:
            if not saying.frame.consequence:
                continue
            acts = self._acts_of_text(saying)
            moved = any(role in MOVED for act in acts for role, _ in act.amounts)
            if not moved and asks_leave(self.text_at(saying.at), strictly=False):
                self.settle(saying, "unverifiable", "it depends on something still to be done", [])
                continue
            self._follows(saying, acts)

    def _acts_of_text(self, saying: Saying) -> list[Act]:
        """Return the acts that the claims of the same text are assigned to."""
        acts = [
            act
            for index, other in enumerate(self.main)
            if other.event == saying.event
            for act in self.given.get(index, [])
        ]
        return list({act.effect.id: act for act in acts}.values())

    def _follows(self, saying: Saying, acts: list[Act]) -> None:
        """Hold an amount that is said to follow from acts against what their results tell.

        When one of several acts tells no amount, it may be the one that is meant.
        """
        silent = [act for act in self.window.landed_in(saying.turn) if act.at < saying.at and not act.settles]
        amount = other_amount(saying, acts, self._totals(acts), self._told(saying)) if acts and not silent else None
        if amount is not None and not self._is_of_another(amount[0], acts):
            said, done = amount
            self._other_value(
                saying, acts, cents(said), cents(done), "answered", doubt=doubts.of_amount(saying, acts[0], said, done)
            )
            self.settle(saying, "contradicted", f"the result shows {cents(done)}, not {cents(said)}", acts)
        elif any(act.amounts for act in acts):
            self.settle(saying, "confirmed", "nothing in the result speaks against it", acts)
        else:
            self._leave_open(saying, "no result tells of it", [])

    def _is_of_another(self, amount: Decimal, acts: Sequence[Act]) -> bool:
        """Return whether an amount is the one of another act than words were given: of the bag, not of the flight."""
        own = {act.effect.id for act in acts}
        others = (act for act in self.landed if act.effect.id not in own)
        return any(
            same_amount(amount, mine) for act in others for mine in (*act.money, *(value for _, value in act.amounts))
        )


def target_of(act: Act) -> str:
    """Return what an act acted on, for people."""
    return next((values[0] for values in act.targets.values() if values), act.effect.tool)
