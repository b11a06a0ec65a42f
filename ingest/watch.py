"""Tells which log files changed, appeared or went, within about 50 ms where the system notifies, and always in the end.

Notifications get lost: queues overflow, a folder appears and is written to before it is watched, network mounts send
none. So a sweep over all roots compares what is there with what was last seen.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import Self, TypeAlias

from watchfiles import Change, watch

from assure_tui.ingest.growing import WAL, stamp
from assure_tui.ingest.roots import LOG_NAMES, LOG_SUFFIXES

SUFFIXES = LOG_SUFFIXES | {".csv"}
SWEEP_SECONDS = 12.0
POLL_SECONDS = 1.0
_STEP_MS = 15
_DEBOUNCE_MS = 60
_IDLE_MS = 1000
_REST = 10
"""Sweeps that notifications ask for leave this many times their own duration between them."""

_Mark: TypeAlias = tuple[int, int, int]
"""Inode, size and time of change (ns) of a file: when all three are the same, it did not change."""


class Watcher:
    """Watches folders and files. Make it before the first reading: it reports what changed since it was made.

    Roots need not exist yet. With `polling`, or where watching fails, sweeps alone do the work, every second.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        sweep_seconds: float = SWEEP_SECONDS,
        stop: threading.Event | None = None,
        polling: bool = False,
    ) -> None:
        self.problems: list[str] = []
        """Plain sentences about what cannot be watched by notification."""
        self._folders = [root for root in roots if root.is_dir() or not (_is_named(root) or root.is_file())]
        self._files = {root for root in roots if root not in self._folders}
        self._stop = stop or threading.Event()
        self._sweep_seconds = min(sweep_seconds, POLL_SECONDS) if polling else sweep_seconds
        self._polling = polling
        self._queue: Queue[set[tuple[Change, str]] | str | None] = Queue()
        self._watched: list[tuple[frozenset[Path], threading.Event, threading.Thread]] = []
        self._seen = self._look()
        self._due = time.monotonic() + self._sweep_seconds
        self._rest_until = 0.0

    def wait(self, timeout: float) -> set[Path]:
        """Wait up to `timeout` seconds for changes; give the paths, or an empty set."""
        self._start()
        deadline = time.monotonic() + timeout
        changed: set[Path] = set()
        while not changed and not self._stop.is_set():
            now = time.monotonic()
            if now >= max(self._due, self._rest_until):
                changed |= self._sweep()
            elif now >= deadline:
                break
            else:
                changed |= self._next(min(deadline, max(self._due, self._rest_until)) - now)
        return changed

    def close(self) -> None:
        """Stop watching and wait for the threads to end."""
        for _, stop, _ in self._watched:
            stop.set()
        for _, _, thread in self._watched:
            thread.join(timeout=5)
        self._watched.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- notifications

    def _start(self) -> None:
        """Watch the roots that exist now; files through their folders, because a rename replaces the file."""
        if self._polling:
            return
        wanted = [
            (frozenset(folder for folder in self._folders if folder.is_dir()), True),
            (frozenset(file.parent for file in self._files if file.parent.is_dir()), False),
        ]
        running = {paths for paths, _, thread in self._watched if thread.is_alive()}
        if running == {paths for paths, _ in wanted if paths}:
            return
        self.close()
        for paths, recursive in wanted:
            if paths:
                stop = threading.Event()
                thread = threading.Thread(
                    target=self._listen, args=(paths, stop), kwargs={"recursive": recursive}, daemon=True
                )
                self._watched.append((paths, stop, thread))
                thread.start()

    def _listen(self, paths: frozenset[Path], stop: threading.Event, *, recursive: bool) -> None:
        ready = False
        try:
            for changes in watch(
                *paths,
                watch_filter=None,
                debounce=_DEBOUNCE_MS,
                step=_STEP_MS,
                rust_timeout=_IDLE_MS,
                yield_on_timeout=True,
                stop_event=stop,
                recursive=recursive,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                if not ready:
                    ready = True
                    self._queue.put(None)  # what changed before the watch stood is found by a sweep
                if changes:
                    self._queue.put(changes)
        except (OSError, RuntimeError) as error:
            self._queue.put(f"{', '.join(map(str, sorted(paths)))}: {error}; looking every second instead")

    def _next(self, timeout: float) -> set[Path]:
        try:
            told = self._queue.get(timeout=max(timeout, 0.001))
        except Empty:
            return set()
        if told is None:
            self._due = 0.0
            return set()
        if isinstance(told, str):
            self.problems.append(told)
            self._polling = True
            self._sweep_seconds = min(self._sweep_seconds, POLL_SECONDS)
            self._due = 0.0
            return set()
        return self._changed(told)

    def _changed(self, changes: set[tuple[Change, str]]) -> set[Path]:
        changed: set[Path] = set()
        for change, name in changes:
            path = Path(name.removesuffix(WAL))
            if self._is_log(path):
                mark = _mark(path)
                if self._seen.get(path) != mark:
                    changed.add(path)
                    self._note(path, mark)
            elif change is not Change.modified and (change is Change.deleted or path.is_dir()):
                self._due = 0.0  # a folder came or went: its files are told by a sweep
        return changed

    # -- sweeps

    def _sweep(self) -> set[Path]:
        began = time.monotonic()
        now = self._look()
        changed = {path for path, mark in now.items() if self._seen.get(path) != mark}
        changed |= self._seen.keys() - now.keys()
        self._seen = now
        self._start()
        ended = time.monotonic()
        self._due = ended + self._sweep_seconds
        self._rest_until = ended + _REST * (ended - began)
        return changed

    def _look(self) -> dict[Path, _Mark]:
        found: dict[Path, _Mark] = {}
        for folder in self._folders:
            for parent, _, names in os.walk(folder):
                for name in names:
                    if os.path.splitext(name)[1] in SUFFIXES or name in LOG_NAMES:  # noqa: PTH122 - twice as fast
                        path = Path(parent, name)
                        mark = _mark(path)
                        if mark is not None:
                            found[path] = mark
        for file in self._files:
            mark = _mark(file)
            if mark is not None:
                found[file] = mark
        return found

    def _is_log(self, path: Path) -> bool:
        if path in self._files:
            return True
        return _is_named(path) and any(path.is_relative_to(folder) for folder in self._folders)

    def _note(self, path: Path, mark: _Mark | None) -> None:
        if mark is None:
            self._seen.pop(path, None)
        else:
            self._seen[path] = mark


def _is_named(path: Path) -> bool:
    return path.suffix in SUFFIXES or path.name in LOG_NAMES


def _mark(path: Path) -> _Mark | None:
    try:
        return path.stat().st_ino, *stamp(path)
    except OSError:
        return None
