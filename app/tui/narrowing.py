"""The filter of the Timeline: it looks through the events of a run, bit by bit."""

from __future__ import annotations

import time
from array import array
from collections.abc import Mapping
from typing import Final

from assure_tui.app.desk.views import EventRow
from assure_tui.app.tui.match import Matcher
from assure_tui.app.tui.port import Desk

WINDOW: Final = 500
"""Events read at a time: 2 ms."""
FIELDS: Final = ("kind", "tool", "status", "call", "text", "claims", "findings")
TOLD_IN_WORDS: Final = ("text", "tool")
"""Fields that bare words are looked for in: that `call` is the kind of every second event helps nobody."""


class Narrowing:
    """What of a run a filter lets through, as far as was looked.

    All events are looked through, a slice at a time, so that keys never wait for it; what the log appends meanwhile is
    looked at, too. The desk's index of words would be quicker, but it knows no fields, and words by their beginnings.
    """

    def __init__(self, desk: Desk, run: str, query: str) -> None:
        self._desk, self._run = desk, run
        self._matches = Matcher(query)
        self._tools: dict[str, str] = {}
        """By the id of a call: what came back does not say again whose it is."""
        self.hits = array("Q")
        """The numbers of the events, in their order."""
        self.upto = 0

    @property
    def done(self) -> bool:
        """Whether all that is there was looked at."""
        return self.upto >= self._desk.event_count(self._run)

    def go_on(self, seconds: float) -> None:
        """Look further for about so long."""
        count = self._desk.event_count(self._run)
        until = time.monotonic() + seconds
        while self.upto < count:
            rows = self._desk.events(self._run, self.upto, WINDOW)
            self.hits.extend(row.seq for row in rows if self._matches(self._fields(row), TOLD_IN_WORDS))
            self.upto = self.upto + len(rows) if rows else count
            if time.monotonic() >= until:
                return

    def _fields(self, row: EventRow) -> Mapping[str, str]:
        if row.kind == "call" and row.call_id and row.tool:
            self._tools[row.call_id] = row.tool
        return {
            "kind": row.kind,
            "tool": row.tool or self._tools.get(row.call_id or "", ""),
            "status": row.status or "",
            "call": row.call_id or "",
            "text": row.summary,
            "claims": str(row.claims),
            "findings": str(row.findings),
        }


def bare_words(query: str) -> list[str]:
    """Return the words of a filter that stand in what it lets through, so that they can be shown there."""
    found = []
    for term in query.split():
        name, colon, value = term.partition(":")
        word = value if colon and name == "text" else "" if colon and name in FIELDS else term
        if len(word) > 1 and word[0] not in "-~<>":
            found.append(word)
    return found
