"""Paths and encodings of C2SP tlog-tiles: hash tiles and entry bundles, 256 wide. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assure_tui.ledger.entry import MAX_ENTRY
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.tree import HASH_SIZE

WIDTH: Final = 256
"""Hashes in a full tile, and entries in a full bundle."""
HEIGHT: Final = 8
"""Levels of the tree that a tile spans."""


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return `tile/<L>/<N>[.p/<W>]`."""
    return f"tile/{level}/{_path(index, width)}"


def bundle_path(index: int, width: int = WIDTH) -> str:
    """Return `tile/entries/<N>[.p/<W>]`."""
    return f"tile/entries/{_path(index, width)}"


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries, each after its length as a big-endian uint16."""
    return b"".join(part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry))


MAX_BUNDLE: Final = WIDTH * (2 + MAX_ENTRY)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the entries of a bundle; raise LedgerError unless there are exactly `width` and nothing else."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end and len(entries) < width:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > end or at > end:
            raise LedgerError("an entry bundle is cut off inside an entry")
        entries.append(data[start:at])
    if len(entries) != width or at != end:
        raise LedgerError(f"an entry bundle does not hold exactly {width} entries")
    return entries


def decode_tile(data: bytes, width: int) -> list[bytes]:
    """Return the hashes of a tile; raise LedgerError unless there are exactly `width`."""
    if len(data) != width * HASH_SIZE:
        raise LedgerError(f"a hash tile has {len(data)} bytes where {width * HASH_SIZE} are due")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def _path(index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"
