"""Events made by hand, in the shape that adapters give."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from assure_tui.ingest.model import Locator, Origin, ToolCall, ToolResult
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.effects.dispatch import interpret
from assure_tui.reconcile.model import Effect
from assure_tui.reconcile.settings import Settings

_ORIGIN = Origin("s-0123456789ab", Locator("bytes", 0, 10, 1), "0" * 64)


class Bench:
    """A run in which calls are made one after the other."""

    def __init__(self, *, cwd: str | None = "/repo") -> None:
        self.context = Context("r-1", Settings())
        self.context.cwd = cwd
        self.context.coding = cwd is not None
        self._numbers = itertools.count(1)

    def call(self, tool: str, args: dict[str, Any], text: str | None = None, **known: Any) -> list[Effect]:
        number = next(self._numbers)
        event = ToolCall(
            id=f"L{number}@0#0", run="r-1", origin=_ORIGIN, seq=number, call_id=f"call-{number}", tool=tool, args=args
        )
        before = interpret(event, None, self.context)
        if text is None:
            return before
        status = known.pop("status", "failed" if known.get("exit_code") else "succeeded")
        result = ToolResult(
            id=f"L{number}@9#0", run="r-1", origin=_ORIGIN, seq=number, call_id=f"call-{number}", text=text,
            status=status, **known,
        )  # fmt: skip
        after = interpret(event, result, self.context)
        assert [effect.id for effect in after] == [effect.id for effect in before]
        return after

    def shell(self, command: str, text: str | None = None, **known: Any) -> list[Effect]:
        return self.call("Bash", {"command": command}, text, **known)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def office() -> Bench:
    """A run without a working folder: a business agent's."""
    return Bench(cwd=None)
