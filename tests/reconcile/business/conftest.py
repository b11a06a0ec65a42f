"""A run told in a few lines: events made by hand, and what the engine says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assure_tui.ingest.model import AgentText, Locator, Origin, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile import engine
from assure_tui.reconcile.model import Claim, Discrepancy, Effect
from assure_tui.reconcile.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from assure_tui.reconcile.model import Change, Value


class Told:
    """A run being told; `discrepancies`, `claims` and `effects` are what stands at its end."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.state = engine.State(settings)
        self.values: dict[str, Value] = {}
        self.number = 0

    def _base(self) -> dict[str, Any]:
        self.number += 1
        origin = Origin("s-000000000001", Locator("item", self.number), "0" * 64)
        return {
            "id": f"L{self.number}#0",
            "run": "r-1",
            "origin": origin,
            "seq": self.number,
            "time": float(self.number),
        }

    def _keep(self, changes: list[Change]) -> None:
        for change in changes:
            if change.op == "withdraw":
                self.values.pop(change.value.id, None)
            else:
                self.values[change.value.id] = change.value

    def _step(self, event: Any) -> None:
        self.state, changes = engine.step(self.state, event)
        self._keep(changes)

    def user(self, text: str) -> Told:
        self._step(UserTurn(**self._base(), text=text))
        return self

    def system(self, text: str) -> Told:
        self._step(UserTurn(**self._base(), text=text, system=True))
        return self

    def agent(self, text: str) -> Told:
        self._step(AgentText(**self._base(), text=text))
        return self

    def call(self, tool: str, result: str | None = "None", *, error: bool = False, **args: Any) -> Told:
        base = self._base()
        call_id = args.pop("call_id", f"call_{self.number}")
        self._step(ToolCall(**base, call_id=call_id, tool=tool, args=args))
        if result is not None:
            status = "failed" if error else "succeeded"
            self._step(ToolResult(**self._base(), call_id=call_id, text=result, status=status))
        return self

    def result(self, text: str, call_id: str = "elsewhere") -> Told:
        """Take the result of a call that is not in the log."""
        self._step(ToolResult(**self._base(), call_id=call_id, text=text, status="succeeded"))
        return self

    def end(self) -> Told:
        self.state, changes = engine.close(self.state)
        self._keep(changes)
        return self

    @property
    def discrepancies(self) -> list[Discrepancy]:
        return [value for value in self.values.values() if isinstance(value, Discrepancy)]

    @property
    def codes(self) -> list[str]:
        return sorted(found.code for found in self.discrepancies)

    @property
    def claims(self) -> list[Claim]:
        return [value for value in self.values.values() if isinstance(value, Claim)]

    @property
    def effects(self) -> list[Effect]:
        return [value for value in self.values.values() if isinstance(value, Effect)]


@pytest.fixture
def tell() -> Callable[[], Told]:
    return Told
