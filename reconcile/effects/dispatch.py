"""Sends each call to the module that understands it: a shell's, a file tool's, or that of the world's tools.

Where neither is needed, as when an agent keeps its own books, the effect has the status of the call's result.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects import commands, files, subcommands, tools
from assure_tui.reconcile.effects.calls import (
    delegates,
    folder_of,
    is_bare_shell,
    is_plainly_a_file,
    talks,
    tool_names,
)
from assure_tui.reconcile.effects.command_line import command_line
from assure_tui.reconcile.effects.made import made
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolCall, ToolResult
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Effect, EffectClass

_Kind: TypeAlias = "tuple[str, EffectClass, dict[str, Any]]"
"""Kind, class and arguments of an effect."""

_TYPED = ("chars", "input", "keys", "text")
"""Arguments with what is typed into a command that runs on."""
MAX_TASK = 20_000
"""Characters of a sub-agent's task that are looked at for what it is to deliver."""
_DELIVERS = Sieve([r"\b(?:commit|push|merge|release|deploy|install|publish|pull request)\b"], re.IGNORECASE)
_FORBIDS = re.compile(r"(?:\b(?:not|never|without|no)\b|n['’]t\b)[^.;\n]{0,200}", re.IGNORECASE)


def interpret(call: ToolCall, result: ToolResult | None, context: Context) -> list[Effect]:
    """Read what a call does or did. Without a result the status is `running`.

    A shell command may give several effects, one a simple command that matters; a patch gives one a file; any other
    call gives one. The ids are the same with and without the result.
    """
    line = command_line(call)
    if line is not None and (context.coding or not line.program):
        found = commands.effects(call, line.text, folder_of(call, context), result, dialect=line.dialect)
        found = subcommands.acting(call, found, result, context)
        context.coding = context.coding or any(is_coding(effect.kind) for effect in found)
        return found
    if (running := _of_running(call, result, context)) is not None:
        return [_plain(call, result, *running)]
    kind = files.kind_of(call) if call.mcp_server is None else None
    if kind is not None and (context.coding or is_plainly_a_file(call)):
        context.coding = True
        return files.effects(call, kind, folder_of(call, context), result) or [
            _plain(call, result, "edited" if kind == "patch" else kind, "write", {"paths": [], "via": "tool"})
        ]
    if (own := _of_agent(call, context)) is not None:
        return [_plain(call, result, *own)]
    if delegates(call) and (context.coding or (call.mcp_server is None and "subagent" in files.name_words(call.tool))):
        context.coding = True
        return [_plain(call, result, "delegated", "execute", _task(call))]
    context.worldly = True
    return tools.interpret(call, result, context)


def _of_running(call: ToolCall, result: ToolResult | None, context: Context) -> _Kind | None:
    """Return what is done to a command that runs already: it is looked at, or fed with what is typed."""
    if context.coding and is_bare_shell(call.tool):
        return "read", "read", {"paths": []}
    polls = context.coding and call.tool.lower() in tool_names("polling")
    if not polls and (result is None or result.reads_from is None):
        return None
    typed = any(str(call.args.get(key) or "").strip() for key in _TYPED)
    return "read", "read", {"paths": [], "typed": True} if typed else {"paths": []}


def _of_agent(call: ToolCall, context: Context) -> _Kind | None:
    """Return what is done by tools of an agent's own that are neither a shell's nor for the files of its folder."""
    name = call.tool.lower()
    books = name in tool_names("books") and (context.coding or name in tool_names("thoughts"))
    if books or talks(call, context):
        return "noted", "read", {}
    if not context.coding:
        return None
    if name in tool_names("web"):
        return "search" if "search" in name else "read", "read", {"paths": [], "url": call.args.get("url")}
    if not tool_names("drive").isdisjoint(files.name_words(call.tool)[:1]):
        return "ran", "execute", {"paths": []}
    bare = files.bare_kind(call.tool) if call.mcp_server is None else None
    return (bare, "read", {"paths": [], "via": "tool"}) if bare is not None else None


def _task(call: ToolCall) -> dict[str, Any]:
    """Return what a task is called, and the acts that its words ask for: these may be long, and are not kept."""
    kept = {
        name: call.args[name]
        for name in ("description", "label", "subagent_type", "agent_type", "name")
        if name in call.args
    }
    told = {name: value[:500] for name, value in kept.items() if isinstance(value, str)}
    texts = [call.args.get(name) for name in table("tooling")["delegate"]["arguments"]]
    asked = {act for text in texts if isinstance(text, str) for act in _asked(text[:MAX_TASK])}
    return told | ({"asks": " ".join(sorted(asked))} if asked else {})


@lru_cache(maxsize=64)
def _asked(text: str) -> frozenset[str]:
    """Return the acts that a task asks for; it is read for the call and again for what came of it."""
    if not _DELIVERS.likely(text):
        return frozenset()
    return frozenset(map(str.lower, _DELIVERS.pattern(0).findall(_FORBIDS.sub("", text))))


def _plain(
    call: ToolCall, result: ToolResult | None, kind: str, effect_class: EffectClass, args: dict[str, Any]
) -> Effect:
    """Return the one effect of a call about which its result says all that is known."""
    results = {"facts": result.facts} if result is not None and result.facts else {}
    return made(call, result, kind, effect_class, args, results)
