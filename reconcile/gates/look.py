"""What a gate may look at: one call as it was understood, and what the run did before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assure_tui.ingest.model import ToolCall, ToolResult
from assure_tui.reconcile.effects.script import Script
from assure_tui.reconcile.gates.places import Own, settled
from assure_tui.reconcile.model import Effect

MAX_ASKED = 64 * 1024
"""Characters of the user's latest words that are kept."""
MAX_SCRIPTS = 32
"""Scripts of the run's own that are kept, each with so many characters …"""
MAX_SCRIPT = 16 * 1024
_SCRIPTS = (".sh", ".bash", ".zsh", ".command")


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
    scripts: dict[str, str] = field(default_factory=dict)
    """Scripts that it wrote, by their settled path."""
    asked: str = ""

    def wrote(self, path: str, diff: str) -> None:
        """Remember what a script holds that was written as a whole."""
        text = "\n".join(line[1:] for line in diff.splitlines() if line.startswith("+"))
        if text.startswith("#!") or path.endswith(_SCRIPTS):
            self.scripts[settled(path)] = text[:MAX_SCRIPT]
            if len(self.scripts) > MAX_SCRIPTS:
                del self.scripts[next(iter(self.scripts))]

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
