"""Commands that act on the world: `mailer mail send --to ann@a.test` is a tool's call like any other.

This applies to programs in no table whose subcommands name an act on the world, or a look at what people deal in, and
that are given a value. The subcommands are read as the name of a tool, the flags as its arguments.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import ToolWords, group_of, object_groups, tool_words
from assure_tui.reconcile.effects import tools
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import ToolCall, ToolResult
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Effect

MAX_WORDS = 4
"""Subcommands of a program."""
MAX_ARGUMENTS = 64
_SUBCOMMAND = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){0,2}")
_FLAG = re.compile(r"--?([A-Za-z][\w-]{0,40})(?:=(.*))?", re.DOTALL)


def acting(call: ToolCall, found: list[Effect], result: ToolResult | None, context: Context) -> list[Effect]:
    """Read the effects of a line once more where their command acts on the world."""
    alone = len(found) == 1
    return [_read(call, one, result, context, alone=alone) if one.kind == "ran" else one for one in found]


def _read(call: ToolCall, effect: Effect, result: ToolResult | None, context: Context, *, alone: bool) -> Effect:
    asked = _asked(tuple(effect.args.get("argv") or ()))
    if asked is None:
        return effect
    name, given = asked
    program = effect.args["argv"][0].rpartition("/")[2]
    told = result if alone or result is None or effect.status == result.status else None
    one = tools.interpret(msgspec.structs.replace(call, tool=name, args=given), told, context)[0]
    context.worldly = True
    status = one.status if alone else effect.status
    shell = {key: effect.args[key] for key in ("command", "call_command", "cwd") if key in effect.args}
    return msgspec.structs.replace(
        effect,
        tool=" ".join([program, *name.split("_")]),
        kind=one.kind,
        effect_class=one.effect_class,
        args=shell | one.args,
        results=one.results,
        status=status,
    )


@lru_cache(maxsize=512)
def _asked(argv: tuple[str, ...]) -> tuple[str, dict[str, Any]] | None:
    """Return the name and arguments of the call that a command is read as; None where it does not act on the world."""
    if not argv or argv[0].rpartition("/")[2] in _programs():
        return None
    words = []
    for word in argv[1 : 1 + MAX_WORDS]:
        if _SUBCOMMAND.fullmatch(word) is None:
            break
        words.append(word)
        if tool_words("_".join(words)).effect_class in {"write", "egress"} and len(words) > 1:
            break
    given = _given(argv[1 + len(words) :])
    said = tool_words("_".join(words))
    return ("_".join(words), given) if len(words) > 1 and given and _is_of_the_world(said) else None


def _is_of_the_world(words: ToolWords) -> bool:
    known = table("tooling")["subcommands"]
    deals = not object_groups(tuple(set(words.nouns) - set(known["own"]))).isdisjoint(known["objects"])
    if words.effect_class == "read":
        return deals
    acts = words.effect_class in {"write", "egress"}
    return acts and (deals or group_of(words.action) in {"money", "tell"} or words.action == "order")


def _given(words: Sequence[str]) -> dict[str, Any]:
    """Return the values of flags by their names; what stands alone is of the command itself."""
    given: dict[str, Any] = {}
    name = ""
    for word in words[:MAX_ARGUMENTS]:
        flag = _FLAG.fullmatch(word)
        if flag is None:
            _add(given, name or "id", word)
            name = ""
        elif flag[2] is not None:
            _add(given, flag[1], flag[2])
            name = ""
        else:
            name = flag[1]
    return given


def _add(given: dict[str, Any], name: str, value: str) -> None:
    given[name] = [*([held] if isinstance(held := given[name], str) else held), value] if name in given else value


@lru_cache(maxsize=1)
def _programs() -> frozenset[str]:
    """Return the programs that a table of commands knows."""
    listed = (entry.get("commands", ()) for entry in table("commands").values())
    return frozenset(command.split()[0] for commands in listed for command in commands)
