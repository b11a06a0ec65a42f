"""What a gate may look at: one call as it was understood, and what the run did before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assure_tui.ingest.model import ToolCall, ToolResult
from assure_tui.reconcile.effects.script import Script
from assure_tui.reconcile.gates.places import Own
from assure_tui.reconcile.model import Effect

MAX_ASKED = 64 * 1024
"""Characters of the user's latest words that are kept."""


@dataclass(slots=True)
class Memory:
    """What the run did and was asked so far. Bounded."""

    own: Own = field(default_factory=Own)
    """Files and folders it made."""
    edited: Own = field(default_factory=Own)
    branches: Own = field(default_factory=Own)
    stashed: bool = False
    aliases: dict[str, str] = field(default_factory=dict)
    """What it defined as aliases of git and of the shell."""
    asked: str = ""

    def hear(self, text: str) -> None:
        """Remember the user's words."""
        self.asked = (self.asked + "\n" + text)[-MAX_ASKED:]


@dataclass(slots=True)
class Look:
    """One call."""

    call: ToolCall
    result: ToolResult | None
    effects: Sequence[Effect]
    script: Script | None
    """The command line, if it is a shell call."""
    source: str
    cwd: str | None
    memory: Memory
