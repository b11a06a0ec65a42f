"""The recorder's lease: of all processes on a ledger, the one that holds it records."""

from __future__ import annotations

import os
import time
from pathlib import Path

from assure_tui.ledger.disk import make_directory, write_all, writing
from assure_tui.ledger.locks import open_lock, try_lock

_ATTEMPTS = 3
"""A look at the holder takes the lock for an instant; a try that falls into it is repeated."""


class RecorderLease:
    """A lock file that holds its holder's process id; the kernel gives it up when the holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_acquire(self) -> bool:
        """Take the lease if nobody has it; True also if this object has it already."""
        if self._fd is not None:
            return True
        make_directory(self._path.parent)
        fd = open_lock(self._path)
        for _ in range(_ATTEMPTS):
            if try_lock(fd):
                with writing(self._path):
                    os.ftruncate(fd, 0)
                    write_all(fd, b"%d\n" % os.getpid())
                self._fd = fd
                return True
            time.sleep(0.003)
        os.close(fd)
        return False

    def release(self) -> None:
        """Give the lease up, if this object has it."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def holder(self) -> int | None:
        """Return the process id of the holder, or None if nobody has the lease."""
        if self._fd is not None:
            return os.getpid()
        if not self._path.exists():
            return None
        try:
            fd = os.open(self._path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        except OSError:  # on media that cannot be written, or not ours: looking needs no right to write
            fd = os.open(self._path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            if try_lock(fd):
                return None
            text = os.read(fd, 20).strip()
        finally:
            os.close(fd)
        return int(text) if text.isdigit() else None
