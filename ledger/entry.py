"""Entries: the leaves of the log, and the commitments that keep their contents apart.

An entry is an envelope `{v, kind, subject, time, clear, commitment}` in canonical JSON (`jcs`). What an auditor must be
able to count is in `clear`; everything private is content, held outside the log and bound by its commitment. The log
stays verifiable when the content is gone. The commitment to an object is over a digest for each of its fields, salted
apart, so that some fields can be shown and the others stay unguessable (`disclose`).
"""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from typing import Any, Final

import msgspec

from assure_tui.ledger.errors import EntryError
from assure_tui.ledger.jcs import canonical

VERSION: Final = 1
MAX_ENTRY: Final = 65_535
"""Bytes an entry may have: its length is a uint16 in an entry bundle (C2SP tlog-tiles)."""

MAX_TIME: Final = 253_402_300_799_999
"""The last millisecond of the year 9999: no calendar of any verifier goes further."""
SALT_SIZE: Final = 16
MAX_CONTENT: Final = 16 * 1024 * 1024
"""Bytes of canonical JSON that one disclosure may have."""

FIELD_SALT: Final = b"assure-tui/field-salt/v1\n"
FIELDS: Final = b"assure-tui/fields/v1\n"
"""What the digests of an object's fields are hashed after: no salt with JSON behind it can begin so."""

_KIND = re.compile(r"[a-z][a-z0-9._-]{0,47}")
_SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One leaf of the log."""

    v: int = VERSION
    kind: str
    subject: str
    """Whom it is about: an opaque tag, and the name of the content key that seals its content."""
    time: int
    """Milliseconds since the epoch; never less than that of the entry before."""
    clear: dict[str, Any]
    commitment: str | None
    """Lower-case hex, or None for an entry without content."""


class Disclosure(msgspec.Struct, frozen=True):
    """What opens a commitment."""

    salt: bytes
    content: bytes
    """Canonical JSON."""

    def commitment(self) -> str:
        """Return the lower-case hex commitment to this disclosure."""
        value = json.loads(self.content)
        if type(value) is not dict or not value:
            return self.whole()
        return commitment_of({name: field_digest(self.salt, name, canonical(item)) for name, item in value.items()})

    def whole(self) -> str:
        """Return the lower-case hex commitment to the content as one piece."""
        return sha256(self.salt + self.content).hexdigest()

    def opens(self, commitment: str) -> bool:
        """Whether this is what was committed to, field by field or, as an object may be too, whole."""
        if len(self.salt) != SALT_SIZE:
            return False
        if self.whole() == commitment:
            return True
        try:
            return self.commitment() == commitment and canonical(json.loads(self.content)) == self.content
        except (ValueError, RecursionError, EntryError):
            return False


def field_salt(salt: bytes, name: str) -> bytes:
    """Return the salt of one field, which tells nothing of the content's own salt, nor of any other field's."""
    return sha256(FIELD_SALT + salt + name.encode()).digest()[:SALT_SIZE]


def field_digest(salt: bytes, name: str, value: bytes) -> str:
    """Return the lower-case hex digest of a field's canonical JSON under its salt, which follows from the content's."""
    return sha256(field_salt(salt, name) + value).hexdigest()


def commitment_of(digests: dict[str, str]) -> str:
    """Return the commitment to an object whose fields have these digests."""
    return sha256(FIELDS + canonical(digests)).hexdigest()


def encode_entry(entry: Entry) -> bytes:
    """Return the leaf's bytes; raise EntryError for an entry that breaks a rule."""
    _check_envelope(entry)
    data = canonical(
        {
            "v": entry.v,
            "kind": entry.kind,
            "subject": entry.subject,
            "time": entry.time,
            "clear": entry.clear,
            "commitment": entry.commitment,
        }
    )
    if len(data) > MAX_ENTRY:
        raise EntryError(f"an entry of {len(data)} bytes exceeds {MAX_ENTRY}: move its free text into the content")
    return data


_decoder = msgspec.json.Decoder(Entry)


def decode_entry(data: bytes) -> Entry:
    """Parse a leaf; raise EntryError unless encoding the result gives the same bytes again."""
    if len(data) > MAX_ENTRY:
        raise EntryError(f"an entry of {len(data)} bytes exceeds {MAX_ENTRY}")
    entry = read_entry(data)
    if encode_entry(entry) != data:
        raise EntryError("an entry is not in canonical form: its bytes were not written by a ledger")
    return entry


def read_entry(data: bytes) -> Entry:
    """Parse a leaf without asking for its canonical form, as a verifier does; EntryError if it is not an entry."""
    try:
        entry = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise EntryError(f"an entry is not the JSON of an entry: {error}") from None
    _check_envelope(entry)
    return entry


def check_subject(subject: str) -> str:
    """Return a subject that is fit to name a file; raise EntryError for any other."""
    if type(subject) is not str or not _SUBJECT.fullmatch(subject):
        raise EntryError("a subject must be 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first")
    return subject


def commit(content: Any) -> Disclosure:
    """Salt a JSON value, so that its commitment tells nothing of it."""
    data = canonical(content)
    if len(data) > MAX_CONTENT:
        raise EntryError(f"a content of {len(data)} bytes exceeds {MAX_CONTENT}: split it over several entries")
    return Disclosure(os.urandom(SALT_SIZE), data)


def check_disclosure(commitment: str, disclosure: Disclosure) -> Any:
    """Return the JSON value that a disclosure opens; raise EntryError if it does not open this commitment."""
    if not disclosure.opens(commitment):
        raise EntryError("a disclosure does not open its commitment: salt or content was changed")
    try:
        value = json.loads(disclosure.content)
    except (ValueError, RecursionError):
        raise EntryError("a disclosed content is not JSON") from None
    if canonical(value) != disclosure.content:
        raise EntryError("a disclosed content is not in canonical form")
    return value


def _check_envelope(entry: Entry) -> None:
    if type(entry.v) is not int or entry.v != VERSION:
        raise EntryError(f"an entry has version {entry.v!r}: this program knows {VERSION}")
    if type(entry.kind) is not str or not _KIND.fullmatch(entry.kind):
        raise EntryError("a kind must be 1 to 48 lower-case letters, digits, '.', '_' or '-', a letter first")
    check_subject(entry.subject)
    if type(entry.time) is not int or not 0 <= entry.time <= MAX_TIME:
        raise EntryError("an entry's time must be a whole number of milliseconds from 1970 to the end of 9999")
    if type(entry.clear) is not dict:
        raise EntryError("an entry's clear part must be an object")
    if entry.commitment is not None and (
        type(entry.commitment) is not str or not _COMMITMENT.fullmatch(entry.commitment)
    ):
        raise EntryError("a commitment must be 64 lower-case hex digits")
