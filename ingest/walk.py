"""Finds log files under files and folders, by content, and says of each file left out why it was."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.adapters.base import Adapter, Head
from assure_tui.ingest.growing import DATABASES
from assure_tui.ingest.roots import COPIES, LOG_NAMES, LOG_SUFFIXES, excluded

MAX_DEPTH = 32
MAX_FILES = 200_000
_DATABASE, _PACKED = "a database: this format is not read", "compressed: packed files are not opened"
_UNKNOWN = "no known log format"
_UTF_16 = "UTF-16, as some shells write it: save it as UTF-8"
_MAGIC = (
    *((mark, _UTF_16) for mark in (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")),
    *((mark, _PACKED) for mark in (b"\x1f\x8b", b"PK\3\4", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ")),
)
_UNSUPPORTED = {
    **dict.fromkeys((".sqlite", ".vscdb"), _DATABASE),
    **dict.fromkeys((".br", ".gz", ".xz", ".zip", ".zst"), _PACKED),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A log file, its format and the root under which it was found."""

    path: Path
    adapter: Adapter
    root: Path


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not read, and why, in plain words."""

    path: Path
    reason: str
    log: bool = False
    """By all signs it is a log, so that what an agent did stays unread."""


@dataclass(slots=True)
class Discovery:
    """What a walk found."""

    files: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def discover(paths: Iterable[Path], *, exclude: Sequence[str] = ()) -> Discovery:
    """Walk files and folders; give log files in path order, each file once, and what was left out.

    `exclude` are patterns matched with `fnmatch` against whole paths, as given and absolute, and names. A symbolic link
    is followed only to something inside its root, so that a hostile folder cannot make anything else be read; cycles
    end by themselves.
    """
    discovery = Discovery()
    seen: set[tuple[int, int]] = set()
    for root in paths:
        others = 0
        for path in _walk(root, exclude, discovery):
            if path != root and not _may_be_log(path) and path.suffix not in _UNSUPPORTED:
                others += 1
                continue
            if path != root and repeats(path):
                continue
            if len(discovery.files) >= MAX_FILES:
                discovery.skipped.append(Skipped(root, f"more than {MAX_FILES} log files: the rest was left out"))
                return discovery
            _take(path, root, seen, discovery)
        if others:
            what = f"files whose names no known log has: {others}; one that you name is read all the same"
            discovery.skipped.append(Skipped(root, what))
    _leave_out_parts(discovery)
    return discovery


def _leave_out_parts(discovery: Discovery) -> None:
    """Leave out files that are parts of a log beside their folder: they are read with it."""
    folders = {found.path.parent / found.adapter.folder for found in discovery.files if found.adapter.folder}
    below = {os.path.normpath(found.path.parent / part) for found in discovery.files for part in found.adapter.parts}
    if below:
        discovery.skipped = [
            skipped
            for skipped in discovery.skipped
            if skipped.reason != _UNKNOWN or os.path.normpath(skipped.path.parent.parent) not in below
        ]
    if folders:
        discovery.files = [found for found in discovery.files if found.path.parent not in folders]
        discovery.skipped = [skipped for skipped in discovery.skipped if skipped.path.parent not in folders]


def _odd(data: bytes) -> str:
    """Say of a file that nothing recognises what its first bytes tell of why."""
    return next((reason for mark, reason in _MAGIC if data.startswith(mark)), _UNKNOWN)


def repeats(path: Path) -> bool:
    """Return whether a file says again what the log beside it says; one that is named is read all the same."""
    return any(fnmatch(path.name, name) and path.with_name(log).exists() for name, log in COPIES)


def _may_be_log(path: Path) -> bool:
    return path.suffix in LOG_SUFFIXES or path.name in LOG_NAMES


def _take(path: Path, root: Path, seen: set[tuple[int, int]], discovery: Discovery) -> None:
    try:
        status = path.stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        if not S_ISREG(status.st_mode):
            discovery.skipped.append(Skipped(path, "not a regular file"))
            return
        if path.suffix in _UNSUPPORTED:
            discovery.skipped.append(Skipped(path, _UNSUPPORTED[path.suffix]))
            return
        if status.st_size == 0:
            discovery.skipped.append(Skipped(path, "empty"))
            return
        head = Head.read(path)
        adapter = detect(path, head)
    except OSError as error:
        discovery.skipped.append(Skipped(path, f"cannot be read: {error.strerror or error}", log=True))
        return
    if adapter is None:
        reason = _DATABASE if path.suffix in DATABASES else _odd(head.data)
        discovery.skipped.append(Skipped(path, reason, log=reason == _UTF_16))
    else:
        discovery.files.append(Found(path, adapter, root))


def _walk(root: Path, exclude: Sequence[str], discovery: Discovery) -> Iterator[Path]:
    """Yield the files under `root`, in path order."""
    try:
        status = root.stat()
        inside = root.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        discovery.skipped.append(Skipped(root, _refusal(root, error)))
        return
    if not S_ISDIR(status.st_mode):
        yield root
        return
    visited: set[tuple[int, int]] = set()
    left_out = 0
    stack = [(root, 0)]
    while stack:
        path, depth = stack.pop()
        if path != root and excluded(path, exclude):
            left_out += 1
            continue
        try:
            if path.is_symlink() and not path.resolve(strict=True).is_relative_to(inside):
                discovery.skipped.append(Skipped(path, "a symbolic link that leads out of the folder"))
                continue
            status = path.stat()
            if not S_ISDIR(status.st_mode):
                yield path
                continue
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            if depth == MAX_DEPTH:
                discovery.skipped.append(Skipped(path, f"nested deeper than {MAX_DEPTH} folders"))
                continue
            inner = sorted(path.iterdir(), reverse=True)
        except (OSError, RuntimeError) as error:
            discovery.skipped.append(Skipped(path, _refusal(path, error)))
            continue
        stack += [(entry, depth + 1) for entry in inner]
    if left_out:
        discovery.skipped.append(
            Skipped(root, f"files and folders that `exclude` in the settings leaves out: {left_out}")
        )


def _refusal(path: Path, error: OSError | RuntimeError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        if path.exists():  # a pipe behind a link of the system's, such as /dev/stdin
            return "not a regular file"
        return "cannot be read: it is a link to what is not there"
    return f"cannot be read: {error.strerror if isinstance(error, OSError) and error.strerror else error}"
