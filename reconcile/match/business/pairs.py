"""Sayings and acts held against each other, two by two: how well they fit, and where they contradict."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING

from assure_tui.reconcile.match.business.fit import FITS, evidence, fit
from assure_tui.reconcile.match.business.kin import kin_of
from assure_tui.reconcile.match.business.targets import conflict_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from assure_tui.reconcile.match.business.aliases import Aliases
    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.match.business.targets import Conflict

SAME_TURN = Decimal("0.4")
"""What it adds to a fit that words tell of an act of their own turn."""
ABOUT = Decimal("0.9")
"""What it adds that the nouns and values of the words are known of the act."""
LEAST = FITS - SAME_TURN - ABOUT
"""A pair that fits less than this is not brought to fit by anything that adds to it."""
MAX_PAIRS = 1000
"""Comparisons remembered of one saying; beyond, the oldest half is forgotten."""


class Pair:
    """What a saying and an act have to do with each other. Where they contradict is sought when it is asked."""

    def __init__(self, fit: Decimal, evidence: Decimal, clash: Callable[[], Conflict | None]) -> None:
        self.fit = fit
        self.evidence = evidence
        self._clash = clash

    @cached_property
    def conflict(self) -> Conflict | None:
        """A target that the words name and the act does not have."""
        return self._clash()


NOTHING = Pair(Decimal(0), Decimal(0), lambda: None)


class Pairs:
    """Pairs of sayings and acts, each compared once: a window is judged again and again."""

    def __init__(self, aliases: Aliases) -> None:
        self._aliases = aliases
        self._known: dict[int, dict[str, Pair]] = {}
        """By saying: its acts in the states they were seen in."""
        self._near: dict[int, dict[str, Pair]] = {}
        """Those of them that may be meant. There are few, and most looks are for these."""

    def forget(self, saying: Saying) -> None:
        """Forget the comparisons of a saying that left the window."""
        self._known.pop(saying.number, None)
        self._near.pop(saying.number, None)

    def of(self, saying: Saying, act: Act, known: Mapping[str, Iterable[str]]) -> Pair:
        """Return the comparison of a saying and an act in its present state."""
        pairs = self._of(saying)
        pair = pairs.get(act.state)
        if pair is None:
            if not kin_of(saying.frame, act) and saying.frame.lemma not in act.nouns:
                pair = NOTHING
            else:
                agree = evidence(saying, act)
                pair = Pair(fit(saying, act, agree), agree, partial(conflict_of, saying, act, known, self._aliases))
            pairs[act.state] = pair
            near = self._near[saying.number]
            if pair.fit >= LEAST and (pair.conflict is None or pair.conflict.soft):
                near[act.state] = pair
            if len(pairs) > MAX_PAIRS:
                for stale in list(pairs)[: MAX_PAIRS // 2]:
                    del pairs[stale]
                    near.pop(stale, None)
        return pair

    def near(
        self, saying: Saying, acts: Mapping[str, Act], known: Mapping[str, Iterable[str]]
    ) -> list[tuple[Act, Pair]]:
        """Return those of some acts, by their states, that a saying may mean, with how they compare."""
        for state in acts.keys() - self._of(saying).keys():
            self.of(saying, acts[state], known)
        return [(act, pair) for state, pair in self._near[saying.number].items() if (act := acts.get(state))]

    def _of(self, saying: Saying) -> dict[str, Pair]:
        pairs = self._known.get(saying.number)
        if pairs is None:
            pairs = self._known[saying.number] = {}
            self._near[saying.number] = {}
        return pairs
