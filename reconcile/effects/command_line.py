"""What command a call runs: a line for a shell, or a program that an interpreter is given.

Effects, gates, inputs and the hook ask here and nowhere else. A line stands in an argument that is named after it
(`data/tooling.toml`), beside its own words (`{"command": "git", "args": ["push"]}`), as a list of words or of lines,
or, for a tool that can be nothing but a shell, as whatever it was given (`{"input": "git push"}`).
"""

from __future__ import annotations

import shlex
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from assure_tui.reconcile.effects import files
from assure_tui.reconcile.effects.wrappers import Dialect, is_shell
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assure_tui.ingest.model import ToolCall

END = "END_OF_PROGRAM"
"""Ends the here-document in which an interpreter is given its program."""
MAX_LIST = 64 * 1024
"""Characters of a list that was handed over as text."""


class CommandLine(NamedTuple):
    """A line and its language."""

    text: str
    dialect: Dialect = "bash"
    program: bool = False
    """It was made here for a program that the call gives to an interpreter: the agent wrote no line."""


def command_line(call: ToolCall) -> CommandLine | None:
    """Return the line that does what a call does; None when the call runs no command."""
    args = _unwrapped(call.args)
    dialect = shell_dialect(call.tool)
    if dialect is None and not _names("spoken").isdisjoint(args):
        dialect = _spoken(args)
    line = _under("arguments", args, dialect) if dialect is not None else None
    line = line or _program(call.tool, args)
    if line is None and dialect is not None and _is_plainly_shell(call.tool) and not _feeds(args):
        line = _under("loose", args, dialect)
    return line


def _under(group: str, args: Mapping[str, Any], dialect: Dialect) -> CommandLine | None:
    """Return the line that stands under the first name of a group that holds one."""
    found = (_line(args[name], args, dialect) for name in _listed(group) if args.get(name) is not None)
    return next((line for line in found if line is not None), None)


@lru_cache(maxsize=1024)
def shell_dialect(tool: str) -> Dialect | None:
    """Return the language of a shell tool by the words of its name; None for other tools."""
    words = set(files.name_words(tool))
    if words.isdisjoint(_listed("words")) or tool.lower() in table("tooling")["polling"]["names"]:
        return None
    return "bash" if words.isdisjoint(_listed("powershell")) else "powershell"


@lru_cache(maxsize=1024)
def _is_plainly_shell(tool: str) -> bool:
    words = [word.removesuffix("s") for word in files.name_words(tool)]
    return not _names("plain").isdisjoint(words) or (len(words) > 1 and _names("words").issuperset(words))


def _spoken(args: Mapping[str, Any]) -> Dialect | None:
    """Return the language of a tool whose argument is called after a shell: `{"bash_command": …}`."""
    name = next(name for name in args if name in _names("spoken"))
    return "powershell" if "powershell" in name.lower() else "bash"


def _feeds(args: Mapping[str, Any]) -> bool:
    """Whether the input goes to a command that is already running."""
    return any(not _names("feeding").isdisjoint(files.name_words(name)) for name in args)


def _unwrapped(args: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(args) == 1 and isinstance(inner := next(iter(args.values())), dict):
        return inner
    return args


def _line(value: object, args: Mapping[str, Any], dialect: Dialect) -> CommandLine | None:
    if isinstance(value, str) and value.startswith("["):
        value = _as_list(value)
    if isinstance(value, list):
        return _of_list(value, dialect)
    if not isinstance(value, str) or not value.strip() or value in _listed("verbs"):
        return None
    words = next((args[name] for name in _listed("rest") if isinstance(args.get(name), list)), None)
    if words and not any(map(str.isspace, value)) and all(isinstance(word, str) for word in words):
        return _of_list([value, *words], dialect)
    return CommandLine(value, dialect)


def _as_list(text: str) -> object:
    """Return the list of words that a text holds as JSON; the text itself where it is a line (`[ -f x ] && …`)."""
    if len(text) > MAX_LIST:
        return text
    try:
        return msgspec.json.decode(text, type=list[str])
    except (ValueError, RecursionError):
        return text


def _of_list(items: Sequence[object], dialect: Dialect) -> CommandLine | None:
    """Read a list: the words of one command, or one command per item."""
    if any(isinstance(item, dict) for item in items):
        held = (_held(item) for item in items if isinstance(item, dict))
        return CommandLine("\n".join(line for line in held if line), dialect)
    words = [item for item in items if isinstance(item, str)]
    if not words:
        return None
    if any(map(str.isspace, words[0].strip())):
        return CommandLine("\n".join(words), dialect)
    if len(words) == 3 and is_shell(words[0].rpartition("/")[2]) and words[1].startswith("-") and "c" in words[1]:
        return CommandLine(words[2])
    return CommandLine(shlex.join(words))


def _held(item: Mapping[str, Any]) -> str:
    names = (*_listed("arguments"), "keystrokes")
    return next((item[name].rstrip("\n") for name in names if isinstance(item.get(name), str)), "")


def _program(tool: str, args: Mapping[str, Any]) -> CommandLine | None:
    data = table("tooling")["interpreters"]
    name = next((name for name in data["arguments"] if isinstance(args.get(name), str)), None)
    if name is None:
        return None
    program = args[name]
    language = next((args[key].lower() for key in data["languages"] if isinstance(args.get(key), str)), None)
    if language is not None and program.strip() and shell_dialect(language) is not None:
        return CommandLine(program, shell_dialect(language) or "bash")
    spoken = (language, *files.name_words(tool)) if language is not None else files.name_words(tool)
    command = next((data["commands"][word] for word in spoken if word in data["commands"]), None)
    if not program or not command or END in program:
        return None
    return CommandLine(f"{command} - <<'{END}'\n{program}\n{END}", program=True)


@cache
def _listed(name: str) -> tuple[str, ...]:
    return tuple(table("tooling")["shell"][name])


@cache
def _names(name: str) -> frozenset[str]:
    return frozenset(_listed(name))
