"""The recorder's keys: two signing keys for checkpoints, and a content key for each subject.

They stand unwrapped in files that only their owner may read, because recording is unattended. Content that they seal is
erasable (destroy its key), not confidential from whoever can read the files.
"""

from __future__ import annotations

import base64
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.checkpoint import EPOCH_SUFFIX
from assure_tui.ledger.ed25519 import KEY_SIZE, Ed25519PrivateKey
from assure_tui.ledger.entry import check_subject
from assure_tui.ledger.errors import KeyFileError, NoteError
from assure_tui.ledger.note import SIGNATURE, Signer, VerifierKey, decode_base64
from assure_tui.ledger.pins import origin_hash

CONTENT_KEY_SIZE: Final = 32
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
        self._origin = origin
        self._content: dict[str, tuple[tuple[int, int], bytes]] = {}
        """By subject: inode and time of its key's file, and the key. Another process may have destroyed it."""
        self._mutex = threading.Lock()

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
        """Tell whether the key of an epoch is there."""
        return self._epoch_path(epoch).exists()

    def drop_before(self, epoch: int) -> None:
        """Delete the keys of all earlier epochs, durably: none can sign any more."""
        gone = [self._epoch_path(number) for number in self._epochs() if number < epoch]
        if gone:
            with disk.writing(self.path):
                for path in gone:
                    path.unlink(missing_ok=True)
                disk.sync_directory(self.path)

    def content_key(self, subject: str, *, create: bool = False) -> bytes | None:
        """Return a subject's content key, or None if there is none (any more) and none is to be made.

        Whoever lets it be made holds the append lock, so that no two are made for one subject.
        """
        with self._mutex:
            path = self.path / "content" / f"{check_subject(subject)}.key"
            held = self._content.get(subject)
            if held is not None and held[0] == _stamp(path):
                return held[1]
            key = disk.read(path, CONTENT_KEY_SIZE)
            if key is None and create:
                disk.make_directory(path.parent, 0o700)
                key = os.urandom(CONTENT_KEY_SIZE)
                disk.replace(path, key, disk.PRIVATE)
            if key is None:
                return None
            if len(key) != CONTENT_KEY_SIZE:
                raise KeyFileError(f"{path} is not a content key of {CONTENT_KEY_SIZE} bytes: restore it from a copy")
            self._content[subject] = _stamp(path), key
            return key

    def destroy_content(self, subject: str) -> None:
        """Destroy a subject's content key, durably: what it sealed can never be read again."""
        path = self.path / "content" / f"{check_subject(subject)}.key"
        with self._mutex:
            self._content.pop(subject, None)
            if path.exists():
                disk.overwrite(path, 0, os.urandom(CONTENT_KEY_SIZE))
                with disk.writing(path):
                    path.unlink()
                    disk.sync_directory(path.parent)

    def _epoch_path(self, epoch: int) -> Path:
        return self.path / f"epoch-{epoch}.key"

    def _epochs(self) -> list[int]:
        names = [name.removeprefix("epoch-").removesuffix(".key") for name in disk.names(self.path)]
        return [int(name) for name in names if name.isascii() and name.isdigit()]

    def _create(self, path: Path, name: str) -> Signer:
        if path.exists():
            raise KeyFileError(f"{path} is there already: choose another origin, or open the ledger that it belongs to")
        private = Ed25519PrivateKey.from_private_bytes(os.urandom(KEY_SIZE))
        signer = Signer(name, private)
        material = base64.b64encode(bytes([SIGNATURE]) + private.private_bytes_raw()).decode()
        line = f"{_PREFIX}+{name}+{signer.verifier.key_id.hex()}+{material}\n"
        disk.replace(path, line.encode(), disk.PRIVATE)
        return signer


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


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
