"""Seals: a person signs a statement over the log, and the log records that it was signed.

The envelope stands in `seals/<n>.dsse.json`; the `seal` entry binds it by SHA-256 and names its signer; a `.tlog-proof`
beside it proves the entry to whoever has the envelope alone. `.state/sealing/<n>` stands there from before the first of
them is written until all are. Every statement has an issued checkpoint of the log as its first subject, named
`checkpoint/<size>`: SHA-256 of the checkpoint's body. The signer is a key of this program's own or an SSH key; then a
`.sshsig` has the signature once more in the form that `ssh-keygen -Y verify` reads, over `.signed`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

from assure_tui.ledger import disk, ed25519, sshsig
from assure_tui.ledger.checkpoint import body
from assure_tui.ledger.cosign import Memory, cosign
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.dsse import MAX_ENVELOPE, Statement, Subject, first_signature, open_envelope, sign_statement
from assure_tui.ledger.entry import Entry, encode_entry
from assure_tui.ledger.epochs import KeysAt
from assure_tui.ledger.errors import NoteError, ProofError, RevokedError, SealError
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.note import decode_base64
from assure_tui.ledger.operator_key import OperatorIdentity, OperatorKey
from assure_tui.ledger.proof import MAX_TLOG_PROOF, parse_proof
from assure_tui.ledger.signers import Signers
from assure_tui.ledger.sshsig import SshKey, SshSigner, plain_key
from assure_tui.ledger.store import SELF, Ledger

CHECKPOINT: Final = "checkpoint/"
"""What the name of the subject that is a checkpoint begins with; its size follows."""
REVOCATION: Final = "https://assure-tui.dev/revocation/v1"
"""Predicate type of the seals that say that a key does not count (`revocation`)."""
SSH: Final = "sshsig"
"""Scheme of a seal whose signature is an SSH signature; entries without a scheme have a plain Ed25519 signature."""

SealKey: TypeAlias = OperatorKey | SshSigner


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
class Sealer:
    """Whoever signed a seal, as it says itself."""

    name: str
    key: SshKey
    """The key in its SSH form, whatever the scheme."""
    scheme: str = ""

    @classmethod
    def of(cls, key: SealKey | OperatorIdentity) -> Sealer:
        """Name the public half of a key."""
        if isinstance(key, SshSigner):
            return cls(key.name, key.key, SSH)
        identity = key if isinstance(key, OperatorIdentity) else key.identity
        return cls(identity.name, plain_key(identity.public))

    def verifier(self) -> SshKey | OperatorIdentity:
        """Return what checks this signer's envelopes."""
        return self.key if self.scheme == SSH else OperatorIdentity(self.name, self.key.point)

    def clear(self) -> dict[str, str]:
        """Return what the `seal` entry says of the signer."""
        if self.scheme == SSH:
            return {"signer": self.name, "scheme": SSH, "key": base64.b64encode(self.key.wire).decode()}
        return {"signer": self.name, "key": base64.b64encode(self.key.point).decode()}

    @classmethod
    def read(cls, clear: dict[str, Any]) -> Sealer:
        """Read what a `seal` entry says of the signer; raise SealError if it says nothing that can be checked."""
        name, scheme, raw = clear.get("signer"), clear.get("scheme", ""), clear.get("key")
        if not isinstance(name, str) or not isinstance(raw, str) or scheme not in {"", SSH}:
            raise SealError("it names no signer")
        try:
            key = decode_base64(raw)
        except NoteError:
            raise SealError("it names a malformed key") from None
        if scheme == SSH:
            return cls(name, sshsig.parse_key(key), SSH)
        if not ed25519.is_sound(key):
            raise SealError("it names a key under which anything verifies")
        return cls(name, plain_key(key))


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that verified."""

    index: int
    signer: Sealer
    known: bool
    """Whether the signer is one of those the caller knows; if not, the name is only what the seal says."""
    statement: Statement
    proved: bool = True
    """Whether the proof of its entry stands beside it; if not, it is being recorded, or a crash cut that short."""


def seal(
    ledger: Ledger,
    *,
    subjects: Sequence[Subject],
    predicate_type: str,
    predicate: Any,
    key: SealKey,
    about: str = SELF,
    memory: Memory | None = None,
) -> SealReceipt:
    """Publish, sign a statement over the checkpoint and the subjects, and record it in an entry about `about`.

    With a `memory` of what the key cosigned last, the key cosigns the head that has the seal, too.

    Raises what `Ledger.append` and `Ledger.publish` raise, EntryError for a predicate that has no canonical form, and
    SealError when the log does not continue what the key cosigned last.
    """
    if memory is not None:
        memory.check(ledger)
    with FileLock(ledger.directory / ".state" / "seals.lock"):
        checkpoint = ledger.publish()
        head = Subject(f"{CHECKPOINT}{checkpoint.size}", sha256(checkpoint.body).hexdigest())
        envelope = sign_statement(Statement((head, *subjects), predicate_type, predicate), [key])
        receipt = _record(ledger, envelope, predicate_type, checkpoint.size, Sealer.of(key), about)
    if memory is not None and isinstance(key, OperatorKey):
        cosign(ledger, key, memory)
    return receipt


def add_seal(ledger: Ledger, envelope: bytes, signer: Sealer, size: int, about: str) -> SealReceipt:
    """Record a seal that was signed elsewhere, over this log's checkpoint of a size.

    Raises SealError unless the signer signed it and it is over this very log.
    """
    statement = open_envelope(envelope, signer.verifier())
    if not 0 < size <= ledger.size:
        raise SealError(f"a seal is over a checkpoint of size {size}, and the log has {ledger.size} entries")
    check_head(statement, ledger.origin, size, ledger.root_at(size))
    with FileLock(ledger.directory / ".state" / "seals.lock"):
        ledger.publish()
        return _record(ledger, envelope, statement.predicate_type, size, signer, about)


def _record(ledger: Ledger, envelope: bytes, predicate_type: str, size: int, signer: Sealer, about: str) -> SealReceipt:
    """Store an envelope under the next number and append its entry; the caller holds the lock of the seals."""
    if len(envelope) > MAX_ENVELOPE:
        raise SealError(f"a seal of {len(envelope)} bytes exceeds {MAX_ENVELOPE}: put digests into its predicate")
    _end(ledger)
    folder = ledger.directory / "seals"
    number = 1 + max((_number(path) for path in folder.iterdir()), default=0)
    path = folder / f"{number}.dsse.json"
    mark = _marks(ledger.directory) / str(number)
    disk.make_directory(mark.parent)
    disk.replace(mark, b"")
    disk.replace(path, envelope)
    for name, data in ssh_files(envelope, signer).items():
        disk.replace(folder / f"{number}.{name}", data)
    clear = {
        "n": number,
        "sha256": sha256(envelope).hexdigest(),
        "predicate_type": predicate_type,
        "checkpoint": size,
        **signer.clear(),
    }
    receipt = ledger.rotate([Draft("seal", about, clear)])
    proof = _prove(ledger, receipt.first_index, number)
    return SealReceipt(receipt.first_index, number, path, proof, size)


def end_sealing(ledger: Ledger) -> None:
    """Do what is left of seals whose recording a crash cut short; raises what `Ledger.publish` raises."""
    if being_recorded(ledger.directory):
        with FileLock(ledger.directory / ".state" / "seals.lock"):
            _end(ledger)


def being_recorded(directory: Path) -> set[int]:
    """Return the numbers of the seals that are being recorded, or whose recording was cut short."""
    return {int(name) for name in disk.names(_marks(directory)) if name.isascii() and name.isdigit()}


def _end(ledger: Ledger) -> None:
    """Write the proofs that are due, and delete what never got an entry; the caller holds the lock of the seals."""
    for number in being_recorded(ledger.directory):
        newest_first = ((index, ledger.entry(index)) for index in reversed(range(ledger.size)))
        recorded = (index for index, entry in newest_first if entry.kind == "seal" and entry.clear.get("n") == number)
        index = next(recorded, None)
        if index is not None:
            _prove(ledger, index, number)
            continue
        folder = ledger.directory / "seals"
        with disk.writing(folder):
            for path in folder.glob(f"{number}.*"):
                path.unlink()
            (_marks(ledger.directory) / str(number)).unlink(missing_ok=True)


def _prove(ledger: Ledger, index: int, number: int) -> Path:
    """Publish the entry of a seal, write its proof, and take away the mark that it is being recorded."""
    ledger.publish()
    proof = ledger.directory / "seals" / f"{number}.tlog-proof"
    disk.replace(proof, ledger.inclusion(index).encode())
    mark = _marks(ledger.directory) / str(number)
    with disk.writing(mark):
        mark.unlink(missing_ok=True)
    return proof


def _marks(directory: Path) -> Path:
    return directory / ".state" / "sealing"


def ssh_files(envelope: bytes, signer: Sealer) -> dict[str, bytes]:
    """Return by suffix the two files that `ssh-keygen -Y verify` needs of a seal; none if it has no SSH signature."""
    if signer.scheme != SSH:
        return {}
    _, signature, message = first_signature(envelope)
    return {"sshsig": sshsig.armor(signature).encode(), "signed": message}


def open_seal(directory: Path, index: int, entry: Entry, keys_at: KeysAt, known: Signers | None = None) -> Seal:
    """Check all of a seal but the root of its checkpoint, from a ledger's directory; raise SealError if it fails."""
    number = seal_number(index, entry)
    path = directory / "seals" / f"{number}.dsse.json"
    envelope = disk.read_due(path, MAX_ENVELOPE)
    found = check_seal(envelope, index, entry, known or Signers())
    for name, due in ssh_files(envelope, found.signer).items():
        if disk.read_due(path.with_name(f"{number}.{name}"), MAX_ENVELOPE) != due:
            raise SealError(f"{path.with_name(f'{number}.{name}')} is not what the seal has: restore it from a copy")
    beside = path.with_name(f"{number}.tlog-proof")
    proof = disk.read(beside, MAX_TLOG_PROOF)
    if proof is None and number in being_recorded(directory):
        return replace(found, proved=False)
    check_proof(disk.read_due(beside, MAX_TLOG_PROOF) if proof is None else proof, index, entry, keys_at)
    return found


def seal_number(index: int, entry: Entry) -> int:
    """Return the number of the envelope that an entry records; raise SealError if it records none."""
    number = entry.clear.get("n")
    if entry.kind != "seal" or type(number) is not int:
        raise SealError(f"entry {index} does not record a seal")
    return number


def check_seal(envelope: bytes, index: int, entry: Entry, known: Signers) -> Seal:
    """Check the envelope of a seal against the entry that records it; raise SealError if anything differs.

    Raises RevokedError if all that holds and the signer's key was revoked, or not valid, at the entry's time. A
    revocation may be by a key that is revoked already: what it takes is its own.
    """
    number = seal_number(index, entry)
    if sha256(envelope).hexdigest() != entry.clear.get("sha256"):
        raise SealError(f"seal {number} is not the envelope that entry {index} recorded: restore it from a copy")
    try:
        signer = Sealer.read(entry.clear)
    except SealError as error:
        raise SealError(f"the seal of entry {index} does not count: {error}") from None
    statement = open_envelope(envelope, signer.verifier())
    try:
        name = known.judge(signer.key, entry.time)
    except RevokedError as error:
        if statement.predicate_type != REVOCATION:
            raise RevokedError(f"the seal of entry {index} does not count: {error}") from None
        name = None
    return Seal(index, Sealer(name or signer.name, signer.key, signer.scheme), name is not None, statement)


def check_proof(proof: bytes, index: int, entry: Entry, keys_at: KeysAt) -> None:
    """Raise SealError unless a `.tlog-proof` proves the entry at its index."""
    try:
        parsed = parse_proof(proof)
        parsed.check(encode_entry(entry), keys_at(parsed.checkpoint.size))
    except (NoteError, ProofError) as error:
        raise SealError(f"the proof of the seal of entry {index} does not hold ({error})") from None
    if parsed.index != index or parsed.encode() != proof:
        raise SealError(f"the proof beside the seal of entry {index} belongs to another entry: restore it from a copy")


def checkpoint_size(entry: Entry) -> int:
    """Return the size of the checkpoint that a `seal` entry says was sealed; raise SealError if it says none."""
    size = entry.clear.get("checkpoint")
    if type(size) is not int or size < 0:
        raise SealError("a seal entry does not say which checkpoint was sealed")
    return size


def check_checkpoint(statement: Statement, origin: str, entry: Entry, root: bytes) -> None:
    """Raise SealError unless the statement's first subject is the log's own checkpoint of the size in the entry."""
    check_head(statement, origin, checkpoint_size(entry), root)


def check_head(statement: Statement, origin: str, size: int, root: bytes) -> None:
    """Raise SealError unless the statement's first subject is the log's own checkpoint of a size."""
    due = Subject(f"{CHECKPOINT}{size}", sha256(body(origin, size, root).encode()).hexdigest())
    if statement.subjects[:1] != (due,):
        raise SealError(f"a seal is over another checkpoint of size {size} than the log's own")


def _number(path: Path) -> int:
    stem = path.name.partition(".")[0]
    return int(stem) if stem.isascii() and stem.isdigit() and len(stem) < 10 else 0
