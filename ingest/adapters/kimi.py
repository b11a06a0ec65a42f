"""Wire files of Kimi Code: JSONL, append-only, one operation of a session a line.

`agents/<agent>/wire.jsonl` under the session's folder: the file itself names neither the session nor the agent, its
folders do. What a prompt puts into the context is repeated by `context.append_message` and read once.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, Final

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.values import Call, Ending, Recent, arguments, epoch, one_of, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, Permission, SourceInfo, ToolsDefined, UserTurn

NAME: Final = "kimi-code"
_MAIN = "main"
_SHELL = "Bash"
_WRITERS = frozenset({"Write", "Edit"})
_EXIT = re.compile(r"(?:\A|\n)Command failed with exit code: (-?\d{1,9})\.?\s{0,8}\Z")
_CHILD = re.compile(r"\Aagent_id: ([\w-]{1,80})\n")
_SEAMS = {
    "context.apply_compaction": "compaction",
    "context.undo": "rewind",
    "context.clear": "rewind",
    "turn.cancel": "abort",
}
_BOOKKEEPING = frozenset(
    {
        "background.stop",
        "full_compaction.begin",
        "full_compaction.cancel",
        "full_compaction.complete",
        "goal.clear",
        "goal.create",
        "goal.update",
        "interaction.request",
        "interaction.resolved",
        "interruptionReminder.recorded",
        "llm.request",
        "plan_mode.cancel",
        "plan_mode.enter",
        "plan_mode.exit",
        "plugin.session_start",
        "prompt.accepted",
        "runtime.set_binding",
        "staleGuard.recorded",
        "swarm_mode.enter",
        "swarm_mode.exit",
        "token_counting.measured",
        "token_counting.turn_recorded",
        "tools.register_user_tool",
        "tools.set_active_tools",
        "tools.unregister_user_tool",
        "tools.update_store",
        "usage.record",
    }
)
_MARKS = frozenset({"turn.prompt", "context.append_message", "context.append_loop_event", "llm.tools_snapshot"})


class _Origin(msgspec.Struct):
    kind: str | None = None


class _Message(msgspec.Struct):
    role: str = ""
    content: Any = None
    origin: _Origin | None = None


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None


class _Answer(msgspec.Struct, rename="camel"):
    output: Any = None
    is_error: bool | None = None


class _Event(msgspec.Struct, rename="camel"):
    type: str = ""
    part: _Part | None = None
    tool_call_id: str | None = None
    name: str = ""
    args: Any = None
    description: str | None = None
    result: _Answer | None = None
    finish_reason: str | None = None


class _Tool(msgspec.Struct):
    name: str = ""
    parameters: Any = None


class _Decision(msgspec.Struct):
    decision: str | None = None
    feedback: str | None = None


class _Disclosed(msgspec.Struct):
    cwd: str | None = None


class _Record(msgspec.Struct, rename="camel"):
    type: str = ""
    time: Any = None
    created_at: Any = msgspec.field(default=None, name="created_at")
    input: Any = None
    origin: _Origin | None = None
    message: _Message | None = None
    event: _Event | None = None
    tools: list[_Tool] | str | None = None
    model_alias: str | None = None
    cwd: str | None = None
    environment_disclosure: _Disclosed | None = None
    mode: str | None = None
    tool_call_id: str | None = None
    result: _Decision | None = None


_record_decoder = msgspec.json.Decoder(_Record)


class KimiDecoder(Decoder):
    """Reads one wire file: the session's own, or that of a sub-agent."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._session, agent = _names(source.path, stem)
        self._run = run_id(NAME, self._session, stem, salt)
        self._native, self._parent = self._session, None
        if agent != _MAIN:
            self._native, self._parent = f"{self._session}:{agent}", self._run
            self._run = self._run_of(agent)
        self._told: tuple[str | None, str | None] | None = None
        """Model and working folder, as told."""
        self._calls: Recent[str, Call] = Recent()
        self._refused: Recent[str, bool] = Recent()
        self._speaking = False
        """The agent has spoken or acted since its last turn ended."""

    def _run_of(self, agent: str) -> str:
        return run_id(NAME, f"{self._session}:{agent}", self.stem, self.salt)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _record_decoder.decode(data)
        draft.at(run=self._run, time=epoch(record.time if record.time is not None else record.created_at))
        match record.type:
            case "metadata" | "config.update" | "profile.bind":
                self._begin(record, draft)
            case "turn.prompt":
                self._end_turn(draft, "before")
                self._user(record.input, record.origin, draft)
            case "turn.steer":
                self._user(record.input, record.origin, draft)
            case "context.append_message":
                self._message(record.message or _Message(), draft)
            case "context.append_loop_event":
                self._event(record.event or _Event(), draft)
            case "turn.ended":
                self._end_turn(draft, "end")
            case "permission.record_approval_result":
                self._decided(record, draft)
            case "permission.set_mode":
                draft.add(Permission, 0, decision="mode", mode=record.mode)
            case "llm.tools_snapshot":
                if isinstance(record.tools, list):
                    draft.add(ToolsDefined, 0, tools={tool.name: tool.parameters for tool in record.tools})
            case kind if kind in _SEAMS:
                self._speaking = False
                draft.add(Boundary, "seam", what=_SEAMS[kind])
            case kind if kind not in _BOOKKEEPING:
                draft.unknown = kind or "(no type)"
                return
        draft.bookkeeping = not draft.events

    def _begin(self, record: _Record, draft: Draft) -> None:
        model, cwd = self._told or (None, None)
        disclosed = record.environment_disclosure.cwd if record.environment_disclosure else None
        now = (record.model_alias or model, record.cwd or disclosed or cwd)
        if now == self._told:
            return
        self._told = now
        draft.start(self._native, NAME, model=now[0], cwd=now[1], parent=self._parent)

    def _end_turn(self, draft: Draft, name: str) -> None:
        if self._speaking:
            self._speaking = False
            draft.add(Boundary, name, what="turn_end")

    def _user(self, content: object, origin: _Origin | None, draft: Draft) -> None:
        typed = origin is None or origin.kind in {None, "user"}
        draft.add(UserTurn, 0, text=plain_text(content), synthetic=not typed)

    def _message(self, message: _Message, draft: Draft) -> None:
        """Take what was put into the context beside what was prompted: reminders, and what the program says."""
        if message.role == "user" and message.origin is not None and message.origin.kind != "user":
            draft.add(UserTurn, 0, text=plain_text(message.content), synthetic=True)

    def _event(self, event: _Event, draft: Draft) -> None:
        match event.type:
            case "content.part" if event.part is not None and event.part.type == "text":
                if event.part.text and event.part.text.strip():
                    self._speaking = True
                    draft.add(AgentText, 0, text=event.part.text)
            case "tool.call":
                self._speaking = True
                call_id, args = event.tool_call_id or draft.event_id(0), arguments(event.args)
                self._calls[call_id] = Call(event.name, args)
                draft.call(0, call_id, event.name, args, description=event.description)
            case "tool.result":
                self._result(event.tool_call_id or draft.event_id(0), event.result or _Answer(), draft)
            case "step.end" if event.finish_reason == "end_turn":
                self._end_turn(draft, "end")

    def _decided(self, record: _Record, draft: Draft) -> None:
        decision = record.result or _Decision()
        granted = decision.decision == "approved"
        if not granted and record.tool_call_id:
            self._refused[record.tool_call_id] = True
        draft.add(
            Permission,
            0,
            decision="granted" if granted else "denied",
            by="user",
            call_id=record.tool_call_id,
            reason=decision.feedback,
        )

    def _result(self, call_id: str, answer: _Answer, draft: Draft) -> None:
        call = self._calls.pop(call_id) or Call()
        text = plain_text(answer.output)
        status, code, source = _outcome(call, answer, text)
        if self._refused.pop(call_id) is not None:
            status, code, source = "denied", None, "none"
        child = _CHILD.match(text) if call.tool == "Agent" else None
        facts: Json = {"child_run": self._run_of(child[1])} if child is not None else {}
        draft.result(
            0,
            call_id,
            text,
            status,
            code,
            source,
            files=edited(call.args) if call.tool in _WRITERS and status == "succeeded" else (),
            facts=facts,
            denied_by="user",
        )


def _outcome(call: Call, answer: _Answer, text: str) -> Ending:
    """Return how a call ended; a command's exit code is written only when it is not zero."""
    if answer.is_error:
        found = _EXIT.search(text) if call.tool == _SHELL else None
        return "failed", int(found[1]) if found else None, "text" if found else "none"
    if call.tool != _SHELL:
        return "succeeded", None, "none"
    if call.args.get("run_in_background") is True:
        return "running", None, "none"
    return "succeeded", 0, "implied"


def _names(path: str, stem: str) -> tuple[str, str]:
    """Return the session and the agent that a wire file's folders name; elsewhere, the file's own name."""
    parts = PurePath(path).parts
    if len(parts) >= 4 and parts[-3] == "agents":
        return parts[-4], parts[-2]
    return stem, _MAIN


def recognises(head: Head) -> bool:
    """Tell a wire file by its header, or by operations that no other format has."""
    return any(
        (record.get("type") == "metadata" and "created_at" in record and "protocol_version" in record)
        or (one_of(record.get("type"), _MARKS) and "time" in record)
        for record in head.objects[:8]
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=KimiDecoder)
