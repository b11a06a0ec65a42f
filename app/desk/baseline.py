"""What an earlier check found: of a document of `reconcile --format json`, what tells its findings apart.

The file comes from wherever a pipeline keeps it, so it is read as hostile: capped, and either whole or an error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.identity import Identity, row_fingerprint
from assure_tui.app.desk.report import SCHEMA, counts_as_found
from assure_tui.reconcile.model import GateOutcome, Severity, at_least

State: TypeAlias = Literal["new", "worse", "known"]
"""How a finding stands against the baseline; `worse` is known, but was less severe."""

MAX_BYTES: Final = 256 << 20
"""Bytes of a baseline: some hundred thousand findings with their claims and effects."""


class _Event(msgspec.Struct):
    sha256: str


class _Claim(msgspec.Struct):
    id: str
    event: str


class _Effect(msgspec.Struct):
    id: str
    call_id: str | None
    event: str


class _Discrepancy(msgspec.Struct):
    id: str
    severity: Severity
    claim: str | None
    effects: list[str]


class _Gate(msgspec.Struct):
    gate: str
    outcome: GateOutcome
    severity: Severity
    call_ids: list[str]
    reason: str


class _Input(msgspec.Struct):
    code: str
    severity: Severity
    event: str
    span: tuple[int, int]


class _Run(msgspec.Struct):
    adapter: str
    native_id: str
    events: dict[str, _Event]
    claims: list[_Claim]
    effects: list[_Effect]
    discrepancies: list[_Discrepancy]
    gates: list[_Gate]
    inputs: list[_Input]

    def findings(self) -> Iterator[tuple[str, Severity]]:
        """Yield the fingerprint and the severity of each finding."""
        identity = Identity(
            self.adapter,
            self.native_id,
            records={event: record.sha256 for event, record in self.events.items()},
            claims=((claim.id, claim.event) for claim in self.claims),
            effects=((effect.id, effect.call_id, effect.event) for effect in self.effects),
        )
        for d in self.discrepancies:
            yield identity.discrepancy(d.id, d.claim, d.effects), d.severity
        for g in self.gates:
            if counts_as_found(g.outcome):
                yield identity.gate(g.gate, g.call_ids, g.reason), g.severity
        for i in self.inputs:
            yield identity.input(i.code, i.event, i.span), i.severity


class _Row(msgspec.Struct):
    kind: str
    message: str


class _Document(msgspec.Struct):
    schema: Literal["assure-tui/reconcile/v1"]
    rules_digest: str
    runs: list[_Run]
    unattributed: list[_Row]


class _Known:
    """A finding of the baseline, and how often it has not been met again: copies of a log share fingerprints."""

    __slots__ = ("left", "severity")

    def __init__(self, severity: Severity) -> None:
        self.left = 0
        self.severity = severity


class Baseline:
    """The findings of an earlier check, each of which can be met again once."""

    def __init__(self, document: _Document) -> None:
        self.rules_digest = document.rules_digest
        """The rules that it was made under, as `rules_digest` gives them."""
        self._known: dict[str, _Known] = {}
        for run in document.runs:
            for fingerprint, severity in run.findings():
                self._keep(fingerprint, severity)
        for row in document.unattributed:
            self._keep(row_fingerprint(row.kind, row.message), "critical")  # the kind tells its severity

    def _keep(self, fingerprint: str, severity: Severity) -> None:
        known = self._known.setdefault(fingerprint, _Known(severity))
        known.left += 1
        if at_least(severity, known.severity):
            known.severity = severity

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read the baseline at `path`.

        Raises:
            UsageError: It cannot be read, or is not a document of this schema.
        """
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            raise UsageError(
                f"there is no baseline {path}: create it with `reconcile … --format json`, without --baseline."
            ) from error
        except OSError as error:
            raise UsageError(f"the baseline {path} cannot be read: {error.strerror or error}.") from error
        if len(data) > MAX_BYTES:
            raise UsageError(
                f"the baseline {path} is larger than {MAX_BYTES >> 20} MiB, so this program did not write it."
            )
        try:
            return cls(msgspec.json.decode(data, type=_Document))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UsageError(
                f"the baseline {path} is not a document of `reconcile --format json` with schema {SCHEMA} ({error}):"
                " make it again with this version."
            ) from error

    def meet(self, fingerprint: str, severity: Severity) -> State:
        """Return how a finding stands against the baseline, which has it once less from now on."""
        known = self._known.get(fingerprint)
        if known is None or not known.left:
            return "new"
        known.left -= 1
        return "known" if at_least(known.severity, severity) else "worse"

    def missed(self, runs: Collection[str]) -> tuple[int, int]:
        """Count what was not met: in the runs with these keys, where it vanished, and in runs that were not checked."""
        vanished = unseen = 0
        for fingerprint, known in self._known.items():
            if fingerprint.partition("-")[0] in runs:
                vanished += known.left
            else:
                unseen += known.left
        return vanished, unseen
