"""GitHub Copilot CLI session files: JSONL, append-only, `{type, data, id, timestamp}` a line.

Sub-agents' records stand in the same file, tagged with the call that started them; each is a run of its own. Exit
codes come from the trailer that the shell tool puts at the very end of its output: `success` is true for them all.
"""

from __future__ import annotations

from functools import partial

import msgspec

from assure_tui.ingest.adapters.base import Decoder, Draft, Json
from assure_tui.ingest.adapters.copilot.outcome import SHELLS, Call, files_of, read_exit, running_shell
from assure_tui.ingest.adapters.copilot.wire import (
    BOOKKEEPING,
    Context,
    Data,
    Granted,
    Request,
    Result,
    ToolError,
    granted_decoder,
    record_decoder,
    result_decoder,
)
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, ExitSource, Permission, ResultStatus, SourceInfo, UserTurn

NAME = "copilot-cli"
_POLLS = ("read_", "write_")
_DENIED = frozenset({"denied", "rejected", "denied-by-rules", "denied-interactively-by-user"})


class CopilotDecoder(Decoder):
    """Reads one `events.jsonl`."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._native = stem
        self._main = run_id(NAME, stem, stem, salt)
        self._seen: Recent[str, bool] = Recent()
        self._calls: Recent[str, Call] = Recent()
        self._shells: Recent[str, str] = Recent(4096)
        """Call that started a background shell, by shell id."""
        self._told: Recent[str, bool] = Recent(4096)
        """Runs of sub-agents that were told."""
        self._model: str | None = None
        self._mode: str | None = None
        self._ending = False
        """The agent's last message asked for no tool."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = record_decoder.decode(data)
        if record.id is not None and record.id in self._seen:
            draft.bookkeeping = True
            return
        inner = record.data or Data()
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

    def _child(self, child: str, data: Data, draft: Draft) -> None:
        native = f"{self._native}/{child}"
        run = run_id(NAME, native, self.stem, self.salt)
        draft.at(run=run)
        if run not in self._told:
            self._told[run] = True
            draft.start(native, NAME, model=data.model, parent=self._main, parent_call=data.parent_tool_call_id)

    def _dispatch(self, kind: str, data: Data, draft: Draft) -> None:
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
            case _ if kind in BOOKKEEPING:
                draft.bookkeeping = True
            case _:
                draft.unknown = kind or "(no type)"

    def _start(self, kind: str, data: Data, draft: Draft) -> None:
        context = data.context or Context()
        self._model = data.selected_model or self._model
        draft.start(
            self._native,
            NAME,
            block=0,
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
        draft.start(self._native, NAME, block=0, model=model)

    def _modes(self, mode: str | None, draft: Draft) -> None:
        if mode is None or mode == self._mode:
            draft.bookkeeping = True
            return
        self._mode = mode
        draft.add(Permission, 0, decision="mode", mode=mode)

    def _message(self, data: Data, draft: Draft) -> None:
        text = plain_text(data.content)
        ending = not data.tool_requests
        if draft.run == self._main:
            self._ending = ending
        if text:
            draft.add(AgentText, 0, text=text, channel="final" if ending else "commentary")
        else:
            draft.bookkeeping = True

    def _call(self, data: Data, draft: Draft) -> None:
        call_id = data.tool_call_id or draft.event_id(0)
        args = arguments(data.arguments)
        tool = data.tool_name or ""
        self._calls[call_id] = Call(tool, args)
        description = args.get("description")
        draft.call(
            0,
            call_id,
            data.mcp_tool_name or tool,
            args,
            description=description if isinstance(description, str) else None,
            mcp_server=data.mcp_server_name,
        )

    def _result(self, data: Data, draft: Draft) -> None:
        call_id = data.tool_call_id or draft.event_id(0)
        call = self._calls.get(call_id) or Call("", {})
        result = (result_decoder.decode(data.result) if bytes(data.result) else None) or Result()
        error = msgspec.convert(data.error, ToolError) if isinstance(data.error, dict) else ToolError()
        text = plain_text(result.content) or error.message or ""
        status: ResultStatus = "failed" if data.success is False else "succeeded"
        code: int | None = None
        source: ExitSource = "none"
        facts: Json = {}
        child = run_id(NAME, f"{self._native}/{call_id}", self.stem, self.salt)
        if child in self._told:
            facts["child_run"] = child
        if error.code in _DENIED:
            status = "denied"
            facts["denied_by"] = "user"
            draft.add(Permission, "denied", decision="denied", by="user", call_id=call_id, reason=text[:400])
        elif call.tool in SHELLS or not call.tool:
            code, source = read_exit(data, text)
            if code is not None:
                status = "succeeded" if code == 0 else "failed"
            elif call.tool and status == "succeeded":
                status = "running" if self._goes_on(call_id, call, text) else "unknown"
        files = files_of(call, result) if status == "succeeded" else ()
        shell = call.args.get("shellId")
        polled = self._shells.get(str(shell)) if shell is not None else None
        cut = text.startswith("Output too large to read at once")
        tell = partial(draft.result, exit_code=code, exit_source=source, truncated=cut, files=files, facts=facts)
        if polled is None:
            tell(0, call_id, text, status)
            return
        tell(0, call_id, text, "succeeded" if status == "unknown" else status, reads_from=polled)
        if code is not None:
            self._shells.pop(str(shell))
            tell("later", polled, text, status)

    def _goes_on(self, call_id: str, call: Call, text: str) -> bool:
        """Return whether a shell goes on after its call has returned, and remember which call started it."""
        shell = running_shell(text)
        if shell is not None and not call.tool.startswith(_POLLS):
            self._shells[shell] = call_id
        return shell is not None

    def _permission(self, kind: str, data: Data, draft: Draft) -> None:
        if kind == "permission.requested":
            request = data.permission_request or Request()
            draft.add(
                Permission,
                0,
                decision="asked",
                call_id=request.tool_call_id,
                reason=request.full_command_text or request.kind,
            )
            return
        answer = (granted_decoder.decode(data.result) if bytes(data.result) else None) or Granted()
        granted = answer.kind.startswith("approved")
        draft.add(
            Permission,
            0,
            decision="granted" if granted else "denied",
            by="user",
            call_id=data.tool_call_id,
            reason=answer.kind,
        )
