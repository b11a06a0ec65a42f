"""The variables that a condition in CEL may use. They are listed and explained in GATES.md beside this file.

Everything is capped: strings, lists, depth. What is unknown is left out (`time` and `clock`, without a time), so that
asking for it is an error and never a pass.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import join
from assure_tui.reconcile.model import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.gates.history import History
    from assure_tui.reconcile.gates.look import Look
    from assure_tui.reconcile.gates.rules import Hit
    from assure_tui.reconcile.model import Claim, Effect

MAX_LIST = 256
MAX_STRING = 4000
MAX_DEPTH = 6
MAX_SAID = 16_000
"""Characters of the user's latest words."""
MAX_LINE = 120
"""Characters of a call in words."""
MAX_NUMBER = 2**53
_HOST = re.compile(r"(?:https?|ftp|ssh|git)://(?:[^\s/@'\"]{1,200}@)?([\w.-]{1,253})")


def of_call(
    look: Look, hits: Iterable[Hit], facts: Iterable[str], history: History, context: Context
) -> dict[str, Any]:
    """Return the variables of the event phase."""
    call = look.call
    found = [hit for hit in hits if hit.fact]
    fired = {hit.fact for hit in found}
    return {
        **of_run(history, context, look.memory.asked),
        "tool": call.tool,
        "server": call.mcp_server or "",
        "description": (call.description or "")[:MAX_STRING],
        "args": plain(call.args),
        **_of_line(look),
        **_of_effects(look.effects, context.cwd),
        "hosts": _distinct(host.lower() for host in _HOST.findall(look.source or _words(call.args))),
        "facts": {fact: fact in fired for fact in facts},
        "reasons": _distinct(hit.reason for hit in found),
        "hour": _of_hour(look, history),
        **_when(call.time),
    }


def _of_line(look: Look) -> dict[str, Any]:
    commands = look.script.commands[:MAX_LIST] if look.script is not None else ()
    return {
        "command": look.source[:MAX_STRING],
        "commands": [
            {
                "program": simple.program,
                "argv": [word[:MAX_STRING] for word in simple.argv[:MAX_LIST]],
                "text": simple.text[:MAX_STRING],
                "env": dict(simple.env[:MAX_LIST]),
                "folder": join(look.cwd, simple.cd) if simple.cd else look.cwd or "",
                "inner": simple.inner,
            }
            for simple in commands
        ],
        "readable": look.script is None or look.script.whole,
    }


def _of_effects(effects: Sequence[Effect], cwd: str | None) -> dict[str, Any]:
    kinds = _distinct(effect.kind for effect in effects)
    paths = _distinct(path for effect in effects for path in effect.args.get("abs", ()))
    targets = (several for effect in effects for several in effect.args.get("targets", {}).values())
    return {
        "kind": kinds[0] if kinds else "",
        "kinds": kinds,
        "classes": _distinct(effect.effect_class for effect in effects),
        "paths": paths,
        "relative": [_relative(path, cwd) for path in paths],
        "amounts": [
            {"value": _number(money.value), "currency": money.currency or ""} for money in _amounts(effects)[:MAX_LIST]
        ],
        "recipients": _distinct(str(one) for effect in effects for one in effect.args.get("recipients", ())),
        "targets": _distinct(
            str(one) for several in targets for one in (several if isinstance(several, list | tuple) else [several])
        ),
    }


def _of_hour(look: Look, history: History) -> dict[str, Any]:
    """Return what the run did within an hour, this call included."""
    recent = history.within_hour(look.call)
    kinds = {effect.kind for effect in look.effects}
    alike = [act for act in recent if act.kind in kinds]
    return {
        "calls": len(recent) + 1,
        "same_kind": len(alike) + 1,
        "same_tool": sum(act.tool == look.call.tool for act in recent) + 1,
        "amount": sum(act.amount for act in alike) + sum(_number(money.value) for money in _amounts(look.effects)),
    }


def _amounts(effects: Sequence[Effect]) -> list[Money]:
    return [money for effect in effects for money in effect.args.get("money", ()) if isinstance(money, Money)]


def in_words(look: Look) -> str:
    """Name a call as a person would: its command, or the tool with what it is done to."""
    if look.source:
        line = " ".join(look.source[:MAX_STRING].split())
        return f"`{line[:MAX_LINE]}{'…' if len(line) > MAX_LINE else ''}`"
    words = [look.call.tool]
    for effect in look.effects:
        words += [f"{m.value} {m.currency or ''}".strip() for m in effect.args.get("money", ()) if isinstance(m, Money)]
        words += [str(one) for one in (*effect.args.get("recipients", ()), *effect.args.get("paths", ()))]
    return " ".join(dict.fromkeys(words))[:MAX_LINE]


def of_turn(
    claims: Sequence[Claim], hits: Iterable[Hit], facts: Iterable[str], history: History, context: Context, asked: str
) -> dict[str, Any]:
    """Return the variables of the phases `turn` and `run`."""
    fired = {hit.fact for hit in hits}
    return of_run(history, context, asked) | {
        "claims": [
            {"kind": claim.kind, "polarity": claim.polarity, "outcome": claim.outcome, "text": claim.text[:MAX_STRING]}
            for claim in claims[-MAX_LIST:]
        ],
        "turn": {"kinds": _counts(history.turn_kinds), "number": history.turn},
        "facts": {fact: fact in fired for fact in facts},
    }


def of_run(history: History, context: Context, asked: str) -> dict[str, Any]:
    """Return what every phase has."""
    said = asked[-MAX_SAID:]
    return {
        "user": {"said": said.lower(), "words": said},
        "run": {
            "calls": history.calls,
            "failed": history.failed,
            "denied": history.denied,
            "turn": history.turn,
            "tools": _counts(history.tools),
            "kinds": _counts(history.kinds),
            "done": list(history.kinds)[:MAX_LIST],
            "cwd": context.cwd or "",
            "model": context.model or "",
        },
    }


def plain(value: Any, depth: int = 0) -> Any:
    """Return a capped copy of JSON that CEL can hold."""
    match value:
        case None | bool():
            return value
        case int():
            return value if -MAX_NUMBER <= value <= MAX_NUMBER else float(value) if abs(value) < 10**300 else str(value)
        case float():
            return value
        case str():
            return value[:MAX_STRING]
        case dict() if depth < MAX_DEPTH:
            return {str(key)[:MAX_STRING]: plain(item, depth + 1) for key, item in list(value.items())[:MAX_LIST]}
        case list() | tuple() if depth < MAX_DEPTH:
            return [plain(item, depth + 1) for item in value[:MAX_LIST]]
        case _:
            return str(value)[:MAX_STRING]


def _when(time: float | None) -> dict[str, Any]:
    if time is None:
        return {}
    try:
        clock = datetime.fromtimestamp(time, UTC)
    except (ValueError, OverflowError, OSError):
        return {}
    return {
        "time": float(time),
        "clock": {
            "weekday": clock.isoweekday(),
            "hour": clock.hour,
            "minute": clock.minute,
            "date": f"{clock:%Y-%m-%d}",
        },
    }


def _relative(path: str, cwd: str | None) -> str:
    return path[len(cwd) :].lstrip("/") if cwd and (path == cwd or path.startswith(cwd.rstrip("/") + "/")) else path


def _words(args: Any) -> str:
    return " ".join(value for value in args.values() if isinstance(value, str))[:MAX_SAID]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _distinct(values: Iterable[str]) -> list[str]:
    return [value[:MAX_STRING] for value in dict.fromkeys(values)][:MAX_LIST]


def _counts(counted: dict[str, int]) -> dict[str, int]:
    return dict(list(counted.items())[:MAX_LIST])
