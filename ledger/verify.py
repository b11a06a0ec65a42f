"""Offline verification of a ledger directory: nothing in it is believed that does not follow from its entries.

The root is rebuilt from every entry; every tile, the write-ahead tail, the pin, the anchors, the seals and the sealed
contents are held against it. The work is on a snapshot, so that a ledger that is being written raises no alarm. Each
statement of the report says what was found; a malformed byte anywhere becomes a failed statement, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from assure_tui.ledger import disk
from assure_tui.ledger.beside import known, listed, strays
from assure_tui.ledger.checkpoint import Checkpoint, open_checkpoint
from assure_tui.ledger.clock import judge
from assure_tui.ledger.contents import hold
from assure_tui.ledger.entry import Entry
from assure_tui.ledger.epochs import KIND as KEY
from assure_tui.ledger.epochs import Closings, KeyPair, KeysAt, key_clear, keys_of, walk
from assure_tui.ledger.errors import DamagedError, LedgerError, RevokedError, SealError
from assure_tui.ledger.gather import Examples, Gathered
from assure_tui.ledger.keys import KeyDirectory
from assure_tui.ledger.layout import check_version, stated_keys
from assure_tui.ledger.note import VerifierKey, parse_vkey
from assure_tui.ledger.outside import Outside
from assure_tui.ledger.report import SIGNERS, Failed, State, Statement, Verdict, VerifyReport, several
from assure_tui.ledger.revocation import Revocations
from assure_tui.ledger.revocation import read as read_revocation
from assure_tui.ledger.scan import Scan
from assure_tui.ledger.seal import Seal, being_recorded, check_checkpoint, checkpoint_size, open_seal
from assure_tui.ledger.store import ADOPTION, REDACTION
from assure_tui.ledger.tail import Tail
from assure_tui.ledger.tree import leaf_hash
from assure_tui.ledger.trust import Trust, load_trust

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

Progress: TypeAlias = Callable[[int, int], None]

MAX_LISTED: Final = 3
"""Examples that a detail names before it only counts."""


def verify(
    directory: Path,
    *,
    trust: Path | Trust | None = None,
    pins: Path | None = None,
    keys: Path | None = None,
    memories: Path | None = None,
    reader: X25519PrivateKey | None = None,
    progress: Progress | None = None,
) -> VerifyReport:
    """Verify a ledger directory, reading only.

    `trust`, `pins` and `memories` (of what operators cosigned last) come from outside the ledger; with `keys`, sealed
    contents are opened too, those whose keys are wrapped if `reader` is given. Raises only what `load_trust` raises for
    the verifier's own files.
    """
    report = progress or (lambda _done, _total: None)
    given = trust if isinstance(trust, Trust) else load_trust(trust) if trust else Trust()
    with closing(_Verifier(directory, given, pins, report)) as verifier:
        verifier.read_with(keys, reader)
        verifier.remember(memories)
        return verifier.run()


class _Verifier:
    def __init__(self, directory: Path, trust: Trust, pins: Path | None, progress: Progress) -> None:
        self._directory = directory
        self._trust = trust
        self._pins = pins
        self._keys: Path | None = None
        self._reader: X25519PrivateKey | None = None
        self._progress = progress
        self._statements: list[Statement] = []
        self._damaged = False
        self._gathered = Gathered()
        self._scan: Scan | None = None
        self._memories: Path | None = None
        self._outside: Outside | None = None
        self._erasing: frozenset[str] = frozenset()
        """Subjects whose contents were being erased when the log was read."""
        self._stated: tuple[VerifierKey, ...] = ()
        self._held: list[tuple[Seal, int]] = []
        """Seals that verify, with the times of their entries."""
        self._discounted: list[str] = []
        """Why seals that verify do not count."""
        self._keys_at: KeysAt = _unknown

    def read_with(self, keys: Path | None, reader: X25519PrivateKey | None) -> None:
        """Open sealed contents with these keys."""
        self._keys, self._reader = keys, reader

    def remember(self, memories: Path | None) -> None:
        """Hold the log against what operators cosigned last."""
        self._memories = memories

    def close(self) -> None:
        """Let go of what the walk over the entries put aside."""
        if self._scan is not None:
            self._scan.close()

    def run(self) -> VerifyReport:
        """Make all statements, as far as the log can be read."""
        size, root, origin, since = 0, b"", "", None
        tail = self._open()
        if tail is not None:
            size, root, origin = tail.size, tail.head.root, tail.head.origin
            self._check("entries", lambda: self._rebuild(tail), structural=True)
        if tail is not None and not self._damaged:
            self._check("key entry", lambda: self._first_entry(tail), structural=True)
            self._check("epochs", lambda: self._closings_hold(tail), structural=True)
        if tail is not None and not self._damaged:
            since = self._heads_hold(tail)
            self._check("adoptions", self._taken_over)
            self._check("time", self._time_order)
            self._check("clock", self._clock_held)
            if self._scan is not None:
                self._check("contents", partial(self._contents_present, self._scan, tail))
            self._check("seals", lambda: self._seals_hold(tail))
            self._check(SIGNERS, self._signers_count)
            self._check("files", lambda: self._nothing_else(tail))
        failed = any(statement.state == "failed" for statement in self._statements)
        state: State = "ok" if self._outside and self._outside.anchored else "unanchored"
        if failed:
            state = "damaged" if self._damaged else "failed"
        return VerifyReport(tuple(self._statements), state, size, root, origin, None if self._damaged else since)

    def _heads_hold(self, tail: Tail) -> int | None:
        """Hold the log against what vouches for it; return the time of the last entry that something outside has."""
        assert self._outside is not None  # noqa: S101 - read before the tail
        self._outside.tail, self._outside.keys_at = tail, self._keys_at
        for name, check, structural in self._outside.checks():
            self._check(name, check, structural=structural)
        size = self._outside.size
        return tail.entry(size - 1).time if size and not self._damaged else None

    def _check(self, name: str, check: Callable[[], tuple[Verdict, str]], *, structural: bool = False) -> None:
        """Make the statement of one check. What fails in a structural one is damage of the log itself."""
        try:
            state, detail = check()
        except (Failed, LedgerError) as error:
            state, detail = "failed", str(error)
        except OSError as error:
            state, detail = "failed", f"{error.filename or self._directory} cannot be read ({error.strerror})"
        self._statements.append(Statement(name, state, detail))
        self._damaged = self._damaged or (structural and state == "failed")

    def _open(self) -> Tail | None:
        """Read checkpoint and write-ahead log, after what they must reach, so that a live writer cannot outrun it."""
        found: list[Tail] = []

        def check() -> tuple[Verdict, str]:
            check_version(self._directory)
            keys = stated_keys(self._directory)
            outside = self._outside = Outside(self._directory, keys, self._trust, self._pins, self._memories)
            for given in (outside.pin.keys if outside.pin else (), self._trust.keys):
                if any(known_as != stated for known_as, stated in zip(given, keys, strict=False)):
                    raise Failed(f"{self._directory} is signed with other keys than those known from outside")
            self._stated = keys
            tail = Tail(self._directory, keys, thorough=True)
            self._erasing = frozenset(disk.names(self._directory / ".state" / "forgetting"))
            found.append(tail)
            pending = tail.size - tail.published.size
            rest = f"; {tail.rest} bytes after them belong to no committed batch" if tail.rest else ""
            return "verified", (
                f"signed by log key and epoch key, {tail.published.size} published, {pending} pending{rest}"
            )

        self._check("checkpoint", check, structural=True)
        return found[0] if found else None

    def _rebuild(self, tail: Tail) -> tuple[Verdict, str]:
        published = tail.published
        self._scan = scan = Scan(self._directory, tail.shelf, published.size, self._progress)
        scan.run()
        rebuild = scan.rebuild
        if rebuild.frontier.root() != published.root:
            raise Failed(f"the {published.size} entries do not lead to the signed root: one was changed or moved")
        if rebuild.differing:
            raise Failed(f"{_listed(rebuild.differing)} differ from what the entries give")
        rebuild.frontier.extend(leaf_hash(entry) for entry in tail.entries)
        if rebuild.frontier.root() != tail.head.root:
            raise Failed("the write-ahead log does not lead to the root that it states")
        scan.take(published.size, tail.entries)
        self._gathered = scan.gathered
        if self._gathered.unreadable.count:
            raise Failed(f"entries {_counted(self._gathered.unreadable)} are not entries")
        lead = several(tail.size, "{} entry leads", "{} entries lead")
        return "verified", f"{lead} to the signed root, and every tile fits them"

    def _first_entry(self, tail: Tail) -> tuple[Verdict, str]:
        first = self._gathered.first
        if first is None:
            return "not anchored", "the log has no entry yet"
        clear = {name: value for name, value in first.clear.items() if name != "previous"}
        if first.kind != KEY or clear != key_clear(0, *self._stated[:2]):
            raise Failed("the first entry does not record the keys that sign the log")
        detail = f"the first entry records the keys that sign {tail.head.origin}"
        if "previous" not in first.clear:
            return "verified", detail
        before, verified = _previous_head(first.clear["previous"])
        state = "" if verified else ", which was damaged"
        return "verified", f"{detail}, and goes on from {before.origin} at size {before.size}{state}"

    def _taken_over(self) -> tuple[Verdict, str]:
        told = []
        for index, entry in self._gathered.of(ADOPTION):
            pinned = entry.clear.get("pinned")
            lost = "" if type(pinned) is int else ", without a pin: a tail may have been lost before"
            told.append(f"at entry {index}{lost}")
        if not told:
            return "verified", "the log was always continued where it was made"
        return "verified", f"a copy was taken over {_listed(told)}; another copy may have gone on elsewhere"

    def _closings_hold(self, tail: Tail) -> tuple[Verdict, str]:
        closings, later = Closings(self._directory), self._gathered.of(KEY)[1:]
        log, first = self._stated[:2]
        epochs = walk((log, first), later, closings, tail.size, lambda size: tail.frontier_at(size).root())
        self._keys_at = keys_of(log, epochs)
        for head in (tail.published, tail.head):
            open_checkpoint(head.note, self._keys_at(head.size))
        if not later:
            return "verified", "the first epoch is open: whoever has its key could write it anew"
        last = epochs[-1]
        closed = several(
            len(later),
            "{} epoch is closed and signed by its own key",
            "{} epochs are closed and signed by their own keys",
        )
        if last.start == tail.size and not closings.has(last.start):
            return (
                "not anchored",
                f"epoch {last.number - 1} is just being closed, or that was cut short: no closing yet",
            )
        return "verified", (
            f"{closed}; epoch {last.number} is open since entry {last.start}: whoever has its key could write anew"
            " what came later, and nothing before"
        )

    def _time_order(self) -> tuple[Verdict, str]:
        if self._gathered.backwards.count:
            raise Failed(f"time goes back at entries {_counted(self._gathered.backwards)}")
        return "verified", "no entry is older than the one before it"

    def _clock_held(self) -> tuple[Verdict, str]:
        found = judge(self._gathered.beats)
        if found.back:
            raise Failed(f"the machine was up for less time than before at entries {_listed(found.back)}: dated back")
        if found.sets:
            told = [f"by {by / 1000:+.0f} s before entry {index}" for index, by in found.sets]
            return "not anchored", f"the clock was set {_listed(told)}: times there are what it said"
        fit = several(len(self._gathered.beats), "{} heartbeat fits", "{} heartbeats fit")
        return "verified", f"{fit} the time that the machine was up"

    def _contents_present(self, scan: Scan, tail: Tail) -> tuple[Verdict, str]:
        keys = KeyDirectory(self._keys, tail.head.origin) if self._keys else None
        if keys is not None and not keys.path.is_dir():
            keys = None
        if keys is not None:
            keys.content.unlock(self._reader)
        later = partial(self._erased_since, tail.size)
        found = hold(self._directory, scan, keys, tail.head.origin, self._erasing, later)
        if found.keyless:
            raise Failed(f"the keys of {_listed(found.keyless)} are gone, and no entry says that they were erased")
        if found.missing.count:
            raise Failed(f"the sealed contents of entries {_counted(found.missing)} are missing or damaged")
        if found.back.count:
            raise Failed(f"the contents of entries {_counted(found.back)} are here, and an entry says: erased")
        there = several(found.there, "the one content is there", "all {} contents are there")
        erased = several(found.erased, "{} was", "{} were")
        told = f"; {erased} erased, and an entry says so" if found.erased else ""
        if found.locked:
            return "not anchored", (
                f"{there}, sealed; {several(found.locked, 'the key of {} subject is', 'the keys of {} subjects are')}"
                f" locked, so that not all were opened{told}"
            )
        if keys is not None or not found.there:
            opened = several(found.there, "opens its commitment", "open their commitments")
            return "verified", f"{there} and {opened}{told}"
        return "verified", f"{there}, sealed; no key was given to open with{told}"

    def _erased_since(self, size: int) -> dict[str, int]:
        """Return the tombstones of a ledger that is in use, from a size on."""
        return {entry.subject: index for index, entry in self._later(size) if entry.kind == REDACTION}

    def _later(self, size: int) -> list[tuple[int, Entry]]:
        """Return the entries that came since the log was read."""
        now = Tail(self._directory, (self._stated[0], self._stated[1]))
        return [(index, now.entry(index)) for index in range(size, now.size)]

    def _nothing_else(self, tail: Tail) -> tuple[Verdict, str]:
        """Look what lies in the directory: first that, then what may have asked for it since."""
        names, recording = listed(self._directory), being_recorded(self._directory)
        entries = [*self._gathered.of(KEY), *self._gathered.of("seal"), *self._later(tail.size)]
        found = strays(names, known(entries), recording)
        if not found:
            return "verified", "nothing lies beside the log that it does not know"
        files = several(len(found), "a file is not the log's, and proves", "{} files are not the log's, and prove")
        return "not anchored", f"{files} nothing: {_listed(found)}"

    def _seals_hold(self, tail: Tail) -> tuple[Verdict, str]:
        bad: list[str] = []
        seals = self._gathered.of("seal")
        recorded: dict[str, int] = {}
        for index, entry in seals:
            first = recorded.setdefault(str(entry.clear.get("sha256")), index)
            if first != index:
                bad.append(f"entry {index} records the seal of entry {first} again: nobody signed it anew")
                continue
            try:
                self._held.append((self._seal(tail, index, entry), entry.time))
            except RevokedError as error:
                self._discounted.append(str(error))
            except LedgerError as error:
                bad.append(str(error))
        if bad:
            do = several(len(seals), "{} seal does", "{} seals do")
            raise Failed(f"{len(bad)} of {do} not hold: {_listed(bad)}")
        unknown = sum(not seal.known for seal, _ in self._held)
        begun = sum(not seal.proved for seal, _ in self._held)
        are = several(len(seals), "{} seal is", "{} seals are")
        doubts = [f"{unknown} of {are} by signers nobody vouched for"] if unknown else []
        doubts += [f"{begun} of {are} being recorded, or that was cut short: no proof is there yet"] if begun else []
        if doubts:
            return "not anchored", "; ".join(doubts)
        return "verified", several(len(seals), "{} seal holds", "{} seals hold")

    def _signers_count(self) -> tuple[Verdict, str]:
        """Look which seals count: an intact one does not if its key was revoked, here or in the log itself."""
        revoked = Revocations.of(self._held)
        for seal, moment in self._held:
            try:
                revoked.check(seal, moment)
            except RevokedError as error:
                self._discounted.append(str(error))
        if self._discounted:
            seals = several(
                len(self._discounted),
                "{} seal is by a key that does not count",
                "{} seals are by keys that do not count",
            )
            raise Failed(f"{seals}: {_listed(self._discounted)}")
        if not revoked.count:
            return "verified", "no key that sealed was revoked"
        stand = several(revoked.count, "{} revocation stands", "{} revocations stand")
        return "verified", f"{stand} in the log; no seal falls under {several(revoked.count, 'it', 'them')}"

    def _seal(self, tail: Tail, index: int, entry: Entry) -> Seal:
        seal = open_seal(self._directory, index, entry, self._keys_at, self._trust.signers)
        size = checkpoint_size(entry)
        if size > index:
            raise SealError(f"the seal of entry {index} is over a later checkpoint than itself")
        check_checkpoint(seal.statement, tail.head.origin, entry, tail.frontier_at(size).root())
        read_revocation(index, seal.statement)
        return seal


def _previous_head(told: object) -> tuple[Checkpoint, bool]:
    """Return the last head of the log before, as a first entry tells it, and whether that log verified then."""
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("log", "epoch", "note")):
        raise Failed("the first entry tells of a log before it, and not what its last head was")
    head = open_checkpoint(told["note"].encode(), (parse_vkey(told["log"]), parse_vkey(told["epoch"])))
    return head, told.get("verified") is True


def _unknown(_size: int) -> KeyPair:
    raise DamagedError("the keys of the log's epochs are not known")


def _counted(found: Examples) -> str:
    shown = ", ".join(map(str, found.first[:MAX_LISTED]))
    return shown if found.count <= MAX_LISTED else f"{shown} and {found.count - MAX_LISTED} more"


def _listed(items: Sequence[object]) -> str:
    shown = ", ".join(map(str, items[:MAX_LISTED]))
    return shown if len(items) <= MAX_LISTED else f"{shown} and {len(items) - MAX_LISTED} more"
