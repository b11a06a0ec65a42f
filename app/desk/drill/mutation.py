"""What a fault is made of, and the small edits that faults share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from assure_tui.app.desk.drill.recorded import Act, Edits
from assure_tui.ingest.model import RunEvent, ToolCall, ToolResult
from assure_tui.reconcile.model import Claim

MAX_DEPTH = 12
"""Levels of arguments that are looked through."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A fault: edits of the event stream, and the places at which a finding counts as having caught it."""

    edits: Edits
    calls: frozenset[str] = frozenset()
    """Call ids that were changed or added."""
    claims: frozenset[str] = frozenset()
    """Claims that are false because of it."""
    what: str = ""
    """The change in a few words, for people."""
    untold: str = ""
    """Why nobody could tell it from the log; such a fault is counted and not injected."""


def at(act: Act, edits: Edits, claims: tuple[Claim, ...], what: str) -> Mutation:
    """Give a mutation of a call that stays in the log."""
    return Mutation(edits, frozenset({act.call.call_id}), frozenset(claim.id for claim in claims), what)


def copied(call: ToolCall, result: ToolResult, neighbour: RunEvent, name: str) -> tuple[ToolCall, ToolResult]:
    """Give a call and its result as a new call of the neighbour's run, at the neighbour's time and place."""
    mark = sha256(f"{neighbour.run}\0{neighbour.id}\0{call.id}\0{name}".encode()).hexdigest()[:12]
    place: dict[str, Any] = {
        "run": neighbour.run,
        "origin": neighbour.origin,
        "seq": neighbour.seq,
        "time": neighbour.time,
        "call_id": f"call_{mark}",
    }
    return (
        msgspec.structs.replace(call, id=f"{neighbour.id}.{mark}", **place),
        msgspec.structs.replace(result, id=f"{neighbour.id}.{mark}.result", reads_from=None, **place),
    )


def named_leaves(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Give the scalars in arguments, each with the innermost name it stands under."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from named_leaves(item, str(key), depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from named_leaves(item, name, depth + 1)
    else:
        yield name, value


def leaves(value: Any) -> Iterator[Any]:
    """Give the scalars in arguments."""
    return (leaf for _, leaf in named_leaves(value))


def mapped(value: Any, change: Callable[[Any], Any], depth: int = 0) -> Any:
    """Give arguments with each scalar changed."""
    if depth > MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {key: mapped(item, change, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mapped(item, change, depth + 1) for item in value]
    return change(value)


def swapped(text: str, old: str, new: str) -> str:
    """Give a text with each whole occurrence of `old` replaced, whatever its case."""
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text, flags=re.IGNORECASE)
