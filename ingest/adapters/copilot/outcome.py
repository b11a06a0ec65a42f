"""What a result of Copilot CLI tells: exit code and files."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Json
from assure_tui.ingest.adapters.copilot.wire import Data, Result
from assure_tui.ingest.adapters.values import replaced
from assure_tui.ingest.model import ExitSource, FileChange

SHELLS = frozenset(
    {"bash", "powershell", "local_shell", "read_bash", "write_bash", "read_powershell", "write_powershell"}
)
_TRAILER = re.compile(
    r"<(?:shellId: (?P<shell>[^\s<>]{1,100}) completed|exited) with exit code (?P<code>-?\d{1,9})>\s{0,8}\Z"
)
_END = 400
_STARTED = re.compile(
    r"<(?:command (?:started in background )?with )?shellId: (?P<shell>[^\s<>]{1,100})(?: [^<>\n]{0,300})?>\s{0,8}\Z"
)


class Call(msgspec.Struct):
    """A call as its result needs it."""

    tool: str
    args: Json


def read_exit(data: Data, text: str) -> tuple[int | None, ExitSource]:
    """Read the exit code of a command, which `success` does not tell."""
    metrics = data.tool_telemetry.metrics if data.tool_telemetry is not None else None
    if metrics is not None and metrics.exit_code is not None:
        return metrics.exit_code, "structured"
    ended = _TRAILER.search(text[-_END:])
    return (int(ended["code"]), "text") if ended is not None else (None, "none")


def running_shell(text: str) -> str | None:
    """Id of the shell that goes on after its call has returned, as the end of the text tells."""
    started = _STARTED.search(text[-_END:])
    return started["shell"] if started is not None else None


def files_of(call: Call, result: Result) -> tuple[FileChange, ...]:
    """Files that a call touched: from the git-style diff beside the result, else from the call's arguments."""
    if call.tool in SHELLS:
        return ()
    path = call.args.get("path")
    if call.tool == "view":
        return (FileChange(path=path, op="read"),) if isinstance(path, str) else ()
    files = _files_of_diff(result.detailed_content or "")
    if len(files) == 1 and isinstance(path, str):
        return (msgspec.structs.replace(files[0], path=path),)  # the diff leaves out the root's slash
    if files or not isinstance(path, str):
        return files
    old, new, text = (call.args.get(name) for name in ("old_str", "new_str", "file_text"))
    if isinstance(old, str) and isinstance(new, str):
        return (FileChange(path=path, op="edit", diff=replaced(old, new)),)
    if isinstance(text, str):
        return (FileChange(path=path, op="create", diff=replaced("", text)),)
    return ()


def _files_of_diff(diff: str) -> tuple[FileChange, ...]:
    files = []
    for part in ("\n" + diff).split("\ndiff --git a/")[1:]:
        header, _, body = part.partition("\n")
        old, _, new = header.rpartition(" b/")
        top, at, hunks = body.partition("\n@@ ")
        renamed = old != new
        op: Any = "edit"
        if "new file mode" in top or "--- /dev/null" in top:
            op = "create"
        elif "deleted file mode" in top or "+++ /dev/null" in top:
            op = "delete"
        elif renamed:
            op = "rename"
        files.append(
            FileChange(
                path=old,
                op=op,
                diff="@@ " + hunks.rstrip("\n") if at else None,
                new_path=new if renamed else None,
            )
        )
    return tuple(files)
