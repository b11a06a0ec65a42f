"""One line per event for the Timeline and the search: its kind, and the head of its own text. Still raw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    ExternalEffect,
    Permission,
    RunEvent,
    RunStarted,
    ToolCall,
    ToolResult,
    ToolsDefined,
    UserTurn,
)

LENGTH = 200
_HEADED = re.compile(
    r"(?:(?:Command|Chunk ID|Exit code|Wall time|Process|Original token count|Total output lines)\b[^\n]{0,400}\n){1,8}"
    r"Output:(?:\n|\Z)"
)
"""What Codex puts before the output of a command: the same words in every result."""
MAX_ARGUMENTS = 8

KINDS: dict[type, str] = {
    RunStarted: "start",
    UserTurn: "user",
    AgentText: "agent",
    ToolCall: "call",
    ToolResult: "result",
    Permission: "permission",
    ExternalEffect: "effect",
    ToolsDefined: "tools",
    Boundary: "boundary",
}


def kind_of(event: RunEvent) -> str:
    """Return the kind of event as `EventRow` names it: words in the user's role that no person wrote are `context`."""
    if isinstance(event, UserTurn) and (event.synthetic or event.system):
        return "context"
    return KINDS[type(event)]


def summarise(event: RunEvent, *, headed: bool = False) -> str:
    """Return at most `LENGTH` code points of the event's text, on one line; `headed`: as bundles of before have it."""
    match event:
        case UserTurn() | AgentText():
            text = event.text
        case ToolResult():
            text = event.text if headed else _output(event.text)
        case ToolCall():
            text = _arguments(event.args)
        case ExternalEffect():
            text = f"{event.kind} {event.status} {_arguments(event.args)}"
        case RunStarted():
            text = " ".join(part for part in (event.agent, event.agent_version, event.model, event.cwd) if part)
        case Permission():
            by = "" if event.by == "unknown" else f"by {event.by}"
            text = " ".join(part for part in (event.decision, by, event.mode, event.reason) if part)
        case ToolsDefined():
            text = f"{len(event.tools)} tools: {', '.join(list(event.tools)[:MAX_ARGUMENTS])}"
        case Boundary():
            text = " ".join(part for part in (event.what.replace("_", " "), event.detail) if part)
    return " ".join(text[: 2 * LENGTH].split())[:LENGTH]


def whole_text(event: RunEvent) -> str:
    """Return all of the event's text; arguments stand one to a line."""
    match event:
        case UserTurn() | AgentText() | ToolResult():
            return event.text
        case ToolCall():
            head = f"{event.tool}: {event.description}" if event.description else event.tool
            return "\n".join([head, *(f"{name}: {_text(value)}" for name, value in event.args.items())])
        case ExternalEffect():
            return "\n".join(
                [f"{event.kind} {event.status}", *(f"{name}: {_text(value)}" for name, value in event.args.items())]
            )
        case ToolsDefined():
            return "\n".join(f"{name}: {_text(value)}" for name, value in event.tools.items())
        case _:
            return summarise(event)


def _output(text: str) -> str:
    """Return what came back without the words that stand before every output."""
    headed = _HEADED.match(text)
    return (text[headed.end() :].lstrip() or "no output") if headed else text


def _arguments(args: Mapping[str, Any]) -> str:
    if len(args) == 1:
        return _text(next(iter(args.values())))[: 2 * LENGTH]
    shown = list(args.items())[:MAX_ARGUMENTS]
    return " ".join(f"{name}={_text(value)[:LENGTH]}" for name, value in shown)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    import json  # noqa: PLC0415 - few arguments are structures

    return json.dumps(value, ensure_ascii=False, default=str)
