"""What was sealed lately to a key that is locked, openly, for the other processes of the same installation.

A recorder without the passphrase cannot read back what a hook or a reviewer's command line has just sealed, nor what it
sealed itself before a crash. So every writer leaves such disclosures here, beside the index, which is open anyway and
is what they are wanted for; the recorder takes away what is in the index. A line is one JSON list: index, subject, salt
in hex, content. Nothing here is believed that does not open the entry's commitment, and losing it loses no evidence.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.entry import Disclosure
from assure_tui.ledger.errors import DamagedError

MAX_CONTENT: Final = 512 * 1024
"""Bytes of a content that is left here; larger ones are raw records, which no index holds."""
MAX_FILE: Final = 256 << 20


class Recent:
    """The file of one installation. Writers hold the append lock; readers need none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[int, Disclosure] = {}
        self._read: tuple[int, int] = (0, 0)
        """Inode of the file and how much of it is known."""

    def add(self, items: Iterable[tuple[int, str, Disclosure]]) -> None:
        """Leave disclosures: index of the entry, its subject, what opens it. Without waiting for the medium."""
        lines = "".join(
            json.dumps([index, subject, each.salt.hex(), each.content.decode()]) + "\n"
            for index, subject, each in items
            if len(each.content) <= MAX_CONTENT
        )
        if lines:
            with disk.writing(self.path):
                self.path.touch(disk.PRIVATE)
                with self.path.open("a", encoding="ascii") as file:
                    file.write(lines)

    def find(self, index: int, commitment: str) -> Disclosure | None:
        """Return what opens the entry of an index, if it is here."""
        if index not in self._known:
            self._follow()
        found = self._known.get(index)
        return found if found is not None and found.opens(commitment) else None

    def keep(self, wanted: Callable[[int, str], bool]) -> None:
        """Take away what is not wanted any more, told by index and subject; all of it when it cannot be read."""
        try:
            data = disk.read(self.path, MAX_FILE) or b""
        except DamagedError:
            with disk.writing(self.path):
                self.path.unlink(missing_ok=True)
            return
        kept = [line for line in data.splitlines() if any(wanted(index, subject) for index, subject, _ in _items(line))]
        if data and len(kept) < data.count(b"\n"):
            disk.replace(self.path, b"".join(line + b"\n" for line in kept), disk.PRIVATE)
            self._known.clear()
            self._read = 0, 0

    def _follow(self) -> None:
        """Read what was appended; all of it when the file is another one."""
        try:
            status = self.path.stat()
        except OSError:
            self._known.clear()
            return
        inode, start = self._read
        if inode != status.st_ino or start > status.st_size:
            self._known.clear()
            start = 0
        with contextlib.suppress(DamagedError):
            data = disk.read_at(self.path, start, min(status.st_size - start, MAX_FILE)) or b""
            whole = data[: data.rfind(b"\n") + 1]
            for line in whole.splitlines():
                self._known.update({index: disclosure for index, _, disclosure in _items(line)})
            self._read = status.st_ino, start + len(whole)


def _items(line: bytes) -> Iterator[tuple[int, str, Disclosure]]:
    """Yield what a line says; nothing for one that a crash tore."""
    try:
        index, subject, salt, content = json.loads(line)
        yield int(index), str(subject), Disclosure(bytes.fromhex(salt), content.encode())
    except (ValueError, TypeError, AttributeError, RecursionError):
        return
