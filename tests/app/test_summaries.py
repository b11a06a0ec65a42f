"""The one line of an event in the Timeline tells what it says, not what every event of its kind says."""

from __future__ import annotations

import pytest
from growth import linear

from assure_tui.app.desk.summaries import summarise, whole_text
from assure_tui.ingest.model import Locator, Origin, Permission, ToolResult

ORIGIN = Origin(source="s", at=Locator(unit="bytes", start=0, length=1, line=1), sha256="00")


def result(text):
    return ToolResult(id="e#0", run="r", origin=ORIGIN, seq=0, call_id="c", text=text, status="succeeded")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Chunk ID: 5e\nWall time: 0.0 seconds\nProcess exited with code 0\nOutput:\n3 passed in 0.2s\n",
            "3 passed in 0.2s",
        ),
        ("Exit code: 1\nWall time: 0 seconds\nOutput:\nno such file", "no such file"),
        ("Exit code: 0\nWall time: 0 seconds\nOutput:\n", "no output"),
        ("Exit code: 0 was what it said", "Exit code: 0 was what it said"),
        ("Output: 5", "Output: 5"),
    ],
)
def test_a_result_is_told_by_its_output(text, told):
    assert summarise(result(text)) == told
    assert whole_text(result(text)) == text


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"decision": "mode", "mode": "default"}, "mode default"),
        ({"decision": "granted", "by": "rule"}, "granted by rule"),
    ],
)
def test_who_permitted_is_told_where_the_log_says_it(known, told):
    assert summarise(Permission(id="e#0", run="r", origin=ORIGIN, seq=0, **known)) == told


def test_a_long_result_without_an_end_of_its_heading_is_told_at_once():
    def told(pieces):
        summarise(result("Chunk ID: x\n" * len(pieces) + "Wall time" * len(pieces)))

    assert linear(told, range(10_000))
