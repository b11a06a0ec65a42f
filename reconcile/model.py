"""What `reconcile` says: claims, effects, discrepancies, gate results and input findings, and changes to them.

All values are frozen `msgspec.Struct`s. A later change of mind is a new value under the same id.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import msgspec

from assure_tui.ingest.model import ExitSource, Origin, ResultStatus

Grade: TypeAlias = Literal["narrated", "logged", "gated", "independent", "re-executed"]
Polarity: TypeAlias = Literal["asserted", "denied"]
Outcome: TypeAlias = Literal["confirmed", "contradicted", "unsupported", "stale", "partial", "unverifiable", "pending"]
Severity: TypeAlias = Literal["info", "low", "medium", "high", "critical"]
EffectClass: TypeAlias = Literal["read", "write", "egress", "execute"]
GateOutcome: TypeAlias = Literal["passed", "failed", "bypassed", "pending", "waived", "not-evaluated", "error"]
MET: Final[frozenset[GateOutcome]] = frozenset({"failed", "bypassed", "pending", "error"})
"""Outcomes of a gate that ask for a decision: it was met, or nobody can tell that it was not."""

SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")


def at_least(severity: Severity, floor: Severity) -> bool:
    """Return whether `severity` is `floor` or worse."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(floor)


class Money(msgspec.Struct, frozen=True):
    """An amount in major units as a plain decimal string, and an ISO 4217 code or None where none was said."""

    value: str
    currency: str | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A statement by the agent. `span` counts code points in the text of event `event`; `text` is that slice.

    `kind` is one of `reconcile/data/kinds.toml`. `args` holds what was read out of the words:
    `money`, `ids`, `paths`, `sha`, `counts` ({"passed": 41}), `recipient`, `date`, `scope`, `object`, …
    """

    id: str
    run: str
    event: str
    origin: Origin
    span: tuple[int, int]
    text: str
    kind: str
    polarity: Polarity = "asserted"
    outcome: Outcome = "pending"
    reason: str = ""
    grade: Grade = "narrated"
    """Grade of the best evidence that the outcome rests on; `narrated` when there is none."""
    args: dict[str, Any] = {}
    effects: tuple[str, ...] = ()
    time: float | None = None
    human: bool = False


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed to happen.

    `kind` uses the claim kinds where one fits, else `<class>` (`read`, `write`, …). `args` are typed values: `money`,
    `target`, `ids`, `paths`, `command`, `counts`, `sha`, `recipient`, … `results` likewise, out of what came back.
    """

    id: str
    run: str
    event: str
    origin: Origin
    call_id: str | None
    tool: str
    kind: str
    effect_class: EffectClass
    status: ResultStatus
    time: float | None
    exit_source: ExitSource = "none"
    exit_code: int | None = None
    grade: Grade = "logged"
    source_kind: str = "log"
    """`log`, `feed:NAME`, `workspace`, `git` or `hook`: the JSON field `origin`."""
    args: dict[str, Any] = {}
    results: dict[str, Any] = {}
    result_event: str | None = None
    result_origin: Origin | None = None


class Discrepancy(msgspec.Struct, frozen=True, kw_only=True):
    """A typed difference between claims and effects. `message` is one sentence a reader can check at a glance."""

    id: str
    run: str
    code: str
    severity: Severity
    claim: str | None
    effects: tuple[str, ...]
    message: str
    settles: str = ""
    """What would change the outcome, in a few words."""


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """A gate met an action. Only results that are not `passed` are reported."""

    id: str
    run: str
    gate: str
    outcome: GateOutcome
    severity: Severity
    call_ids: tuple[str, ...]
    reason: str
    message: str
    event: str
    origin: Origin


class InputFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Adversarial input: `call_id` is the call whose result carried the text, `span` its place in that event's text."""

    id: str
    run: str
    code: str
    severity: Severity
    call_id: str | None
    event: str
    origin: Origin
    span: tuple[int, int]
    effects: tuple[str, ...]
    message: str


class Unattributed(msgspec.Struct, frozen=True, kw_only=True):
    """A row of shared evidence that no single run accounts for: `orphan`, `ambiguous` or `foreign`."""

    id: str
    source: str
    origin: Origin
    kind: str
    message: str
    severity: Severity = "high"
    row: str = ""


Finding: TypeAlias = Discrepancy | GateResult | InputFinding | Unattributed
Value: TypeAlias = Claim | Effect | Discrepancy | GateResult | InputFinding | Unattributed


class Change(msgspec.Struct, frozen=True):
    """One step of the engine opens, revises or withdraws a value; a withdrawal carries the last value."""

    op: Literal["open", "revise", "withdraw"]
    value: Value
