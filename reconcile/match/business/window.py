"""The acts of a window, found by place and by turn: words are held against some of them only, and few are near."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.model import Act

_AT = attrgetter("at")


class Window:
    """Acts in the order in which they were heard of."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self.acts = acts
        self.landed = [act for act in acts if act.landed]
        self.unlanded = [act for act in acts if not act.landed]
        """Those that failed, were denied, or have not returned."""
        self.untold = {act.effect.id: act for act in self.landed}
        """Those that landed, by effect, of which no words were found to tell so far."""
        self._of_turn = _by_turn(acts)
        self._landed_in = _by_turn(self.landed)

    def before(self, at: int) -> Sequence[Act]:
        """Return the acts before a place."""
        return self.acts[: bisect_left(self.acts, at, key=_AT)]

    def landed_before(self, at: int) -> Sequence[Act]:
        """Return those of them that landed."""
        return self.landed[: bisect_left(self.landed, at, key=_AT)]

    def of_turn(self, turn: int) -> Sequence[Act]:
        """Return the acts of a turn."""
        return self._of_turn.get(turn, ())

    def landed_in(self, turn: int) -> Sequence[Act]:
        """Return those of them that landed."""
        return self._landed_in.get(turn, ())


def _by_turn(acts: Sequence[Act]) -> dict[int, list[Act]]:
    found: defaultdict[int, list[Act]] = defaultdict(list)
    for act in acts:
        found[act.turn].append(act)
    return found
