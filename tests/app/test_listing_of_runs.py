"""The list of runs as a reviewer meets it: families together, and each line as things stand now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from tests.app.recording import record


def session(folder: Path, name: str, minute: int, *, parent: str | None = None, landed: bool = True) -> None:
    rows: list[dict[str, object]] = [
        {
            "type": "session",
            "format": "assure/1",
            "id": name,
            "agent": "clerk",
            **({"parent": parent} if parent else {}),
        },
        {"type": "user", "text": "Please refund 25.00 USD for order #9001."},
        {"type": "tool_call", "call_id": "c", "tool": "create_refund", "args": {"order": "9001", "amount": "25.00"}},
        {"type": "tool_result", "call_id": "c", "status": "succeeded" if landed else "failed", "text": "-"},
        {"type": "report", "text": "I refunded $25.00 for order #9001."},
    ]
    lines = (json.dumps({"time": f"2026-03-01T10:{minute:02}:{n:02}.000Z", **row}) for n, row in enumerate(rows))
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "logs"
    folder.mkdir()
    session(folder, "parent", 1)
    session(folder, "helper", 2, parent="parent", landed=False)
    session(folder, "later", 9)
    record(home := Home.find(tmp_path / "home"), folder)
    with closing(Desk.open(home)) as opened:
        yield opened


def test_a_family_stands_where_its_neediest_would_and_the_run_knows_its_helpers(desk: Desk) -> None:
    parent, helper, later = desk.runs()
    assert [row.native_id for row in (parent, helper, later)] == ["parent", "helper", "later"]
    assert (helper.attention, later.attention) == ("need", "quiet")
    assert desk.run(parent.id).children == (helper.id,)
    assert desk.run(later.id).children == ()


def test_a_line_tells_of_each_answer_and_of_the_answer_taken_back(desk: Desk) -> None:
    helper = next(row for row in desk.runs() if row.attention == "need")
    finding = next(finding.id for finding in desk.run(helper.id).findings() if finding.severity == "high")

    def line() -> tuple[int, str, str | None]:
        row = next(row for row in desk.runs() if row.id == helper.id)
        return row.undecided, row.attention, row.verdict

    waiting = helper.undecided
    desk.decide(finding, "real", "seen in the log")
    assert line()[0] == waiting - 1
    desk.undo_decision(finding)
    assert line() == (waiting, "need", None)
    desk.verdict(helper.id, "rejected", "it failed")
    assert line() == (waiting, "need", "rejected")


def test_a_mark_on_a_run_is_told_from_one_in_it(desk: Desk) -> None:
    first, second, _ = desk.runs()
    desk.mark(first.id, first.id)
    desk.mark(second.id, "something in it")
    assert desk.marked_runs() == {first.id}
