"""Runs written by hand, as an adapter would give them, and what the engine says of them."""

from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import (
    AgentText,
    Locator,
    Origin,
    ResultStatus,
    RunEvent,
    RunStarted,
    ToolCall,
    ToolResult,
    UserTurn,
)
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.model import Claim, Discrepancy, Effect

CWD = "/home/dev/shop"


class Session:
    """Writes the events of a run as an adapter would, and holds what the engine says at the end."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []
        self.name = "r-1"
        self.add(RunStarted, native_id="n", agent="agent", adapter="test", cwd=CWD)
        self.user("Please do the task.")

    def add(self, make: Any, **fields: Any) -> str:
        seq = len(self.events)
        origin = Origin("s-000000000000", Locator("bytes", seq * 100, 99, seq + 1), "00")
        self.events.append(make(id=f"L{seq}@{seq * 100}#0", run=self.name, origin=origin, seq=seq, **fields))
        return f"L{seq}@{seq * 100}#0"

    def begin(self, **fields: Any) -> None:
        """Begin again, with what another log tells of itself."""
        self.events.clear()
        self.add(RunStarted, native_id="n", agent="agent", adapter="test", cwd=CWD, **fields)
        self.user("Please do the task.")

    def within(self, run: str) -> None:
        """Go on in another run of the tree."""
        self.name = run

    def user(self, text: str) -> None:
        self.add(UserTurn, text=text)

    def say(self, text: str) -> None:
        self.add(AgentText, text=text, channel="final")

    def shell(self, command: str, output: str = "", code: int | None = 0) -> str:
        call = self.call("Bash", {"command": command})
        status: ResultStatus = "succeeded" if code == 0 else "failed" if code else "unknown"
        self.result(call, output, status, code)
        return call

    def call(self, tool: str, args: dict[str, Any]) -> str:
        name = f"call-{len(self.events)}"
        self.add(ToolCall, call_id=name, tool=tool, args=args)
        return name

    def result(self, call: str, text: str, status: ResultStatus = "succeeded", code: int | None = None) -> None:
        source = "structured" if code is not None else "none"
        self.add(ToolResult, call_id=call, text=text, status=status, exit_code=code, exit_source=source)

    def edit(self, path: str, *, old: str = "a = 1", new: str = "a = 2", failed: bool = False) -> str:
        call = self.call("Edit", {"file_path": f"{CWD}/{path}", "old_string": old, "new_string": new})
        self.result(call, "String not found." if failed else "Updated.", "failed" if failed else "succeeded")
        return call

    def tests(self, passed: int = 12, failed: int = 0, command: str = "pytest -q") -> str:
        summary = f"{failed} failed, {passed} passed in 0.41s" if failed else f"{passed} passed in 0.41s"
        return self.shell(command, f"....\n===== {summary} =====\n", 1 if failed else 0)

    def run(self) -> tuple[list[Claim], list[Discrepancy], list[Effect]]:
        state = State()
        board: dict[str, Any] = {}
        changes = [change for event in self.events for change in step(state, event)[1]]
        for change in changes + close(state)[1]:
            if change.op == "withdraw":
                del board[change.value.id]
            else:
                board[change.value.id] = change.value
        values = list(board.values())
        return (
            [value for value in values if isinstance(value, Claim)],
            [value for value in values if isinstance(value, Discrepancy)],
            [value for value in values if isinstance(value, Effect)],
        )

    def verdicts(self) -> list[tuple[str, str]]:
        return [(claim.kind, claim.outcome) for claim in self.run()[0]]

    def codes(self) -> list[str]:
        return sorted(found.code for found in self.run()[1])


@pytest.fixture
def session() -> Session:
    return Session()
