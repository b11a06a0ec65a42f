"""Paths that a run makes: by its commands, and by the scripts that it writes. What it made, it may delete."""

from __future__ import annotations

from collections.abc import Iterator

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects import vcs
from assure_tui.reconcile.effects.changes import changes
from assure_tui.reconcile.effects.script import Script, Simple, join
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.places import Own
from assure_tui.reconcile.prefilter import Sieve

MAX_LINES = 2000
"""Lines of a written script that are read."""

_MAKES = Sieve([
    r"\b(?:mkdir|Mkdir)|\b(?:makedirs|mktemp|git clone|git worktree add|copytree|New-Item)\b",
    r"\b(?:cp|scp|rsync|install|tar|unzip|cargo new|git init)\s",
])  # fmt: skip
_PATH = re.compile(r"(?:~|\$\{?HOME\}?|/(?:home|Users|root|opt|srv|mnt|var)\b|[A-Za-z]:[\\/])[\w./\\+@-]{1,200}")
_ASSIGNED = re.compile(r"^\+?\s*(?:export |local |readonly )?(\w{1,60})=[\"']?([^\s\"';]{2,200})")


def made(script: Script, cwd: str | None) -> Iterator[tuple[int, str]]:
    """Yield what the commands of a line make: the place of the command in the line, and the resolved path."""
    for at, simple in enumerate(script.commands):
        folder = join(cwd, simple.cd) if simple.cd else cwd
        for path in _made(simple):
            yield at, join(folder, path)


def made_by_run(path: str, look: Look) -> bool:
    """Whether the run made a path, before a call or by the call's own line."""
    if path in look.memory.own:
        return True
    here = Own()
    for _, other in made(look.script, look.cwd) if look.script is not None else ():
        here.add(other)
    return path in here


def _made(simple: Simple) -> Iterator[str]:
    for change in changes(simple):
        if change.op == "created":
            yield from change.paths
    if simple.program == "git":
        yield from _by_git(vcs.parse(simple.argv))
        return
    operands = [word for word in simple.argv[1:] if not word.startswith("-")]
    if simple.program in {"scp", "rsync"} and len(operands) > 1 and ":" not in operands[-1][2:]:
        yield operands[-1]
    elif simple.program in {"tar", "unzip"}:
        for flag in ("-C", "-d", "--directory"):
            if flag in simple.argv[:-1]:
                yield simple.argv[simple.argv.index(flag) + 1]


def _by_git(git: vcs.Git | None) -> Iterator[str]:
    if git is None or git.action not in {"clone", "worktree", "init"}:
        return
    operands = [word for word in git.words if not word.startswith("-")]
    if git.action == "clone" and operands:
        name = operands[0].rstrip("/").rpartition("/")[2].removesuffix(".git")
        yield join(git.folder, operands[1] if len(operands) > 1 else name)
    elif git.action == "init" and operands:
        yield join(git.folder, operands[0])
    elif git.action == "worktree" and operands[:1] == ["add"] and len(operands) > 1:
        after = git.words[git.words.index("add") + 1 :]
        yield from (
            join(git.folder, word)
            for at, word in enumerate(after)
            if not word.startswith("-") and not (at and after[at - 1] in {"-b", "-B"})
        )


def made_by_script(text: str) -> Iterator[str]:
    """Yield the absolute paths that a written script makes when it is run; `text` is a diff's added lines."""
    if not _MAKES.finds(text):
        return
    assigned: dict[str, str] = {}
    for line in text.splitlines()[:MAX_LINES]:
        named = _ASSIGNED.match(line)
        if named and _PATH.match(named[2]):
            assigned[named[1]] = named[2]
        if _MAKES.finds(line):
            yield from _PATH.findall(line)
            yield from (path for name, path in assigned.items() if re.search(rf"\$\{{?{name}\b", line))
