"""Messages of OpenCode until version 2, and what `opencode run --format json` prints of them.

A session has messages, a message has parts, and a part of type `tool` is both the call and its result. The status of a
command is `completed` however it ended; its exit code is beside it. A record is a message. A run prints a line for each
part of the agent's messages, but neither the prompt nor the folder.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, one_of, whole
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    ExitSource,
    FileChange,
    ResultStatus,
    RunStarted,
    SourceInfo,
    UserTurn,
)

NAME = "opencode"
RUN = "opencode-run"
MAX_FILES = 1000
_ABORTED = "MessageAbortedError"
_COMPACTS = "compaction"
"""Mode of a message in which the agent sums up for itself what is cut off: no report to anybody."""
_SHELLS = frozenset({"bash", "shell"})
"""The tool for commands, and its name since version 2."""
_OPEN = frozenset({"pending", "running", "streaming"})
_OPS: dict[str, Literal["create", "edit", "delete", "rename"]] = {
    "add": "create",
    "update": "edit",
    "delete": "delete",
    "move": "rename",
    "added": "create",
    "deleted": "delete",
}
_SILENT = frozenset({"reasoning", "step-start", "step-finish", "patch", "file", "snapshot", "agent", "retry"})
_PRINTED = frozenset({"error", "reasoning", "step_finish", "step_start", "text", "tool_use"})


class Place(msgspec.Struct):
    """Where a session runs."""

    directory: str | None = None


class Session(msgspec.Struct, rename={"parent": "parentID"}):
    """What is said of a session itself."""

    id: str | None = None
    parent: str | None = None
    directory: str | None = None
    version: str | None = None
    location: Place | None = None


class Time(msgspec.Struct):
    """When something began and ended, in milliseconds."""

    created: float | None = None
    completed: float | None = None
    start: float | None = None
    end: float | None = None


class State(msgspec.Struct):
    """How a call stands."""

    status: str = ""
    input: Any = None
    output: Any = None
    error: Any = None
    metadata: Json | None = None
    time: Time | None = None


class Part(msgspec.Struct, rename={"call_id": "callID"}):
    """A part of a message."""

    type: str = ""
    text: str | None = None
    synthetic: bool | None = None
    prompt: str | None = None
    call_id: str | None = None
    tool: str | None = None
    state: State | None = None
    reason: str | None = None


class _Error(msgspec.Struct):
    name: str | None = None


class _Info(msgspec.Struct, rename={"model": "modelID"}):
    role: str = ""
    time: Time | None = None
    model: str | None = None
    finish: str | None = None
    mode: str | None = None
    error: _Error | None = None


class _Message(msgspec.Struct):
    info: _Info
    parts: list[Part] = []


class _Printed(msgspec.Struct, rename={"session": "sessionID"}):
    type: str = ""
    timestamp: Any = None
    session: str | None = None
    part: Part | None = None
    error: Any = None


_message_decoder = msgspec.json.Decoder(_Message)
_printed_decoder = msgspec.json.Decoder(_Printed)


class OpenCodeRunDecoder(Decoder):
    """Reads what one or more runs printed."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._session: str | None = None
        self._reading = Reading(Session(), stem, salt, RUN)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = _printed_decoder.decode(data)
        if line.type not in _PRINTED:
            draft.unknown = line.type or "(no type)"
            return
        draft.at(time=epoch(line.timestamp))
        if line.session is not None and line.session != self._session:
            self._session = line.session
            self._reading = Reading(Session(id=line.session), self.stem, self.salt, RUN)
            self._reading.start(draft)
        self._reading.printed(line, draft)
        draft.bookkeeping = not draft.events


class Reading:
    """One session in the reading."""

    def __init__(self, info: Session, stem: str, salt: str, adapter: str = NAME) -> None:
        self._info = info
        self._adapter = adapter
        self._native = info.id or stem
        self._stem = stem
        self._run = run_id(NAME, self._native, stem, salt)
        self._model: str | None = None
        self._calls: Recent[str, bool] = Recent()
        self._started = False

    def take(self, raw: msgspec.Raw, draft: Draft) -> None:
        """Turn a message of the database into events, the session's own before those of its first."""
        self.begin(draft)
        try:
            message = _message_decoder.decode(raw)
        except (ValueError, RecursionError):
            draft.unknown = "unexpected shape"
        else:
            self.message(message, draft)

    def begin(self, draft: Draft) -> None:
        """Begin a record; the first of the session tells of the session itself."""
        if not self._started:
            self._started = True
            self.start(draft)
        draft.at(run=self._run)

    def told(self, draft: Draft, block: str, **facts: str) -> None:
        """Tell what became known of the session."""
        draft.add(RunStarted, block, native_id=self._native, agent=NAME, adapter=NAME, **facts)

    def runs_on(self, model: str | None, draft: Draft) -> None:
        """Tell which model runs from here on."""
        if model and model != self._model:
            self._model = model
            self.told(draft, "model", model=model)

    def start(self, draft: Draft) -> None:
        """Tell of the session itself."""
        draft.at(run=self._run)
        parent = self._info.parent
        draft.start(
            self._native,
            NAME,
            self._adapter,
            agent_version=self._info.version,
            cwd=self._info.directory or (self._info.location.directory if self._info.location else None),
            parent=run_id(NAME, parent, parent) if parent else None,
        )

    def printed(self, line: _Printed, draft: Draft) -> None:
        """Turn what was printed of one part into events."""
        draft.at(run=self._run)
        part = line.part or Part()
        if line.type == "text" and part.text:
            draft.add(AgentText, 0, text=part.text)
        elif line.type == "tool_use" and part.state is not None:
            inner = (part.state.metadata or {}).get("metadata")
            if isinstance(inner, dict):  # since version 2, what a tool tells of its work stands beside its answer
                part.state.metadata = inner
            self.called(part, part.state, 0, draft)
        elif line.type == "step_finish" and part.reason == "stop":
            draft.add(Boundary, "end", what="turn_end")
        elif line.type == "error":
            draft.add(Boundary, "end", what="api_error", detail=_text(line.error)[:200])

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn a message into events."""
        info = message.info
        draft.at(run=self._run, time=epoch(info.time.created) if info.time else None)
        if info.role == "user":
            self._user(message, draft)
        elif info.role == "assistant":
            self._agent(message, draft)
        else:
            draft.unknown = f"message {info.role}"

    def _user(self, message: _Message, draft: Draft) -> None:
        for index, part in enumerate(message.parts):
            if part.type == "text" and part.text:
                draft.add(UserTurn, index, text=part.text, synthetic=bool(part.synthetic))
            elif part.type == "subtask" and part.prompt:
                draft.add(UserTurn, index, text=part.prompt, synthetic=True)
            elif part.type == "compaction":
                draft.add(Boundary, index, what="compaction")
            elif part.type not in _SILENT | {"text", "subtask"}:
                draft.unknown = f"part {part.type}"

    def _agent(self, message: _Message, draft: Draft) -> None:
        info = message.info
        self.runs_on(info.model, draft)
        ends, cut = info.finish == "stop", info.error is not None
        for index, part in enumerate(message.parts):
            if part.type == "text" and part.text and info.mode == _COMPACTS:
                draft.add(UserTurn, index, text=part.text, synthetic=True)
            elif part.type == "text" and part.text:
                channel = "final" if ends else "commentary"
                draft.add(AgentText, index, text=part.text, channel=channel, cut=cut)
            elif part.type == "tool" and part.state is not None:
                self.called(part, part.state, index, draft)
            elif part.type == "compaction":
                draft.add(Boundary, index, what="compaction")
            elif part.type not in _SILENT | {"text"}:
                draft.unknown = f"part {part.type}"
        if info.error is not None:
            aborted = info.error.name == _ABORTED
            draft.add(Boundary, "end", what="abort" if aborted else "api_error", detail=info.error.name)
        elif ends:
            draft.add(Boundary, "end", what="turn_end")

    def called(self, part: Part, state: State, index: int, draft: Draft) -> str:
        """Take a call with what came of it; give its id."""
        call_id = part.call_id or draft.event_id(index)
        if call_id in self._calls:
            call_id = draft.event_id(index)
        self._calls[call_id] = True
        args = arguments(state.input)
        tool = part.tool or ""
        draft.call(index, call_id, tool, args)
        for place, step in enumerate(_done(args.get("todos")) if tool == "todowrite" else ()):
            draft.add(AgentText, f"{index}.todo{place}", text=step, channel="todo")
        if state.status in _OPEN:
            return call_id
        meta = state.metadata or {}
        code, source = exit_of(tool, meta)
        status: ResultStatus = "failed" if state.status == "error" or code else "succeeded"
        if status == "succeeded" and meta.get("status") == "running":
            status = "running"
        elif tool in _SHELLS and status == "succeeded" and code is None:
            status = "unknown"
        child = meta.get("sessionId") or meta.get("sessionID")
        draft.result(
            f"{index}.result",
            call_id,
            _text(state.output if state.status != "error" else state.error),
            status,
            code,
            source,
            truncated=meta.get("truncated") is True,
            files=_files(meta, args) if status == "succeeded" else (),
            facts={"child_run": run_id(NAME, child, child)} if isinstance(child, str) and child else {},
        )
        return call_id


def exit_of(tool: str, meta: Json) -> tuple[int | None, ExitSource]:
    """Return a command's exit code; one that was cut off has none."""
    code = whole(meta.get("exit"))
    if tool not in _SHELLS or code is None:
        return None, "none"
    return code, "structured"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _done(todos: object) -> list[str]:
    """Return the steps of the agent's plan that it calls done."""
    steps = [step for step in todos if isinstance(step, dict)] if isinstance(todos, list) else []
    return [str(step["content"]) for step in steps if step.get("status") == "completed" and step.get("content")]


def _files(meta: Json, args: Json) -> tuple[FileChange, ...]:
    """Return the files that a call changed: a list where a patch was applied, else the one that was edited."""
    listed = meta.get("files")
    if isinstance(listed, list):
        return tuple(change for file in listed[:MAX_FILES] if (change := _file(file)) is not None)
    path, diff = args.get("filePath"), meta.get("diff")
    if not isinstance(path, str) or not path or not isinstance(diff, str):
        return ()
    return (FileChange(path=path, op="edit", diff=_hunks(diff)),)


def _file(file: object) -> FileChange | None:
    if not isinstance(file, dict) or not isinstance(path := file.get("filePath") or file.get("file"), str):
        return None
    diff, target = file.get("diff") or file.get("patch"), file.get("movePath")
    return FileChange(
        path=path,
        op=_OPS.get(str(file.get("type") or file.get("status")), "edit"),
        diff=_hunks(diff) if isinstance(diff, str) else None,
        new_path=target if isinstance(target, str) else None,
    )


def _hunks(diff: str) -> str | None:
    return diff[diff.index("@@") :] if "@@" in diff else None


def recognises_run(head: Head) -> bool:
    """Tell what a run prints by its first lines: parts of messages, each with its session."""
    return any(
        one_of(record.get("type"), _PRINTED) and isinstance(record.get("sessionID"), str) and "part" in record
        for record in head.objects[:4]
    )


LINES = Adapter(name=RUN, discipline="append", complete=True, recognises=recognises_run, decoder=OpenCodeRunDecoder)
