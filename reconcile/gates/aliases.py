"""Aliases that a run defines, of git and of the shell: `git ci` is what `alias.ci` says."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.effects import vcs
from assure_tui.reconcile.effects.script import Simple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_ALIASES = 128
MAX_DEPTH = 4
"""Aliases of aliases that are followed."""


def expanded(commands: Sequence[Simple], known: Mapping[str, str]) -> tuple[Simple, ...]:
    """Return the commands with the aliases in them replaced: those known, and those that the line defines before."""
    aliases = dict(known)
    found = []
    for simple in commands:
        aliases |= defined(simple)
        found.append(_expanded(simple, aliases) if aliases else simple)
    return tuple(found)


def defined(simple: Simple) -> dict[str, str]:
    """Return the aliases that a command defines: of git under `git NAME`, of the shell under the name alone."""
    if simple.program == "alias":
        pairs = (word.partition("=") for word in simple.argv[1:])
        return {name: value for name, sign, value in pairs if sign and name}
    git = vcs.parse(simple.argv) if simple.program == "git" else None
    if git is None or git.action != "config":
        return {}
    operands = [word for word in git.words if not word.startswith("-") and word != "set"]
    if len(operands) < 2 or not operands[0].lower().startswith("alias."):
        return {}
    return {"git " + operands[0].partition(".")[2].lower(): operands[1]}


def _expanded(simple: Simple, aliases: Mapping[str, str]) -> Simple:
    argv = simple.argv
    for _ in range(MAX_DEPTH):
        longer = _step(argv, aliases)
        if longer is None:
            break
        argv = longer
    return simple if argv == simple.argv else msgspec.structs.replace(simple, argv=argv)


def _step(argv: tuple[str, ...], aliases: Mapping[str, str]) -> tuple[str, ...] | None:
    if not argv:
        return None
    shell = aliases.get(argv[0])
    if shell is not None:
        words = _words(shell)
        return (*words, *argv[1:]) if words and words[0] != argv[0] else None
    git = vcs.parse(argv) if argv[0] == "git" else None
    value = aliases.get(f"git {git.action.lower()}") if git is not None else None
    if git is None or value is None:
        return None
    words = _words(value.removeprefix("!"))
    if not words or words[0] == git.action:
        return None
    return (*words, *git.words) if value.startswith("!") else ("git", *words, *git.words)


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text[:2000]))
    except ValueError:
        return ()
