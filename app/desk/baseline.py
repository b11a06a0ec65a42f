"""What an earlier check found: of a document of `reconcile --format json`, what tells its findings apart.

The file comes from wherever a pipeline keeps it, so it is read as hostile: capped, and either whole or an error.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.report import SCHEMA, counts_as_found
from assure_tui.reconcile.model import GateOutcome, Severity, at_least

State: TypeAlias = Literal["new", "worse", "known"]
"""How a finding stands against the baseline; `worse` is known, but was less severe."""

MAX_BYTES: Final = 256 << 20
"""Bytes of a baseline: some hundred thousand findings with their claims and effects."""

_Fingerprint = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Finding(msgspec.Struct):
    fingerprint: _Fingerprint
    severity: Severity


class _Gate(_Finding):
    outcome: GateOutcome


class _Run(msgspec.Struct):
    discrepancies: list[_Finding]
    gates: list[_Gate]
    inputs: list[_Finding]


class _Document(msgspec.Struct):
    schema: Literal["assure-tui/reconcile/v1"]
    rules_digest: str
    runs: list[_Run]
    unattributed: list[_Finding]


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
            for gate in run.gates:
                if counts_as_found(gate.outcome):
                    self._keep(gate)
            for finding in (*run.discrepancies, *run.inputs):
                self._keep(finding)
        for row in document.unattributed:
            self._keep(row)

    def _keep(self, finding: _Finding) -> None:
        known = self._known.setdefault(finding.fingerprint, _Known(finding.severity))
        known.left += 1
        if at_least(finding.severity, known.severity):
            known.severity = finding.severity

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read the baseline at `path`.

        Raises:
            UsageError: It cannot be read, or is no whole document of this schema.
        """
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise UsageError(f"the baseline {path} cannot be read: {error.strerror or error}.") from error
        if len(data) > MAX_BYTES:
            raise UsageError(f"the baseline {path} is larger than {MAX_BYTES >> 20} MiB: that is none of ours.")
        try:
            return cls(msgspec.json.decode(data, type=_Document))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UsageError(
                f"the baseline {path} is no whole document of `reconcile --format json` with schema {SCHEMA} ({error}):"
                " make it again with this version."
            ) from error

    def meet(self, fingerprint: str, severity: Severity) -> State:
        """Tell how a finding stands against the baseline, which has it once less from now on."""
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
