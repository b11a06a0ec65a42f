"""A walk over all published entries that rebuilds the tree and holds every tile file against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from assure_tui.ledger import disk
from assure_tui.ledger.shelf import Shelf
from assure_tui.ledger.tiles import MAX_BUNDLE, WIDTH, bundle_path, bundles_of, encode_bundle, tile_path
from assure_tui.ledger.tree import Frontier, leaf_hash, root

Visit: TypeAlias = Callable[[int, list[bytes]], None]
"""Takes the index of a bundle's first entry, and its entries."""


class Rebuild:
    """The tree that follows from the entries of a ledger's directory, and the files that do not fit it."""

    def __init__(self, directory: Path, shelf: Shelf, size: int) -> None:
        self.frontier = Frontier()
        self.differing: list[str] = []
        """Paths of tiles, and of partial bundles left from smaller sizes, that differ from what the entries give."""
        self._directory = directory
        self._shelf = shelf
        self._size = size
        self._rows: list[list[bytes]] = []
        self._done: list[int] = []

    def run(self, visit: Visit) -> None:
        """Read every entry once; DamagedError if a bundle or a tile is missing or malformed."""
        for index, width in bundles_of(self._size):
            entries = self._shelf.bundle(index, width)
            self._check_smaller(bundle_path(index), entries, encode_bundle)
            leaves = [leaf_hash(entry) for entry in entries]
            self.frontier.extend(leaves)
            self._add(0, leaves)
            visit(index * WIDTH, entries)
        for level, row in enumerate(self._rows):
            if row:
                self._check(level, row)

    def _add(self, level: int, hashes: list[bytes]) -> None:
        if level == len(self._rows):
            self._rows.append([])
            self._done.append(0)
        row = self._rows[level]
        row += hashes
        if len(row) == WIDTH:
            self._check(level, row)
            self._done[level] += 1
            self._rows[level] = []
            self._add(level + 1, [root(row)])

    def _check(self, level: int, row: list[bytes]) -> None:
        index = self._done[level]
        if self._shelf.tile(level, index, len(row)) != row:
            self.differing.append(tile_path(level, index, len(row)))
        self._check_smaller(tile_path(level, index), row, b"".join)

    def _check_smaller(self, path: str, items: list[bytes], encode: Callable[[Sequence[bytes]], bytes]) -> None:
        """Hold what is left of earlier, smaller partial files against the beginning of the items."""
        folder = self._directory / f"{path}.p"
        for name in disk.names(folder):
            if name.startswith("."):
                continue
            width = int(name) if name.isascii() and name.isdigit() and len(name) <= 3 else 0
            known = 0 < width < len(items)
            foreign = not 0 < width < WIDTH
            if foreign or (known and disk.read(folder / name, MAX_BUNDLE) not in {encode(items[:width]), None}):
                self.differing.append(f"{path}.p/{name}")
