"""One run while it is watched: what stands about it, what the index has not seen yet, what the ledger has not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assure_tui.app.desk.asking import asks
from assure_tui.app.desk.entries import State, value_digest
from assure_tui.app.desk.facts import RunFacts
from assure_tui.app.desk.index import KIND_OF, IndexWriter, Result, worst_of
from assure_tui.app.desk.wire import encode
from assure_tui.ingest.model import Boundary, RunEvent
from assure_tui.reconcile.model import Change, Claim, Discrepancy, Effect, GateResult, InputFinding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FindingOfRun = Discrepancy | GateResult | InputFinding
HELD_CODES = frozenset({"record-altered", "revised", "source-gone"})
"""Findings of the desk itself: the check does not know them, so a new reading must not take them back."""
_CONTRADICTED = frozenset({"contradicted", "partial", "stale", "unsupported"})


class LiveRun:
    """Keeps what is known about one run, and which part of it has not been written yet.

    A run is read *silently* up to where the ledger knows it. If the index has the run too, values are *held* back
    meanwhile, so that the display does not go through its past again, and in the end only what differs is written; the
    first `indexed` events are not written again either. From there on, changed claims and effects are due for an
    `assessed` entry. Findings are always settled by comparing what stands with what the ledger says, so that a crash
    at any moment leaves nothing to repair. `stir` is told whenever anything happens to the run.
    """

    def __init__(
        self,
        run: str,
        no: int,
        source: int,
        *,
        adapter: str,
        silent: bool,
        held: bool,
        indexed: int,
        recorded: Mapping[str, tuple[bytes, FindingOfRun]],
        stir: Callable[[LiveRun], None],
    ) -> None:
        self.run = run
        self.no = no
        self.source = source
        self.facts = RunFacts(run, adapter)
        self.silent = silent
        self._stir = stir
        self._indexed = indexed
        self._held = held
        self.backlog = True
        """Nothing of the run is in the ledger."""
        self.findings: dict[str, FindingOfRun] = {
            name: value
            for name, (_, value) in recorded.items()
            if isinstance(value, Discrepancy) and value.code in HELD_CODES
        }
        self.recorded: dict[str, bytes] = {name: digest for name, (digest, _) in recorded.items()}
        """Digest of every finding that the ledger has, by id, as the ledger has it."""
        self._last_recorded: dict[str, FindingOfRun] = {name: value for name, (_, value) in recorded.items()}
        self.claims: dict[str, str] = {}
        """Outcome of every claim."""
        self._outcomes: Counter[str] = Counter()
        """How many claims have each outcome."""
        self.due: dict[str, Claim | Effect] = {}
        """Claims and effects that changed since the last `assessed` entry."""
        self.turn_ended = False
        self.fresh: list[FindingOfRun] = []
        """Findings opened since they were last taken, for whoever wants to be told."""
        self._events: list[tuple[int, RunEvent]] = []
        self._puts: dict[tuple[str, str], Result] = {(KIND_OF[type(v)], name): v for name, v in self.findings.items()}
        self._drops: set[tuple[str, str]] = set()
        self._touched = False
        self._compared: set[str] = set()
        """Findings that the ledger is known to have in their present form."""

    @property
    def unsaved(self) -> bool:
        """Return whether the index is behind."""
        return bool(self._events) or (not self._held and (self._touched or bool(self._puts) or bool(self._drops)))

    def leave_backlog(self) -> None:
        """Note that the ledger has something of the run."""
        self._touched = self._touched or self.backlog
        self.backlog = False
        self._stir(self)

    def event(self, event: RunEvent) -> None:
        """Take an event of the run."""
        if self.facts.events >= self._indexed:
            self._events.append((self.facts.events, event))
        self.facts.see(event)
        self._touched = True
        self._stir(self)
        if isinstance(event, Boundary) and event.what in {"turn_end", "run_end"} and not self.silent:
            self.turn_ended = True

    def change(self, change: Change) -> None:
        """Take a change that the check made."""
        value = change.value
        if not isinstance(value, Result):
            raise TypeError("an unattributed row belongs to its source, not to a run")
        self._touched = True
        self._stir(self)
        key = (KIND_OF[type(value)], value.id)
        if change.op == "withdraw":
            self._puts.pop(key, None)
            self._drops.add(key)
        else:
            self._drops.discard(key)
            self._puts[key] = value
        match value:
            case Claim():
                self._count(value.id, None if change.op == "withdraw" else value.outcome)
                self._is_due(value)
            case Effect():
                self._is_due(value)
            case _:
                self._find(change.op == "withdraw", value)

    def _count(self, claim: str, outcome: str | None) -> None:
        before = self.claims.pop(claim, None)
        if before is not None:
            self._outcomes[before] -= 1
        if outcome is not None:
            self.claims[claim] = outcome
            self._outcomes[outcome] += 1

    def _is_due(self, value: Claim | Effect) -> None:
        if not self.silent:
            self.due[value.id] = value

    def _find(self, gone: bool, value: FindingOfRun) -> None:
        self._compared.discard(value.id)
        if gone:
            self.findings.pop(value.id, None)
            return
        if value.id not in self.findings and value.id not in self.recorded:
            self.fresh.append(value)
        self.findings[value.id] = value

    def counts(self) -> dict[str, Any]:
        """Count what the index shows of the run."""
        confirmed = self._outcomes["confirmed"]
        contradicted = sum(self._outcomes[outcome] for outcome in _CONTRADICTED)
        asking = [value for value in self.findings.values() if asks(value)]
        return {
            "confirmed": confirmed,
            "contradicted": contradicted,
            "unchecked": len(self.claims) - confirmed - contradicted,
            "findings": len(asking),
            "gates_failed": sum(isinstance(value, GateResult) for value in asking),
            "worst": worst_of(value.severity for value in asking),
        }

    def unwritten_findings(self) -> Iterator[tuple[FindingOfRun, State]]:
        """Yield the differences between the findings that stand and those that the ledger has."""
        if self.silent:
            return
        for name, value in self.findings.items():
            if name in self._compared:
                continue
            before = self.recorded.get(name)
            if before is None:
                yield value, "open"
            elif before != value_digest(value):
                yield value, "revised"
        for name in self.recorded.keys() - self.findings.keys():
            yield self._last_recorded[name], "withdrawn"

    def written(self, differences: Sequence[tuple[FindingOfRun, State]]) -> None:
        """Note that the ledger has all findings as they stand, now that it has these differences."""
        self._compared = set(self.findings)
        for value, state in differences:
            if state == "withdrawn":
                self.recorded.pop(value.id, None)
                self._last_recorded.pop(value.id, None)
            else:
                self.recorded[value.id] = value_digest(value)
                self._last_recorded[value.id] = value

    def assessed(self) -> None:
        """Note that the ledger has the claims and effects as they stand."""
        self.due.clear()
        self.turn_ended = False

    def claim_value(self, index: IndexWriter, claim: str | None) -> Claim | None:
        """Return the claim that a finding speaks of."""
        if claim is None:
            return None
        value = self._puts.get(("claim", claim)) or index.result(self.no, "claim", claim)
        return value if isinstance(value, Claim) else None

    def save(self, index: IndexWriter) -> None:
        """Write to the index what it has not seen; within a transaction."""
        if not self.unsaved:
            return
        if self._events:
            index.events(self.no, self.source, self._events)
            self._events.clear()
        if not self._held:
            evidence = self._save_values(index)
            index.facts(self.no, self.facts, self.counts(), backlog=self.backlog, evidence=evidence)
            self._touched = False

    def _save_values(self, index: IndexWriter) -> bool:
        evidence = bool(self._puts or self._drops)
        if self._drops:
            index.drop(self.no, self._drops)
            self._drops.clear()
        if self._puts:
            index.put(self.no, [(value, self._anchor(index, value)) for value in self._puts.values()])
            self._puts.clear()
        return evidence

    def speak(self, index: IndexWriter) -> None:
        """End the silent reading: bring the index to what stands; what differs from it is to be assessed again."""
        self.silent = False
        self._compared.clear()
        self._stir(self)
        if not self._held:
            return
        self._held = False
        for kind, name, blob in list(index.results(self.no)):
            value = self._puts.get((kind, name))
            if value is None:
                self._drops.add((kind, name))
            elif encode(value) == blob:
                del self._puts[kind, name]
        for value in self._puts.values():
            if isinstance(value, Claim | Effect):
                self.due[value.id] = value

    def _anchor(self, index: IndexWriter, value: Result) -> str | None:
        """Find the event that a value belongs to in the Timeline."""
        if not isinstance(value, Discrepancy):
            return value.event
        for kind, name in (("claim", value.claim), *(("effect", effect) for effect in value.effects[:1])):
            if name is None:
                continue
            known = self._puts.get((kind, name)) or index.result(self.no, kind, name)
            if isinstance(known, Claim | Effect):
                return known.event
        return None
