"""The ledger as the desk uses it: opened when it is needed, and read on behind what the index has."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assure_tui.app.desk.entries import ACTS, EVIDENCE, HOOK, Words
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.escrow import KIND as ESCROW
from assure_tui.app.desk.library import Entry, Library
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.ledger import disk
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.errors import ContentLockedError, DamagedError, ForeignError, FullError, LedgerError
from assure_tui.ledger.store import Ledger

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

MAX_ENVELOPE = 32 << 20
_KINDS = frozenset({ESCROW, *ACTS, *EVIDENCE, *HOOK})
_READ_BACK = frozenset({*ACTS, *HOOK})
"""Kinds whose content the desk shows."""


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the ledger's errors into the desk's."""
    try:
        yield
    except (DamagedError, ForeignError) as error:
        raise LedgerDamagedError.of(error) from error
    except LedgerError as error:
        raise UsageError(f"{error}.") from error


def published(ledger: Ledger) -> bool:
    """Publish what was appended; False where the disk does not take it: it is kept, and goes out with what comes next.

    Reporting a failure would make people do the act twice.
    """
    try:
        ledger.publish()
    except FullError:
        return False
    return True


def _content(ledger: Ledger, index: int) -> Any:
    """Return the content of an entry; None while it is locked, which the recorder reports."""
    try:
        return ledger.content(index)
    except ContentLockedError:
        return None


class Archive:
    """Holds the ledger open, to read, and once somebody acts, to write. Methods may be called from several threads."""

    def __init__(self, home: Home, library: Library, *, read_only: bool) -> None:
        self._home = home
        self._library = library
        self._read_only = read_only
        self._lock = threading.RLock()
        self._ledger: Ledger | None = None
        self._writable = False
        self.damage = ""
        """Why nothing can be written, once that was tried; what is there can still be read."""
        self._tail: list[Entry] = []
        self._read_to = 0
        self._reader: X25519PrivateKey | None = None
        self._open_until = 0.0

    @property
    def exists(self) -> bool:
        """Return whether there is a ledger."""
        return (self._home.ledger / ".state" / "version").exists()

    def reading(self) -> Ledger | None:
        """Return the ledger for reading, or None when there is none yet.

        Raises:
            LedgerDamagedError: It is too damaged to be read.
        """
        with self._lock:
            if self._ledger is None and self.exists:
                with plain_errors():
                    keys = self._home.keys if self._home.keys.exists() else None
                    self._ledger = Ledger.open(
                        self._home.ledger, pins=self._home.pins, keys=keys, read_only=True, recent=self._home.recent
                    )
                    self._ledger.unlock(self._reader)
            self._lock_again()
            return self._ledger

    def unlock(self, passphrase: str, seconds: float) -> None:
        """Read locked contents for some time.

        Raises:
            UsageError: There is no reading key, or the passphrase does not open it.
        """
        from assure_tui.ledger.reading_key import ReadingKey  # noqa: PLC0415 - few ever need it

        with self._lock, plain_errors():
            self._reader = ReadingKey(self._home.keys).unlock(passphrase)
            self._open_until = time.monotonic() + seconds
            if self._ledger is not None:
                self._ledger.unlock(self._reader)

    def _lock_again(self) -> None:
        if self._reader is not None and time.monotonic() > self._open_until:
            self._reader = None
            if self._ledger is not None:
                self._ledger.unlock(None)

    def writing(self) -> Ledger:
        """Return the ledger for writing; make it when there is none.

        Raises:
            LedgerDamagedError: It is damaged.
            UsageError: The desk was opened to read only.
        """
        if self._read_only:
            raise UsageError("this desk was opened read-only: leave --read-only out to write.")
        with self._lock:
            if self._ledger is None or not self._writable:
                try:
                    self._ledger = open_ledger(self._home)
                except LedgerDamagedError as error:
                    self.damage = str(error)
                    raise
                self._writable = True
                self._ledger.unlock(self._reader)
                self.damage = ""
            return self._ledger

    def write(self, words: Sequence[Words]) -> int:
        """Append entries; give the index of the first. They are durable when this returns."""
        ledger = self.writing()
        with plain_errors():
            receipt = ledger.append([Draft(word.kind, word.subject, word.clear, word.content) for word in words])
            if not published(ledger):
                with self._lock:
                    self._ledger, self._writable = None, False  # this handle writes no more
        return receipt.first_index

    def commitment(self, index: int) -> str | None:
        """Return an entry's commitment to its content."""
        ledger = self.writing()
        with plain_errors():
            ledger.refresh()
            return ledger.entry(index).commitment

    def size(self) -> int:
        """Return the number of entries."""
        ledger = self.reading()
        if ledger is None:
            return 0
        with plain_errors():
            ledger.refresh()
            return ledger.size

    def entries(self, kinds: Sequence[str], subject: str | None = None, start: int = 0) -> list[Entry]:
        """Return entries of some kinds from index `start` on, oldest first.

        They come from the index; those that it does not have yet, from the ledger.
        """
        tail = self._behind_index()
        seen = self._seen()
        indexed = [entry for entry in self._library.entries(kinds, subject, start) if entry.index < seen]
        behind = (entry for entry in tail if entry.index >= start and entry.kind in kinds)
        return indexed + [entry for entry in behind if subject is None or entry.subject == subject]

    def latest(self, count: int) -> list[Entry]:
        """Return the newest entries of all kinds, newest first, without their content; the index may not have them yet.

        Raises:
            LedgerDamagedError: They cannot be read.
        """
        ledger = self.reading()
        if ledger is None:
            return []
        with plain_errors():
            ledger.refresh()
            start = max(ledger.size - count, 0)
            found = [
                Entry(i, e.kind, e.subject, e.time, e.clear, None) for i, e in enumerate(ledger.entries(start), start)
            ]
        return found[::-1]

    def newest(self, kinds: Sequence[str], subject: str) -> int:
        """Return the index of the newest entry of some kinds about a subject, or -1."""
        behind = [entry.index for entry in self._behind_index() if entry.kind in kinds and entry.subject == subject]
        return behind[-1] if behind else self._library.newest(kinds, subject)

    def version(self) -> tuple[int, int]:
        """Return a value that changes when `entries` would answer otherwise."""
        self._behind_index()
        return self._seen(), self._tail[-1].index if self._tail else -1

    def envelope(self, number: int) -> bytes | None:
        """Return the envelope of a seal as stored, or None."""
        try:
            return disk.read(self._home.ledger / "seals" / f"{number}.dsse.json", MAX_ENVELOPE)
        except DamagedError:
            return None

    def _seen(self) -> int:
        ledger = self.reading()
        origin, seen = self._library.ledger_seen()
        return seen if ledger is not None and ledger.origin == origin else 0

    def _behind_index(self) -> list[Entry]:
        """Return the entries that the index does not have yet."""
        ledger = self.reading()
        if ledger is None:
            return []
        with self._lock, plain_errors():
            seen = self._seen()
            ledger.refresh()
            self._tail = [entry for entry in self._tail if entry.index >= seen]
            start = max(seen, self._read_to)
            for index, entry in enumerate(ledger.entries(start), start):
                if entry.kind in _KINDS:
                    content = _content(ledger, index) if entry.kind in _READ_BACK else None
                    self._tail.append(Entry(index, entry.kind, entry.subject, entry.time, entry.clear, content))
            self._read_to = max(self._read_to, ledger.size)
            return list(self._tail)

    @property
    def path(self) -> Path:
        """Where the ledger lies."""
        return self._home.ledger
