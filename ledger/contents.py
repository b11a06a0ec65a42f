"""Holds the sealed contents that a log commits to against the frames that there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assure_tui.ledger.gather import Examples, buckets, subject_hash
from assure_tui.ledger.keys import KeyDirectory
from assure_tui.ledger.scan import Scan
from assure_tui.ledger.segments import audit
from assure_tui.ledger.spill import BUCKETS, Buckets


@dataclass(frozen=True, slots=True)
class Contents:
    """What became of the contents."""

    there: int
    """Those that no tombstone covers."""
    erased: int
    """Those that one covers."""
    missing: Examples
    """Indexes of entries whose content is neither there nor erased."""
    back: Examples
    """Indexes of entries whose content an entry says was erased, and whose frame is there."""
    locked: int
    """Subjects whose key is wrapped, and was not unlocked: of theirs, only that the frames are there is known."""
    keyless: tuple[str, ...]
    """Subjects whose key is gone though nothing says that they were erased; only where keys were given."""


def hold(
    directory: Path,
    scan: Scan,
    keys: KeyDirectory | None,
    origin: str,
    erasing: Collection[str],
    later: Callable[[], dict[str, int]],
) -> Contents:
    """Look for the frame of every content; with keys, open each of them.

    `later` gives the tombstones after those that the scan met, by subject: it is asked once the frames were read, so
    that what was erased meanwhile in a ledger that is in use raises no alarm. `erasing` are the subjects whose frames
    are being deleted.
    """
    with closing(buckets("found")) as found:
        keyless, locked = _look(directory, scan, keys, origin, found)
        forgotten = _frames(directory, [each for each in scan.gathered.redactions if each not in erasing], origin)
        tombstones = scan.gathered.redactions | later()
        hashed = {subject_hash(subject): index for subject, index in tombstones.items()}
        there, erased, missing, back = 0, 0, Examples(), Examples()
        for number in range(BUCKETS):
            held = set(found.bucket(number))
            for record in scan.due(number):
                content, index = record[:-8], int.from_bytes(record[-8:], "big")
                if hashed.get(content[32:], -1) > index:
                    erased += 1
                    if content in forgotten:
                        back.add(index)
                    continue
                there += 1
                if content not in held:
                    missing.add(index)
    newest = scan.gathered.contents
    lost = tuple(subject for subject in keyless if tombstones.get(subject, -1) < newest[subject])
    return Contents(there, erased, missing, back, locked, lost)


def _frames(directory: Path, subjects: Iterable[str], origin: str) -> set[bytes]:
    """Return what the frames of subjects say that they hold, whether it opens or not."""
    return {
        bytes.fromhex(commitment) + subject_hash(subject)
        for subject in subjects
        for commitment in audit(directory / "segments" / subject, subject, None, origin)
    }


def _look(directory: Path, scan: Scan, keys: KeyDirectory | None, origin: str, found: Buckets) -> tuple[list[str], int]:
    """Note what is found of each subject; return the subjects without a key, and how many keys are locked."""
    keyless, locked = [], 0
    for subject in scan.gathered.contents:
        key = keys.content.get(subject) if keys is not None else None
        if keys is not None and key is None:
            keyless.append(subject)
        secret = key.secret if key is not None else None
        locked += key is not None and secret is None
        tag = subject_hash(subject)
        for commitment in audit(directory / "segments" / subject, subject, secret, origin):
            found.add(bytes.fromhex(commitment) + tag)
    return keyless, locked
