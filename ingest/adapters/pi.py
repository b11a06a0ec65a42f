"""Pi session files, and those of agents built on it, such as OpenClaw: JSONL, a tree of entries.

The header names the session; each further line is an entry that names the one it follows. An entry that follows another
than the last one begins a new branch: what stood on the old one is rewound. A session that was forked repeats the
entries of the session that it comes from, which were written before its header.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.endings import stated_code
from assure_tui.ingest.adapters.values import Call, Ending, Recent, arguments, ended, epoch, one_of, whole
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, SourceInfo, UserTurn

NAME = "pi"
_SHELL = "bash"
_SHELLS = frozenset({_SHELL, "exec"})
_FAILED = frozenset({"aborted", "denied", "error", "failed", "forbidden", "killed", "timeout"})
"""How a call ended, in the words of agents built on Pi."""
_CUT = re.compile(r"(?:\A|\n)Command (?:timed out after \d{1,9} seconds|aborted)\s{0,8}\Z")
_NUMBERED = re.compile(r"^([ +-])[ ]{0,12}(\d{1,9}) (.*)$")
"""A line of an edit's `diff`: sign, line number, text."""
_BOOKKEEPING = frozenset({"thinking_level_change", "session_info", "label", "custom", "leaf"})
_INJECTED = frozenset({"custom", "branchSummary", "compactionSummary"})


class _Block(msgspec.Struct):
    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    arguments: Any = None


_Content: TypeAlias = str | list[_Block] | None


class _Message(msgspec.Struct, rename="camel"):
    role: str = ""
    content: _Content = None
    model: str | None = None
    stop_reason: str | None = None
    error_message: str | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    details: Any = None
    is_error: bool | None = None
    command: str | None = None
    output: str | None = None
    exit_code: int | None = None
    cancelled: bool | None = None
    truncated: bool | None = None


class _Entry(msgspec.Struct, rename="camel"):
    type: str = ""
    id: str | None = None
    parent_id: str | None = None
    timestamp: Any = None
    cwd: str | None = None
    parent_session: str | None = None
    model_id: str | None = None
    message: _Message | None = None
    content: _Content = None


_entry_decoder = msgspec.json.Decoder(_Entry)


class PiDecoder(Decoder):
    """Reads one session file."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._native = stem
        self._run = run_id(NAME, stem, stem, salt)
        self._born: float | None = None
        self._forked = False
        self._model: str | None = None
        self._calls: Recent[str, Call] = Recent()
        self._sessions: Recent[str, str] = Recent()
        """Calls whose commands go on, by the name under which later calls ask for their output."""
        self._last: str | None = None
        """Id of the newest entry."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        entry = _entry_decoder.decode(data)
        draft.at(key=entry.id if entry.type != "session" else None, run=self._run, time=epoch(entry.timestamp))
        if entry.type == "session":
            self._start(entry, draft)
            return
        if self._inherited(draft.time):
            draft.bookkeeping = True
            return
        self._follow(entry, draft)
        match entry.type:
            case "message" if entry.message is not None:
                self._message(entry.message, draft)
            case "model_change":
                self._runs_on(entry.model_id, draft)
            case "compaction" | "branch_summary":
                draft.add(Boundary, 0, what="compaction")
            case "custom_message":
                draft.add(UserTurn, 0, text=_text(entry.content), synthetic=True)
            case kind if kind not in _BOOKKEEPING:
                draft.unknown = kind or "(no type)"
                return
        draft.bookkeeping = not draft.events

    def _start(self, entry: _Entry, draft: Draft) -> None:
        self._native = entry.id or self.stem
        self._run = run_id(NAME, self._native, self.stem, self.salt)
        self._born = draft.time
        origin = _session_of(entry.parent_session)
        self._forked = origin is not None
        draft.at(run=self._run)
        draft.start(self._native, NAME, cwd=entry.cwd, forked_from=run_id(NAME, origin, origin) if origin else None)

    def _inherited(self, time: float | None) -> bool:
        return self._forked and time is not None and self._born is not None and time < self._born

    def _follow(self, entry: _Entry, draft: Draft) -> None:
        if self._last is not None and entry.parent_id is not None and entry.parent_id != self._last:
            draft.add(Boundary, "branch", what="rewind", detail=f"continues after {entry.parent_id[:80]}")
        self._last = entry.id or self._last

    def _runs_on(self, model: str | None, draft: Draft) -> None:
        if model and model != self._model:
            self._model = model
            draft.start(self._native, NAME, block="model", model=model)

    def _message(self, message: _Message, draft: Draft) -> None:
        match message.role:
            case "user":
                draft.add(UserTurn, 0, text=_text(message.content))
            case "assistant":
                self._agent(message, draft)
            case "toolResult":
                self._result(message, draft)
            case "bashExecution":
                draft.add(UserTurn, 0, text=_typed(message), synthetic=True)
            case "system":
                draft.add(UserTurn, 0, text=_text(message.content), synthetic=True, system=True)
            case role if role in _INJECTED:
                draft.add(UserTurn, 0, text=_text(message.content), synthetic=True)
            case role:
                draft.unknown = f"message {role}"

    def _agent(self, message: _Message, draft: Draft) -> None:
        self._runs_on(message.model, draft)
        ends, cut = message.stop_reason == "stop", message.stop_reason in {"aborted", "error"}
        for index, block in enumerate(_blocks(message.content)):
            if block.type == "text" and block.text:
                channel = "final" if ends else "commentary"
                draft.add(AgentText, index, text=block.text, channel=channel, cut=cut)
            elif block.type == "toolCall" and not cut:
                call_id, tool, args = block.id or draft.event_id(index), block.name or "", arguments(block.arguments)
                self._calls[call_id] = Call(tool, args)
                draft.call(index, call_id, tool, args)
        if message.stop_reason == "aborted":
            draft.add(Boundary, "end", what="abort", detail=message.error_message)
        elif message.stop_reason == "error":
            draft.add(Boundary, "end", what="api_error", detail=message.error_message)
        elif ends:
            draft.add(Boundary, "end", what="turn_end")

    def _result(self, message: _Message, draft: Draft) -> None:
        call_id = message.tool_call_id or draft.event_id(0)
        call = self._calls.pop(call_id)
        text = _text(message.content)
        details = message.details if isinstance(message.details, dict) else {}
        status, code, source = _ending(message, text, details)
        session = details.get("sessionId")
        asked = self._sessions.get(session) if isinstance(session, str) else None
        if status == "running" and asked is None and isinstance(session, str):
            self._sessions[session] = call_id
        draft.result(
            0,
            call_id,
            text,
            status,
            code,
            source,
            truncated="truncation" in details,
            files=_files(call, details) if status == "succeeded" else (),
            facts={"interrupted": True} if message.is_error and _CUT.search(text) else {},
            reads_from=asked,
        )


def _blocks(content: _Content) -> list[_Block]:
    return [_Block(type="text", text=content)] if isinstance(content, str) else content or []


def _text(content: _Content) -> str:
    return "\n".join(block.text for block in _blocks(content) if block.text)


def _ending(message: _Message, text: str, details: Json) -> Ending:
    """Return how a call ended. Pi writes a command's exit code only when it is not zero; OpenClaw keeps it beside."""
    state, code = details.get("status"), whole(details.get("exitCode"))
    if state == "running":
        return "running", None, "none"
    shell = message.tool_name in _SHELLS
    stated = stated_code(text) if code is None and shell else None
    if message.is_error or code or stated or details.get("error") or one_of(state, _FAILED):
        if code is not None:
            return "failed", code, "structured"
        return "failed", stated, "none" if stated is None else "text"
    if code is not None:
        return ended(code)
    return ("succeeded", 0, "implied") if message.tool_name == _SHELL else ("succeeded", None, "none")


def _typed(message: _Message) -> str:
    """Return the command that the user ran beside the agent, as the model is shown it."""
    ended = "cancelled" if message.cancelled else f"exit code {message.exit_code}"
    return f"Ran `{message.command or ''}` ({ended})\n{message.output or ''}"


def _files(call: Call | None, details: Json) -> tuple[FileChange, ...]:
    path = call.args.get("path") if call is not None else None
    if call is None or not isinstance(path, str) or not path:
        return ()
    match call.tool:
        case "write":
            return (FileChange(path=path, op="edit"),)
        case "edit":
            diff = details.get("diff")
            return (FileChange(path=path, op="edit", diff=_hunks(diff) if isinstance(diff, str) else None),)
        case _:
            return ()


def _hunks(numbered: str) -> str | None:
    """Turn Pi's numbered lines into unified hunks; None where they are not of that form. `...` stands for a gap."""
    hunks: list[str] = []
    lines: list[str] = []
    first: int | None = None

    def close() -> None:
        nonlocal first
        if lines:
            old, new = (sum(line[0] in signs for line in lines) for signs in (" -", " +"))
            hunks.append("\n".join([f"@@ -{first},{old} +{first},{new} @@", *lines]))
            lines.clear()
        first = None

    for line in numbered.split("\n"):
        if (found := _NUMBERED.match(line)) is not None:
            first = int(found[2]) if first is None else first
            lines.append(found[1] + found[3])
        elif line.strip() == "...":
            close()
        elif line.strip():
            return None
    close()
    return "\n".join(hunks) or None


def _session_of(path: str | None) -> str | None:
    """Return the id in a session file's name, `<time>_<id>.jsonl`."""
    if not path:
        return None
    name = path.replace("\\", "/").rpartition("/")[2].removesuffix(".jsonl")
    return name.rpartition("_")[2] or None


def recognises(head: Head) -> bool:
    """Tell a session file by its header."""
    return any(
        record.get("type") == "session" and isinstance(record.get("id"), str) and "timestamp" in record
        for record in head.objects[:1]
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=PiDecoder)
