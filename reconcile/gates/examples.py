"""Plays the examples of gates: what must meet a gate does, and what must not meet it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    FileChange,
    Locator,
    Origin,
    Permission,
    RunStarted,
    ToolCall,
    ToolResult,
    UserTurn,
)
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import GateChange, Step
from assure_tui.reconcile.settings import Settings

if TYPE_CHECKING:
    from assure_tui.ingest.model import RunEvent
    from assure_tui.reconcile.gates.conditions import Evaluator
    from assure_tui.reconcile.rulebook import Example, Rule

FOLDER = "/w"
"""The folder that examples work in."""
START = 1_780_000_000.0
_RUN = "r-example"


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """One example, and what the gate said to it."""

    example: str
    must_fire: bool
    results: tuple[GateResult, ...]

    @property
    def fired(self) -> bool:
        """Whether the gate said anything against it."""
        return any(result.outcome in {"failed", "bypassed", "pending"} for result in self.results)

    @property
    def broken(self) -> str:
        """Why the gate could not be evaluated; empty when it could."""
        return next((r.message for r in self.results if r.outcome in {"error", "not-evaluated"}), "")

    @property
    def holds(self) -> bool:
        """Whether the gate did what the example says."""
        return self.fired == self.must_fire and not self.broken


def play(rule: Rule, evaluator: Evaluator | None) -> Iterator[Played]:
    """Play all examples of a gate, each in a run of its own."""
    shipped = GateChange(on=True)
    settings = Settings(gates=(rule,), gate_changes={rule.id: shipped})
    for must_fire, examples in ((True, rule.examples.must_fire), (False, rule.examples.must_not_fire)):
        for example in examples:
            state, results = State(settings, evaluator), dict[str, GateResult]()
            for event in events(example):
                _take(results, step(state, event)[1], rule)
            _take(results, close(state)[1], rule)
            yield Played(example=told(example), must_fire=must_fire, results=tuple(results.values()))


def told(example: Example) -> str:
    """Return an example in one line."""
    steps = example if isinstance(example, list) else [example]
    return "; ".join(step if isinstance(step, str) else _step_told(step) for step in steps).replace("\n", "⏎")


def _step_told(step: Step) -> str:
    for name in ("user", "says", "command", "powershell", "edit", "tool", "mode"):
        value = getattr(step, name)
        if value is not None:
            return f"{name} {value}" + (f" {step.args}" if step.args else "")
    return "nothing"


def _take(results: dict[str, GateResult], changes: list[Any], rule: Rule) -> None:
    for change in changes:
        value = change.value
        if isinstance(value, GateResult) and value.gate == rule.id:
            if change.op == "withdraw":
                results.pop(value.id, None)
            else:
                results[value.id] = value


def events(example: Example) -> Iterator[RunEvent]:
    """Turn an example into the events of a run."""
    make = _Maker()
    yield RunStarted(**make.base(), native_id=_RUN, agent="example", adapter="example", cwd=FOLDER)
    for one in example if isinstance(example, list) else [example]:
        yield from make.step(Step(command=one) if isinstance(one, str) else one)
    yield Boundary(**make.base(), what="turn_end")


class _Maker:
    """Numbers the events of one example."""

    def __init__(self) -> None:
        self._number = 0
        self._time = START

    def base(self) -> dict[str, Any]:
        """Return what all events have."""
        self._number += 1
        self._time += 1.0
        origin = Origin(source="s-example", at=Locator("item", self._number), sha256="0" * 64)
        return {
            "id": f"x{self._number}",
            "run": _RUN,
            "origin": origin,
            "seq": self._number,
            "time": self._time,
        }

    def step(self, step: Step) -> Iterator[RunEvent]:
        """Yield the events of one step."""
        if step.at is not None:
            self._time = step.at if step.at > START else START + step.at
        if step.user is not None:
            yield UserTurn(**self.base(), text=step.user)
        elif step.says is not None:
            yield AgentText(**self.base(), text=step.says, channel="final")
        elif step.mode is not None:
            yield Permission(**self.base(), decision="mode", mode=step.mode)
        elif step.edit is not None:
            path = step.edit if step.edit.startswith("/") else f"{FOLDER}/{step.edit}"
            yield from self._called("Edit", {"file_path": path, **step.args}, step, path)
        elif step.command is not None:
            yield from self._called("Bash", {"command": step.command, **step.args}, step)
        elif step.powershell is not None:
            yield from self._called("PowerShell", {"command": step.powershell, **step.args}, step)
        elif step.tool is not None:
            paths = [value for name, value in step.args.items() if "path" in name and isinstance(value, str)]
            yield from self._called(step.tool, step.args, step, paths[0] if paths and step.diff else None)

    def _called(self, tool: str, args: dict[str, Any], step: Step, path: str | None = None) -> Iterator[RunEvent]:
        base = self.base()
        yield ToolCall(**base, call_id=base["id"], tool=tool, args=args)
        if step.status == "running":
            return
        failed = step.exit or step.status == "failed"
        yield ToolResult(
            **self.base(),
            call_id=base["id"],
            text=step.output if step.output is not None else "",
            status="failed" if failed else step.status,
            exit_code=step.exit if step.command is not None and step.status != "denied" else None,
            exit_source="structured" if step.command is not None else "none",
            files=(FileChange(path=path, op="edit", diff=step.diff),) if path is not None and step.diff else (),
        )
