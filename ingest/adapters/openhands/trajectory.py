"""Version 0 of OpenHands: a list in which actions and observations alternate.

An observation names the action that caused it; in the oldest logs it follows it. What an action asked for stands in its
`args`, with the agent's words as `thought`. A command's exit code is a field of the observation; -1 says that it is
not known, because the command ran on.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Draft, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.openhands.wire import NAME, TYPED, Named, Step
from assure_tui.ingest.adapters.values import (
    Ending,
    Recent,
    arguments,
    ended,
    epoch,
    opened,
    plain_text,
    replaced,
    whole,
)
from assure_tui.ingest.model import AgentText, Boundary, FileChange, UserTurn

_SILENT = frozenset(
    {
        *("recall", "think", "null", "change_agent_state", "agent_state_changed", "condensation", "condense"),
        *("condensation_request", "success", "task_tracking", "user_input", "start_task", "pause", "resume", "stop"),
    }
)
"""Steps of the program around the agent, and the agent's own thoughts."""
_ENDS = frozenset({"finish", "reject"})
_COMMANDS = frozenset({"run"})
_PROGRAMS = frozenset({"run", "run_ipython"})
_WRITES = frozenset({"edit", "write"})
_MCP = frozenset({"mcp", "call_tool_mcp"})
_NO_ARGUMENTS = frozenset(
    {
        *(
            "thought",
            "blocking",
            "hidden",
            "is_input",
            "is_static",
            "keep_prompt",
            "confirmation_state",
            "is_confirmed",
        ),
        *("action_risk", "security_risk", "impl_source", "translated_ipython_code", "include_extra"),
    }
)
_RAISED = "Traceback (most recent call last)"


class _Call(msgspec.Struct):
    id: str
    action: str
    args: Json


class Trajectory:
    """One trajectory in the reading."""

    def __init__(self, run: str, native: str) -> None:
        self._run = run
        self._native = native
        self._calls: Recent[int | str, _Call] = Recent()
        """Calls under the id of their action."""
        self._last: _Call | None = None
        self._asked = False

    def start(self, draft: Draft) -> None:
        """Tell of the trajectory itself."""
        draft.at(run=self._run)
        draft.start(self._native, NAME)

    def step(self, step: Step, draft: Draft, prefix: str = "") -> None:
        """Turn one step into events; `prefix` comes before the block indices."""
        draft.at(run=self._run, time=epoch(step.timestamp))
        if step.observation is not None:
            self._observed(step.observation, step, draft, prefix)
        elif step.action is not None and step.action not in _SILENT:
            self._acted(step.action, step, draft, prefix)
        elif step.action is None:
            draft.unknown = "no step"

    def _acted(self, action: str, step: Step, draft: Draft, prefix: str) -> None:
        args = step.args or {}
        if action == "system":
            draft.add(
                UserTurn, f"{prefix}0", text=_first(args.get("content"), step.message), synthetic=True, system=True
            )
        elif action == "message":
            words = _first(args.get("content"), step.content, step.message)
            if step.source == "user" or (step.source is None and not self._asked):
                self._asked = True
                draft.add(UserTurn, f"{prefix}0", text=words)
            else:
                self._report([words], draft, prefix)
        elif action in _ENDS:
            thought = _first(args.get("thought"), step.thought)
            outputs = args.get("outputs")
            told = outputs.get("content") if isinstance(outputs, dict) else None
            words = _first(args.get("final_thought"), told, None if thought else step.message)
            self._report([thought, words] if words != thought else [thought], draft, prefix)
        else:
            self._call(action, step, args, draft, prefix)

    def _report(self, texts: list[str], draft: Draft, prefix: str) -> None:
        for index, words in enumerate(texts):
            if words.strip():
                draft.add(AgentText, f"{prefix}{index}", text=words, channel="final")
        draft.add(Boundary, f"{prefix}end", what="turn_end")

    def _call(self, action: str, step: Step, args: Json, draft: Draft, prefix: str) -> None:
        flat = {"command": step.command, "code": step.code, "path": step.path}
        asked = {
            name: value
            for name, value in (args or flat).items()
            if value is not None and value != "" and name not in _NO_ARGUMENTS
        }
        if thought := _first(args.get("thought"), step.thought).strip():
            draft.add(AgentText, f"{prefix}0", text=thought)
        named = step.tool_call_metadata or Named()
        tool = named.function_name or action
        if action in _MCP and isinstance(args.get("name"), str):
            tool, asked = args["name"], arguments(args.get("arguments"))
        elif action in _COMMANDS and args.get("is_input") is True:
            tool, asked = TYPED, {"chars": args.get("command")}
        call = _Call(named.tool_call_id or draft.event_id(f"{prefix}1"), action, arguments(asked))
        self._last = call
        if isinstance(step.id, int | str):
            self._calls[step.id] = call
        draft.call(f"{prefix}1", call.id, tool, call.args)

    def _observed(self, kind: str, step: Step, draft: Draft, prefix: str) -> None:
        call = self._calls.pop(step.cause) if isinstance(step.cause, int | str) else self._last
        if step.cause is None:
            self._last = None
        if call is None:
            if kind not in _SILENT:
                draft.unknown = f"observation {kind} of no action"
            return
        extras = step.extras or {}
        text = plain_text(step.content)
        if call.action in _MCP:
            text, told_failed = opened(text)
        else:
            told_failed = False
        status, code, source = _outcome(kind, call.action, text, _exit(extras, step), failed=told_failed)
        draft.result(
            f"{prefix}0",
            call.id,
            text,
            status,
            code,
            source,
            files=_files(call, extras) if status == "succeeded" and call.action in _WRITES else (),
            denied_by="user",
        )


def _first(*texts: object) -> str:
    """Return the first of some values that is a text and not empty."""
    return next((text for text in texts if isinstance(text, str) and text), "")


def _exit(extras: Json, step: Step) -> int | None:
    meta = extras.get("metadata")
    found: Any = meta.get("exit_code") if isinstance(meta, dict) else None
    codes = map(whole, (found, extras.get("exit_code"), step.exit_code))
    return next((code for code in codes if code is not None), None)


def _outcome(kind: str, action: str, text: str, code: int | None, *, failed: bool) -> Ending:
    if kind == "user_rejected":
        return "denied", None, "none"
    if action in _COMMANDS and kind == action:
        if code is None or code == -1:
            return "unknown", None, "none"
        return ended(code)
    raised = action in _PROGRAMS and _RAISED in text
    return "failed" if kind == "error" or failed or raised or says_error(text) else "succeeded", None, "none"


def _files(call: _Call, extras: Json) -> tuple[FileChange, ...]:
    """Return the file that an edit changed, with a hunk where the log has the old and the new content."""
    changes = edited(call.args, "create" if call.args.get("command") == "create" else "edit")
    old, new = extras.get("old_content"), extras.get("new_content")
    if (
        not changes
        or changes[0].diff
        or changes[0].op == "create"
        or not isinstance(old, str)
        or not isinstance(new, str)
    ):
        return changes
    return (msgspec.structs.replace(changes[0], diff=replaced(old, new)),)
