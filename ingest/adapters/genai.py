"""Attributes of spans in the words of OpenTelemetry's conventions for generative AI, whatever conventions they follow.

OpenInference, Google's ADK and others name the same few things otherwise: what a model was sent and answered, which
tool was run on what, and what came of it. Messages are turned into the conventions' parts.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Json
from assure_tui.ingest.adapters.chat.spelling import respelt

MODEL, TOOL = "chat", "execute_tool"
"""Operations of spans that asked a model, and that ran a tool."""
AGENT = "invoke_agent"
_KINDS = {"LLM": MODEL, "TOOL": TOOL}
_OPERATIONS = {"call_llm": MODEL}
_NAMES = {
    "gen_ai.request.model": ("llm.model_name", "gen_ai.response.model"),
    "gen_ai.conversation.id": ("session.id",),
    "gen_ai.tool.name": ("tool.name", "traceloop.entity.name"),
    "gen_ai.tool.call.id": ("tool_call.id", "tool.call.id"),
    "gen_ai.tool.call.arguments": (
        "gen_ai.tool.args",
        "gcp.vertex.agent.tool_call_args",
        "tool_call.function.arguments",
    ),
    "gen_ai.tool.call.result": ("gcp.vertex.agent.tool_response",),
}
"""Other names of an attribute, whatever a span is of."""
_RUN = {
    "gen_ai.tool.call.arguments": ("input.value", "traceloop.entity.input"),
    "gen_ai.tool.call.result": ("output.value", "gen_ai.output", "traceloop.entity.output"),
}
"""Other names of a tool's input and output, which are something else on other spans."""
_FLAT = re.compile(
    r"(?:llm\.(?P<way>input|output)_messages|gen_ai\.(?P<old>prompt|completion))\.(?P<at>\d{1,4})\.(?:message\.)?(?P<field>.+)"
)
_FLAT_CALL = re.compile(r"tool_calls\.(\d{1,4})\.(?:tool_call\.)?(?:function\.)?(id|name|arguments)")
_FLAT_PART = re.compile(r"contents\.(\d{1,4})\.message_content\.text")


def spelt(found: Json, name: str = "") -> Json:
    """Return a span's attributes with the conventions' names beside their own; `name` is the span's."""
    told = dict(found)
    kind = str(found.get("openinference.span.kind") or found.get("traceloop.span.kind") or "").upper()
    first = name.partition(" ")[0]
    operation = found.get("gen_ai.operation.name") or _KINDS.get(kind) or first
    told["gen_ai.operation.name"] = operation = _OPERATIONS.get(str(operation), str(operation))
    for ours, theirs in (*_NAMES.items(), *(_RUN.items() if operation == TOOL else ())):
        other = next((found[one] for one in theirs if found.get(one) is not None), None)
        if told.get(ours) is None and other is not None:
            told[ours] = other
    if operation == MODEL:
        sent, answered = _flat(found)
        request, response = (_json(found.get(f"gcp.vertex.agent.llm_{side}")) for side in ("request", "response"))
        sent = sent or _listed(found.get("llm.input_messages")) or _listed(_under(request, "contents"))
        answered = answered or _listed(found.get("llm.output_messages")) or _listed(_under(response, "content"))
        _put(told, "gen_ai.input.messages", sent)
        _put(told, "gen_ai.output.messages", answered or _outputs(found.get("gen_ai.output")))
    return told


def messages(value: object) -> list[Json]:
    """Return messages of any spelling as messages of the conventions."""
    return [message for one in _listed(value) if (message := _message(one)) is not None]


def _put(told: Json, name: str, value: list[Any]) -> None:
    if told.get(name) is None and value:
        told[name] = value
    given = _json(told.get(name))
    if isinstance(given, list) and all(isinstance(one, dict) for one in given) and not all(map(_in_parts, given)):
        told[name] = messages(given)


def _in_parts(message: Json) -> bool:
    """Return whether a message is of the conventions: a list of parts, each of which has a type."""
    parts = message.get("parts")
    return isinstance(parts, list) and all(isinstance(part, dict) and "type" in part for part in parts)


def _message(record: object) -> Json | None:
    if isinstance(record, str):
        return {"role": "assistant", "parts": [{"type": "text", "content": record}]} if record.strip() else None
    if not isinstance(record, dict):
        return None
    message = respelt(record)
    if message is None:
        return None
    if message.role == "tool":
        part = {"type": "tool_call_response", "id": message.tool_call_id, "response": message.content}
        return {"role": "tool", "parts": [part]}
    parts: list[Json] = []
    for block in message.content if isinstance(message.content, list) else ():
        kind = block.get("type")
        if kind == "text":
            parts.append({"type": "text", "content": block.get("text")})
        elif kind == "tool_use":
            asked = {"id": block.get("id"), "name": block.get("name"), "arguments": block.get("input")}
            parts.append({"type": "tool_call", **asked})
        elif kind == "tool_result":
            told = {"id": block.get("tool_use_id"), "response": block.get("content")}
            parts.append({"type": "tool_call_response", **told})
    return {"role": message.role, "parts": parts} if parts else None


def _flat(found: Json) -> tuple[list[Any], list[Any]]:
    """Return messages that are laid out in attributes of their own, one a field."""
    sides: tuple[dict[int, Json], dict[int, Json]] = ({}, {})
    for key, value in found.items():
        named = _FLAT.fullmatch(key)
        if named is None:
            continue
        answered = named["way"] == "output" or named["old"] == "completion"
        message = sides[answered].setdefault(int(named["at"]), {"role": "assistant" if answered else ""})
        field = named["field"]
        if (call := _FLAT_CALL.fullmatch(field)) is not None:
            calls = message.setdefault("tool_calls", {})
            calls.setdefault(int(call[1]), {})[call[2]] = value
        elif _FLAT_PART.fullmatch(field):
            message["content"] = "\n".join(text for text in (message.get("content"), value) if isinstance(text, str))
        elif field in {"role", "content", "tool_call_id", "name"}:
            message[field] = value
    for side in sides:
        for message in side.values():
            if "tool_calls" in message:
                message["tool_calls"] = [call for _, call in sorted(message["tool_calls"].items())]
    sent, told = ([message for _, message in sorted(side.items())] for side in sides)
    return sent, told


def _outputs(value: object) -> list[Any]:
    """Return what a model answered, as text or as the calls that it asked for."""
    decoded = _json(value)
    if isinstance(decoded, list) and decoded and all(isinstance(one, dict) and "tool.name" in one for one in decoded):
        calls = [{"name": one["tool.name"], "arguments": one.get("tool.args")} for one in decoded]
        return [{"role": "assistant", "tool_calls": calls}]
    return [{"role": "assistant", "content": value}] if isinstance(value, str) and value.strip() else []


def _under(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _listed(value: object) -> list[Any]:
    value = _json(value)
    return value if isinstance(value, list) else [] if value is None else [value]


def _json(value: object) -> object:
    """Decode JSON text; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        decoded: object = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return value
    return decoded
