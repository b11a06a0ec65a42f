from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.walk import discover

SESSION = "c6b62c6f"
INIT = {
    "type": "system",
    "subtype": "init",
    "apiKeySource": "login",
    "cwd": "/srv",
    "session_id": SESSION,
    "model": "m-1",
    "permissionMode": "default",
}
ENDS = {"type": "result", "subtype": "success", "is_error": False, "result": "It is built.", "session_id": SESSION}


def says(role: str, words: str) -> dict:
    message = {"role": role, "content": [{"type": "text", "text": words}]}
    return {"type": role, "message": message, "session_id": SESSION}


def call(subtype: str, key: str = "shellToolCall", **body: Any) -> dict:
    return {"type": "tool_call", "subtype": subtype, "call_id": "t1", "tool_call": {key: body}, "session_id": SESSION}


def calls(key: str = "shellToolCall", result: Any = None, **args: Any) -> list[dict]:
    return [call("started", key, args=args), call("completed", key, args=args, result=result)]


def test_a_stream_is_read(log, write):
    lines = [
        INIT,
        says("user", "Build it."),
        says("assistant", "I "),
        says("assistant", "build."),
        says("assistant", "I build."),
        *calls(command="make", result={"success": {"command": "make", "exitCode": 0, "stdout": "ok", "stderr": "w"}}),
        says("assistant", "It is built."),
        ENDS,
    ]
    found = log("cursor-stream", lines)
    started = found.one(RunStarted)
    assert (started.native_id, started.agent, started.model, started.cwd) == (SESSION, "cursor", "m-1", "/srv")
    assert [turn.text for turn in found.all(UserTurn)] == ["Build it."]
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [
        ("I build.", "commentary"),
        ("It is built.", "final"),
    ]
    assert (found.one(ToolCall).tool, found.one(ToolCall).args) == ("shell", {"command": "make"})
    assert found.one(ToolResult).text == "ok\nw"
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert found.tally.unrecognised == 0
    assert [one.adapter.name for one in discover([write("s.jsonl", lines)]).files] == ["cursor-stream"]
    assert [one.adapter.name for one in discover([write("t.jsonl", lines[:2])]).files] == ["cursor-stream"]


@pytest.mark.parametrize(
    ("key", "result", "expected"),
    [
        ("shellToolCall", {"success": {"exitCode": 0, "stdout": ""}}, ("succeeded", 0, "structured")),
        ("shellToolCall", {"failure": {"exitCode": 2, "stderr": "x"}}, ("failed", 2, "structured")),
        ("shellToolCall", {"success": {"exitCode": 2}}, ("failed", 2, "structured")),
        ("shellToolCall", {"success": {}}, ("unknown", None, "none")),
        ("shellToolCall", {"rejected": {"reason": "no"}}, ("denied", None, "none")),
        ("shellToolCall", {"timeout": {"timeoutMs": 1}}, ("failed", None, "none")),
        ("readToolCall", {"success": {"content": "x"}}, ("succeeded", None, "none")),
        ("readToolCall", {"error": {"errorMessage": "no such file"}}, ("failed", None, "none")),
        ("readToolCall", None, ("unknown", None, "none")),
    ],
)
def test_a_call_ends_as_its_case_tells(log, key, result, expected):
    found = log("cursor-stream", [INIT, *calls(key, result=result, command="c")]).one(ToolResult)
    assert (found.status, found.exit_code, found.exit_source) == expected


def test_a_file_that_was_changed_is_named(log):
    wrote = calls("editToolCall", path="/a", result={"success": {"diffString": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y"}})
    (changed,) = log("cursor-stream", [INIT, *wrote]).one(ToolResult).files
    assert (changed.path, changed.op, changed.diff) == ("/a", "edit", "@@ -1 +1 @@\n-x\n+y")
    deleted = calls("deleteToolCall", path="/a", result={"success": {}})
    assert [one.op for one in log("cursor-stream", [INIT, *deleted]).one(ToolResult).files] == ["delete"]
    refused = calls("editToolCall", path="/a", result={"rejected": {"path": "/a"}})
    assert log("cursor-stream", [INIT, *refused]).one(ToolResult).files == ()


def test_a_call_of_a_server_is_named_after_its_own_tool(log):
    args = {"serverIdentifier": "shop", "toolName": "refund", "args": {"id": "7"}}
    found = log("cursor-stream", [INIT, *calls("mcpToolCall", result={"success": {"isError": True}}, **args)])
    asked = found.one(ToolCall)
    assert (asked.tool, asked.args, asked.mcp_server) == ("refund", {"id": "7"}, "shop")
    assert found.one(ToolResult).status == "failed"


def test_a_call_that_only_its_end_tells_of_is_a_call_all_the_same(log):
    found = log("cursor-stream", [INIT, calls(command="ls", result={"success": {"exitCode": 0}})[1]])
    assert (found.one(ToolCall).args, found.one(ToolResult).status) == ({"command": "ls"}, "succeeded")


def test_a_run_that_broke_has_no_report(log):
    found = log("cursor-stream", [INIT, ENDS | {"is_error": True, "subtype": "error", "result": "quota"}])
    assert [(one.what, one.detail) for one in found.all(Boundary)] == [("api_error", "quota")]
