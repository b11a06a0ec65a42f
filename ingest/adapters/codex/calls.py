"""The calls of a Codex thread and what came of them: put together from outputs, structured events and scripts.

An output is text; an event tells the exit code and the changed files, before the output or after it, or not at all. A
script (`exec`) holds several calls, which structured items tell where there are any, and else the script's own text.
"""

from __future__ import annotations

import msgspec

from assure_tui.ingest.adapters.base import Draft, Json
from assure_tui.ingest.adapters.codex.facts import Structured, correct, did_what, mcp_status, patch_in, status_of
from assure_tui.ingest.adapters.codex.output import Output, cell_session, read_inner, read_output
from assure_tui.ingest.adapters.codex.patch import files_of_changes, files_of_patch
from assure_tui.ingest.adapters.codex.script import nested_calls, prints_its_only_call
from assure_tui.ingest.adapters.codex.wire import Completed, Item, Notice
from assure_tui.ingest.adapters.reading import Reading
from assure_tui.ingest.adapters.values import Recent, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import Permission, ResultStatus

AGENT = "codex"
_SHELLS = frozenset(
    {"exec_command", "write_stdin", "shell", "shell_command", "local_shell", "local_shell_call", "exec"}
)
_SESSIONS = 4096
"""Command sessions, and outcomes that came before their output, that are remembered."""
_MCP = "mcp__"


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


class Calls:
    """The calls of one thread, as its records tell of them."""

    def __init__(self) -> None:
        self._calls: Recent[str, _Call] = Recent()
        self._structured: Recent[str, Structured] = Recent(_SESSIONS)
        self._sessions: Recent[str, str] = Recent(_SESSIONS)
        """Call that started a command session, by session id."""
        self._inner: Recent[str, _Call] = Recent()
        """The one call inside a script that prints its answer, by the script's id."""
        self._script: str | None = None
        """The script call that is waiting for its output."""

    def asked(self, item: Item, tool: str, args: Json, draft: Draft) -> None:
        """Tell a call."""
        call_id = item.call_id or item.id or draft.event_id(0)
        server = None
        space = item.namespace or ""
        if space.startswith(_MCP):
            server = space[len(_MCP) :].strip("_")
        elif tool.startswith(_MCP):
            server, _, bare = tool[len(_MCP) :].partition("__")
            server, tool = (server, bare) if bare else (None, tool)
        call = _Call(tool, args, patch=patch_in(args))
        session = args.get("session_id")
        if tool == "write_stdin" and session is not None:
            call.session = str(session)
        elif "cell_id" in args:
            call.session = cell_session(args["cell_id"])
        self._calls[call_id] = call
        if tool == "exec" and item.type == "custom_tool_call":
            self._script = call_id
        why = args.get("justification")
        draft.call(0, call_id, tool, args, description=why if isinstance(why, str) else None, mcp_server=server)

    def answered(self, item: Item, draft: Draft) -> None:
        """Tell the output of a call, and of the command that it asked for."""
        call_id = item.call_id or draft.event_id(0)
        call = self._calls.get(call_id) or _Call("", {})
        call.answered = True
        reading = read_output(item.output, command=call.tool in _SHELLS)
        known = self._structured.pop(call_id)
        if known is not None:
            correct(reading, known)
        if not reading.files and call.patch is not None and reading.status == "succeeded":
            reading.files = files_of_patch(call.patch)
        if reading.session is not None and call.session is None:
            self._sessions[reading.session] = call_id
        origin = self._sessions.get(call.session)
        reading.tell(draft, 0, call_id, reads_from=origin)
        if origin is not None and reading.status != "running":
            reading.tell(draft, "later", origin)
            inner = self._inner.get(origin)
            if inner is not None:
                self._answer(f"{origin}/1", inner, reading, draft, "later.1")
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

    def ended(self, notice: Notice, draft: Draft) -> None:
        """Take an event that tells how a call ended."""
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
            run_id(AGENT, child, child) if child else None,
        )
        self._know(notice.call_id, known, draft)

    def did(self, item: Completed, draft: Draft) -> None:
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
        draft.call(0, call_id, tool, args, mcp_server=item.server)
        content = item.result.get("content") if isinstance(item.result, dict) else None
        reading = Reading(item.aggregated_output or plain_text(content))
        correct(reading, known)
        reading.tell(draft, "result", call_id)

    def _know(self, call_id: str | None, known: Structured, draft: Draft) -> None:
        """Keep what is known of a call until its output comes, or correct the output that has come."""
        call = self._calls.get(call_id)
        if call_id is None or call is None or not call.answered:
            if call_id is not None:
                self._structured[call_id] = known
            draft.bookkeeping = True
            return
        reading = Reading("")
        correct(reading, known)
        reading.tell(draft, 0, call_id)

    def _scripted(self, call_id: str, script: str, outer: Output, draft: Draft) -> None:
        """Tell the calls inside a script that nothing else in the log tells.

        What came of them is recorded only where the script prints what its one call answered.
        """
        nested = nested_calls(script)
        alone = len(nested) == 1 and prints_its_only_call(script)
        for number, (tool, args) in enumerate(nested, 1):
            inner_id = f"{call_id}/{number}"
            draft.call(f"{number}.call", inner_id, tool, args)
            if alone:
                session = args.get("session_id") if tool == "write_stdin" else None
                call = _Call(tool, {}, patch_in(args), None if session is None else str(session))
                self._inner[call_id] = call
                self._answer(inner_id, call, outer, draft, f"{number}.result")
                continue
            status: ResultStatus = outer.status if outer.status == "denied" else "unknown"
            facts = {"script": call_id}
            draft.result(f"{number}.result", inner_id, "", status, facts=facts)

    def _answer(self, inner_id: str, call: _Call, outer: Output, draft: Draft, block: str) -> None:
        """Tell what the one call inside a script answered, and of the command whose output it asked for."""
        reading = read_inner(outer, command=call.tool in _SHELLS)
        reading.facts = {"script": inner_id.rpartition("/")[0]}
        if call.patch is not None and reading.status == "succeeded":
            reading.files = files_of_patch(call.patch)
        origin = self._sessions.get(call.session)
        if reading.session is not None and call.session is None:
            self._sessions[reading.session] = inner_id
        reading.tell(draft, block, inner_id, reads_from=origin)
        if origin is not None and reading.status != "running":
            reading.tell(draft, f"{block}.later", origin)
