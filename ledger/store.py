"""The ledger on disk: create, open, append, publish, read.

Several processes may append and several may read. An append is durable and pinned when it returns: content segments
first, then the write-ahead log with its signed head in one sync, then the pin. Publishing turns committed entries into
tiles and bundles and only then replaces `checkpoint`.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assure_tui.ledger import disk, machine, wal
from assure_tui.ledger.checkpoint import Checkpoint, sign
from assure_tui.ledger.drafts import Draft, Previous, Receipt, encode
from assure_tui.ledger.entry import MAX_ENTRY, Disclosure, Entry, check_subject
from assure_tui.ledger.epochs import KIND as KEY
from assure_tui.ledger.epochs import Closings, KeyPair, key_clear
from assure_tui.ledger.errors import (
    DamagedError,
    EntryError,
    FullError,
    KeyFileError,
    LedgerError,
    ProofError,
    ReadOnlyError,
)
from assure_tui.ledger.jcs import canonical
from assure_tui.ledger.keys import KeyDirectory, RecorderKeys
from assure_tui.ledger.layout import check_version, lay_out, stated_keys
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.note import check_name
from assure_tui.ledger.pins import Pin, PinFile
from assure_tui.ledger.proof import InclusionProof
from assure_tui.ledger.recent import Recent
from assure_tui.ledger.sealed import SealedContents
from assure_tui.ledger.tail import Tail
from assure_tui.ledger.tree import EMPTY_ROOT, consistency_proof, inclusion_proof, leaf_hash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

MAX_ORIGIN: Final = 128
SELF: Final = "ledger"
"""Subject of the ledger's own entries."""
ADOPTION: Final = "adoption"
REDACTION: Final = "redaction"
_REDACTION_MARK: Final = b'"kind":"redaction"'
RESERVED: Final = frozenset({KEY, ADOPTION, REDACTION, "recovery", "seal"})
"""Kinds that only this package writes. `heartbeat` is its kind too, and written by the recorder."""


class Ledger:
    """One ledger directory. Methods may be called from several threads."""

    def __init__(self, directory: Path, *, verifiers: KeyPair, pins: Path) -> None:
        """Use `create` or `open`."""
        self.directory = directory
        self.origin = origin = verifiers[0].name
        self.verifiers = verifiers
        """The log key, and the key of the first epoch."""
        self._pin = PinFile(pins, origin)
        self._state = directory / ".state"
        self._mutex = threading.RLock()
        self._tail = Tail(directory, verifiers)
        self._closings = Closings(directory)
        self._forgetting = self._state / "forgetting"
        self._contents = SealedContents(directory / "segments", origin)
        self._key_directory: KeyDirectory | None = None
        self._keys: RecorderKeys | None = None
        self._held: Pin | None = None
        """The pin that the log was last compared with."""
        self._tombstones: dict[str, int] = {}
        """By subject: the index of its last redaction, as far as they were looked for."""
        self._tombstones_to = 0
        self._broken = ""

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        pins: Path,
        keys: Path,
        origin: str | None = None,
        previous: Previous | None = None,
        recent: Path | None = None,
    ) -> Ledger:
        """Make a new ledger with fresh keys in a directory that is absent or empty, and open it.

        Its first entry commits to the last head of the `previous` one, if it goes on from one. It is built beside its
        place and renamed into it, so that a crash leaves a whole ledger there or none.
        """
        origin = check_name(origin or f"assure-tui/{os.urandom(8).hex()}")
        if not origin.isascii() or len(origin) > MAX_ORIGIN:
            raise LedgerError(f"an origin must be ASCII text of at most {MAX_ORIGIN} characters: choose a shorter one")
        if directory.exists() and any(directory.iterdir()):
            raise LedgerError(f"{directory} is not empty: name a new directory for the ledger")
        recorder = KeyDirectory(keys, origin).create()
        new = directory.with_name(f".{directory.name}.{os.urandom(4).hex()}.new")
        lay_out(new, recorder.verifiers)
        if previous is not None:
            disk.replace(new / ".state" / "previous", canonical(previous.clear()))
        head = sign(origin, 0, EMPTY_ROOT, recorder.signers)
        disk.replace(new / "checkpoint", head.note)
        PinFile(pins, origin).create(Pin(recorder.verifiers, head, recorder.verifiers[1]))
        with disk.writing(directory):
            if directory.exists():
                directory.rmdir()
            new.rename(directory)
            disk.sync_directory(directory.parent)
        ledger = cls.open(directory, pins=pins, keys=keys, recent=recent)
        ledger.publish()
        return ledger

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        pins: Path,
        keys: Path | None = None,
        read_only: bool = False,
        foreign: bool = False,
        recent: Path | None = None,
    ) -> Ledger:
        """Open a ledger; when it may be written, recover what a crash left. `foreign` is for `adopt` alone.

        `recent` is a file through which processes read each other's contents while their keys are locked.

        Raises DamagedError when what is on disk falls short of, or contradicts, what was committed; ForeignError when
        the ledger was copied; KeyFileError when a key is missing or another's. Reading alone needs neither pin nor key.
        """
        check_version(directory)
        verifiers = stated_keys(directory)
        origin = verifiers[0].name
        pin = PinFile(pins, origin).read()
        if pin is None and not read_only:
            raise DamagedError(
                f"{pins} has no pin of {origin}, so a lost tail would go unnoticed: restore the pins, or take the"
                " ledger over as it is with `assure-tui adopt`"
            )
        if pin is not None and pin.keys != verifiers:
            raise DamagedError(f"{directory / 'trust'} does not hold the keys that are pinned: restore it from a copy")
        if not read_only and not foreign:
            machine.check(directory / ".state")
        ledger = cls(directory, verifiers=verifiers, pins=pins)
        if pin is not None:
            ledger._check_pin(pin)
        if keys is not None:
            ledger._key_directory = KeyDirectory(keys, origin)
            ledger._contents.keys = ledger._key_directory.content
        if recent is not None:
            ledger._contents.recent = Recent(recent)
        if not read_only:
            ledger._start_writing()
        return ledger

    @property
    def size(self) -> int:
        """Entries committed, published or not."""
        with self._mutex:
            return self._tail.size

    def root(self) -> bytes:
        """Return the root over the committed entries."""
        with self._mutex:
            return self._tail.head.root

    def checkpoint(self) -> Checkpoint:
        """Return the checkpoint last seen published."""
        with self._mutex:
            return self._tail.published

    def root_at(self, size: int) -> bytes:
        """Return the root over the first `size` committed entries; IndexError if there are fewer."""
        with self._mutex:
            if not 0 <= size <= self._tail.size:
                raise IndexError(size)
            return self._tail.frontier_at(size).root()

    def entry(self, index: int) -> Entry:
        """Return a committed entry; IndexError if there is none, DamagedError if it is unreadable."""
        with self._mutex:
            if not 0 <= index < self._tail.size:
                raise IndexError(index)
            return self._tail.entry(index)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield the committed entries from `start` up to `stop`, or up to the size when called."""
        size = self.size
        for index in range(start, size if stop is None else min(stop, size)):
            yield self.entry(index)

    def about(self, subjects: Collection[str], stop: int) -> Iterator[tuple[int, Entry]]:
        """Yield the entries about subjects before `stop`, with their indexes; the others are not parsed."""
        marks = [f'"subject":"{subject}"'.encode() for subject in subjects]
        for index in range(min(stop, self.size)):
            with self._mutex:
                stored = self._tail.stored(index)
                if not any(mark in stored for mark in marks):
                    continue
            entry = self.entry(index)
            if entry.subject in subjects:
                yield index, entry

    def content(self, index: int) -> Any:
        """Return an entry's content; None if it has none, if it was erased, or if no keys were given.

        Raises DamagedError if the key is there and the content is not, or does not open the commitment, and
        ContentLockedError if the key is wrapped and was not unlocked.
        """
        disclosure = self.disclosure(index)
        return None if disclosure is None else json.loads(disclosure.content)

    def disclosure(self, index: int) -> Disclosure | None:
        """Return what opens an entry's commitment, checked; None, and errors, as `content` has them."""
        entry = self.entry(index)
        with self._mutex:
            return self._contents.find(index, entry, lambda: self._is_erased(entry.subject, index))

    def unlock(self, reader: X25519PrivateKey | None) -> None:
        """Read contents whose keys are wrapped, with the reading key; with None, no more."""
        if self._contents.keys is not None:
            self._contents.keys.unlock(reader)

    def keep_recent(self, wanted: Callable[[int, str], bool]) -> None:
        """Take away what was left openly of locked contents, but for what is wanted, told by index and subject."""
        recent = self._contents.recent
        if recent is not None and recent.path.exists():
            with self._writing():
                recent.keep(wanted)

    def _is_erased(self, subject: str, index: int) -> bool:
        """Return whether an entry after this one says that the subject's contents were erased."""
        with self._mutex:
            for at in range(self._tombstones_to, self._tail.size):
                if _REDACTION_MARK in self._tail.stored(at):
                    entry = self._tail.entry(at)
                    if entry.kind == REDACTION:
                        self._tombstones[entry.subject] = at
            self._tombstones_to = self._tail.size
            return self._tombstones.get(subject, -1) > index

    def inclusion(self, index: int) -> InclusionProof:
        """Prove an entry to be in the published checkpoint; ProofError if it is not published yet."""
        with self._mutex:
            published = self._tail.published
            if not 0 <= index < published.size:
                raise ProofError(f"entry {index} is not published yet: publish first")
            hashes = inclusion_proof(index, published.size, self._range_hash)
            return InclusionProof(index, tuple(hashes), published)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """Prove that the published checkpoint continues the tree of the first `old` entries."""
        with self._mutex:
            return tuple(consistency_proof(old, self._tail.published.size, self._range_hash))

    def refresh(self) -> None:
        """Take in what other processes appended and published since."""
        with self._mutex:
            self._tail.follow()

    def append(self, entries: Sequence[Draft]) -> Receipt:
        """Commit drafts, all or none; they are durable and pinned when this returns.

        Raises EntryError for a draft that breaks a rule (nothing is written), DamagedError, LockedError, and FullError
        when the disk refuses: then this handle writes no more, and once reopened it has the batch whole or not at all.
        """
        for draft in entries:
            if draft.kind in RESERVED:
                raise EntryError(f"the kind {draft.kind!r} is written by the ledger itself: choose another")
        return self.append_own(entries)

    def publish(self) -> Checkpoint:
        """Make the committed entries into tiles and bundles, durable before the checkpoint that commits to them."""
        self._keys_to("publish")
        with FileLock(self._state / "publish.lock"), self._stopping():
            with self._writing():
                head, old = self._tail.head, self._tail.published.size
                entries, leaves = list(self._tail.entries), list(self._tail.leaves)
            if head.size > old:
                self._tail.shelf.extend(old, entries, leaves)
                if self._tail.shelf.frontier(head.size, head.size).root() != head.root:
                    raise DamagedError(
                        f"the tiles in {self.directory} do not lead to the committed root: not published"
                    )
                disk.replace(self.directory / "checkpoint", head.note)
                with self._writing():
                    self._tail.trim(head)
                    self._tail.drop_published()
                self._tail.shelf.drop_partials(old, head.size)
            return head

    def rotate(self, entries: Sequence[Draft] = ()) -> Receipt:
        """Commit drafts, of any kind, and close the epoch with them: another key signs from then on.

        The key that signed so far is deleted, so that nobody who breaks in later can write anew what it signed. The
        steps (next key, entry, closing, deletion) are each durable before the next; whoever opens or writes the ledger
        after a crash does those that are left.
        """
        self._keys_to("change them")
        with self._writing(), self._stopping():
            return self._rotate(entries)

    def contents_of(self, subject: str) -> int:
        """Return how many sealed contents of a subject there are."""
        with self._mutex:
            return self._contents.count(check_subject(subject))

    def forget(self, subject: str, clear: dict[str, Any]) -> Receipt:
        """Erase all contents of a subject: append a `redaction` entry, then destroy their key, salts and frames.

        The log, its root and its proofs stay as they are. What is appended about the subject later has a new key. A
        forgetting that a crash cut short is done again, tombstone and all, by whoever opens the ledger next.
        """
        self._keys_to("erase")
        check_subject(subject)
        with self._writing(), self._stopping():
            disk.make_directory(self._forgetting)
            disk.replace(self._forgetting / subject, canonical(clear))
            return self._erase(subject, clear)

    def keys_at(self, size: int) -> KeyPair:
        """Return the keys that sign the head of a size: the log key and that of its epoch."""
        with self._mutex:
            return self._tail.epochs.keys(size)

    def append_own(self, drafts: Sequence[Draft]) -> Receipt:
        """Commit drafts of any kind, the ledger's own too: for this package alone."""
        self._keys_to("append")
        if not 0 < len(drafts) <= wal.MAX_BATCH:
            raise EntryError(f"a batch has {len(drafts)} drafts: it must have 1 to {wal.MAX_BATCH}")
        with self._writing(), self._stopping():
            return self._commit(drafts)

    def _keys_to(self, doing: str) -> RecorderKeys:
        """Return the keys that sign; ReadOnlyError without them."""
        if self._keys is None:
            raise ReadOnlyError(f"{self.directory} was opened for reading: open it with keys to {doing}")
        return self._keys

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the append lock and stand at the log's true end."""
        with FileLock(self._state / "append.lock"), self._mutex:
            if self._broken:
                raise FullError(f"{self.directory} was given up after a refused write: reopen it ({self._broken})")
            self._tail.follow()
            self._recover()
            yield

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        """After a refused write, write no more through this handle."""
        try:
            yield
        except FullError as error:
            self._broken = self._broken or str(error)
            raise

    def _start_writing(self) -> None:
        if self._key_directory is None:
            raise KeyFileError(f"{self.directory} cannot be written without keys: name the keys directory")
        with self._writing(), self._stopping():  # what a crash left is recovered on the way in
            self._key_directory.content.finish()
            for subject in disk.names(self._forgetting):
                if not subject.startswith("."):
                    self._erase(subject, self._noted(self._forgetting / subject))

    def _erase(self, subject: str, clear: dict[str, Any]) -> Receipt:
        """Commit the tombstone and destroy what it stands for, without letting another writer in between."""
        count = self._contents.count(subject)
        receipt = self._commit([Draft(REDACTION, subject, {**clear, "contents": count})])
        self._contents.destroy(subject)
        with disk.writing(self._forgetting):
            (self._forgetting / subject).unlink(missing_ok=True)
        return receipt

    def _noted(self, path: Path) -> dict[str, Any]:
        """Read back an object that this program noted for itself; without it, an empty one."""
        try:
            found = json.loads(disk.read(path, MAX_ENTRY) or b"{}")
        except ValueError:
            raise DamagedError(f"{path} is damaged: restore it from a copy, or delete it") from None
        return found if isinstance(found, dict) else {}

    def _recover(self) -> None:
        """Check the log's end against the pin, and cut off what a crash tore; under the append lock.

        A log without entries is given the one that records its keys, which always comes first.
        """
        torn = self._tail.torn()
        pin = self._pin.read()
        if pin is None:
            raise DamagedError(f"the pin {self._pin.path} is gone, so a lost tail would go unnoticed: restore it")
        if pin is not self._held or pin.head.size > self._tail.size:
            self._check_pin(pin)
        self._settle()
        own = []
        if self._tail.size == 0:
            before = self._noted(self._state / "previous")
            more = {"previous": before} if before else {}
            own.append(Draft(KEY, SELF, key_clear(0, *self.verifiers) | more))
        if torn:
            own.append(Draft("recovery", SELF, {"bytes": len(torn), "sha256": sha256(torn).hexdigest()}))
        if own:
            with self._stopping():
                if torn:
                    self._tail.rewrite()
                self._commit(own)

    def _settle(self) -> None:
        """Do what is left of the last change of the epoch, and load its key; under the append lock."""
        epoch = self._tail.epochs.of(self._tail.size + 1)
        folder = self._key_directory
        if folder is None or (self._keys is not None and self._keys.epoch.verifier == epoch.key):
            return
        keys = folder.load(epoch.number)
        if keys.verifiers != (self.verifiers[0], epoch.key):
            raise KeyFileError(f"{folder.path} holds other keys than those that {self.directory} names")
        with self._stopping():
            if epoch.number and not self._closings.has(epoch.start):
                if not folder.has_epoch(epoch.number - 1):
                    raise DamagedError(f"the closing at {epoch.start} in {self.directory} is gone: restore it")
                before = folder.load(epoch.number - 1).signers
                self._closings.write(sign(self.origin, epoch.start, self.root_at(epoch.start), before))
            folder.drop_before(epoch.number)
        self._keys = keys

    def _rotate(self, drafts: Sequence[Draft]) -> Receipt:
        if self._key_directory is None:
            raise KeyFileError(f"{self.directory} cannot be written without keys: name the keys directory")
        number = self._tail.epochs.of(self._tail.size + 1).number + 1
        key = self._key_directory.create_epoch(number).verifier
        receipt = self._commit([*drafts, Draft(KEY, SELF, key_clear(number, self.verifiers[0], key))])
        self._settle()
        return receipt

    def _check_pin(self, pin: Pin) -> None:
        head = pin.head
        if head.size > self._tail.size:
            raise DamagedError(
                f"{self.directory} ends at entry {self._tail.size} but {head.size} were committed:"
                " it was cut off or is an old copy, restore the newest"
            )
        if self.root_at(head.size) != head.root:
            raise DamagedError(
                f"{self.directory} is another history than the one pinned at size {head.size}: restore it from a copy"
            )
        self._held = pin

    def _commit(self, drafts: Sequence[Draft]) -> Receipt:
        """Write one batch; the caller holds the append lock and stands at the log's end."""
        keys = self._keys_to("append")
        tail = self._tail
        newest = tail.entry(tail.size - 1).time if tail.size else 0
        entries, contents = encode(drafts, tail.size, newest)
        leaves = [leaf_hash(entry) for entry in entries]
        frontier = tail.frontier.copy()
        frontier.extend(leaves)
        head = sign(self.origin, frontier.size, frontier.root(), keys.signers)
        frames = wal.encode(entries, head.note)
        if len(frames) > wal.MAX_BATCH_BYTES:
            raise EntryError(f"a batch of {len(frames)} bytes exceeds {wal.MAX_BATCH_BYTES}: append it in parts")
        self._contents.write(contents)
        try:
            disk.append(tail.wal_path, frames)
        except FullError:
            tail.retract()
            raise
        first = tail.size
        self._held = Pin(self.verifiers, head, keys.epoch.verifier)
        self._pin.write(self._held)
        tail.take(head, frontier, entries, leaves, tail.offset + len(frames))
        return Receipt(first, len(entries), head.size, head.root)

    def _range_hash(self, start: int, stop: int) -> bytes:
        return self._tail.shelf.range_hash(start, stop, self._tail.published.size)
