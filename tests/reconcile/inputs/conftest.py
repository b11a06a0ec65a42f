from __future__ import annotations

import itertools

import pytest

from assure_tui.ingest.model import AgentText, Locator, Origin, RunStarted, ToolCall, ToolResult, ToolsDefined, UserTurn
from assure_tui.reconcile.engine import State, step
from assure_tui.reconcile.model import SEVERITIES, InputFinding

_ORIGIN = Origin("s-0123456789ab", Locator("bytes", 0, 10, 1), "0" * 64)


class Run:
    """A run told event by event; `findings` are its input findings."""

    def __init__(self, *, cwd: str | None = None) -> None:
        self.state = State()
        self.findings: dict[str, InputFinding] = {}
        self._numbers = itertools.count(1)
        if cwd:
            self._step(RunStarted, native_id="n", agent="x", adapter="x", cwd=cwd)

    def _step(self, kind, **fields):
        number = next(self._numbers)
        event = kind(id=f"L{number}@0#0", run="r-1", origin=_ORIGIN, seq=number, **fields)
        self.state, changes = step(self.state, event)
        self.findings |= {change.value.id: change.value for change in changes if isinstance(change.value, InputFinding)}

    def says(self, text: str) -> Run:
        self._step(UserTurn, text=text)
        return self

    def calls(self, name: str, tool: str, args: dict, text: str = "ok") -> Run:
        self._step(ToolCall, call_id=name, tool=tool, args=args)
        self._step(ToolResult, call_id=name, text=text, status="succeeded")
        return self

    def replies(self, text: str) -> Run:
        self._step(AgentText, text=text)
        return self

    def defines(self, **tools: object) -> Run:
        self._step(ToolsDefined, tools=dict(tools))
        return self

    def severity(self, code: str) -> str | None:
        found = [finding.severity for finding in self.findings.values() if finding.code == code]
        return max(found, key=SEVERITIES.index) if found else None

    def reached(self, code: str) -> set[str]:
        """Names of the calls that findings of a code reach."""
        calls = self.state.runs["r-1"].context.calls
        ids = {effect for finding in self.findings.values() if finding.code == code for effect in finding.effects}
        return {name for name, known in calls.items() if ids & {effect.id for effect in known.effects}}


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
def coding() -> Run:
    """A run of a coding agent in a repository."""
    return Run(cwd="/home/me/repo")
