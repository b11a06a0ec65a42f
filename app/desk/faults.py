"""What the system, SQLite and the ledger refuse, as sentences for people: none of it is a defect of the program."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.app.desk.errors import DeskError, LedgerDamagedError, UsageError

if TYPE_CHECKING:
    from assure_tui.app.desk.paths import Home

_ELSEWHERE: Final = ", or name another folder with --home"
_REMEDIES: Final = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit on the size of files",
    errno.EMFILE: "raise the limit on open files",
    errno.EACCES: f"check its permissions{_ELSEWHERE}",
    errno.EPERM: f"check its permissions{_ELSEWHERE}",
    errno.EROFS: f"make it writable{_ELSEWHERE}",
    errno.ENOTDIR: f"move away what stands where a folder should be{_ELSEWHERE}",
    errno.EEXIST: f"move away what stands where a folder should be{_ELSEWHERE}",
    errno.ENOENT: "check the path",
    errno.ELOOP: "mend the link, which leads to itself",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EISDIR: "move away the folder that stands where a file should be",
    errno.EIO: "check the disk",
}
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: "free some space",
    sqlite3.SQLITE_IOERR: "check the disk, and the limits on it",
    sqlite3.SQLITE_READONLY: f"make it writable{_ELSEWHERE}",
    sqlite3.SQLITE_CANTOPEN: f"check its permissions{_ELSEWHERE}",
    sqlite3.SQLITE_BUSY: "wait, or end the process that holds it",
}
_PRIMARY: Final = 0xFF
"""The part of SQLite's error codes that tells what kind of error it is."""


def damaged(error: sqlite3.Error) -> bool:
    """Return whether SQLite met bytes that it did not write."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def remedy(error: Exception) -> str:
    """Say what mends an error of the system or of SQLite; nothing where we do not know."""
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(_code(error), "")
    return _REMEDIES.get(error.errno or 0, "") if isinstance(error, OSError) else ""


def explained(error: Exception, home: Home) -> DeskError | None:
    """Return the error that a face shows, or None where the program itself is at fault."""
    if isinstance(error, DeskError):
        return error
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, home)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # of getcwd(2), which tells no name
        return UsageError("the current folder no longer exists: change to another one.")
    if isinstance(error, OSError):
        mend = remedy(error)
        where = error.filename or home.desk.parent
        if not _is_ours(Path(os.fsdecode(where)), home):
            mend = mend.removesuffix(_ELSEWHERE)
        return UsageError(f"{where} cannot be used ({error.strerror}): {mend}.") if mend else None
    from assure_tui.ledger.errors import DamagedError, ForeignError, LedgerError  # noqa: PLC0415 - errors only

    if isinstance(error, DamagedError | ForeignError):
        return LedgerDamagedError.of(error)
    return UsageError(f"{error}.") if isinstance(error, LedgerError) else None


def _is_ours(path: Path, home: Home) -> bool:
    """Return whether a path is one of those that `--home` moves, or stands above one."""
    own = [place.absolute() for place in (home.config, home.ledger, home.keys, home.pins, home.index, home.desk)]
    found = path.absolute()
    return any(place.is_relative_to(found) or found.is_relative_to(place.parent) for place in own)


def _of_sqlite(error: sqlite3.Error, home: Home) -> DeskError | None:
    if damaged(error):
        return UsageError(
            f"{home.index} or {home.desk} is damaged: delete the first, which `assure-tui record` builds anew; "
            "if that does not help, restore the second from a copy or move it away: drafts and marks are lost with it."
        )
    mend = remedy(error)
    return UsageError(f"{home.index} or {home.desk} cannot be used ({error}): {mend}.") if mend else None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY
