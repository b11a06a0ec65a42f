"""Gates of the user's own: `*.gates.toml` files, and what `assure.toml` and `config.toml` change of a gate.

A file that nobody trusts may only tighten: add gates, switch a template on, raise what a gate answers. It never lets
anything off. The name `*.gates.toml` is fixed, so that the gate `guard-edit` sees an agent write one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.small_files import parsed, read_small
from assure_tui.reconcile.gates.limits import fault
from assure_tui.reconcile.model import SEVERITIES
from assure_tui.reconcile.rulebook import ANSWERS, FACTS, MAX_EXAMPLES, GateChange, Rule, catalogue, rules, seconds

SUFFIX = ".gates.toml"
MAX_FILE = 1 << 20
MAX_GATES = 200
"""Gates in one file."""
ID = re.compile(r"[a-z][a-z0-9-]{1,59}")


class GateFile(msgspec.Struct, frozen=True):
    """The gates of a file, and the digest of its bytes."""

    path: Path
    digest: str
    rules: tuple[Rule, ...]


def read_gate_file(path: Path) -> GateFile:
    """Read a file of gates.

    Raises:
        ConfigError: It cannot be read, is no TOML, or holds what it must not.
    """
    if not path.name.endswith(SUFFIX):
        raise ConfigError(f"{path} is not a file of gates: name it so that it ends with `{SUFFIX}`.")
    try:
        data = read_small(path, MAX_FILE)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): make it a file, or leave it out.") from error
    if data is None:
        raise ConfigError(f"{path} cannot be read (there is no such file): make one, or leave it out.")
    if len(data) > MAX_FILE:
        raise ConfigError(f"{path} is larger than {MAX_FILE} bytes: that is not a file of gates.")
    return GateFile(path, sha256(data).hexdigest(), tuple(_rules(data, path)))


def _rules(data: bytes, path: Path) -> list[Rule]:
    document = parsed(path, data, "a file of gates")
    unknown = set(document) - {"gate"}
    if unknown:
        raise ConfigError(f"{path}: unknown key `{min(unknown)}`; a file of gates holds `[[gate]]` tables only.")
    try:
        found = rules(document)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}; `assure-tui gates new ID` shows all keys.") from error
    if len(found) > MAX_GATES:
        raise ConfigError(f"{path} has more than {MAX_GATES} gates: split it.")
    seen: set[str] = set()
    for rule in found:
        problem = _problem(rule, seen)
        if problem:
            raise ConfigError(f"{path}: gate {rule.id[:60]!r}: {problem}.")
        seen.add(rule.id)
    return found


def _problem(rule: Rule, seen: set[str]) -> str | None:
    """Say what is wrong with a gate of a user's file; None when nothing is."""
    if not ID.fullmatch(rule.id):
        return "its id must be small letters, digits and dashes, and begin with a letter"
    if rule.id in catalogue():
        return f"that id is a shipped gate's: change it with `[gates.{rule.id}]` in assure.toml, or take another id"
    if rule.id in seen:
        return "two gates have that id"
    if rule.asked:
        return "`asked` is for shipped gates: look at `user.said` in `when`"
    if len(rule.examples.must_fire) + len(rule.examples.must_not_fire) > MAX_EXAMPLES:
        return f"it has more than {MAX_EXAMPLES} examples"
    if rule.fact is not None and rule.fact not in FACTS[rule.phase]:
        return f"`facts.{rule.fact}` is told in no {rule.phase} phase: there are {', '.join(FACTS[rule.phase])}"
    if rule.phase != "event" and (rule.tools or rule.kinds or rule.classes):
        return f"`tools`, `kinds` and `classes` choose among calls, and the phase is {rule.phase}: use `when`"
    for name, expression in (("when", rule.when), ("require", rule.require)):
        reason = fault(expression)
        if reason:
            return f"`{name}` goes beyond the limits: {reason}"
    return None


def inside(files: Sequence[str], workspace: Path, key: str = "gate_files") -> Iterator[Path]:
    """Yield the files that a workspace file names under `key`: they lie in its folder or below, links followed.

    Raises:
        ConfigError: One lies elsewhere.
    """
    root = workspace.parent.resolve()
    for name in files:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise ConfigError(f"{workspace}: {key}: {name} lies outside of {root}: keep it in the workspace.")
        yield path


def changes_of(tables: Mapping[str, Any], known: Mapping[str, Rule], where: Path) -> dict[str, GateChange]:
    """Read `[gates.ID]` tables; `known` are all gates there are.

    Raises:
        ConfigError: There is no such gate, or a template is switched on without what it needs.
    """
    found: dict[str, GateChange] = {}
    for name, table in tables.items():
        rule = known.get(name)
        if rule is None:
            raise ConfigError(f"{where}: [gates.{name}]: there is no such gate; `assure-tui gates list` lists them.")
        try:
            change = msgspec.convert(seconds(table), GateChange)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where}: [gates.{name}]: {error}.") from error
        unknown = sorted(set(change.params) - set(rule.params))
        if unknown:
            raise ConfigError(
                f"{where}: [gates.{name}]: unknown param `{unknown[0]}`; it has {', '.join(rule.params) or 'none'}."
            )
        for key, value in change.params.items():
            wanted = _sort(rule.params[key])
            if _sort(value) != wanted:
                raise ConfigError(f"{where}: [gates.{name}]: param `{key}` must be {wanted}, and is {value!r}.")
        if change.on and not rule.on:
            missing = [need for need in rule.needs if need not in change.params]
            if missing:
                raise ConfigError(
                    f"{where}: [gates.{name}]: to switch it on, give `params.{missing[0]}`;"
                    f" `assure-tui gates show {name}` explains it."
                )
        found[name] = change
    return found


def _sort(value: Any) -> str:
    """Return what sort of value a param has: one of another sort would make the gate's condition come to nothing."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number" if isfinite(value) else "no number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a table"


def tightening(change: GateChange, rule: Rule) -> tuple[GateChange, tuple[str, ...]]:
    """Split off what an untrusted file may change of a gate; name the rest in plain words."""
    kept: dict[str, Any] = {}
    waits: list[str] = []
    switched_on = change.on is True and not rule.on
    for name in msgspec.structs.fields(GateChange):
        value = getattr(change, name.name)
        if value is None or value == {}:
            continue
        if switched_on or _tightens(name.name, value, rule):
            kept[name.name] = value
        else:
            waits.append(f"gate {rule.id}: {name.name} is set to {value}")
    return GateChange(**kept), tuple(waits)


def _tightens(name: str, value: Any, rule: Rule) -> bool:
    match name:
        case "on":
            return bool(value) >= rule.on
        case "severity":
            return SEVERITIES.index(value) >= SEVERITIES.index(rule.severity)
        case "hook_from":
            return SEVERITIES.index(value) <= SEVERITIES.index(rule.hook_from)
        case "hook":
            return ANSWERS.index(value) >= ANSWERS.index(rule.hook)
        case "if_error":
            return bool(value in {"closed", rule.if_error})
        case "waiver":
            return bool(value in {"nobody", rule.waiver})
        case _:
            return False


def gathered(gate_files: Iterable[GateFile], known: Mapping[str, Rule], path: Path) -> tuple[Rule, ...]:
    """Return the gates of several files; `known` are the gates there are already.

    Raises:
        ConfigError: Two gates have one id.
    """
    gates: dict[str, Rule] = {}
    for file in gate_files:
        for rule in file.rules:
            if rule.id in gates or rule.id in known:
                raise ConfigError(f"{path}: gate_files: two files have a gate {rule.id!r}: rename one.")
            gates[rule.id] = rule
    return tuple(gates.values())


def laid_over(below: Mapping[str, GateChange], changes: Mapping[str, GateChange]) -> dict[str, GateChange]:
    """Lay changes of gates over the user's own."""
    laid = dict(below)
    for name, change in changes.items():
        under = laid.get(name, GateChange())
        given = {
            field.name: value
            for field in msgspec.structs.fields(GateChange)
            if field.name != "params" and (value := getattr(change, field.name)) is not None
        }
        laid[name] = msgspec.structs.replace(under, **given, params={**under.params, **change.params})
    return laid
