"""Files that a call changed, as its arguments say: formats whose results only say that it went well need no more."""

from __future__ import annotations

from typing import Literal

from assure_tui.ingest.adapters.base import Json
from assure_tui.ingest.adapters.values import replaced
from assure_tui.ingest.model import FileChange

_PATH = ("path", "file_path", "filePath", "target_file", "TargetFile")
_OLD = ("old_string", "old_str", "oldStr", "old_text", "oldString")
_NEW = ("new_string", "new_str", "newStr", "new_text", "newString")


def edited(args: Json, op: Literal["create", "edit", "delete"] = "edit") -> tuple[FileChange, ...]:
    """Return the file that a call names, with a hunk where its arguments hold the old and the new text."""
    path, old, new = (_text(args, names) for names in (_PATH, _OLD, _NEW))
    if not path:
        return ()
    diff = replaced(old, new) if op == "edit" and old is not None and new is not None else None
    return (FileChange(path=path, op=op, diff=diff),)


def _text(args: Json, names: tuple[str, ...]) -> str | None:
    return next((args[name] for name in names if isinstance(args.get(name), str)), None)
