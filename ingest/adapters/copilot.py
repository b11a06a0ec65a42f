"""GitHub Copilot CLI session files: JSONL, append-only, `{type, data, id, timestamp}` a line (FORMATS.md section 3).

Sub-agents' records stand in the same file, tagged with the call that started them; each is a run of its own. Exit
codes come from the trailer that the shell tool puts at the very end of its output: `success` is true for them all.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text, replaced
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    ExitSource,
    FileChange,
    Permission,
    ResultStatus,
    RunStarted,
    SourceInfo,
    ToolCall,
    ToolResult,
    UserTurn,
)

NAME = "copilot-cli"
_MEMORY = 65_536
_FAMILIES = (
    "abort",
    "assistant.",
    "hook.",
    "permission.",
    "session.",
    "skill.",
    "subagent.",
    "system.",
    "tool.",
    "user.",
)
_BOOKKEEPING = frozenset(
    {
        "assistant.intent",
        "assistant.reasoning",
        "assistant.turn_start",
        "assistant.usage",
        "external_tool.completed",
        "external_tool.requested",
        "hook.end",
        "hook.start",
        "session.auto_mode_resolved",
        "session.background_tasks_changed",
        "session.compaction_start",
        "session.context_changed",
        "session.handoff",
        "session.idle",
        "session.import_legacy",
        "session.info",
        "session.plan_changed",
        "session.skills_loaded",
        "session.title_changed",
        "session.truncation",
        "session.usage_checkpoint",
        "session.usage_info",
        "session.warning",
        "session.workspace_file_changed",
        "skill.invoked",
        "subagent.completed",
        "subagent.deselected",
        "subagent.failed",
        "subagent.selected",
        "subagent.started",
        "tool.user_requested",
    }
)
_SHELLS = frozenset(
    {"bash", "powershell", "local_shell", "read_bash", "write_bash", "read_powershell", "write_powershell"}
)
_TRAILER = re.compile(
    r"<(?:shellId: (?P<shell>[^\s<>]{1,100}) completed|exited) with exit code (?P<code>-?\d{1,9})>\s{0,8}\Z"
)
_STARTED = re.compile(
    r"<(?:command (?:started in background )?with )?shellId: (?P<shell>[^\s<>]{1,100})(?: [^<>\n]{0,300})?>\s{0,8}\Z"
)
_DENIED = frozenset({"denied", "rejected", "denied-by-rules", "denied-interactively-by-user"})


class _Shell(msgspec.Struct):
    exit_code: int | None = None


class _Telemetry(msgspec.Struct):
    metrics: _Shell | None = None


class _Result(msgspec.Struct, rename="camel"):
    content: Any = None
    detailed_content: str | None = None


class _Error(msgspec.Struct):
    message: str | None = None
    code: str | None = None


class _Context(msgspec.Struct, rename="camel"):
    cwd: str | None = None
    branch: str | None = None
    head_commit: str | None = None


class _Request(msgspec.Struct, rename="camel"):
    tool_call_id: str | None = None
    full_command_text: str | None = None
    kind: str | None = None


class _Data(msgspec.Struct, rename="camel"):
    """The data of any record."""

    session_id: str | None = None
    copilot_version: str | None = None
    selected_model: str | None = None
    context: _Context | None = None
    content: Any = None
    model: str | None = None
    new_model: str | None = None
    new_mode: str | None = None
    allow_all_permissions: Any = None
    tool_requests: list[Any] | None = None
    parent_tool_call_id: str | None = None
    source: str | None = None
    is_autopilot_continuation: bool | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    arguments: Any = None
    mcp_server_name: str | None = None
    mcp_tool_name: str | None = None
    success: bool | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: Any = None
    tool_telemetry: _Telemetry | None = None
    summary: str | None = None
    reason: str | None = None
    message: str | None = None
    permission_request: _Request | None = None


class _Record(msgspec.Struct, rename="camel"):
    type: str = ""
    data: _Data | None = None
    id: str | None = None
    timestamp: Any = None
    agent_id: str | None = None


class _Granted(msgspec.Struct):
    kind: str = ""


class _Call(msgspec.Struct):
    tool: str
    args: Json


_record_decoder = msgspec.json.Decoder(_Record)
_result_decoder = msgspec.json.Decoder(_Result | None)
_granted_decoder = msgspec.json.Decoder(_Granted | None)


class CopilotDecoder(Decoder):
    """Reads one `events.jsonl`."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._native = stem
        self._main = run_id(NAME, stem, stem, salt)
        self._seen: Recent[str, bool] = Recent(_MEMORY)
        self._calls: Recent[str, _Call] = Recent(_MEMORY)
        self._shells: Recent[str, str] = Recent(4096)
        """Call that started a background shell, by shell id."""
        self._told: set[str] = set()
        self._model: str | None = None
        self._mode: str | None = None
        self._ending = False
        """The agent's last message asked for no tool."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _record_decoder.decode(data)
        if record.id is not None and record.id in self._seen:
            draft.bookkeeping = True
            return
        inner = record.data or _Data()
        if record.type == "session.start" and inner.session_id is not None:
            self._native = inner.session_id
            self._main = run_id(NAME, self._native, self.stem, self.salt)
        draft.at(key=record.id, run=self._main, time=epoch(record.timestamp))
        child = inner.parent_tool_call_id or record.agent_id
        if child is not None:
            self._child(child, inner, draft)
        self._dispatch(record.type, inner, draft)
        if record.id is not None:
            self._seen[record.id] = True

    def _child(self, child: str, data: _Data, draft: Draft) -> None:
        native = f"{self._native}/{child}"
        run = run_id(NAME, native, self.stem, self.salt)
        draft.at(run=run)
        if run not in self._told:
            self._told.add(run)
            draft.add(
                RunStarted,
                "run",
                native_id=native,
                agent=NAME,
                adapter=NAME,
                model=data.model,
                parent=self._main,
                parent_call=data.parent_tool_call_id,
            )

    def _dispatch(self, kind: str, data: _Data, draft: Draft) -> None:
        match kind:
            case "session.start" | "session.resume":
                self._start(kind, data, draft)
            case "session.model_change":
                self._models(data.new_model, draft)
            case "assistant.message":
                self._message(data, draft)
            case "user.message":
                synthetic = bool(data.is_autopilot_continuation) or data.source not in {None, "user"}
                draft.add(UserTurn, 0, text=plain_text(data.content), synthetic=synthetic)
            case "system.message":
                draft.add(UserTurn, 0, text=plain_text(data.content), synthetic=True, system=True)
            case "system.notification":
                draft.add(UserTurn, 0, text=plain_text(data.content), synthetic=True)
            case "tool.execution_start":
                self._call(data, draft)
            case "tool.execution_complete":
                self._result(data, draft)
            case "permission.requested" | "permission.completed":
                self._permission(kind, data, draft)
            case "session.permissions_changed":
                self._modes("allow-all" if data.allow_all_permissions else "ask", draft)
            case "session.mode_changed":
                self._modes(data.new_mode, draft)
            case "session.task_complete":
                draft.add(AgentText, 0, text=data.summary or "", channel="task_complete")
            case "assistant.turn_end":
                if self._ending and draft.run == self._main:
                    self._ending = False
                    draft.add(Boundary, 0, what="turn_end")
                else:
                    draft.bookkeeping = True
            case "session.shutdown":
                draft.add(Boundary, 0, what="run_end")
            case "session.compaction_complete":
                draft.add(Boundary, 0, what="compaction")
            case "session.snapshot_rewind":
                draft.add(Boundary, 0, what="rewind")
            case "session.error":
                draft.add(Boundary, 0, what="api_error", detail=data.message)
            case "abort":
                draft.add(Boundary, 0, what="abort", detail=data.reason)
            case _ if kind in _BOOKKEEPING:
                draft.bookkeeping = True
            case _:
                draft.unknown = kind or "(no type)"

    def _start(self, kind: str, data: _Data, draft: Draft) -> None:
        context = data.context or _Context()
        self._model = data.selected_model or self._model
        draft.add(
            RunStarted,
            0,
            native_id=self._native,
            agent=NAME,
            adapter=NAME,
            agent_version=data.copilot_version,
            model=self._model,
            cwd=context.cwd,
            branch=context.branch,
            commit=context.head_commit,
        )
        if kind == "session.resume":
            draft.add(Boundary, "resume", what="resume")

    def _models(self, model: str | None, draft: Draft) -> None:
        if model is None or model == self._model:
            draft.bookkeeping = True
            return
        self._model = model
        draft.add(RunStarted, 0, native_id=self._native, agent=NAME, adapter=NAME, model=model)

    def _modes(self, mode: str | None, draft: Draft) -> None:
        if mode is None or mode == self._mode:
            draft.bookkeeping = True
            return
        self._mode = mode
        draft.add(Permission, 0, decision="mode", mode=mode)

    def _message(self, data: _Data, draft: Draft) -> None:
        text = plain_text(data.content)
        ending = not data.tool_requests
        if draft.run == self._main:
            self._ending = ending
        if text:
            draft.add(AgentText, 0, text=text, channel="final" if ending else "commentary")
        else:
            draft.bookkeeping = True

    def _call(self, data: _Data, draft: Draft) -> None:
        call_id = data.tool_call_id or draft.event_id(0)
        args = arguments(data.arguments)
        tool = data.tool_name or ""
        self._calls[call_id] = _Call(tool, args)
        description = args.get("description")
        draft.add(
            ToolCall,
            0,
            call_id=call_id,
            tool=data.mcp_tool_name or tool,
            args=args,
            description=description if isinstance(description, str) else None,
            mcp_server=data.mcp_server_name,
        )

    def _result(self, data: _Data, draft: Draft) -> None:
        call_id = data.tool_call_id or draft.event_id(0)
        call = self._calls.get(call_id) or _Call("", {})
        result = (_result_decoder.decode(data.result) if bytes(data.result) else None) or _Result()
        error = msgspec.convert(data.error, _Error) if isinstance(data.error, dict) else _Error()
        text = plain_text(result.content) or error.message or ""
        status: ResultStatus = "failed" if data.success is False else "succeeded"
        code: int | None = None
        source: ExitSource = "none"
        facts: Json = {}
        child = run_id(NAME, f"{self._native}/{call_id}", self.stem, self.salt)
        if child in self._told:
            facts["child_run"] = child
        ended = _TRAILER.search(text[-300:])
        telemetry = (
            data.tool_telemetry.metrics.exit_code if data.tool_telemetry and data.tool_telemetry.metrics else None
        )
        if error.code in _DENIED:
            status = "denied"
            facts["denied_by"] = "user"
            draft.add(Permission, "denied", decision="denied", by="user", call_id=call_id, reason=text[:400])
        elif call.tool in _SHELLS or not call.tool:
            if telemetry is not None:
                code, source = telemetry, "structured"
            elif ended is not None:
                code, source = int(ended["code"]), "text"
            if code is not None:
                status = "succeeded" if code == 0 else "failed"
            elif call.tool and status == "succeeded":
                status = "running" if self._background(call_id, call, text) else "unknown"
        files = _files(call, result) if status == "succeeded" else ()
        shell = call.args.get("shellId")
        polled = self._shells.get(str(shell)) if shell is not None else None
        shared: dict[str, Any] = {
            "text": text, "exit_code": code, "exit_source": source, "files": files, "facts": facts,
            "truncated": text.startswith("Output too large to read at once"),
        }  # fmt: skip
        if polled is None:
            draft.add(ToolResult, 0, call_id=call_id, status=status, **shared)
            return
        asked: ResultStatus = "succeeded" if status in {"running", "unknown"} else status
        draft.add(ToolResult, 0, call_id=call_id, status=asked, reads_from=polled, **shared)
        if code is not None:
            draft.add(ToolResult, "later", call_id=polled, status=status, **shared)

    def _background(self, call_id: str, call: _Call, text: str) -> bool:
        """Tell whether a shell goes on after its call returned, and remember which call started it."""
        started = _STARTED.search(text[-400:])
        if started is None or ("shellId" in call.args and call.tool not in {"bash", "powershell", "local_shell"}):
            return started is not None
        self._shells[started["shell"]] = call_id
        return True

    def _permission(self, kind: str, data: _Data, draft: Draft) -> None:
        if kind == "permission.requested":
            request = data.permission_request or _Request()
            draft.add(
                Permission,
                0,
                decision="asked",
                call_id=request.tool_call_id,
                reason=request.full_command_text or request.kind,
            )
            return
        answer = (_granted_decoder.decode(data.result) if bytes(data.result) else None) or _Granted()
        granted = answer.kind.startswith("approved")
        draft.add(
            Permission,
            0,
            decision="granted" if granted else "denied",
            by="user",
            call_id=data.tool_call_id,
            reason=answer.kind,
        )


def _files(call: _Call, result: _Result) -> tuple[FileChange, ...]:
    """Files that a call touched: from the git-style diff beside the result, else from the call's arguments."""
    if call.tool in _SHELLS:
        return ()
    path = call.args.get("path")
    if call.tool == "view":
        return (FileChange(path=path, op="read"),) if isinstance(path, str) else ()
    files = _files_of_diff(result.detailed_content or "")
    if len(files) == 1 and isinstance(path, str):
        return (msgspec.structs.replace(files[0], path=path),)  # the diff leaves out the root's slash
    if files or not isinstance(path, str):
        return files
    old, new, text = (call.args.get(name) for name in ("old_str", "new_str", "file_text"))
    if isinstance(old, str) and isinstance(new, str):
        return (FileChange(path=path, op="edit", diff=replaced(old, new)),)
    if isinstance(text, str):
        return (FileChange(path=path, op="create", diff=replaced("", text)),)
    return ()


def _files_of_diff(diff: str) -> tuple[FileChange, ...]:
    files = []
    for part in ("\n" + diff).split("\ndiff --git a/")[1:]:
        header, _, body = part.partition("\n")
        old, _, new = header.rpartition(" b/")
        top, at, hunks = body.partition("\n@@ ")
        renamed = old != new
        op: Any = "edit"
        if "new file mode" in top or "--- /dev/null" in top:
            op = "create"
        elif "deleted file mode" in top or "+++ /dev/null" in top:
            op = "delete"
        elif renamed:
            op = "rename"
        files.append(
            FileChange(
                path=old,
                op=op,
                diff="@@ " + hunks.rstrip("\n") if at else None,
                new_path=new if renamed else None,
            )
        )
    return tuple(files)


def recognises(head: Head) -> bool:
    """Tell a session file by records of known families with `data` and an id."""
    return any(
        isinstance(record.get("data"), dict) and "id" in record and str(record.get("type", "")).startswith(_FAMILIES)
        for record in head.objects
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=CopilotDecoder)
