"""Pins: the highest committed head of a log, kept apart from it, so that a shortened log is noticed.

A pin is a text file named after the log's origin: the two verifier keys, an empty line, and the signed checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.checkpoint import Checkpoint, open_checkpoint
from assure_tui.ledger.errors import DamagedError, NoteError
from assure_tui.ledger.note import MAX_NOTE, VerifierKey, parse_vkey

MAX_PIN: Final = MAX_NOTE + 2048


def origin_hash(origin: str) -> str:
    """Return the name under which an origin's pin and keys are kept."""
    return sha256(origin.encode()).hexdigest()[:32]


def pin_path(pins: Path, origin: str) -> Path:
    """Return where the pin of an origin is kept."""
    return pins / origin_hash(origin)


@dataclass(frozen=True, slots=True)
class Pin:
    """What is known of a log from outside it."""

    keys: tuple[VerifierKey, VerifierKey]
    """The log key and the epoch key."""
    head: Checkpoint

    def encode(self) -> bytes:
        """Return the pin's file."""
        return f"{self.keys[0]}\n{self.keys[1]}\n\n".encode() + self.head.note


def read_pin(pins: Path, origin: str) -> Pin | None:
    """Return the pin of an origin, or None if there is none; DamagedError if it is malformed or badly signed."""
    path = pin_path(pins, origin)
    data = disk.read(path, MAX_PIN)
    return None if data is None else parse_pin(path, data, origin)


def parse_pin(path: Path, data: bytes, origin: str) -> Pin:
    """Parse the bytes of a pin's file; DamagedError if they are malformed, badly signed or of another log."""
    try:
        head, _, note = data.partition(b"\n\n")
        keys = parse_keys(head.decode())
        pin = Pin(keys, open_checkpoint(note, keys))
    except (NoteError, UnicodeDecodeError) as error:
        raise DamagedError(f"the pin {path} is damaged: restore it from a copy ({error})") from None
    if pin.head.origin != origin or keys[0].name != origin:
        raise DamagedError(f"the pin {path} is of another log: restore it from a copy")
    return pin


def write_pin(pins: Path, pin: Pin) -> bytes:
    """Make a pin durable in the place of the one before, and return its file's bytes."""
    data = pin.encode()
    disk.replace(pin_path(pins, pin.head.origin), data, disk.PRIVATE)
    return data


def parse_keys(text: str) -> tuple[VerifierKey, VerifierKey]:
    """Parse the log key and the epoch key, one a line; raise NoteError for anything else."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) != 2:
        raise NoteError("two verifier keys are due: the log key and the epoch key")
    return parse_vkey(lines[0]), parse_vkey(lines[1])
