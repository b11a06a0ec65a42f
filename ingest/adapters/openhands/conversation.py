"""Version 1 of OpenHands: events, each of a kind of its own, in which calls and results share the model's call id.

A command's exit code is a field of the observation. It is missing where the command was refused by its tool, and where
it ran on after its time was up.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Draft, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.openhands.wire import NAME, TYPED, Event, Part, State
from assure_tui.ingest.adapters.values import Ending, Recent, arguments, ended, epoch, plain_text, replaced, whole
from assure_tui.ingest.model import AgentText, Boundary, FileChange, UserTurn

_NO_COMMAND = -1
"""The exit code of a command that did not end."""
_FINISH, _THINK = "FinishAction", "ThinkAction"
_MCP = "MCPToolAction"
_QUIET = frozenset({"FinishObservation", "ThinkObservation"})
_SEAMS = {
    "PauseEvent": "abort",
    "InterruptEvent": "abort",
    "Condensation": "compaction",
    "CondensationSummaryEvent": "compaction",
    "ConversationErrorEvent": "api_error",
}
_BOOKKEEPING = frozenset(
    {
        *("ConversationStateUpdateEvent", "HookExecutionEvent", "CondensationRequest", "LLMCompletionLogEvent"),
        *("TokenEvent", "StreamingDeltaEvent"),
    }
)
_THOUGHT = ("<think>", "</think>")


class Conversation:
    """One conversation in the reading."""

    def __init__(self, run: str, native: str, state: State | None = None) -> None:
        self._run = run
        self._native = native
        self._state = state or State()
        self._calls: Recent[str, Json] = Recent()
        """Arguments of open calls, under their id."""

    def start(self, draft: Draft) -> None:
        """Tell of the conversation itself."""
        draft.at(run=self._run)
        agent, place = self._state.agent, self._state.workspace
        draft.start(
            self._native,
            NAME,
            model=agent.llm.model if agent is not None and agent.llm is not None else None,
            cwd=place.working_dir if place is not None else None,
        )

    def event(self, event: Event, draft: Draft) -> None:
        """Turn one event into events of the model."""
        draft.at(key=event.id, run=self._run, time=epoch(event.timestamp))
        match event.kind:
            case "SystemPromptEvent":
                text = event.system_prompt.text if event.system_prompt is not None else None
                draft.add(UserTurn, 0, text=text or "", synthetic=True, system=True)
            case "MessageEvent":
                self._message(event, draft)
            case "ActionEvent":
                self._action(event, draft)
            case "ObservationEvent":
                self._observed(event, event.observation or {}, draft)
            case "UserRejectObservation":
                self._refused(event, draft)
            case "AgentErrorEvent":
                call_id = event.tool_call_id or draft.event_id(0)
                draft.result(0, call_id, event.error or "", "failed")
            case kind if kind in _SEAMS:
                draft.add(Boundary, "seam", what=_SEAMS[kind], detail=event.detail)
            case kind if kind not in _BOOKKEEPING:
                draft.unknown = kind or "(no kind)"

    def _message(self, event: Event, draft: Draft) -> None:
        words = _text(event.llm_message.content) if event.llm_message is not None else ""
        if event.source != "agent":
            draft.add(UserTurn, 0, text=words, synthetic=event.source != "user")
            return
        if words := _aloud(words):
            draft.add(AgentText, 0, text=words, channel="final")
        draft.add(Boundary, "end", what="turn_end")

    def _action(self, event: Event, draft: Draft) -> None:
        action = event.action
        kind = action.get("kind") if action is not None else None
        if words := _aloud(_text(event.thought)):
            draft.add(AgentText, 0, text=words, channel="final" if kind == _FINISH else "commentary")
        if kind == _FINISH and action is not None:
            message = action.get("message")
            if isinstance(message, str) and message.strip():
                draft.add(AgentText, 1, text=message, channel="final")
            draft.add(Boundary, "end", what="turn_end")
        elif kind != _THINK:
            call_id, (tool, args) = event.tool_call_id or draft.event_id(1), _call(event, action)
            self._calls[call_id] = args
            draft.call(1, call_id, tool, args, description=event.summary)

    def _observed(self, event: Event, seen: Json, draft: Draft) -> None:
        if seen.get("kind") in _QUIET:
            return
        call_id = event.tool_call_id or draft.event_id(0)
        args = self._calls.pop(call_id) or {}
        status, code, source = _outcome(seen)
        draft.result(
            0,
            call_id,
            plain_text(seen.get("content")) or _first(seen.get("error"), seen.get("output")),
            status,
            code,
            source,
            files=_files(seen, args) if status == "succeeded" else (),
        )

    def _refused(self, event: Event, draft: Draft) -> None:
        by = "hook" if event.rejection_source == "hook" else "user"
        call_id = event.tool_call_id or draft.event_id(0)
        self._calls.pop(call_id)
        text = event.rejection_reason or ""
        draft.result(0, call_id, text, "denied", facts={"denied_by": by})


def _text(content: list[Part] | str | None) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content or () if part.text)


def _aloud(words: str) -> str:
    """Leave out what some models put before their words as a thought."""
    begin, end = _THOUGHT
    words = words.strip()
    if words.startswith(begin):
        words = words.partition(end)[2].strip()
    return words


def _call(event: Event, action: Json | None) -> tuple[str, Json]:
    """Return the tool that is called, and what for."""
    tool = event.tool_name or (event.tool_call.name if event.tool_call is not None else "")
    if action is None:
        return tool, arguments(event.tool_call.arguments if event.tool_call is not None else None)
    if action.get("kind") == _MCP and isinstance(action.get("data"), dict):
        return tool, arguments(action["data"])
    if action.get("is_input") is True:
        return TYPED, {"chars": action.get("command")}
    return tool, arguments({name: value for name, value in action.items() if name != "kind" and value is not None})


def _outcome(seen: Json) -> Ending:
    meta = seen.get("metadata")
    found: Any = seen.get("exit_code")
    if found is None and isinstance(meta, dict):
        found = meta.get("exit_code")
    code = whole(found)
    if code is not None and code != _NO_COMMAND:
        return ended(code)
    if seen.get("is_error") is True or seen.get("error"):
        return "failed", None, "none"
    return "unknown" if code == _NO_COMMAND or "exit_code" in seen else "succeeded", None, "none"


def _first(*values: object) -> str:
    return next((value for value in values if isinstance(value, str)), "")


def _files(seen: Json, args: Json) -> tuple[FileChange, ...]:
    """Return the file that an editor changed: its observation has the content before and after."""
    path, old, new = seen.get("path"), seen.get("old_content"), seen.get("new_content")
    if not isinstance(path, str) or not path or not isinstance(new, str):
        return ()
    if seen.get("prev_exist") is False or not isinstance(old, str):
        return edited({"path": path}, "create")
    hunks = edited(args)
    if hunks and hunks[0].diff:
        return (msgspec.structs.replace(hunks[0], path=path),)
    return (FileChange(path=path, op="edit", diff=replaced(old, new)),)
