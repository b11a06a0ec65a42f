"""Signed notes and verifier keys (C2SP signed-note), with timestamped cosignatures (C2SP tlog-cosignature).

The parser is strict: one encoding for each note, so that a note that was read can be written again byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from assure_tui.ledger import ed25519
from assure_tui.ledger.errors import NoteError

SIGNATURE: Final = 0x01
"""Signature type: Ed25519 over the text."""
COSIGNATURE: Final = 0x04
"""Signature type: Ed25519 over a header, a time and the text; 8 bytes of time precede the signature."""

MAX_NOTE: Final = 256 * 1024
MAX_SIGNATURES: Final = 64
"""C2SP asks for 16 at least; a post-quantum line has nearly 5 kB."""
MAX_NAME: Final = 255

_ID_SIZE: Final = 4
_DASH: Final = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_BAD_IN_NAME = re.compile(r"[\s+\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line: who says to have signed, and the bytes after the key id."""

    name: str
    key_id: bytes
    body: bytes

    def line(self) -> str:
        """Return the line with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.body).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines that sign it."""

    text: str
    """Ends in a newline."""
    signatures: tuple[SignatureLine, ...]

    def encode(self) -> bytes:
        """Return the note's bytes."""
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under (`<name>+<key id>+<type and key>`)."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name ‖ newline ‖ type ‖ key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def matches(self, signature: SignatureLine) -> bool:
        """Whether the line claims to be by this key."""
        return signature.name == self.name and signature.key_id == self.key_id

    def verifies(self, signature: SignatureLine, text: str) -> bool:
        """Whether the line's signature over the text is by this key."""
        if self.kind == SIGNATURE:
            return ed25519.verifies(self.public, signature.body, text.encode())
        if self.kind == COSIGNATURE and len(signature.body) > 8:
            time = int.from_bytes(signature.body[:8], "big")
            return time < 1 << 63 and ed25519.verifies(self.public, signature.body[8:], _cosigned(time, text))
        return False


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with the name it signs under."""

    name: str
    private: ed25519.Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The key that checks what this one signs."""
        return VerifierKey(self.name, SIGNATURE, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> SignatureLine:
        """Sign a note's text."""
        return SignatureLine(self.name, self.verifier.key_id, self.private.sign(text.encode()))

    def cosign(self, text: str, time: int) -> SignatureLine:
        """Cosign a checkpoint's text at a time in seconds since the epoch (C2SP tlog-cosignature)."""
        key = VerifierKey(self.name, COSIGNATURE, self.verifier.public)
        return SignatureLine(self.name, key.key_id, time.to_bytes(8, "big") + self.private.sign(_cosigned(time, text)))


def cosigned_at(signature: SignatureLine) -> int:
    """Return the seconds since the epoch that a cosignature line states."""
    return int.from_bytes(signature.body[:8], "big")


def parse_note(data: bytes) -> Note:
    """Parse a signed note; raise NoteError for anything that is not exactly one."""
    if len(data) > MAX_NOTE:
        raise NoteError(f"a note of {len(data)} bytes exceeds {MAX_NOTE}")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise NoteError("a note is not UTF-8") from None
    if _CONTROL.search(whole):
        raise NoteError("a note holds control characters")
    head, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise NoteError("a note must be a text, an empty line and signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"a note has {len(lines)} signatures: at most {MAX_SIGNATURES} are read")
    return Note(head + "\n", tuple(_parse_line(line) for line in lines))


def parse_vkey(text: str) -> VerifierKey:
    """Parse a verifier key; raise NoteError if it is malformed, of small order, or its id does not fit."""
    name, first, rest = text.partition("+")
    key_id, second, material = rest.partition("+")
    if not first or not second:
        raise NoteError("a verifier key must be name+id+key")
    check_name(name)
    raw = decode_base64(material)
    if len(raw) != 1 + ed25519.KEY_SIZE or raw[0] not in {SIGNATURE, COSIGNATURE}:
        raise NoteError(f"the verifier key of {name!r} is not an Ed25519 key of type 0x01 or 0x04")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteError(f"the verifier key of {name!r} does not have the id that it states")
    if not ed25519.is_sound(key.public):
        raise NoteError(f"the verifier key of {name!r} is a point of small order, under which anything verifies")
    return key


def check_name(name: str) -> str:
    """Return a key's name if C2SP allows it; raise NoteError if not."""
    if not name or len(name) > MAX_NAME or _BAD_IN_NAME.search(name) or _CONTROL.search(name):
        raise NoteError("a key's name must be 1 to 255 characters without spaces, '+' or control characters")
    return name


def check_signatures(note: Note, required: Iterable[VerifierKey]) -> None:
    """Raise NoteError unless every required key signed, once, and every line under a required key verifies."""
    for key in required:
        lines = [signature for signature in note.signatures if key.matches(signature)]
        if len(lines) != 1:
            raise NoteError(f"a note carries {len(lines)} signatures by {key.name!r} where one is required")
        if not key.verifies(lines[0], note.text):
            raise NoteError(f"a note's signature by {key.name!r} does not verify: its text or signature was changed")


def decode_base64(text: str) -> bytes:
    """Decode canonical standard base64 (RFC 4648 section 4, zero pad bits); raise NoteError for any other spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("a base64 field is malformed") from None
    if base64.b64encode(raw).decode() != text:
        raise NoteError("a base64 field is not in canonical form")
    return raw


def _parse_line(line: str) -> SignatureLine:
    if not line.startswith(_DASH):
        raise NoteError("a signature line does not begin with an em dash and a space")
    name, gap, encoded = line[len(_DASH) :].partition(" ")
    raw = decode_base64(encoded)
    if not gap or len(raw) <= _ID_SIZE:
        raise NoteError("a signature line must be a name, a space and a base64 signature")
    return SignatureLine(check_name(name), raw[:_ID_SIZE], raw[_ID_SIZE:])


def _cosigned(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
