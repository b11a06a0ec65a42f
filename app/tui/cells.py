"""One piece of evidence, as it stands in a column: an act, a row of another system, or words around a span."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assure_tui.app.tui import pointing
from assure_tui.app.tui.acts import details
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.reconcile.model import Effect

CONTEXT: Final = 160
"""Code points of the agent's own words shown on either side of a claim."""
SAID: Final = 40
"""Code points of an error by which it is known to stand in the sentence already."""
_STOP: Final = re.compile(r"[.!?][)”\"']?\s")
"""Where a sentence ends, near enough to show one."""


@dataclass(frozen=True)
class Cell:
    """One piece of evidence. `span` is the part of `text` that matters; `text` is raw."""

    text: str
    event: str | None = None
    time: float | None = None
    who: str = ""
    span: tuple[int, int] | None = None
    status: str = ""
    grade: str = ""
    details: tuple[tuple[str, str], ...] = ()
    times: int = 1
    """How many acts it stands for, which differ in nothing that is shown but the time."""
    until: float | None = None
    """When the last of several was."""
    result: str | None = None
    """The event with what came back."""


def words_around(desk: Desk, run: str, event: str, span: tuple[int, int], fallback: str) -> Cell:
    """The words around a span of an event's text, with the span in them; the bare words if the source is gone."""
    try:
        whole = desk.event_text(run, event)
    except TROUBLE:
        whole = ""
    start, end = span
    if not (0 <= start < end <= len(whole)):
        return Cell(fallback, event=event, span=(0, len(fallback)) if fallback else None)
    left = max(whole.rfind("\n", 0, start) + 1, start - CONTEXT)
    line_end = whole.find("\n", end)
    right = min(line_end if line_end >= 0 else len(whole), end + CONTEXT)
    left += max((match.end() for match in _STOP.finditer(whole[left:start])), default=0)
    stop = _STOP.search(whole[end - 1 : right] + " ")
    right = min(right, end + stop.end() - 2) if stop else right
    head = "…" if left and not whole[left - 1].isspace() else ""
    tail = "…" if right < len(whole) and not (stop or whole[right].isspace()) else ""
    shift = len(head) - left
    return Cell(head + whole[left:right] + tail, event=event, span=(start + shift, end + shift))


def cells_of(effects: Sequence[Effect], cwd: str | None) -> list[Cell]:
    """Acts in their order; those that look the same stand as one."""
    found: dict[tuple[object, ...], Cell] = {}
    for effect in effects:
        cell = _effect(effect, cwd)
        look = (cell.text, cell.who, cell.status, cell.grade, cell.details)
        same = found.get(look)
        found[look] = replace(same, times=same.times + 1, until=cell.time) if same is not None else cell
    return list(found.values())


def foremost(cells: Sequence[Cell], pointed: Sequence[str]) -> list[Cell]:
    """Put what a finding names first in each act."""
    return [
        replace(cell, details=tuple(sorted(cell.details, key=lambda told: not pointing.names(pointed, told[1]))))
        for cell in cells
    ]


def pointed_at(desk: Desk, run: str, cell: Cell, sentence: str) -> Cell:
    """An act with what its finding points at: the argument that has a value which it names, or why it failed."""
    told = {name for name, _ in cell.details}
    kept = [(name, value) for name, value in cell.details if name != "error" or value[:SAID] not in sentence]
    cell = replace(cell, details=tuple(kept))
    shown = [value for _, value in cell.details]
    more: list[tuple[str, str]] = []
    names = dict(cell.details)
    try:
        if "command" not in names and cell.event:
            missing = [value for value in pointing.values(sentence) if not pointing.stands_in(value, shown)]
            more = list(_sought(desk, run, cell, missing)) if missing else []
        if cell.status == "failed" and not told & {"counts", "error"} and cell.result:
            last = pointing.last_words(desk.event_text(run, cell.result))
            more += [("error", last)] if last else []
    except TROUBLE:
        return cell
    return replace(cell, details=(*more, *cell.details) if "command" not in names else (*cell.details, *more))


def _sought(desk: Desk, run: str, cell: Cell, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The arguments of a call, and what came back, in which values stand."""
    texts: list[tuple[str, Callable[[str, str], tuple[str, str] | None]]] = []
    texts += [(desk.event_text(run, cell.event), pointing.argument)] if cell.event else []
    texts += [(desk.event_text(run, cell.result), pointing.answered)] if cell.result else []
    found = [read(text, value) for value in values for text, read in texts]
    yield from dict.fromkeys(place for place in found if place is not None)


def _effect(effect: Effect, cwd: str | None) -> Cell:
    """An act of the agent is called by its tool, a row of a feed by what it is a row of."""
    from_log = effect.source_kind == "log"
    return Cell(
        (effect.tool if from_log else effect.kind) or effect.kind,
        event=effect.event,
        time=effect.time,
        who="" if from_log else effect.source_kind.removeprefix("feed:"),
        status=effect.status,
        grade=effect.grade,
        details=details(effect, cwd),
        result=effect.result_event,
    )
