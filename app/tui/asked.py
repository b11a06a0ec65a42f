"""What was asked: the user's words that a finding or claim goes back to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assure_tui.app.desk.summaries import LENGTH
from assure_tui.app.desk.views import EventRow
from assure_tui.app.tui.acts import flat
from assure_tui.app.tui.cells import CONTEXT, Cell
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.reconcile.model import Claim, Effect

PAGE: Final = 200
PAGES_BACK: Final = 25
"""How far back the request is looked for: 5,000 events, which is 10 ms."""
TURNS_KEPT: Final = 40
ASKED_SHOWN: Final = 2
REQUEST_READ: Final = 20_000
REQUEST_SHOWN: Final = 360
"""Code points of a longer request that are shown."""
WORD: Final = re.compile(r"[\w.@/#-]{2,64}")


def asked(desk: Desk, run: str, event: str | None, values: set[str]) -> list[Cell]:
    """The user turns that the matter goes back to: those that share a value with it, else the last ones before it."""
    turns = list(_user_turns(desk, run, event))
    sharing = [turn for turn in turns if values & _words_of(turn.summary)]
    told: dict[str, EventRow] = {}
    for turn in sharing or turns:
        told.setdefault(turn.summary, turn)
    chosen = reversed(list(told.values())[:ASKED_SHOWN])
    return [Cell(_request(desk, run, turn, values), event=turn.id, time=turn.time, who="user") for turn in chosen]


def _request(desk: Desk, run: str, turn: EventRow, values: set[str]) -> str:
    """A user turn as far as it is short, else the part of it that shares values with the matter, else its beginning."""
    if len(turn.summary) < LENGTH - 1:
        return turn.summary
    try:
        text = " ".join(desk.event_text(run, turn.id)[:REQUEST_READ].split())
    except TROUBLE:
        return f"{turn.summary}…"
    if len(text) <= REQUEST_SHOWN:
        return text
    shared = next((match.start() for match in WORD.finditer(text) if values & _words_of(match[0])), 0)
    start = max(0, min(shared - CONTEXT, len(text) - REQUEST_SHOWN))
    start = text.rfind(" ", 0, start + 1) + 1
    end = start + REQUEST_SHOWN
    tail = "…" if end < len(text) else ""
    return ("…" if start else "") + text[start:end].rstrip() + tail


def _user_turns(desk: Desk, run: str, event: str | None) -> Iterator[EventRow]:
    """User turns before `event`, newest first."""
    place = desk.position(run, event) if event else None
    end = desk.event_count(run) if place is None else place + 1
    found = 0
    for _ in range(PAGES_BACK):
        start = max(0, end - PAGE)
        for row in reversed(desk.events(run, start, end - start)):
            if row.kind == "user" and row.summary.strip():
                yield row
                found += 1
                if found == TURNS_KEPT:
                    return
        end = start
        if not end:
            return


def values_of(claim: Claim | None, acts: Sequence[Effect]) -> set[str]:
    """Words that tell this matter from others: amounts, identifiers, recipients, names of files."""
    found: set[str] = set()
    for args in ([claim.args] if claim else []) + [act.args for act in acts]:
        for key, value in args.items():
            if key not in {"command", "scope"}:
                found |= {word for text in flat(value) for word in _words_of(text)}
    return found


def _words_of(text: str) -> set[str]:
    words = {word.strip(".#").casefold() for word in WORD.findall(text)}
    words |= {word.rpartition("/")[2] for word in words if "/" in word}
    return {word.removesuffix(".00") for word in words if any(char.isdigit() for char in word) or "@" in word}
