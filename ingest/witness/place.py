"""Finds the repository around a working directory that a log names, and opens its files without surprises."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PATH = 4096
MAX_UP = 32
"""Folders above the working directory that are looked into."""
MAX_LEVELS = 8
"""Folders below a folder that is walked."""
MAX_POINTER = 4096
"""Bytes of a file that names a folder."""
_SAFE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is: its working tree, the folder of this tree's own state, and the folder of all trees."""

    root: Path
    own: Path
    common: Path

    @property
    def objects(self) -> Path:
        """The folder of the objects."""
        return self.common / "objects"


def locate(cwd: str) -> Place | None:
    """Find the repository that `cwd` is in; None when there is none that may be read.

    `.git` must be a folder of our own user, or the file of a linked working tree whose repository names it in turn: a
    folder that only claims to belong to a repository elsewhere is not believed. Submodules are not followed.
    """
    if not Path(cwd).is_absolute() or len(cwd) > MAX_PATH or "\0" in cwd or cwd.startswith(("//", "\\\\")):
        return None
    try:
        start = Path(os.path.realpath(cwd, strict=True))
    except (OSError, ValueError):
        return None
    for folder in [start, *start.parents][:MAX_UP]:
        git = folder / ".git"
        try:
            mode = git.lstat().st_mode
        except OSError:
            continue
        if S_ISDIR(mode):
            return Place(folder, git, git) if _ours(git) else None
        return _linked(folder, git) if S_ISREG(mode) else None
    return None


def _ours(git: Path) -> bool:
    user = getattr(os, "geteuid", lambda: None)()
    owner = git.lstat().st_uid
    return (user is None or owner == user) and is_folder(git / "objects")


def _linked(folder: Path, git: Path) -> Place | None:
    """Follow the `.git` file of a linked working tree (gitrepository-layout(5), "worktrees")."""
    own = _pointer(git, "gitdir: ")
    if own is None or own.parent.name != "worktrees" or not is_folder(own):
        return None
    back = _pointer(own / "gitdir")
    common = own.parent.parent
    if back is None or os.path.realpath(back) != os.path.realpath(git) or not _ours(common):
        return None
    return Place(folder, own, common)


def _pointer(path: Path, prefix: str = "") -> Path | None:
    tail = read_tail(path, MAX_POINTER)
    text = os.fsdecode(tail[1]).rstrip("\r\n") if tail is not None else ""
    if not text.startswith(prefix) or not Path(text.removeprefix(prefix)).is_absolute() or "\n" in text:
        return None
    return Path(text.removeprefix(prefix))


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder, and no link to one."""
    try:
        return S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def read_tail(path: Path, most: int) -> tuple[int, bytes] | None:
    """Where the last `most` bytes of a regular file begin, and them; None for links, pipes, what is not there."""
    try:
        descriptor = os.open(path, _SAFE)
    except (OSError, ValueError):
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode):
            return None
        at = max(0, status.st_size - most)
        try:
            file.seek(at)
            return at, file.read(most)
        except OSError:
            return None


def regular_files(folder: Path, most: int) -> Iterator[tuple[Path, os.stat_result]]:
    """Walk the regular files below `folder` in the order of their names, links left out, at most `most` of them."""
    stack = [(folder, 0)]
    while stack and most > 0:
        current, level = stack.pop()
        try:
            with os.scandir(current) as found:
                entries = sorted(found, key=lambda entry: entry.name, reverse=True)
        except OSError:
            continue
        for entry in reversed(entries):
            if most > 0 and entry.is_file(follow_symlinks=False):
                most -= 1
                yield Path(entry.path), entry.stat(follow_symlinks=False)
        if level < MAX_LEVELS:
            stack += [(Path(entry.path), level + 1) for entry in entries if entry.is_dir(follow_symlinks=False)]
