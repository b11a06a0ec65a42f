"""The part of a call that reaches beyond the run's own files: only that can do what an attacker asks for.

Reading, searching and editing local files is the work itself. What counts is the network, other machines, money,
messages, accounts, code from elsewhere, and deletion outside of the workspace.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.effects.command_line import command_line
from assure_tui.reconcile.effects.commands import understand
from assure_tui.reconcile.effects.script import is_absolute
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import ToolCall
    from assure_tui.reconcile.effects.script import Simple
    from assure_tui.reconcile.model import Effect


class Sink(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a call that reaches out. `looks` says that it changes nothing there."""

    args: Any
    looks: bool = False
    line: bool = False


def sink(call: ToolCall, effects: Sequence[Effect], cwd: str | None) -> Sink | None:
    """Return the part of a call that reaches out; None when the call stays with the run's own files."""
    line = command_line(call)
    if line is not None and not line.program:
        script = understand(line.text, line.dialect).script
        reaching = [simple for simple in script.commands if _reaches(simple, cwd)]
        if reaching:
            return Sink(args=[_words(simple) for simple in reaching], line=True)
        return Sink(args=line.text, line=True) if not script.whole and _named(line.text) else None
    if not effects or any(effect.kind in {"noted", "delegated"} for effect in effects):
        return None
    if any("paths" in effect.args for effect in effects):
        page = next((effect.args["url"] for effect in effects if effect.args.get("url")), None)
        return Sink(args={"url": page}, looks=True) if page is not None else None
    return Sink(args=call.args, looks=all(effect.effect_class == "read" for effect in effects))


def _words(simple: Simple) -> list[str]:
    return [*simple.argv[1:], *([simple.stdin_body] if simple.stdin_body is not None else [])]


def _reaches(simple: Simple, cwd: str | None) -> bool:
    words = simple.argv[1:]
    if simple.dynamic or simple.program in _data("programs"):
        return True
    if simple.program in _data("interpreters"):
        return any("://" in word for word in _words(simple))
    if simple.program in {"rm", "shred"}:
        return any(
            is_absolute(word) and not word.startswith(("$", *_data("temporary"), *((cwd,) if cwd else ())))
            for word in words
        )
    actions = _data("actions")
    return any(f"{simple.program} {word}" in actions for word in words[:4])


def _named(line: str) -> bool:
    return "://" in line and any(program in line for program in _data("programs"))


@cache
def _data(name: str) -> frozenset[str]:
    return frozenset(table("inputs")["sinks"][name])
