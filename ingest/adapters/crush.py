"""Crush's database, `.crush/crush.db` in the folder it works in: its sessions and their messages.

A message holds tagged parts. What a command printed ends with its exit code where that is not zero, and what a tool
says for the screen stands beside as JSON text. A sub-agent's session is named after the call that started it. A record
is a message.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoded, DocumentDecoder, Draft, Head, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.sqlite import MAGIC, has_tables, reading
from assure_tui.ingest.adapters.values import Call, Ending, Recent, arguments, ended, epoch
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, UserTurn

NAME = "crush"
MAX_SESSIONS = 100_000
_TABLES = {
    "sessions": frozenset({"id", "parent_session_id", "message_count", "created_at"}),
    "messages": frozenset({"id", "session_id", "role", "parts", "model", "created_at"}),
}
_SHELL, _POLLS = "bash", "job_output"
_WRITERS = frozenset({"edit", "multiedit", "write"})
_EXIT = re.compile(r"(?:\A|\n)Exit code (\d{1,9})\s{0,8}(?:\n<cwd>[^\n]{0,4096}</cwd>)?\s{0,8}\Z")
_CUT = re.compile(r"(?:\A|\n)Command was aborted before completion\s{0,8}(?:\n<cwd>[^\n]{0,4096}</cwd>)?\s{0,8}\Z")
_DENIED = ("User denied permission", "permission denied")
_SILENT = frozenset({"reasoning", "image_url", "binary"})
_ROLES = frozenset({"user", "assistant", "tool", "system"})
_STARTED_BY = "$$"
"""What stands between the message and the call in the name of a sub-agent's session."""


class _Data(msgspec.Struct):
    text: str | None = None
    id: str | None = None
    name: str = ""
    input: Any = None
    tool_call_id: str | None = None
    content: str | None = None
    metadata: Any = None
    is_error: bool | None = None
    reason: str | None = None
    message: str | None = None
    command: str | None = None
    output: str | None = None
    exit_code: int | None = None


class _Part(msgspec.Struct):
    type: str = ""
    data: _Data | None = None


class _Message(msgspec.Struct):
    role: str = ""
    parts: list[_Part] | None = None
    model: str | None = None
    created: Any = None
    summary: bool = False


_message_decoder = msgspec.json.Decoder(_Message)


class CrushDecoder(DocumentDecoder):
    """Reads a database with its sessions."""

    def document(self, data: bytes) -> list[Decoded]:  # noqa: ARG002 - the database is opened, and not held in memory
        """Read all sessions. Raises `SourceError` when the database cannot be read."""
        return reading(Path(self.source.path), _TABLES, self._sessions)

    def _sessions(self, database: sqlite3.Connection) -> list[Decoded]:
        sessions: list[_Session] = []

        def messages() -> Iterator[bytes]:
            rows = database.execute("SELECT id, parent_session_id FROM sessions ORDER BY created_at, id")
            for native, parent in rows.fetchmany(MAX_SESSIONS):
                sessions.append(_Session(str(native), str(parent) if parent else None, self.salt))
                told = database.execute(
                    "SELECT * FROM messages WHERE session_id = ? ORDER BY created_at, rowid", (native,)
                )
                names = [column[0] for column in told.description]
                for row in told:
                    yield _told(dict(zip(names, row, strict=True)))

        def take(message: _Message, draft: Draft) -> None:
            sessions[-1].message(message, draft)

        return self.items(messages(), _message_decoder, take)


def _told(row: dict[str, Any]) -> bytes:
    """Return what is read of a message's row, the parts as the text that they are."""
    parts, model, created = row["parts"], row["model"], row["created_at"]
    about = {
        "role": str(row["role"]),
        "model": model if isinstance(model, str) and model else None,
        "created": created if isinstance(created, int | float) else None,
        "summary": row.get("is_summary_message") == 1,
    }
    text = parts if isinstance(parts, str) else "null"
    return msgspec.json.encode(about)[:-1] + b',"parts":' + text.encode("utf-8", "replace") + b"}"


class _Session:
    """One session in the reading."""

    def __init__(self, native: str, parent: str | None, salt: str) -> None:
        self._native = native
        self._run = run_id(NAME, native, native, salt)
        self._parent = run_id(NAME, parent, parent, salt) if parent else None
        self._told: tuple[str | None, str | None] | None = None
        """The model and the folder, as told."""
        self._calls: Recent[str, Call] = Recent()
        self._shells: Recent[str, str] = Recent()
        """Calls whose commands go on, by the name of their shell."""

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn one message into events."""
        draft.at(run=self._run, time=epoch(message.created))
        self._about(draft, model=message.model)
        if message.role not in _ROLES:
            draft.unknown = f"message {message.role}"
        elif message.summary:
            draft.add(Boundary, "summary", what="compaction")
        else:
            parts = [(index, part.type, part.data or _Data()) for index, part in enumerate(message.parts or ())]
            reason = next((data.reason for _, kind, data in parts if kind == "finish"), None)
            for index, kind, data in parts:
                self._part(message.role, kind, data, index, reason, draft)
        draft.bookkeeping = not draft.events

    def _about(self, draft: Draft, model: str | None = None, cwd: str | None = None) -> None:
        before = self._told or (None, None)
        now = (model or before[0], before[1] or cwd)
        if now == self._told:
            return
        first, self._told = self._told is None, now
        draft.start(
            self._native,
            NAME,
            block="run" if first else "about",
            model=now[0],
            cwd=now[1],
            parent=self._parent,
            parent_call=self._native.partition(_STARTED_BY)[2] or None if self._parent else None,
            coding=True,
        )

    def _part(self, role: str, kind: str, data: _Data, index: int, reason: str | None, draft: Draft) -> None:
        match kind:
            case "text" if not (data.text or "").strip():
                pass
            case "text" if role == "assistant":
                channel = "final" if reason == "end_turn" else "commentary"
                cut = reason in {"canceled", "error"}
                draft.add(AgentText, index, text=data.text or "", channel=channel, cut=cut)
            case "text":
                draft.add(UserTurn, index, text=data.text or "", synthetic=role != "user", system=role == "system")
            case "shell_command":
                text = f"Ran `{data.command or ''}` (exit code {data.exit_code})\n{data.output or ''}"
                draft.add(UserTurn, index, text=text, synthetic=True)
            case "tool_call":
                call_id, args = data.id or draft.event_id(index), arguments(data.input)
                self._calls[call_id] = Call(data.name, args)
                draft.call(index, call_id, data.name, args)
            case "tool_result":
                self._result(data, index, draft)
            case "finish":
                self._finished(role, data, draft)
            case _ if kind not in _SILENT:
                draft.unknown = f"part {kind}"

    def _finished(self, role: str, data: _Data, draft: Draft) -> None:
        if role != "assistant":
            return
        if data.reason == "end_turn":
            draft.add(Boundary, "end", what="turn_end")
        elif data.reason == "canceled":
            draft.add(Boundary, "end", what="abort")
        elif data.reason == "error":
            draft.add(Boundary, "end", what="api_error", detail=data.message)

    def _result(self, data: _Data, index: int, draft: Draft) -> None:
        call_id = data.tool_call_id or draft.event_id(index)
        call = self._calls.pop(call_id) or Call(data.name)
        beside, text = arguments(data.metadata), data.content or ""
        folder, shell = beside.get("working_directory"), beside.get("shell_id")
        if isinstance(folder, str):
            self._about(draft, cwd=folder)
        status, code, source = _ending(call.tool, text, beside, is_error=data.is_error)
        asked = self._shells.get(shell) if isinstance(shell, str) else None
        if status == "running" and asked is None and isinstance(shell, str):
            self._shells[shell] = call_id
        cut = status == "unknown" and code is None and _CUT.search(text)
        files = _files(call, beside) if status == "succeeded" and call.tool in _WRITERS else ()
        draft.result(
            index,
            call_id,
            text,
            status,
            code,
            source,
            files=files,
            facts={"interrupted": True} if cut else {},
            denied_by="user",
            reads_from=asked,
        )


def _ending(tool: str, text: str, beside: Json, *, is_error: bool | None) -> Ending:
    """Return how a call ended; a command's exit code is written only when it is not zero."""
    if is_error:
        return "denied" if text.startswith(_DENIED) else "failed", None, "none"
    if tool not in {_SHELL, _POLLS}:
        return "succeeded", None, "none"
    if beside.get("done") is False or (tool == _SHELL and beside.get("shell_id")):
        return "running", None, "none"
    if found := _EXIT.search(text):
        return ended(int(found[1]), "text")
    return ("unknown", None, "none") if _CUT.search(text) else ("succeeded", 0, "implied")


def _files(call: Call, beside: Json) -> tuple[FileChange, ...]:
    """Return the file that a call changed, with the hunks that stand beside or those of its arguments."""
    whole, diff = edited(call.args), beside.get("diff")
    if not whole:
        return ()
    if isinstance(diff, str) and "@@" in diff:
        return (msgspec.structs.replace(whole[0], diff=diff[diff.index("@@") :]),)
    several = call.args.get("edits")
    parts = [part for part in several if isinstance(part, dict)] if isinstance(several, list) else []
    hunks = [change.diff for part in parts for change in edited(call.args | part) if change.diff]
    return (msgspec.structs.replace(whole[0], diff="\n".join(hunks)),) if hunks else whole


def recognises(head: Head) -> bool:
    """Tell a database by its tables."""
    return head.data.startswith(MAGIC) and has_tables(head.path, _TABLES)


ADAPTER = Adapter(
    name=NAME, discipline="upsert", complete=True, recognises=recognises, decoder=CrushDecoder, form="database"
)
