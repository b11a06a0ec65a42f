"""Seals: a person signs a statement over the log, and the log records that it was signed.

The envelope stands in `seals/<n>.dsse.json`; the `seal` entry binds it by SHA-256 and names its signer; a `.tlog-proof`
beside it proves the entry to whoever has the envelope alone. Every statement has the issued checkpoint it was made over
as its first subject, named `checkpoint/<size>`: SHA-256 of the checkpoint's body.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from assure_tui.ledger import disk, ed25519
from assure_tui.ledger.checkpoint import body
from assure_tui.ledger.dsse import MAX_ENVELOPE, Statement, Subject, open_envelope, sign_statement
from assure_tui.ledger.entry import Entry, encode_entry
from assure_tui.ledger.epochs import KeysAt
from assure_tui.ledger.errors import NoteError, ProofError, SealError
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.note import decode_base64
from assure_tui.ledger.operator_key import OperatorIdentity, OperatorKey
from assure_tui.ledger.proof import MAX_TLOG_PROOF, parse_proof
from assure_tui.ledger.store import SELF, Draft, Ledger

CHECKPOINT: Final = "checkpoint/"
"""What the name of the subject that is a checkpoint begins with; its size follows."""


@dataclass(frozen=True, slots=True)
class SealReceipt:
    """Where a seal is."""

    index: int
    """Of the `seal` entry."""
    number: int
    envelope: Path
    proof: Path
    checkpoint_size: int
    """Size of the checkpoint that was sealed."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that verified."""

    index: int
    signer: OperatorIdentity
    known: bool
    """Whether the signer is one of those the caller knows; if not, the name is only what the seal says."""
    statement: Statement


def seal(
    ledger: Ledger,
    *,
    subjects: Sequence[Subject],
    predicate_type: str,
    predicate: Any,
    key: OperatorKey,
    about: str = SELF,
) -> SealReceipt:
    """Publish, sign a statement over the checkpoint and the subjects, and record it in an entry about `about`.

    Raises what `Ledger.append` and `Ledger.publish` raise, and EntryError for a predicate that has no canonical form.
    """
    folder = ledger.directory / "seals"
    with FileLock(ledger.directory / ".state" / "seals.lock"):
        checkpoint = ledger.publish()
        head = Subject(f"{CHECKPOINT}{checkpoint.size}", sha256(checkpoint.body).hexdigest())
        envelope = sign_statement(Statement((head, *subjects), predicate_type, predicate), [key])
        if len(envelope) > MAX_ENVELOPE:
            raise SealError(f"a seal of {len(envelope)} bytes exceeds {MAX_ENVELOPE}: put digests into its predicate")
        number = 1 + max((_number(path) for path in folder.iterdir()), default=0)
        path = folder / f"{number}.dsse.json"
        disk.replace(path, envelope)
        clear = {
            "n": number,
            "sha256": sha256(envelope).hexdigest(),
            "predicate_type": predicate_type,
            "checkpoint": checkpoint.size,
            "signer": key.identity.name,
            "key": base64.b64encode(key.identity.public).decode(),
        }
        receipt = ledger.rotate([Draft("seal", about, clear)])
        ledger.publish()
        proof = folder / f"{number}.tlog-proof"
        disk.replace(proof, ledger.inclusion(receipt.first_index).encode())
    return SealReceipt(receipt.first_index, number, path, proof, checkpoint.size)


def verify_seal(ledger: Ledger, index: int, known: Collection[OperatorIdentity] = ()) -> Seal:
    """Check the seal that an entry records: digest, signature, the checkpoint it is over, and its proof if any.

    Raises SealError if any of them fails.
    """
    entry = ledger.entry(index)
    found = open_seal(ledger.directory, index, entry, ledger.keys_at, known)
    check_checkpoint(found.statement, ledger.origin, entry, ledger.root_at(checkpoint_size(entry)))
    return found


def open_seal(
    directory: Path, index: int, entry: Entry, keys_at: KeysAt, known: Collection[OperatorIdentity] = ()
) -> Seal:
    """Check all of a seal but the root of its checkpoint, from a ledger's directory; raise SealError if it fails."""
    clear = entry.clear
    number, digest, name, raw = (clear.get(field) for field in ("n", "sha256", "signer", "key"))
    if entry.kind != "seal" or type(number) is not int or not isinstance(name, str) or not isinstance(raw, str):
        raise SealError(f"entry {index} does not record a seal")
    try:
        signer = OperatorIdentity(name, decode_base64(raw))
    except NoteError:
        raise SealError(f"entry {index} names a malformed key") from None
    if not ed25519.is_sound(signer.public):
        raise SealError(f"entry {index} names a key under which anything verifies")
    path = directory / "seals" / f"{number}.dsse.json"
    envelope = disk.read_due(path, MAX_ENVELOPE)
    if sha256(envelope).hexdigest() != digest:
        raise SealError(f"{path} is not the envelope that entry {index} recorded: restore it from a copy")
    statement = open_envelope(envelope, signer)
    proof = disk.read(path.with_name(f"{number}.tlog-proof"), MAX_TLOG_PROOF)
    if proof is not None:
        try:
            parsed = parse_proof(proof)
            parsed.check(encode_entry(entry), keys_at(parsed.checkpoint.size))
        except (NoteError, ProofError) as error:
            raise SealError(f"the proof beside {path} does not hold: restore it from a copy ({error})") from None
        if parsed.index != index or parsed.encode() != proof:
            raise SealError(f"the proof beside {path} is of another entry: restore it from a copy")
    match = next((identity for identity in known if identity.public == signer.public), None)
    return Seal(index, match or signer, match is not None, statement)


def checkpoint_size(entry: Entry) -> int:
    """Return the size of the checkpoint that a `seal` entry says was sealed; raise SealError if it says none."""
    size = entry.clear.get("checkpoint")
    if type(size) is not int or size < 0:
        raise SealError("a seal entry does not say which checkpoint was sealed")
    return size


def check_checkpoint(statement: Statement, origin: str, entry: Entry, root: bytes) -> None:
    """Raise SealError unless the statement's first subject is the log's own checkpoint of the size in the entry."""
    size = checkpoint_size(entry)
    due = Subject(f"{CHECKPOINT}{size}", sha256(body(origin, size, root).encode()).hexdigest())
    if statement.subjects[:1] != (due,):
        raise SealError(f"a seal is over another checkpoint of size {size} than the log's own")


def _number(path: Path) -> int:
    stem = path.name.partition(".")[0]
    return int(stem) if stem.isascii() and stem.isdigit() and len(stem) < 10 else 0
