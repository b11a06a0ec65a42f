"""Bundles: some entries of a ledger with all that proves them, in one zip file that is verified offline.

    checkpoint  trust/log.vkey  closings/<size>         the head, the keys that sign it, and the chain between them
    entries/<index>  proofs/<index>.tlog-proof          the entries' bytes, each proved under that head
    disclosures/<index>.json                            the fields of contents that are shown (`disclose`)
    seals/<n>.dsse.json  .tlog-proof  .sshsig  .signed  the seals among the entries
    assure_verify.py  SPEC.md                           the verifier, and what it follows

All `key` entries are among the entries, because they name the keys, and all revocations. Whoever makes one may add
files beside these folders; a reader that does not know them passes them over. The same content gives the same bytes. A
bundle may come from anybody: nothing is unpacked to disk, and every size has a cap.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from assure_tui.ledger import disk, standalone
from assure_tui.ledger.beside import known, seal_files
from assure_tui.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from assure_tui.ledger.cosign import vouched
from assure_tui.ledger.disclose import check_revealed
from assure_tui.ledger.entry import Entry, decode_entry, encode_entry
from assure_tui.ledger.epochs import KIND as KEY
from assure_tui.ledger.epochs import Epoch, KeyPair, KeysAt, keys_of, named_epoch
from assure_tui.ledger.errors import (
    BundleError,
    DamagedError,
    EntryError,
    LedgerError,
    NoteError,
    ProofError,
    SealError,
)
from assure_tui.ledger.jcs import json_object
from assure_tui.ledger.note import MAX_NOTE
from assure_tui.ledger.pins import parse_keys
from assure_tui.ledger.proof import MAX_TLOG_PROOF, parse_proof
from assure_tui.ledger.report import State, Statement, Verdict, VerifyReport, several
from assure_tui.ledger.revocation import Revocations
from assure_tui.ledger.revocation import read as read_revocation
from assure_tui.ledger.seal import REVOCATION, Seal, being_recorded, check_proof, check_seal, seal_number, ssh_files
from assure_tui.ledger.signers import Signers
from assure_tui.ledger.store import Ledger
from assure_tui.ledger.trust import Trust

MAX_FILE: Final = 256 << 20
MAX_MEMBER: Final = 64 << 20
MAX_TOTAL: Final = 512 << 20
"""Bytes of a bundle, of one file in it, and of all together when unpacked."""
MAX_MEMBERS: Final = 200_000
ATTEMPTS: Final = 8

_OWN: Final = ("closings", "disclosures", "entries", "proofs", "seals", "trust")
"""Folders in which only that may stand which belongs to an entry."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,79}){0,3}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What Python's zip reader raises for files that are not zip files."""


def build(
    ledger: Ledger, wanted: Collection[int], shown: Mapping[int, dict[str, Any]], more: Mapping[str, bytes]
) -> bytes:
    """Return a bundle of these entries and all `key` entries, what is shown of their contents, and further files.

    Raises ProofError when an entry is not published yet, and DamagedError when a file of the ledger is missing.
    """
    for _ in range(ATTEMPTS):
        ledger.refresh()
        members = _proved(ledger, ledger.checkpoint(), wanted)
        if members is not None:
            break
    else:
        raise ProofError("the ledger is published faster than entries can be proved: try again")
    members |= {f"disclosures/{index}.json": _json(value) for index, value in shown.items()}
    members[standalone.NAME] = standalone.source()
    members["SPEC.md"] = (files("assure_tui.ledger") / "SPEC.md").read_bytes()
    return pack({**more, **members})


def _proved(ledger: Ledger, head: Checkpoint, wanted: Collection[int]) -> dict[str, bytes] | None:
    """Return the entries with their proofs under a head, the keys and the seals; None if the head was replaced."""
    named, revoking = [], []
    for index, entry in enumerate(ledger.entries(0, head.size)):
        if entry.kind == KEY:
            named.append(index)
        elif entry.kind == "seal" and entry.clear.get("predicate_type") == REVOCATION:
            revoking.append(index)
    members = {"checkpoint": head.note, "trust/log.vkey": disk.read_due(ledger.directory / "trust/log.vkey", MAX_NOTE)}
    stored = [f"closings/{index + 1}" for index in named[1:]]
    for index in sorted({*wanted, *named, *revoking}):
        entry, proof = ledger.entry(index), ledger.inclusion(index)
        if proof.checkpoint.note != head.note:
            return None
        members[f"entries/{index}"] = encode_entry(entry)
        members[f"proofs/{index}.tlog-proof"] = proof.encode()
        if entry.kind == "seal":
            stored += seal_files(entry)
            if seal_number(index, entry) in being_recorded(ledger.directory):
                raise ProofError(f"the seal of entry {index} is just being recorded: try again")
    return members | {name: disk.read_due(ledger.directory / name, MAX_MEMBER) for name in stored}


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return a zip file whose bytes follow from its members alone: no times, no compression, names in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, members[name])
    return out.getvalue()


def unpack(path: Path) -> dict[str, bytes]:
    """Read all members of a zip file into memory; raise BundleError for one that no bundle is written as."""
    try:
        data = disk.read(path, MAX_FILE)
    except DamagedError as error:
        raise BundleError(str(error)) from None
    if data is None:
        raise BundleError(f"there is no file {path}: name a bundle")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, path)
    except _ZIP_ERRORS as error:
        raise BundleError(f"{path} is not a bundle ({type(error).__name__}): ask for it anew") from None


def _listed(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members, but for the empty ones that name a folder of others: what packs anew adds them."""
    listed = archive.infolist()
    names = [member.filename for member in listed if not member.is_dir()]
    folders = {name[: at + 1] for name in names for at, char in enumerate(name) if char == "/"}
    return [member for member in listed if member.file_size or member.filename not in folders]


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    listed = _listed(archive)
    names = {member.filename for member in listed}
    odd = next((name for name in names if not _NAME.fullmatch(name) or ".." in name), None)
    links = [member.filename for member in listed if member.external_attr >> 28 not in {0, 8}]
    if odd is not None or links:
        raise BundleError(
            f"{path} holds {odd or links[0]!r}, which no bundle does: it was packed anew with more in it, so ask for"
            " the file as it was exported"
        )
    if len(names) != len(listed) or len(listed) > MAX_MEMBERS:
        raise BundleError(f"{path} holds a name twice, or more than {MAX_MEMBERS} files: ask for it anew")
    if sum(member.file_size for member in listed) > MAX_TOTAL:
        raise BundleError(f"{path} unpacks to more than {MAX_TOTAL} bytes: it is not read")
    members = {}
    for member in listed:
        with archive.open(member) as file:
            members[member.filename] = file.read(MAX_MEMBER + 1)
        if len(members[member.filename]) > MAX_MEMBER:
            raise BundleError(f"{path}: {member.filename} is larger than {MAX_MEMBER} bytes: it is not read")
    return members


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose entries are proved and whose disclosures open; who vouches for its head, `report` tells."""

    path: Path
    members: dict[str, bytes]
    keys: KeyPair
    """The log key and the key of the first epoch, as the bundle states them."""
    head: Checkpoint
    keys_at: KeysAt
    entries: dict[int, Entry]
    shown: dict[int, Any] = field(default_factory=dict)
    """By entry: what is disclosed of its content, an object of fields mostly."""

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Read a bundle and check all that it holds but its seals; raise BundleError if anything does not hold."""
        members = unpack(path)
        try:
            return cls._checked(path, members)
        except LedgerError as error:
            raise BundleError(f"{path} does not hold: {error}") from None

    @classmethod
    def _checked(cls, path: Path, members: dict[str, bytes]) -> Bundle:
        log, first, *_ = parse_keys(_due(members, "trust/log.vkey").decode(errors="replace"))
        keys = (log, first)
        entries = {index: decode_entry(data) for index, data in _numbered(members, "entries/", "")}
        keys_at = _epochs(keys, entries, members)
        note = _due(members, "checkpoint")
        head = open_checkpoint(note, keys_at(parse_checkpoint(note)[0].size))
        if head.origin != keys[0].name:
            raise NoteError("its checkpoint belongs to another log than its keys")
        for index in entries:
            _prove(members, index, head)
        times = [entry.time for _, entry in sorted(entries.items())]
        if times != sorted(times):
            raise EntryError("time goes back between its entries")
        _check_strays(members, entries)
        shown = {}
        for index, data in _numbered(members, "disclosures/", ".json"):
            commitment = entries[index].commitment if index in entries else None
            if commitment is None:
                raise EntryError(f"it discloses a content of entry {index}, which has none here")
            shown[index] = check_revealed(commitment, read_object(data, f"disclosures/{index}.json"))
        return cls(path, members, keys, head, keys_at, entries, shown)

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self.head.origin

    def seals(self, known: Signers) -> list[tuple[int, Seal | LedgerError]]:
        """Check the seals among the entries; give each with the index of its entry, or with what is wrong with it."""
        found: list[tuple[int, Seal | LedgerError]] = []
        recorded: dict[str, int] = {}
        for index, entry in sorted(self.entries.items()):
            if entry.kind == "seal":
                first = recorded.setdefault(str(entry.clear.get("sha256")), index)
                again = SealError(f"entry {index} records the seal of entry {first} again: nobody signed it anew")
                found.append((index, self._seal(index, known) if first == index else again))
        held = [(seal, self.entries[index].time) for index, seal in found if isinstance(seal, Seal)]
        revoked = _revocations(held)
        return [(index, revoked.get(index, seal)) for index, seal in found]

    def _seal(self, index: int, known: Signers) -> Seal | LedgerError:
        entry = self.entries[index]
        try:
            number = seal_number(index, entry)
            envelope = _due(self.members, f"seals/{number}.dsse.json")
            seal = check_seal(envelope, index, entry, known)
            for name, due in ssh_files(envelope, seal.signer).items():
                if _due(self.members, f"seals/{number}.{name}") != due:
                    raise BundleError(f"seals/{number}.{name} is not what the seal has")
            check_proof(_due(self.members, f"seals/{number}.tlog-proof"), index, entry, self.keys_at)
            read_revocation(index, seal.statement)
        except LedgerError as error:  # told as a statement, beside the other seals
            return error
        return seal

    def report(self, trust: Trust, more: Iterable[tuple[str, Callable[[], tuple[Verdict, str]]]] = ()) -> VerifyReport:
        """Say what holds, and what from outside vouches for it; `more` are further checks, which raise LedgerError."""
        shown = several(len(self.shown), "{} content", "{} contents")
        statements = [
            Statement(
                "entries",
                "verified",
                f"{len(self.entries)} of {self.head.size} entries of the log are proved; which, the exporter chose",
            ),
            Statement("contents", "verified", f"what is shown of {shown} was committed to"),
            self._origin(trust),
            *(self._anchor(name, data) for name, data in trust.anchors),
            self._witnesses(trust),
            *(self._told(index, seal) for index, seal in self.seals(trust.signers)),
        ]
        if not any(entry.kind == "seal" for entry in self.entries.values()):
            detail = "none is here: that one, or other entries, were left out would not be noticed"
            statements.append(Statement("seals", "not anchored", detail))
        for name, check in more:
            try:
                statements.append(Statement(name, *check()))
            except LedgerError as error:
                statements.append(Statement(name, "failed", str(error)))
        states = {statement.state for statement in statements}
        outside = any(s.state == "verified" for s in statements if s.name.partition(" ")[0] in _OUTSIDE)
        state: State = "failed" if "failed" in states else "ok" if outside else "unanchored"
        newest = max(self.entries, default=-1)
        since = self.entries[newest].time if outside and state == "ok" else None
        return VerifyReport(tuple(statements), state, self.head.size, self.head.root, self.origin, since)

    def _origin(self, trust: Trust) -> Statement:
        if not trust.keys:
            return Statement("log key", "not anchored", f"{self.keys[0]} is only what the bundle says")
        if trust.keys != self.keys[: len(trust.keys)]:
            return Statement("log key", "failed", "the log is signed with other keys than those known from outside")
        return Statement("log key", "verified", f"signed by the key known of {self.origin}")

    def _anchor(self, name: str, data: bytes) -> Statement:
        try:
            kept = open_checkpoint(data, self.keys[:1])
        except NoteError as error:
            return Statement(f"anchor {name}", "failed", str(error))
        if (kept.size, kept.root) == (self.head.size, self.head.root):
            return Statement(f"anchor {name}", "verified", f"the bundle was cut at the head kept, of size {kept.size}")
        if kept.size == self.head.size:
            return Statement(f"anchor {name}", "failed", f"another history than the head kept, of size {kept.size}")
        return Statement(f"anchor {name}", "not anchored", f"of size {kept.size}: only the ledger can tell")

    def _witnesses(self, trust: Trust) -> Statement:
        try:
            found = vouched([("checkpoint", self.head.note)], trust.cosigners, self.keys[0])
        except LedgerError as error:
            return Statement("witnesses", "failed", str(error))
        cosigners = found[0].times if found else {}
        if trust.policy is not None and not (trust.policy.knows(self.keys[0]) and trust.policy.holds(cosigners)):
            return Statement("witnesses", "failed", "the head has not the cosignatures that the policy asks for")
        if not cosigners:
            return Statement("witnesses", "not anchored", "no cosignature by a known witness")
        return Statement("witnesses", "verified", f"cosigned by {', '.join(sorted(key.name for key in cosigners))}")

    @staticmethod
    def _told(index: int, seal: Seal | LedgerError) -> Statement:
        if isinstance(seal, LedgerError):
            return Statement(f"seal of entry {index}", "failed", str(seal))
        if not seal.known:
            detail = f"holds, by a signer nobody vouched for, called {seal.signer.name}"
            return Statement(f"seal of entry {index}", "not anchored", detail)
        return Statement(f"seal of entry {index}", "verified", f"signed by {seal.signer.name}")


_OUTSIDE = frozenset({"log", "anchor", "witnesses"})
"""First words of the statements about what vouches from outside."""


def _revocations(held: Sequence[tuple[Seal, int]]) -> dict[int, LedgerError]:
    """Return what is wrong with seals whose keys were revoked, as far as the bundle tells it."""
    wrong: dict[int, LedgerError] = {}
    revoked = Revocations.of(held)
    for seal, moment in held:
        try:
            revoked.check(seal, moment)
        except SealError as error:
            wrong[seal.index] = error
    return wrong


def read_object(data: bytes, name: str) -> dict[str, Any]:
    """Parse a file that is a JSON object; raise BundleError for anything else."""
    return json_object(data, name, BundleError)


def _epochs(keys: KeyPair, entries: Mapping[int, Entry], members: Mapping[str, bytes]) -> KeysAt:
    """Follow the chain of epoch keys, as far as the entries have it; the closings are held to their keys alone."""
    named = sorted((index, entry) for index, entry in entries.items() if entry.kind == KEY)
    if not named or named[0][0] != 0 or named_epoch(named[0][1], 0, keys[0]).key != keys[1]:
        raise EntryError("its first entry does not record the keys that sign the log")
    epochs = [Epoch(0, keys[1], 0)]
    for index, entry in named[1:]:
        epoch = named_epoch(entry, index, keys[0])
        if epoch.number != epochs[-1].number + 1:
            raise EntryError(f"entry {index} begins epoch {epoch.number} after epoch {epochs[-1].number}")
        closing = open_checkpoint(_due(members, f"closings/{epoch.start}"), (keys[0], epochs[-1].key))
        if (closing.origin, closing.size) != (keys[0].name, epoch.start):
            raise NoteError(f"the closing of epoch {epochs[-1].number} belongs to another head")
        epochs.append(epoch)
    return keys_of(keys[0], epochs)


def _check_strays(members: Mapping[str, bytes], entries: Mapping[int, Entry]) -> None:
    """Raise BundleError for a file of an entry that is not here."""
    own = known(entries.items()) | {"trust/log.vkey"}
    for index in entries:
        own |= {f"entries/{index}", f"proofs/{index}.tlog-proof", f"disclosures/{index}.json"}
    stray = next((name for name in members if name.partition("/")[0] in _OWN and name not in own), None)
    if stray is not None:
        raise BundleError(f"{stray} belongs to no entry in it: an entry was left out, or the file was put in")


def _prove(members: Mapping[str, bytes], index: int, head: Checkpoint) -> None:
    data = _due(members, f"proofs/{index}.tlog-proof")
    proof = parse_proof(data) if len(data) <= MAX_TLOG_PROOF else None
    if proof is None or proof.index != index or proof.checkpoint.note != head.note:
        raise ProofError(f"the proof of entry {index} belongs to another entry, or leads to another checkpoint")
    proof.check(members[f"entries/{index}"], ())


def _numbered(members: Mapping[str, bytes], start: str, end: str) -> Iterable[tuple[int, bytes]]:
    for name, data in sorted(members.items()):
        if name.startswith(start):
            number = name[len(start) :].removesuffix(end)
            if not _INDEX.fullmatch(number) or name != f"{start}{number}{end}":
                raise BundleError(f"{name} is not the name of an entry")
            yield int(number), data


def _due(members: Mapping[str, bytes], name: str) -> bytes:
    if name not in members:
        raise BundleError(f"{name} is missing from it")
    return members[name]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
