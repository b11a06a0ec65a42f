"""Plain words for claims, effects and findings, shared by all faces. Text of the log in them is still raw."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec

from assure_tui.reconcile.model import Discrepancy, Effect, Finding, GateResult, InputFinding, Severity
from assure_tui.reconcile.rulebook import catalogue

if TYPE_CHECKING:
    from assure_tui.ingest.walk import Skipped

ARGUMENT_LENGTH = 80
MAX_ARGUMENTS = 6
UNREAD_SHOWN: Final = 5
_QUIET = frozenset({"abs", "action", "argv", "call_command", "cwd", "lines", "nouns", "targets", "verb"})
"""Arguments that say what others beside them, or the tool's name, say better."""


class CodeBook(msgspec.Struct, frozen=True):
    """What `codes.toml` says of each code of a discrepancy or an input: its label and its description."""

    discrepancy: dict[str, str]
    input: dict[str, str]
    severity: dict[str, Severity]
    """The worst severity by default, where there is one."""
    description: dict[str, dict[str, str]]
    """By family, `discrepancy` or `input`."""


@cache
def codes() -> CodeBook:
    """Return all codes of discrepancies and inputs."""
    text = (files("assure_tui.app.desk") / "data" / "codes.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), CodeBook)


def code_of(finding: Finding) -> str:
    """Return the finding's code: of a gate, its name; of a row that no run accounts for, its kind."""
    match finding:
        case GateResult():
            return finding.gate
        case Discrepancy() | InputFinding():
            return finding.code
        case _:
            return finding.kind


_OWN_GATES = {"unseen-call": "a call went past the hook"}
"""Gates of the desk itself, which no catalogue has because nobody may change them."""


def label(finding: Finding) -> str:
    """Return what people read first: the plain label of the finding's code."""
    if isinstance(finding, GateResult):
        known = catalogue().get(finding.gate)
        words = known.label if known else _OWN_GATES.get(finding.gate)
        outcome = "not checked" if finding.outcome == "not-evaluated" else finding.outcome
        return f"gate {outcome}: {words}" if words else f"gate {outcome}"
    family = codes().input if isinstance(finding, InputFinding) else codes().discrepancy
    code = code_of(finding)
    return family.get(code, code.replace("-", " "))


def headline(kind: str, code: str) -> str:
    """Return the plain label of a finding by its kind and code alone."""
    if kind == "gate":
        known = catalogue().get(code)
        return f"gate: {known.label if known else code.replace('-', ' ')}"
    family = codes().input if kind == "input" else codes().discrepancy
    return family.get(code, code.replace("-", " "))


def money(value: Any) -> str | None:
    """Return an amount in words, if `value` is one."""
    data = msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value
    if isinstance(data, dict) and isinstance(data.get("value"), str):
        currency = data.get("currency")
        return f"{data['value']} {currency}" if currency else data["value"]
    return None


def effect_line(effect: Effect) -> str:
    """Return one line about an effect: the tool, what it was asked, how it ended and how that is known.

    A value stands in it once, though it may be known under several names: an account number is an id and a recipient.
    """
    shown: list[str] = []
    for name, value in effect.args.items():
        if name in _QUIET or value in (None, False, "", [], {}, ()):
            continue
        words = _short(value)
        if any(words in other for other in shown):
            continue
        shown.append(f"{name} {words}")
        if len(shown) == MAX_ARGUMENTS:
            break
    status = effect.status if effect.exit_code is None else f"{effect.status}, exit {effect.exit_code}"
    origin = "" if effect.source_kind == "log" else f" in {effect.source_kind}"
    return f"{effect.tool or effect.kind}: {', '.join(shown) or 'no arguments'} [{status}]{origin}"


def _short(value: Any) -> str:
    amount = money(value)
    if amount is not None:
        return amount
    if isinstance(value, list | tuple):
        text = ", ".join(_short(item) for item in value[:4]) + (", …" if len(value) > 4 else "")
    elif isinstance(value, dict):
        text = ", ".join(f"{name} {_short(item)}" for name, item in list(value.items())[:4])
    else:
        text = str(value)
    text = " ".join(text[: ARGUMENT_LENGTH * 2].split())
    return text if len(text) <= ARGUMENT_LENGTH else text[: ARGUMENT_LENGTH - 1] + "…"


def unread_lines(skipped: Iterable[Skipped]) -> Iterator[str]:
    """Yield a line for each file that was not read; of many with one reason the first, and how many more there are.

    Agents keep settings and states beside their logs: of hundreds of those, one line each hides what matters.
    """
    found: dict[str, list[Skipped]] = {}
    for each in skipped:
        found.setdefault(each.reason, []).append(each)
    for reason, left in found.items():
        shown = left if len(left) <= UNREAD_SHOWN + 1 else left[:UNREAD_SHOWN]
        yield from (f"not read: {file.path}: {reason}" for file in shown)
        if len(left) > len(shown):
            yield f"not read: {len(left) - len(shown):,} more: {reason}"
