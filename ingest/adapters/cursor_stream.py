"""What `cursor-agent -p --output-format stream-json` prints: one JSON object a line, kept by pipelines.

Cursor's own transcripts do not tell what came back from a call; this does. A call is printed when it starts and when it
is completed, under a key that names its tool, `shellToolCall`; the completed one holds one case of a result: `success`,
`failure`, `rejected`, `error` and others. What the agent says comes in pieces, which may be printed whole once more.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Draft, Head, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.printed import PrintedDecoder, PrintedLine
from assure_tui.ingest.adapters.values import Call, Ending, arguments, ended, one_of, plain_text, whole
from assure_tui.ingest.model import Boundary, FileChange, UserTurn

NAME = "cursor-stream"
AGENT = "cursor"
_TYPES = frozenset(
    {"system", "user", "assistant", "thinking", "tool_call", "result", "interaction_query", "connection"}
)
_TOOL = re.compile(r"([A-Za-z]{1,40})ToolCall\Z")
_SHELL, _MCP = "shell", "mcp"
_OPS: dict[str, Literal["create", "edit", "delete"]] = {"write": "create", "edit": "edit", "delete": "delete"}
_WENT, _DENIED = "success", frozenset({"rejected", "permissionDenied"})


class _Message(msgspec.Struct):
    content: Any = None


class _Line(PrintedLine):
    time: Any = msgspec.field(default=None, name="timestamp_ms")
    subtype: str | None = None
    cwd: str | None = None
    message: _Message | None = None
    call_id: str | None = None
    tool_call: Json | None = None
    is_error: bool | None = None
    result: Any = None

    @property
    def text(self) -> str:
        """The text of its message."""
        return plain_text(self.message.content) if self.message is not None else ""


_line_decoder = msgspec.json.Decoder(_Line)


class CursorStreamDecoder(PrintedDecoder[_Line]):
    """Reads what one or more runs printed."""

    agent = AGENT
    adapter = NAME
    types = _TYPES

    def line(self, data: bytes) -> _Line:
        """Decode a line."""
        return _line_decoder.decode(data)

    def piece(self, line: _Line) -> str | None:
        """Return a piece of the agent's words; nothing of a message that is printed whole once more."""
        if line.type != "assistant":
            return None
        return "" if self.said(line.text) else line.text

    def event(self, line: _Line, draft: Draft) -> None:
        """Tell of a line that holds no words of the agent."""
        match line.type:
            case "system" if line.subtype == "init":
                self.begin(line, draft, cwd=line.cwd)
            case "user" if line.message is not None:
                draft.add(UserTurn, 0, text=line.text)
            case "tool_call" if line.subtype == "started":
                self._called(line, draft)
            case "tool_call" if line.subtype == "completed":
                self._answered(line, draft)
            case "result":
                failed = line.is_error is True or line.subtype not in {None, "success"}
                detail = line.result if failed and isinstance(line.result, str) else None
                draft.add(Boundary, "end", what="api_error" if failed else "turn_end", detail=detail)

    def _called(self, line: _Line, draft: Draft) -> None:
        call_id, call = line.call_id or draft.event_id(0), _call(line.tool_call or {})
        self.calls[call_id] = call
        draft.call(0, call_id, call.tool, call.args, mcp_server=call.server)

    def _answered(self, line: _Line, draft: Draft) -> None:
        call_id, now = line.call_id or draft.event_id(0), _call(line.tool_call or {})
        call = self.calls.pop(call_id)
        if call is None:
            call = now
            draft.call("call", call_id, call.tool, call.args, mcp_server=call.server)
        case, told = _result(line.tool_call or {})
        status, code, source = _outcome(call.tool, case, told)
        draft.result(
            0,
            call_id,
            _text(told),
            status,
            code,
            source,
            files=_files(call, told) if status == "succeeded" else (),
            denied_by="user",
        )


def _named(tool_call: Json) -> tuple[str, Json]:
    """Return the tool that a call is for, and what is told of it: the key that names it is one of a closed list."""
    for key, body in tool_call.items():
        found = _TOOL.match(key)
        if found is not None and isinstance(body, dict):
            return found[1], body
    body = tool_call.get("function")
    return (str(body.get("name") or ""), {"args": body.get("arguments")}) if isinstance(body, dict) else ("", {})


def _call(tool_call: Json) -> Call:
    tool, body = _named(tool_call)
    args = arguments(body.get("args"))
    if tool == _MCP and isinstance(args.get("toolName"), str):
        server = args.get("serverIdentifier") or args.get("providerIdentifier")
        return Call(args["toolName"], arguments(args.get("args")), server if isinstance(server, str) else None)
    return Call(tool, args)


def _result(tool_call: Json) -> tuple[str, Any]:
    """Return the case of a call's result, and what it holds; no case is that nothing is known."""
    result = _named(tool_call)[1].get("result", tool_call.get("result"))
    if not isinstance(result, dict):
        return "", result
    return next(((str(case), told) for case, told in result.items()), ("", None))


def _outcome(tool: str, case: str, told: object) -> Ending:
    facts = told if isinstance(told, dict) else {}
    code = whole(facts.get("exitCode"))
    if case in _DENIED:
        return "denied", None, "none"
    if code is not None:
        return ended(code)
    if case != _WENT:
        return "failed" if case else "unknown", None, "none"
    if facts.get("isError") is True:
        return "failed", None, "none"
    return "unknown" if tool == _SHELL else "succeeded", None, "none"


def _text(told: object) -> str:
    """Return what a result shows: what a command printed, a file's content, or else all of it."""
    if isinstance(told, str):
        return told
    if not isinstance(told, dict):
        return ""
    printed = [told[name] for name in ("stdout", "stderr") if isinstance(told.get(name), str) and told[name]]
    if printed or "stdout" in told:
        return "\n".join(printed)
    for name in ("content", "errorMessage", "reason", "error", "output", "message"):
        if text := plain_text(told.get(name)):
            return text
    return msgspec.json.encode(told).decode() if told else ""


def _files(call: Call, told: object) -> tuple[FileChange, ...]:
    """Return the file that a call changed, with its hunks where the result has them."""
    if call.tool not in _OPS or call.server is not None:
        return ()
    changes = edited(call.args, _OPS[call.tool])
    diff = told.get("diffString") if isinstance(told, dict) else None
    if not changes or not isinstance(diff, str) or "@@" not in diff:
        return changes
    return (msgspec.structs.replace(changes[0], diff=diff[diff.index("@@") :]),)


def recognises(head: Head) -> bool:
    """Tell a stream by a call of its kind, or by how it begins."""
    records = head.objects[:16]
    if any(record.get("type") == "tool_call" and isinstance(record.get("tool_call"), dict) for record in records):
        return True
    return any(
        record.get("type") == "system"
        and record.get("subtype") == "init"
        and "apiKeySource" in record
        and "permissionMode" in record
        and "tools" not in record
        and "uuid" not in record
        for record in records[:2]
    ) and all(one_of(record.get("type"), _TYPES) for record in records)


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=CursorStreamDecoder)
