"""What Codex's structured records tell of a call, and how it corrects what the call's text output says."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assure_tui.ingest.adapters.base import Json
from assure_tui.ingest.adapters.codex.wire import Completed
from assure_tui.ingest.adapters.reading import Reading
from assure_tui.ingest.adapters.values import arguments
from assure_tui.ingest.model import FileChange, ResultStatus

MAX_TOOLS = 1024
_STATUSES: dict[str, ResultStatus] = {
    "completed": "succeeded",
    "failed": "failed",
    "declined": "denied",
    "in_progress": "running",
    "inProgress": "running",
}


class Structured(msgspec.Struct):
    """What an event told of a call before the call's output came."""

    exit_code: int | None = None
    status: ResultStatus | None = None
    files: tuple[FileChange, ...] = ()
    child: str | None = None
    """Run of the sub-agent that the call started."""


def status_of(word: object) -> ResultStatus | None:
    """Status that a status word stands for, if it is one."""
    return _STATUSES.get(word) if isinstance(word, str) else None


def did_what(item: Completed) -> tuple[str, Json]:
    """Tool and arguments of an item that no call in the log stands for."""
    if item.type == "CommandExecution":
        return "exec_command", {"command": item.command, "workdir": item.cwd}
    if item.type == "FileChange":
        return "apply_patch", {"changes": item.changes}
    return item.tool or item.type, arguments(item.arguments)


def correct(reading: Reading, known: Structured) -> None:
    """Put structured facts above what the text says; a refusal stays one."""
    reading.files = known.files
    if known.exit_code is not None and reading.status != "denied":
        reading.exit_code, reading.exit_source = known.exit_code, "structured"
        reading.status = "succeeded" if known.exit_code == 0 else "failed"
    elif known.status is not None and reading.status != "denied":
        reading.status = known.status
    if known.child is not None:
        reading.facts["child_run"] = known.child
    if known.status == "denied":
        reading.status = "denied"
        reading.facts.setdefault("denied_by", "user")


def mcp_status(result: Any) -> Literal["succeeded", "failed"] | None:
    """Status of an MCP call: `{"Ok": {"isError": …}}` or `{"Err": …}`, or the answer itself."""
    if not isinstance(result, dict):
        return None
    if "Err" in result:
        return "failed"
    answer = result.get("Ok", result)
    return "failed" if isinstance(answer, dict) and answer.get("isError") is True else "succeeded"


def spawned_by(source: Any) -> str | None:
    """Parent thread of a sub-agent, as `session_meta.source` nests it."""
    for name in ("subagent", "thread_spawn", "parent_thread_id"):
        source = source.get(name) if isinstance(source, dict) else None
    return source if isinstance(source, str) else None


def tools_of(listed: Any) -> Json:
    """Definitions of the tools that a list holds, by name; those of a namespace, an MCP server's, under its name too.

    Of a definition only what the model is told counts: whether a tool is loaded late says nothing of what it is.
    """
    found: Json = {}
    for entry in [listed] if isinstance(listed, dict) else listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or len(found) >= MAX_TOOLS:
            continue
        name = entry.get("name")
        if isinstance(entry.get("tools"), list):
            prefix = name if isinstance(name, str) else ""
            for inner, definition in tools_of([one for one in entry["tools"] if not _nests(one)]).items():
                found[f"{prefix}{'' if inner.startswith('_') else '__'}{inner}"] = definition
        elif isinstance(name, str):
            found[name] = {
                "description": entry.get("description"),
                "parameters": entry.get("parameters", entry.get("inputSchema")),
            }
    return found


def _nests(entry: Any) -> bool:
    return isinstance(entry, dict) and "tools" in entry


def patch_in(args: Json) -> str | None:
    """The patch that a call applies, whether as its input or inside a shell command."""
    for name in ("input", "patch", "cmd", "command"):
        value = args.get(name)
        if isinstance(value, list):
            value = "\n".join(part for part in value if isinstance(part, str))
        if isinstance(value, str) and "*** Begin Patch" in value:
            return value
    return None
