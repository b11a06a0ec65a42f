"""Sessions of Goose: its database, and the JSON Lines that it kept them in before.

A message holds tagged blocks, of which a request is a call and a response its result. Tools are named after the
extension that has them, `developer__shell`. Of a command it is not told how it ended, unless its tool says so in
structured content. A record is a message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoded, Decoder, DocumentDecoder, Draft, Head, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.sqlite import MAGIC, has_tables, reading
from assure_tui.ingest.adapters.values import Call, Ending, Recent, arguments, ended, epoch, plain_text, whole
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, Permission, SourceInfo, UserTurn

NAME = "goose"
MAX_SESSIONS = 100_000
_TABLES = {
    "sessions": frozenset({"id", "working_dir", "created_at"}),
    "messages": frozenset({"id", "session_id", "role", "content_json", "created_timestamp"}),
}
_SHELL, _EDITOR = "shell", "text_editor"
_WRITES = {"write": "create", "str_replace": "edit", "insert": "edit", "edit_file": "edit"}
_OWN = frozenset({"", "developer"})
"""Extensions that are part of Goose itself."""
_DECLINED = "The user has declined to run this tool"
_SILENT = frozenset(
    {
        *("image", "thinking", "redactedThinking", "toolConfirmationRequest", "systemNotification", "reasoning"),
        *("frontendToolRequest", "contextLengthExceeded", "summarizationRequested", "actionRequired"),
    }
)


class _Asked(msgspec.Struct):
    name: str = ""
    arguments: Any = None


class _Call(msgspec.Struct):
    status: str | None = None
    value: _Asked | None = None
    error: Any = None


class _Answer(msgspec.Struct):
    status: str | None = None
    value: Any = None
    error: Any = None


class _Block(msgspec.Struct, rename="camel"):
    type: str = ""
    text: str | None = None
    id: str | None = None
    tool_call: _Call | None = None
    tool_result: _Answer | None = None


class _Message(msgspec.Struct):
    role: str = ""
    created: Any = None
    content: list[_Block] | None = None
    working_dir: str | None = None


_message_decoder = msgspec.json.Decoder(_Message)


class GooseDecoder(Decoder):
    """Reads the lines of one session: what it is about, then its messages."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._session = _Session(stem, run_id(NAME, stem, stem, salt), None)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        message = _message_decoder.decode(data)
        if not message.role and message.working_dir is not None:
            self._session.cwd = message.working_dir
            draft.bookkeeping = True
        elif not message.role:
            draft.unknown = "no message"
        else:
            self._session.message(message, draft)


class GooseDatabaseDecoder(DocumentDecoder):
    """Reads a database with its sessions."""

    def document(self, data: bytes) -> list[Decoded]:  # noqa: ARG002 - the database is opened, and not held in memory
        """Read all sessions. Raises `SourceError` when the database cannot be read."""
        return reading(Path(self.source.path), _TABLES, self._sessions)

    def _sessions(self, database: sqlite3.Connection) -> list[Decoded]:
        sessions: list[_Session] = []

        def messages() -> Iterator[bytes]:
            rows = database.execute("SELECT id, working_dir FROM sessions ORDER BY created_at, id").fetchmany(
                MAX_SESSIONS
            )
            for native, folder in rows:
                name = str(native)
                cwd = folder if isinstance(folder, str) else None
                sessions.append(_Session(name, run_id(NAME, name, name, self.salt), cwd))
                query = "SELECT role, content_json, created_timestamp FROM messages WHERE session_id = ? ORDER BY id"
                for role, content, created in database.execute(query, (native,)):
                    blocks = content if isinstance(content, str) else "null"
                    told = msgspec.json.encode({"role": str(role), "created": created if _is_time(created) else None})
                    yield told[:-1] + b',"content":' + blocks.encode("utf-8", "replace") + b"}"

        def take(message: _Message, draft: Draft) -> None:
            sessions[-1].message(message, draft)

        return self.items(messages(), _message_decoder, take)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float | str)


class _Session:
    """One session in the reading."""

    def __init__(self, native: str, run: str, cwd: str | None) -> None:
        self.cwd = cwd
        self._native = native
        self._run = run
        self._begun = False
        self._calls: Recent[str, Call] = Recent()

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn one message into events."""
        draft.at(run=self._run, time=epoch(message.created))
        if not self._begun:
            self._begun = True
            draft.start(self._native, NAME, cwd=self.cwd)
        if message.role not in {"user", "assistant"}:
            draft.unknown = f"message {message.role}"
            return
        spoke = acted = False
        blocks = message.content or []
        acts = any(block.type == "toolRequest" for block in blocks)
        for index, block in enumerate(blocks):
            if block.type == "text" and block.text and block.text.strip():
                spoke = True
                if message.role == "user":
                    draft.add(UserTurn, index, text=block.text)
                else:
                    draft.add(AgentText, index, text=block.text, channel="commentary" if acts else "final")
            elif block.type == "toolRequest":
                acted = True
                self._call(block, index, draft)
            elif block.type == "toolResponse":
                acted = True
                self._answered(block, index, draft)
            elif block.type not in _SILENT | {"text"}:
                draft.unknown = f"block {block.type}"
        if message.role == "assistant" and spoke and not acted:
            draft.add(Boundary, "end", what="turn_end")

    def _call(self, block: _Block, index: int, draft: Draft) -> None:
        call_id = block.id or draft.event_id(index)
        asked = block.tool_call.value if block.tool_call is not None else None
        tool, args = (asked.name, arguments(asked.arguments)) if asked is not None else ("", {})
        extension, _, bare = tool.rpartition("__")
        self._calls[call_id] = Call(bare, args)
        draft.call(index, call_id, bare, args, mcp_server=extension if extension not in _OWN else None)

    def _answered(self, block: _Block, index: int, draft: Draft) -> None:
        call_id = block.id or draft.event_id(index)
        call = self._calls.pop(call_id) or Call()
        answer = block.tool_result or _Answer()
        value = answer.value if isinstance(answer.value, dict) else {"content": answer.value}
        text = plain_text(value.get("content")) or _words(answer.error)
        status, code, source = _outcome(call.tool, answer, value, text)
        if status == "denied":
            draft.add(Permission, f"{index}.decided", decision="denied", by="user", call_id=call_id)
        verb = _WRITES.get(str(call.args.get("command"))) if call.tool == _EDITOR else None
        draft.result(
            index,
            call_id,
            text,
            status,
            code,
            source,
            files=edited(call.args, "create" if verb == "create" else "edit") if verb and status == "succeeded" else (),
            denied_by="user",
        )


def _words(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _outcome(tool: str, answer: _Answer, value: Json, text: str) -> Ending:
    if text.startswith(_DECLINED):
        return "denied", None, "none"
    structured = value.get("structuredContent")
    code = whole(structured.get("exit_code")) if isinstance(structured, dict) else None
    if code is not None:
        return ended(code)
    if answer.status == "error" or answer.error is not None or value.get("isError") is True:
        return "failed", None, "none"
    if tool == _SHELL:
        return "unknown", None, "none"
    return "failed" if says_error(text) else "succeeded", None, "none"


def recognises(head: Head) -> bool:
    """Tell the lines of a session by what the first says of it, or by blocks that no other format has."""
    first = head.objects[:1]
    if any("working_dir" in record and "message_count" in record and "role" not in record for record in first):
        return True
    return any(_has_request(record) for record in head.objects[:8])


def _has_request(record: Json) -> bool:
    content = record.get("content")
    blocks = content if isinstance(content, list) else []
    return any(isinstance(one, dict) and one.get("type") in ("toolRequest", "toolResponse") for one in blocks[:8])


def recognises_database(head: Head) -> bool:
    """Tell a database by its tables."""
    return head.data.startswith(MAGIC) and has_tables(head.path, _TABLES)


LINES = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=GooseDecoder)
DATABASE = Adapter(
    name=NAME,
    discipline="upsert",
    complete=True,
    recognises=recognises_database,
    decoder=GooseDatabaseDecoder,
    form="database",
)
