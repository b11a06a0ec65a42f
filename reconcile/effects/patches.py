"""Patches: unified diffs and the `*** Begin Patch` form that agents send."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re

MAX_DIFF = 64 * 1024
"""Characters of a diff that are kept."""
MAX_FILES = 1000

PatchOp: TypeAlias = Literal["create", "edit", "delete", "rename", "read"]

_BEGIN = re.compile(
    r"^\*\*\* (?P<what>Add File|Update File|Delete File|Move to|End Patch|End of File|Begin Patch)"
    r"(?::[ \t]*(?P<path>[^\r\n]{1,1000}))?",
    re.MULTILINE,
)
_HEADER = re.compile(r"^--- (?P<old>[^\t\n\r]{1,1000})[^\n]{0,200}\r?\n\+\+\+ (?P<new>[^\t\n\r]{1,1000})", re.MULTILINE)


class Patched(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a patch, with its hunks."""

    path: str
    op: PatchOp
    new_path: str | None = None
    diff: str = ""
    added: int = 0
    removed: int = 0


def patched(text: str) -> list[Patched]:
    """Read the files of a patch in either form; an unknown form gives none."""
    if "*** " in text:
        return _envelope(text)
    return _unified(text)


def counts(diff: str) -> tuple[int, int]:
    """Count the lines that a diff body adds and removes."""
    added = removed = 0
    for line in diff.splitlines():
        if line.startswith("+") and not line.startswith("+++ "):
            added += 1
        elif line.startswith("-") and not line.startswith("--- "):
            removed += 1
    return added, removed


def _envelope(text: str) -> list[Patched]:
    found: list[Patched] = []
    marks = list(_BEGIN.finditer(text))
    for at, mark in enumerate(marks[:MAX_FILES]):
        what, path = mark["what"], (mark["path"] or "").strip()
        if what == "Move to" and found and path:
            found[-1] = msgspec.structs.replace(found[-1], op="rename", new_path=path)
        if what in {"Move to", "Add File", "Update File", "Delete File"}:
            end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
            diff = text[mark.end() : end].lstrip("\r\n")[:MAX_DIFF]
            added, removed = counts(diff)
            if what == "Move to":
                if found:
                    found[-1] = msgspec.structs.replace(found[-1], diff=diff, added=added, removed=removed)
            elif path:
                op: PatchOp = "create" if what == "Add File" else "delete" if what == "Delete File" else "edit"
                found.append(Patched(path=path, op=op, diff=diff, added=added, removed=removed))
    return found


def _unified(text: str) -> list[Patched]:
    found: list[Patched] = []
    marks = list(_HEADER.finditer(text))
    for at, mark in enumerate(marks[:MAX_FILES]):
        old, new = _name(mark["old"]), _name(mark["new"])
        end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        diff = text[mark.end() : end].lstrip("\r\n")[:MAX_DIFF]
        added, removed = counts(diff)
        op: PatchOp = "create" if old == "/dev/null" else "delete" if new == "/dev/null" else "edit"
        found.append(Patched(path=old if new == "/dev/null" else new, op=op, diff=diff, added=added, removed=removed))
    return found


def _name(path: str) -> str:
    path = path.strip().strip('"')
    return path[2:] if path.startswith(("a/", "b/")) else path
