"""Finds the logs under the watched roots, and tells which of them have to be read."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.desk.small_files import expanded
from assure_tui.ingest.growing import stamp
from assure_tui.ingest.roots import LOG_NAMES, LOG_SUFFIXES, excluded
from assure_tui.ingest.walk import Found, Skipped, discover, repeats

if TYPE_CHECKING:
    from assure_tui.app.desk.desk_store import DeskStore
    from assure_tui.app.desk.index import IndexWriter


@dataclass(slots=True)
class Survey:
    """What a look around found."""

    logs: list[Found] = field(default_factory=list)
    """Logs to read, those that changed last at the end."""
    gone: list[Path] = field(default_factory=list)
    """Logs that the index knows and that are no longer there."""
    unread: list[Skipped] = field(default_factory=list)
    """What is by all signs a log, or was named, and cannot be read."""


class Scout:
    """Knows the roots, and what in them is left out."""

    def __init__(self, roots: Sequence[Path], exclude: Sequence[str], named: Sequence[Path] = ()) -> None:
        """`named` are places that somebody named, and will miss where they are not there."""
        self.roots = [expanded(root).absolute() for root in roots]
        self.named = {expanded(root).absolute() for root in named}.intersection(self.roots)
        self._exclude = tuple(exclude)

    def survey(self, index: IndexWriter, store: DeskStore, *, backfill: bool, kinds: Collection[str]) -> Survey:
        """Find all logs, note what is history, and tell what changed since the index saw it whole.

        With feeds of some `kinds`, logs with such effects are read again in any case: rows of the feed must find the
        runs that account for them. With `backfill`, logs from which nothing was recorded are read again too.
        """
        known = index.known_sources()
        discovery = discover(self.roots, exclude=self._exclude)
        sizes: dict[Path, list[tuple[str, int]]] = {root: [] for root in self.roots}
        stamps: dict[Path, tuple[int, int]] = {}
        for found in discovery.files:
            try:
                stamps[found.path] = stamp(found.path)
            except OSError:
                continue
            sizes[found.root].append((str(found.path), stamps[found.path][0]))
        for root, logs in sizes.items():
            store.first_sight(root, logs)
        survey = Survey(unread=[skipped for skipped in discovery.skipped if skipped.log or self._named(skipped.path)])
        for found in sorted(discovery.files, key=lambda found: stamps.get(found.path, (0, 0))[1]):
            seen = known.get(str(found.path))
            whole = seen is not None and seen[:2] == stamps.get(found.path)
            if not whole or backfill or (kinds and index.has_effects(found.path, kinds)):
                survey.logs.append(found)
        present = {str(found.path) for found in discovery.files}
        for path in map(Path, known.keys() - present):
            if any(path.is_relative_to(root) for root in self.roots):
                survey.gone.append(path)
        return survey

    def admit(self, path: Path) -> list[Found]:
        """Return the log at a path that a notification named, if it is one, lies in a root and is not left out."""
        if path.suffix not in LOG_SUFFIXES and path.name not in LOG_NAMES and path not in self.roots:
            return []
        if excluded(path, self._exclude):
            return []
        return discover([path]).files if self._inside(path) and not repeats(path) else []

    def there(self) -> set[Path]:
        """Return the roots that are folders or were named, and are there; one out of reach is no error."""
        named = {root for root in self.named if os.path.exists(root)}  # noqa: PTH110 - see above
        return named | {root for root in self.roots if os.path.isdir(root)}  # noqa: PTH112 - likewise

    def stands(self, path: Path) -> bool:
        """Whether a log is still there; a folder in its place does not count, nor does a link out of the roots."""
        return path.is_file() and self._inside(path)

    def _named(self, path: Path) -> bool:
        """Return whether somebody named this very file, which by that is a log to them; an empty one may become one."""
        return path in self.roots and path.is_file() and path.stat().st_size > 0

    def _inside(self, path: Path) -> bool:
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in self.roots)
