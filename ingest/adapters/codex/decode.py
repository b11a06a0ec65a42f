"""Decoder of Codex rollout files (FORMATS.md section 2).

Most things are written twice, as `response_item` and as `event_msg`. Words and calls are taken from the response items
(they are always there); exit codes, patches and MCP outcomes from the events, where they are structured.
"""

from __future__ import annotations

from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoder, Draft, Json
from assure_tui.ingest.adapters.codex.facts import (
    Structured,
    correct,
    did_what,
    mcp_status,
    patch_in,
    spawned_by,
    status_of,
    tools_of,
)
from assure_tui.ingest.adapters.codex.output import Reading, read_output
from assure_tui.ingest.adapters.codex.patch import files_of_changes, files_of_patch
from assure_tui.ingest.adapters.codex.script import nested_calls
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
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    FileChange,
    Permission,
    ResultStatus,
    RunStarted,
    SourceInfo,
    ToolCall,
    ToolResult,
    ToolsDefined,
    UserTurn,
)

NAME = "codex"
_SHELLS = frozenset(
    {"exec_command", "write_stdin", "shell", "shell_command", "local_shell", "local_shell_call", "exec"}
)
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


class _Call(msgspec.Struct):
    """A call as its output needs it."""

    tool: str
    args: Json
    patch: str | None = None
    session: str | None = None
    """The command session it writes to or reads from."""
    answered: bool = False
    nested: bool = False
    """Structured items told what a script ran, so that the script need not be read."""


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
        self._calls: Recent[str, _Call] = Recent()
        self._structured: Recent[str, Structured] = Recent(4096)
        self._sessions: Recent[str, str] = Recent(4096)
        """Call that started a command session, by session id."""
        self._script: str | None = None
        """The script call that is waiting for its output."""
        self._asked: tuple[str, bool] | None = None
        """The user's words as last told, and whether by an event: they are written as an event and as an item."""
        self._said = ""
        self._plan: dict[str, str] = {}
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
        draft.add(
            RunStarted,
            "run",
            native_id=self._native,
            agent=NAME,
            adapter=NAME,
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
            draft.add(
                RunStarted,
                "run",
                native_id=self._native or self.stem,
                agent=NAME,
                adapter=NAME,
                model=self._model,
                cwd=self._cwd,
            )
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
                self._output(item, draft)
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
        call_id = item.call_id or item.id or draft.event_id(0)
        server = None
        space = item.namespace or ""
        if space.startswith("mcp__"):
            server = space[len("mcp__") :].strip("_")
        elif tool.startswith("mcp__"):
            server, _, bare = tool[len("mcp__") :].partition("__")
            server, tool = (server, bare) if bare else (None, tool)
        call = _Call(tool, args, patch=patch_in(args))
        session = args.get("session_id")
        if tool == "write_stdin" and session is not None:
            call.session = str(session)
        self._calls[call_id] = call
        if tool == "exec" and item.type == "custom_tool_call":
            self._script = call_id
        why = args.get("justification")
        draft.add(
            ToolCall,
            0,
            call_id=call_id,
            tool=tool,
            args=args,
            description=why if isinstance(why, str) else None,
            mcp_server=server,
        )
        if tool == "update_plan" and isinstance(args.get("plan"), list):
            self._planned(args["plan"], draft)

    def _planned(self, plan: list[Any], draft: Draft) -> None:
        """A step of the plan turned done is a claim of the agent."""
        before, self._plan = self._plan, {}
        for place, step in enumerate(plan):
            if isinstance(step, dict) and isinstance(step.get("step"), str):
                text, status = step["step"], str(step.get("status"))
                self._plan[text] = status
                if status == "completed" and before.get(text) != "completed":
                    draft.add(AgentText, f"todo{place}", text=text, channel="todo")

    def _output(self, item: Item, draft: Draft) -> None:
        call_id = item.call_id or draft.event_id(0)
        call = self._calls.get(call_id) or _Call("", {})
        call.answered = True
        reading = read_output(item.output, command=call.tool in _SHELLS)
        files: tuple[FileChange, ...] = ()
        known = self._structured.pop(call_id)
        if known is not None:
            correct(reading, known)
            files = known.files
        if not files and call.patch is not None and reading.status == "succeeded":
            files = files_of_patch(call.patch)
        if reading.session is not None and call.session is None:
            self._sessions[reading.session] = call_id
        origin = self._sessions.get(call.session)
        self._result(draft, 0, call_id, reading, files, reads_from=origin)
        if origin is not None and reading.status != "running":
            self._result(draft, "later", origin, reading, files)
            if call.session is not None and reading.exit_code is not None:
                self._sessions.pop(call.session)
        if call_id == self._script:
            self._script = None
            if not call.nested and isinstance(call.args.get("input"), str):
                self._scripted(call_id, call.args["input"], reading, draft)
        call.args, call.patch = {}, None  # they may hold whole files, and are not asked for again
        if reading.status == "denied":
            by = reading.facts.get("denied_by", "unknown")
            draft.add(Permission, "denied", decision="denied", by=by, call_id=call_id, reason=reading.text[:400])

    def _scripted(self, call_id: str, script: str, outer: Reading, draft: Draft) -> None:
        """Tell the calls inside a script that nothing else in the log tells; their own outcome is not recorded."""
        for number, (tool, args) in enumerate(nested_calls(script), 1):
            nested = f"{call_id}/{number}"
            draft.add(ToolCall, f"{number}.call", call_id=nested, tool=tool, args=args)
            status: ResultStatus = outer.status if outer.status == "denied" else "unknown"
            draft.add(ToolResult, f"{number}.result", call_id=nested, text="", status=status, facts={"script": call_id})

    def _result(
        self,
        draft: Draft,
        block: int | str,
        call_id: str,
        reading: Reading,
        files: tuple[FileChange, ...] = (),
        reads_from: str | None = None,
    ) -> None:
        status = reading.status
        if reads_from is not None and status == "running":
            status = "succeeded"  # the question was answered: what goes on is the command, not the question
        draft.add(
            ToolResult,
            block,
            call_id=call_id,
            text=reading.text,
            status=status,
            exit_code=reading.exit_code,
            exit_source=reading.exit_source,
            truncated=reading.truncated,
            files=files,
            facts=reading.facts,
            reads_from=reads_from,
        )

    # -- events

    def _notice(self, notice: Notice, draft: Draft) -> None:
        match notice.type:
            case "user_message":
                self._user(plain_text(notice.message), 0, draft, echo=True)
            case "task_complete" | "turn_complete":
                last = notice.last_agent_message
                if last and last != self._said:
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
                self._ended(notice, draft)
            case "item_completed":
                self._completed(completed_decoder.decode(notice.item), draft)
            case kind if kind in EVENT_BOOKKEEPING:
                draft.bookkeeping = True
            case kind:
                draft.unknown = f"event_msg/{kind}"

    def _ended(self, notice: Notice, draft: Draft) -> None:
        status = status_of(notice.status)
        if notice.success is not None:
            status = status or ("succeeded" if notice.success else "failed")
        if notice.type == "mcp_tool_call_end":
            status = mcp_status(notice.result)
        child = notice.new_thread_id
        known = Structured(
            notice.exit_code,
            status,
            files_of_changes(notice.changes),
            run_id(NAME, child, child) if child else None,
        )
        self._know(notice.call_id, known, draft)

    def _know(self, call_id: str | None, known: Structured, draft: Draft) -> None:
        """Keep what is known of a call until its output comes, or correct the output that has come."""
        call = self._calls.get(call_id)
        if call_id is None or call is None or not call.answered:
            if call_id is not None:
                self._structured[call_id] = known
            draft.bookkeeping = True
            return
        reading = Reading("", "unknown")
        correct(reading, known)
        self._result(draft, 0, call_id, reading, known.files)

    def _completed(self, item: Completed, draft: Draft) -> None:
        match item.type:
            case "UserMessage":
                self._user(_text(item.content), 0, draft, echo=True)
            case "CommandExecution" | "FileChange" | "McpToolCall" | "DynamicToolCall" | "CollabAgentToolCall":
                self._did(item, draft)
            case "Plan":
                draft.add(AgentText, 0, text=item.text or "", channel="plan")
            case _:
                draft.bookkeeping = True

    def _did(self, item: Completed, draft: Draft) -> None:
        """Take a structured item: it corrects the call of that id, or is a call of its own inside a script."""
        status = status_of(item.status)
        if item.type == "McpToolCall" and (item.error is not None or mcp_status(item.result) == "failed"):
            status = "failed"
        known = Structured(item.exit_code, status, files_of_changes(item.changes))
        if item.id is not None and item.id in self._calls:
            self._know(item.id, known, draft)
            return
        script = self._calls.get(self._script)
        if script is None and item.source == "user_shell":
            draft.bookkeeping = True  # a command that the user typed
            return
        if script is not None:
            script.nested = True
        call_id = item.id or draft.event_id(0)
        tool, args = did_what(item)
        draft.add(ToolCall, 0, call_id=call_id, tool=tool, args=args, mcp_server=item.server)
        text = item.aggregated_output or plain_text(
            item.result.get("content") if isinstance(item.result, dict) else None
        )
        reading = Reading(text, "unknown")
        correct(reading, known)
        self._result(draft, "result", call_id, reading, known.files)


def _as_part(text: str | None) -> Part:
    return Part(type="text", text=text)


def _text(content: list[Part | str] | str | None) -> str:
    if isinstance(content, list):
        return "\n".join(text for part in content if (text := part if isinstance(part, str) else part.text))
    return content or ""
