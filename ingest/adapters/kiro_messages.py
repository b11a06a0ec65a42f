"""Sessions of Kiro since its third form, of its CLI and its editor: `messages.jsonl` in a folder of each session's own.

A record has an id, a time and a payload with its type. Calls and answers are records of their own, and a command's exit
code is the last line of its answer. Where the session ran and with which model stands in a file beside it, which is not
read. Folders below a session's own hold copies of it, which are no sessions.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, Final

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.kiro import NAME
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, one_of
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, ResultStatus, SourceInfo, UserTurn

FILE: Final = "messages"
_SESSION: Final = "sess_"
_QUIET: Final = frozenset(
    {
        "ContextualHookInvoked",
        "informational",
        "interaction_resolved",
        "pending_interaction",
        "session_event",
        "session_metadata",
        "turn_start",
        "usage_summary",
    }
)
_TALK: Final = frozenset({"assistant", "session_start", "tool_call", "turn_start", "user"})
_REFUSED: Final = frozenset({"cancelled", "denied", "rejected"})
_ENDS: Final = {"cancelled": "abort", "aborted": "abort", "error": "api_error", "failed": "api_error"}
_EXIT: Final = re.compile(r"(?:\A|\n)Exit Code: (-?\d{1,9})\s{0,8}\Z")


class _Payload(msgspec.Struct, rename="camel"):
    type: str = ""
    content: Any = None
    operation_type: str | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    args: Any = None
    status: str | None = None
    success: bool | None = None
    stop_reason: str | None = None
    sub_session_id: str | None = None
    sub_agent_name: str | None = None
    prompt: str | None = None
    response: Any = None
    kind: str | None = None


class _Record(msgspec.Struct):
    id: str | None = None
    timestamp: str | float | None = None
    payload: _Payload | None = None


_decoder = msgspec.json.Decoder(_Record)


class KiroMessagesDecoder(Decoder):
    """Reads one session."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        folder = PurePath(source.path).parent.name
        self._native = folder if stem == FILE and folder else stem
        self._run = run_id(NAME, self._native, self._native, salt)
        self._begun = False
        self._ids: Recent[str, None] = Recent()
        """Ids of records: one that comes again is another record's, and takes no event's place."""
        self._calls: Recent[str, bool] = Recent()
        """Calls that were made, and whether each is a command."""
        self._refused: Recent[str, bool] = Recent()

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _decoder.decode(data)
        payload = record.payload or _Payload()
        draft.at(run=self._run, key=self._ids.fresh(record.id, None), time=epoch(record.timestamp))
        if not self._begun:
            self._begun = True
            draft.start(self._native, NAME)
        said = _text(payload.content)
        match payload.type:
            case "user":
                if said:
                    draft.add(UserTurn, 0, text=said)
            case "assistant":
                self._spoke(payload, said, draft)
            case "tool_call":
                self._call(payload, draft)
            case "tool_result":
                self._result(payload, said, draft)
            case "sub_agent_start" | "sub_agent_complete":
                self._delegated(payload, draft)
            case "turn_end":
                draft.add(Boundary, "end", what=_ENDS.get(payload.stop_reason or "", "turn_end"))
            case "session_start" | "steering_inclusion":
                if said:
                    draft.add(UserTurn, 0, text=said, synthetic=True, system=payload.type == "session_start")
            case "tombstone":
                draft.add(Boundary, "seam", what="compaction" if payload.kind == "summarization" else "rewind")
            case kind if kind not in _QUIET:
                draft.unknown = kind or "(no type)"
        draft.bookkeeping = not draft.events

    def _spoke(self, payload: _Payload, said: str, draft: Draft) -> None:
        match payload.operation_type:
            case "Say" | None if said:
                draft.add(AgentText, 0, text=said)
            case "Summary" if said:
                draft.add(UserTurn, 0, text=said, synthetic=True)
            case "Say" | "Summary" | "Reasoning" | None:
                pass
            case kind:
                draft.unknown = f"assistant {kind}"

    def _call(self, payload: _Payload, draft: Draft) -> None:
        call_id = payload.tool_call_id or draft.event_id(0)
        if one_of(payload.status, _REFUSED):
            self._refused[call_id] = True
        if call_id not in self._calls:
            args = arguments(payload.args)
            self._calls[call_id] = isinstance(args.get("command"), str)
            draft.call(0, call_id, payload.tool_name or "", args)
        if call_id in self._refused:
            denied: dict[str, Any] = {"denied_by": "user"}
            draft.result("result", call_id, "", "denied", facts=denied)

    def _result(self, payload: _Payload, said: str, draft: Draft) -> None:
        call_id = payload.tool_call_id or draft.event_id(0)
        found = _EXIT.search(said[-200:]) if self._calls.get(call_id) else None
        code = int(found[1]) if found else None
        status: ResultStatus = "unknown"
        if call_id in self._refused:
            status = "denied"
        elif payload.success is False or code:
            status = "failed"
        elif payload.success and (code is not None or not self._calls.get(call_id)):
            status = "succeeded"
        draft.result(0, call_id, said, status, code, "text")

    def _delegated(self, payload: _Payload, draft: Draft) -> None:
        child = payload.sub_session_id or draft.event_id(0)
        if payload.type == "sub_agent_start":
            args = {"name": payload.sub_agent_name, "prompt": payload.prompt}
            draft.call(0, child, "subagent", arguments(args))
            return
        status: ResultStatus = "failed" if payload.success is False else "succeeded"
        facts: dict[str, Any] = {"child_run": run_id(NAME, child, child)}
        draft.result(0, child, _text(payload.response), status, facts=facts)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def recognises(head: Head) -> bool:
    """Tell a session by its first records; what lies in folders below a session's is a copy of it."""
    above = head.path.parent.parent.parts
    if any(name.startswith(_SESSION) for name in above) and not head.path.parent.name.startswith(_SESSION):
        return False
    payloads = [record["payload"] for record in head.objects[:8] if isinstance(record.get("payload"), dict)]
    return any(
        one_of(payload.get("type"), _TALK)
        and ("operationType" in payload or "executionId" in payload or "toolCallId" in payload or "content" in payload)
        for payload in payloads
    ) and not any("ordinal" in record or "type" in record for record in head.objects[:8])


ADAPTER = Adapter(
    name=NAME,
    discipline="append",
    complete=True,
    recognises=recognises,
    decoder=KiroMessagesDecoder,
    parts=("..",),
)
