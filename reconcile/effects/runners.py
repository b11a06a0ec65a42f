"""Test runners, linters, type checkers and builders, recognised by their commands.

The definitions are data (`data/runners.toml`); what they print is read by `printed`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import program_name
from assure_tui.reconcile.tables import table


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """One definition of `data/runners.toml`; the fields are described at its top."""

    id: str
    kind: Literal["tests", "lint", "build", "format"]
    argv: list[str]
    select: list[str] = []
    values: list[str] = []
    ignore: list[str] = []
    report: list[str] = []
    failing: list[str] = []
    loud: list[str] = []
    add: bool = False
    silent: bool = False
    reader: Literal["", "go", "dart", "tap"] = ""
    passing: list[str] = msgspec.field(name="pass", default_factory=list)
    fail: list[str] = []


class Launcher(msgspec.Struct, frozen=True, kw_only=True):
    """A program that runs a named script of the project, as `npm run` does."""

    words: list[str]
    values: list[str] = []
    only: list[str] = []
    skip: int = 0


class _Table(msgspec.Struct, frozen=True, kw_only=True):
    runner: list[Runner]
    launcher: list[Launcher]
    failed: dict[str, list[str]]
    scripts: dict[str, list[str]]
    goals: dict[str, list[str]]
    compiles: dict[str, list[str]]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A command recognised as a check, build or formatter. `runner` is None when a project's script hides it."""

    kind: str
    runner: str | None
    name: str
    """What people would call it: the runner, or the launcher with its script (`npm run lint`)."""
    scope: tuple[str, ...] = ()
    selected: bool = False
    flags: tuple[str, ...] = ()


@cache
def data() -> _Table:
    """Return the shipped definitions."""
    return msgspec.convert(table("runners"), _Table)


@cache
def by_id() -> dict[str, Runner]:
    """Return the definitions by their id."""
    return {runner.id: runner for runner in data().runner}


@cache
def compiling() -> frozenset[str]:
    """Return the names of runners and tools whose pass shows that the code compiles."""
    return frozenset(data().compiles["names"])


@cache
def _by_program() -> dict[str, list[tuple[list[str], Runner]]]:
    found: dict[str, list[tuple[list[str], Runner]]] = {}
    for runner in data().runner:
        for entry in runner.argv:
            words = entry.split()
            found.setdefault(words[0], []).append((words[1:], runner))
    for group in found.values():
        group.sort(key=lambda item: -len(item[0]))
    return found


@cache
def programs() -> frozenset[str]:
    """Return the names of all programs that run checks."""
    return frozenset(_by_program())


@cache
def _launchers() -> dict[str, list[Launcher]]:
    found: dict[str, list[Launcher]] = {}
    for launcher in data().launcher:
        found.setdefault(launcher.words[0], []).append(launcher)
    for group in found.values():
        group.sort(key=lambda launcher: -len(launcher.words))
    return found


@cache
def patterns(runner: str, field: str) -> tuple[re.Pattern[str], ...]:
    """Return one list of a definition, compiled."""
    known = by_id()[runner]
    listed = known.passing if field == "pass" else getattr(known, field)
    return tuple(re.compile(pattern, re.MULTILINE) for pattern in listed)


_RUNNING = frozenset({"bun", "pnpm", "yarn"})
"""Package managers that run a project's program by its name: `pnpm vitest run`, `bun tsc --noEmit`."""


@lru_cache(maxsize=4096)
def recognise(argv: tuple[str, ...]) -> Use | None:
    """Return whether a command is a check, build or formatter, and how much of it it runs."""
    if not argv:
        return None
    program = program_name(argv[0])
    if re.fullmatch(r"python[\d.]*", program):
        program = "python"
    words = argv[1:]
    for wanted, runner in _by_program().get(program, ()):
        rest = _behind(wanted, words, runner.values, goals=program in data().goals["programs"])
        if rest is None:
            continue
        if any(word in runner.ignore for word in words):
            return None
        scope, flags = _operands(rest, runner.values)
        return Use(
            kind=runner.kind,
            runner=runner.id,
            name=" ".join([program, *wanted]) if runner.kind != "tests" else runner.id,
            scope=scope,
            selected=any(flag.partition("=")[0] in runner.select for flag in flags) or _narrow(runner, scope),
            flags=flags,
        )
    return (
        _launched(program, words)
        or (_goal(program, words) if program in data().goals["programs"] else None)
        or (recognise(words) if words and program in _RUNNING else None)
    )


_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _goal(program: str, words: tuple[str, ...]) -> Use | None:
    """Read goals of a project's own by their names: `:app:compileDebugKotlin`, `testReleaseUnitTest`."""
    runners = [runner for _, runner in _by_program().get(program, ())]
    goals, flags = _operands(words, [value for runner in runners for value in runner.values])
    told = {_script_kind(("-".join(_CAMEL.findall(goal.rpartition(":")[2])),)) for goal in goals}
    kind = next((kind for kind in ("tests", "build", "lint") if kind in told), None)
    if kind is None:
        return None
    runner = next((runner for runner in runners if runner.kind == kind), None)
    selected = runner is not None and any(flag.partition("=")[0] in runner.select for flag in flags)
    return Use(
        kind=kind,
        runner=runner.id if runner else None,
        name=runner.id if runner and kind == "tests" else " ".join([program, *goals]),
        selected=selected,
        flags=flags,
    )


def _behind(wanted: list[str], words: tuple[str, ...], values: list[str], *, goals: bool) -> tuple[str, ...] | None:
    """Return the words left when `wanted` was found at its place, or None. Wanted options may stand anywhere."""
    left = list(words)
    at = 0
    for want in wanted:
        if want.startswith("-"):
            if want not in left:
                return None
            left.remove(want)
            continue
        while at < len(left) and (left[at].startswith(("-", "+")) or (goals and left[at] != want)):
            at += 2 if left[at] in values else 1
        if at >= len(left) or left[at] != want:
            return None
        del left[at]
    return tuple(left)


def _operands(words: tuple[str, ...], values: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    scope: list[str] = []
    flags: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            continue
        if word.startswith("-") and len(word) > 1:
            flags.append(word)
            if word in values and at + 1 < len(words):
                flags[-1] = f"{word}={words[at + 1]}"
                at += 1
        elif word[0:1] != "+":
            scope.append(word)
        at += 1
    return tuple(scope), tuple(flags)


_FILE = re.compile(r"\.[A-Za-z]{1,5}(?:::|:\d|$)|::")


def _narrow(runner: Runner, scope: tuple[str, ...]) -> bool:
    if runner.kind != "tests":
        return False
    if runner.id in {"cargo test", "nextest"}:
        return bool(scope)
    return any(_FILE.search(word) and "..." not in word for word in scope)


def _launched(program: str, words: tuple[str, ...]) -> Use | None:
    for launcher in _launchers().get(program, ()):
        rest = _behind(launcher.words[1:], words, launcher.values, goals=False)
        if rest is None:
            continue
        names, flags = _operands(rest, launcher.values)
        names = names[launcher.skip :]
        if not names or not _is_script(launcher, names[0]):
            continue
        kind = _script_kind(names)
        if kind is None:
            return None
        scope = tuple(names[1:])
        title = " ".join([*launcher.words, names[0]])
        selected = kind == "tests" and (any(_FILE.search(word) for word in scope) or _selecting(flags))
        return Use(kind=kind, runner=None, name=title, scope=scope, selected=selected, flags=flags)
    return None


def _is_script(launcher: Launcher, name: str) -> bool:
    """Return whether a word names a script rather than one of the launcher's own commands, which have no hyphens."""
    return not launcher.only or name.partition(":")[0] in launcher.only or "-" in name


def _selecting(flags: tuple[str, ...]) -> bool:
    names = {flag.partition("=")[0] for flag in flags}
    return bool(names & {"-t", "-k", "--grep", "-g", "--filter", "--testNamePattern", "--testPathPattern", "-run"})


_MENDS = frozenset({"fix", "autofix", "write"})


def _script_kind(names: tuple[str, ...]) -> str | None:
    """Return the kind that a project script's name stands for; the leading part counts first (`lint:test` is a linter).

    A script that fixes what it finds is a formatter, whatever it looks for: `lint:fix`.
    """
    tables = data().scripts
    for name in names[:3]:
        parts = re.split(r"[:._/-]", name.lower())
        kind = next((kind for part in parts for kind, listed in tables.items() if part in listed), None)
        if kind is not None:
            return "format" if kind == "lint" and not _MENDS.isdisjoint(parts) else kind
    return None
