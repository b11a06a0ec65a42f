"""The published tiles and bundles of a ledger's directory: read, and extended to a new size."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from assure_tui.ledger import disk
from assure_tui.ledger.errors import DamagedError, LedgerError
from assure_tui.ledger.tiles import (
    HEIGHT,
    MAX_BUNDLE,
    WIDTH,
    bundle_path,
    decode_bundle,
    decode_tile,
    encode_bundle,
    tile_path,
)
from assure_tui.ledger.tree import HASH_SIZE, Frontier, node_hash, root, split

_PathOf: TypeAlias = Callable[[int, int], str]
_Encode: TypeAlias = Callable[[Sequence[bytes]], bytes]

_KEPT: Final = 32
"""Full tiles and bundles held decoded: they never change."""


class Shelf:
    """Reads what was published at a size; a partial file that is gone is read from the full one after it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kept: OrderedDict[str, list[bytes]] = OrderedDict()

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """Return the first `width` hashes of a tile; DamagedError if it is missing or malformed."""
        return self._load(tile_path(level, index), tile_path(level, index, width), width)

    def bundle(self, index: int, width: int) -> list[bytes]:
        """Return the first `width` entries of a bundle; DamagedError if it is missing or malformed."""
        return self._load(bundle_path(index), bundle_path(index, width), width)

    def entry(self, index: int, size: int) -> bytes:
        """Return one entry of the tree of `size`."""
        bundle, offset = divmod(index, WIDTH)
        return self.bundle(bundle, min(WIDTH, size - bundle * WIDTH))[offset]

    def frontier(self, at: int, size: int) -> Frontier:
        """Return the frontier of the first `at` leaves, from the tiles of the tree of `size`."""
        level, levels = 0, []
        while count := at >> HEIGHT * level:
            tile, width = divmod(count, WIDTH)
            if width:
                levels.append((level, self._tile_of(level, tile, size)[:width]))
            level += 1
        peaks: list[bytes] = []
        for _, hashes in reversed(levels):
            part = Frontier()
            part.extend(hashes)
            peaks += part.peaks
        return Frontier(at, peaks)

    def range_hash(self, start: int, stop: int, size: int) -> bytes:
        """Return the Merkle tree hash of the leaves `[start, stop)`, a range of RFC 6962, from the tiles of `size`."""
        count = stop - start
        if count & (count - 1):
            middle = start + split(count)
            return node_hash(self.range_hash(start, middle, size), self.range_hash(middle, stop, size))
        height = count.bit_length() - 1
        level, rest = divmod(height, HEIGHT)
        first = start >> HEIGHT * level
        tile, offset = divmod(first, WIDTH)
        return root(self._tile_of(level, tile, size)[offset : offset + (1 << rest)])

    def extend(self, old: int, entries: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Write, durably, the bundles and tiles that a tree of `old` leaves gains by these entries."""
        base = old - old % WIDTH
        before = self.bundle(base // WIDTH, old - base) if old > base else []
        files = list(self._level(bundle_path, encode_bundle, base, before + list(entries)))
        level, fresh = 0, list(leaves)
        while fresh:
            base = old - old % WIDTH
            before = self.tile(level, base // WIDTH, old - base) if old > base else []
            hashes = before + fresh
            files += self._level(partial(tile_path, level), b"".join, base, hashes)
            fresh = [root(hashes[at : at + WIDTH]) for at in range(0, len(hashes) - WIDTH + 1, WIDTH)]
            old >>= HEIGHT
            level += 1
        disk.make_directories(dict.fromkeys(path.parent for path, _ in files))
        disk.replace_all(files)

    def drop_partials(self, old: int, new: int) -> None:
        """Remove the partial files that the full ones of size `new` replace. They are no loss if this is cut short."""
        level = 0
        while old >> HEIGHT * level != new >> HEIGHT * level:
            index = (old >> HEIGHT * level) // WIDTH
            if (new >> HEIGHT * level) // WIDTH > index:
                paths = [tile_path(level, index)] + ([bundle_path(index)] if level == 0 else [])
                for path in paths:
                    self._remove_partials(self._directory / f"{path}.p")
            level += 1

    def _tile_of(self, level: int, index: int, size: int) -> list[bytes]:
        return self.tile(level, index, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))

    def _load(self, full: str, exact: str, width: int) -> list[bytes]:
        kept = self._kept.get(full)
        if kept is not None:
            self._kept.move_to_end(full)
            return kept if width == WIDTH else kept[:width]
        is_bundle = full.startswith("tile/entries/")
        limit = MAX_BUNDLE if is_bundle else WIDTH * HASH_SIZE
        found = disk.read(self._directory / exact, limit)
        present = width
        if found is None:
            found, present = disk.read_due(self._directory / full, limit), WIDTH
        try:
            items = decode_bundle(found, present) if is_bundle else decode_tile(found, present)
        except LedgerError as error:
            raise DamagedError(f"{self._directory / exact} is damaged: restore it from a copy ({error})") from None
        if present == WIDTH:
            self._kept[full] = items
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return items[:width]

    def _level(
        self, path_of: _PathOf, encode: _Encode, base: int, items: Sequence[bytes]
    ) -> Iterator[tuple[Path, bytes]]:
        """Yield the files of one level that hold these items, which begin at number `base`."""
        for at in range(0, len(items), WIDTH):
            part = items[at : at + WIDTH]
            yield self._directory / path_of((base + at) // WIDTH, len(part)), encode(part)

    @staticmethod
    def _remove_partials(folder: Path) -> None:
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
