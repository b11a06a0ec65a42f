"""Conversations of Kiro's CLI, and of Amazon Q's before it, as `/save` writes them and its database keeps them.

A record is what was put to the model, a prompt or what came of calls, with what it answered. The database,
`data.sqlite3`, has a conversation a row, by the folder that it was held in.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import (
    Adapter,
    Decoded,
    DocumentDecoder,
    Draft,
    Head,
    Json,
    document_adapter,
    mended,
)
from assure_tui.ingest.adapters.kiro import NAME, tell
from assure_tui.ingest.adapters.sqlite import MAGIC, has_tables, reading
from assure_tui.ingest.adapters.values import Call, Recent, arguments, epoch
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, UserTurn

MAX_CONVERSATIONS = 100_000
_TABLES = {"conversations_v2": frozenset({"key", "conversation_id", "value", "created_at"})}
_OLDER = {"conversations": frozenset({"key", "value"})}
_MARKS = (re.compile(rb'"conversation_id"\s{0,8}:\s{0,8}"'), re.compile(rb'"history"\s{0,8}:\s{0,8}\['))
_TURN = re.compile(rb'"(?:Prompt|ToolUseResults|CancelledToolUses|ToolUse|Response)"\s{0,8}:\s{0,8}\{')


class _Result(msgspec.Struct):
    tool_use_id: str | None = None
    content: list[Json] | None = None
    status: str | None = None


class _Put(msgspec.Struct):
    prompt: str | None = None
    tool_use_results: list[_Result] | None = None


class _Content(msgspec.Struct):
    prompt: _Put | None = msgspec.field(default=None, name="Prompt")
    results: _Put | None = msgspec.field(default=None, name="ToolUseResults")
    cancelled: _Put | None = msgspec.field(default=None, name="CancelledToolUses")


class _User(msgspec.Struct):
    content: _Content | None = None
    timestamp: Any = None
    env_context: Any = None


class _Use(msgspec.Struct):
    id: str | None = None
    name: str = ""
    args: Any = None


class _Said(msgspec.Struct):
    content: str | None = None
    tool_uses: list[_Use] = []


class _Assistant(msgspec.Struct):
    response: _Said | None = msgspec.field(default=None, name="Response")
    use: _Said | None = msgspec.field(default=None, name="ToolUse")


class _About(msgspec.Struct):
    request_start_timestamp_ms: Any = None
    stream_end_timestamp_ms: Any = None
    model_id: str | None = None


class _Entry(msgspec.Struct):
    user: _User | None = None
    assistant: _Assistant | None = None
    request_metadata: _About | None = None


class _Conversation(msgspec.Struct):
    history: list[msgspec.Raw]
    conversation_id: str | None = None


_conversation_decoder = msgspec.json.Decoder(_Conversation)
_entry_decoder = msgspec.json.Decoder(_Entry)
_pair_decoder = msgspec.json.Decoder(tuple[_User | None, _Assistant | None])


class KiroHistoryDecoder(DocumentDecoder):
    """Reads one conversation that was saved."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; an entry of unexpected shape is counted and left out."""
        told = mended(data, _conversation_decoder.decode)
        talk = _Talk(told.conversation_id or self.stem, None, self.stem, self.salt)
        return self.each(told.history, talk.entry)


class KiroDatabaseDecoder(DocumentDecoder):
    """Reads a database with its conversations."""

    def document(self, data: bytes) -> list[Decoded]:  # noqa: ARG002 - the database is opened, and not held in memory
        """Read all conversations. Raises `SourceError` when the database cannot be read."""
        path = Path(self.source.path)
        if has_tables(path, _TABLES):
            return reading(path, _TABLES, self._newer)
        return reading(path, _OLDER, self._older)

    def _newer(self, database: sqlite3.Connection) -> list[Decoded]:
        rows = database.execute("SELECT key, conversation_id, value FROM conversations_v2 ORDER BY created_at, rowid")
        return self._rows(rows.fetchmany(MAX_CONVERSATIONS))

    def _older(self, database: sqlite3.Connection) -> list[Decoded]:
        rows = database.execute("SELECT key, NULL, value FROM conversations ORDER BY rowid")
        return self._rows(rows.fetchmany(MAX_CONVERSATIONS))

    def _rows(self, rows: list[tuple[Any, Any, Any]]) -> list[Decoded]:
        entries: list[tuple[_Talk | None, msgspec.Raw]] = []
        for folder, native, value in rows:
            try:
                told = _conversation_decoder.decode(value if isinstance(value, str | bytes) else b"")
            except (ValueError, RecursionError):
                entries.append((None, msgspec.Raw(b"null")))
                continue
            name = str(native or told.conversation_id or folder)
            talk = _Talk(name, folder if isinstance(folder, str) else None, name, self.salt)
            entries += ((talk, raw) for raw in told.history)
        talks = iter(talk for talk, _ in entries)

        def read(raw: msgspec.Raw, draft: Draft) -> None:
            talk = next(talks)
            if talk is None:
                draft.unknown = "no conversation"
            else:
                talk.entry(raw, draft)

        return self.each((raw for _, raw in entries), read)


class _Talk:
    """One conversation in the reading."""

    def __init__(self, native: str, folder: str | None, stem: str, salt: str) -> None:
        self._native = native
        self._run = run_id(NAME, native, stem, salt)
        self._told: tuple[str | None, str | None] | None = None
        """The model and the folder, as told."""
        self._folder = folder
        self._calls: Recent[str, Call] = Recent()

    def entry(self, raw: msgspec.Raw, draft: Draft) -> None:
        """Turn one entry into events: a prompt or what came of calls, then what the model answered."""
        draft.at(run=self._run)
        try:
            if bytes(memoryview(raw)[:1]) == b"[":
                entry = _Entry(*_pair_decoder.decode(raw))
            else:
                entry = _entry_decoder.decode(raw)
        except (ValueError, RecursionError):
            draft.unknown = "unexpected shape"
            return
        user, about = entry.user or _User(), entry.request_metadata or _About()
        draft.at(time=epoch(user.timestamp) or epoch(about.request_start_timestamp_ms))
        self._about(user, about, draft)
        self._put(user.content or _Content(), draft)
        draft.at(time=epoch(about.stream_end_timestamp_ms))
        self._answered(entry.assistant or _Assistant(), draft)
        draft.bookkeeping = not draft.events

    def _about(self, user: _User, about: _About, draft: Draft) -> None:
        state = user.env_context.get("env_state") if isinstance(user.env_context, dict) else None
        folder = state.get("current_working_directory") if isinstance(state, dict) else None
        before = self._told or (None, self._folder)
        now = (about.model_id or before[0], before[1] or (folder if isinstance(folder, str) else None))
        if now != self._told:
            self._told = now
            draft.start(self._native, NAME, model=now[0], cwd=now[1], coding=True)

    def _put(self, content: _Content, draft: Draft) -> None:
        cancelled = content.cancelled is not None
        told = content.cancelled or content.results or _Put()
        for index, result in enumerate(told.tool_use_results or ()):
            call_id = result.tool_use_id or draft.event_id(f"result{index}")
            parts = [value for part in result.content or () for value in part.values()]
            tell(draft, f"result{index}", call_id, self._calls.pop(call_id), parts, result.status, cancelled=cancelled)
        asked = (content.prompt or content.cancelled or _Put()).prompt
        if asked and asked.strip():
            draft.add(UserTurn, "asked", text=asked)

    def _answered(self, assistant: _Assistant, draft: Draft) -> None:
        said = assistant.use or assistant.response or _Said()
        if said.content and said.content.strip():
            channel = "commentary" if assistant.use else "final"
            draft.add(AgentText, "said", text=said.content, channel=channel)
        for index, use in enumerate(said.tool_uses):
            call_id, args = use.id or draft.event_id(index), arguments(use.args)
            self._calls[call_id] = Call(use.name, args)
            draft.call(index, call_id, use.name, args)
        if assistant.response is not None:
            draft.add(Boundary, "end", what="turn_end")


def recognises(head: Head) -> bool:
    """Tell a conversation by its id, its history and what stands in it."""
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    return data.startswith(b"{") and all(mark.search(data) for mark in (*_MARKS, _TURN))


def recognises_database(head: Head) -> bool:
    """Tell a database by its tables."""
    return head.data.startswith(MAGIC) and (has_tables(head.path, _TABLES) or has_tables(head.path, _OLDER))


ADAPTER = document_adapter(NAME, recognises, KiroHistoryDecoder)
DATABASE = Adapter(
    name=NAME,
    discipline="upsert",
    complete=True,
    recognises=recognises_database,
    decoder=KiroDatabaseDecoder,
    form="database",
)
