"""Whether a log that says something else than was recorded was only rotated.

A file beside it has all that it said then, and it tells of other runs now. A copy beside a log that tells of the same
runs in other words is no rotation: that is what editing in place with a backup leaves behind.
"""

from __future__ import annotations

from collections.abc import Collection
from glob import escape
from hashlib import sha256
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.app.desk.live_source import EMPTY_CHAIN, end_of
from assure_tui.ingest.errors import IngestError
from assure_tui.ingest.growing import stamp

if TYPE_CHECKING:
    from assure_tui.app.desk.live_source import Recorded
    from assure_tui.ingest.adapters.base import Adapter

MAX_LOOKED_AT: Final = 8
"""Files beside a log, those changed last, that may be what it was rotated to."""
READ_BYTES: Final = 1 << 20


def rotated_to(path: Path, adapter: Adapter, recorded: Recorded, runs: Collection[str]) -> Path | None:
    """Give the file beside the log at `path`, named after it, that has all that was recorded of it, unaltered.

    Names do as `agent.jsonl.1` or `agent-20260301.jsonl`; what counts is the chain of the records' digests. None also
    where the log still tells of any of `runs`, which were recorded of it.
    """
    if recorded.chain is None or not recorded.upto or _tells_of(path, adapter, recorded.salt, runs):
        return None
    try:
        named = [other for other in path.parent.glob(f"{escape(path.stem)}*") if other.is_file()]
        beside = [(stamp(other), other) for other in named if not other.is_symlink()]
    except OSError:
        return None
    long_enough = [(changed, other) for (size, changed), other in beside if size >= recorded.upto and other != path]
    looked_at = nlargest(MAX_LOOKED_AT, long_enough)
    return next((other for _, other in looked_at if _chain(other, adapter, recorded) == recorded.chain), None)


def _tells_of(path: Path, adapter: Adapter, salt: str, runs: Collection[str]) -> bool:
    """Tell whether a log has events of any of `runs`; what cannot be read counts as if it had."""
    from assure_tui.ingest.reader import open_source  # noqa: PLC0415 - it brings all adapters, which no face needs

    try:
        reader = open_source(path, adapter, salt)
        while True:
            batch = reader.read(READ_BYTES)
            if batch.reset or any(event.run in runs for event in batch.events):
                return True
            if batch.done:
                return False
    except (OSError, IngestError):
        return True


def _chain(path: Path, adapter: Adapter, recorded: Recorded) -> str | None:
    """Give the chain of a file's records up to where the log was recorded; None where no record ends there."""
    from assure_tui.ingest.reader import open_source  # noqa: PLC0415 - likewise

    chain = EMPTY_CHAIN
    try:
        reader = open_source(path, adapter, recorded.salt)
        while True:
            batch = reader.read(READ_BYTES)
            for at, digest in batch.records:
                chain = sha256(chain + bytes.fromhex(digest)).digest()
                if end_of(at) >= recorded.upto:
                    return chain.hex() if end_of(at) == recorded.upto else None
            if batch.done or batch.reset:
                return None
    except (OSError, IngestError):
        return None
