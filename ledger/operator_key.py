"""A person's signing key: Ed25519 in passphrase-encrypted PKCS#8, and the public half that others check seals with.

Both files are PEM after one line `name: …`, which other programs skip: RFC 7468 section 2 allows text before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from assure_tui.ledger import disk, ed25519, pkcs8
from assure_tui.ledger.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from assure_tui.ledger.errors import KeyFileError, WrongPassphraseError

MAX_KEY_FILE: Final = 16 * 1024
MAX_PASSPHRASE: Final = 1024

_NAMED = re.compile(rb"name: ([^\r\n]{1,200})\n(?=-----BEGIN ((?:ENCRYPTED )?PRIVATE KEY|PUBLIC KEY)-----\n)")


@dataclass(frozen=True, slots=True)
class OperatorIdentity:
    """The public half of an operator's key."""

    name: str
    public: bytes

    @property
    def fingerprint(self) -> str:
        """Lower-case hex SHA-256 of the DER SubjectPublicKeyInfo; the key id in seals."""
        key = Ed25519PublicKey.from_public_bytes(self.public)
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return sha256(der).hexdigest()

    def export(self) -> bytes:
        """Return the PEM that an auditor is given."""
        key = Ed25519PublicKey.from_public_bytes(self.public)
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return f"name: {self.name}\n".encode() + pem

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this operator signed the message."""
        return ed25519.verifies(self.public, signature, message)


@dataclass(frozen=True, slots=True)
class OperatorKey:
    """An unlocked key. It is as long in memory as this object."""

    identity: OperatorIdentity
    private: Ed25519PrivateKey

    @classmethod
    def new(cls, path: Path, passphrase: str, name: str) -> OperatorKey:
        """Make a key and store it encrypted; KeyFileError if the file is there or name or passphrase are unfit."""
        if path.exists():
            raise KeyFileError(f"{path} already exists: choose another file for the new key")
        if not name.isprintable() or not name.strip() or len(name.encode()) > 200:
            raise KeyFileError("an operator's name must be 1 to 200 bytes of printable text")
        if not 0 < len(passphrase.encode()) <= MAX_PASSPHRASE:
            raise KeyFileError(f"a passphrase must have 1 to {MAX_PASSPHRASE} bytes")
        private = Ed25519PrivateKey.generate()
        plain = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem = pkcs8.encrypt(plain, passphrase.encode())
        disk.make_directory(path.parent, 0o700)
        disk.replace(path, f"name: {name}\n".encode() + pem, disk.PRIVATE)
        return cls(OperatorIdentity(name, private.public_key().public_bytes_raw()), private)

    @classmethod
    def load(cls, path: Path, passphrase: str) -> OperatorKey:
        """Unlock a stored key; WrongPassphraseError if the passphrase does not fit, KeyFileError if it is not a key."""
        data, name, label = _read(path)
        if label != b"ENCRYPTED PRIVATE KEY":
            raise KeyFileError(f"{path} is not a passphrase-encrypted private key: name another file")
        try:
            private = serialization.load_pem_private_key(data, passphrase.encode())
        except (ValueError, TypeError):
            raise WrongPassphraseError(f"the passphrase does not open {path}: try again, or restore the file") from None
        except UnsupportedAlgorithm:
            raise KeyFileError(f"{path} is encrypted in a way this program does not know: make a new key") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyFileError(f"{path} is not an Ed25519 key: name another file")
        return cls(OperatorIdentity(name, private.public_key().public_bytes_raw()), private)

    @property
    def fingerprint(self) -> str:
        """The identity's fingerprint."""
        return self.identity.fingerprint

    def sign(self, message: bytes) -> bytes:
        """Sign a message (RFC 8032)."""
        return self.private.sign(message)


def load_identity(path: Path) -> OperatorIdentity:
    """Read the public half of an operator's key from its PEM file; KeyFileError if it is not one."""
    data, name, label = _read(path)
    try:
        key = serialization.load_pem_public_key(data) if label == b"PUBLIC KEY" else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey) or not ed25519.is_sound(key.public_bytes_raw()):
        raise KeyFileError(f"{path} is not the public half of an Ed25519 operator key: export it anew")
    return OperatorIdentity(name, key.public_bytes_raw())


def _read(path: Path) -> tuple[bytes, str, bytes]:
    """Return a key file's PEM, its name and its label."""
    data = disk.read(path, MAX_KEY_FILE)
    if data is None:
        raise KeyFileError(f"{path} is missing: name the file of an operator key")
    named = _NAMED.match(data)
    try:
        name = named[1].decode() if named else ""
    except UnicodeDecodeError:
        name = ""
    if named is None or not name.isprintable() or not name.strip():
        raise KeyFileError(f"{path} is not the file of an operator key: it has no name line before its PEM block")
    return data[named.end() :], name, named[2]
