from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, ToolsDefined, UserTurn

AT = "2026-03-01T12:00:00Z"


def step(source: str, message: Any = "", **fields: Any) -> dict:
    return {"step_id": 1, "timestamp": AT, "source": source, "message": message} | fields


def call(name: str = "bash", number: int = 1, **args: Any) -> dict:
    return {"tool_call_id": f"c{number}", "function_name": name, "arguments": args}


def acts(*calls: dict, results: list[dict] | None = None, says: str = "I act.") -> dict:
    return step("agent", says, tool_calls=list(calls), observation={"results": results or []})


def result(content: Any, number: int | None = 1, **extra: Any) -> dict:
    return {"source_call_id": None if number is None else f"c{number}", "content": content, "extra": extra}


def trajectory(*steps: dict) -> dict:
    agent = {"name": "terminus-2", "version": "2.0", "model_name": "m-1", "tool_definitions": [{"name": "bash"}]}
    return {"schema_version": "ATIF-v1.7", "session_id": "s-1", "agent": agent, "steps": list(steps)}


def test_a_trajectory_is_read(document):
    found = document(
        trajectory(
            step("system", "You act."),
            step("user", [{"type": "text", "text": "Build it."}]),
            step("agent", "old", is_copied_context=True, tool_calls=[call(command="rm x", number=9)]),
            acts(call(command="make"), results=[result("ok", exit_code=0)]),
            step("agent", "It is built."),
            step("user", "Thanks."),
        )
    )
    started = found.one(RunStarted)
    assert (started.native_id, started.agent, started.adapter, started.model) == ("s-1", "terminus-2", "atif", "m-1")
    assert found.one(ToolsDefined).tools == {"bash": {"name": "bash"}}
    assert [(turn.text, turn.system) for turn in found.all(UserTurn)] == [
        ("You act.", True),
        ("Build it.", False),
        ("Thanks.", False),
    ]
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [
        ("I act.", "commentary"),
        ("It is built.", "final"),
    ]
    assert [one.args for one in found.all(ToolCall)] == [{"command": "make"}]
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert found.tally.unrecognised == 0


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        (call(command="make"), result("x", exit_code=2), ("failed", 2, "structured")),
        (call(command="make"), result("x\n[The command completed with exit code 2.]"), ("failed", 2, "text")),
        (call(command="make"), result("<returncode>0</returncode>\nx"), ("succeeded", 0, "text")),
        (call(command="make"), result("[The command completed with exit code 0.]\nx"), ("unknown", None, "none")),
        (call("look", id="7"), result("Exit code: 2"), ("succeeded", None, "none")),
        (call("look", id="7"), result("Error: no such thing"), ("failed", None, "none")),
        (call("look", id="7"), result("x", is_error=True), ("failed", None, "none")),
    ],
)
def test_a_call_ends_as_its_result_tells(document, asked, answer, expected):
    found = document(trajectory(acts(asked, results=[answer]))).one(ToolResult)
    assert (found.call_id, found.status, found.exit_code, found.exit_source) == ("c1", *expected)


def test_a_result_of_no_call_answers_all_that_are_open(document):
    typed = [call("bash_command", 1, keystrokes="cd /srv\n"), call("bash_command", 2, keystrokes="make\n")]
    found = document(trajectory(acts(*typed, results=[result("root# make\nok", None)])))
    assert [one.args for one in found.all(ToolCall)] == [{"command": "cd /srv"}, {"command": "make"}]
    assert [(one.call_id, one.text, one.status) for one in found.all(ToolResult)] == [
        ("c1", "", "unknown"),
        ("c2", "root# make\nok", "unknown"),
    ]


def test_an_edit_names_its_file_and_a_look_none(document):
    edit = call("str_replace_editor", command="str_replace", path="/a", old_str="x", new_str="y")
    (changed,) = document(trajectory(acts(edit, results=[result("edited")]))).one(ToolResult).files
    assert (changed.path, changed.diff) == ("/a", "@@ -1,1 +1,1 @@\n-x\n+y")
    look = call("str_replace_editor", command="view", path="/a")
    assert document(trajectory(acts(look, results=[result("x")]))).one(ToolResult).files == ()
