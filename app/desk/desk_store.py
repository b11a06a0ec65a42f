"""`desk.sqlite`: drafts, marks, what was looked at, and what counts as history. Not derived; survives a crash."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.index_file import connect
from assure_tui.app.desk.wire import path_text, text_path

VERSION = 1
MAX_DRAFT = 1 << 20
"""Code points of a draft."""


class DeskStore:
    """The operator's store. It belongs to one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._link = connect(path)
        self._link.execute("PRAGMA synchronous = FULL")
        (version,) = self._link.execute("PRAGMA user_version").fetchone()
        if version == 0:
            script = (files("assure_tui.app.desk") / "sql" / "desk.sql").read_text(encoding="utf-8")
            script = script.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")  # two processes may start at once
            self._link.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {VERSION};\nCOMMIT;")
        elif version != VERSION:
            raise UsageError(
                f"{path} was written by another version of assure-tui (its format is {version}): use that one."
            )

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    def draft(self, name: str) -> str | None:
        """Return the text that was being written under `name`, or None."""
        row = self._link.execute("SELECT text FROM drafts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def save_draft(self, name: str, text: str) -> None:
        """Keep the text that is being written under `name`."""
        safe = text[:MAX_DRAFT].encode("utf-8", "replace").decode()
        self._link.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?)", (name, safe))

    def drop_draft(self, name: str) -> None:
        """Forget the text under `name`."""
        self._link.execute("DELETE FROM drafts WHERE name = ?", (name,))

    def marks(self, run: str) -> set[str]:
        """Return the ids that are marked in a run."""
        return {subject for (subject,) in self._link.execute("SELECT subject FROM marks WHERE run = ?", (run,))}

    def marked_runs(self) -> set[str]:
        """Return the runs that are marked as a whole."""
        return {run for (run,) in self._link.execute("SELECT run FROM marks WHERE subject = run")}

    def mark(self, run: str, subject: str, *, on: bool) -> None:
        """Mark something in a run, or take the mark away."""
        if on:
            self._link.execute("INSERT OR IGNORE INTO marks VALUES (?, ?)", (run, subject))
        else:
            self._link.execute("DELETE FROM marks WHERE run = ? AND subject = ?", (run, subject))

    def looked(self, run: str, evidence: int) -> None:
        """Remember that the operator looked at the run as its evidence stands."""
        self._link.execute("INSERT OR REPLACE INTO looked VALUES (?, ?, ?)", (run, evidence, time.time()))

    def forget(self, run: str) -> None:
        """Forget all drafts, marks and looks of a run, and leave no rest of them in the file."""
        self._link.execute("PRAGMA secure_delete = ON")
        self._link.execute("DELETE FROM drafts WHERE instr(name, ?) > 0", (run,))
        for table in ("marks", "looked", "wanted"):
            self._link.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - our own names
        self._link.execute("PRAGMA secure_delete = OFF")
        self._link.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def all_looked(self) -> dict[str, int]:
        """Return for every run that was looked at how its evidence stood then."""
        return dict(self._link.execute("SELECT run, evidence FROM looked"))

    def first_sight(self, root: Path, sizes: Iterable[tuple[str, int]]) -> bool:
        """Note a root's logs as history, unless the root was watched before; tell whether this was the first time."""
        self._link.execute("BEGIN IMMEDIATE")
        try:
            seen = (path_text(root), time.time())
            fresh = self._link.execute("INSERT OR IGNORE INTO roots VALUES (?, ?)", seen).rowcount == 1
            if fresh:
                self._link.executemany(
                    "INSERT OR IGNORE INTO history VALUES (?, ?)", [(path_text(path), size) for path, size in sizes]
                )
        except BaseException:
            self._link.execute("ROLLBACK")
            raise
        self._link.execute("COMMIT")
        return fresh

    def history(self) -> dict[str, int]:
        """Return how long each log was when its root was first watched."""
        return {text_path(path): size for path, size in self._link.execute("SELECT path, size FROM history")}

    def want(self, run: str) -> None:
        """Ask the recorder to record a run of the history."""
        self._link.execute("INSERT OR IGNORE INTO wanted VALUES (?)", (run,))

    def wanted(self) -> list[str]:
        """Return the runs of the history that shall be recorded."""
        return [run for (run,) in self._link.execute("SELECT run FROM wanted")]

    def granted(self, run: str) -> None:
        """Note that a run of the history is recorded now."""
        self._link.execute("DELETE FROM wanted WHERE run = ?", (run,))


class DeskStores:
    """The operator's store, opened once for each thread that asks for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._here = threading.local()
        self._lock = threading.Lock()
        self._all: list[DeskStore] = []

    def mine(self) -> DeskStore:
        """Return the store of the thread that asks."""
        store: DeskStore | None = getattr(self._here, "store", None)
        if store is None:
            store = self._here.store = DeskStore(self._path)
            with self._lock:
                self._all.append(store)
        return store

    def close(self) -> None:
        """Close the stores of all threads."""
        with self._lock:
            for store in self._all:
                store.close()
            self._all.clear()


def backup(path: Path) -> bytes:
    """Return the whole file as it stands at one moment, also while others write to it.

    Raises:
        UsageError: There is none, or it cannot be read.
    """
    if not path.exists():
        raise UsageError(f"there is no {path}: nobody has left a draft or a mark yet.")
    try:
        with closing(connect(path, read_only=True)) as link, closing(sqlite3.connect(":memory:")) as copy:
            link.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            return copy.serialize()
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be read ({error}): restore it from a copy, or move it away.") from error
