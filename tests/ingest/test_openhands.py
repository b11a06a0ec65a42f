from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

AT = "2026-03-01T12:00:00.000001"


def action(kind: str, number: int = 1, source: str = "agent", **args: Any) -> dict:
    return {"id": number, "timestamp": AT, "source": source, "message": "", "action": kind, "args": args}


def observed(kind: str, content: str, cause: int = 1, **extras: Any) -> dict:
    made = {"id": cause + 100, "timestamp": AT, "source": "agent", "message": "", "cause": cause}
    return made | {"observation": kind, "content": content, "extras": extras}


def exits(code: int) -> dict:
    return {"metadata": {"exit_code": code, "working_dir": "/srv"}}


ASKS = action("message", 0, "user", content="Make the tests pass.")


def test_a_trajectory_is_read(document):
    found = document(
        [
            action("system", 9, content="You are an agent."),
            ASKS,
            action("recall", 8, "user", query="x"),
            action("run", command="pytest -q", thought="I run the tests.", is_input=False),
            observed("run", "2 passed", **exits(0)),
            action("think", 2, thought="hm"),
            observed("think", "logged", 2),
            action("finish", 3, thought="All done.", final_thought="Both tests pass."),
        ]
    )
    assert found.one(RunStarted).agent == found.adapter.name == "openhands"
    assert [(turn.text, turn.system) for turn in found.all(UserTurn)] == [
        ("You are an agent.", True),
        ("Make the tests pass.", False),
    ]
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [
        ("I run the tests.", "commentary"),
        ("All done.", "final"),
        ("Both tests pass.", "final"),
    ]
    assert (found.one(ToolCall).tool, found.one(ToolCall).args) == ("run", {"command": "pytest -q"})
    result = found.one(ToolResult)
    assert (result.call_id, result.status, result.exit_code) == (found.one(ToolCall).call_id, "succeeded", 0)
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert found.tally.unrecognised == 0


@pytest.mark.parametrize(
    ("act", "seen", "expected"),
    [
        (action("run", command="make"), observed("run", "boom", **exits(2)), ("failed", 2, "structured")),
        (action("run", command="make"), observed("run", "boom", exit_code=2), ("failed", 2, "structured")),
        (action("run", command="make"), observed("run", "…", **exits(-1)), ("unknown", None, "none")),
        (action("run", command="make"), observed("run", "…"), ("unknown", None, "none")),
        (action("run", command="make"), observed("error", "no such action"), ("failed", None, "none")),
        (action("run", command="make"), observed("user_rejected", "no"), ("denied", None, "none")),
        (action("read", path="a"), observed("read", "ERROR:\nno such file"), ("failed", None, "none")),
        (action("read", path="a"), observed("read", "x"), ("succeeded", None, "none")),
        (
            action("run_ipython", code="1/0"),
            observed("run_ipython", "Cell In[1]\nTraceback (most recent call last)\n…"),
            ("failed", None, "none"),
        ),
        (
            action("call_tool_mcp", name="ask", arguments={"q": 1}),
            observed("mcp", '{"content": [{"type": "text", "text": "no"}], "isError": true}'),
            ("failed", None, "none"),
        ),
    ],
)
def test_a_call_ends_as_its_observation_tells(document, act, seen, expected):
    result = document([ASKS, act, seen]).one(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected


def test_keys_for_a_program_that_runs_are_no_command(document):
    keys = document([ASKS, action("run", command="C-c", is_input=True)]).one(ToolCall)
    assert (keys.tool, keys.args) == ("write_stdin", {"chars": "C-c"})


def test_an_edit_names_its_file_and_a_refused_one_none(document):
    edit = action("edit", path="/srv/a.py", command="str_replace", old_str="x\n", new_str="y\n")
    went = document([ASKS, edit, observed("edit", "The file /srv/a.py has been edited.")]).one(ToolResult)
    assert [(one.path, one.op, one.diff) for one in went.files] == [("/srv/a.py", "edit", "@@ -1,1 +1,1 @@\n-x\n+y")]
    assert document([ASKS, edit, observed("edit", "ERROR:\nno match")]).one(ToolResult).files == ()
    create = action("edit", path="/srv/b.py", command="create", file_text="z")
    (made,) = document([ASKS, create, observed("edit", "created")]).one(ToolResult).files
    assert (made.path, made.op) == ("/srv/b.py", "create")


def test_each_line_of_an_evaluation_is_a_run_also_where_steps_come_in_pairs(write):
    act, seen = action("run", command="ls"), observed("run", "a", **exits(0))
    old = [{"action": "message", "content": "Go."}, {"action": "run", "command": "make", "thought": "I build."}]
    old += [
        {"observation": "run", "content": "ok", "exit_code": 0},
        {"action": "finish", "outputs": {}, "thought": "x"},
    ]
    path = write(
        "output.jsonl",
        [
            {"instance_id": "shop-1", "history": [ASKS, act, seen]},
            {"instance_id": "shop-1", "history": [[ASKS, observed("null", "")], [act, seen]]},
            {"issue": {}, "history": old},
        ],
    )
    events = list(open_source(path).events())
    runs = list(dict.fromkeys(event.run for event in events))
    assert len(runs) == 3
    for run in runs:
        own = [event for event in events if event.run == run]
        assert [one.status for one in own if isinstance(one, ToolResult)] == ["succeeded"]
        assert [one.synthetic for one in own if isinstance(one, UserTurn)] == [False]
        assert own[-1].what == "run_end"
    assert len({event.id for event in events}) == len(events)


def event(kind: str, name: str, **fields: Any) -> dict:
    return {"id": name, "timestamp": AT, "source": "agent", "kind": kind} | fields


def calls(name: str = "b", tool: str = "terminal", **action: Any) -> dict:
    thought = [{"type": "text", "text": "<think>hm</think>\nI build."}]
    return event("ActionEvent", name, thought=thought, action=action, tool_name=tool, tool_call_id="c1")


def answers(name: str = "c", text: str = "built", **seen: Any) -> dict:
    told = {"content": [{"type": "text", "text": text}]} | seen
    return event("ObservationEvent", name, source="environment", observation=told, tool_name="t", tool_call_id="c1")


SAYS = event(
    "MessageEvent", "a", source="user", llm_message={"role": "user", "content": [{"type": "text", "text": "Go."}]}
)
BUILDS = calls(kind="TerminalAction", command="make", is_input=False, timeout=None)


@pytest.fixture
def conversation(tmp_path: Path):
    def make(*events: dict) -> Path:
        folder = tmp_path / "conversations" / "0a1b"
        (folder / "events").mkdir(parents=True, exist_ok=True)
        state = {"id": "0a1b-2", "agent": {"llm": {"model": "m-1"}}, "workspace": {"working_dir": "/srv"}}
        (folder / "base_state.json").write_text(json.dumps(state))
        for number, one in enumerate(events):
            (folder / "events" / f"event-{number:05}-{one['id']}.json").write_text(json.dumps(one, indent=2))
        return folder

    return make


def test_the_folder_of_a_conversation_is_one_log(conversation):
    folder = conversation(SAYS, BUILDS, answers(exit_code=0), event("ConversationStateUpdateEvent", "d"))
    (found,) = discover([folder]).files
    assert (found.path.name, discover([folder]).skipped) == ("base_state.json", [])
    events = list(open_source(found.path).events())
    started, said, words, call, result = events
    assert (started.native_id, started.model, started.cwd) == ("0a1b-2", "m-1", "/srv")
    assert (said.text, words.text, call.args) == ("Go.", "I build.", {"command": "make", "is_input": False})
    assert (result.call_id, result.status, result.exit_code) == ("c1", "succeeded", 0)
    assert open_source(folder / "events" / "event-00000-a.json", found.adapter).adapter is found.adapter


def test_what_lies_beside_the_events_is_not_read(conversation, tmp_path):
    folder = conversation(SAYS)
    (tmp_path / "elsewhere.json").write_text(json.dumps(BUILDS))
    (folder / "events" / "event-00001-link.json").symlink_to(tmp_path / "elsewhere.json")
    (folder / "events" / "notes.json").write_text(json.dumps(BUILDS))
    events = list(open_source(folder / "base_state.json").events())
    assert [event for event in events if isinstance(event, ToolCall)] == []


def test_a_folder_of_events_that_is_a_link_is_not_followed(conversation, tmp_path):
    folder = conversation(SAYS)
    (folder / "events").rename(tmp_path / "elsewhere")
    (folder / "events").symlink_to(tmp_path / "elsewhere")
    assert list(open_source(folder / "base_state.json").events()) == []


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"exit_code": 2}, ("failed", 2, "structured")),
        ({"exit_code": None, "metadata": {"exit_code": 0}}, ("succeeded", 0, "structured")),
        ({"exit_code": -1, "timeout": True}, ("unknown", None, "none")),
        ({"exit_code": None, "is_error": True, "metadata": {"exit_code": -1}}, ("failed", None, "none")),
        ({"is_error": False}, ("succeeded", None, "none")),
    ],
)
def test_an_observation_tells_how_a_command_ended(log, seen, expected):
    result = log("openhands", [SAYS, BUILDS, answers(**seen)]).one(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected


def test_a_refusal_is_denied_and_the_last_message_ends_the_turn(log):
    found = log(
        "openhands",
        [
            SAYS,
            BUILDS,
            event("UserRejectObservation", "c", tool_call_id="c1", rejection_reason="not now", rejection_source="user"),
            event("AgentErrorEvent", "d", tool_call_id="c2", error="unknown tool"),
            event("ActionEvent", "e", thought=[], action={"kind": "FinishAction", "message": "I stopped."}),
            event("PauseEvent", "f", source="user"),
            event("HologramEvent", "g"),
        ],
    )
    assert [(one.status, one.text) for one in found.all(ToolResult)] == [
        ("denied", "not now"),
        ("failed", "unknown tool"),
    ]
    assert [(one.text, one.channel) for one in found.all(AgentText)][-1] == ("I stopped.", "final")
    assert [one.what for one in found.all(Boundary)] == ["turn_end", "abort"]
    assert found.tally.unknown_types == {"HologramEvent": 1}


def test_a_file_that_the_editor_wrote_is_named(log):
    edit = calls(
        tool="file_editor", kind="FileEditorAction", command="str_replace", path="/a", old_str="x", new_str="y"
    )
    seen = {"path": "/a", "prev_exist": True, "old_content": "x\nz", "new_content": "y\nz", "is_error": False}
    (changed,) = log("openhands", [SAYS, edit, answers(**seen)]).one(ToolResult).files
    assert (changed.path, changed.op, changed.diff) == ("/a", "edit", "@@ -1,1 +1,1 @@\n-x\n+y")
    (made,) = log("openhands", [SAYS, edit, answers(**seen | {"prev_exist": False})]).one(ToolResult).files
    assert made.op == "create"
