"""Configuration: the user's `config.toml`, and a workspace's `assure.toml`, which counts as hostile until trusted.

A workspace file may have been written by a cloned repository, or by the very agent that is watched. Untrusted, it may
only tighten: raise a severity. All else it asks for waits for `assure-tui trust` and is listed by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.escrow import Limits
from assure_tui.app.desk.gates.files import (
    GateFile,
    changes_of,
    gathered,
    inside,
    laid_over,
    read_gate_file,
    tightening,
)
from assure_tui.app.desk.mistakes import checked, nearest
from assure_tui.app.desk.small_files import expanded, parsed, read_small
from assure_tui.ingest.feeds.spec import FeedSpec
from assure_tui.reconcile import tables
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.kinds import kinds, rows_of
from assure_tui.reconcile.model import SEVERITIES, Severity
from assure_tui.reconcile.rulebook import GateChange, Rule, Waiver, catalogue, seconds
from assure_tui.reconcile.settings import InputRule, Settings, ToolSpec

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assure_tui.app.desk.schema import WorkspaceFile

WORKSPACE_FILE = "assure.toml"
MAX_FILE = 1 << 20
"""Bytes that a configuration file may have."""
_FILE = "a configuration file"


@dataclass(frozen=True, kw_only=True)
class NotifyConfig:
    """How the operator is notified of new findings, see `schema.NotifyTable`."""

    severity: Severity = "high"
    bell: bool = True
    desktop: Literal["off", "osc9", "osc777"] = "off"
    command: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UserConfig:
    """The user's own settings, see `schema.UserFile`."""

    operator: str = ""
    discover: bool = True
    roots: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    retention_days: int | None = None
    escrow: Limits = field(default_factory=Limits)
    gates: tuple[Rule, ...] = ()
    gate_changes: dict[str, GateChange] = field(default_factory=dict)
    gate_files: dict[str, str] = field(default_factory=dict)
    """Digests of the user's gate files, by name."""
    theme: str = "dark"
    glyphs: str = "unicode"
    keys: dict[str, str] = field(default_factory=dict)
    hook_if_error: Literal["open", "closed"] = "open"
    approval_wait: float = 0.0
    """Seconds that a call waits for the operator; 0: the agent asks its user by itself."""
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    four_eyes: bool = False
    unlock_for: float = 0.0
    """Seconds that an operator key stays unlocked."""
    witnesses: tuple[tuple[str, str], ...] = ()
    """Verifier key and URL of those who are asked to cosign."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceConfig:
    """What a workspace file comes to, under the trust it has."""

    path: Path | None = None
    digest: str = ""
    trusted: bool = False
    settings: Settings = field(default_factory=Settings)
    feeds: tuple[FeedSpec, ...] = ()
    exclude: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """What the file asks for and does not get before it is trusted, each in plain words."""
    doubts: tuple[str, ...] = ()
    """What counts as it stands, and was hardly meant so."""


def stated(path: Path | None, kind: Literal["UserFile", "WorkspaceFile"]) -> BaseModel:
    """Return a configuration file as it was written, checked; the defaults where there is none.

    Raises:
        ConfigError: The file cannot be read, is no TOML, or holds what it must not.
    """
    from assure_tui.app.desk import schema  # noqa: PLC0415 - pydantic costs 0.15 s

    data = _read(path) if path is not None else None
    held = parsed(path, data, _FILE) if path and data is not None else {}
    model: BaseModel = checked(getattr(schema, kind), held, path)
    return model


def read_user(path: Path) -> UserConfig:
    """Read the user's settings; without a file, the defaults.

    Raises:
        ConfigError: The file cannot be read, is no TOML, or holds what it must not.
    """
    data = _read(path)
    if data is None:
        return UserConfig()
    from assure_tui.app.desk.schema import UserFile  # noqa: PLC0415 - pydantic costs 0.15 s

    model = checked(UserFile, parsed(path, data, _FILE), path)
    gate_files = [read_gate_file((path.parent / expanded(Path(name))).resolve()) for name in model.gate_files]
    gates = gathered(gate_files, catalogue(), path)
    return UserConfig(
        gates=gates,
        gate_changes=changes_of(model.gates, {**catalogue(), **{rule.id: rule for rule in gates}}, path),
        gate_files={file.path.name: file.digest for file in gate_files},
        operator=model.operator,
        discover=model.discover,
        roots=tuple(path.parent / expanded(Path(root)) for root in model.roots),
        exclude=tuple(model.exclude),
        retention_days=model.retention_days,
        escrow=Limits(model.escrow.keep << 20, tuple(model.escrow.exclude)),
        theme=model.theme,
        glyphs=model.glyphs,
        keys=model.keys,
        hook_if_error=model.hook.if_error,
        approval_wait=model.approvals.wait,
        notify=NotifyConfig(
            severity=model.notify.severity,
            bell=model.notify.bell,
            desktop=model.notify.desktop,
            command=tuple(model.notify.command),
        ),
        four_eyes=model.seal.four_eyes,
        unlock_for=model.seal.unlock_minutes * 60.0,
        witnesses=tuple((witness.key, witness.url) for witness in model.witnesses),
    )


def find_workspace(beside: Iterable[Path]) -> Path | None:
    """Find the workspace file beside the first path that has one: in the folder itself, or where the file lies."""
    for path in beside:
        folder = path if path.is_dir() else path.parent
        candidate = folder / WORKSPACE_FILE
        try:
            if candidate.is_file():
                return candidate
        except OSError as error:
            raise ConfigError(f"{folder} cannot be listed ({error.strerror}): check its permissions.") from error
    return None


def read_workspace(
    path: Path, *, trusted: bool | None = None, trust: Path | None = None, user: UserConfig | None = None
) -> WorkspaceConfig:
    """Read a workspace file under the trust it has: given by the caller, or looked up in the file `trust`.

    The digest is that of the file and of the gate files it names. The user's own gates stand below the workspace's.

    Raises:
        ConfigError: The file cannot be read, is no TOML, or holds what it must not.
    """
    data = _read(path)
    if data is None:
        raise ConfigError(f"there is no configuration file {path}: check the path.")
    from assure_tui.app.desk import schema  # noqa: PLC0415 - pydantic costs 0.15 s

    model = checked(schema.WorkspaceFile, parsed(path, data, _FILE), path)
    gate_files = [read_gate_file(file) for file in inside(model.gate_files, path)]
    digest = _digest(data, gate_files, list(inside(model.yara_rules, path, "yara_rules")))
    if trusted is None:
        from assure_tui.app.desk.trust import is_trusted  # noqa: PLC0415 - only here

        trusted = trust is not None and is_trusted(trust, path, digest)
    base = settings_of(user or UserConfig())
    known = rules_of(base)
    gates = gathered(gate_files, known, path)
    known |= {rule.id: rule for rule in gates}
    changes = changes_of(model.gates, known, path)
    _known_codes(model.severities, known, path)
    _known_words(model.lexicon, path)
    settings = msgspec.structs.replace(
        base,
        gates=(*base.gates, *gates),
        gate_files={**base.gate_files, **{file.path.name: file.digest for file in gate_files}},
        input_rules=tuple(
            InputRule(id=row.id, phrases=tuple(row.phrases), severity=row.severity) for row in model.input_rules
        ),
    )
    read = _Read(path, digest, model, known, changes, settings)
    return _as_trusted(read) if trusted else _as_untrusted(read)


class _Read(NamedTuple):
    """A workspace file that was read: what it asks for, and the settings with what any file may add to them."""

    path: Path
    digest: str
    model: WorkspaceFile
    known: Mapping[str, Rule]
    changes: Mapping[str, GateChange]
    settings: Settings


def _as_untrusted(read: _Read) -> WorkspaceConfig:
    """Return what a file gets that nobody trusts: it may only tighten; what else it asks for waits."""
    base, known, model = read.settings, read.known, read.model
    raised = {code: severity for code, severity in model.severities.items() if _raises(code, severity, known)}
    split = {name: tightening(change, known[name]) for name, change in read.changes.items()}
    kept = {name: change for name, (change, _) in split.items()}
    waits = [wish for _, wishes in split.values() for wish in wishes]
    changes = laid_over(base.gate_changes, kept)
    return WorkspaceConfig(
        path=read.path,
        digest=read.digest,
        settings=msgspec.structs.replace(base, severities=raised, gate_changes=changes),
        waiting=(*_asks(model, raised), *waits),
        doubts=tuple(_doubts(model)),
    )


def _as_trusted(read: _Read) -> WorkspaceConfig:
    """Return all that a file asks for."""
    path, base, model = read.path, read.settings, read.model
    return WorkspaceConfig(
        path=path,
        digest=read.digest,
        trusted=True,
        settings=msgspec.structs.replace(
            base,
            gate_changes=laid_over(base.gate_changes, read.changes),
            yara=tuple(_yara_rules(model.yara_rules, path)),
            waivers=tuple(_waiver(row, read.known, path) for row in model.waivers),
            tools=tuple(ToolSpec(**tool.model_dump()) for tool in model.tools),
            lexicon=model.lexicon,
            severities=dict(model.severities),
            complete_logs=model.complete_logs,
            trusted_tools=tuple(model.trusted_tools),
        ),
        feeds=tuple(_feed(feed, path) for feed in model.feeds),
        exclude=tuple(model.exclude),
        doubts=tuple(_doubts(model)),
    )


def _doubts(model: Any) -> Iterable[str]:
    """Name kinds that nearly are one that claims have: one of your own is allowed, a misspelt one is lost."""
    known = kinds().keys() | {row for kind in kinds() for row in rows_of(kind)}
    for what, name, kind in (
        *(("feed", feed.name, feed.kind) for feed in model.feeds),
        *(("tool", tool.name, tool.kind) for tool in model.tools),
    ):
        if kind not in known and (hint := nearest(kind, known, cutoff=0.8)):
            yield f"{what} {name!r}: no claim is of the kind {kind!r}{hint}"


def settings_of(user: UserConfig) -> Settings:
    """Return the settings of the check as the user alone sets them."""
    return Settings(gates=user.gates, gate_changes=user.gate_changes, gate_files=user.gate_files)


def _waiver(row: Any, known: Mapping[str, Rule], path: Path) -> Waiver:
    rule = known.get(row.gate)
    if rule is None:
        hint = nearest(row.gate, known) or "."
        raise ConfigError(f"{path}: [[waivers]] names no gate {row.gate!r}{hint}")
    if rule.waiver == "nobody":
        raise ConfigError(f"{path}: [[waivers]]: nobody may waive {row.gate}.")
    return Waiver(gate=row.gate, by=row.by, reason=row.reason, until=seconds(row.until), run=row.run)


def _yara_rules(names: Sequence[str], path: Path) -> Iterable[str]:
    if not names:
        return
    from assure_tui.app.desk.gates.yara import check  # noqa: PLC0415 - an extra

    for file in inside(names, path, "yara_rules"):
        source = (_read(file) or b"").decode("utf-8", "replace")
        check(source, str(file))
        yield source


def _digest(data: bytes, gate_files: Sequence[GateFile], others: Sequence[Path]) -> str:
    """Hash a workspace file; with the files of rules that it names, where it names some.

    Raises:
        ConfigError: One of them is not there.
    """
    hasher = sha256(data)
    for file in gate_files:
        hasher.update(f"\n{file.path.name} {file.digest}".encode())
    for path in others:
        content = _read(path)
        if content is None:
            raise ConfigError(f"{path} is named in yara_rules, and is not there: check the name.")
        hasher.update(f"\n{path.name} {sha256(content).hexdigest()}".encode())
    return hasher.hexdigest()


def _feed(feed: Any, path: Path) -> FeedSpec:
    return FeedSpec(
        name=feed.name,
        kind=feed.kind,
        path=path.parent / feed.path if feed.path is not None else None,
        command=tuple(feed.command) if feed.command is not None else None,
        format=feed.format,
        mapping=feed.map,
        constants=feed.constants,
        minor_units=feed.minor_units,
        complete=feed.complete,
        lag=feed.lag,
    )


def _asks(model: Any, raised: dict[str, Severity]) -> Iterable[str]:
    """Name all that a file asks for and that only trust can give."""
    for feed in model.feeds:
        what = f"runs {' '.join(feed.command)}" if feed.command else f"reads {feed.path}"
        yield f"feed {feed.name!r} {what}" + (", as the complete record of its kind" if feed.complete else "")
    for tool in model.tools:
        yield f"tool {tool.name!r} counts as {tool.kind} ({tool.effect_class})"
    for code, severity in model.severities.items():
        if code not in raised:
            yield f"severity of {code} is set to {severity}"
    if not model.complete_logs:
        yield "logs do not count as complete"
    for tool in model.trusted_tools:
        yield f"output of tool {tool!r} is not checked as outside input"
    for pattern in model.exclude:
        yield f"logs that match {pattern!r} are left out"
    for name in model.yara_rules:
        yield f"YARA rules of {name} are held against what the agent reads"
    for row in model.waivers:
        yield f"gate {row.gate} is waived by {row.by} until {row.until}"
    if model.lexicon:
        yield "the lexicon is added to"


def _known_words(lexicon: Mapping[str, Any], path: Path) -> None:
    try:
        tables.check(lexicon)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error


@cache
def _default_severities() -> dict[str, Severity]:
    """Return the worst severity that each code has by default."""
    text = (files("assure_tui.app.desk") / "data" / "codes.toml").read_text(encoding="utf-8")
    table: dict[str, Severity] = tomllib.loads(text)["severity"]
    return table


def _raises(code: str, severity: Severity, gates: Mapping[str, Rule]) -> bool:
    # A gate may raise the severity that its catalogue states by what is at stake: only the worst is no lowering.
    default: Severity = "critical" if code in gates else _default_severities()[code]
    return SEVERITIES.index(severity) >= SEVERITIES.index(default)


def _known_codes(severities: dict[str, Severity], gates: Mapping[str, Rule], path: Path) -> None:
    known = {*_default_severities(), *gates}
    for code in severities:
        if code not in known:
            hint = nearest(code, known) or "."
            raise ConfigError(f"{path}: [severities] names no discrepancy or gate {code!r}{hint}")


def _read(path: Path) -> bytes | None:
    try:
        data = read_small(path, MAX_FILE)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): make it a file you can read, or move it away."
        ) from error
    if data is not None and len(data) > MAX_FILE:
        raise ConfigError(f"{path} is larger than {MAX_FILE} bytes: that is not a configuration file.")
    return data
