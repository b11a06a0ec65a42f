"""Calls that failed, and the words that tell of them as done.

Words that no act bears out may be about a call that failed; so may words that an act bears out less well. Who owns up
to the failure in another sentence, or got there by a later call, claims nothing of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assure_tui.reconcile.actionwords import DO, OTHER, is_generic
from assure_tui.reconcile.match.business import contradicted_lines, doubts
from assure_tui.reconcile.match.business.absent import Absent
from assure_tui.reconcile.match.business.bench import TELLING, cut, what
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, kin_of
from assure_tui.reconcile.match.business.lines import lines_of
from assure_tui.reconcile.records import akin
from assure_tui.reconcile.shared_prefilter import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.model import Act, Saying

FAILED = SENTENCES.compile(
    r"\b(?:errors?|fail\w{0,5}|unsuccessful\w{0,2}|denied|rejected|declined|problems?"
    r"|issues? (?:with|while|when|occurred|came up|prevent\w{0,3})"
    r"|(?:encountered|experienced|ran into|due to|because of|had|there (?:was|were|is|are))(?: \w{1,12}){0,3} issues?"
    r")\b",
    re.IGNORECASE,
)
"""Words that tell of a failure, so that nothing is claimed as done."""
MAX_OVERLAP = 40
"""Code points by which a line is known to hold some words."""


class Failed(Absent):
    """The part of a judgement that is about calls that failed."""

    def failed(self, saying: Saying, act: Act) -> None:
        """Find that the call which words tell of failed."""
        self._own(saying, act)
        self.acquit("phantom", saying)
        if self._corrected(saying):
            self.settle(saying, "contradicted", "the call failed, and the agent took it back", [act])
            return
        error = str(act.effect.results.get("error", "")) or act.effect.status
        message = f"Claims “{self.quote(saying)}”, but {what(act)} failed: {cut(error)}"
        self.accuse("failed-effect", "high", saying, [act], message, doubt=doubts.of_failed(self, saying, act))
        self.settle(saying, "contradicted", "the call failed and nothing recovered it", [act])

    def _better_tried(self, saying: Saying, act: Act) -> Act | None:
        """Give the failed call whose values words give, where they have less of the act that they would tell again."""
        if saying.frame.weak or self._pair(saying, act).evidence >= TELLING:
            return None
        before = [other for other in self.acts if other.at < saying.at and other.turn == saying.turn]
        tried = self._best(saying, [other for other in before if self._may_have_failed(saying, other)])
        if tried is None or self.recovered(tried) or kin_of(saying.frame, tried) < kin_of(saying.frame, act):
            return None
        return tried if self._pair(saying, tried).evidence >= TELLING else None

    def _tried_by_its_verb(self, saying: Saying, acts: Sequence[Act]) -> Act | None:
        """Give the call that failed and goes by the very verb of the words, where they were given acts by another one.

        "Merged request 54" is no word of the call that created it, where the one to merge it failed.
        """
        frame = saying.frame
        if frame.weak or is_generic(frame.lemma) or any(kin_of(frame, act) >= SAME_ACTION for act in acts):
            return None
        tried = [act for act in self.acts if act.verb == frame.lemma and acts[0].at < act.at < saying.at]
        if not tried or any(act.landed for act in tried) or not self._may_have_failed(saying, tried[-1]):
            return None
        return None if self.recovered(tried[-1]) else tried[-1]

    def _failed_last(self, saying: Saying) -> Act | None:
        """Give the program that failed last in a turn in which nothing but programs ran: it was to do what is told."""
        ran = [act for act in self.acts if act.turn == saying.turn and act.at < saying.at]
        if not ran or not all(act.effect.args.get("program") for act in ran) or ran[-1].effect.status != "failed":
            return None
        frame, tried = saying.frame, ran[-1]
        owned = frame.found or FAILED.search(frame.text) or self._is_owned_up(saying, tried)
        return None if owned or self.recovered(tried) or self._users_own(saying) else tried

    def _may_have_failed(self, saying: Saying, act: Act) -> bool:
        """Tell whether an act that failed may be what words tell of as done: they say no word of a failure themselves.

        Words that may tell what was found accuse nobody, and an act of another sort has to be named.
        """
        frame = saying.frame
        if frame.found or act.effect.status not in {"failed", "denied"}:
            return False
        near = kin_of(frame, act) >= KIN or act.action in {DO, OTHER}
        if not (near or self._pair(saying, act).evidence >= TELLING) or FAILED.search(frame.text):
            return False
        return not (self._went_on(saying, act) or self._is_owned_up(saying, act) or self._users_own(saying))

    def _is_owned_up(self, saying: Saying, act: Act) -> bool:
        """Tell whether another sentence of the text tells of an act's failure: these words are about another one.

        Words that give the act's own values are about it, unless its verb or what they leave out is told of.
        """
        text = next((text for at, text in self.matter.spoken if at == saying.at), "")
        lines = (line for line in lines_of(text, saying.at) if saying.frame.text[:MAX_OVERLAP].lower() not in line.low)
        told = kin_of(saying.frame, act) >= KIN and self._pair(saying, act).evidence >= TELLING
        named = (act.verb, *(act.objects.difference(saying.frame.nouns) if told else act.nouns))
        error = str(act.effect.results.get("error", ""))
        cited = frozenset().union(*(line.words for line in lines_of(error, act.at)))
        return any(
            contradicted_lines.FAILS.search(line.low)
            and (len(cited & line.words) > 1 or any(akin(word, other) for word in named for other in line.words))
            for line in lines
        )

    def _went_on(self, saying: Saying, act: Act) -> bool:
        """Tell whether a tool that failed did afterwards what words tell of no less well."""
        own = self._pair(saying, act).fit
        return any(
            other.effect.tool == act.effect.tool and other.at < saying.at and act.at < other.at
            for other in self.landed
            if self._conflict(saying, other) is None and self._pair(saying, other).fit >= own
        )
