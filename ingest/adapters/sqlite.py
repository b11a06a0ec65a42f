"""Databases in which some agents keep their sessions: read, and never written, locked or left changed.

A program that writes a database in WAL mode does not wait for one that reads it. Where no such log lies beside the
file, opening it the usual way would make one; it is then read as a file that does not change, and again if it did. What
stands in a database is as hostile as a log: its tables must be tables, and nothing but plain selects is carried out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.growing import WAL, stamp

MAGIC = b"SQLite format 3\0"
MAX_VALUE = 64 * 1024 * 1024
"""Largest value that is read of a row, in bytes."""
MAX_DATABASE = 512 * 1024 * 1024
"""Largest database that is read, in bytes: its sessions are held in memory together."""
MAX_WORK = 4_000_000_000
"""Instructions of SQLite's machine that reading may take, about a minute: no index need be there in a hostile file."""
_STRIDE = 1_000_000
BUSY_SECONDS = 2.0
GLANCE_SECONDS = 0.05
"""How long a locked database is waited for when it is read, and when it is only asked what it is."""
_TRIES = 3
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})

Read = TypeVar("Read")


def reading(path: Path, tables: dict[str, frozenset[str]], read: Callable[[sqlite3.Connection], Read]) -> Read:
    """Return what `read` takes out of the database at `path`, which must have these tables with these columns.

    Raises `SourceError` when it is no such database, or cannot be read now.
    """
    for attempt in range(_TRIES):
        last = attempt == _TRIES - 1
        still = not last and not _has_log(path)
        try:
            before = stamp(path)
            if before[0] > MAX_DATABASE:
                raise SourceError(f"{path}: larger than {MAX_DATABASE} bytes, too large to be read")
            with _opened(path, still=still) as database:
                _check(database, tables)
                found = read(database)
            if not still or (stamp(path) == before and not _has_log(path)):
                return found
        except (sqlite3.Error, OSError, UnicodeError, OverflowError) as error:
            if last or not still:
                raise SourceError(f"{path}: no database that can be read: {error}") from error
    raise SourceError(f"{path}: it changes too fast to be read")


def has_tables(path: Path, tables: dict[str, frozenset[str]]) -> bool:
    """Return whether a file is a database with these tables; one that is locked is looked at again when it changes."""
    try:
        with _opened(path, still=not _has_log(path), wait=GLANCE_SECONDS) as database:
            _check(database, tables)
    except (sqlite3.Error, OSError, UnicodeError):
        return False
    return True


@contextmanager
def _opened(path: Path, *, still: bool, wait: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    if not path.is_file():  # a pipe would be waited for
        raise OSError(f"{path} is not a regular file")
    options = "mode=ro&immutable=1" if still else "mode=ro"
    name = f"file:{quote(str(path.absolute()))}?{options}"
    with closing(sqlite3.connect(name, uri=True, timeout=wait, isolation_level=None)) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        work = count(step=_STRIDE)
        database.set_progress_handler(lambda: next(work) > MAX_WORK, _STRIDE)
        database.execute("PRAGMA query_only = 1")
        database.execute("PRAGMA trusted_schema = 0")
        yield database


def _check(database: sqlite3.Connection, tables: dict[str, frozenset[str]]) -> None:
    """Look at the tables, and from here on allow nothing but to select from them."""
    for name, columns in tables.items():
        row = database.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        if row is None or row[0] != "table" or str(row[1]).upper().lstrip().startswith("CREATE VIRTUAL"):
            raise sqlite3.DatabaseError(f"no table {name}")
        there = {column for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", (name,))}
        if not columns <= there:
            raise sqlite3.DatabaseError(f"table {name} has no {', '.join(sorted(columns - there))}")
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)


def _has_log(path: Path) -> bool:
    try:
        return path.with_name(path.name + WAL).stat().st_size > 0
    except OSError:
        return False
