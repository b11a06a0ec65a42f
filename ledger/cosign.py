"""Cosignatures (C2SP tlog-cosignature): others sign a head of the log, once they saw that it continues their last.

Witnesses do so, and the operator at each seal. A cosigned head is kept in `cosigned/<size>` of the ledger, because the
next publishing replaces `checkpoint`, and beside that by whoever cosigned: rolling the log back behind it is then seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.ledger import disk
from assure_tui.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from assure_tui.ledger.errors import DamagedError, NoteError, SealError
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.note import (
    COSIGNATURE,
    MAX_NOTE,
    MAX_SIGNATURES,
    Note,
    SignatureLine,
    Signer,
    VerifierKey,
    cosigned_at,
    parse_note,
)
from assure_tui.ledger.operator_key import OperatorIdentity, OperatorKey
from assure_tui.ledger.pins import origin_hash

if TYPE_CHECKING:
    from assure_tui.ledger.store import Ledger

FORK: Final = b"assure-tui/fork/v1\n"
"""What the proof of a fork begins with."""
KEPT: Final = 64
"""Cosigned heads that are kept beside the newest of each cosigner."""


def cosigner(identity: OperatorIdentity) -> VerifierKey:
    """Return the key that checks an operator's cosignatures: named after its fingerprint, the same for every log."""
    return VerifierKey(_name(identity), COSIGNATURE, identity.public)


def _name(identity: OperatorIdentity) -> str:
    return f"assure-tui/operator/{identity.fingerprint[:16]}"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a key cosigned last of each log, kept with the keys: no later head may fall short of it or contradict it."""

    folder: Path
    fingerprint: str

    def path(self, origin: str) -> Path:
        """Where the last cosigned head of a log is."""
        return self.folder / f"{self.fingerprint[:16]}-{origin_hash(origin)}"

    def all(self) -> list[Path]:
        """Return the files of all logs that the key cosigned."""
        return sorted(self.folder.glob(f"{self.fingerprint[:16]}-*"))

    def check(self, ledger: Ledger) -> None:
        """Raise SealError unless the log continues what was cosigned last."""
        data = disk.read(self.path(ledger.origin), MAX_NOTE)
        if data is None:
            return
        try:
            last, _ = parse_checkpoint(data)
        except NoteError as error:
            raise SealError(f"{self.path(ledger.origin)} is damaged: restore it from a copy ({error})") from None
        ledger.refresh()
        if last.size > ledger.size or ledger.root_at(last.size) != last.root:
            raise SealError(
                f"{ledger.directory} does not continue the head of size {last.size} that this key cosigned last:"
                " it was rolled back or rewritten, so nothing is signed on it; restore the newest or begin anew"
            )


def cosign(ledger: Ledger, key: OperatorKey, memory: Memory) -> Checkpoint:
    """Cosign the published head with an operator's key, and remember it.

    Raises SealError if the log does not continue what the key cosigned last.
    """
    memory.check(ledger)
    head = ledger.checkpoint()
    line = Signer(_name(key.identity), key.private).cosign(head.body.decode(), int(time.time()))
    note = Cosigned(ledger.directory).add(head, [line])
    ledger.refresh()
    disk.make_directory(memory.folder, 0o700)
    disk.replace(memory.path(ledger.origin), note, disk.PRIVATE)
    return head


def remembered_heads(folder: Path, origin: str) -> list[tuple[str, bytes]]:
    """Return by file what the keys that remember cosigned last of a log."""
    paths = sorted(folder.glob(f"*-{origin_hash(origin)}"))
    found = ((path.name, disk.read(path, MAX_NOTE)) for path in paths)
    return [(name, data) for name, data in found if data is not None]


class Cosigned:
    """The cosigned heads of a ledger."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._folder = directory / "cosigned"

    def notes(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of the heads that are kept, the largest first."""
        for size in sorted(self._sizes(), reverse=True):
            data = disk.read(self._folder / str(size), MAX_NOTE)
            if data is not None:
                yield f"cosigned/{size}", data

    def add(self, head: Checkpoint, lines: Sequence[SignatureLine]) -> bytes:
        """Put cosignatures of a head, checked by the caller, with those it has; return its note with all of them."""
        with FileLock(self._directory / ".state" / "publish.lock"):
            path = self._folder / str(head.size)
            stored = disk.read(path, MAX_NOTE)
            note = merged(head.note if stored is None else stored, lines)
            disk.make_directory(self._folder)
            disk.replace(path, note)
            issued = disk.read(self._directory / "checkpoint", MAX_NOTE)
            if issued is not None and issued.startswith(head.body + b"\n"):
                disk.replace(self._directory / "checkpoint", merged(issued, parse_note(note).signatures))
            self._prune()
        return note

    def _sizes(self) -> list[int]:
        names = disk.names(self._folder)
        return [int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= 19]

    def _prune(self) -> None:
        """Remove old heads, but of each cosigner the newest that it has cosigned."""
        seen: set[tuple[str, bytes]] = set()
        for number, size in enumerate(sorted(self._sizes(), reverse=True)):
            path = self._folder / str(size)
            try:
                lines = parse_note(disk.read(path, MAX_NOTE) or b"").signatures
            except NoteError:
                continue
            signers = {(line.name, line.key_id) for line in lines}
            if number >= KEPT and signers <= seen:
                with disk.writing(path):
                    path.unlink(missing_ok=True)
            seen |= signers


def merged(note: bytes, lines: Iterable[SignatureLine]) -> bytes:
    """Return a note with more signature lines; a line by a key that signed already takes the older one's place."""
    parsed = parse_note(note)
    by_key = {(line.name, line.key_id): line for line in parsed.signatures}
    by_key.update({(line.name, line.key_id): line for line in lines})
    if len(by_key) > MAX_SIGNATURES:
        raise NoteError(f"a checkpoint would have more than {MAX_SIGNATURES} signatures: configure fewer witnesses")
    return Note(parsed.text, tuple(by_key.values())).encode()


@dataclass(frozen=True, slots=True)
class Vouched:
    """A head of the log with those of the known cosigners who signed it, and when (s since the epoch)."""

    head: Checkpoint
    times: dict[VerifierKey, int]


def vouched(notes: Iterable[tuple[str, bytes]], keys: Sequence[VerifierKey], log: VerifierKey) -> list[Vouched]:
    """Return the heads that known cosigners signed; heads without one are passed over.

    Raises DamagedError for a head that carries a cosignature by a known key which does not verify.
    """
    found = []
    for name, data in notes:
        try:
            head, note = parse_checkpoint(data)
            times = {key: at for key in keys if (at := _signed_at(note, key)) is not None}
            if times:
                open_checkpoint(data, [log])
        except NoteError as error:
            raise DamagedError(f"{name} is damaged: restore it from a copy ({error})") from None
        if times:
            found.append(Vouched(head, times))
    return found


def _signed_at(note: Note, key: VerifierKey) -> int | None:
    lines = [line for line in note.signatures if key.matches(line)]
    if not lines:
        return None
    if len(lines) > 1 or not key.verifies(lines[0], note.text):
        raise NoteError(f"the cosignature by {key.name} does not verify")
    return cosigned_at(lines[0])


def fork_proof(one: bytes, other: bytes) -> bytes:
    """Return a file that proves a fork by itself: two signed heads of one log and size with different roots."""
    return FORK + b"".join(b"%d\n%s" % (len(note), note) for note in (one, other))


def check_fork(data: bytes, log: VerifierKey) -> tuple[Checkpoint, Checkpoint]:
    """Return the two heads of a fork's proof; raise NoteError unless the log's key signed both, and they differ."""
    header, rest = data[: len(FORK)], data[len(FORK) :]
    heads = []
    for _ in range(2):
        length, _, rest = rest.partition(b"\n")
        size = int(length) if length.isdigit() and len(length) < 8 else -1
        heads.append(open_checkpoint(rest[: max(size, 0)], [log]))
        rest = rest[max(size, 0) :]
    one, other = heads
    if header != FORK or rest or one.origin != log.name or other.origin != log.name:
        raise NoteError("a file is not the proof of a fork of this log")
    if one.size != other.size or one.root == other.root:
        raise NoteError("the two heads do not contradict each other")
    return one, other
