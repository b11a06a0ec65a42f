"""Qwen Code session files: JSONL, append-only, one record a line.

The envelope is like Claude Code's, the messages are like Gemini's: parts of text, `functionCall`, `functionResponse`.
What the user typed stands in `systemPayload.displayText`; the message may hold context that hooks put beside it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.function_response import RESPONSE, answer_of, files_of
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, one_of
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, SourceInfo, UserTurn

NAME = "qwen-code"
_TYPES = frozenset({"user", "assistant", "tool_result", "system"})
_TYPED = frozenset({None, "mid_turn_user_message"})
"""Subtypes of records in the user's role that hold what a person typed."""
_CONTEXT = "<qwen:"
"""How a part begins that a hook put beside what the user typed."""
_SEAMS = {"chat_compression": "compaction", "rewind": "rewind", "turn_result": "turn_end"}


class _Call(msgspec.Struct):
    id: str | None = None
    name: str = ""
    args: Any = None


class _Part(msgspec.Struct):
    text: str | None = None
    thought: bool | None = None
    call: _Call | None = msgspec.field(default=None, name="functionCall")
    response: Any = msgspec.field(default=None, name=RESPONSE)


class _Message(msgspec.Struct):
    parts: list[_Part] = []


class _Outcome(msgspec.Struct, rename="camel"):
    call_id: str | None = None
    status: str | None = None
    result_display: Any = None


class _Record(msgspec.Struct, rename="camel"):
    type: str = ""
    subtype: str | None = None
    session_id: str | None = None
    timestamp: Any = None
    cwd: str | None = None
    version: str | None = None
    git_branch: str | None = None
    model: str | None = None
    agent_id: str | None = None
    is_sidechain: bool | None = None
    forked_from: Any = None
    message: _Message | None = None
    tool_call_result: _Outcome | None = None
    system_payload: Any = None


_record_decoder = msgspec.json.Decoder(_Record)


class QwenDecoder(Decoder):
    """Reads one session file."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._calls: Recent[str, _Call] = Recent()
        self._known: Recent[str, tuple[str | None, str | None]] = Recent()
        """Model and working folder of each run, as told."""
        self._speaking = False
        """The agent has spoken or acted since the user last did."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _record_decoder.decode(data)
        if record.type not in _TYPES:
            draft.unknown = record.type or "(no type)"
            return
        self._begin(record, draft)
        parts = record.message.parts if record.message is not None else []
        match record.type:
            case "user":
                self._user(record, parts, draft)
            case "assistant":
                self._agent(parts, draft)
            case "tool_result":
                self._result(record, parts, draft)
            case _ if record.subtype in _SEAMS:
                self._speaking = False
                draft.add(Boundary, "seam", what=_SEAMS[record.subtype])
        draft.bookkeeping = not draft.events

    def _begin(self, record: _Record, draft: Draft) -> None:
        """Set the run of a record, and tell of what is new about it."""
        session = record.session_id or self.stem
        run, native = run_id(NAME, session, session, self.salt), session
        parent = None
        if record.is_sidechain and record.agent_id:
            parent, native = run, f"{session}:{record.agent_id}"
            run = run_id(NAME, native, native, self.salt)
        draft.at(run=run, time=epoch(record.timestamp))
        before = self._known.get(run)
        model, cwd = before or (None, None)
        now = (record.model or model, record.cwd or cwd)
        if now == before:
            return
        self._known[run] = now
        origin = record.forked_from if isinstance(record.forked_from, str) else None
        draft.start(
            native,
            NAME,
            agent_version=record.version,
            model=now[0],
            cwd=now[1],
            branch=record.git_branch,
            parent=parent,
            forked_from=run_id(NAME, origin, origin) if origin else None,
        )

    def _user(self, record: _Record, parts: list[_Part], draft: Draft) -> None:
        typed = record.subtype in _TYPED
        if typed and self._speaking:
            self._speaking = False
            draft.add(Boundary, "before", what="turn_end")
        shown = _shown(record.system_payload) if typed else None
        if shown:
            draft.add(UserTurn, 0, text=shown)
        for index, part in enumerate(parts):
            if part.text and (not shown or part.text.startswith(_CONTEXT)):
                beside = not typed or part.text.startswith(_CONTEXT)
                draft.add(UserTurn, f"{index}.part", text=part.text, synthetic=beside)

    def _agent(self, parts: list[_Part], draft: Draft) -> None:
        for index, part in enumerate(parts):
            if part.call is not None:
                call_id = part.call.id or draft.event_id(index)
                self._calls[call_id] = part.call
                args = arguments(part.call.args)
                draft.call(index, call_id, part.call.name, args)
            elif part.text and part.text.strip() and not part.thought:
                draft.add(AgentText, index, text=part.text)
        self._speaking = self._speaking or bool(draft.events)

    def _result(self, record: _Record, parts: list[_Part], draft: Draft) -> None:
        outcome = record.tool_call_result or _Outcome()
        responses = [part.response for part in parts if isinstance(part.response, dict)]
        named = next((response.get("id") for response in responses if isinstance(response.get("id"), str)), None)
        call_id = outcome.call_id or named or draft.event_id(0)
        call = self._calls.pop(call_id) or _Call()
        shown = outcome.result_display
        answer = answer_of(call.name, outcome.status, [{RESPONSE: response} for response in responses], shown)
        files = files_of(call.args, shown) if answer.status == "succeeded" else ()
        draft.result(0, call_id, *answer, files=files)


def _shown(payload: object) -> str | None:
    """Return what the user typed, where the record says so."""
    shown = payload.get("displayText") if isinstance(payload, dict) else None
    return shown if isinstance(shown, str) else None


def recognises(head: Head) -> bool:
    """Tell a session file by its envelope around messages of parts."""
    return any(
        one_of(record.get("type"), _TYPES)
        and isinstance(record.get("sessionId"), str)
        and "uuid" in record
        and ("systemPayload" in record or (isinstance(message := record.get("message"), dict) and "parts" in message))
        for record in head.objects
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=QwenDecoder)
