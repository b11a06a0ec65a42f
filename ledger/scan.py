"""Walks the published entries of a ledger, with a second process for the first half of a large one.

    python -P -m assure_tui.ledger.scan DIRECTORY SIZE CHUNKS FOLDER

is that process: it walks the first chunks, puts the contents that are due into buckets in a folder, and writes what it
found to standard output. It reads the ledger and believes nothing in it, like the verifier that it works for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from assure_tui.ledger.errors import DamagedError, LedgerError
from assure_tui.ledger.gather import Gathered, buckets
from assure_tui.ledger.rebuild import CHUNK, Rebuild
from assure_tui.ledger.shelf import Shelf
from assure_tui.ledger.spill import Buckets

SHARED_FROM: Final = 4
"""Chunks from which on a second process pays: it takes a tenth of a second to start."""


class Part(msgspec.Struct):
    """What one process found in its chunks."""

    chunks: list[bytes]
    differing: list[str]
    gathered: Gathered
    error: str = ""
    """Why it could not go on; the text of the ledger's error."""


class Scan:
    """A walk over the entries up to a size: the tree that they give, and what was gathered on the way."""

    def __init__(self, directory: Path, shelf: Shelf, size: int, progress: Callable[[int, int], None]) -> None:
        self.rebuild = Rebuild(directory, shelf, size)
        self.gathered = Gathered()
        self._directory = directory
        self._size = size
        self._progress = progress
        self._due = [buckets("due")]
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def run(self) -> None:
        """Walk; DamagedError if a bundle or a tile is missing or malformed."""
        count = self._size // CHUNK
        half = count // 2 if count >= SHARED_FROM and (os.cpu_count() or 1) > 1 else 0
        if not half:
            chunks = [self.rebuild.chunk(number, self._visit) for number in range(count)]
            self.rebuild.finish(chunks, self._visit)
            return
        self._folder = tempfile.TemporaryDirectory(prefix="assure-tui-")
        words: list[object] = [self._directory, self._size, half, self._folder.name]
        command = [sys.executable, "-P", "-m", "assure_tui.ledger.scan", *map(str, words)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as other:  # noqa: S603 - our own program
            try:
                chunks = [self.rebuild.chunk(number, self._visit) for number in range(half, count)]
                data = other.communicate()[0]
            except BaseException:
                other.kill()
                raise
        try:
            part = msgspec.msgpack.decode(data, type=Part)
        except msgspec.MsgspecError:
            raise DamagedError(f"{self._directory} could not be walked by a second process: try again") from None
        if part.error:
            raise DamagedError(part.error)
        self._due.append(buckets("due", Path(self._folder.name)))
        part.gathered.join(self.gathered)
        self.gathered = part.gathered
        self.rebuild.differing += part.differing
        self.rebuild.finish(part.chunks + chunks, self._visit)

    def take(self, start: int, entries: list[bytes]) -> None:
        """Look at entries that are not published yet."""
        self.gathered.take(start, entries, self._due[0])

    def due(self, bucket: int) -> Iterator[bytes]:
        """Yield the records of the contents that are due, a bucket of them."""
        for each in self._due:
            yield from each.bucket(bucket)

    def close(self) -> None:
        """Let go of the records of contents."""
        for each in self._due:
            each.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _visit(self, start: int, entries: list[bytes]) -> None:
        self.gathered.take(start, entries, self._due[0])
        self._progress(start + len(entries), self._size)


def walk_part(directory: Path, size: int, count: int, due: Buckets) -> Part:
    """Walk the first chunks of a ledger."""
    rebuild, part = Rebuild(directory, Shelf(directory), size), Part([], [], Gathered())
    try:
        for number in range(count):
            part.chunks.append(rebuild.chunk(number, lambda start, entries: part.gathered.take(start, entries, due)))
        due.flush()
    except LedgerError as error:
        part.error = str(error)
    except OSError as error:
        part.error = f"{error.filename or directory} cannot be read or written ({error.strerror})"
    part.differing = rebuild.differing
    return part


def main() -> None:
    """Walk what the arguments say, for another process."""
    directory, size, count, folder = sys.argv[1:]
    found = walk_part(Path(directory), int(size), int(count), buckets("due", Path(folder)))
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


if __name__ == "__main__":
    main()
