"""What is lost with a path: something rebuilt, temporary or made by the run, part of the workspace, or a stranger's."""

from __future__ import annotations

from typing import Literal, TypeAlias

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import is_absolute
from assure_tui.reconcile.gates.rules import holds, listed

Worth: TypeAlias = Literal["rebuilt", "temporary", "own", "inside", "outside", "everything", "unknown"]

MAX_OWN = 4096
"""Paths made by the run that are remembered."""

_VARIABLE = re.compile(r"\$|`")
_HOME = re.compile(
    r"^(?:\$\{?HOME\}?|\$env:USERPROFILE|%USERPROFILE%|/root|(?:/mnt/[a-z]|/?[A-Za-z]:?)?/(?:home|Users)/[^/]+)(?=/|$)"
)
_DRIVE = re.compile(r"^(?:/mnt/([A-Za-z])|/([A-Za-z])|([A-Za-z]):)(?=/)")


def settled(path: str) -> str:
    """Give one form to a path that can be written in many: `$HOME/x` is `~/x`, `/mnt/d/x` and `D:/x` are `d:/x`."""
    path = _HOME.sub("~", path.replace("\\", "/"))
    drive = _DRIVE.match(path)
    return f"{(drive[1] or drive[2] or drive[3]).lower()}:{path[drive.end() :]}" if drive else path


class Own:
    """Paths that the run itself made: oldest forgotten first."""

    __slots__ = ("_paths",)

    def __init__(self) -> None:
        self._paths: dict[str, None] = {}

    def add(self, path: str) -> None:
        """Remember a path, unless it is one that people have before any run."""
        path = settled(path)
        if path in listed("paths", "roots") or holds("paths", "people", path):
            return
        self._paths.pop(path, None)
        self._paths[path] = None
        if len(self._paths) > MAX_OWN:
            del self._paths[next(iter(self._paths))]

    def __bool__(self) -> bool:
        """Whether anything was made."""
        return bool(self._paths)

    def holds_some_of(self, folder: str) -> bool:
        """Return whether the run made something in a folder, which others may have filled, too."""
        beneath = settled(folder).rstrip("/") + "/"
        return any(path.startswith(beneath) for path in self._paths)

    def __contains__(self, path: str) -> bool:
        """Whether the path, or a folder it lies in, was made by the run."""
        path = settled(path)
        while path and path not in {"/", ".", "~"}:
            if path in self._paths:
                return True
            path = path.rpartition("/")[0]
        return False


def worth(path: str, cwd: str | None, own: Own) -> Worth:
    """Return what a deleted path was worth. `path` is resolved against the folder of its command, as far as known."""
    plain = path.rstrip("/") or "/"
    if {plain, path} & set(listed("paths", "roots")):
        return "everything"
    if plain in own:
        return "own"
    if plain.endswith("/.git") or plain == ".git":
        return "everything"
    if _is_temporary(plain):
        return "temporary"
    within = _within(plain, cwd)
    if within == "":
        return "everything"
    rest = plain if within is None else within
    if _is_rebuilt(rest):
        return "rebuilt"
    if _VARIABLE.search(rest) and not rest.startswith(("$HOME/", "${HOME}/")):
        return "unknown"
    if plain in {".", "*", "./*"}:
        return "everything"
    return "outside" if within is None else "inside"


def _is_temporary(path: str) -> bool:
    for place in listed("paths", "temporary"):
        if path == place or path.startswith(place if place.startswith("$") else place + "/"):
            return True
    return any(part in path for part in listed("paths", "temporary_parts"))


def _within(path: str, cwd: str | None) -> str | None:
    """Return a path as it lies in the workspace, "" for the workspace itself; None for a path outside of it."""
    base = cwd.replace("\\", "/").rstrip("/") if cwd else None
    spellings = ((path, base), (settled(path), settled(base))) if base is not None else ()
    for place, folder in spellings:
        if place == folder or place.startswith(f"{folder}/"):
            return place[len(folder) :].lstrip("/")
    return None if is_absolute(path) or path.startswith("..") else path


def _is_rebuilt(path: str) -> bool:
    """Return whether a path is, or lies right in, what a build makes anew."""
    names = [name for name in path.split("/") if name]
    rebuilt = listed("paths", "rebuilt")
    return any(name in rebuilt for name in names[-3:]) or holds("paths", "rebuilt_patterns", "".join(names[-1:]))
