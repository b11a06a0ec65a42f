"""What agents print in a pipeline, asked for JSON: Claude Code, Codex and OpenCode."""

from __future__ import annotations

import json

import pytest

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    Permission,
    RunStarted,
    ToolCall,
    ToolResult,
    UserTurn,
)

SESSION = "4b1c0000-0000-4000-8000-000000000001"


def init(**fields: object) -> dict:
    told = {"cwd": "/srv/app", "model": "m-1", "permissionMode": "acceptEdits", "claude_code_version": "2.1.0"}
    return {"type": "system", "subtype": "init", "session_id": SESSION, "uuid": "u-0"} | told | fields


def said(role: str, *blocks: dict, name: str, parent: str | None = None, **fields: object) -> dict:
    message = {"role": role, "content": list(blocks)} | ({"model": "m-1"} if role == "assistant" else {})
    line = {"type": role, "message": message, "session_id": SESSION, "uuid": name, "parent_tool_use_id": parent}
    return line | fields


def text(words: str) -> dict:
    return {"type": "text", "text": words}


def calls(tool: str, call: str = "t1", **args: object) -> dict:
    return {"type": "tool_use", "id": call, "name": tool, "input": args}


def answers(content: str, call: str = "t1", *, error: bool = False) -> dict:
    return {"type": "tool_result", "tool_use_id": call, "content": content, "is_error": error}


DONE = {"type": "result", "subtype": "success", "result": "It is built.", "session_id": SESSION, "uuid": "u-9"}


def test_what_claude_prints_is_read(log):
    found = log(
        "claude-stream",
        [
            init(),
            {"type": "system", "subtype": "hook_started", "session_id": SESSION},
            said("user", text("Build it."), name="u-1"),
            said("assistant", calls("Bash", command="make"), name="u-2"),
            said("user", answers("Exit code 2\nboom", error=True), name="u-3"),
            {"type": "stream_event", "event": {}, "session_id": SESSION, "uuid": "u-4"},
            said("assistant", text("It is built."), name="u-5"),
            DONE,
        ],
    )
    (started,) = found.all(RunStarted)
    assert (started.native_id, started.agent, started.adapter) == (SESSION, "claude-code", "claude-stream")
    assert (started.cwd, started.model, started.agent_version) == ("/srv/app", "m-1", "2.1.0")
    assert found.one(Permission).mode == "acceptEdits"
    assert found.one(UserTurn).text == "Build it."
    result = found.one(ToolResult)
    assert (result.call_id, result.status, result.exit_code) == (found.one(ToolCall).call_id, "failed", 2)
    assert [one.text for one in found.all(AgentText)] == ["It is built."], "the result's text is no second claim"
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert (found.tally.unrecognised, found.tally.bookkeeping) == (0, 2)


def test_a_sub_agent_of_a_stream_is_a_run_of_its_own(log):
    found = log(
        "claude-stream",
        [
            init(),
            said("assistant", calls("Task", call="t7", prompt="Look."), name="u-1"),
            said("user", text("Look."), name="u-2", parent="t7"),
            said("assistant", text("Found it."), name="u-3", parent="t7"),
        ],
    )
    parent, child = found.all(RunStarted)[:2]
    assert (child.parent, child.parent_call) == (parent.run, "t7")
    assert found.one(AgentText).run == child.run


def test_a_session_that_was_stopped_says_so_and_other_lines_are_counted(log):
    found = log("claude-stream", [init(), DONE | {"subtype": "error_max_turns"}, {"type": "hologram"}])
    assert (found.one(Boundary).what, found.one(Boundary).detail) == ("abort", "error_max_turns")
    assert found.tally.unknown_types == {"hologram": 1}


def item(kind: str, name: str = "item_1", event: str = "completed", **fields: object) -> dict:
    return {"type": f"item.{event}", "item": {"id": name, "type": kind} | fields}


THREAD = {"type": "thread.started", "thread_id": "0199-1"}
RUN = {"command": "bash -lc 'make'", "aggregated_output": "ok\n"}


def test_what_codex_prints_is_read(log):
    found = log(
        "codex-exec",
        [
            THREAD,
            {"type": "turn.started"},
            item("reasoning", "item_0", text="**Thinking**"),
            item("command_execution", event="started", status="in_progress", **RUN),
            item("command_execution", status="completed", exit_code=0, **RUN),
            item("todo_list", "item_2", "updated", items=[{"text": "Build it", "completed": True}]),
            item("todo_list", "item_2", items=[{"text": "Build it", "completed": True}]),
            item("agent_message", "item_3", text="It is built."),
            {"type": "turn.completed", "usage": {}},
        ],
    )
    started = found.one(RunStarted)
    assert (started.native_id, started.agent, started.adapter) == ("0199-1", "codex", "codex-exec")
    assert (found.one(ToolCall).tool, found.one(ToolCall).args) == ("shell", {"command": "bash -lc 'make'"})
    result = found.one(ToolResult)
    assert (result.text, result.status, result.exit_code, result.exit_source) == ("ok\n", "succeeded", 0, "structured")
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [
        ("Build it", "todo"),
        ("It is built.", "commentary"),
    ]
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert found.tally.unrecognised == 0


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (item("command_execution", status="failed", exit_code=2, **RUN), ("failed", 2)),
        (item("command_execution", exit_code=1, **RUN), ("failed", 1)),
        (item("command_execution", status="declined", **RUN), ("denied", None)),
        (item("command_execution", status="hologram", **RUN), ("unknown", None)),
        (item("mcp_tool_call", server="s", tool="f", error={"message": "no"}, status="failed"), ("failed", None)),
        (item("web_search", query="q", status="completed"), ("succeeded", None)),
    ],
)
def test_an_act_ends_as_its_item_tells(log, told, expected):
    found = log("codex-exec", [THREAD, told])
    assert (found.one(ToolResult).status, found.one(ToolResult).exit_code) == expected
    assert found.one(ToolCall).call_id == found.one(ToolResult).call_id


def test_a_patch_names_its_files_and_a_call_of_a_server_its_answer(log):
    changes = [{"path": "a.py", "kind": "update"}, {"path": "b.py", "kind": "add"}, {"path": "c.py", "kind": "delete"}]
    done = log("codex-exec", [THREAD, item("file_change", changes=changes, status="completed")]).one(ToolResult)
    assert [(one.path, one.op) for one in done.files] == [("a.py", "edit"), ("b.py", "create"), ("c.py", "delete")]
    failed = log("codex-exec", [THREAD, item("file_change", changes=changes, status="failed")]).one(ToolResult)
    assert failed.files == ()
    answer = {"content": [{"type": "text", "text": "42"}]}
    call = item("mcp_tool_call", server="shop", tool="f", arguments={"a": 1}, result=answer, status="completed")
    found = log("codex-exec", [THREAD, call])
    assert (found.one(ToolCall).mcp_server, found.one(ToolCall).args) == ("shop", {"a": 1})
    assert found.one(ToolResult).text == "42"


def test_threads_in_one_file_are_runs_of_their_own_and_failures_are_told(log):
    other = THREAD | {"thread_id": "0199-2"}
    act = item("command_execution", status="completed", exit_code=0, **RUN)
    end = {"type": "turn.failed", "error": {"message": "out of quota"}}
    found = log("codex-exec", [THREAD, act, other, act, end, {"type": "hologram"}, item("dream")])
    assert len({call.run for call in found.all(ToolCall)}) == 2
    assert len({event.id for event in found.events}) == len(found.events)
    assert found.one(Boundary).what == "api_error"
    assert found.tally.unknown_types == {"hologram": 1, "item dream": 1}


def printed(kind: str, session: str = "ses_1", **part: object) -> dict:
    return {"type": kind, "timestamp": 1785000000000, "sessionID": session, "part": {"type": kind} | part}


def acted(status: str = "completed", **state: object) -> dict:
    return printed("tool_use", tool="bash", callID="c1", state={"status": status, "input": {"command": "make"}} | state)


def test_what_opencode_prints_is_read(log):
    found = log(
        "opencode-run",
        [
            printed("step_start"),
            acted(output="ok", metadata={"exit": 0}),
            printed("step_finish", reason="tool-calls"),
            printed("text", text="It is built."),
            printed("step_finish", reason="stop"),
        ],
    )
    started = found.one(RunStarted)
    assert (started.native_id, started.agent, started.adapter) == ("ses_1", "opencode", "opencode-run")
    assert started.time == 1785000000
    assert (found.one(ToolCall).tool, found.one(ToolCall).args) == ("bash", {"command": "make"})
    assert (found.one(ToolResult).status, found.one(ToolResult).exit_code) == ("succeeded", 0)
    assert found.one(AgentText).text == "It is built."
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert (found.tally.unrecognised, found.tally.bookkeeping) == (0, 1)


def test_what_opencode_2_prints_tells_how_a_command_ended(log):
    told = {"metadata": {"status": "completed", "exit": 2}, "content": [{"type": "text", "text": "boom"}]}
    state = {"status": "completed", "input": {"command": "make"}, "output": "boom", "metadata": told}
    found = log("opencode-run", [printed("tool_use", tool="shell", id="c1", state=state)])
    assert (found.one(ToolResult).status, found.one(ToolResult).exit_code) == ("failed", 2)


def test_a_run_of_opencode_that_fails_says_so_and_another_session_is_another_run(log):
    failed = acted(output="boom", metadata={"exit": 2})
    error = {"type": "error", "sessionID": "ses_1", "error": {"name": "ProviderAuthError"}}
    found = log("opencode-run", [failed, error, printed("text", session="ses_2", text="x"), {"type": "hologram"}])
    assert (found.one(ToolResult).status, found.one(ToolResult).exit_code) == ("failed", 2)
    assert found.one(Boundary).what == "api_error"
    assert found.one(AgentText).run != found.one(ToolCall).run
    assert found.tally.unknown_types == {"hologram": 1}


def streamed(kind: str, **fields: object) -> dict:
    return {"type": kind, "timestamp": "2026-08-09T15:23:21.037Z"} | fields


def piece(words: str) -> dict:
    return streamed("message", role="assistant", content=words, delta=True)


BEGUN = streamed("init", session_id="s-9", model="g-3")


def used(tool: str, **parameters: object) -> dict:
    return streamed("tool_use", tool_name=tool, tool_id="c1", parameters=parameters)


def test_what_gemini_prints_is_read_and_its_words_are_put_together(log):
    found = log(
        "gemini-stream",
        [
            BEGUN,
            streamed("message", role="user", content="Read it."),
            *(piece("I lo"), piece("ok.")),
            used("read_file", file_path="a.py"),
            streamed("tool_result", tool_id="c1", status="success", output="x = 1"),
            *(piece("It is "), piece("one.")),
            streamed("result", status="success", stats={}),
        ],
    )
    started = found.one(RunStarted)
    assert (started.native_id, started.agent, started.model) == ("s-9", "gemini-cli", "g-3")
    assert found.one(UserTurn).text == "Read it."
    assert [(said.text, said.channel) for said in found.all(AgentText)] == [
        ("I look.", "commentary"),
        ("It is one.", "final"),
    ]
    assert (found.one(ToolResult).text, found.one(ToolResult).status) == ("x = 1", "succeeded")
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert (found.tally.unrecognised, found.tally.bookkeeping) == (0, 4)


@pytest.mark.parametrize(
    ("tool", "told", "expected"),
    [
        ("run_shell_command", {"status": "success", "output": "2 failed"}, ("unknown", None)),
        ("run_shell_command", {"status": "success", "output": "boom\nExit Code: 2"}, ("failed", 2)),
        ("run_shell_command", {"status": "error", "error": {"message": "denied"}}, ("failed", None)),
        ("write_file", {"status": "success"}, ("succeeded", None)),
    ],
)
def test_how_a_command_ended_is_not_made_up(log, tool, told, expected):
    found = log("gemini-stream", [BEGUN, used(tool, file_path="a.py"), streamed("tool_result", tool_id="c1", **told)])
    result = found.one(ToolResult)
    assert (result.status, result.exit_code) == expected
    assert [one.path for one in result.files] == (["a.py"] if tool == "write_file" else [])


STREAMS = [
    (BEGUN, "gemini-stream"),
    (init(), "claude-stream"),
    (said("user", text("x"), name="u"), "claude-stream"),
    (THREAD, "codex-exec"),
    (printed("step_start"), "opencode-run"),
]


@pytest.mark.parametrize(("first", "name"), STREAMS)
def test_a_stream_is_known_by_its_first_line(tmp_path, first, name):
    path = tmp_path / "out.jsonl"
    path.write_text(json.dumps(first) + "\n" + json.dumps({"type": "turn.started"}) + "\n")
    found = detect(path)
    assert found is not None
    assert found.name == name
