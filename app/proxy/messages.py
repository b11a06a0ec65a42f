"""Lines of the Model Context Protocol over stdio: one JSON-RPC 2.0 message a line (MCP specification, "Transports").

Only what the witness needs is read: who asks for what, and what came back. A line that is no message is told apart, so
that nothing passes because it could not be read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

CALL = "tools/call"
LIST = "tools/list"
CANCELLED = "notifications/cancelled"
CALL_ID_KEYS = ("claudecode/toolUseId", "callId", "toolCallId")
"""Members of a request's `_meta` in which agents give the id that the call has in their own log."""
MAX_CALL_ID = 200
_ENVELOPE = frozenset({"jsonrpc", "id", "method", "params", "result", "error"})
_PARAMS = frozenset({"name", "arguments"})
_PARSE_ERROR = -32700
_REFUSED = -32000

Id: TypeAlias = str | int | None
Message: TypeAlias = dict[str, Any]


class UnreadableError(ValueError):
    """A line that is not a JSON-RPC message."""


def read(line: bytes) -> list[Message]:
    """Return the messages of a line: one, or those of a batch (allowed until revision 2025-06-18).

    Raises:
        UnreadableError: The line is not JSON, or no object, or a list that holds something else than objects.
    """
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        try:
            value = json.loads(line)  # more lenient, as some servers are: NaN, a lone surrogate
        except (ValueError, RecursionError) as error:
            raise UnreadableError("not JSON") from error
    batch = value if isinstance(value, list) else [value]
    if not batch or not all(isinstance(message, dict) for message in batch):
        raise UnreadableError("no JSON-RPC message")
    return batch


def read_asked(line: bytes) -> list[Message]:
    """Return the messages of a client's line, which every server must read as it is read here.

    Servers differ in which of two members with one name they take, whether `Method` is `method` (Go's encoding/json),
    and whether a bare carriage return ends a line (Python's text files): a call could hide from us in any of these.

    Raises:
        UnreadableError: The line is no message, or may be another one to the server.
    """
    if b"\r" in line.rstrip(b"\r\n"):
        raise UnreadableError("more than one line to some")
    batch = read(line)
    try:
        json.loads(line, object_pairs_hook=_named_once)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not JSON to everybody") from error
    for message in batch:
        if _confusable(message, _ENVELOPE) or _confusable(params(message), _PARAMS):
            raise UnreadableError("a member is spelt like another")
    return batch


def _named_once(members: list[tuple[str, Any]]) -> None:
    if len(dict(members)) != len(members):
        raise UnreadableError("two members have one name")


def _confusable(message: Mapping[str, Any], names: frozenset[str]) -> bool:
    return any(name not in names and name.casefold() in names for name in message)


def key(message: Mapping[str, Any]) -> Id:
    """Return a message's id, by which a response finds its request; None for a notification."""
    name = message.get("id")
    return name if isinstance(name, str | int) and not isinstance(name, bool) else None


def params(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a request's parameters; empty when there are none, or none by name."""
    found = message.get("params")
    return found if isinstance(found, dict) else {}


def call_id(message: Mapping[str, Any]) -> str:
    """Return the id under which the agent's own log knows a call, when the agent says it."""
    meta = params(message).get("_meta")
    if isinstance(meta, dict):
        for name in CALL_ID_KEYS:
            value = meta.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()[:MAX_CALL_ID]
    return ""


def called_off(message: Mapping[str, Any]) -> Id:
    """Return the id of the request that a notification calls off, if it is one that does."""
    name = params(message).get("requestId") if message.get("method") == CANCELLED else None
    return name if isinstance(name, str | int) else None


def is_response(message: Mapping[str, Any]) -> bool:
    """Return whether a message answers a request."""
    return "method" not in message and ("result" in message or "error" in message)


def failed(message: Mapping[str, Any]) -> bool:
    """Return whether a response to a call says that the tool failed, or that it was not called at all."""
    result = message.get("result")
    return "error" in message or (isinstance(result, dict) and result.get("isError") is True)


def shown(message: Mapping[str, Any]) -> str:
    """Return what the agent is shown of a response: its texts, else its JSON."""
    result = message.get("result")
    if isinstance(result, dict) and isinstance(result.get("content"), list):
        texts = [
            str(part["text"]) if part.get("type") == "text" and "text" in part else f"[{part.get('type')}]"
            for part in result["content"]
            if isinstance(part, dict)
        ]
        if texts:
            return "\n".join(texts)
    return as_json(message.get("error", result)).decode()


def refusal(message: Mapping[str, Any], reason: str) -> bytes:
    """Answer in the server's stead: a call with a tool error, which the model reads; other requests with an error."""
    text = f"Refused before it reached the server: {reason}"
    if message.get("method") != CALL:
        error = {"code": _REFUSED, "message": text}
        return as_json({"jsonrpc": "2.0", "id": message.get("id"), "error": error}) + b"\n"
    body = {"content": [{"type": "text", "text": text}], "isError": True}
    return as_json({"jsonrpc": "2.0", "id": message.get("id"), "result": body}) + b"\n"


def not_json() -> bytes:
    """Answer a line that is not a message, as a server would."""
    error = {"code": _PARSE_ERROR, "message": "not a JSON-RPC message; it was not passed on"}
    return as_json({"jsonrpc": "2.0", "id": None, "error": error}) + b"\n"


def definitions(tools: Sequence[Any]) -> dict[str, Any]:
    """Return the tools of a listing by name."""
    return {str(tool["name"]): tool for tool in tools if isinstance(tool, dict) and "name" in tool}


def as_json(value: object) -> bytes:
    """Write JSON on one line."""
    return json.dumps(value, separators=(",", ":"), default=str).encode()
