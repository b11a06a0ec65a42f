"""Identifiers of runs and sources: the same evidence gives the same id on every reading."""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path


def _digest(parts: tuple[str, ...], size: int) -> str:
    hasher = blake2b(digest_size=size)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hasher.update(b"%d:" % len(data))
        hasher.update(data)
    return hasher.hexdigest()


@lru_cache(maxsize=4096)
def run_id(adapter: str, native_id: str, stem: str, salt: str = "") -> str:
    """Id of a run: `r-` and 10 hex digits.

    `stem` is the file's name without its suffix. Agents put the session's own id into the file's name; then the stem
    adds nothing, and leaving it out lets a sub-agent's log name its parent without knowing the parent's file. `salt`
    tells apart two files that hold the same session.
    """
    return "r-" + _digest((adapter, native_id, "" if native_id in stem else stem, salt), 5)


def source_id(path: Path, status: os.stat_result) -> str:
    """Id of a source file: `s-` and 12 hex digits of its device, inode and path."""
    return "s-" + _digest((str(status.st_dev), str(status.st_ino), os.fspath(path)), 6)


def feed_source_id(name: str) -> str:
    """Id of a feed as a source: it need not be a file, but may be the output of a command."""
    return "s-" + _digest(("feed", name), 6)
