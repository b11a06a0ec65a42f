"""The `assure` format: JSON Lines that any agent can append to, described in ASSURE.md beside this file."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.values import arguments, epoch, plain_text, shallow
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    ExternalEffect,
    FileChange,
    ResultStatus,
    SourceInfo,
    ToolsDefined,
    UserTurn,
)

NAME = "assure"
FORMAT = "assure/1"


class _File(msgspec.Struct):
    path: str
    op: Literal["create", "edit", "delete", "rename", "read"] = "edit"
    diff: str | None = None
    new_path: str | None = None


class _Record(msgspec.Struct):
    """A line of any type."""

    type: str = ""
    id: str | None = None
    time: Any = None
    format: str | None = None
    agent: str | None = None
    agent_version: str | None = None
    model: str | None = None
    cwd: str | None = None
    branch: str | None = None
    parent: str | None = None
    parent_call: str | None = None
    tools: Any = None
    text: Any = None
    call_id: str | None = None
    tool: str | None = None
    args: Any = None
    description: str | None = None
    status: ResultStatus | None = None
    exit_code: int | None = None
    truncated: bool = False
    files: list[_File] = []
    kind: str | None = None


_record_decoder = msgspec.json.Decoder(_Record)


class AssureDecoder(Decoder):
    """Reads one file; a `session` line begins a run, and what follows belongs to it."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._run = run_id(NAME, stem, stem, salt)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _record_decoder.decode(data)
        if record.type == "session":
            self._session(record, draft)
            return
        draft.at(key=record.id, run=self._run, time=epoch(record.time))
        call_id = record.call_id or draft.event_id(0)
        text = plain_text(record.text)
        match record.type:
            case "user":
                draft.add(UserTurn, 0, text=text)
            case "agent":
                draft.add(AgentText, 0, text=text)
            case "report":
                draft.add(AgentText, 0, text=text, channel="report")
                draft.add(Boundary, "end", what="turn_end")
            case "tool_call":
                draft.call(0, call_id, record.tool or "", arguments(record.args), description=record.description)
            case "tool_result":
                self._result(record, call_id, text, draft)
            case "effect":
                draft.add(
                    ExternalEffect,
                    0,
                    kind=record.kind or "",
                    status=record.status or "unknown",
                    args=arguments(record.args),
                    call_id=record.call_id,
                )
            case "tools" if isinstance(record.tools, dict) and shallow(record.tools):
                draft.add(ToolsDefined, "tools", tools=record.tools)
            case kind:
                draft.unknown = kind or "(no type)"

    def _session(self, record: _Record, draft: Draft) -> None:
        native = record.id or self.stem
        self._run = run_id(NAME, native, native, self.salt)  # a child in another file names only its parent's id
        draft.at(run=self._run, time=epoch(record.time))
        draft.start(
            native,
            record.agent or NAME,
            NAME,
            agent_version=record.agent_version,
            model=record.model,
            cwd=record.cwd,
            branch=record.branch,
            parent=run_id(NAME, record.parent, record.parent) if record.parent else None,
            parent_call=record.parent_call,
        )
        if isinstance(record.tools, dict) and record.tools and shallow(record.tools):
            draft.add(ToolsDefined, "tools", tools=record.tools)

    def _result(self, record: _Record, call_id: str, text: str, draft: Draft) -> None:
        status = record.status
        if status is None:
            status = "unknown" if record.exit_code is None else "succeeded" if record.exit_code == 0 else "failed"
        draft.result(
            0,
            call_id,
            text,
            status,
            record.exit_code,
            truncated=record.truncated,
            files=tuple(
                FileChange(path=file.path, op=file.op, diff=file.diff, new_path=file.new_path) for file in record.files
            ),
        )


def recognises(head: Head) -> bool:
    """Tell the format by a `session` line that names it."""
    return any(record.get("type") == "session" and record.get("format") == FORMAT for record in head.objects)


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=AssureDecoder)
