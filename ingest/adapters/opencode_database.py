"""The database of OpenCode, in which two generations of its tables can stand side by side.

Until version 2 a session has messages, and a message has parts, which are rows of their own (`session`, `message`,
`part`); from then on a message is one row (`session_v2`, `session_message`, see `opencode_second`). An upgrade copies
what was there to the new tables and writes to them alone, so a session that has rows there is read from there. In
versions between, `session` had messages of both kinds; there, the old ones were those that counted. Rows are rewritten
as a message grows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoded, DocumentDecoder, Draft, Head
from assure_tui.ingest.adapters.opencode import NAME, Reading, Session
from assure_tui.ingest.adapters.opencode_second import SecondReading
from assure_tui.ingest.adapters.sqlite import MAGIC, has_tables, reading

MAX_SESSIONS: Final = 100_000
_SESSION: Final = frozenset({"id", "parent_id", "directory", "version", "time_created"})
_ROWS: Final = frozenset({"id", "session_id", "type", "seq", "time_created", "data"})
_FIRST: Final = {
    "session": _SESSION,
    "message": frozenset({"id", "session_id", "time_created", "data"}),
    "part": frozenset({"id", "message_id", "session_id", "data"}),
}
_BETWEEN: Final = {"session": _SESSION, "session_message": _ROWS}
_SECOND: Final = {"session_v2": _SESSION, "session_message": _ROWS}
_LISTED: Final = {
    "session_v2": "SELECT id, parent_id, directory, version, time_created FROM session_v2 ORDER BY time_created, id",
    "session": "SELECT id, parent_id, directory, version, time_created FROM session ORDER BY time_created, id",
}
_HAS: Final = {
    "message": "SELECT 1 FROM message WHERE session_id = ? LIMIT 1",
    "session_message": "SELECT 1 FROM session_message WHERE session_id = ? LIMIT 1",
}
Tables = dict[str, frozenset[str]]


class OpenCodeDatabaseDecoder(DocumentDecoder):
    """Reads a database with its sessions."""

    def document(self, data: bytes) -> list[Decoded]:  # noqa: ARG002 - the database is opened, and not held in memory
        """Read all sessions. Raises `SourceError` when the database cannot be read."""
        path = Path(self.source.path)
        tables = _tables(path) or _FIRST
        return reading(path, tables, lambda database: self._sessions(database, tables))

    def _sessions(self, database: sqlite3.Connection, tables: Tables) -> list[Decoded]:
        sessions: list[Reading] = []

        def messages() -> Iterator[msgspec.Raw]:
            for info, second in _listed(database, tables):
                kind = SecondReading if second else Reading
                sessions.append(kind(info, info.id or self.stem, self.salt))
                yield from _rows(database, info.id) if second else _messages(database, info.id)

        def read(raw: msgspec.Raw, draft: Draft) -> None:
            sessions[-1].take(raw, draft)

        return self.each(messages(), read)


def _tables(path: Path) -> Tables:
    """Return the tables of the generations that are there, with the columns that are needed of them."""
    return {
        name: columns
        for generation in (_SECOND, _BETWEEN, _FIRST)
        if has_tables(path, generation)
        for name, columns in generation.items()
    }


def _listed(database: sqlite3.Connection, tables: Tables) -> list[tuple[Session, bool]]:
    """Return all sessions, the oldest first, and whether each one's messages are those of the second generation."""
    found: dict[object, tuple[float, Session, bool]] = {}
    for holder, query in _LISTED.items():
        for row in database.execute(query).fetchmany(MAX_SESSIONS) if holder in tables else ():
            if row[0] in found:
                continue
            native, parent, folder, version = (value if isinstance(value, str) else None for value in row[:4])
            old, new = (
                name in tables and database.execute(query, (native,)).fetchone() is not None
                for name, query in _HAS.items()
            )
            second = new and (holder == "session_v2" or not old)
            info = Session(id=native, parent=parent, directory=folder, version=version)
            found[row[0]] = (row[4] if isinstance(row[4], int | float) else 0, info, second)
    return [(info, second) for _, info, second in sorted(found.values(), key=lambda one: (one[0], one[1].id or ""))]


def _messages(database: sqlite3.Connection, session: str | None) -> Iterator[msgspec.Raw]:
    """Yield a session's messages of the first generation in the form of an export."""
    parts: dict[object, list[bytes]] = {}
    for message, data in database.execute(
        "SELECT message_id, data FROM part WHERE session_id = ? ORDER BY id", (session,)
    ):
        parts.setdefault(message, []).append(_bytes(data))
    query = "SELECT id, data FROM message WHERE session_id = ? ORDER BY time_created, id"
    for message, data in database.execute(query, (session,)):
        yield msgspec.Raw(b'{"info":%b,"parts":[%b]}' % (_bytes(data), b",".join(parts.pop(message, ()))))


def _rows(database: sqlite3.Connection, session: str | None) -> Iterator[msgspec.Raw]:
    """Yield a session's messages of the second generation, each with its type, which stands beside it."""
    query = "SELECT type, time_created, data FROM session_message WHERE session_id = ? ORDER BY seq, id"
    for kind, at, data in database.execute(query, (session,)):
        name, time = (msgspec.json.encode(value if isinstance(value, str | int) else None) for value in (kind, at))
        yield msgspec.Raw(b'{"type":%b,"at":%b,"data":%b}' % (name, time, _bytes(data)))


def _bytes(value: object) -> bytes:
    return (
        value.encode("utf-8", "replace") if isinstance(value, str) else value if isinstance(value, bytes) else b"null"
    )


def recognises(head: Head) -> bool:
    """Tell a database by its tables."""
    return head.data.startswith(MAGIC) and bool(_tables(head.path))


ADAPTER = Adapter(
    name=NAME,
    discipline="upsert",
    complete=True,
    recognises=recognises,
    decoder=OpenCodeDatabaseDecoder,
    form="database",
)
