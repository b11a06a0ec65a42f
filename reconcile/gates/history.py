"""What a run did so far, as far as gates ask for it: counts, what it wrote, read and claimed. Bounded."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile.gates.places import Own
from assure_tui.reconcile.ids import digest
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.model import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.ingest.model import Origin, ToolCall, ToolResult
    from assure_tui.reconcile.model import Effect

MAX_RECENT = 2048
"""Effects whose time is remembered, for counts within the last hour."""
MAX_WRITES = 2048
MAX_NAMES = 1024
"""Names of tools that are counted."""
MAX_CLAIMS = 512
MAX_WAITING = 4096
"""Calls without a result that are remembered."""
HOUR = 3600.0


class Done(NamedTuple):
    """A write that was carried out: in which of the user's turns, and as which of the run's calls."""

    turn: int
    number: int


class Acted(NamedTuple):
    """A write or egress that did not fail, or is still at work."""

    call_id: str
    time: float
    kind: str
    tool: str
    amount: float


@dataclass(slots=True)
class History:
    """What a run did so far."""

    calls: int = 0
    failed: int = 0
    denied: int = 0
    turn: int = 0
    tools: Counter[str] = field(default_factory=Counter)
    """Calls by tool."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Effects by kind, those that failed or were denied left out."""
    turn_kinds: Counter[str] = field(default_factory=Counter)
    """The same, within the user's turn."""
    recent: dict[tuple[str, int], Acted] = field(default_factory=dict)
    """Writes and what left the machine, by call and place in it, oldest first."""
    read: Own = field(default_factory=Own)
    writes: dict[str, Done] = field(default_factory=dict)
    """Writes to the world that were carried out, by the digest of tool and arguments."""
    flying: dict[str, str] = field(default_factory=dict)
    """The same digests of writes that have no result yet, with their calls."""
    claims: dict[str, Claim] = field(default_factory=dict)
    turn_claims: dict[str, None] = field(default_factory=dict)
    waiting: dict[str, ToolCall] = field(default_factory=dict)
    """Calls that have no result yet, oldest first."""
    latest: set[str] = field(default_factory=set)
    """Calls after which nothing came but calls: they may still be at work."""
    stray: int = 0
    """Results of calls that the log does not have."""
    last: tuple[str, Origin] | None = None
    """The event seen last: where findings on a turn or on the run are shown."""

    def turned(self) -> None:
        """Begin the next of the user's turns."""
        self.went_on()
        self.turn += 1
        self.turn_kinds.clear()
        self.turn_claims.clear()

    def went_on(self) -> None:
        """Note that something came after the latest calls."""
        if self.latest:
            self.latest.clear()

    def called(self, call: ToolCall, effects: Sequence[Effect]) -> None:
        """Count a call; what it writes counts from now on, since several may be at work at once."""
        self.calls += 1
        self.latest.add(call.call_id)
        if call.tool in self.tools or len(self.tools) < MAX_NAMES:
            self.tools[call.tool] += 1
        self.waiting[call.call_id] = call
        if len(self.waiting) > MAX_WAITING:
            gone = next(iter(self.waiting))
            del self.waiting[gone]
            self.latest.discard(gone)
        for at, effect in enumerate(effects):
            if effect.time is not None and effect.effect_class in {"write", "egress"}:
                tool = call.tool if "command" in effect.args else effect.tool
                self.recent[call.call_id, at] = Acted(call.call_id, effect.time, effect.kind, tool, amount_of(effect))
        while len(self.recent) > MAX_RECENT:
            del self.recent[next(iter(self.recent))]
        if any(is_act(effect) for effect in effects):
            self.flying.setdefault(fingerprint(call), call.call_id)
            if len(self.flying) > MAX_WRITES:
                del self.flying[next(iter(self.flying))]

    def returned(self, call: ToolCall | None, result: ToolResult, effects: Sequence[Effect]) -> None:
        """Count what came of a call."""
        if result.status == "running":
            return
        self.waiting.pop(result.call_id, None)
        self.went_on()
        if call is None:
            self.stray += result.reads_from is None
            return
        self.denied += result.status == "denied"
        self.failed += result.status == "failed"
        acts = any(is_act(effect) for effect in effects)
        if acts and self.flying.get(fingerprint(call)) == call.call_id:
            del self.flying[fingerprint(call)]
        for at, effect in enumerate(effects):
            if result.status == "denied" or effect.status in {"failed", "denied"}:
                self.recent.pop((call.call_id, at), None)
                continue
            self.kinds[effect.kind] += 1
            self.turn_kinds[effect.kind] += 1
            for path in effect.args.get("abs", ()):
                self.read.add(path)
        if acts and result.status != "denied" and any(effect.status != "failed" for effect in effects):
            self.writes.pop(fingerprint(call), None)
            self.writes[fingerprint(call)] = Done(self.turn, self.calls)
            if len(self.writes) > MAX_WRITES:
                del self.writes[next(iter(self.writes))]

    def follow(self, values: Iterable[object]) -> None:
        """Keep the claims as they stand."""
        for value in values:
            if isinstance(value, Claim):
                if value.id not in self.claims:
                    self.turn_claims[value.id] = None
                self.claims[value.id] = value
        while len(self.claims) > MAX_CLAIMS:
            gone = next(iter(self.claims))
            del self.claims[gone]
            self.turn_claims.pop(gone, None)

    def within_hour(self, call: ToolCall) -> list[Acted]:
        """Return the writes of other calls within the hour before a call."""
        now = call.time
        if now is None:
            return []
        return [a for a in self.recent.values() if now - HOUR <= a.time <= now and a.call_id != call.call_id]


def is_act(effect: Effect) -> bool:
    """Whether an effect changes something in the world, rather than in files or by commands."""
    return effect.effect_class in {"write", "egress"} and "paths" not in effect.args and not is_coding(effect.kind)


def fingerprint(call: ToolCall) -> str:
    """Tell a call by its tool and arguments."""
    return digest(call.tool, json.dumps(call.args, sort_keys=True, default=str), size=16)


def amount_of(effect: Effect) -> float:
    """Return the first amount of an effect; 0 when it has none."""
    for money in effect.args.get("money", ()):
        try:
            return float(money.value)
        except ValueError:
            continue
    return 0.0
