from __future__ import annotations

import json

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

START = {"sessionId": "s-1", "projectHash": "ab", "startTime": "2026-08-03T10:00:00.000Z", "kind": "main"}


def message(name: str, kind: str, content: object, **fields) -> dict:
    return {"id": name, "timestamp": "2026-08-03T10:00:01.000Z", "type": kind, "content": content, **fields}


def call(tool: str, status: str = "success", output: str | None = None, **fields) -> dict:
    parts = [] if output is None else [{"functionResponse": {"id": "c1", "name": tool, "response": {"output": output}}}]
    return {"id": "c1", "name": tool, "args": {}, "status": status, "result": parts, **fields}


def test_a_message_that_is_written_again_with_its_calls_is_told_once(log):
    said = message("m1", "gemini", "I look.", model="g-1")
    again = said | {"toolCalls": [call("read_file", output="text")]}
    read = log("gemini-cli", [START, message("u1", "user", [{"text": "Look."}]), said, again, again])
    assert [event.text for event in read.all(AgentText)] == ["I look."]
    assert (len(read.all(ToolCall)), len(read.all(ToolResult))) == (1, 1)
    assert read.tally.unrecognised == 0


def test_a_call_stays_open_until_it_has_ended(log):
    asked, done = (message("m1", "gemini", "", toolCalls=[call("glob", state)]) for state in ("executing", "success"))
    assert log("gemini-cli", [START, asked]).all(ToolResult) == []
    assert log("gemini-cli", [START, asked, done]).one(ToolResult).status == "succeeded"


@pytest.mark.parametrize(
    ("status", "output", "expected"),
    [
        ("success", "Output: 3 passed", ("succeeded", 0, "implied")),
        ("success", "Output: boom\nExit Code: 2", ("failed", 2, "text")),
        ("success", "Command: make\nOutput: ok\nExit Code: 0\nSignal: 0", ("succeeded", 0, "text")),
        ("success", "Command moved to background (PID: 4)", ("running", None, "none")),
        ("success", "Command timed out after 9000ms before it could complete.", ("failed", None, "none")),
        ("success", "Command was automatically cancelled because it took 5 minutes.", ("failed", None, "none")),
        ("cancelled", "", ("denied", None, "none")),
        ("error", "no such tool", ("failed", None, "none")),
    ],
)
def test_a_command_ends_as_its_output_tells(log, status, output, expected):
    result = log(
        "gemini-cli", [START, message("m1", "gemini", "", toolCalls=[call("run_shell_command", status, output)])]
    )
    found = result.one(ToolResult)
    assert (found.status, found.exit_code, found.exit_source) == expected


def test_an_edit_has_its_hunks(log):
    shown = {
        "filePath": "/srv/a.py",
        "isNewFile": False,
        "fileDiff": "Index: a.py\n--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    }
    (change,) = (
        log("gemini-cli", [START, message("m1", "gemini", "", toolCalls=[call("replace", resultDisplay=shown)])])
        .one(ToolResult)
        .files
    )
    assert (change.path, change.op, change.diff) == ("/srv/a.py", "edit", "@@ -1 +1 @@\n-x\n+y\n")


def test_the_session_context_is_no_word_of_the_user_and_tells_the_folder(log):
    text = "<session_context>\nThis is the CLI.\n- **Workspace Directories:**\n  - /srv/shop\n</session_context>"
    read = log("gemini-cli", [START, {"$set": {"messages": [message("u0", "user", [{"text": text}])]}}])
    assert read.one(UserTurn).synthetic
    assert [event.cwd for event in read.all(RunStarted)] == [None, "/srv/shop"]


def test_messages_that_are_set_again_are_known(log):
    user = message("u1", "user", [{"text": "Hello."}])
    read = log("gemini-cli", [START, user, {"$set": {"messages": [user]}}, {"$set": {"lastUpdated": "x"}}])
    assert len(read.all(UserTurn)) == 1


def test_a_turn_ends_where_the_user_speaks_again_and_a_rewind_is_told(log):
    ask, say = message("u1", "user", "Go."), message("m1", "gemini", "Done.")
    read = log("gemini-cli", [START, ask, say, message("u2", "user", "More."), {"$rewindTo": "u2"}])
    assert [event.what for event in read.all(Boundary)] == ["turn_end", "rewind"]


def test_a_step_of_the_plan_that_turned_done_is_said(log):
    def plan(name: str, state: str) -> dict:
        todo = call("write_todos", args={"todos": [{"description": "Add tests", "status": state}]}) | {"id": name}
        return message(name, "gemini", "", toolCalls=[todo])

    read = log("gemini-cli", [START, plan("m1", "in_progress"), plan("m2", "completed"), plan("m3", "completed")])
    assert [(event.text, event.channel) for event in read.all(AgentText)] == [("Add tests", "todo")]


def test_results_that_are_echoed_as_the_users_are_passed_over(log):
    echo = message("u2", "user", [{"functionResponse": {"name": "glob", "response": {"output": "a"}}}])
    assert log("gemini-cli", [START, echo]).all(UserTurn) == []


@pytest.mark.parametrize("indent", [None, 2])
def test_a_session_of_the_older_form_tells_the_same_as_one_in_lines(log, tmp_path, indent):
    messages = [
        message("u1", "user", "Look."),
        message("m1", "gemini", "I look.", model="g-1", toolCalls=[call("read_file", output="text")]),
        message("i1", "info", "Update available"),
        message("u2", "user", "Thanks."),
    ]
    path = tmp_path / "chats" / "session-2026-01-10T20-00-s1.json"
    path.parent.mkdir()
    path.write_text(json.dumps({**START, "lastUpdated": START["startTime"], "messages": messages}, indent=indent))
    (found,) = discover([path]).files
    assert (found.adapter.name, found.adapter.form) == ("gemini-cli", "document")

    def told(events: list) -> list:
        return [(type(event).__name__, event.id.partition("#")[2]) for event in events]

    read = list(open_source(path).events())
    assert told(read) == told(log("gemini-cli", [START, *messages]).events)
    assert {event.run for event in read} == {event.run for event in log("gemini-cli", [START]).all(RunStarted)}


def test_a_message_of_the_older_form_that_is_no_message_is_counted(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(json.dumps({**START, "messages": [message("u1", "user", "Look."), 5, {"type": "hologram"}]}))
    source = open_source(path)
    source.read()
    assert (source.tally.records, source.tally.unrecognised) == (3, 2)
