"""The secret of each subject, under which its contents are sealed: open in its file, or wrapped to the reading key.

    open       the 32 bytes
    wrapped    "ACK1" ‖ public key of the subject (32) ‖ the secret, sealed to the reading key (HPKE)

The private key of the subject follows from its secret. Of a wrapped one, the file tells what to seal with and not what
to open with: recording goes on, reading waits for the passphrase. To destroy the file erases the contents either way.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.ledger import disk
from assure_tui.ledger.entry import check_subject
from assure_tui.ledger.errors import KeyFileError
from assure_tui.ledger.reading_key import OVERHEAD, ReadingKey, open_with, seal_to

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SECRET_SIZE: Final = 32
PUBLIC_SIZE: Final = 32
MAGIC: Final = b"ACK1"
WRAPPED_SIZE: Final = len(MAGIC) + PUBLIC_SIZE + SECRET_SIZE + OVERHEAD
SUFFIX: Final = ".key"
_SEALING: Final = b"assure-tui/content-seal/v1\n"
_WRAPPING: Final = "assure-tui/content-key/v1\n"


@dataclass(frozen=True, slots=True)
class ContentKey:
    """What is known of a subject's key: the secret, or while that is wrapped, the public key that follows from it."""

    secret: bytes | None
    public: bytes | None = None
    """Set where the secret is wrapped on disk: then contents are sealed to it, whoever has the secret in memory."""

    @property
    def private(self) -> X25519PrivateKey | None:
        """The private key that opens what was sealed to the public one; None while the secret is wrapped."""
        return None if self.secret is None else private_of(self.secret)


def private_of(secret: bytes) -> X25519PrivateKey:
    """Return the private key that follows from a subject's secret."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - few lock contents

    return X25519PrivateKey.from_private_bytes(hmac.digest(secret, _SEALING, "sha256"))


class ContentKeys:
    """The content keys of one log, in a folder of their own."""

    def __init__(self, folder: Path, reading: ReadingKey) -> None:
        self.folder = folder
        self._reading = reading
        self._unfinished = folder.parent / "wrapping"
        """Stands there while keys are wrapped; whoever writes after a crash goes on with it."""
        self._reader: X25519PrivateKey | None = None
        self._held: dict[str, tuple[tuple[int, int], ContentKey]] = {}
        """By subject: inode and time of its file, and what is in it. Another process may have changed it since."""
        self._mutex = threading.Lock()

    def unlock(self, reader: X25519PrivateKey | None) -> None:
        """Open wrapped secrets with the reading key from now on; with None, no more."""
        with self._mutex:
            self._reader = reader
            self._held.clear()

    def get(self, subject: str) -> ContentKey | None:
        """Return a subject's key, or None if there is none (any more)."""
        with self._mutex:
            return self._known(subject)

    def of(self, subjects: Iterable[str]) -> dict[str, ContentKey]:
        """Return the keys of subjects; those that are missing are made, all of them durable when this returns.

        Whoever calls holds the append lock, so that no two are made for one subject.
        """
        with self._mutex:
            found = {subject: self._known(subject) for subject in subjects}
            missing = [subject for subject, key in found.items() if key is None]
            if missing:
                public = self._reading.public()
                fresh = {subject: self._fresh(subject, public) for subject in missing}
                disk.make_directory(self.folder, 0o700)
                disk.replace_all([(self._path(subject), data) for subject, data in fresh.items()], disk.PRIVATE)
                found |= {subject: self._hold(subject, data) for subject, data in fresh.items()}
            return {subject: key for subject, key in found.items() if key is not None}

    def _known(self, subject: str) -> ContentKey | None:
        path = self._path(subject)
        held = self._held.get(subject)
        if held is not None and held[0] == _stamp(path):
            return held[1]
        data = disk.read(path, WRAPPED_SIZE)
        return None if data is None else self._hold(subject, data)

    def _hold(self, subject: str, data: bytes) -> ContentKey:
        key = self._read(subject, data)
        self._held[subject] = _stamp(self._path(subject)), key
        return key

    def _fresh(self, subject: str, public: bytes | None) -> bytes:
        secret = os.urandom(SECRET_SIZE)
        return secret if public is None else self._wrapped(subject, secret, public)

    def destroy(self, subject: str) -> None:
        """Destroy a subject's key, durably: what it sealed can never be read again."""
        path = self._path(subject)
        with self._mutex:
            self._held.pop(subject, None)
            if path.exists():
                disk.overwrite(path, 0, os.urandom(path.stat().st_size))
                with disk.writing(path):
                    path.unlink()
                    disk.sync_directory(path.parent)

    def wrap(self) -> int:
        """Wrap all secrets that are open to the reading key; return how many. The caller holds the append lock."""
        public = self._reading.public()
        if public is None:
            raise KeyFileError(f"there is no reading key to wrap the keys in {self.folder} to: make one first")
        if not self.folder.is_dir():
            return 0
        disk.replace(self._unfinished, b"", disk.PRIVATE)
        found = [subject for subject in self.subjects() if self._wrap(subject, public)]
        with disk.writing(self._unfinished):
            self._unfinished.unlink(missing_ok=True)
        return len(found)

    def finish(self) -> None:
        """Go on with a wrapping that a crash cut short; the caller holds the append lock."""
        if self._unfinished.exists() and self._reading.public() is not None:
            self.wrap()

    def unwrap(self, reader: X25519PrivateKey) -> int:
        """Put all wrapped secrets openly into their files again; return how many. The caller holds the append lock.

        Raises KeyFileError for one that does not open, when all others are done.
        """
        count, bad = 0, []
        for subject in self.subjects():
            path = self._path(subject)
            data = disk.read_due(path, WRAPPED_SIZE)
            if len(data) == SECRET_SIZE:
                continue
            try:
                disk.replace(path, self._opened(subject, data, reader), disk.PRIVATE)
                count += 1
            except KeyFileError as error:
                bad.append(error)
        if bad:
            raise bad[0]
        return count

    def subjects(self) -> Iterator[str]:
        """Yield the subjects that have a key."""
        for name in disk.names(self.folder):
            if name.endswith(SUFFIX) and not name.startswith("."):
                yield name.removesuffix(SUFFIX)

    def _wrap(self, subject: str, public: bytes) -> bool:
        path = self._path(subject)
        data = disk.read_due(path, WRAPPED_SIZE)
        if len(data) != SECRET_SIZE:
            return False
        with disk.replaced(path, self._wrapped(subject, data, public), disk.PRIVATE) as old:
            disk.write_all(old, os.urandom(SECRET_SIZE))
        return True

    def _wrapped(self, subject: str, secret: bytes, public: bytes) -> bytes:
        own = private_of(secret).public_key().public_bytes_raw()
        return MAGIC + own + seal_to(public, secret, self._info(subject, own))

    def _read(self, subject: str, data: bytes) -> ContentKey:
        if len(data) == SECRET_SIZE:
            return ContentKey(data)
        if len(data) != WRAPPED_SIZE or not data.startswith(MAGIC):
            raise KeyFileError(f"{self._path(subject)} is not a content key: restore it from a copy")
        own = data[len(MAGIC) : len(MAGIC) + PUBLIC_SIZE]
        return ContentKey(None if self._reader is None else self._opened(subject, data, self._reader), own)

    def _opened(self, subject: str, data: bytes, reader: X25519PrivateKey) -> bytes:
        """Open a wrapped secret, whose public key must be the one that follows from it."""
        own = data[len(MAGIC) : len(MAGIC) + PUBLIC_SIZE]
        secret = open_with(reader, data[len(MAGIC) + PUBLIC_SIZE :], self._info(subject, own))
        if secret is None or private_of(secret).public_key().public_bytes_raw() != own:
            raise KeyFileError(f"{self._path(subject)} is not wrapped to this reading key: restore it from a copy")
        return secret

    def _info(self, subject: str, own: bytes) -> bytes:
        return f"{_WRAPPING}{self.folder.parent.name}\n{subject}\n".encode() + own

    def _path(self, subject: str) -> Path:
        return self.folder / f"{check_subject(subject)}{SUFFIX}"


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns
