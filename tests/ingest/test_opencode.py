from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assure_tui.ingest.adapters.opencode_export import ADAPTER
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, RunStarted, SourceInfo, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source

SESSION = {"id": "ses_a1", "directory": "/srv/shop", "version": "1.2.0", "time": {"created": 1_790_000_000_000}}


def asks(*parts: dict) -> dict:
    return {"info": {"role": "user", "time": {"created": 1_790_000_000_000}}, "parts": list(parts)}


def acts(*parts: dict, finish: str = "stop", **info: Any) -> dict:
    told = {"role": "assistant", "modelID": "m-1", "finish": finish, "time": {"created": 1_790_000_001_000}} | info
    return {"info": told, "parts": list(parts)}


def text(words: str, **fields: Any) -> dict:
    return {"type": "text", "text": words} | fields


def tool(name: str, status: str = "completed", **state: Any) -> dict:
    return {"type": "tool", "callID": "c1", "tool": name, "state": {"status": status, "input": {}} | state}


class Export:
    def __init__(self, path: Path, *messages: dict, session: dict = SESSION) -> None:
        path.write_text(json.dumps({"info": session, "messages": list(messages)}, indent=1))
        self.reader = open_source(path)
        self.events = list(open_source(path).events())

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def export(tmp_path):
    return lambda *messages, **fields: Export(tmp_path / "session.json", *messages, **fields)


def test_an_export_is_known_by_its_content_and_is_no_chat(export):
    read = export(asks(text("Go.")), acts(text("Done.")))
    assert read.reader.adapter is ADAPTER
    assert [(one.native_id, one.cwd, one.model) for one in read.all(RunStarted)] == [
        ("ses_a1", "/srv/shop", None),
        ("ses_a1", None, "m-1"),
    ]
    assert [(said.text, said.channel) for said in read.all(AgentText)] == [("Done.", "final")]
    assert [mark.what for mark in read.all(Boundary)] == ["turn_end"]
    assert read.reader.tally.unrecognised == 0


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"output": "3 passed", "metadata": {"exit": 0}}, ("succeeded", 0, "structured")),
        ({"output": "boom", "metadata": {"exit": 2}}, ("failed", 2, "structured")),
        ({"output": "…", "metadata": {"timeout": True}}, ("unknown", None, "none")),
        ({"status": "error", "error": "Tool execution aborted"}, ("failed", None, "none")),
    ],
)
def test_a_completed_command_ends_as_its_exit_code_tells(export, state, expected):
    (result,) = export(acts(tool("bash", **state))).all(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected


def test_a_call_that_runs_has_no_result_yet(export):
    read = export(acts(tool("bash", "running"), finish="tool-calls"))
    assert (len(read.all(ToolCall)), read.all(ToolResult), read.all(Boundary)) == (1, [], [])


def test_a_patch_tells_its_files_and_an_edit_its_hunks(export):
    diff = "Index: a.py\n--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n+y\n"
    files = [{"filePath": "/srv/a.py", "type": "update", "diff": diff}, {"filePath": "/srv/b.py", "type": "delete"}, 7]
    (patched,) = export(acts(tool("apply_patch", output="ok", metadata={"files": files}))).all(ToolResult)
    assert [(file.path, file.op, file.diff) for file in patched.files] == [
        ("/srv/a.py", "edit", "@@ -1 +1 @@\n-x\n+y\n"),
        ("/srv/b.py", "delete", None),
    ]
    edit = tool("edit", input={"filePath": "/srv/c.py"}, output="ok", metadata={"diff": diff})
    (edited,) = export(acts(edit)).all(ToolResult)
    assert [(file.path, file.op) for file in edited.files] == [("/srv/c.py", "edit")]


def test_words_that_a_program_put_in_are_no_request(export):
    read = export(asks(text("Fix it."), text("Continue.", synthetic=True), {"type": "subtask", "prompt": "Review."}))
    assert [(turn.text, turn.synthetic) for turn in read.all(UserTurn)] == [
        ("Fix it.", False),
        ("Continue.", True),
        ("Review.", True),
    ]


def test_what_the_agent_sums_up_for_itself_is_no_report(export):
    read = export(asks(text("Go.")), acts(text("## Objective"), mode="compaction"), acts(text("Done."), mode="build"))
    assert [said.text for said in read.all(AgentText)] == ["Done."]
    assert [(turn.text, turn.synthetic) for turn in read.all(UserTurn)] == [("Go.", False), ("## Objective", True)]


def test_an_aborted_message_is_no_report(export):
    read = export(acts(text("I pushed"), finish="", error={"name": "MessageAbortedError"}))
    assert ([said.cut for said in read.all(AgentText)], [mark.what for mark in read.all(Boundary)]) == (
        [True],
        ["abort"],
    )


def test_a_sub_agent_names_its_parent_and_its_call_names_it(export):
    child = export(asks(text("Review.")), session=SESSION | {"parentID": "ses_p"}).all(RunStarted)[0]
    assert child.parent == run_id("opencode", "ses_p", "ses_p")
    (result,) = export(acts(tool("task", output="ok", metadata={"sessionId": "ses_c"}))).all(ToolResult)
    assert result.facts == {"child_run": run_id("opencode", "ses_c", "ses_c")}


def test_a_step_of_the_plan_that_is_done_is_said(export):
    todos = [{"content": "Add tests", "status": "completed"}, {"content": "Ship", "status": "pending"}, "x"]
    said = export(acts(tool("todowrite", input={"todos": todos}, output=""))).all(AgentText)
    assert [(one.text, one.channel) for one in said] == [("Add tests", "todo")]


def test_what_is_not_known_is_counted_and_calls_of_one_name_are_kept_apart(export):
    strange = [acts({"type": "hologram"}), {"info": {"role": "oracle"}}, {"info": 3}]
    read = export(*strange, acts(tool("read", output="a"), tool("read", output="b")))
    assert read.reader.read().done
    assert read.reader.tally.unknown_types == {"part hologram": 1, "message oracle": 1, "unexpected shape": 1}
    assert len({call.call_id for call in read.all(ToolCall)}) == 2


WHOLE = {
    "info": SESSION,
    "messages": [
        asks(text("Go.", synthetic=False), {"type": "subtask", "prompt": "x"}),
        acts(
            text("Done."),
            tool("bash", output="x", metadata={"exit": 1, "files": [{"filePath": "f", "type": "add", "diff": "@@"}]}),
            tool("todowrite", input={"todos": [{"content": "c", "status": "completed"}]}),
            error={"name": "n"},
        ),
    ],
}


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_value_of_any_kind_in_any_place_costs_at_most_its_message(data):
    document = json.loads(json.dumps(WHOLE))
    place: Any = document["messages"]
    while True:
        keys = range(len(place)) if isinstance(place, list) else list(place)
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(st.sampled_from([None, True, -1, 1.5, "\ud800", [], {}, [1], {"a": 1}]))
    source = SourceInfo(id="s-0", path="x.json", adapter="opencode", discipline="snapshot", complete=True)
    decoder = ADAPTER.decoder(source, "x", "")
    records = decoder.document(json.dumps(document).encode())
    assert len(records) == decoder.tally.records == 2
    assert decoder.tally.unrecognised <= 1
    events = [event for _, events in records for event in events]
    assert len({event.id for event in events}) == len(events)


def test_an_export_of_version_2_is_read(export):
    session = {"id": "ses_a1", "location": {"directory": "/srv/shop"}, "version": "2.0.26"}
    ran = {
        "type": "tool",
        "id": "c1",
        "name": "shell",
        "state": {
            "status": "completed",
            "input": {"command": "make"},
            "content": [{"type": "text", "text": "built"}],
            "metadata": {"status": "completed", "exit": 0},
        },
    }
    read = export(
        {"id": "msg_1", "type": "user", "text": "Build it.", "time": {"created": 1_790_000_000_000}},
        {"id": "msg_2", "type": "assistant", "content": [ran], "model": {"id": "m-1"}, "finish": "tool-calls"},
        {"id": "msg_3", "type": "assistant", "content": [{"type": "text", "text": "Built."}], "finish": "stop"},
        session=session,
    )
    assert read.reader.tally.unrecognised == 0
    assert [one.cwd for one in read.all(RunStarted)] == ["/srv/shop", None]
    assert [(turn.text, turn.time) for turn in read.all(UserTurn)] == [("Build it.", 1_790_000_000)]
    assert [(result.status, result.exit_code) for result in read.all(ToolResult)] == [("succeeded", 0)]
    assert [(said.text, said.channel) for said in read.all(AgentText)] == [("Built.", "final")]
