"""DSSE envelopes (secure-systems-lab/dsse v1.0) around in-toto Statements v1."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from assure_tui.ledger.errors import SealError
from assure_tui.ledger.jcs import canonical, json_object

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
MAX_ENVELOPE: Final = 32 * 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")


class EnvelopeSigner(Protocol):
    """Whoever signs an envelope."""

    @property
    def fingerprint(self) -> str:
        """The key id that stands in the envelope."""

    def sign(self, message: bytes) -> bytes:
        """Sign a message."""


class EnvelopeVerifier(Protocol):
    """A public key that an envelope is checked with."""

    @property
    def fingerprint(self) -> str:
        """The key id that stands in the envelope."""

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed the message."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a statement is about, by its digest."""

    name: str
    sha256: str
    """Lower-case hex."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed: subjects, and a predicate over them."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Any

    def encode(self) -> bytes:
        """Return the payload: the statement in canonical JSON; raise EntryError if it has no canonical form."""
        return canonical(
            {
                "_type": STATEMENT_TYPE,
                "subject": [{"name": each.name, "digest": {"sha256": each.sha256}} for each in self.subjects],
                "predicateType": self.predicate_type,
                "predicate": self.predicate,
            }
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding, which is what a signature is over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign_statement(statement: Statement, keys: Sequence[EnvelopeSigner]) -> bytes:
    """Return the envelope's JSON, signed by each key."""
    payload = statement.encode()
    message = pae(PAYLOAD_TYPE, payload)
    return canonical(
        {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [
                {"keyid": key.fingerprint, "sig": base64.b64encode(key.sign(message)).decode()} for key in keys
            ],
        }
    )


def open_envelope(data: bytes, signer: EnvelopeVerifier) -> Statement:
    """Return the statement in an envelope that the signer signed; raise SealError for anything else."""
    envelope = _object(data, "an envelope")
    kind, encoded, signatures = (envelope.get(name) for name in ("payloadType", "payload", "signatures"))
    if kind != PAYLOAD_TYPE or not isinstance(encoded, str) or not isinstance(signatures, list):
        raise SealError("an envelope is not a DSSE envelope around an in-toto statement")
    payload = _decode(encoded)
    message = pae(PAYLOAD_TYPE, payload)
    for signature in signatures:
        if not isinstance(signature, dict) or not isinstance(signature.get("sig"), str):
            raise SealError("an envelope has a malformed signature")
        if signature.get("keyid") == signer.fingerprint and signer.verifies(_decode(signature["sig"]), message):
            return _statement(payload)
    raise SealError(f"an envelope carries no signature that verifies by {signer.fingerprint[:16]}: it was changed")


def first_signature(data: bytes) -> tuple[str, bytes, bytes]:
    """Return key id and bytes of an envelope's first signature, and what it is over; SealError for anything else."""
    envelope = _object(data, "an envelope")
    signatures, kind, payload = (envelope.get(name) for name in ("signatures", "payloadType", "payload"))
    first = signatures[0] if isinstance(signatures, list) and signatures else None
    if not isinstance(first, dict) or not isinstance(kind, str) or not isinstance(payload, str):
        raise SealError("an envelope is not a signed DSSE envelope")
    key_id, signature = first.get("keyid"), first.get("sig")
    if not isinstance(key_id, str) or not isinstance(signature, str):
        raise SealError("an envelope has a malformed signature")
    return key_id, _decode(signature), pae(kind, _decode(payload))


def _statement(payload: bytes) -> Statement:
    body = _object(payload, "a statement")
    subjects, kind = body.get("subject"), body.get("predicateType")
    if body.get("_type") != STATEMENT_TYPE or not isinstance(subjects, list) or not isinstance(kind, str):
        raise SealError("a payload is not an in-toto statement v1")
    return Statement(tuple(_subject(each) for each in subjects), kind, body.get("predicate"))


def _subject(value: Any) -> Subject:
    name = value.get("name") if isinstance(value, dict) else None
    digest = value.get("digest") if isinstance(value, dict) else None
    sha256 = digest.get("sha256") if isinstance(digest, dict) else None
    if not isinstance(name, str) or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise SealError("a statement has a subject without a name or a SHA-256 digest")
    return Subject(name, sha256)


def _object(data: bytes, what: str) -> dict[str, Any]:
    return json_object(data, what, SealError)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SealError("an envelope holds malformed base64") from None
