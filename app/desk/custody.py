"""Who keeps which ledger: takes over a copy, begins the next shard, deletes old shards by the written policy."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.ledger.adopt import adopt
from assure_tui.ledger.drafts import Draft, Previous
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.layout import stated_keys
from assure_tui.ledger.lease import RecorderLease
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.pins import PinFile, origin_hash
from assure_tui.ledger.store import Ledger
from assure_tui.ledger.verify import verify

DAY_MS: Final = 86_400_000
LEAST_DAYS: Final = 400
"""Days that a record is kept at least by default; a policy that says less is followed, and that is said."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A ledger that was closed when the next one was begun."""

    path: Path
    origin: str
    ended: int
    """Time of its last entry, in ms."""


def require_ledger(home: Home) -> None:
    """Raise `UsageError` where there is no ledger at all, before anybody is asked about it."""
    if not home.ledger.exists():
        raise UsageError(f"there is no ledger in {home.ledger}: put one back there, or start; that begins one.")


def take_over(home: Home) -> Ledger:
    """Go on with a ledger that was copied or restored here, or that lost its pin, and record that.

    Raises:
        LedgerDamagedError: It does not verify.
        UsageError: There is nothing to take over, or its keys are not there.
    """
    require_ledger(home)
    with _nobody_records(home), plain_errors():
        return adopt(home.ledger, pins=home.pins, keys=home.keys)


def begin_shard(home: Home, *, damaged: bool = False) -> tuple[Path, Ledger]:
    """Close the ledger and begin the next one, whose first entry commits to its last head; return where the old is.

    With `damaged`, a ledger that does not verify is left as it is, and the first entry says so: the way on from it.

    Raises:
        LedgerDamagedError: It does not verify, and that was not asked for.
        UsageError: There is no ledger, or a process records.
    """
    with _nobody_records(home), plain_errors():
        if not (home.ledger / ".state").exists():
            raise UsageError(f"there is no ledger in {home.ledger} to close: the next start begins one.")
        report = verify(home.ledger, pins=home.pins, keys=home.keys)
        bad = report.broken
        if bad is not None and not damaged:
            raise LedgerDamagedError(
                f"{home.ledger} does not verify ({bad.name}: {bad.detail}): restore it, or keep it as evidence and go"
                " on in a new one with --damaged."
            )
        if bad is None:
            last = open_ledger(home)
            last.rotate()  # whoever finds the old shard's keys later cannot sign another end of it
            last.publish()
        previous = _last_head(home, verified=bad is None)
        new = home.ledger.with_name(home.ledger.name + ".next")
        shutil.rmtree(new, ignore_errors=True)
        with FileLock(home.ledger.with_name(home.ledger.name + ".lock")):
            ledger = Ledger.create(new, pins=home.pins, keys=home.keys, previous=previous)
            old = _shelf(home) / (origin_hash(previous.pin.head.origin) if previous else f"lost-{time.time_ns()}")
            old.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.ledger.rename(old)
            new.rename(home.ledger)
        del ledger
        return old, open_ledger(home)


def shards(home: Home) -> Iterator[Shard]:
    """Yield the closed shards, oldest first; one that cannot be read is passed over, and so never deleted."""
    found = []
    folder = _shelf(home)
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            ledger = Ledger.open(path, pins=home.pins, read_only=True)
            found.append(Shard(path, ledger.origin, ledger.entry(ledger.size - 1).time))
        except (LedgerError, IndexError):
            continue
    yield from sorted(found, key=lambda shard: shard.ended)


def prune(home: Home, days: int) -> list[Shard]:
    """Delete the closed shards that ended more than `days` ago, each after an entry in the ledger that says so."""
    due = [shard for shard in shards(home) if shard.ended < time.time() * 1000 - days * DAY_MS]
    if due:
        with plain_errors():
            ledger = open_ledger(home)
            for shard in due:
                head = PinFile(home.pins, shard.origin).read()
                note = head.head.note.decode() if head is not None else ""
                clear = {"origin": shard.origin, "note": note, "days": days, "ended": shard.ended}
                ledger.append([Draft("pruned", "ledger", clear)])
                ledger.publish()
                shutil.rmtree(shard.path)
                shutil.rmtree(home.keys / origin_hash(shard.origin), ignore_errors=True)
    return due


def _shelf(home: Home) -> Path:
    return home.ledger.with_name(home.ledger.name + ".shards")


def _last_head(home: Home, *, verified: bool) -> Previous | None:
    """Return the last head that is known of a ledger: its pin, which outlives what happened to the ledger itself."""
    try:
        keys = stated_keys(home.ledger)
        pin = PinFile(home.pins, keys[0].name).read()
    except LedgerError:
        return None
    return Previous(pin, verified) if pin is not None else None


@contextmanager
def _nobody_records(home: Home) -> Iterator[None]:
    """Hold the recorder's lease: the ledger under a recorder is not exchanged."""
    home.prepare()
    lease = RecorderLease(home.lease)
    if not lease.try_acquire():
        raise UsageError(f"process {lease.holder()} records into {home.ledger}: end it first.")
    try:
        yield
    finally:
        lease.release()
