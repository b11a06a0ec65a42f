"""What the user said lately: a text that grows by turns, each read once, and whose oldest end is forgotten."""

from __future__ import annotations

from collections import deque

from assure_tui.reconcile.match.business.lines import Request, Turn

MAX_ASKED_TEXT = 20_000
"""Code points kept of what the user said."""


class Asked:
    """The last of what the user said, in lower case."""

    def __init__(self) -> None:
        self.text = ""
        self._turns: deque[Turn] = deque()

    def hear(self, low: str) -> None:
        """Take a turn of the user."""
        self.text = f"{self.text} {low}"[-MAX_ASKED_TEXT:]
        self._turns.append(Turn(low))
        later = sum(len(turn.text) + 1 for turn in self._turns)
        while later >= len(self.text):
            oldest = self._turns.popleft()
            later -= len(oldest.text) + 1
        rest = self.text[: len(self.text) - later]
        self._turns.appendleft(oldest if rest == f" {oldest.text}" else Turn(rest))

    def request(self) -> Request:
        """Return it as one line."""
        return Request(self.text, tuple(self._turns))
