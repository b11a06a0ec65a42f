"""What the shipped gates look for (`data/gate_lists.toml`), and what they say when they find it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from assure_tui.reconcile.effects.script import Simple
from assure_tui.reconcile.model import Severity
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.rulebook import catalogue
from assure_tui.reconcile.tables import table


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a gate asks for. Whether the user asked for the act is decided later."""

    fact: str
    """Its name, as conditions spell it: `hook_bypass`."""
    severity: Severity
    reason: str
    """A short code, stable: `no-verify`, `force-push`."""
    message: str
    bypassed: bool = False
    objects: tuple[str, ...] = ()
    """Names that the user must have said too, for the act to count as asked for."""


@cache
def asked(gate: str) -> re.Pattern[str] | None:
    """Return the pattern of user words that ask for what a gate is about."""
    patterns = catalogue()[gate].asked
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None


@cache
def listed(group: str, name: str) -> Any:
    """Return an entry of the data as it is written."""
    return table("gate_lists")[group][name]


@cache
def members(group: str, name: str) -> frozenset[str]:
    """Return a list of words of the data as a set."""
    return frozenset(listed(group, name))


def holds(group: str, name: str, text: str) -> bool:
    """Return whether any of a list of patterns of the data matches in a text."""
    return _sieve(group, name).finds(text)


def may_weaken(name: str, text: str) -> bool:
    """Return whether any line of `text` may match one of the patterns for tests; False is certain."""
    return bool(_sieve("tests", name).likely(text))


@cache
def _sieve(group: str, name: str) -> Sieve:
    return Sieve(listed(group, name), re.MULTILINE)


def quoted(simple: Simple) -> str:
    """Return a command as a message quotes it."""
    text = " ".join(simple.text.split())
    return f"`{text[:120]}{'…' if len(text) > 120 else ''}`"
