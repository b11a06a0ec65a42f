"""Epochs: the second key that signs the log is changed again and again, and the old one destroyed.

A `key` entry, the last of its batch, names the key of the next epoch. The head right after it is the last that the old
key signs; it stands in `closings/<size>`, durable before the old key is deleted. So whoever steals the present key
cannot write the log of a closed epoch anew: no key is left that could sign another head of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from assure_tui.ledger import disk
from assure_tui.ledger.checkpoint import EPOCH_SUFFIX, Checkpoint, open_checkpoint
from assure_tui.ledger.entry import Entry, read_entry
from assure_tui.ledger.errors import DamagedError, EntryError, NoteError
from assure_tui.ledger.note import MAX_NOTE, VerifierKey, parse_vkey

KIND: Final = "key"
"""Kind of the entries that name the keys."""
_MARK: Final = b'"kind":"key"'
"""What the canonical form of such an entry contains; others may too, so it only saves parsing."""

KeyPair: TypeAlias = tuple[VerifierKey, VerifierKey]
"""The log key and an epoch key."""
KeysAt: TypeAlias = Callable[[int], KeyPair]
"""Gives the keys that sign the head of a size."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of the log whose heads one key signs: those larger than `start`, up to its own closing."""

    number: int
    key: VerifierKey
    start: int
    """Size of the head that closed the epoch before; 0 for the first epoch."""


def key_clear(number: int, log: VerifierKey, key: VerifierKey) -> dict[str, Any]:
    """Return the clear part of the entry that names an epoch's key."""
    return {"epoch": number, "log": str(log), "vkey": str(key)}


def named_epoch(entry: Entry, index: int, log: VerifierKey) -> Epoch:
    """Return the epoch that a `key` entry begins; raise DamagedError if it names none of this log."""
    number, vkey = entry.clear.get("epoch"), entry.clear.get("vkey")
    if entry.kind != KIND or type(number) is not int or not isinstance(vkey, str):
        raise DamagedError(f"entry {index} does not name the key of an epoch: restore the ledger from a copy")
    try:
        key = parse_vkey(vkey)
    except NoteError as error:
        raise DamagedError(f"entry {index} names a malformed key: restore the ledger from a copy ({error})") from None
    if key.name != log.name + EPOCH_SUFFIX or entry.clear.get("log") != str(log):
        raise DamagedError(f"entry {index} names the key of another log: restore the ledger from a copy")
    return Epoch(number, key, index + 1)


class Closings:
    """The notes that closed epochs, in the folder `closings` of a ledger."""

    def __init__(self, ledger: Path) -> None:
        self._folder = ledger / "closings"

    def sizes(self) -> list[int]:
        """Return the sizes at which epochs were closed, in order; other names are no closings."""
        names = disk.names(self._folder)
        return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= 19)

    def has(self, size: int) -> bool:
        """Return whether there is a closing of this size."""
        return (self._folder / str(size)).exists()

    def write(self, closing: Checkpoint) -> None:
        """Put a closing, durably."""
        disk.make_directory(self._folder)
        disk.replace(self._folder / str(closing.size), closing.note)

    def read(self, size: int, keys: KeyPair) -> Checkpoint | None:
        """Return the closing of a size, or None if there is none; raise NoteError if the keys did not sign it."""
        data = disk.read(self._folder / str(size), MAX_NOTE)
        return None if data is None else open_checkpoint(data, keys)


class Epochs:
    """Which key signs which head, as the ledger itself says; a verifier checks that against the chain of closings."""

    def __init__(self, ledger: Path, keys: KeyPair, entry_of: Callable[[int, int], bytes]) -> None:
        """`entry_of(index, published)` reads a published entry."""
        self.log = keys[0]
        self._closings = Closings(ledger)
        self._entry_of = entry_of
        self._first = Epoch(0, keys[1], 0)
        self._known: dict[int, Epoch] = {}
        """By start: the epochs that were looked up in published entries."""
        self._pending: dict[int, Epoch] = {}
        """By start: those that batches in the write-ahead log began."""
        self._sizes: list[int] = []
        self._published = 0

    def reach(self, published: int) -> None:
        """Look which epochs were closed up to a checkpoint's size; what came after it follows from `take`."""
        sizes = self._closings.sizes()
        self._sizes = sizes[: bisect_right(sizes, published)]
        self._published = published

    def restart(self) -> None:
        """Forget what was learnt from the write-ahead log."""
        self._pending.clear()

    def take(self, last: bytes, size: int) -> None:
        """Learn from the last entry of a batch that ends at a size, whether the batch closed an epoch."""
        if size == 1 or _MARK not in last:
            return
        try:
            entry = read_entry(last)
        except EntryError:
            return
        if entry.kind == KIND:
            self._pending[size] = named_epoch(entry, size - 1, self.log)

    def of(self, size: int) -> Epoch:
        """Return the epoch whose key signs the head of a size."""
        at = bisect_left(self._sizes, size)
        start = max([self._sizes[at - 1] if at else 0, *(start for start in self._pending if start < size)])
        if start <= 1:
            return self._first
        return self._pending.get(start) or self._known.get(start) or self._look_up(start)

    def keys(self, size: int) -> KeyPair:
        """Return the keys that sign the head of a size."""
        return self.log, self.of(size).key

    def _look_up(self, start: int) -> Epoch:
        index = start - 1
        try:
            epoch = named_epoch(read_entry(self._entry_of(index, self._published)), index, self.log)
        except EntryError as error:
            raise DamagedError(f"entry {index} is damaged: restore the ledger from a copy ({error})") from None
        self._known[start] = epoch
        return epoch


def walk(
    keys: KeyPair, named: Iterable[tuple[int, Entry]], closings: Closings, size: int, root_at: Callable[[int], bytes]
) -> list[Epoch]:
    """Follow the closings from the first key, as a verifier does; return the epochs.

    `named` are the `key` entries but the first, with their indexes, of a log of `size` whose roots `root_at` gives.
    Raises DamagedError if a closing is missing, is not signed by the key that it closes, or closes another history.
    """
    log, key = keys
    epochs = [Epoch(0, key, 0)]
    for index, entry in named:
        epoch = named_epoch(entry, index, log)
        before = epochs[-1]
        if epoch.number != before.number + 1:
            raise DamagedError(f"entry {index} begins epoch {epoch.number} after epoch {before.number}")
        try:
            closing = closings.read(epoch.start, (log, before.key))
        except NoteError as error:
            raise DamagedError(f"the closing of epoch {before.number} is not signed by its key ({error})") from None
        if closing is None:
            if epoch.start < size:
                raise DamagedError(f"the closing of epoch {before.number} at size {epoch.start} is missing")
        elif closing.size != epoch.start or closing.origin != log.name or closing.root != root_at(epoch.start):
            raise DamagedError(f"the closing of epoch {before.number} closes another history than this log")
        epochs.append(epoch)
    foreign = set(closings.sizes()) - {epoch.start for epoch in epochs[1:]}
    if any(start <= size for start in foreign):
        raise DamagedError(f"a closing at size {min(foreign)} closes no epoch of this log")
    return epochs


def keys_of(log: VerifierKey, epochs: list[Epoch]) -> KeysAt:
    """Return the function that gives the keys of a head's size, for epochs that were walked."""
    starts = [epoch.start for epoch in epochs]
    return lambda size: (log, epochs[max(0, bisect_left(starts, size) - 1)].key)
