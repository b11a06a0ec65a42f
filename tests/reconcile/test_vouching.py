"""What a witness saw of calls that an agent's own log tells of, too."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    Locator,
    Origin,
    ResultStatus,
    RunEvent,
    RunStarted,
    ToolCall,
    ToolResult,
    UserTurn,
)
from assure_tui.reconcile.model import Claim, Effect, GateResult
from assure_tui.reconcile.workspace import Workspace

REFUND = {"order_id": "O-77", "amount": 40, "currency": "USD"}


def origin(source: str) -> Origin:
    return Origin(source, Locator("bytes", 0, 1, 1), "0" * 64)


def call(run: str, source: str, status: ResultStatus) -> list[RunEvent]:
    given = {"run": run, "origin": origin(source)}
    return [
        RunStarted(id=f"{run}#run", seq=0, native_id=run, agent="a", adapter="assure", **given),
        UserTurn(id=f"{run}#1", seq=1, text="Please refund order O-77 for 40 USD.", **given),
        ToolCall(id=f"{run}#2", seq=2, call_id="toolu_1", tool="issue_refund", args=REFUND, **given),
        ToolResult(id=f"{run}#3", seq=3, call_id="toolu_1", text='{"status": "done"}', status=status, **given),
    ]


def report(run: str, source: str) -> list[RunEvent]:
    given = {"run": run, "origin": origin(source)}
    return [
        AgentText(id=f"{run}#4", seq=4, text="I issued a single $40 refund for order O-77.", channel="report", **given),
        Boundary(id=f"{run}#5", seq=5, what="turn_end", **given),
    ]


def play(*events: RunEvent, believed: bool = True) -> dict[str, Claim | Effect | GateResult]:
    check = Workspace()
    if believed:
        check.believe("s-witness")
    standing: dict[str, Claim | Effect | GateResult] = {}
    for event in events:
        for change in check.step(event):
            if isinstance(change.value, Claim | Effect | GateResult) and change.value.run == "r-agent":
                standing[change.value.id] = change.value
    return standing


@pytest.mark.parametrize("first", ["agent", "witness"])
def test_a_claim_that_rests_on_a_witnessed_call_is_independent(first: str) -> None:
    agent, witness = call("r-agent", "s-agent", "succeeded"), call("r-witness", "s-witness", "succeeded")
    both = [*agent, *witness] if first == "agent" else [*witness, *agent]
    standing = play(*both, *report("r-agent", "s-agent"))
    claim = next(value for value in standing.values() if isinstance(value, Claim) and value.kind == "refund")
    effect = next(value for value in standing.values() if isinstance(value, Effect))
    assert (claim.outcome, claim.grade, effect.grade) == ("confirmed", "independent", "independent")


def test_a_log_cannot_make_itself_a_witness() -> None:
    events = [*call("r-agent", "s-agent", "succeeded"), *call("r-witness", "s-witness", "succeeded")]
    standing = play(*events, *report("r-agent", "s-agent"), believed=False)
    assert {value.grade for value in standing.values() if isinstance(value, Claim | Effect)} == {"logged"}


def test_a_log_that_says_something_else_than_the_witness_is_a_finding() -> None:
    standing = play(*call("r-agent", "s-agent", "succeeded"), *call("r-witness", "s-witness", "failed"))
    (gate,) = [value for value in standing.values() if isinstance(value, GateResult)]
    assert (gate.gate, gate.severity, gate.call_ids) == ("log-gap", "high", ("toolu_1",))
    assert "the agent's log says that issue_refund succeeded" in gate.message


def test_a_refused_call_may_stand_as_failed_in_the_agents_log() -> None:
    standing = play(*call("r-agent", "s-agent", "failed"), *call("r-witness", "s-witness", "denied"))
    assert not [value for value in standing.values() if isinstance(value, GateResult)]
