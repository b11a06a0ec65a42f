"""A call that is only asked for is held against the gates as if it were made, and leaves no trace."""

from __future__ import annotations

from assure_tui.ingest.model import Locator, Origin, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile.workspace import Workspace

ORIGIN = Origin("s-0123456789ab", Locator("bytes", 0, 10, 1), "0" * 64)


def call(command: str, call_id: str = "c1") -> ToolCall:
    return ToolCall(
        id=f"{call_id}#0", run="r-1", origin=ORIGIN, seq=9, call_id=call_id, tool="Bash", args={"command": command}
    )


def begun(words: str = "Fix the bug.") -> Workspace:
    check = Workspace()
    start = RunStarted(
        id="s", run="r-1", origin=ORIGIN, seq=0, native_id="1", agent="a", adapter="claude-code", cwd="/w"
    )
    check.step(start)
    check.step(UserTurn(id="u", run="r-1", origin=ORIGIN, seq=1, text=words))
    return check


def test_a_gate_meets_a_call_before_it_is_made() -> None:
    (found,) = begun().probe(call("git commit --no-verify -m x"))
    assert (found.gate, found.call_ids) == ("hook-bypass", ("c1",))


def test_a_probe_leaves_no_trace() -> None:
    check = begun()
    asked = call("git commit --no-verify -m x")
    first = check.probe(asked)
    assert check.probe(asked) == first
    other = call("git status", "c2")
    changes = check.step(other) + check.step(
        ToolResult(id="r", run="r-1", origin=ORIGIN, seq=10, call_id="c2", text="", status="succeeded")
    )
    assert [change for change in changes if type(change.value).__name__ == "GateResult"] == []


def test_a_probe_knows_what_the_run_was_asked() -> None:
    (found,) = begun("Commit with --no-verify please.").probe(call("git commit --no-verify -m x"))
    assert found.severity == "low"


def test_a_run_that_nobody_saw_is_probed_all_the_same() -> None:
    (found,) = Workspace().probe(call("git commit --no-verify -m x"))
    assert found.gate == "hook-bypass"
