"""Whether a log that says something else than was recorded was only rotated.

A file beside it has all that it said then, and it tells of other runs now, or of the same only what came later. A copy
beside a log that tells of the same runs in other words is no rotation: that is what editing in place with a backup
leaves behind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from glob import escape
from hashlib import sha256
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from assure_tui.app.desk.watch.live_source import EMPTY_CHAIN, end_of
from assure_tui.ingest.errors import IngestError
from assure_tui.ingest.growing import stamp

if TYPE_CHECKING:
    from assure_tui.app.desk.watch.live_source import Recorded
    from assure_tui.ingest.adapters.base import Adapter

MAX_LOOKED_AT: Final = 8
"""Files beside a log, those changed last, that may be what it was rotated to."""


@dataclass(slots=True)
class _Held:
    """What a file beside a log has of what was recorded."""

    digests: set[str] = field(default_factory=set)
    newest: float | None = None
    """Time of the newest event in it."""


class Rotated(NamedTuple):
    """Where a log that was rotated is now."""

    to: Path
    goes_on: bool
    """Whether the log under the old name goes on with runs that were recorded of it."""


def rotated_to(path: Path, adapter: Adapter, recorded: Recorded, runs: Collection[str]) -> Rotated | None:
    """Return the file beside the log at `path`, named after it, that has all that was recorded of it, unaltered.

    Names do as `agent.jsonl.1` or `agent-20260301.jsonl`; what counts is the chain of the records' digests. None also
    where the log still has any of `runs`, which were recorded from it, and does not merely continue them.
    """
    if recorded.chain is None or not recorded.upto:
        return None
    try:
        named = [other for other in path.parent.glob(f"{escape(path.stem)}*") if other.is_file()]
        beside = [(stamp(other), other) for other in named if not other.is_symlink()]
    except OSError:
        return None
    long_enough = [(changed, other) for (size, changed), other in beside if size >= recorded.upto and other != path]
    for _, other in nlargest(MAX_LOOKED_AT, long_enough):
        held = _held(other, adapter, recorded)
        if held is not None:
            goes_on = _goes_on(path, adapter, recorded.salt, runs, held)
            return None if goes_on is None else Rotated(other, goes_on)
    return None


def _goes_on(path: Path, adapter: Adapter, salt: str, runs: Collection[str], held: _Held) -> bool | None:
    """Return whether a log has any of these runs; None where it has more of them than what came later.

    An edited log says things again. What cannot be read, or has no time, does not count as later.
    """
    from assure_tui.ingest.reader import open_source  # noqa: PLC0415 - it brings all adapters, which no face needs

    again = told = False
    try:
        reader = open_source(path, adapter, salt)
        while True:
            batch = reader.read()
            if batch.reset:
                return None
            again = again or any(digest in held.digests for _, digest in batch.records)
            times = [event.time for event in batch.events if event.run in runs]
            told = told or bool(times)
            if (told and again) or not all(time and held.newest and time > held.newest for time in times):
                return None
            if batch.done:
                return told
    except (OSError, IngestError):
        return None


def _held(path: Path, adapter: Adapter, recorded: Recorded) -> _Held | None:
    """Read a file up to where the log was recorded; None unless its records up to there are those recorded."""
    from assure_tui.ingest.reader import open_source  # noqa: PLC0415 - likewise

    chain, held = EMPTY_CHAIN, _Held()
    try:
        reader = open_source(path, adapter, recorded.salt)
        while True:
            batch = reader.read()
            times = [event.time for event in batch.events if event.time is not None]
            held.newest = max(times, default=held.newest) if held.newest is None else max(held.newest, *times, 0.0)
            for at, digest in batch.records:
                chain = sha256(chain + bytes.fromhex(digest)).digest()
                held.digests.add(digest)
                if end_of(at) >= recorded.upto:
                    return held if end_of(at) == recorded.upto and chain.hex() == recorded.chain else None
            if batch.done or batch.reset:
                return None
    except (OSError, IngestError):
        return None
