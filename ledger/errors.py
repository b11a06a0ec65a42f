"""One tree of errors; each message is one sentence that says what is wrong, where, and how to mend it.

LedgerError
├── EntryError        an entry, a draft or a disclosure breaks the rules of entries
├── NoteError         a signed note, a verifier key or a checkpoint is malformed or badly signed
├── ProofError        a Merkle proof is malformed, does not verify, or cannot be given yet
├── SealError         a seal or its envelope is malformed or does not verify
│   └── RevokedError  a seal verifies, by a key that was revoked, or not valid, when it was made
├── BundleError       a bundle or a response to one is malformed, or something in it does not hold
├── WitnessError      a witness cannot be asked, or refuses to cosign
├── LockedError       another process holds a lock
├── ContentLockedError  a content is there, and its key is wrapped to a reading key that was not unlocked
├── FullError         the disk refused a write or a sync: nothing of the batch was acknowledged
├── ReadOnlyError     a write was asked of a ledger that was opened for reading
├── DamagedError      what is on disk contradicts what was committed: read-only from here on, never repaired
├── ForeignError      the ledger was copied or moved here from another place: continuing it would fork it
└── KeyFileError      a key file is missing, unreadable or of another key
    └── WrongPassphraseError
"""

from __future__ import annotations


class LedgerError(Exception):
    """Anything this package raises on purpose."""


class EntryError(LedgerError):
    """An entry, a draft or a disclosure breaks the rules of entries."""


class NoteError(LedgerError):
    """A signed note, a verifier key or a checkpoint is malformed or badly signed."""


class ProofError(LedgerError):
    """A Merkle proof is malformed, does not verify, or cannot be given yet."""


class SealError(LedgerError):
    """A seal or its envelope is malformed or does not verify."""


class RevokedError(SealError):
    """A seal verifies, and the key that made it was revoked or not valid then: it is intact and does not count."""


class BundleError(LedgerError):
    """A bundle or a response to one is malformed, or something in it does not hold."""


class WitnessError(LedgerError):
    """A witness cannot be asked, or refuses to cosign."""


class LockedError(LedgerError):
    """Another process holds a lock that was not given up in time."""


class ContentLockedError(LedgerError):
    """A content is there, and its key is wrapped to a reading key that was not unlocked."""


class FullError(LedgerError):
    """The disk refused a write or a sync: nothing of the batch was acknowledged, and this handle writes no more."""


class ReadOnlyError(LedgerError):
    """A write was asked of a ledger that was opened for reading."""


class DamagedError(LedgerError):
    """What is on disk contradicts what was committed; the ledger is read-only from here on and never repaired."""


class ForeignError(LedgerError):
    """The ledger was copied or moved here from another place: continuing it would make two histories of one log."""


class KeyFileError(LedgerError):
    """A key file is missing, unreadable, malformed or belongs to another key."""


class WrongPassphraseError(KeyFileError):
    """The passphrase does not open the key file."""
