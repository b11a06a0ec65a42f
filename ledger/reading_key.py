"""The reading key: what contents are sealed to when only a person may read them again.

Recording is unattended, so whoever can read its keys could read what they seal. With a reading key there is nothing of
the kind to read: each subject's secret is wrapped to the public half (HPKE, RFC 9180), and the private half, X25519, is
in passphrase-encrypted PKCS#8. Recording needs the public half alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.ledger import disk
from assure_tui.ledger.errors import KeyFileError, WrongPassphraseError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

PRIVATE_NAME: Final = "reading.key.pem"
PUBLIC_NAME: Final = "reading.pub.pem"
"""Below the folder of all keys. While the public half stands there, new secrets are wrapped to it."""
MAX_FILE: Final = 16 * 1024
MAX_PASSPHRASE: Final = 1024
OVERHEAD: Final = 32 + 16
"""Bytes that sealing adds: the encapsulated key, and the tag."""


def seal_to(public: bytes, plain: bytes, info: bytes) -> bytes:
    """Seal bytes so that only the private half opens them: HPKE in base mode, encapsulated key first."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 - few lock contents

    return _suite().encrypt(plain, X25519PublicKey.from_public_bytes(public), info)


def open_with(private: X25519PrivateKey, sealed: bytes, info: bytes) -> bytes | None:
    """Return what was sealed to a key with the same `info`, or None if it was not."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - likewise

    try:
        return _suite().decrypt(sealed, private, info)
    except (InvalidTag, ValueError):
        return None


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite  # noqa: PLC0415 - likewise

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """The key of one installation: its files in the folder of all keys."""

    folder: Path

    @property
    def exists(self) -> bool:
        """Whether there is a private half, so that something may be wrapped."""
        return (self.folder / PRIVATE_NAME).exists()

    def public(self) -> bytes | None:
        """Return the public half to which secrets are wrapped now; None if they are not."""
        path = self.folder / PUBLIC_NAME
        data = disk.read(path, MAX_FILE)
        if data is None:
            return None
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - few lock contents
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - likewise
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 - likewise

        try:
            key = serialization.load_pem_public_key(data)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, X25519PublicKey):
            raise KeyFileError(f"{path} is not the public half of a reading key: restore it from a copy")
        return key.public_bytes_raw()

    def create(self, passphrase: str) -> None:
        """Make the key: the private half, encrypted, is durable before anything can be wrapped to the public one.

        Raises KeyFileError if there is one already, or the passphrase is unfit.
        """
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - few lock contents
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - likewise

        from assure_tui.ledger import pkcs8  # noqa: PLC0415 - likewise

        if self.exists:
            raise KeyFileError(f"{self.folder / PRIVATE_NAME} already exists: contents are wrapped to it")
        if not 0 < len(passphrase.encode()) <= MAX_PASSPHRASE:
            raise KeyFileError(f"a passphrase must have 1 to {MAX_PASSPHRASE} bytes")
        private = X25519PrivateKey.generate()
        plain = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        disk.make_directory(self.folder, 0o700)
        disk.replace(self.folder / PRIVATE_NAME, pkcs8.encrypt(plain, passphrase.encode()), disk.PRIVATE)
        disk.replace(self.folder / PUBLIC_NAME, public)

    def unlock(self, passphrase: str) -> X25519PrivateKey:
        """Open the private half; WrongPassphraseError if the passphrase does not, KeyFileError if there is none."""
        path = self.folder / PRIVATE_NAME
        data = disk.read(path, MAX_FILE)
        if data is None:
            raise KeyFileError(f"there is no reading key in {self.folder}: no contents are wrapped")
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - few lock contents
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - likewise
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - likewise

        try:
            private = serialization.load_pem_private_key(data, passphrase.encode())
        except (ValueError, TypeError):
            raise WrongPassphraseError(f"the passphrase does not open {path}: try again, or restore the file") from None
        except UnsupportedAlgorithm:
            private = None
        if not isinstance(private, X25519PrivateKey):
            raise KeyFileError(f"{path} is not a reading key: restore it from a copy")
        if self.public() not in {None, private.public_key().public_bytes_raw()}:
            raise KeyFileError(
                f"{self.folder / PUBLIC_NAME} was exchanged: somebody else may read what was sealed since; restore it"
            )
        return private

    def stop(self) -> None:
        """Wrap nothing more from now on, durably; what was wrapped still needs the private half."""
        self._remove(PUBLIC_NAME)

    def delete(self) -> None:
        """Delete the private half, durably: nothing may be wrapped to it any more."""
        self._remove(PRIVATE_NAME)

    def _remove(self, name: str) -> None:
        with disk.writing(self.folder / name):
            (self.folder / name).unlink(missing_ok=True)
            disk.sync_directory(self.folder)
