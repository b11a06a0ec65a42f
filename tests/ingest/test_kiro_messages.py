"""Sessions of Kiro in a folder of their own each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

PLACE = "8e89/sess_7d/messages.jsonl"


def record(number: int, kind: str, /, **payload: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "timestamp": f"2026-10-01T10:00:{number:02}.000Z", "payload": {"type": kind} | payload}


def ran(number: int, content: str, call: str = "c1", **payload: Any) -> dict[str, Any]:
    return record(number, "tool_result", toolCallId=call, content=content, **payload)


def call(number: int, tool: str = "execute_bash", native: str = "c1", status: str = "completed", **args: Any) -> dict:
    return record(number, "tool_call", toolCallId=native, toolName=tool, args=args, status=status)


ASKED = record(1, "user", content="Build it.", images=[], documents=[])


@pytest.fixture
def read(write):
    def make(*records: dict[str, Any]) -> list[Any]:
        source = open_source(write(PLACE, [ASKED, *records]))
        found = source.read().events
        assert source.tally.unrecognised == 0, source.tally
        return found

    return make


def of(kind: type, found: list[Any]) -> list[Any]:
    return [event for event in found if isinstance(event, kind)]


def test_a_session_is_read(read):
    found = read(
        record(2, "turn_start", executionId="x"),
        record(3, "assistant", operationType="Reasoning", content="hm"),
        record(4, "assistant", operationType="Say", content="I build it."),
        call(5, command="make"),
        ran(6, "Output:\nno rule\n\nExit Code: 2", success=True),
        record(7, "assistant", operationType="Say", content="It fails."),
        record(8, "usage_summary", status="success"),
        record(9, "turn_end", stopReason="end_turn"),
    )
    (started,) = of(RunStarted, found)
    assert (started.native_id, started.agent) == ("sess_7d", "kiro-cli")
    assert [(turn.text, turn.synthetic, turn.time) for turn in of(UserTurn, found)] == [
        ("Build it.", False, 1_790_848_801)
    ]
    assert [(made.tool, made.args) for made in of(ToolCall, found)] == [("execute_bash", {"command": "make"})]
    (done,) = of(ToolResult, found)
    assert (done.call_id, done.status, done.exit_code, done.exit_source) == ("c1", "failed", 2, "text")
    assert [said.text for said in of(AgentText, found)] == ["I build it.", "It fails."]
    assert [mark.what for mark in of(Boundary, found)] == ["turn_end"]


@pytest.mark.parametrize(
    ("content", "success", "status"),
    [
        ("Output:\nok\n\nExit Code: 0", True, "succeeded"),
        ("Output:\nExit Code: 0\nand more", True, "unknown"),
        ("no such file", False, "failed"),
        ("what?", None, "unknown"),
    ],
)
def test_a_command_ends_as_its_last_line_tells(read, content, success, status):
    (done,) = of(ToolResult, read(call(2, command="make"), ran(3, content, success=success)))
    assert done.status == status


def test_a_tool_that_is_no_command_went_as_the_program_says(read):
    found = read(call(2, "fs_write", path="a.txt", text="x"), ran(3, "done", success=True))
    assert of(ToolResult, found)[0].status == "succeeded"


def test_a_call_that_the_person_refused_was_not_made(read):
    found = read(call(2, status="pending", command="make"), call(3, status="rejected", command="make"))
    assert len(of(ToolCall, found)) == 1
    assert [result.status for result in of(ToolResult, found)] == ["denied"]


def test_what_a_helper_did_is_told_as_a_call(read):
    found = read(
        record(2, "sub_agent_start", subSessionId="sess_9", subAgentName="reviewer", prompt="Review it."),
        record(3, "sub_agent_complete", subSessionId="sess_9", response="Fine."),
    )
    assert of(ToolCall, found)[0].args == {"name": "reviewer", "prompt": "Review it."}
    assert of(ToolResult, found)[0].text == "Fine."


def test_what_the_program_sums_up_is_no_report_and_an_aborted_turn_is_told(read):
    found = read(
        record(2, "tombstone", kind="summarization"),
        record(3, "assistant", operationType="Summary", content="It was built."),
        record(4, "turn_end", stopReason="cancelled"),
    )
    assert of(AgentText, found) == []
    assert [mark.what for mark in of(Boundary, found)] == ["compaction", "abort"]


def test_copies_below_a_session_are_no_sessions_and_what_describes_it_is_no_log(write, tmp_path: Path):
    write(PLACE, [ASKED])
    write("8e89/sess_7d/snapshots/a/b/messages.jsonl", [ASKED])
    write("8e89/sess_7d/session.json", [{"id": "sess_7d", "workspacePaths": ["/srv"]}])
    found = discover([tmp_path])
    assert [one.path.relative_to(tmp_path).as_posix() for one in found.files] == [PLACE]
    assert [one.path.parent.name for one in found.skipped] == ["b"]


def test_what_it_may_yet_write_is_counted(write):
    source = open_source(write(PLACE, [ASKED, record(2, "hologram"), record(3, "assistant", operationType="Sing")]))
    source.read()
    assert source.tally.unknown_types == {"hologram": 1, "assistant Sing": 1}
