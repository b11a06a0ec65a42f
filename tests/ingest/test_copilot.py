from __future__ import annotations

import itertools

import pytest

from assure_tui.ingest.model import AgentText, Boundary, Permission, RunStarted, ToolCall, ToolResult, UserTurn

_numbers = itertools.count(1)


def line(kind: str, **data) -> dict:
    agent = data.pop("agentId", None)
    return {
        "type": kind,
        "data": data,
        "id": f"e{next(_numbers)}",
        "timestamp": "2026-08-03T10:00:00.000Z",
        "agentId": agent,
    }


def call(tool: str, call_id: str = "t1", **args) -> dict:
    return line("tool.execution_start", toolCallId=call_id, toolName=tool, arguments=args)


def done(content: str, call_id: str = "t1", **fields) -> dict:
    return line(
        "tool.execution_complete", toolCallId=call_id, **{"success": True, "result": {"content": content}, **fields}
    )


START = line(
    "session.start",
    sessionId="s-1",
    copilotVersion="1.0.77",
    context={"cwd": "/srv", "branch": "main", "headCommit": "abc"},
)


@pytest.mark.parametrize(
    ("tool", "answer", "expected"),
    [
        ("bash", done("ok\n<shellId: 3 completed with exit code 0>"), ("succeeded", 0, "text")),
        ("bash", done("boom\n<exited with exit code 2>"), ("failed", 2, "text")),
        ("bash", done("<exited with exit code 0>\nboom"), ("unknown", None, "none")),
        ("bash", done("boom", toolTelemetry={"metrics": {"exit_code": 1}}), ("failed", 1, "structured")),
        (
            "bash",
            done("<command with shellId: 7 is still running after 30 seconds. Use read_bash.>"),
            ("running", None, "none"),
        ),
        (
            "bash",
            done("", success=False, result=None, error={"code": "denied", "message": "no"}),
            ("denied", None, "none"),
        ),
        (
            "view",
            done("", success=False, result=None, error={"code": "failure", "message": "no file"}),
            ("failed", None, "none"),
        ),
        ("view", done("<exited with exit code 3>"), ("succeeded", None, "none")),
    ],
)
def test_the_outcome_of_a_call(log, tool, answer, expected):
    told = log("copilot-cli", [START, call(tool), answer]).one(ToolResult)
    assert (told.status, told.exit_code, told.exit_source) == expected


def test_a_background_shell_is_read_until_it_ends(log):
    found = log(
        "copilot-cli",
        [
            START,
            call("bash", "t1", command="make"),
            done("<command started in background with shellId: 7>", "t1"),
            call("read_bash", "t2", shellId="7"),
            done("<command with shellId: 7 is still running after 5 seconds.>", "t2"),
            call("read_bash", "t3", shellId="7"),
            done("boom\n<shellId: 7 completed with exit code 1>", "t3"),
        ],
    )
    assert [(one.call_id, one.status, one.reads_from) for one in found.all(ToolResult)] == [
        ("t1", "running", None),
        ("t2", "succeeded", "t1"),
        ("t3", "failed", "t1"),
        ("t1", "failed", None),
    ]


def test_a_shell_that_was_stopped_did_not_fail_for_that(log):
    stopped = done("shellId: 7 was already stopped via stop_bash.", "t2", success=False)
    found = log(
        "copilot-cli",
        [
            START,
            call("bash", "t1", command="serve"),
            done("<command started in background with shellId: 7>", "t1"),
            call("read_bash", "t2", shellId="7"),
            stopped,
        ],
    )
    assert [(one.call_id, one.status) for one in found.all(ToolResult)] == [("t1", "running"), ("t2", "failed")]


def test_a_message_without_requests_is_final_and_ends_the_turn(log):
    found = log(
        "copilot-cli",
        [
            START,
            line("user.message", content="Go."),
            line("assistant.message", content="Looking.", toolRequests=[{"toolCallId": "t1"}]),
            line("assistant.turn_end", turnId="0"),
            line("assistant.message", content="Done.", toolRequests=[]),
            line("assistant.turn_end", turnId="1"),
            line("session.task_complete", summary="Did it.", success=True),
            line("session.shutdown", shutdownType="routine"),
        ],
    )
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [
        ("Looking.", "commentary"),
        ("Done.", "final"),
        ("Did it.", "task_complete"),
    ]
    assert [one.what for one in found.all(Boundary)] == ["turn_end", "run_end"]


def test_a_sub_agent_is_a_run_of_its_own(log):
    found = log(
        "copilot-cli",
        [
            START,
            call("task", "t1", prompt="look"),
            line("assistant.message", content="Inner.", toolRequests=[], parentToolCallId="t1"),
            done("Inner.", "t1"),
            line("assistant.message", content="Outer.", toolRequests=[]),
        ],
    )
    main, child = found.all(RunStarted)
    assert [one.run for one in found.all(AgentText)] == [child.run, main.run]
    assert (child.parent, child.parent_call) == (main.run, "t1")
    assert found.one(ToolResult).facts["child_run"] == child.run


def test_an_edit_is_told_with_the_diff_that_stands_beside_the_result(log):
    diff = (
        "\ndiff --git a/srv/a.py b/srv/a.py\nindex 0..1 100644\n--- a/srv/a.py\n+++ b/srv/a.py\n@@ -1 +1 @@\n-a\n+b\n"
    )
    answer = done("edited", result={"content": "edited", "detailedContent": diff})
    (file,) = (
        log("copilot-cli", [START, call("edit", path="/srv/a.py", old_str="a", new_str="b"), answer])
        .one(ToolResult)
        .files
    )
    assert (file.path, file.op, file.diff) == ("/srv/a.py", "edit", "@@ -1 +1 @@\n-a\n+b")
    (file,) = (
        log("copilot-cli", [START, call("create", path="/srv/b", file_text="x\n"), done("Created")])
        .one(ToolResult)
        .files
    )
    assert (file.path, file.op, file.diff) == ("/srv/b", "create", "@@ -0,0 +1,1 @@\n+x")


def test_permissions_are_told_with_who_gave_them(log):
    found = log(
        "copilot-cli",
        [
            START,
            line(
                "permission.requested",
                requestId="r",
                permissionRequest={"kind": "shell", "toolCallId": "t1", "fullCommandText": "rm x"},
            ),
            line("permission.completed", requestId="r", toolCallId="t1", result={"kind": "approved"}),
            line("permission.completed", requestId="q", toolCallId="t2", result={"kind": "denied-by-rules"}),
            line("session.permissions_changed", allowAllPermissions=True),
        ],
    )
    assert [(one.decision, one.call_id, one.mode) for one in found.all(Permission)] == [
        ("asked", "t1", None),
        ("granted", "t1", None),
        ("denied", "t2", None),
        ("mode", None, "allow-all"),
    ]


def test_text_that_the_program_puts_in_is_no_humans(log):
    found = log(
        "copilot-cli",
        [
            START,
            line("system.message", content="You are"),
            line("user.message", content="Go on", isAutopilotContinuation=True),
            line("user.message", content="Hi"),
        ],
    )
    assert [(one.synthetic, one.system) for one in found.all(UserTurn)] == [(True, True), (True, False), (False, False)]


def test_a_record_of_unexpected_shape_is_counted_and_never_taken_for_a_copy(log):
    broken = done("x")
    broken["data"]["result"] = {"content": "x", "detailedContent": 5}
    found = log("copilot-cli", [START, call("view"), broken])
    assert found.tally.unknown_types == {"unexpected shape": 1}
    assert found.one(ToolCall).tool == "view"
