"""What was said on the way: words after which the agent went on working weigh less than those a turn ends with.

Somebody at work talks of tests that "pass now" while mending the next one, of one test among several, of how things
stood a moment ago. Of some fifty such words that were contradicted on sessions which nobody had read, none was wrong in
a reader's eyes; the report at the end of the turn is what an operator signs off, and is judged by itself. So a
discrepancy stands with its severity as long as the turn may end with the words, and is lowered when it goes on: but for
one plain thing, "All tests pass", which is as true or false on the way as it is at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.model import at_least

if TYPE_CHECKING:
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.model import Discrepancy, Severity

ON_THE_WAY: Severity = "low"
FIRM = frozenset({"rigged-proof"})
"""Codes that accuse what was done, and not only the words."""
UNSETTLED = frozenset({"dangling"})
"""Codes that tell of what was under way, and may have ended well."""
MAX_WORDS = 512
"""Claims and discrepancies of the words since the last call that are kept."""


class Interim:
    """The latest words of a run: claims that wait and discrepancies, until it is known whether the agent went on."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._told: list[Discrepancy] = []
        self._left: dict[str, None] = {}
        """Claims that wait for a result, and after which the agent went on."""

    def put(self, told: Discrepancy, *, plain: bool, latest: bool, settled: bool) -> None:
        """Say a discrepancy; `latest` is one of words that nothing has come after, `plain` one that stands anywhere."""
        if (plain and told.code not in UNSETTLED) or told.code in FIRM:
            self._board.put(told, settled=settled)
        elif latest and len(self._told) < MAX_WORDS:
            self._told.append(told)
            self._board.put(told)
        else:
            self._board.put(_lowered(told) if told.claim in self._left else told, settled=settled)

    def went_on(self, waiting: list[str]) -> None:
        """Lower what was said since the last call: the agent acts on. Claims that wait are lowered when judged."""
        for told in self._told:
            self._board.put(_lowered(told), settled=self._board.get(told.claim or "") is None)
        self._told.clear()
        for claim in waiting:
            self._left[claim] = None
        while len(self._left) > MAX_WORDS:
            self._left.pop(next(iter(self._left)))

    def ended(self) -> None:
        """Let stand what was said last: the turn ended with it."""
        for told in self._told:
            if self._board.get(told.claim or "") is None:
                self._board.settle(told.id)
        self._told.clear()


def _lowered(told: Discrepancy) -> Discrepancy:
    if at_least(ON_THE_WAY, told.severity):
        return told
    return msgspec.structs.replace(told, severity=ON_THE_WAY, message=f"{told.message}; said on the way")
