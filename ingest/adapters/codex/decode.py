"""Decoder of Codex rollout files.

Most things are written twice, as `response_item` and as `event_msg`. Words and calls are taken from the response items
(they are always there); exit codes, patches and MCP outcomes from the events, where they are structured.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoder, Draft, Json
from assure_tui.ingest.adapters.codex.calls import AGENT, Calls
from assure_tui.ingest.adapters.codex.facts import spawned_by, tools_of
from assure_tui.ingest.adapters.codex.wire import (
    ENVELOPES,
    EVENT_BOOKKEEPING,
    ITEM_BOOKKEEPING,
    Completed,
    Item,
    Line,
    Meta,
    Notice,
    Part,
    completed_decoder,
    item_decoder,
    line_decoder,
    meta_decoder,
    notice_decoder,
    turn_decoder,
)
from assure_tui.ingest.adapters.plan import Plan
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, Permission, SourceInfo, ToolsDefined, UserTurn

NAME = AGENT
_INJECTED = (
    "# AGENTS.md instructions",
    "<INSTRUCTIONS>",
    "<apps_instructions>",
    "<collaboration_mode>",
    "<environment_context>",
    "<hook_prompt",
    "<permissions instructions>",
    "<skill>",
    "<subagent_notification>",
    "<system-reminder>",
    "<turn_aborted>",
    "<user_instructions>",
    "<user_shell_command>",
)
_IDE_REQUEST = "## My request for Codex:"


class CodexDecoder(Decoder):
    """Reads one rollout file."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._run = run_id(NAME, stem, stem, salt)
        self._native: str | None = None
        self._fork: str | None = None
        self._born: float | None = None
        self._inherited = False
        """Reading the copy of another thread's history that opens a fork."""
        self._turns: Recent[str, bool] = Recent()
        self._repeated = False
        """Reading a turn that this file has had already."""
        self._calls = Calls()
        self._asked: tuple[str, bool] | None = None
        """The user's words as last told, and whether by an event: they are written as an event and as an item."""
        self._said = ""
        self._plan = Plan()
        self._model: str | None = None
        self._cwd: str | None = None
        self._mode: str | None = None

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = line_decoder.decode(data)
        draft.at(run=self._run, time=epoch(line.timestamp))
        if bytes(line.payload):
            self._enveloped(line, draft)
        elif line.record_type is not None:
            draft.bookkeeping = True
        elif not line.type:
            self._first_line(data, draft)
        elif line.type in ENVELOPES:
            draft.unknown = line.type + " without payload"
        else:
            self._item(item_decoder.decode(data), draft)

    def _first_line(self, data: bytes, draft: Draft) -> None:
        meta = meta_decoder.decode(data)
        if self._native is None and meta.id is not None:
            self._meta(meta, draft)
        else:
            draft.unknown = "(no type)"

    def _enveloped(self, line: Line, draft: Draft) -> None:
        if line.type == "session_meta":
            self._meta(meta_decoder.decode(line.payload), draft)
            return
        notice = notice_decoder.decode(line.payload) if line.type == "event_msg" else None
        if notice is not None and notice.type in {"task_started", "turn_started"}:
            self._begin_turn(notice)
        if self._inherited or self._repeated:
            draft.bookkeeping = True
        elif notice is not None:
            self._notice(notice, draft)
        elif line.type == "response_item":
            self._item(item_decoder.decode(line.payload), draft)
        elif line.type == "turn_context":
            self._context(line.payload, draft)
        elif line.type == "compacted":
            draft.add(Boundary, 0, what="compaction")
        elif line.type in ENVELOPES:
            draft.bookkeeping = True
        else:
            draft.unknown = line.type

    # -- the run

    def _meta(self, meta: Meta, draft: Draft) -> None:
        if self._native is not None:
            # A fork repeats its parent's history, session_meta included, after its own.
            self._inherited = meta.id is not None and meta.id == self._fork
            draft.bookkeeping = True
            return
        self._native = meta.id or self.stem
        self._run = run_id(NAME, self._native, self.stem, self.salt)
        self._fork = meta.forked_from_id
        self._born = epoch(meta.timestamp)
        self._cwd = meta.cwd
        parent = meta.parent_thread_id or spawned_by(meta.source)
        draft.at(run=self._run, time=draft.time or self._born)
        draft.start(
            self._native,
            NAME,
            agent_version=meta.cli_version,
            cwd=meta.cwd,
            branch=meta.git.branch if meta.git else None,
            commit=meta.git.commit_hash if meta.git else None,
            parent=run_id(NAME, parent, parent) if parent else None,
            forked_from=run_id(NAME, self._fork, self._fork) if self._fork else None,
        )
        self._tools(meta.dynamic_tools, draft)

    def _tools(self, listed: Any, draft: Draft) -> None:
        tools = tools_of(listed)
        if tools:
            draft.add(ToolsDefined, "tools", tools=tools)

    def _begin_turn(self, notice: Notice) -> None:
        started = epoch(notice.started_at)
        if self._inherited and (started is None or self._born is None or started >= int(self._born)):
            self._inherited = False
        if notice.turn_id is not None:
            self._repeated = notice.turn_id in self._turns
            self._turns[notice.turn_id] = True

    def _context(self, payload: msgspec.Raw, draft: Draft) -> None:
        turn = turn_decoder.decode(payload)
        if (turn.model, turn.cwd) != (self._model, self._cwd):
            self._model, self._cwd = turn.model or self._model, turn.cwd or self._cwd
            draft.start(self._native or self.stem, NAME, model=self._model, cwd=self._cwd)
        sandbox = turn.sandbox_policy
        kind = sandbox.get("type") if isinstance(sandbox, dict) else sandbox
        mode = "/".join(part for part in (turn.approval_policy, kind) if isinstance(part, str))
        if mode and mode != self._mode:
            self._mode = mode
            draft.add(Permission, "mode", decision="mode", mode=mode)
        if not draft.events:
            draft.bookkeeping = True

    # -- response items

    def _item(self, item: Item, draft: Draft) -> None:
        match item.type:
            case "message":
                self._message(item, draft)
            case "function_call":
                self._call(item, item.name or "", arguments(item.arguments), draft)
            case "custom_tool_call":
                self._call(item, item.name or "", {"input": item.input} if item.input is not None else {}, draft)
            case "local_shell_call":
                self._call(item, "local_shell_call", arguments(item.action), draft)
            case "web_search_call":
                self._call(item, "web_search", arguments(item.action), draft)
            case "function_call_output" | "custom_tool_call_output" | "local_shell_call_output":
                self._calls.answered(item, draft)
            case "tool_search_output":
                self._tools(item.tools, draft)
                draft.bookkeeping = not draft.events
            case "agent_message":
                draft.add(UserTurn, 0, text=_text(item.content), synthetic=True)
            case kind if kind in ITEM_BOOKKEEPING:
                draft.bookkeeping = True
            case kind:
                draft.unknown = f"response_item/{kind}"

    def _message(self, item: Item, draft: Draft) -> None:
        parts: list[Part | str] = item.content if isinstance(item.content, list) else [_as_part(item.content)]
        for index, part in enumerate(parts):
            text = part if isinstance(part, str) else part.text
            if text is None:
                continue
            if item.role == "assistant":
                self._said = text
                self._asked = None
                draft.add(
                    AgentText, index, text=text, channel="final" if item.phase == "final_answer" else "commentary"
                )
            elif item.role == "user":
                self._user(text, index, draft, echo=False)
            else:
                draft.add(UserTurn, index, text=text, synthetic=True, system=True)

    def _user(self, text: str, index: int, draft: Draft, *, echo: bool) -> None:
        """Tell the user's words once, though both channels carry them; injected context is not theirs."""
        if text.startswith(_INJECTED):
            if not echo:
                draft.add(UserTurn, index, text=text, synthetic=True)
            return
        request = text.partition(_IDE_REQUEST)[2].strip() or text.strip()
        asked, self._asked = self._asked, None
        if not request or (asked is not None and asked == (request, not echo)):
            draft.bookkeeping = True
            return
        self._asked = request, echo
        draft.add(UserTurn, index, text=text)

    def _call(self, item: Item, tool: str, args: Json, draft: Draft) -> None:
        self._calls.asked(item, tool, args, draft)
        if tool == "update_plan" and isinstance(args.get("plan"), list):
            self._plan.now(args["plan"], "step", draft)

    # -- events

    def _notice(self, notice: Notice, draft: Draft) -> None:
        match notice.type:
            case "user_message":
                self._user(plain_text(notice.message), 0, draft, echo=True)
            case "task_complete" | "turn_complete":
                last = notice.last_agent_message
                if last and not self._said.startswith(last.rstrip()):  # which may have notes for machines behind it
                    draft.add(AgentText, 0, text=last, channel="task_complete")
                draft.add(Boundary, "end", what="turn_end")
            case "turn_aborted":
                draft.add(Boundary, 0, what="abort", detail=notice.reason)
            case "thread_rolled_back":
                draft.add(Boundary, 0, what="rewind")
            case "error":
                draft.add(Boundary, 0, what="api_error", detail=plain_text(notice.message))
            case "shutdown_complete":
                draft.add(Boundary, 0, what="run_end")
            case (
                "exec_command_end"
                | "patch_apply_end"
                | "mcp_tool_call_end"
                | "dynamic_tool_call_response"
                | "collab_agent_spawn_end"
            ):
                self._calls.ended(notice, draft)
            case "item_completed":
                self._completed(completed_decoder.decode(notice.item), draft)
            case kind if kind in EVENT_BOOKKEEPING:
                draft.bookkeeping = True
            case kind:
                draft.unknown = f"event_msg/{kind}"

    def _completed(self, item: Completed, draft: Draft) -> None:
        match item.type:
            case "UserMessage":
                self._user(_text(item.content), 0, draft, echo=True)
            case "CommandExecution" | "FileChange" | "McpToolCall" | "DynamicToolCall" | "CollabAgentToolCall":
                self._calls.did(item, draft)
            case "Plan":
                draft.add(AgentText, 0, text=item.text or "", channel="plan")
            case _:
                draft.bookkeeping = True


def _as_part(text: str | None) -> Part:
    return Part(type="text", text=text)


def _text(content: list[Part | str] | str | None) -> str:
    if isinstance(content, list):
        return "\n".join(text for part in content if (text := part if isinstance(part, str) else part.text))
    return content or ""
