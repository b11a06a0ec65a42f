"""Whether words and the acts that they tell of agree in themselves, whatever else was done or said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile.claims.values import scan
from assure_tui.reconcile.match.business.idle import nothing_in
from assure_tui.reconcile.match.business.lists import may_lack
from assure_tui.reconcile.match.business.other_identifiers import other_account
from assure_tui.reconcile.match.business.values import (
    other_amount,
    other_count,
    other_date,
    other_measure,
    other_time,
    other_weekday,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.model import Act, Saying


class Agreements:
    """What was found of words and their acts, for as long as neither changes: a window is judged again and again."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Sequence[Act], str, bool]] = {}

    def agree(self, saying: Saying, acts: Sequence[Act], text: str) -> bool:
        """Return whether nothing differs between words and acts; `text` is all that was said with the words."""
        known = self._known.get(saying.number)
        if known is None or known[1] != text or [*map(id, known[0])] != [*map(id, acts)]:
            known = self._known[saying.number] = acts, text, _agree(saying, acts, text)
        return known[2]

    def forget(self, saying: Saying) -> None:
        """Forget what was found of a saying that left the window."""
        self._known.pop(saying.number, None)


def _agree(saying: Saying, acts: Sequence[Act], text: str) -> bool:
    if all(map(nothing_in, acts)) or may_lack(saying, acts):
        return False
    told = scan(text)
    if other_amount(saying, acts, {}, told) or any(other_account(saying, act) for act in acts):
        return False
    if len(acts) > 1 or saying.frame.weak:
        return True
    return not (
        other_date(saying, acts[0], told)
        or other_time(saying, acts[0])
        or other_count(saying, acts[0])
        or other_weekday(saying, acts[0])
        or other_measure(saying, acts[0])
    )
