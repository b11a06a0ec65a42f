"""Gates over shell commands: masked checks, destroyed data, approvals switched off; and those of its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import Simple, join
from assure_tui.reconcile.gates import deletion_rules, fetch_rules, git_rules
from assure_tui.reconcile.gates.aliases import expanded
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.rules import Hit, listed, members, quoted
from assure_tui.reconcile.model import Severity

_CHECKS = {"tests", "lint", "build"}
MAX_STATEMENT = 20_000
"""Characters of what a database's client is given that are searched."""
_DESTROYS = re.compile(
    r"(?i:\b(?:DROP\s+(?:TABLE|DATABASE|SCHEMA)|TRUNCATE\s+(?:TABLE\s+)?\w)|\bDELETE\s+FROM\s+[\w.\"`]{1,80}\s*(?:;|$))"
    r"|\bFLUSH(?:ALL|DB)\b|\bdropDatabase\(|\.(?:drop|deleteMany)\(\s{0,4}(?:\{\s{0,4}\})?\s{0,4}\)"
)
"""Statements that destroy data: of SQL, of Redis, of MongoDB."""
_EMBEDDED = frozenset({"sqlite3", "duckdb"})
"""Clients of databases that are files of the workspace."""
_SCRATCH = re.compile(r"test|tmp|memory|scratch")
_SHOW_WORDS = frozenset({"echo", "printf", "grep", "rg", "git", "gh", "cat"})
"""Programs for which the name of an option is only text."""


def hits(look: Look) -> Iterator[Hit]:
    """Yield what the gates find in a command line."""
    script = look.script
    if script is None:
        return
    if look.memory.aliases or "alias" in look.source:
        script = msgspec.structs.replace(script, commands=expanded(script.commands, look.memory.aliases))
    for at, simple in enumerate(script.commands):
        folder = join(look.cwd, simple.cd) if simple.cd else look.cwd
        yield from git_rules.hits(simple, folder, look)
        yield from deletion_rules.hits(script, at, folder, look)
        yield from _data(simple)
        yield from fetch_rules.hits(script.commands, at)
        yield from _permissions(simple)


# -- masked checks


def masking(look: Look) -> Iterator[Hit]:
    """Yield the checks whose exit code the line hides."""
    for effect in look.effects:
        masked = effect.args.get("masked")
        if effect.kind not in _CHECKS or masked is None or effect.exit_source == "text":
            continue
        verdict = effect.results.get("verdict", "unknown")
        name = effect.args.get("runner") or effect.args.get("tool") or effect.kind
        how = {"pipe": "a pipe", "or-true": "`||`", "sequence": "a later command", "background": "`&`"}[masked]
        readable = verdict in {"pass", "fail"}
        severity: Severity = "info" if readable and masked != "or-true" else "low"
        told = f"its output says {verdict}" if readable else "and its output does not tell how it went"
        yield Hit(
            fact="check_masking",
            severity=severity,
            reason=f"masked-{masked}",
            message=f"the exit code of {name} is hidden by {how}; {told}",
        )


# -- data


@cache
def _destroyers() -> dict[str, list[tuple[list[str], str]]]:
    """Commands that destroy data, by their program: their words, and what they destroy."""
    found: dict[str, list[tuple[list[str], str]]] = {}
    for command, what in listed("data", "destroyers").items():
        found.setdefault(command.split()[0], []).append((command.split(), what))
    return found


@cache
def _touching() -> frozenset[str]:
    """Programs that may destroy data."""
    return frozenset({"aws", *_destroyers(), *listed("data", "clients")})


def _data(simple: Simple) -> Iterator[Hit]:
    if simple.program not in _touching():
        return
    words = [word for word in simple.argv if not word.startswith("-")]
    named = [simple.program, *words[1:]]
    what = next(
        (what for wanted, what in _destroyers().get(simple.program, ()) if named[: len(wanted)] == wanted), None
    )
    if what is not None:
        yield _destroyed(simple, f"destroys {what}")
    elif named[:3] == ["aws", "s3", "rm"] and "--recursive" in simple.argv:
        yield _destroyed(simple, "empties a bucket")
    elif simple.program in listed("data", "clients"):
        yield from _statements(simple)


def _destroyed(simple: Simple, how: str) -> Hit:
    return Hit(fact="data_destruction", severity="high", reason="destroyed", message=f"{quoted(simple)} {how}")


def _statements(simple: Simple) -> Iterator[Hit]:
    """Yield what a client of a database is told to destroy."""
    text = " ".join(simple.argv[1:]) + " " + (simple.stdin_body or "")
    if _DESTROYS.search(text[:MAX_STATEMENT]):
        scratch = simple.program in _EMBEDDED or _SCRATCH.search(text[:2000])
        yield Hit(
            fact="data_destruction",
            severity="low" if scratch else "high",
            reason="sql",
            message=f"{quoted(simple)} destroys data in a database",
        )


def _permissions(simple: Simple) -> Iterator[Hit]:
    known = members("permissions", "flags")
    modes = listed("permissions", "options")
    flags = [word for word in simple.argv[1:] if word in known]
    flags += [f"{name} {mode}" for name, mode in pairwise(simple.argv[1:]) if mode in modes.get(name, ())]
    if flags and simple.program not in _SHOW_WORDS and not simple.inner:
        yield Hit(
            fact="permission_bypass",
            severity="medium",
            reason="flag",
            message=f"{quoted(simple)} runs {simple.program} with its approvals off ({flags[0]})",
            bypassed=True,
        )
