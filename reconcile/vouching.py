"""What a witness saw of calls that agents' own logs tell of, too: matched by the call's id across run trees.

A witness (app/proxy/PROXY.md) stands outside of the agent. Where it saw a call end as the agent's log says, the log's
word for it has become independent; where it saw something else, one of the two is wrong, and that is said on the run.
Only logs that the desk believes are witnesses count as such: a log cannot make itself one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from assure_tui.reconcile.ids import gate_id
from assure_tui.reconcile.model import GateResult

if TYPE_CHECKING:
    from assure_tui.ingest.model import ResultStatus
    from assure_tui.reconcile.model import Effect

Kept = TypeVar("Kept")
MAX_CALLS = 20_000
"""Calls remembered on each side; the oldest are forgotten first."""
FINAL: frozenset[ResultStatus] = frozenset({"succeeded", "failed", "denied"})


class Pair(NamedTuple):
    """A call as the agent's log has it, and how the witness saw it end."""

    effect: Effect
    seen: ResultStatus

    @property
    def agrees(self) -> bool:
        """Return whether both say the same. A refused call may stand as a failed one in the agent's log."""
        return self.effect.status == self.seen or {self.effect.status, self.seen} == {"failed", "denied"}

    def finding(self) -> GateResult:
        """Say that the two differ."""
        effect = self.effect
        return GateResult(
            id=gate_id("log-gap", effect.call_id or effect.id),
            run=effect.run,
            gate="log-gap",
            outcome="failed",
            severity="high",
            call_ids=(effect.call_id or "",),
            reason="witness",
            message=f"the agent's log says that {effect.tool} {effect.status}; the witness before the server saw that "
            f"it {'was refused' if self.seen == 'denied' else self.seen}",
            event=effect.event,
            origin=effect.origin,
        )


class Vouching:
    """Remembers calls of both sides until the other has them, too."""

    def __init__(self) -> None:
        self._witnesses: set[str] = set()
        self._seen: dict[str, ResultStatus] = {}
        self._told: dict[str, Effect] = {}

    def believe(self, source: str) -> None:
        """Take a source for a witness."""
        self._witnesses.add(source)

    def effect(self, effect: Effect) -> Pair | None:
        """Take an effect of any run; give it, or the agent's, with what the witness saw, once both are known."""
        call = effect.call_id
        if not self._witnesses or not call or effect.status not in FINAL:
            return None
        if effect.origin.source in self._witnesses:
            _remember(self._seen, call, effect.status)
        else:
            _remember(self._told, call, effect)
        told, seen = self._told.get(call), self._seen.get(call)
        return Pair(told, seen) if told is not None and seen is not None else None


def _remember(calls: dict[str, Kept], call: str, what: Kept) -> None:
    calls[call] = what
    if len(calls) > MAX_CALLS:
        del calls[next(iter(calls))]
