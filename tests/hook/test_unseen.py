"""Which calls of a log the installed hook must have been asked about, agent by agent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from assure_tui.app.desk.unseen import Decided, Period, Unseen
from assure_tui.ingest.model import Locator, Origin, ToolCall, ToolResult

ORIGIN = Origin("s", Locator("bytes", 0, 1, 1), "0" * 64)


class Watched:
    """A run of an agent, whose hook is installed from second 100 on unless `since` says otherwise."""

    def __init__(self, agent: str, *, since: float = 100.0, started: float = 200.0, parent: str | None = None) -> None:
        self.decided = Decided()
        installed = [Period(agent, since, float("inf"), "")]
        self.unseen = Unseen(lambda: installed, lambda _, holds: holds(self.decided))
        facts = SimpleNamespace(adapter=agent, started=started, cwd="/srv", parent=parent)
        self.book: Any = SimpleNamespace(run="r-1", facts=facts)
        self.number = 0

    def asks(self, tool: str, word: str = "none", call_id: str = "", agent: str = "") -> None:
        self.decided.take(agent or self.book.facts.adapter, "call", word, call_id, tool)

    def runs(self, tool: str, call_id: str = "", *, server: str | None = None, status: Any = "succeeded") -> bool:
        """Run a call; give whether it is told to have gone past the hook."""
        self.number += 1
        name = call_id or f"log-{self.number}"
        fields: dict[str, Any] = {"run": "r-1", "origin": ORIGIN, "seq": self.number, "call_id": name}
        call = ToolCall(id=f"{name}#0", time=300.0, tool=tool, args={}, mcp_server=server, **fields)
        result = ToolResult(id=f"{name}#1", text="", status=status, **fields)
        assert self.unseen.see(call, self.book) is None
        return self.unseen.see(result, self.book) is not None


WITHOUT_IDS = [("copilot-cli", "bash"), ("gemini-cli", "run_shell_command")]


@pytest.mark.parametrize(("agent", "tool"), WITHOUT_IDS)
def test_without_ids_a_tool_may_run_as_often_as_the_hook_was_asked(agent: str, tool: str) -> None:
    run = Watched(agent)
    run.asks(tool)
    run.asks(tool, "ask")
    assert [run.runs(tool) for _ in range(4)] == [False, False, True, True]
    run.asks(tool)
    assert run.runs(tool) is False


@pytest.mark.parametrize(("agent", "tool"), WITHOUT_IDS)
def test_a_denied_call_lets_no_other_run(agent: str, tool: str) -> None:
    run = Watched(agent)
    run.asks(tool, "deny")
    assert run.runs(tool) is True


@pytest.mark.parametrize(("agent", "tool"), WITHOUT_IDS)
def test_nothing_is_told_of_what_the_hook_is_not_asked_about(agent: str, tool: str) -> None:
    run = Watched(agent)
    assert run.runs("report_intent") is False
    assert run.runs("search", server="docs") is False
    assert run.runs(tool, status="denied") is False
    assert Watched(agent, since=250.0).runs(tool) is False
    assert Watched(agent, parent="r-0").runs(tool) is False


def test_one_tool_s_decisions_are_not_another_s() -> None:
    run = Watched("gemini-cli")
    run.asks("write_file")
    assert run.runs("run_shell_command") is True
    assert run.runs("write_file") is False


def test_an_agent_of_ones_own_is_held_to_what_it_began() -> None:
    run = Watched("assure")
    assert run.runs("refund", "c1") is False
    run.asks("refund", call_id="c2", agent="generic")
    assert run.runs("refund", "c2") is False
    assert run.runs("refund", "c3") is True
    run.asks("refund", call_id="c4", agent="generic")
    assert run.runs("refund", "c4") is False


def test_a_witness_s_own_log_is_not_held_to_it() -> None:
    run = Watched("assure")
    run.asks("refund", "allow", "c1", agent="mcp-proxy")
    assert run.runs("refund", "c1") is False
    assert run.runs("refund", "c2") is False


def test_codex_is_asked_about_mcp_tools_but_not_about_its_plans() -> None:
    run = Watched("codex")
    assert run.runs("update_plan") is False
    assert run.runs("issue_create", server="tracker") is True
    run.asks("Bash", call_id="call_1")
    assert run.runs("exec_command", "call_1") is False
