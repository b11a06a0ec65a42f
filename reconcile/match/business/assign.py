"""Assignment of acts that landed to the words that claim them: best fit first, one act to one claimed action."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import DO, OTHER, group_of, is_generic
from assure_tui.reconcile.match.business.bench import TELLING, Bench
from assure_tui.reconcile.match.business.fit import FITS
from assure_tui.reconcile.match.business.kin import EDITS, KIN, kin_of
from assure_tui.reconcile.match.business.pairs import ABOUT
from assure_tui.reconcile.match.business.topics import is_about, is_foreign, restates

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.match.business.pairs import Pair

_BESIDE = Decimal("-1.3")
_FOREIGN = Decimal("-1.5")
_GUESSED = Decimal("0.5")
SLACK = Decimal("1.5")
"""Words take no act that fits so much worse than their best: when others took that one, they tell of it again."""
_MAIL = frozenset({"message"})
ACTIVE = re.compile(r"(?:^|\b(?:i|we|i['’]ve|we['’]ve|i have|we have|and|then|also)) ?(?:also |then |successfully )?$")
"""What stands before the verb of somebody who did it."""


class Assignment(Bench):
    """The part of a judgement that gives acts to words."""

    def _assign(self) -> dict[int, Act]:
        """Assign acts to sayings; return for those that got none the act that they may report once more."""
        pairs = []
        room = {index: _room(saying) for index, saying in enumerate(self.main)}
        later = deque(self.landed)
        before: dict[str, Act] = {}
        for index, saying in enumerate(self.main):
            while later and later[0].at <= saying.at:
                passed = later.popleft()
                before[passed.state] = passed
            for act, pair in self._near(saying, before):
                if pair.conflict is not None or self.tells_by_itself(saying, act):
                    continue
                if pair.evidence < TELLING and self._far(saying, act):
                    continue
                score = pair.fit + self._bonus(saying, act) + self._matter_of(saying, act, pair)
                if score >= FITS:
                    rank = self._rank(saying, act, room[index])
                    pairs.append((rank, score - (_GUESSED if saying.frame.weak else 0), act.at, -index, act))
        # words about one act of this very sort come first, then those about many, then those about another sort
        pairs.sort(key=itemgetter(0, 1, 2, 3), reverse=True)
        taken: set[str] = set()
        repeats: dict[int, Act] = {}
        best: dict[int, Decimal] = {}
        for _, score, _, negative, act in pairs:
            index = -negative
            best.setdefault(index, score)
            if index not in repeats and self.retells(self.main[index], act):
                repeats[index] = act
            if act.effect.id in taken or not room[index] or score < best[index] - SLACK:
                continue
            taken.add(act.effect.id)
            room[index] -= 1
            self._give(index, act)
        return repeats

    def retells(self, saying: Saying, act: Act) -> bool:
        """Return whether words may tell once more of an act that other words tell of."""
        if self.tells_by_itself(saying, act):
            return False
        return restates(saying, act, telling=self._tells(saying, act), asked=self.matter.asked_text)

    @staticmethod
    def tells_by_itself(saying: Saying, act: Act) -> bool:
        """Return whether the agent says that it told somebody itself, and the act told nobody: "and sent an e-mail"."""
        frame = saying.frame
        if group_of(frame.deed) != "tell" or frame.action != frame.deed or kin_of(frame, act) >= KIN:
            return False
        named = act.action in {DO, OTHER} or not frame.objects & _MAIL
        return not named and _is_own(frame)

    @staticmethod
    def _rank(saying: Saying, act: Act, room: int) -> int:
        frame = saying.frame
        kin = kin_of(frame, act)
        near = (
            kin >= KIN or frame.lemma == act.verb or act.verb in frame.nouns or (kin >= EDITS and is_about(frame, act))
        )
        return 0 if not near else 1 if room > 1 and not is_about(frame, act) else 2

    def _matter_of(self, saying: Saying, act: Act, pair: Pair) -> Decimal:
        """Return what it adds to a fit that the nouns and values of the words are known of the act, or are not."""
        if is_foreign(saying, act, self.matter.asked_text):
            return _FOREIGN
        about = is_about(saying.frame, act)
        if about is False and pair.evidence < TELLING and (saying.frame.lemma != act.verb or is_generic(act.verb)):
            return _BESIDE
        return ABOUT if about else Decimal(0)

    def _tells(self, saying: Saying, act: Act) -> bool:
        """Return whether values alone say that words are about an act."""
        return self._pair(saying, act).evidence >= TELLING


def _is_own(frame: Frame) -> bool:
    """Return whether the agent says that it did something itself."""
    return ACTIVE.search(frame.text.lower().partition(frame.surface)[0]) is not None


def _room(saying: Saying) -> int:
    """Return how many acts one saying may tell of."""
    frame = saying.frame
    if frame.plural:
        return 1000
    ids = sum(1 for found in frame.near if found.kind in {"id", "email", "iban"})
    return max(1, ids, frame.count)
