"""Forgets runs: their contents in the ledger, what the index and the store have of them, and their escrow.

The entries stay, and so do root and proofs; a signed tombstone says that the contents were erased. The agent's own log
is not ours to delete: it is named, and its records are passed over from then on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assure_tui.app.desk.archive import Archive, plain_errors, published
from assure_tui.app.desk.custody import shards
from assure_tui.app.desk.index import IndexWriter
from assure_tui.ledger.lease import RecorderLease
from assure_tui.ledger.store import Ledger

if TYPE_CHECKING:
    from assure_tui.app.desk.desk import Desk
    from assure_tui.app.desk.desk_store import DeskStore
    from assure_tui.app.desk.library import Library
    from assure_tui.app.desk.paths import Home

PATIENCE_SECONDS = 15.0
"""How long the process that records is given to purge the index, which is its own."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, and what is out of reach."""

    runs: tuple[str, ...]
    """The run, and those of its sub-agents."""
    contents: int
    """Contents that were erased in the ledger."""
    logs: tuple[str, ...]
    """The agent's own logs, which keep what they have."""
    seals: int
    """Seals over these runs: their envelopes stay, with the words of the verdicts in them."""
    purged: bool
    """Whether the index is purged; if not, the process that records does it when it gets to it."""


def forget_runs(desk: Desk, archive: Archive, library: Library, store: DeskStore, runs: Sequence[str]) -> Forgotten:
    """Forget runs, given by their ids: destroy their keys first, so that what fails later loses nothing of the effect.

    Raises:
        LedgerDamagedError: The ledger is damaged, so that nothing may be written to it.
        UsageError: The ledger cannot be written.
    """
    logs = tuple(dict.fromkeys(library.log_of(run) for run in runs))
    seals = sum(len(archive.entries(["seal"], desk.subject(run))) for run in runs)
    subjects = [desk.subject(run) for run in runs]
    with plain_errors():
        contents = _erase(archive.writing(), subjects)
        for shard in shards(desk.home):
            closed = Ledger.open(shard.path, pins=desk.home.pins, keys=desk.home.keys)
            contents += _erase(closed, [subject for subject in subjects if closed.contents_of(subject)])
    _destroy_keys(desk.home, subjects)
    for run in runs:
        store.forget(run)
    return Forgotten(tuple(runs), contents, logs, seals, _purge(desk, library, runs))


def _erase(ledger: Ledger, subjects: Sequence[str]) -> int:
    """Erase contents in one ledger, each subject under a tombstone; give how many there were."""
    receipts = [ledger.forget(subject, {"what": "run"}) for subject in subjects]
    if receipts:
        published(ledger)
    return sum(int(ledger.entry(receipt.first_index).clear["contents"]) for receipt in receipts)


def _destroy_keys(home: Home, subjects: Sequence[str]) -> None:
    """Destroy what keys are left: those of shards that are damaged, which no tombstone can be added to."""
    for subject in subjects:
        for path in home.keys.glob(f"*/content/{subject}.key"):
            path.unlink()


def _purge(desk: Desk, library: Library, runs: Sequence[str]) -> bool:
    """Take the runs out of the index, or wait until the process that records has."""
    lease = RecorderLease(desk.home.lease)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not lease.try_acquire():
        if not any(library.has_run(run) for run in runs):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    try:
        with closing(IndexWriter(desk.home.index)) as index:
            index.purge({run: desk.subject(run) for run in runs})
    finally:
        lease.release()
    return True
