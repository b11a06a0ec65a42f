"""Reads reflogs: `<old> <new> <name> <<mail>> <seconds> <zone>` TAB `<message>`, a line a move (git-reflog(1))."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from assure_tui.ingest.identity import source_id
from assure_tui.ingest.model import Locator, Origin, SourceInfo
from assure_tui.ingest.witness.place import is_folder, read_tail, regular_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assure_tui.ingest.witness.place import Place

MAX_LOGS = 1024
MAX_BYTES = 1 << 20
"""Bytes of one reflog that are read: its newest."""
MAX_ALL_BYTES = 16 << 20
"""Bytes of all reflogs of a repository that are read."""
MAX_MOVES = 8192
"""Moves of a repository that are kept: its newest."""
MAX_MESSAGE = 300
MAX_HEADS = 64
_MAKING = ("commit", "cherry-pick", "revert", "rebase", "merge", "pull", "am")
"""How the messages of moves begin that make a commit."""
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Move:
    """A line of a reflog."""

    id: str
    origin: Origin
    ref: str
    old: str
    new: str
    time: float
    message: str

    @property
    def makes(self) -> bool:
        """Return whether it made the commit that it leads to; else that was made before, or elsewhere."""
        return self.message.startswith(_MAKING)


@dataclass(frozen=True, slots=True, eq=False)
class Reflogs:
    """All moves of a repository in the order of their times."""

    moves: tuple[Move, ...] = ()
    since: float | None = None
    """From when on no line is missing."""
    sources: dict[str, SourceInfo] = field(default_factory=dict)
    """The reflogs by the id of their source."""

    def heads(self, upto: float) -> tuple[str, ...]:
        """Return the commits that HEAD and the branches stood at lately up to a moment, the newest last."""
        found = [move.new for move in self.moves if move.time <= upto and not move.ref.startswith("refs/remotes/")]
        return tuple(dict.fromkeys(found[-MAX_HEADS:]))


Stamp = tuple[tuple[str, int, int, int], ...]
"""What shows that reflogs did not change: name, inode, size and time of modification of each."""


def logs_of(place: Place) -> list[tuple[str, Path, os.stat_result]]:
    """Return the reflogs of HEAD, of the branches and of the branches of other repositories, by reference."""
    found: list[tuple[str, Path, os.stat_result]] = []
    head = place.own / "logs" / "HEAD"
    if is_folder(head.parent):
        with suppress(OSError):
            found.append(("HEAD", head, head.lstat()))
    shared = place.common / "logs"
    if is_folder(shared) and is_folder(shared / "refs"):
        for kind in ("heads", "remotes"):
            if is_folder(shared / "refs" / kind):
                for path, status in regular_files(shared / "refs" / kind, MAX_LOGS):
                    found.append((path.relative_to(shared).as_posix(), path, status))
    return found


def stamp(place: Place) -> Stamp:
    """Return what changes when any reflog does."""
    return tuple((ref, status.st_ino, status.st_size, status.st_mtime_ns) for ref, _, status in logs_of(place))


def read(place: Place) -> Reflogs:
    """Read the reflogs. A move that HEAD and a branch share is given once, as the branch's."""
    moves: dict[tuple[str, str, float], Move] = {}
    others: list[Move] = []
    since: float | None = None
    sources: dict[str, SourceInfo] = {}
    left = MAX_ALL_BYTES
    for ref, path, status in logs_of(place):
        left -= min(status.st_size, MAX_BYTES)
        if left < 0:
            since = None
            break
        source = source_id(path, status)
        sources[source] = SourceInfo(id=source, path=str(path), adapter="git", discipline="snapshot", complete=False)
        lines = list(_lines(ref, path, source))
        if ref == "HEAD" and lines:
            first = lines[0]
            since = 0.0 if not first.old.strip("0") and status.st_size <= MAX_BYTES else first.time
        for move in lines:
            if ref.startswith("refs/remotes/"):
                others.append(move)
            else:
                moves[move.old, move.new, move.time] = move
    ordered = sorted([*moves.values(), *others], key=lambda move: move.time)
    if len(ordered) > MAX_MOVES:
        ordered = ordered[-MAX_MOVES:]
        since = max(since or 0.0, ordered[0].time + 1) if since is not None else None
    return Reflogs(tuple(ordered), since, sources)


def _lines(ref: str, path: Path, source: str) -> Iterator[Move]:
    tail = read_tail(path, MAX_BYTES)
    if tail is None:
        return
    at, data = tail
    for number, raw in enumerate(data.split(b"\n")):
        if (number or not at) and (move := _move(ref, source, at, raw)) is not None:
            yield move
        at += len(raw) + 1


def _move(ref: str, source: str, at: int, raw: bytes) -> Move | None:
    """Read one line; None for what is no move: damage, a torn tail."""
    head, _, message = raw.partition(b"\t")
    words = head.split(b" ", 2)
    moment = head.rsplit(b" ", 2)
    if len(words) != 3 or len(moment) != 3 or not (_ID.fullmatch(words[0]) and _ID.fullmatch(words[1])):
        return None
    if not moment[1].isdigit() or len(moment[1]) > 12:
        return None
    digest = sha256(raw).hexdigest()
    return Move(
        id=f"{ref}@{digest[:16]}",
        origin=Origin(source, Locator("bytes", at, len(raw)), digest),
        ref=ref,
        old=words[0].decode(),
        new=words[1].decode(),
        time=float(moment[1]),
        message=message[:MAX_MESSAGE].decode("utf-8", "replace"),
    )
