"""What `gemini -p --output-format stream-json` prints: JSON Lines, as pipelines keep them.

The agent's words come in pieces, one a line; they are told whole with the line that ends them. Of a command only what
the screen showed is printed: a status of `success` says that it could be run, and not how it ended.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Draft, Head
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.function_response import answer_of
from assure_tui.ingest.adapters.printed import PrintedDecoder, PrintedLine
from assure_tui.ingest.adapters.values import Call, arguments, one_of
from assure_tui.ingest.model import Boundary, UserTurn

NAME = "gemini-stream"
AGENT = "gemini-cli"
_SHELL = "run_shell_command"
_WRITERS = frozenset({"replace", "write_file"})
_TYPES = frozenset({"init", "message", "tool_use", "tool_result", "error", "result"})


class _Line(PrintedLine):
    time: Any = msgspec.field(default=None, name="timestamp")
    role: str | None = None
    content: str | None = None
    tool_name: str = ""
    tool_id: str | None = None
    parameters: Any = None
    status: str | None = None
    output: Any = None
    error: Any = None
    message: str | None = None


_line_decoder = msgspec.json.Decoder(_Line)


class GeminiStreamDecoder(PrintedDecoder[_Line]):
    """Reads what one or more runs printed."""

    agent = AGENT
    adapter = NAME
    types = _TYPES

    def line(self, data: bytes) -> _Line:
        """Decode a line."""
        return _line_decoder.decode(data)

    def piece(self, line: _Line) -> str | None:
        """Return a piece of the agent's words."""
        return line.content or "" if line.type == "message" and line.role == "assistant" else None

    def event(self, line: _Line, draft: Draft) -> None:
        """Tell of a line that holds no words of the agent."""
        match line.type:
            case "init":
                self.begin(line, draft)
            case "message":
                draft.add(UserTurn, 0, text=line.content or "")
            case "tool_use":
                call_id, args = line.tool_id or draft.event_id(0), arguments(line.parameters)
                self.calls[call_id] = Call(line.tool_name, args)
                draft.call(0, call_id, line.tool_name, args)
            case "tool_result":
                self._result(line, draft)
            case "error":
                draft.add(Boundary, 0, what="api_error", detail=line.message)
            case _:
                draft.add(Boundary, "end", what="turn_end")

    def _result(self, line: _Line, draft: Draft) -> None:
        call_id = line.tool_id or draft.event_id(0)
        call = self.calls.pop(call_id) or Call()
        failed = line.error.get("message") if isinstance(line.error, dict) else None
        answer = answer_of(call.tool, line.status, None, line.output if isinstance(line.output, str) else failed)
        if call.tool == _SHELL and answer.exit_source == "implied":
            answer = answer._replace(status="unknown", exit_code=None, exit_source="none")
        files = edited(call.args) if call.tool in _WRITERS and answer.status == "succeeded" else ()
        draft.result(0, call_id, *answer, files=files)


def recognises(head: Head) -> bool:
    """Tell a stream by its first line."""
    return any(
        record.get("type") == "init" and isinstance(record.get("session_id"), str) and "model" in record
        for record in head.objects[:4]
    ) and any(one_of(record.get("type"), _TYPES) and "timestamp" in record for record in head.objects[:4])


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=GeminiStreamDecoder)
