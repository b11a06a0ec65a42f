"""Words and acts of coding runs that look like a finding and are none."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import AgentText, Locator, Origin, RunEvent, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.inputs.shapes import passages
from assure_tui.reconcile.match.coding.rigged import weakened
from assure_tui.reconcile.model import Claim, Discrepancy, Effect

ORIGIN = Origin("s-1", Locator("bytes", 0, 1, 1), "0" * 64)


def called(number: int, tool: str, **args: object) -> list[RunEvent]:
    given = {"run": "r-1", "origin": ORIGIN, "call_id": f"c{number}"}
    return [
        ToolCall(id=f"c{number}#0", seq=number, tool=tool, args=args, **given),
        ToolResult(id=f"c{number}#1", seq=number, text="ok", status="succeeded", **given),
    ]


def play(*events: RunEvent) -> list[Claim | Discrepancy]:
    given = {"run": "r-1", "origin": ORIGIN, "seq": 0}
    start = [
        RunStarted(id="a#run", native_id="x", agent="codex", adapter="codex", cwd="/srv", **given),
        UserTurn(id="u#0", text="Go on with it.", **given),
        *called(1, "shell", command="ls"),
    ]
    state, found = State(), dict[str, Claim | Discrepancy]()
    changes = [change for event in [*start, *events] for change in step(state, event)[1]]
    for change in [*changes, *close(state)[1]]:
        if isinstance(change.value, Claim | Discrepancy):
            found[change.value.id] = change.value
    return list(found.values())


def said(text: str) -> AgentText:
    return AgentText(id="t#0", run="r-1", seq=90, text=text, channel="final", origin=ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "I found two problems in commit `ab12cd34`.",
        "The branch claims faster lookups at commit `ab12cd34`.",
        "I've pushed the branch to the point where the rest is polish.",
        "I've narrowed the question to error handling.",
    ],
)
def test_it_tells_of_no_act(text: str) -> None:
    assert {value.kind for value in play(said(text)) if isinstance(value, Claim)} <= {"read"}


def test_a_push_that_is_told_with_its_commit_is_one() -> None:
    found = play(said("I've pushed the branch to origin as commit `ab12cd34`."))
    assert {value.kind for value in found if isinstance(value, Claim)} >= {"pushed"}


def test_words_to_another_agent_of_the_run_are_no_messages_to_people() -> None:
    message = {"target": "/root/reviewer", "message": "Look at the parser next."}
    found = play(
        *called(2, "send_message", **message), *called(3, "send_message", **message), said("The review goes on.")
    )
    assert [value.code for value in found if isinstance(value, Discrepancy)] == []


def test_an_installation_changes_the_files_that_list_packages() -> None:
    found = play(
        *called(2, "shell", command="go get example.test/lib@v2"), said("I updated `go.mod` to v2 of the library.")
    )
    assert [value.code for value in found if isinstance(value, Discrepancy)] == []
    assert "confirmed" in {value.outcome for value in found if isinstance(value, Claim)}


def test_assertions_that_go_with_their_helper_are_not_taken_out_of_a_test() -> None:
    def edit(diff: str) -> Effect:
        return Effect(
            id="e", run="r", event="v", origin=ORIGIN, call_id="c", tool="edit", kind="edited", effect_class="write",
            status="succeeded", time=None, args={"diff": diff},
        )  # fmt: skip

    helper = '-func run(t *testing.T) {\n-\tif err != nil {\n-\t\tt.Fatalf("no: %v", err)\n-\t}\n-}\n'
    assert weakened(edit(helper), ["parse_test.go"]) == ""
    assert weakened(edit('-\tif err != nil {\n-\t\tt.Fatalf("no: %v", err)\n-\t}\n'), ["parse_test.go"]) != ""


def test_a_loop_over_systems_does_not_speak_to_one() -> None:
    assert not list(passages("for system in systems_to_report:\n    row = systems[system]\n", weak=True))
