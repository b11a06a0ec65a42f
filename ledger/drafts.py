"""Entries to be, and what an append returns for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assure_tui.ledger.entry import Disclosure, Entry, commit, encode_entry
from assure_tui.ledger.pins import Pin


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be: the ledger adds the time, and the commitment to the content."""

    kind: str
    subject: str
    clear: dict[str, Any]
    content: Any = None
    """A JSON value that is committed to and sealed, or None for no content."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The log that a new one goes on from."""

    pin: Pin
    """Its last known head."""
    verified: bool
    """Whether it verified when the new one was begun; else it was left because it was damaged."""

    def clear(self) -> dict[str, Any]:
        """Return what the first entry of the new log says of it."""
        return {
            "log": str(self.pin.keys[0]),
            "epoch": str(self.pin.epoch),
            "note": self.pin.head.note.decode(),
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an append returned: the entries are `first_index` to `first_index + count - 1`."""

    first_index: int
    count: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the commitment of the entry of an index."""

    index: int
    commitment: str
    disclosure: Disclosure


def encode(drafts: Sequence[Draft], first: int, newest: int) -> tuple[list[bytes], dict[str, list[Opening]]]:
    """Stamp and encode drafts from index `first` on, whose time is not before that of the `newest` entry (ms).

    Return the entries, and by subject what opens their commitments.
    """
    now = max(time.time_ns() // 1_000_000, newest)
    entries = []
    contents: dict[str, list[Opening]] = {}
    for index, draft in enumerate(drafts, first):
        commitment = None
        if draft.content is not None:
            disclosure = commit(draft.content)
            commitment = disclosure.commitment()
            contents.setdefault(draft.subject, []).append(Opening(index, commitment, disclosure))
        entries.append(
            encode_entry(
                Entry(kind=draft.kind, subject=draft.subject, time=now, clear=draft.clear, commitment=commitment)
            )
        )
    return entries, contents
