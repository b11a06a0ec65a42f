"""One run as the check sees it, and the same as the JSON of schema `assure-tui/reconcile/v1` (REPORT.md)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec

from assure_tui.app.desk.facts import RunFacts
from assure_tui.app.desk.identity import Identity, logged_call
from assure_tui.ingest.model import Event, Origin, SourceInfo, Tally
from assure_tui.reconcile.model import (
    Change,
    Claim,
    Discrepancy,
    Effect,
    Finding,
    GateOutcome,
    GateResult,
    InputFinding,
    Unattributed,
    Value,
)

SCHEMA = "assure-tui/reconcile/v1"
UNCHECKED = frozenset({"unverifiable", "pending"})
"""Outcomes that say nothing of whether the claim holds."""


def counts_as_found(outcome: GateOutcome) -> bool:
    """Return whether a gate's outcome is a finding; a waived gate's is not."""
    return outcome not in {"passed", "waived"}


class RunReport:
    """What stands about one run: its facts, and the values of the check by id. Values that were withdrawn are gone."""

    def __init__(self, run: str, adapter: str) -> None:
        self.facts = RunFacts(run, adapter)
        self.shown = ""
        """The source's path as it was given on the command line."""
        self.sources: dict[str, SourceInfo] = {}
        self.tally = Tally()
        self.claims: dict[str, Claim] = {}
        self.effects: dict[str, Effect] = {}
        self.discrepancies: dict[str, Discrepancy] = {}
        self.gates: dict[str, GateResult] = {}
        self.inputs: dict[str, InputFinding] = {}
        self._times: dict[str, float | None] = {}

    def apply(self, change: Change, cause: Event | None = None) -> None:
        """Take a change; `cause` is the event that brought it, for the times of the events it speaks of."""
        value = change.value
        shelf = self._shelf(value)
        if change.op == "withdraw":
            shelf.pop(value.id, None)
            return
        shelf[value.id] = value
        if cause is not None and cause.time is not None:
            named = {getattr(value, "event", None), getattr(value, "result_event", None)}
            if cause.id in named:
                self._times[cause.id] = cause.time

    def _shelf(self, value: Value) -> dict[str, Any]:
        match value:
            case Claim():
                return self.claims
            case Effect():
                return self.effects
            case Discrepancy():
                return self.discrepancies
            case GateResult():
                return self.gates
            case InputFinding():
                return self.inputs
            case Unattributed():
                raise TypeError("an unattributed row belongs to its source, not to a run")

    def findings(self) -> list[Discrepancy | GateResult | InputFinding]:
        """Return all that asks for a decision."""
        return [*self.discrepancies.values(), *self.gates.values(), *self.inputs.values()]

    def origin(self, finding: Finding) -> Origin | None:
        """Return the record that a finding points to: of a discrepancy, its claim's, else its first effect's."""
        if not isinstance(finding, Discrepancy):
            return finding.origin
        claim = self.claims.get(finding.claim or "")
        if claim is not None:
            return claim.origin
        return next((self.effects[name].origin for name in finding.effects if name in self.effects), None)

    def identity(self) -> Identity:
        """Return what tells the findings of the run apart, as they stand now."""
        return Identity(
            self.facts.adapter,
            self.facts.native_id,
            records={event: origin.sha256 for event, origin in self._origins().items()},
            claims=((claim.id, claim.event) for claim in self.claims.values()),
            effects=((effect.id, effect.call_id, effect.event) for effect in self.effects.values()),
        )

    def checked(self) -> int:
        """Count the claims whose outcome says something."""
        return sum(claim.outcome not in UNCHECKED for claim in self.claims.values())

    def document(self) -> dict[str, Any]:
        """Return the run as a JSON object."""
        facts = self.facts
        given = {effect.call_id for effect in self.effects.values() if effect.call_id is not None}
        return {
            "id": facts.id,
            "native_id": facts.native_id,
            "parent": facts.parent,
            "agent": facts.agent,
            "adapter": facts.adapter,
            "source": self.shown,
            "sources": [
                {"id": s.id, "path": s.path, "discipline": s.discipline, "complete": s.complete}
                for s in self.sources.values()
            ],
            "started": iso(facts.started),
            "ended": iso(facts.ended),
            "status": facts.status,
            "model": facts.model,
            "cwd": facts.cwd,
            "events": self._events(),
            "claims": [claim_document(claim) for claim in self.claims.values()],
            "effects": [effect_document(effect, given) for effect in self.effects.values()],
            "discrepancies": [
                {
                    "id": d.id,
                    "code": d.code,
                    "severity": d.severity,
                    "claim": d.claim,
                    "effects": list(d.effects),
                    "message": _one_line(d.message),
                }
                for d in self.discrepancies.values()
            ],
            "gates": [
                {
                    "gate": g.gate,
                    "outcome": g.outcome,
                    "severity": g.severity,
                    "call_ids": list(dict.fromkeys(logged_call(call, given) for call in g.call_ids)),
                    "reason": g.reason,
                    "message": _one_line(g.message),
                }
                for g in self.gates.values()
            ],
            "inputs": [
                {
                    "code": i.code,
                    "severity": i.severity,
                    "call_id": None if i.call_id is None else logged_call(i.call_id, given),
                    "event": i.event,
                    "span": list(i.span),
                    "effects": list(i.effects),
                    "message": _one_line(i.message),
                }
                for i in self.inputs.values()
            ],
            "coverage": {
                "records": self.tally.records,
                "unrecognised": self.tally.unrecognised,
                "malformed": self.tally.malformed,
                "calls_without_result": facts.calls_without_result,
            },
        }

    def _origins(self) -> dict[str, Origin]:
        """Return the records of the events that the values speak of."""
        origins: dict[str, Origin] = {}
        for claim in self.claims.values():
            origins[claim.event] = claim.origin
        for effect in self.effects.values():
            origins[effect.event] = effect.origin
            if effect.result_event is not None and effect.result_origin is not None:
                origins[effect.result_event] = effect.result_origin
        for gate in self.gates.values():
            origins[gate.event] = gate.origin
        for found in self.inputs.values():
            origins[found.event] = found.origin
        return origins

    def _events(self) -> dict[str, dict[str, Any]]:
        """Return the events that something in the document names: where each stands, its record's digest, its time."""
        named = {claim.event for claim in self.claims.values()}
        named |= {effect.event for effect in self.effects.values()}
        named |= {found.event for found in self.inputs.values()}
        times = dict(self._times)
        for claim in self.claims.values():
            times.setdefault(claim.event, claim.time)
        for effect in self.effects.values():
            times.setdefault(effect.event, effect.time)
        return {
            event: {
                "source": origin.source,
                "at": locator(origin),
                "sha256": origin.sha256,
                "time": iso(times.get(event)),
            }
            for event, origin in self._origins().items()
            if event in named
        }


def claim_document(claim: Claim) -> dict[str, Any]:
    """Return a claim as a JSON object."""
    return {
        "id": claim.id,
        "text": claim.text,
        "kind": claim.kind,
        "polarity": claim.polarity,
        "outcome": claim.outcome,
        "reason": claim.reason,
        "grade": claim.grade,
        "event": claim.event,
        "span": list(claim.span),
        "args": msgspec.to_builtins(claim.args, str_keys=True),
        "effects": list(claim.effects),
    }


def effect_document(effect: Effect, given: Collection[str]) -> dict[str, Any]:
    """Return an effect as a JSON object. What came back stands in its `args` beside what was asked, as `results`.

    `given` are the ids of the run's calls, those of the log and those of calls inside a script.
    """
    args = dict(effect.args)
    if effect.results:
        args["results"] = effect.results
    return {
        "id": effect.id,
        "call_id": None if effect.call_id is None else logged_call(effect.call_id, given),
        "tool": effect.tool,
        "kind": effect.kind,
        "status": effect.status,
        "event": effect.event,
        "time": iso(effect.time),
        "exit_source": effect.exit_source,
        "grade": effect.grade,
        "origin": effect.source_kind,
        "args": msgspec.to_builtins(args, str_keys=True),
    }


def unattributed_document(row: Unattributed) -> dict[str, Any]:
    """Return a row of shared evidence that no run accounts for as a JSON object."""
    return {"source": row.source, "locator": locator(row.origin), "kind": row.kind, "message": row.message}


def _one_line(message: str) -> str:
    """Return a message on one line, whatever names of tools and files it holds."""
    return message if message.isprintable() else " ".join(message.split())


def locator(origin: Origin) -> dict[str, Any]:
    """Return the place of a record as a JSON object; a byte range has its line too."""
    at = origin.at
    if at.unit == "bytes":
        return {"unit": at.unit, "start": at.start, "length": at.length, "line": at.line}
    return {"unit": at.unit, "start": at.start}


def iso(time: float | None) -> str | None:
    """Return seconds since the epoch as RFC 3339 in UTC with milliseconds; None stays unknown, as does nonsense."""
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
