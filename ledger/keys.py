"""The recorder's keys: two signing keys for checkpoints, and the folder of the content keys (`content_keys`).

They stand unwrapped in files that only their owner may read, because recording is unattended.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.checkpoint import EPOCH_SUFFIX
from assure_tui.ledger.content_keys import ContentKeys
from assure_tui.ledger.ed25519 import KEY_SIZE, Ed25519PrivateKey
from assure_tui.ledger.errors import KeyFileError, NoteError
from assure_tui.ledger.note import SIGNATURE, Signer, VerifierKey, decode_base64
from assure_tui.ledger.pins import origin_hash
from assure_tui.ledger.reading_key import ReadingKey

_PREFIX: Final = "PRIVATE+KEY"
"""Signing keys are written as the note programs of Go write them: PRIVATE+KEY+<name>+<id>+<type and seed>."""


@dataclass(frozen=True, slots=True)
class RecorderKeys:
    """The pair that signs checkpoints."""

    log: Signer
    epoch: Signer

    @property
    def signers(self) -> tuple[Signer, Signer]:
        """Both, in the order of their lines."""
        return self.log, self.epoch

    @property
    def verifiers(self) -> tuple[VerifierKey, VerifierKey]:
        """The keys that check what they sign."""
        return self.log.verifier, self.epoch.verifier


class KeyDirectory:
    """The keys of one log, below `<keys>/<hash of the origin>/`."""

    def __init__(self, keys: Path, origin: str) -> None:
        self.path = keys / origin_hash(origin)
        self.content = ContentKeys(self.path / "content", ReadingKey(keys))
        self._origin = origin

    def create(self) -> RecorderKeys:
        """Make the signing keys of a new log; KeyFileError if there are some already."""
        disk.make_directory(self.path, 0o700)
        return RecorderKeys(
            self._create(self.path / "log.key", self._origin),
            self._create(self._epoch_path(0), self._origin + EPOCH_SUFFIX),
        )

    def load(self, epoch: int) -> RecorderKeys:
        """Read the log key and the key of an epoch; KeyFileError if one is missing or malformed."""
        return RecorderKeys(
            _load(self.path / "log.key", self._origin),
            _load(self._epoch_path(epoch), self._origin + EPOCH_SUFFIX),
        )

    def create_epoch(self, epoch: int) -> Signer:
        """Make the key of an epoch to come, over one that a crash may have left and that nothing names."""
        path = self._epoch_path(epoch)
        with disk.writing(path):
            path.unlink(missing_ok=True)
        return self._create(path, self._origin + EPOCH_SUFFIX)

    def has_epoch(self, epoch: int) -> bool:
        """Return whether the key of an epoch is there."""
        return self._epoch_path(epoch).exists()

    def drop_before(self, epoch: int) -> None:
        """Delete the keys of all earlier epochs, durably: they can no longer sign."""
        gone = [self._epoch_path(number) for number in self._epochs() if number < epoch]
        if gone:
            with disk.writing(self.path):
                for path in gone:
                    path.unlink(missing_ok=True)
                disk.sync_directory(self.path)

    def _epoch_path(self, epoch: int) -> Path:
        return self.path / f"epoch-{epoch}.key"

    def _epochs(self) -> list[int]:
        names = [name.removeprefix("epoch-").removesuffix(".key") for name in disk.names(self.path)]
        return [int(name) for name in names if name.isascii() and name.isdigit()]

    def _create(self, path: Path, name: str) -> Signer:
        if path.exists():
            raise KeyFileError(f"{path} already exists: choose another origin, or open the ledger that it belongs to")
        private = Ed25519PrivateKey.from_private_bytes(os.urandom(KEY_SIZE))
        signer = Signer(name, private)
        material = base64.b64encode(bytes([SIGNATURE]) + private.private_bytes_raw()).decode()
        line = f"{_PREFIX}+{name}+{signer.verifier.key_id.hex()}+{material}\n"
        disk.replace(path, line.encode(), disk.PRIVATE)
        return signer


def _load(path: Path, name: str) -> Signer:
    data = disk.read(path, 1024)
    if data is None:
        raise KeyFileError(f"{path} is missing: point to the keys directory that the ledger was made with")
    try:
        parts = data.decode("ascii").removesuffix("\n").split("+", 4)
        prefix, stated, key_id, raw = "+".join(parts[:2]), parts[2], parts[3], decode_base64(parts[4])
    except (UnicodeDecodeError, IndexError, NoteError):
        raise KeyFileError(f"{path} is not a signing key: restore it from a copy") from None
    if prefix != _PREFIX or stated != name or len(raw) != 1 + KEY_SIZE or raw[0] != SIGNATURE:
        raise KeyFileError(f"{path} is not an Ed25519 signing key of {name!r}: restore it from a copy")
    signer = Signer(name, Ed25519PrivateKey.from_private_bytes(raw[1:]))
    if signer.verifier.key_id.hex() != key_id:
        raise KeyFileError(f"{path} is damaged, its key does not have the id that it states: restore it from a copy")
    return signer
