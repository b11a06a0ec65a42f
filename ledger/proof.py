"""Proofs that travel (C2SP tlog-proof): an entry's index, its inclusion proof, and the checkpoint it leads to."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assure_tui.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from assure_tui.ledger.errors import NoteError, ProofError
from assure_tui.ledger.note import MAX_NOTE, VerifierKey, decode_base64
from assure_tui.ledger.tree import MAX_PROOF, leaf_hash, verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_TLOG_PROOF: Final = MAX_NOTE + MAX_PROOF * 45 + 100

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the entry at `index` is in the tree of `checkpoint`."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    def encode(self) -> bytes:
        """Return the bytes of a `.tlog-proof` file."""
        lines = [HEADER, f"index {self.index}", *(base64.b64encode(digest).decode() for digest in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint.note

    def check(self, entry: bytes, keys: Sequence[VerifierKey]) -> None:
        """Raise NoteError or ProofError unless the keys signed the checkpoint and the entry is in its tree."""
        checkpoint = open_checkpoint(self.checkpoint.note, keys)
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)


def parse_proof(data: bytes) -> InclusionProof:
    """Parse a `.tlog-proof` file without extra data; raise ProofError for anything else. Nothing is verified."""
    if len(data) > MAX_TLOG_PROOF:
        raise ProofError(f"a proof of {len(data)} bytes exceeds {MAX_TLOG_PROOF}")
    head, _, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        index = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        if lines[0] != HEADER or index is None or len(lines) - 2 > MAX_PROOF:
            raise ProofError("a proof does not begin with its header and an index")
        hashes = tuple(decode_base64(line) for line in lines[2:])
        return InclusionProof(int(index[1]), hashes, parse_checkpoint(note)[0])
    except (NoteError, UnicodeDecodeError) as error:
        raise ProofError(f"a proof is malformed: {error}") from None
