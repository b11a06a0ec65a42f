"""What the user asked for, read only when a judgement needs it: most turns are judged without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.claims.business import requests
from assure_tui.reconcile.claims.frame import ASKED, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ASKED = 120
"""Frames that are kept, of all turns and of one."""
MAX_TURNS = 80
"""Turns of which it is kept what was asked for in them."""
MAX_UNREAD = 512 * 1024
"""Code points of texts that wait to be read."""


class _Text(msgspec.Struct):
    """What the user said in a turn, and the verbs that the run's tools had taught by then."""

    turn: int
    text: str
    verbs: tuple[str, ...]
    read: bool = False
    last: tuple[Frame, ...] = ()
    """Its frames, the last of them."""
    orders: tuple[Frame, ...] = ()
    """Its frames that ask for something, the first of them."""


class Wishes:
    """The frames of the user's texts, as far as they are kept."""

    __slots__ = ("_asked", "_older", "_texts", "_unread")

    def __init__(self) -> None:
        self._texts: list[_Text] = []
        self._older: tuple[Frame, ...] = ()
        """The last frames of texts that are kept no more."""
        self._asked: tuple[Frame, ...] | None = ()
        self._unread = 0

    def hear(self, turn: int, text: str, verbs: tuple[str, ...]) -> None:
        """Take a user's text."""
        self._texts.append(_Text(turn, text, verbs))
        self._unread += len(text)
        self._asked = None
        if len(self._texts) > 2 * MAX_TURNS or self._unread > MAX_UNREAD:
            self._forget()

    @property
    def asked(self) -> tuple[Frame, ...]:
        """The frames of what the user lately spoke of; texts before those that have enough of them are left unread."""
        if self._asked is None:
            found: list[tuple[Frame, ...]] = []
            for frames in self._latest():
                found.insert(0, frames)
                if sum(map(len, found)) >= MAX_ASKED:
                    break
            self._asked = tuple(frame for frames in found for frame in frames)[-MAX_ASKED:]
        return self._asked

    def orders(self, turn: int) -> tuple[Frame, ...]:
        """Return what the user asked for in a turn."""
        return next((self._read(text).orders for text in self._texts[-MAX_TURNS:] if text.turn == turn), ())

    def _forget(self) -> None:
        """Let go of the texts of old turns, but for those of their frames that are still among the latest."""
        asked, kept = self.asked, self._texts[-MAX_TURNS:]
        self._older = asked[: max(0, len(asked) - sum(len(text.last) for text in kept))]
        self._texts = kept
        self._unread = sum(len(text.text) for text in kept)
        for text in kept if self._unread > MAX_UNREAD else ():
            self._read(text)

    def _latest(self) -> Iterator[tuple[Frame, ...]]:
        for text in reversed(self._texts):
            yield self._read(text).last
        yield self._older

    def _read(self, text: _Text) -> _Text:
        if not text.read:
            frames = requests(text.text, text.verbs)
            text.last = frames[-MAX_ASKED:]
            text.orders = tuple(frame for frame in frames if frame.mode in ASKED)[:MAX_ASKED]
            self._unread -= len(text.text)
            text.read, text.text = True, ""
        return text
