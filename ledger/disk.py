"""Durable writes and guarded reads.

Every refusal of the disk becomes a FullError, because after one nothing more may be written through the same handle: a
second fsync reports no error although the data of the first is gone. Reads follow no symbolic link, open nothing but
regular files and have a cap, because a ledger that is to be verified comes from a stranger.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assure_tui.ledger.errors import DamagedError, FullError

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644

_READ_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)
_REFUSALS: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a FullError that names the path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        remedy = "make it writable" if error.errno in _REFUSALS else "free space or mend the disk, then reopen"
        raise FullError(f"{path} could not be written ({reason}): {remedy}") from error


def sync(fd: int) -> None:
    """Flush a file's data to the medium, through the drive's own cache where the system can ask for that."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - absent on Windows

        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    elif sys.platform == "win32":
        os.fsync(fd)
    else:
        os.fdatasync(fd)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    """Write all of the data: the system may take less at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


@contextlib.contextmanager
def _synced(path: Path, flags: int = 0, mode: int = PUBLIC) -> Iterator[int]:
    """Open a file to write to; what was written is made durable before it is closed."""
    fd = os.open(path, os.O_WRONLY | flags | _BINARY, mode)
    try:
        yield fd
        sync(fd)
    finally:
        os.close(fd)


def append(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Add data at the end of a file, durably; the file must be there, or its directory is synced as well."""
    with writing(path):
        fresh = not path.exists()
        with _synced(path, os.O_APPEND | os.O_CREAT, mode) as fd:
            write_all(fd, data)
        if fresh:
            sync_directory(path.parent)


def overwrite(path: Path, start: int, data: bytes) -> None:
    """Write over a part of a file in place, durably; the file must be there."""
    with writing(path), _synced(path) as fd:
        os.lseek(fd, start, os.SEEK_SET)
        write_all(fd, data)


def put(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put a whole file, its data durable, in the place of any other; the caller syncs the directory.

    It is written under a hidden name first, so that a crash leaves no torn file under its own. Only one process may put
    a path at a time, which the ledger's locks see to.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path):
        temporary.unlink(missing_ok=True)
        with _synced(temporary, os.O_CREAT | os.O_EXCL, mode) as fd:
            write_all(fd, data)
        temporary.replace(path)


def replace(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put a file durably, its name too: any reader, also after a power cut, sees the old bytes or the new ones."""
    put(path, data, mode)
    with writing(path):
        sync_directory(path.parent)


@contextlib.contextmanager
def replaced(path: Path, data: bytes, mode: int = PUBLIC) -> Iterator[int]:
    """Put a file durably, and give the old one, nameless by then, to be written over; that is made durable as well."""
    with writing(path):
        old = os.open(path, os.O_RDWR | _BINARY)
    try:
        replace(path, data, mode)
        with writing(path):
            yield old
            sync(old)
    finally:
        os.close(old)


def make_directory(path: Path, mode: int = 0o755) -> None:
    """Make a directory and its parents, durably."""
    if path.is_dir():
        return
    with writing(path):
        make_directory(path.parent)
        path.mkdir(mode=mode, exist_ok=True)
        sync_directory(path.parent)


def read(path: Path, limit: int) -> bytes | None:
    """Return a regular file's bytes, or None if it is not there; DamagedError if unreadable or above the limit."""
    data = read_at(path, 0, limit + 1)
    if data is not None and len(data) > limit:
        raise DamagedError(f"{path} is larger than the {limit} bytes it may have: restore it from a copy")
    return data


def read_due(path: Path, limit: int) -> bytes:
    """Return the bytes of a file that must be there; DamagedError if it is not."""
    data = read(path, limit)
    if data is None:
        raise DamagedError(f"{path} is missing: restore it from a copy")
    return data


def read_at(path: Path, start: int, length: int) -> bytes | None:
    """Return a range of a regular file, cut off at its end, or None if there is none; DamagedError if unreadable."""
    try:
        fd = os.open(path, _READ_FLAGS | _BINARY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}): check what it is and its permissions") from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise DamagedError(f"{path} is not a regular file: restore it from a copy")
        os.lseek(fd, start, os.SEEK_SET)
        parts = []
        while length and (part := os.read(fd, min(length, 1 << 20))):
            parts.append(part)
            length -= len(part)
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}): check the disk") from error
    finally:
        os.close(fd)
    return b"".join(parts)


def names(path: Path) -> list[str]:
    """Return the names in a directory, sorted; none if it is not there. DamagedError if it cannot be read."""
    try:
        return sorted(entry.name for entry in path.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
