"""Records that are too many for memory: dealt into buckets, which go to disk and are then looked at one at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BUCKETS: Final = 64
MAX_HELD: Final = 8 << 20
"""Bytes that are held in memory before all go to disk."""


class Buckets:
    """Records of one length, dealt by their first byte, which must be evenly spread (a hash)."""

    def __init__(self, name: str, width: int, folder: Path | None = None) -> None:
        """Without a folder, one is made when it is first needed, and goes with `close`."""
        self._name = name
        self._width = width
        self._folder = folder
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._held = [bytearray() for _ in range(BUCKETS)]
        self._size = 0

    def add(self, record: bytes) -> None:
        """Take a record."""
        self._held[record[0] % BUCKETS] += record
        self._size += self._width
        if self._size >= MAX_HELD:
            self.flush()

    def flush(self) -> None:
        """Put all that is held into files."""
        for number, held in enumerate(self._held):
            if held:
                with self._path(number).open("ab") as file:
                    file.write(held)
                held.clear()
        self._size = 0

    def bucket(self, number: int) -> Iterator[bytes]:
        """Yield the records of a bucket."""
        data = bytes(self._held[number])
        if self._folder is not None or self._own is not None:
            path = self._path(number)
            data = (path.read_bytes() if path.exists() else b"") + data
        yield from (data[at : at + self._width] for at in range(0, len(data), self._width))

    def close(self) -> None:
        """Let go of everything."""
        if self._own is not None:
            self._own.cleanup()

    def _path(self, number: int) -> Path:
        if self._folder is None and self._own is None:
            self._own = tempfile.TemporaryDirectory(prefix="assure-tui-")
        return (self._folder or Path(self._own.name if self._own else "")) / f"{self._name}-{number}"
