"""Calls that failed, and the words that tell of them as done.

Words that no act bears out may be about a call that failed; so may words that an act bears out less well. Who owns up
to the failure in another sentence, or got there by a later call, claims nothing of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assure_tui.reconcile.actionwords import DO, OTHER
from assure_tui.reconcile.match.business import contradicted_lines, doubts
from assure_tui.reconcile.match.business.absent import Absent
from assure_tui.reconcile.match.business.bench import TELLING, cut, what
from assure_tui.reconcile.match.business.kin import KIN, kin_of
from assure_tui.reconcile.match.business.lines import lines_of
from assure_tui.reconcile.records import akin
from assure_tui.reconcile.shared_prefilter import SENTENCES

if TYPE_CHECKING:
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

    def _may_have_failed(self, saying: Saying, act: Act) -> bool:
        """Whether an act that failed may be what words tell of as done: they say no word of a failure themselves.

        Words that may tell what was found accuse nobody, and an act of another sort has to be named.
        """
        frame = saying.frame
        if (frame.found and frame.mode != "state") or act.effect.status not in {"failed", "denied"}:
            return False
        near = kin_of(frame, act) >= KIN or act.action in {DO, OTHER}
        if not (near or self._pair(saying, act).evidence >= TELLING) or FAILED.search(frame.text):
            return False
        return not (self._is_owned_up(saying, act) or self._users_own(saying))

    def _is_owned_up(self, saying: Saying, act: Act) -> bool:
        """Return whether another sentence of the text tells of an act's failure: these words are about another one.

        Words that give the act's own values are about it, unless its verb or what they leave out is told of.
        """
        text = self.text_at(saying.at)
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
