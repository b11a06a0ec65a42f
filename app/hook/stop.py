"""What the agent says as it stops, held against what it did: the turn's report must not contradict its own log.

Only what stands contradicted or stale, at severity high or above, is answered with `block`, and only twice in a turn;
then it is the human's. What cannot be checked never blocks.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from assure_tui.app.desk import gated
from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.app.hook.judge import Judgement
from assure_tui.ingest.errors import IngestError
from assure_tui.ingest.model import AgentText, Boundary, Locator, Origin, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ledger.disk import replace
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.model import SEVERITIES, Claim, Discrepancy, Effect, GateResult, at_least
from assure_tui.reconcile.rulebook import answer
from assure_tui.reconcile.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assure_tui.app.desk.paths import Home
    from assure_tui.ingest.model import RunEvent
    from assure_tui.reconcile.model import Change
    from assure_tui.reconcile.rulebook import Rule
    from assure_tui.reconcile.settings import Settings

MAX_BLOCKS: Final = 2
"""Times that a turn is sent back before it is the human's."""
MAX_LOG: Final = 256 * 1024 * 1024
LAG_SECONDS: Final = 1.5
"""How long the agent's last words may take to reach its log."""
_BLOCKING: Final = frozenset({"contradicted", "stale"})
_QUOTED: Final = 240
"""Characters of the agent's words, and of a command's output, that are quoted."""
ValueT = TypeVar("ValueT", Claim, Effect, Discrepancy, GateResult)


@dataclass(slots=True)
class Turn:
    """The last turn of a run: what was said at its end, and what stands about it."""

    claims: dict[str, Claim] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    discrepancies: dict[str, Discrepancy] = field(default_factory=dict)
    gates: dict[str, GateResult] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    """Ends of the results of its calls, by the call."""
    last: set[str] = field(default_factory=set)
    """Events of the agent's words behind its last call."""
    words: str = ""
    name: str = ""
    """The event that began it."""
    events: int = 0
    late: bool = False
    """The last words were not in the log yet, so that results may be missing there too."""

    def tells(self, said: str) -> bool:
        """Return whether the log holds what the agent says that it said last; the two differ in white space."""
        return not said or _end(self.words) == _end(said)

    def event(self, event: RunEvent) -> None:
        """Take an event of the run."""
        self.events += 1
        match event:
            case UserTurn() if not event.synthetic and not event.system:
                self.name = event.id
                self.last.clear()
                self.gates.clear()
                self.outputs.clear()
            case AgentText():
                self.last.add(event.id)
                self.words = event.text
            case ToolCall():
                self.last.clear()
            case ToolResult():
                self.outputs[event.call_id] = event.text[-4 * _QUOTED :]
                self.last.clear()
            case _:
                pass

    def change(self, change: Change) -> None:
        """Take what the check says of the run."""
        value = change.value
        match value:
            case Claim():
                _put(self.claims, value, change.op)
            case Effect():
                _put(self.effects, value, change.op)
            case Discrepancy():
                _put(self.discrepancies, value, change.op)
            case GateResult():
                _put(self.gates, value, change.op)
            case _:
                pass

    def refused(self, rules: Mapping[str, Rule]) -> list[GateResult]:
        """Return the results of gates over the turn that deny, at severity high or above."""
        return [
            result
            for result in self.gates.values()
            if (rule := rules.get(result.gate)) is not None
            and rule.phase == "turn"
            and at_least(result.severity, "high")
            and answer(rule, result) == "deny"
        ]

    def wrong(self) -> list[tuple[Claim, Discrepancy]]:
        """Return the claims of the last words that block, worst first, each with what is wrong about it."""
        found = [
            (claim, discrepancy)
            for discrepancy in self.discrepancies.values()
            if (claim := self.claims.get(discrepancy.claim or "")) is not None
            and claim.event in self.last
            and claim.outcome in _BLOCKING
            and at_least(discrepancy.severity, "high")
            and (discrepancy.effects or not self.late)
        ]
        return sorted(found, key=lambda pair: -SEVERITIES.index(pair[1].severity))


def at_stop(
    request: gated.Request, run: str, settings: Settings, places: Home
) -> tuple[Judgement, dict[str, Any] | None]:
    """Check the turn that ends; give what the agent is told, and what the entry holds of it."""
    turn, trouble = _turn(request, run, settings)
    if trouble:
        return Judgement("none", f"the turn could not be checked: {trouble}"), {"unchecked": trouble}
    blocks = _Blocks(places, run, turn.name or request.turn)
    wrong = [(claim, found) for claim, found in turn.wrong() if claim.id not in blocks.claims]
    gates = tuple(result for result in turn.refused(rules_of(settings)) if result.id not in blocks.claims)
    more: dict[str, Any] = {
        "turn": turn.name,
        "claims": [
            {"id": claim.id, "kind": claim.kind, "text": claim.text, "outcome": claim.outcome, "code": found.code}
            for claim, found in wrong
        ],
    }
    if not wrong and not gates:
        return Judgement("none", ""), more
    if blocks.count >= MAX_BLOCKS:
        return Judgement("none", f"sent back {MAX_BLOCKS} times already: for a human to judge", gates), more | {
            "human": True
        }
    blocks.add([claim.id for claim, _ in wrong] + [result.id for result in gates])
    parts = [f"{result.message} (gate {result.gate}, {result.severity})." for result in gates]
    if wrong:
        parts.insert(0, _explained(turn, wrong))
    return Judgement("block", " ".join(parts), gates), more | {"blocks": blocks.count}


def _turn(request: gated.Request, run: str, settings: Settings) -> tuple[Turn, str]:
    """Check the log up to now; give the last turn, or why it could not be checked."""
    path = Path(request.transcript)
    try:
        if not path.is_absolute() or not path.is_file():
            return Turn(), "its log is not named, or not there"
        if path.stat().st_size > MAX_LOG:
            return Turn(), f"its log is larger than {MAX_LOG} bytes"
        turn = _checked(path, run, settings)
        deadline = time.monotonic() + LAG_SECONDS
        while not turn.tells(request.said) and time.monotonic() < deadline:
            time.sleep(LAG_SECONDS / 10)
            turn = _checked(path, run, settings)
        if not turn.tells(request.said):
            turn = _checked(path, run, settings, said=request.said)
    except (OSError, ValueError, IngestError) as error:
        return Turn(), f"its log cannot be read ({error})"
    return turn, "" if turn.events else "its log does not hold the run"


def _checked(path: Path, run: str, settings: Settings, *, said: str = "") -> Turn:
    """Check a log from its beginning; `said` are last words that it does not hold yet."""
    check = Workspace(settings, evaluator())
    turns: dict[str, Turn] = {}
    for event in open_source(path).events():
        turn = turns.setdefault(event.run, Turn())
        turn.event(event)
        _apply(turns, check.step(event))
    name = run if run in turns or len(turns) != 1 else next(iter(turns))
    turn = turns.setdefault(name, Turn())
    if said:
        words = AgentText(id="said#hook", run=name, origin=_here(), seq=turn.events, text=said, channel="final")
        turn.event(words)
        turn.late = True
        _apply(turns, check.step(words))
    _apply(turns, check.step(Boundary(id="stop#hook", run=name, origin=_here(), seq=turn.events, what="turn_end")))
    _apply(turns, check.close())
    return turn


def _apply(turns: dict[str, Turn], changes: Iterable[Change]) -> None:
    for change in changes:
        turn = turns.get(getattr(change.value, "run", ""))
        if turn is not None:
            turn.change(change)


def _put(shelf: dict[str, ValueT], value: ValueT, op: str) -> None:
    if op == "withdraw":
        shelf.pop(value.id, None)
    else:
        shelf[value.id] = value


def _here() -> Origin:
    return Origin("hook", Locator("item", 0), "0" * 64)


def _explained(turn: Turn, wrong: list[tuple[Claim, Discrepancy]]) -> str:
    """Say what is wrong in the agent's own words and its own output, and what would prove it."""
    claim, found = wrong[0]
    parts = [f"You said “{_short(claim.text)}”, but: {found.message}."]
    effect = next((turn.effects[name] for name in found.effects if name in turn.effects), None)
    output = turn.outputs.get(effect.call_id or "", "") if effect is not None else ""
    command = effect.args.get("command") if effect is not None else None
    if output.strip():
        parts.append(f"Its own output ended: “{_ending(output)}”.")
    if isinstance(command, str) and command and "\n" not in command:
        parts.append(f"To prove it, run `{command[:_QUOTED]}` and report what it prints; or correct what you said.")
    elif found.settles:
        parts.append(f"What would settle it: {found.settles}. Or correct what you said.")
    else:
        parts.append("Do it now and show the result, or correct what you said.")
    if len(wrong) > 1:
        others = "; ".join(f"“{_short(other.text)}”" for other, _ in wrong[1:4])
        parts.append(f"The same goes for: {others}.")
    return " ".join(parts)


def _ending(output: str) -> str:
    """Return the last lines of an output, as many as fit."""
    lines: list[str] = []
    for line in reversed(output.split("\n")):
        if lines and sum(map(len, lines)) + len(line) > _QUOTED:
            break
        if line.strip():
            lines.append(line.strip())
    return _short(" / ".join(reversed(lines)))


def _end(text: str) -> str:
    return " ".join(text.split())[-_QUOTED:]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"


class _Blocks:
    """How often a turn was sent back, and for which claims: what was said before that is not held against it again.

    The ledger has each time; this file saves reading all of it while the agent waits.
    """

    def __init__(self, places: Home, run: str, turn: str) -> None:
        self._path = places.hook / "turns" / f"{run}.json"
        self._turn = turn
        known = self._read()
        count, claims = known.get("blocks"), known.get("claims")
        self.count = count if isinstance(count, int) else 0
        self.claims = {name for name in claims if isinstance(name, str)} if isinstance(claims, list) else set[str]()

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) and known.get("turn") == self._turn else {}

    def add(self, claims: Iterable[str]) -> None:
        """Count one more, for these claims."""
        self.count += 1
        self.claims.update(claims)
        known = {"turn": self._turn, "blocks": self.count, "claims": sorted(self.claims)}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(self._path, json.dumps(known).encode())
