"""The index as a file: how it is opened, also on read-only media, and distinguished from other files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.faults import damaged

VERSION = 2
"""Version of `sql/index.sql`. An index of another version is built anew."""
BUSY_SECONDS = 10.0


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the file as all of the program does: write-ahead log, transactions begun by hand.

    A connection is used by one thread at a time; it may be closed by another.

    Raises:
        UsageError: A pipe or the like stands in its place, which SQLite would wait for.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(f"{path} is not a regular file: move it away.")
    if read_only and path.exists() and not os.access(path.parent, os.W_OK):
        return _on_read_only_media(path)
    link = _link(f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}")
    try:
        if not read_only:
            _keep_write_ahead_log(link)
            link.execute("PRAGMA synchronous = NORMAL")
        link.execute("PRAGMA temp_store = MEMORY")
        link.execute("PRAGMA cache_size = -32000")
    except sqlite3.Error:
        link.close()
        raise
    return link


def _keep_write_ahead_log(link: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. SQLite fails at once, whatever its timeout, where another turns it on just then."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            link.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.005)
        else:
            return


def _link(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _on_read_only_media(path: Path) -> sqlite3.Connection:
    """Open a file in a folder where nothing can be written, which a write-ahead log needs even to be read.

    Where such a log has something in it, both are copied to a temporary folder and read into memory from there.
    """
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists() or wal.stat().st_size == 0:
        return _link(f"{path.absolute().as_uri()}?immutable=1")
    with tempfile.TemporaryDirectory(prefix="assure-tui-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(wal, copy.with_name(wal.name))
        copied, kept = _link(copy.absolute().as_uri()), _link(":memory:")
        try:
            copied.backup(kept)
        finally:
            copied.close()
    return kept


def discard(path: Path) -> None:
    """Throw the index away: the recorder builds it anew."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def usable(link: sqlite3.Connection) -> bool:
    """Return whether the file is an index of this version."""
    try:
        (version,) = link.execute("PRAGMA user_version").fetchone()
        return (
            int(version) == VERSION
            and link.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone() is not None
        )
    except sqlite3.DatabaseError:
        return False


def _is_empty(link: sqlite3.Connection) -> bool:
    """Whether a file is new. It is not thrown away: others may be opening it, and SQLite maps what lies beside it.

    A process that opens a file and its successor under one name shortens the map of the first, and is killed (SIGBUS).
    """
    try:
        return link.execute("SELECT 1 FROM sqlite_master").fetchone() is None
    except sqlite3.DatabaseError:
        return False


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the index to write; one that is damaged or of another version is thrown away and begun anew."""
    try:
        link = connect(path)
    except sqlite3.DatabaseError as error:
        if not damaged(error):
            raise
    else:
        if usable(link):
            return link
        if _is_empty(link):
            return _filled(link)
        link.close()
    discard(path)
    return _filled(connect(path))


def _filled(link: sqlite3.Connection) -> sqlite3.Connection:
    script = (files("assure_tui.app.desk") / "sql" / "index.sql").read_text(encoding="utf-8")
    link.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {VERSION};\nCOMMIT;")
    return link
