"""Effects out of tool calls and their results.

`interpret` sends each call to the module that understands it. What is a shell or a file tool is decided by argument
names and by the words of the tool's name (`data/tooling.toml`).

    shells     commands: shell, powershell, shell_commands, shell_words and wrappers read a line into a script of simple
               commands; runners, vcs and changes say what each of them does
    how it     outcome: exits (what is known of the code), else what was printed: sections (what of it is whose),
    went       printed, printed_counts and printed_lines of checks, printed_ending of any program, logged (what went to
               a file and is shown later); complaint is the line of it that people are shown
    files      files, patches
    the world  tools: packed (takes calls and answers out of their wrappings), operations (what is done, by names),
               arguments (with what); results, answers and refusals (what came of it, by the answer)

A sub-agent's call is a `delegated` effect.
"""

from __future__ import annotations

import shlex
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects import commands, files, tools
from assure_tui.reconcile.effects.script import join
from assure_tui.reconcile.effects.wrappers import is_shell
from assure_tui.reconcile.ids import effect_id
from assure_tui.reconcile.model import Effect, EffectClass
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import ExternalEffect, ToolCall, ToolResult
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.effects.wrappers import Dialect

END = "END_OF_PROGRAM"
"""Ends the here-document in which an interpreter is given its program."""
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
    line = shell_line(call)
    if line is not None:
        context.coding = True
        command, dialect = line
        return commands.effects(call, command, folder_of(call, context), result, run=context.run, dialect=dialect)
    if context.coding and _is_bare_shell(call.tool):
        return [plain(call, "read", "read", result, context, {"paths": []})]
    if context.coding and (program := _program(call)) is not None:
        return commands.effects(call, program, folder_of(call, context), result, run=context.run, dialect="bash")
    name = call.tool.lower()
    if (context.coding and name in _names("polling")) or (result is not None and result.reads_from is not None):
        typed = any(str(call.args.get(key) or "").strip() for key in _TYPED)
        return [plain(call, "read", "read", result, context, {"paths": [], "typed": typed} if typed else {"paths": []})]
    kind = files.kind_of(call) if call.mcp_server is None else None
    if kind is not None and (context.coding or _plainly_a_file(call)):
        context.coding = True
        return files.effects(call, kind, folder_of(call, context), result, run=context.run) or [
            plain(call, "edited" if kind == "patch" else kind, "write", result, context, {"paths": [], "via": "tool"})
        ]
    if (name in _names("books") and (context.coding or name in _names("thoughts"))) or _talks(call, context):
        return [plain(call, "noted", "read", result, context, {})]
    if context.coding and name in _names("web"):
        kind = "search" if "search" in name else "read"
        return [plain(call, kind, "read", result, context, {"paths": [], "url": call.args.get("url")})]
    if context.coding and not _names("drive").isdisjoint(files.name_words(call.tool)[:1]):
        return [plain(call, "ran", "execute", result, context, {"paths": []})]
    if context.coding and call.mcp_server is None and (bare := files.bare_kind(call.tool)) is not None:
        return [plain(call, bare, "read", result, context, {"paths": [], "via": "tool"})]
    own = call.mcp_server is None and "subagent" in files.name_words(call.tool)
    if (context.coding or own) and _delegates(call):
        context.coding = True
        return [plain(call, "delegated", "execute", result, context, _task(call))]
    context.worldly = True
    return tools.interpret(call, result, context)


def external(event: ExternalEffect, context: Context) -> list[Effect]:
    """Turn an effect that the log states by itself into an effect."""
    return tools.external(event, context)


def shell_line(call: ToolCall) -> tuple[str, Dialect] | None:
    """Give the command line of a shell call and its language; None when the call is none."""
    dialect = _dialect(call.tool)
    if dialect is None:
        return None
    for name in _shell("arguments"):
        value = call.args.get(name)
        if value is None:
            continue
        if isinstance(value, list):
            return _joined([word for word in value if isinstance(word, str)])
        if isinstance(value, str) and value and value not in _shell("verbs"):
            return value, dialect
    return None


@lru_cache(maxsize=256)
def _is_bare_shell(tool: str) -> bool:
    """Whether a tool is called no more than a shell or process: without a line it looks after one that is running."""
    return _dialect(tool) is not None and len(files.name_words(tool)) == 1


def _program(call: ToolCall) -> str | None:
    """Give the line that does what a call of an interpreter does; None when the call is none."""
    data = table("tooling")["interpreters"]
    words = files.name_words(call.tool)
    program = next((call.args[key] for key in data["arguments"] if isinstance(call.args.get(key), str)), None)
    command = next((data["commands"][word] for word in words if word in data["commands"]), None)
    return f"{command} - <<'{END}'\n{program}\n{END}" if program and command and END not in program else None


@cache
def _shell(name: str) -> tuple[str, ...]:
    return tuple(table("tooling")["shell"][name])


@lru_cache(maxsize=1024)
def _dialect(tool: str) -> Dialect | None:
    """Give the language of a shell tool by the words of its name; None when it is none."""
    data = table("tooling")["shell"]
    words = set(files.name_words(tool))
    if words.isdisjoint(data["words"]) or tool.lower() in _names("polling"):
        return None
    return "bash" if words.isdisjoint(data["powershell"]) else "powershell"


def _joined(argv: Sequence[str]) -> tuple[str, Dialect] | None:
    """Turn an argument vector into a line; `["bash", "-lc", line]` is the line itself."""
    if not argv:
        return None
    if len(argv) == 3 and is_shell(argv[0].rpartition("/")[2]) and argv[1].startswith("-") and "c" in argv[1]:
        return argv[2], "bash"
    return shlex.join(argv), "bash"


def folder_of(call: ToolCall, context: Context) -> str | None:
    """Give the folder that a call works in, as far as the log tells."""
    for name in _shell("folders"):
        value = call.args.get(name)
        if isinstance(value, str) and value:
            return join(context.cwd, value)
    return context.cwd


@cache
def _names(group: str) -> frozenset[str]:
    return frozenset(table("tooling")[group]["names"])


def is_bookkeeping(call: ToolCall) -> bool:
    """Whether a call only keeps the agent's own books or speaks with its user: what it brings back is no input."""
    return call.tool.lower() in _names("books")


def _talks(call: ToolCall, context: Context) -> bool:
    """Whether a coding agent speaks with whoever set it to work."""
    if not context.coding or call.mcp_server is not None:
        return False
    words = frozenset(files.name_words(call.tool))
    talk = table("tooling")["talk"]
    return not (words.isdisjoint(talk["verbs"]) or words.isdisjoint(talk["partners"]))


def _plainly_a_file(call: ToolCall) -> bool:
    """Whether a call shows by itself that it works on files of a folder, in a run that has shown no folder yet."""
    if files.patch_text(call.args) is not None:
        return True
    path = files.path_of(call.args)
    return path is not None and ("/" in path or "\\" in path)


def _delegates(call: ToolCall) -> bool:
    data = table("tooling")["delegate"]
    words = set(files.name_words(call.tool))
    if words & set(data["telling"]) and call.mcp_server is None and not call.args.keys().isdisjoint(data["agents"]):
        return True  # words to another agent of the run, not to people
    if not words & set(data["words"]):
        return False
    return any(isinstance(call.args.get(name), str | list) for name in data["arguments"])


@lru_cache(maxsize=64)
def _asked(text: str) -> frozenset[str]:
    """Give the acts that a task asks for; it is read for the call and again for what came of it."""
    if not _DELIVERS.likely(text):
        return frozenset()
    return frozenset(map(str.lower, _DELIVERS.pattern(0).findall(_FORBIDS.sub("", text))))


def _task(call: ToolCall) -> dict[str, Any]:
    """Give what a task is called, and the acts that its words ask for: these may be long, and are not kept."""
    kept = {
        name: call.args[name]
        for name in ("description", "label", "subagent_type", "agent_type", "name")
        if name in call.args
    }
    told = {name: value[:500] for name, value in kept.items() if isinstance(value, str)}
    texts = [call.args.get(name) for name in table("tooling")["delegate"]["arguments"]]
    asked = {act for text in texts if isinstance(text, str) for act in _asked(text[:MAX_TASK])}
    return told | ({"asks": " ".join(sorted(asked))} if asked else {})


def plain(
    call: ToolCall, kind: str, effect_class: str, result: ToolResult | None, context: Context, args: dict[str, Any]
) -> Effect:
    """Give the one effect of a call whose status is that of its result."""
    return Effect(
        id=effect_id(call.id, 0),
        run=context.run,
        event=call.id,
        origin=call.origin,
        call_id=call.call_id,
        tool=call.tool,
        kind=kind,
        effect_class=cast("EffectClass", effect_class),
        status=result.status if result is not None else "running",
        time=call.time,
        exit_source=result.exit_source if result is not None else "none",
        exit_code=result.exit_code if result is not None else None,
        args=args,
        results={"facts": result.facts} if result is not None and result.facts else {},
        result_event=result.id if result is not None else None,
        result_origin=result.origin if result is not None else None,
    )
