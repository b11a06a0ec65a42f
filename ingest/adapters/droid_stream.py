"""What `droid exec --output-format stream-json` prints: one JSON object a line, kept by pipelines.

Unlike Droid's session files it holds no blocks: what was said, called and returned stands in a record of its own each.
Two vintages are read: the session is `session_id` or `sessionId`, a call's id `toolCallId` or `id`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.droid import files_of, outcome
from assure_tui.ingest.adapters.values import Call, Ending, Recent, arguments, ended, epoch, one_of, plain_text, whole
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, SourceInfo, UserTurn

NAME = "droid-stream"
AGENT = "droid"
_TYPES = frozenset({"system", "message", "reasoning", "tool_call", "tool_result", "completion", "error"})
_REMINDER = re.compile(r"\A\s{0,8}<system-(reminder|notification)>.{0,100000}?</system-\1>\s{0,8}", re.DOTALL)
"""What the program put before the words that a person typed."""


class _Line(msgspec.Struct):
    type: str = ""
    session: str | None = msgspec.field(default=None, name="session_id")
    camel_session: str | None = msgspec.field(default=None, name="sessionId")
    timestamp: Any = None
    id: Any = None
    model: str | None = None
    cwd: str | None = None
    role: str | None = None
    text: str | None = None
    call: str | None = msgspec.field(default=None, name="toolCallId")
    tool: str | None = msgspec.field(default=None, name="toolName")
    tool_id: str | None = msgspec.field(default=None, name="toolId")
    parameters: Any = None
    failed: bool | None = msgspec.field(default=None, name="isError")
    value: Any = None
    final: str | None = msgspec.field(default=None, name="finalText")
    message: Any = None


_line_decoder = msgspec.json.Decoder(_Line)


class DroidStreamDecoder(Decoder):
    """Reads what one or more runs printed."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._native = ""
        self._run = run_id(AGENT, stem, stem, salt)
        self._calls: Recent[str, Call] = Recent()
        self._said = ""
        """What the agent said last: the end of a run repeats it."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = _line_decoder.decode(data)
        native = line.session or line.camel_session or self._native or self.stem
        begins = native != self._native
        if begins:
            self._native, self._said = native, ""
            self._run = run_id(AGENT, native, self.stem, self.salt)
        draft.at(run=self._run, time=epoch(line.timestamp))
        if begins or line.type == "system":
            draft.start(native, AGENT, NAME, model=line.model, cwd=line.cwd)
        if line.type in _TYPES:
            self._event(line, draft)
        else:
            draft.unknown = line.type or "(no type)"
        draft.bookkeeping = not draft.events and draft.unknown is None

    def _event(self, line: _Line, draft: Draft) -> None:
        match line.type:
            case "message" if line.role == "user":
                self._asked(line.text or "", draft)
            case "message" if line.role == "assistant":
                self._says(line.text or "", draft, 0)
            case "message":
                draft.unknown = f"message {line.role}"
            case "tool_call":
                call = Call(line.tool or line.tool_id or "", arguments(line.parameters))
                call_id = _call_id(line, draft)
                self._calls[call_id] = call
                draft.call(0, call_id, call.tool, call.args)
            case "tool_result":
                self._answered(line, draft)
            case "completion":
                self._says(line.final or "", draft, 0)
                draft.add(Boundary, "end", what="turn_end")
                self._said = ""
            case "error":
                told = line.message if isinstance(line.message, str) else None
                draft.add(Boundary, "end", what="api_error", detail=told)

    def _asked(self, text: str, draft: Draft) -> None:
        found = _REMINDER.match(text)
        if found is not None:
            draft.add(UserTurn, "reminder", text=found[0].strip(), synthetic=True)
            text = text[found.end() :]
        if text.strip():
            draft.add(UserTurn, 0, text=text)
        self._said = ""

    def _says(self, text: str, draft: Draft, block: int) -> None:
        if text.strip() and text.strip() != self._said:
            draft.add(AgentText, block, text=text)
            self._said = text.strip()

    def _answered(self, line: _Line, draft: Draft) -> None:
        call_id = _call_id(line, draft)
        call = self._calls.pop(call_id) or Call(line.tool_id or "")
        text = _text(line.value)
        status, code, source = _outcome(call.tool, line, text)
        draft.result(0, call_id, text, status, code, source, files=files_of(call) if status == "succeeded" else ())


def _call_id(line: _Line, draft: Draft) -> str:
    named = line.call or line.id
    return named if isinstance(named, str) and named else draft.event_id(0)


def _outcome(tool: str, line: _Line, text: str) -> Ending:
    code = whole(line.value.get("exitCode")) if isinstance(line.value, dict) else None
    return outcome(tool, text, failed=line.failed is True) if code is None else ended(code)


def _text(value: object) -> str:
    if not isinstance(value, dict):
        return plain_text(value)
    printed = [value[name] for name in ("stdout", "stderr") if isinstance(value.get(name), str) and value[name]]
    return "\n".join(printed) if printed or "stdout" in value else msgspec.json.encode(value).decode()


def recognises(head: Head) -> bool:
    """Tell a stream by a record that only it has, among nothing but records of its types, which name their session."""
    records = head.objects[:16]
    return (
        bool(records)
        and all(
            one_of(record.get("type"), _TYPES)
            and (isinstance(record.get("session_id"), str) or isinstance(record.get("sessionId"), str))
            for record in records
        )
        and any(
            (record["type"] == "tool_call" and isinstance(record.get("toolName"), str) and "parameters" in record)
            or (record["type"] == "completion" and "finalText" in record)
            or (record["type"] == "message" and isinstance(record.get("text"), str) and "role" in record)
            or (record["type"] == "system" and "reasoning_effort" in record)
            for record in records
        )
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=DroidStreamDecoder)
