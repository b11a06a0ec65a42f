"""What a walk over all entries gathers for the checks that follow: little, however many entries there are."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from assure_tui.ledger.entry import Entry, read_entry
from assure_tui.ledger.errors import EntryError
from assure_tui.ledger.spill import Buckets

MAX_EXAMPLES: Final = 8
_COMMITMENT: Final = 32
_SUBJECT: Final = 8
DUE_WIDTH: Final = _COMMITMENT + _SUBJECT + 8
"""A content that is due: commitment, hash of its subject, index of its entry."""
KEPT: Final = frozenset({"key", "seal", "adoption"})
"""Kinds whose entries are looked at as a whole."""
BARE: Final = frozenset({*KEPT, "redaction", "recovery", "heartbeat"})
"""Kinds of the ledger's own, which have no content."""


class Examples(msgspec.Struct):
    """How many there were, and the first of them."""

    count: int = 0
    first: list[int] = msgspec.field(default_factory=list)

    def add(self, index: int) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) < MAX_EXAMPLES:
            self.first.append(index)

    def join(self, other: Examples) -> None:
        """Count what another walk found."""
        self.count += other.count
        self.first = (self.first + other.first)[:MAX_EXAMPLES]


class Beat(msgspec.Struct, frozen=True, array_like=True):
    """What a heartbeat says of the clock."""

    index: int
    time: int
    boot: str
    up: int


class Gathered(msgspec.Struct):
    """The findings of a walk over a stretch of the log. Two that follow each other can be joined."""

    first: Entry | None = None
    """Entry 0."""
    start: tuple[int, int] | None = None
    """Index and time of the first entry that was read."""
    time: int = 0
    """Of the newest entry so far."""
    backwards: Examples = msgspec.field(default_factory=Examples)
    unreadable: Examples = msgspec.field(default_factory=Examples)
    kept: dict[str, list[tuple[int, Entry]]] = msgspec.field(default_factory=dict)
    """By kind: entries with their indexes."""
    beats: list[Beat] = msgspec.field(default_factory=list)
    redactions: dict[str, int] = msgspec.field(default_factory=dict)
    """By subject: index of its last tombstone."""
    contents: dict[str, int] = msgspec.field(default_factory=dict)
    """By subject: index of its last entry with a content."""

    def take(self, start: int, entries: Sequence[bytes], due: Buckets) -> None:
        """Look at entries, the first of which has the index `start`; note in `due` which contents there must be."""
        for index, data in enumerate(entries, start):
            try:
                entry = read_entry(data)
            except EntryError:
                self.unreadable.add(index)
                continue
            if index == 0:
                self.first = entry
            if self.start is None:
                self.start = index, entry.time
            if entry.time < self.time:
                self.backwards.add(index)
            else:
                self.time = entry.time
            if entry.commitment is not None and entry.kind in BARE:
                self.unreadable.add(index)  # else it would be taken for somebody's words, and not be looked at
            elif entry.commitment is not None:
                self.contents[entry.subject] = index
                due.add(bytes.fromhex(entry.commitment) + subject_hash(entry.subject) + index.to_bytes(8, "big"))
            elif entry.kind in KEPT:
                self.kept.setdefault(entry.kind, []).append((index, entry))
            elif entry.kind == "redaction":
                self.redactions[entry.subject] = index
            elif entry.kind == "heartbeat":
                self._beat(index, entry)

    def join(self, later: Gathered) -> None:
        """Take in what a walk over the entries right after these found."""
        if later.start is not None and later.start[1] < self.time:
            self.backwards.add(later.start[0])
        self.backwards.join(later.backwards)
        self.unreadable.join(later.unreadable)
        self.time = max(self.time, later.time)
        for kind, entries in later.kept.items():
            self.kept.setdefault(kind, []).extend(entries)
        self.beats += later.beats
        self.redactions |= later.redactions
        self.contents |= later.contents

    def of(self, kind: str) -> list[tuple[int, Entry]]:
        """Return the entries of a kind, with their indexes."""
        return self.kept.get(kind, [])

    def _beat(self, index: int, entry: Entry) -> None:
        boot, up = entry.clear.get("boot"), entry.clear.get("up")
        if isinstance(boot, str) and boot and type(up) is int:
            self.beats.append(Beat(index, entry.time, boot[:64], up))


def subject_hash(subject: str) -> bytes:
    """Return what stands for a subject in the records of contents."""
    return sha256(subject.encode()).digest()[:_SUBJECT]


def buckets(name: str, folder: Path | None = None) -> Buckets:
    """Make the buckets for contents that are due, or that were found (the same records without an index)."""
    return Buckets(name, DUE_WIDTH if name.startswith("due") else DUE_WIDTH - 8, folder)
