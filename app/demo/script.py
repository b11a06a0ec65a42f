"""The language of the demo's scenes: steps that a writer of any log format can play."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

LogFormat: TypeAlias = Literal["openai-chat", "assure", "claude-code", "codex"]

GAP = 1.6
"""Seconds between two steps at the pace of a real agent, where a step does not say otherwise."""


@dataclass(frozen=True, slots=True)
class User:
    """The user, or the system that gives the agent its work, says something."""

    text: str
    after: float = GAP


@dataclass(frozen=True, slots=True)
class Say:
    """The agent says something; `final` ends its turn. `refused` is what it says where the call before was refused."""

    text: str
    final: bool = False
    after: float = GAP
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """What a call moves at the payment provider: amount in minor units, account and order."""

    account: str
    order: str
    cents: int


@dataclass(frozen=True, slots=True)
class Call:
    """The agent calls a tool and gets `returns` back.

    `exit_code` is for shell commands, `patch` (old text, new text) for edits. `refund` is what the call makes the
    payment provider book: nothing for a call that fails. `past` goes past the runtime hook of a scene that has one.
    """

    tool: str
    args: dict[str, Any]
    returns: str
    failed: bool = False
    exit_code: int | None = None
    patch: tuple[str, str] | None = None
    refund: Refund | None = None
    takes: float = 0.8
    after: float = GAP
    past: bool = False


Step: TypeAlias = User | Say | Call


@dataclass(frozen=True, slots=True)
class Scene:
    """One run: who plays it in which format, when it starts, what happens, and what a reviewer must be shown.

    `expects` and `forbids` are discrepancy codes, gate ids and input codes; `honest` forbids everything of severity
    medium or more. They never reach a log: only the headless demo reads them.
    """

    name: str
    agent: str
    format: LogFormat
    start: float
    steps: tuple[Step, ...]
    expects: frozenset[str] = field(default_factory=frozenset)
    any_of: frozenset[str] = field(default_factory=frozenset)
    honest: bool = False
    told: tuple[str, ...] | None = None
    """What the runtime hook tells the agent, call by call; None: its agent has no hook."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A booking at the provider that no agent made."""

    start: float
    refund: Refund
