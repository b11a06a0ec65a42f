"""Calls that run no command: do they keep the agent's own books, speak to somebody, or hand work to a sub-agent?

The names of a call's arguments and the words of the tool's name decide (`data/tooling.toml`), not lists of tools.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile.effects import files
from assure_tui.reconcile.effects.command_line import shell_dialect
from assure_tui.reconcile.effects.script import join
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolCall
    from assure_tui.reconcile.context import Context


def folder_of(call: ToolCall, context: Context) -> str | None:
    """Return the folder that a call works in, as far as the log tells."""
    for name in table("tooling")["shell"]["folders"]:
        value = call.args.get(name)
        if isinstance(value, str) and value:
            return join(context.cwd, value)
    return context.cwd


def is_bookkeeping(call: ToolCall) -> bool:
    """Whether a call only keeps the agent's own books or speaks with its user, so that its result is not an input."""
    return call.tool.lower() in tool_names("books")


@lru_cache(maxsize=256)
def is_bare_shell(tool: str) -> bool:
    """Whether a tool's whole name is a word for a shell or process: without a line it polls one that is running."""
    return shell_dialect(tool) is not None and len(files.name_words(tool)) == 1


def talks(call: ToolCall, context: Context) -> bool:
    """Whether a coding agent speaks to whoever gave it its task."""
    if not context.coding or call.mcp_server is not None:
        return False
    words = frozenset(files.name_words(call.tool))
    talk = table("tooling")["talk"]
    return not (words.isdisjoint(talk["verbs"]) or words.isdisjoint(talk["partners"]))


def is_plainly_a_file(call: ToolCall) -> bool:
    """Whether a call shows by itself that it works on files of a folder, in a run that has shown no folder yet."""
    if files.patch_text(call.args) is not None:
        return True
    path = files.path_of(call.args)
    return path is not None and ("/" in path or "\\" in path)


def delegates(call: ToolCall) -> bool:
    """Whether a call hands work, or words about it, to another agent of the run."""
    data = table("tooling")["delegate"]
    words = set(files.name_words(call.tool))
    if words & set(data["telling"]) and call.mcp_server is None and not call.args.keys().isdisjoint(data["agents"]):
        return True  # words to another agent of the run, not to people
    if not words & set(data["words"]):
        return False
    return any(isinstance(call.args.get(name), str | list) for name in data["arguments"])


@cache
def tool_names(group: str) -> frozenset[str]:
    """Return the names of tools of one sort, as the data lists them."""
    return frozenset(table("tooling")[group]["names"])
