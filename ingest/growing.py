"""A file that grows: gives what was appended since the last look, and tells truncation and replacement."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.regular import regular_descriptor

DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})
WAL = "-wal"
"""What the name of a database's log of writes ends in, beside the database."""
CHUNK = 1024 * 1024
PREFIX = 4096
"""How many bytes from the file's start tell that it is still the same file."""


def stamp(path: Path) -> tuple[int, int]:
    """Size of a log and when it last changed (ns); of a database, with the log of writes that lies beside it.

    Raises `OSError` when it is gone.
    """
    status = path.stat()
    size, changed = status.st_size, status.st_mtime_ns
    if path.suffix in DATABASES:
        try:
            beside = path.with_name(path.name + WAL).stat()
        except OSError:
            return size, changed
        size, changed = size + beside.st_size, max(changed, beside.st_mtime_ns)
    return size, changed


class GrowingFile:
    """Reads a file piece by piece with positioned reads; never maps it, since mapped files may shrink."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = 0
        """Offset up to which the file has been read."""
        self.status: os.stat_result | None = None
        """The file as it stood at the last look."""
        self._prefix = b""
        self._descriptor = -1

    @contextmanager
    def look(self) -> Iterator[bool]:
        """Open the file for `chunks`; give whether it is another one than before, so that reading starts over.

        Raises `SourceError` when the file cannot be read, now or while its chunks are taken.
        """
        try:
            self._descriptor = regular_descriptor(self.path)
            try:
                replaced = self._replaced()
                if replaced:
                    self.position = 0
                    self._prefix = b""
                yield replaced
            finally:
                os.close(self._descriptor)
                self._descriptor = -1
        except OSError as error:
            raise SourceError(f"{self.path}: {error.strerror or error}") from error

    def chunks(self, max_bytes: int | None = None) -> Iterator[bytes]:
        """Yield what was appended since the last look, at most about `max_bytes`."""
        left = max_bytes
        while (left is None or left > 0) and (
            chunk := self._pread(CHUNK if left is None else min(CHUNK, left), self.position)
        ):
            if len(self._prefix) < PREFIX:
                self._prefix += chunk[: PREFIX - len(self._prefix)]
            self.position += len(chunk)
            left = None if left is None else left - len(chunk)
            yield chunk

    def whole(self, max_bytes: int) -> bytes:
        """Return the whole file; raises `SourceError` when it is larger than `max_bytes`."""
        size = self.status.st_size if self.status is not None else 0
        if size > max_bytes:
            raise SourceError(f"{self.path}: larger than {max_bytes} bytes, too large for one document")
        pieces: list[bytes] = []
        at = 0
        while at < size and (piece := self._pread(size - at, at)):
            pieces.append(piece)
            at += len(piece)
        return b"".join(pieces)

    def _replaced(self) -> bool:
        status = os.fstat(self._descriptor)
        before, self.status = self.status, status
        if before is None:
            return False
        if (status.st_dev, status.st_ino) != (before.st_dev, before.st_ino) or status.st_size < self.position:
            return True
        return self._pread(len(self._prefix), 0) != self._prefix

    def _pread(self, size: int, offset: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, size, offset)
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        return os.read(self._descriptor, size)
