"""What `claude -p --output-format stream-json` prints: JSON Lines, as pipelines keep them.

The messages are those of a session file, in an envelope of their own: no times, the folder only in the first line, and
`parent_tool_use_id` on what a sub-agent said. The prompt stands in the command line and not in here. A `result` ends a
turn; its text is that of the last message.
"""

from __future__ import annotations

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Draft, Head
from assure_tui.ingest.adapters.claude.decode import ClaudeDecoder
from assure_tui.ingest.adapters.claude.wire import Message, Record
from assure_tui.ingest.adapters.values import epoch, one_of
from assure_tui.ingest.model import Boundary, SourceInfo

NAME = "claude-stream"
_MESSAGES = frozenset({"assistant", "user"})
_BOOKKEEPING = frozenset(
    {
        "auth_status",
        "control_cancel_request",
        "control_request",
        "control_response",
        "keep_alive",
        "prompt_suggestion",
        "rate_limit_event",
        "stream_event",
        "tool_progress",
        "tool_use_summary",
    }
)
_SYSTEM_BOOKKEEPING = frozenset(
    {
        "files_persisted",
        "hook_progress",
        "hook_response",
        "hook_started",
        "status",
        "task_notification",
        "task_progress",
        "task_started",
    }
)


class _Line(msgspec.Struct):
    type: str = ""
    subtype: str | None = None
    uuid: str | None = None
    session_id: str | None = None
    timestamp: str | float | None = None
    cwd: str | None = None
    model: str | None = None
    version: str | None = msgspec.field(default=None, name="claude_code_version")
    permission_mode: str | None = msgspec.field(default=None, name="permissionMode")
    message: Message | str | None = None
    parent_tool_use_id: str | None = None
    tool_use_result: msgspec.Raw = msgspec.Raw()
    synthetic: bool | None = msgspec.field(default=None, name="isSynthetic")


_line_decoder = msgspec.json.Decoder(_Line)


class StreamDecoder(ClaudeDecoder):
    """Reads what one or more sessions printed."""

    adapter = NAME

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._first: _Line = _Line()
        """The line that the session began with."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = _line_decoder.decode(data)
        kind = (line.type, line.subtype)
        if line.type in _MESSAGES:
            self._enveloped(self._record(line), draft)
        elif kind == ("system", "init"):
            self._begin(line, draft)
        elif line.type == "result":
            self._end(line, draft)
        elif line.type in _BOOKKEEPING or (line.type == "system" and one_of(line.subtype, _SYSTEM_BOOKKEEPING)):
            draft.bookkeeping = True
        elif line.type == "system":
            self._enveloped(self._record(line), draft)
        else:
            draft.unknown = line.type or "(no type)"

    def _record(self, line: _Line) -> Record:
        """Return a line as the record of a session file that it would be."""
        return Record(
            type=line.type,
            subtype=line.subtype,
            uuid=line.uuid,
            session_id=line.session_id,
            timestamp=line.timestamp,
            cwd=line.cwd or self._first.cwd,
            version=line.version or self._first.version,
            is_sidechain=line.parent_tool_use_id is not None,
            agent_id=line.parent_tool_use_id,
            is_meta=line.synthetic,
            message=line.message,
            tool_use_result=line.tool_use_result,
            permission_mode=line.permission_mode,
        )

    def _begin(self, line: _Line, draft: Draft) -> None:
        self._first = line
        record = self._record(line)
        draft.at(key=line.uuid, run=self._run(record), time=epoch(line.timestamp))
        self._tell(record, Message(model=line.model), draft)
        self._mode(record, draft)
        draft.bookkeeping = not draft.events

    def _end(self, line: _Line, draft: Draft) -> None:
        draft.at(key=line.uuid, run=self._run(self._record(line)), time=epoch(line.timestamp))
        if line.subtype not in {None, "success"}:
            draft.add(Boundary, "stop", what="abort", detail=line.subtype)
        self._end_turn(draft)
        draft.bookkeeping = not draft.events

    def _started_by(self, record: Record, message: Message) -> str | None:
        """Name the call that started a sub-agent: its lines carry it."""
        del message
        return record.agent_id


def recognises(head: Head) -> bool:
    """Tell a stream by its first line, or by messages that say whose they are."""
    return any(
        isinstance(record.get("session_id"), str)
        and (
            (record.get("type") == "system" and record.get("subtype") == "init")
            or (one_of(record.get("type"), _MESSAGES) and "parent_tool_use_id" in record and "message" in record)
        )
        for record in head.objects[:8]
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=StreamDecoder)
