from __future__ import annotations

import json
from pathlib import Path

from assure_tui.ingest import adapters
from assure_tui.ingest.model import AgentText, Boundary, ExternalEffect, RunStarted, ToolCall, ToolResult, UserTurn

DOCUMENT = Path(adapters.__file__).with_name("ASSURE.md")


def examples() -> list[dict]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.startswith("    {")]


def test_the_examples_of_the_description_are_read_as_they_say(log):
    found = log("assure", examples())
    assert (found.tally.unrecognised, found.tally.malformed) == (0, 0)
    assert found.one(RunStarted).agent == "refund-desk"
    assert found.one(UserTurn).text == "Please refund order 1042, $40."
    assert found.all(ToolCall)[0].args == {"order": "1042", "amount": 40}
    assert [(one.call_id, one.status, one.exit_code) for one in found.all(ToolResult)] == [
        ("c1", "succeeded", None),
        ("c2", "failed", 1),
        ("c3", "succeeded", None),
    ]
    assert found.all(ToolResult)[2].files[0].path == "src/a.py"
    assert found.one(AgentText).channel == "report"
    assert found.one(Boundary).what == "turn_end"
    effect = found.one(ExternalEffect)
    assert (effect.kind, effect.call_id, effect.args["currency"]) == ("refund", "c1", "USD")


def test_a_record_without_a_status_is_unknown_and_never_a_pass(log):
    found = log("assure", [{"type": "tool_result", "call_id": "c", "text": "fine"}])
    assert found.one(ToolResult).status == "unknown"


def test_a_second_session_line_begins_another_run(log):
    start = {"type": "session", "format": "assure/1"}
    found = log(
        "assure",
        [
            {**start, "id": "a"},
            {"type": "agent", "text": "x"},
            {**start, "id": "b", "parent": "a"},
            {"type": "agent", "text": "y"},
        ],
    )
    first, second = found.all(RunStarted)
    assert [text.run for text in found.all(AgentText)] == [first.run, second.run]
    assert second.parent == first.run


def test_unknown_types_are_counted_by_name(log):
    found = log("assure", [{"type": "mood"}, {"type": "mood"}, {"text": "x"}])
    assert found.tally.unknown_types == {"mood": 2, "(no type)": 1}
