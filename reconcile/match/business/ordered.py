"""What the user asked for or agreed to, and whether words take it up.

Words that could tell what was found are a report where they answer an order, and none where the deed was the
user's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import DO, object_groups, verb_forms
from assure_tui.reconcile.claims.frame import ASKED
from assure_tui.reconcile.match.business.assign import Assignment
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, kinship
from assure_tui.reconcile.match.business.phrase import topic

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.model import Saying

I_DID = re.compile(r"\b(?:I|We|we)(?:['’]ve| have)?\b")
EARLIER = re.compile(
    r"^\W{0,4}(?:in|back in|since|until) (?:(?:19|20)\d\d|(?:spring|summer|autumn|winter|fall)\b)"
    r"|\b(?:last (?:year|month|week|night|spring|summer|autumn|winter|time)|(?:years?|months?|weeks?|days?) ago"
    r"|yesterday|once before)\b",
    re.IGNORECASE,
)
"""Words of a time before the run."""
WAS = re.compile(r"\b(?:was|were)\b")
MIN_STEM = 4
"""Letters of a verb that may be told by a state in a result."""


class Ordered(Assignment):
    """The part of a judgement that is about what the user asked for."""

    def _is_asked(self, frame: Frame) -> bool:
        """Return whether the user spoke of such a deed."""
        return any(kinship(frame.action, other.action) >= KIN for other in self.matter.asked)

    def _wanted(self, saying: Saying) -> bool:
        """Whether the user asked for this very deed, or agreed to it, and nothing read says that it was so before.

        Words that could tell what was found are then no less than a report.
        """
        frame = saying.frame
        if self._answers_order(saying):
            return True
        if frame.found or frame.mode != "completed" or not self._takes_up(saying):
            return False
        return not self.matter.heard.of(frame.lemma, frame.surface)

    def _takes_up(self, saying: Saying) -> bool:
        """Return whether words of a deed take up what the user spoke of or agreed to."""
        frame = saying.frame
        if not frame.terse:  # said and done in one, unless a thing was to be made where others find it
            named = topic(frame)
            thing = bool(object_groups(tuple(named))) or any(noun in self.matter.asked_text for noun in named)
            return thing and self._is_idle(saying.turn) and self._ordered(frame.lemma)
        if not frame.reports and not any(act.turn == saying.turn for act in self.acts):
            return False
        wishes = f"{self.matter.asked_text} {self.matter.agreed.get(saying.turn, '')}"
        about = topic(frame) or [str(found.value).lower() for found in frame.near if found.kind in {"id", "uuid"}]
        if not about or not any(noun in wishes for noun in about):
            return False
        if not frame.reports and WAS.search(frame.text) and not self._ordered(frame.lemma):
            return False
        return frame.lemma in wishes or any(kinship(frame.action, other.action) >= KIN for other in self.matter.asked)

    def _answers_order(self, saying: Saying) -> bool:
        """Return whether words say that what the user has just ordered was done, where nothing was done or looked up.

        "Your booking was cancelled" then tells no state that was found.
        """
        frame = saying.frame
        if frame.found or frame.mode != "completed" or EARLIER.search(frame.text) or "already" in frame.text.lower():
            return False
        if saying.turn in self.matter.looked or not self._is_idle(saying.turn):
            return False
        orders = self.matter.wishes.orders(saying.turn)
        ordered = any(
            other.lemma == frame.lemma or kinship(frame.action, other.action) == SAME_ACTION for other in orders
        )
        return ordered and not self._stands_so(saying)

    def _stands_so(self, saying: Saying) -> bool:
        """Return whether lookups told that all that words without a doer name is in the state that they tell."""
        stem = saying.frame.surface[:MIN_STEM]
        near = {str(found.value).lower().lstrip("#") for found in saying.frame.near if found.kind in {"id", "uuid"}}
        named = near or saying.ids
        if I_DID.search(saying.frame.text) or len(stem) < MIN_STEM or not named:
            return False
        return all(any(word.startswith(stem) for word in self.matter.aliases.states(value)) for value in named)

    def _is_idle(self, turn: int) -> bool:
        """Return whether nothing at all was done in a turn but looking."""
        return not any(act.turn == turn for act in self.acts)

    def _ordered(self, lemma: str) -> bool:
        """Return whether the user asked for something by a verb."""
        return any(other.lemma == lemma and other.mode in ASKED for other in self.matter.asked)

    def _users_own(self, saying: Saying) -> bool:
        """Return whether the user said to have done it."""
        frame = saying.frame
        if any(verb.action == DO for verb in verb_forms(frame.surface)) or I_DID.search(frame.text):
            return False
        return any(other.lemma == frame.lemma and other.mode == "completed" for other in self.matter.asked)


# The texts of a window are held against all its words at every turn's end: what was read of them is remembered.
