"""Hermes Agent's database, `state.db`: its sessions and their messages, in the shape of Chat Completions.

What was compacted away or rewound stays in it, and is read: its effects happened. What the program put in as a user's
message is marked as such. A record is a message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoded, DocumentDecoder, Draft, Head
from assure_tui.ingest.adapters.chat.talk import Talk
from assure_tui.ingest.adapters.chat.wire import Message, message_decoder
from assure_tui.ingest.adapters.sqlite import MAGIC, has_tables, reading
from assure_tui.ingest.identity import run_id

NAME = "hermes"
MAX_SESSIONS = 100_000
_TABLES = {
    "sessions": frozenset({"id", "source", "model", "parent_session_id", "started_at"}),
    "messages": frozenset(
        {"id", "session_id", "role", "content", "tool_call_id", "tool_calls", "tool_name", "timestamp"}
    ),
}
_NEWER = {
    "sessions": frozenset({"end_reason", "cwd"}),
    "messages": frozenset({"display_kind", "_compressed_summary"}),
}
_META = "session_meta"
_GOES_ON = "compression"
"""How a session ended that goes on in another, which names it as its parent and was not started by it."""


class HermesDecoder(DocumentDecoder):
    """Reads a database with its sessions."""

    def document(self, data: bytes) -> list[Decoded]:  # noqa: ARG002 - the database is opened, and not held in memory
        """Read all sessions. Raises `SourceError` when the database cannot be read."""
        return reading(Path(self.source.path), _TABLES, self._sessions)

    def _sessions(self, database: sqlite3.Connection) -> list[Decoded]:
        sessions: list[_Session] = []

        def messages() -> Iterator[bytes]:
            rows = list(_rows(database, "sessions", f"ORDER BY started_at, id LIMIT {MAX_SESSIONS}"))
            split = {row["id"] for row in rows if row.get("end_reason") == _GOES_ON}
            for row in rows:
                sessions.append(_Session(row, self.salt, apart=row["parent_session_id"] in split))
                for message in _rows(database, "messages", "WHERE session_id = ? ORDER BY id", row["id"]):
                    yield msgspec.json.encode(_told(message))

        def take(message: Message, draft: Draft) -> None:
            sessions[-1].message(message, draft)

        return self.items(messages(), message_decoder, take)


class _Session:
    """One session in the reading."""

    def __init__(self, row: dict[str, Any], salt: str, *, apart: bool) -> None:
        self._native = str(row["id"])
        self._run = run_id(NAME, self._native, self._native, salt)
        parent = None if apart else _text(row["parent_session_id"])
        self._parent = run_id(NAME, parent, parent, salt) if parent else None
        self._model, self._cwd = _text(row["model"]), _text(row.get("cwd"))
        self._talk = Talk(NAME, self._run, self._native)
        self._begun = False

    def message(self, message: Message, draft: Draft) -> None:
        """Turn one message into events, the session's own before those of its first."""
        draft.at(run=self._run)
        if not self._begun:
            self._begun = True
            draft.start(self._native, NAME, model=self._model, cwd=self._cwd, parent=self._parent)
        if message.role != _META:
            self._talk.message(message, draft)


def _rows(database: sqlite3.Connection, table: str, which: str, *values: object) -> Iterator[dict[str, Any]]:
    """Yield rows of a table with the columns that are read, as far as its version has them."""
    there = {column[0] for column in database.execute(f"SELECT * FROM {table} LIMIT 0").description}  # noqa: S608 - ours
    names = sorted((_TABLES[table] | _NEWER[table]) & there)
    for row in database.execute(f"SELECT {', '.join(names)} FROM {table} {which}", values):  # noqa: S608 - likewise
        yield dict(zip(names, row, strict=True))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is read of a message's row; what the program itself put in comes as from a developer."""
    own = row.get("display_kind") == "hidden" or row.get("_compressed_summary") == 1
    role = _text(row["role"]) or ""
    return {
        "role": "developer" if own and role == "user" else role,
        "content": _text(row["content"]),
        "tool_call_id": _text(row["tool_call_id"]),
        "tool_calls": _text(row["tool_calls"]),
        "name": _text(row["tool_name"]),
        "timestamp": row["timestamp"] if isinstance(row["timestamp"], int | float | str) else None,
    }


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value if isinstance(value, str) and value else None


def recognises(head: Head) -> bool:
    """Tell a database by its tables."""
    return head.data.startswith(MAGIC) and has_tables(head.path, _TABLES)


ADAPTER = Adapter(
    name=NAME, discipline="upsert", complete=True, recognises=recognises, decoder=HermesDecoder, form="database"
)
