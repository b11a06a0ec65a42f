from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn

HISTORY = [
    {"role": "system", "content": "SETTING: a shell."},
    {"role": "user", "content": "A demonstration.", "is_demo": True},
    {"role": "user", "content": [{"type": "text", "text": "Fix the parser."}]},
    {"role": "assistant", "content": "I look."},
    {"role": "user", "content": "what came back"},
]


def step(action: str, observation: str = "", thought: str = "", **fields: Any) -> dict:
    state = {"open_file": "/srv/p.py", "working_dir": "/srv"}
    return {"action": action, "observation": observation, "thought": thought, "state": state} | fields


def trajectory(*steps: dict) -> dict:
    return {"environment": "e", "trajectory": list(steps), "history": HISTORY, "info": {"exit_status": "submitted"}}


def test_a_trajectory_is_read(document):
    last = step("submit\n", "\ndiff --git a/p.py b/p.py", "The parser is fixed.")
    found = document(trajectory(step("python p.py\n", "ok", "I run it."), last), "task.traj")
    assert (found.one(RunStarted).adapter, found.one(RunStarted).cwd) == ("swe-agent", "/srv")
    assert [(turn.text, turn.system) for turn in found.all(UserTurn)] == [
        ("SETTING: a shell.", True),
        ("Fix the parser.", False),
    ]
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [
        ("I run it.", "commentary"),
        ("The parser is fixed.", "final"),
    ]
    assert (found.one(ToolCall).tool, found.one(ToolCall).args) == ("bash", {"command": "python p.py"})
    assert (found.one(ToolResult).status, found.one(ToolResult).exit_code) == ("unknown", None)
    assert [(one.what, one.detail) for one in found.all(Boundary)] == [("turn_end", None), ("run_end", "submitted")]


@pytest.mark.parametrize(
    ("action", "text", "tool", "args", "status", "files"),
    [
        ("open p.py 30", "[File: /srv/p.py]", "open", {"path": "p.py"}, "succeeded", []),
        ("create new.py", "[File: new.py (1 lines total)]\n1:", "create", {"path": "new.py"}, "succeeded", ["new.py"]),
        (
            "edit 1:2\nx = 1\nend_of_edit\n",
            "[File: /srv/p.py]\n1:x = 1\nFile updated. Please review the changes.",
            "edit",
            {"path": "/srv/p.py", "lines": "1:2", "text": "x = 1"},
            "succeeded",
            ["/srv/p.py"],
        ),
        (
            "edit 'a b' \"c\"",
            "Text replaced. Please review.",
            "edit",
            {"path": "/srv/p.py", "old_string": "a b", "new_string": "c"},
            "succeeded",
            ["/srv/p.py"],
        ),
        (
            "edit 1:2\nx = (\nend_of_edit\n",
            "Your proposed edit has introduced new syntax error(s).",
            "edit",
            {"path": "/srv/p.py", "lines": "1:2", "text": "x = ("},
            "failed",
            [],
        ),
        ("insert 'x'", "", "insert", {"path": "/srv/p.py", "text": "x"}, "unknown", []),
        (
            "str_replace_editor str_replace /srv/q.py --old_str 'a' --new_str 'b'",
            "The file /srv/q.py has been edited. Here is",
            "str_replace_editor",
            {"command": "str_replace", "path": "/srv/q.py", "old_str": "a", "new_str": "b"},
            "succeeded",
            ["/srv/q.py"],
        ),
        ("str_replace_editor view /srv/q.py", "x", "str_replace_editor", None, "succeeded", []),
        ("find_file x", "Found 0 matches", "find_file", {"arguments": "x"}, "succeeded", []),
        ("echo 'open", "open", "bash", {"command": "echo 'open"}, "unknown", []),
    ],
)
def test_the_editors_commands_are_told_from_the_shells(document, action, text, tool, args, status, files):
    found = document(trajectory(step(action, text), step("exit_cost")))
    call, result = found.all(ToolCall)[0], found.all(ToolResult)[0]
    assert call.tool == tool
    assert args is None or call.args == args
    assert (result.call_id, result.status, [one.path for one in result.files]) == (call.call_id, status, files)


def test_a_state_may_be_json_text_and_a_step_of_another_shape_is_counted(document):
    found = document(trajectory(step("ls", state='{"open_file": "n/a", "working_dir": "/w"}'), {"action": 3}))
    assert found.one(RunStarted).cwd == "/w"
    assert found.tally.unknown_types == {"unexpected shape": 1}
