"""A check of the past before anything is added to it, which is cheap for what was checked before.

Each chunk of 65,536 entries that was walked and found to hold is noted beside the pin: its hash, and a digest of inode,
size, times of modification and of change of all its files. While these stay, the chunk is not walked again. Whoever can
set a file's time of change (the system's administrator, or a clock that is set back) can pass this check, and no full
verification: that reads every byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.errors import DamagedError
from assure_tui.ledger.layout import stated_keys
from assure_tui.ledger.pins import origin_hash
from assure_tui.ledger.rebuild import CHUNK, Rebuild
from assure_tui.ledger.tail import Tail
from assure_tui.ledger.tiles import WIDTH, bundle_path, tile_path
from assure_tui.ledger.tree import HASH_SIZE, leaf_hash

_RECORD: Final = 2 * HASH_SIZE
MAX_NOTED: Final = 64 << 20


def recheck(directory: Path, *, pins: Path) -> int:
    """Hold the entries of a ledger against its tiles and its head; return how many were read for it.

    Raises DamagedError where they do not fit.
    """
    keys = stated_keys(directory)
    tail = Tail(directory, keys, thorough=True)
    noted = pins / f"{origin_hash(keys[0].name)}.checked"
    known = list(_records(disk.read(noted, MAX_NOTED) or b""))
    rebuild = Rebuild(directory, tail.shelf, tail.published.size)
    found: list[tuple[bytes, bytes]] = []
    for number in range(tail.published.size // CHUNK):
        stamp = _stamp(directory, number)
        if number < len(known) and known[number][0] == stamp:
            found.append(known[number])
        else:
            found.append((stamp, rebuild.chunk(number, _pass)))
    rebuild.finish([digest for _, digest in found], _pass)
    if rebuild.differing or rebuild.frontier.root() != tail.published.root:
        raise DamagedError(f"the entries in {directory} are not those that its tiles and its head were made from")
    rebuild.frontier.extend(leaf_hash(entry) for entry in tail.entries)
    if rebuild.frontier.root() != tail.head.root:
        raise DamagedError(f"the write-ahead log in {directory} does not lead to the root that it states")
    fresh = sum(each not in known for each in found)
    if fresh or len(found) != len(known):
        disk.replace(noted, b"".join(part for each in found for part in each), disk.PRIVATE)
    return fresh * CHUNK + tail.size % CHUNK


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    for at in range(0, len(data) - _RECORD + 1, _RECORD):
        yield data[at : at + HASH_SIZE], data[at + HASH_SIZE : at + _RECORD]


def _stamp(directory: Path, chunk: int) -> bytes:
    """Digest what the file system says of the files of a chunk; DamagedError if one is missing."""
    bundles = range(chunk * WIDTH, (chunk + 1) * WIDTH)
    paths = [tile_path(1, chunk), *(path for index in bundles for path in (bundle_path(index), tile_path(0, index)))]
    digest = sha256()
    for path in paths:
        try:
            found = (directory / path).lstat()
        except OSError as error:
            raise DamagedError(f"{directory / path} cannot be read ({error.strerror}): restore it") from error
        digest.update(b"%d %d %d %d\n" % (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    return digest.digest()


def _pass(_start: int, _entries: list[bytes]) -> None:
    """Look at entries no further than their hashes."""
