"""Checkpoints (C2SP tlog-checkpoint): a signed note that states a log's origin, size and root."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assure_tui.ledger.errors import NoteError
from assure_tui.ledger.note import Note, Signer, VerifierKey, check_name, check_signatures, decode_base64, parse_note
from assure_tui.ledger.tree import HASH_SIZE

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
MAX_SIZE: Final = 2**63 - 1
EPOCH_SUFFIX: Final = "/epoch"
"""What the epoch key's name adds to the origin; the log key's name is the origin."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head of the log, with the note that states it."""

    origin: str
    size: int
    root: bytes
    note: bytes
    """The signed note, byte for byte."""

    @property
    def body(self) -> bytes:
        """The note's text, which the signatures are over."""
        return body(self.origin, self.size, self.root).encode()


def body(origin: str, size: int, root: bytes) -> str:
    """Return the three lines of a checkpoint's text. There are never extension lines."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign(origin: str, size: int, root: bytes, signers: Sequence[Signer]) -> Checkpoint:
    """Sign a head with each of the signers, in their order."""
    text = body(origin, size, root)
    return Checkpoint(origin, size, root, Note(text, tuple(signer.sign(text) for signer in signers)).encode())


def parse_checkpoint(data: bytes) -> tuple[Checkpoint, Note]:
    """Parse a checkpoint without checking its signatures; raise NoteError for anything else."""
    note = parse_note(data)
    lines = note.text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise NoteError("a checkpoint must have three lines: origin, size and root")
    origin, size, root = lines[:3]
    check_name(origin)
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise NoteError("a checkpoint's size is not a plain decimal number")
    digest = decode_base64(root)
    if len(digest) != HASH_SIZE:
        raise NoteError("a checkpoint's root is not 32 bytes")
    return Checkpoint(origin, int(size), digest, data), note


def open_checkpoint(data: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Parse a checkpoint and demand a signature by each of the keys; raise NoteError otherwise."""
    checkpoint, note = parse_checkpoint(data)
    check_signatures(note, keys)
    return checkpoint
