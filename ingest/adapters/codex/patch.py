"""Files that a Codex patch touches: from the patch itself, or from the recorded changes."""

from __future__ import annotations

from typing import Any, Literal

from assure_tui.ingest.adapters.values import lines_of
from assure_tui.ingest.model import FileChange

_BEGIN = "*** Begin Patch"
_HEADERS: tuple[tuple[str, Literal["create", "edit", "delete"]], ...] = (
    ("*** Add File: ", "create"),
    ("*** Update File: ", "edit"),
    ("*** Delete File: ", "delete"),
)
_MOVE = "*** Move to: "
MAX_FILES = 10_000


def files_of_patch(patch: str) -> tuple[FileChange, ...]:
    """Read `*** Begin Patch` text, alone or inside a shell command's heredoc; empty when there is none."""
    start = patch.find(_BEGIN)
    if start < 0:
        return ()
    files: list[FileChange] = []
    path: str | None = None
    new_path: str | None = None
    op: Literal["create", "edit", "delete"] = "edit"
    lines: list[str] = []

    def flush() -> None:
        if path is not None and len(files) < MAX_FILES:
            diff = "\n".join(lines) if lines else None
            files.append(FileChange(path=path, op="rename" if new_path else op, diff=diff, new_path=new_path))

    for line in lines_of(patch[start:])[1:]:
        if line.startswith("*** End Patch"):
            break
        for header, meaning in _HEADERS:
            if line.startswith(header):
                flush()
                path, new_path, op, lines = line[len(header) :].strip(), None, meaning, []
                break
        else:
            if line.startswith(_MOVE):
                new_path = line[len(_MOVE) :].strip()
            elif not line.startswith("*** "):
                lines.append(line)
    flush()
    return tuple(files)


def files_of_changes(changes: object) -> tuple[FileChange, ...]:
    """Read the `changes` of a finished patch: path to `{type: add|delete|update, …}` or `{add: {…}}`."""
    if not isinstance(changes, dict):
        return ()
    return tuple(
        _change(path, change) for path, change in list(changes.items())[:MAX_FILES] if isinstance(change, dict)
    )


def _change(path: str, change: dict[str, Any]) -> FileChange:
    kind = change.get("type")
    if kind is None and len(change) == 1:
        kind, inner = next(iter(change.items()))
        change = inner if isinstance(inner, dict) else {}
    content = change.get("content")
    if isinstance(kind, str) and kind in {"add", "delete"}:
        sign = "+" if kind == "add" else "-"
        diff = "\n".join(sign + line for line in lines_of(content)) if isinstance(content, str) else None
        return FileChange(path=path, op="create" if kind == "add" else "delete", diff=diff)
    diff = change.get("unified_diff")
    moved = change.get("move_path")
    return FileChange(
        path=path,
        op="rename" if isinstance(moved, str) else "edit",
        diff=diff if isinstance(diff, str) else None,
        new_path=moved if isinstance(moved, str) else None,
    )
