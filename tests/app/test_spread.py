"""Checking with several processes gives what checking with one gives."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from assure_tui.app.desk.batch import Batch
from assure_tui.app.desk.spread import spread
from assure_tui.ingest.walk import Found, discover
from assure_tui.reconcile.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(12):
        words = [
            {"type": "session", "format": "assure/1", "id": f"s-{number // 2}"},
            {"type": "user", "text": "Run the tests."},
            {"type": "tool_call", "call_id": "c1", "tool": "shell", "args": {"command": "pytest -q"}},
            {"type": "tool_result", "call_id": "c1", "exit_code": 1, "text": f"{number} failed, 40 passed"},
            {"type": "report", "text": "All 41 tests pass."},
        ]
        (tmp_path / f"{number:02}.jsonl").write_text("".join(json.dumps(word) + "\n" for word in words))
    (tmp_path / "broken.jsonl").write_text("{\n")
    return tmp_path


def documents(folder: Path, jobs: int) -> tuple[list[dict[str, object]], Batch]:
    batch = Batch(paths=[folder], jobs=jobs)
    return [report.document() for report in batch.runs()], batch


def test_the_same_comes_out_in_the_same_order(folder):
    one, alone = documents(folder, 1)
    two, together = documents(folder, 2)
    assert len({run["id"] for run in one}) == 12
    assert two == one
    assert together.skipped == alone.skipped
    assert together.tally == alone.tally
    assert together.faults == alone.faults == []


def dies_once(found: Found) -> str:
    if found.path.name == "03.jsonl":
        os.kill(os.getpid(), signal.SIGKILL)
    return found.path.name


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_files_of_a_process_that_died_are_given_back(folder):
    files = [found for found in discover([folder]).files if found.path.suffix == ".jsonl"]
    given = list(spread(files, dies_once, 2))
    assert [found for found, _ in given] == files
    assert all(result in {None, found.path.name} for found, result in given)
    assert any(result is None for _, result in given)


def test_what_is_not_taken_is_not_waited_for(folder):
    files = discover([folder]).files
    results = spread(files, dies_once, 2)
    next(results)
    results.close()


@pytest.mark.parametrize("where", ["step", "close"])
def test_a_file_on_which_the_check_breaks_hides_no_others_findings(tmp_path, monkeypatch, where):
    for name in ("a", "b"):
        words = [
            {"type": "session", "format": "assure/1", "id": f"s-{name}"},
            {"type": "tool_call", "call_id": "c1", "tool": "shell", "args": {"command": "pytest -q"}},
            {"type": "tool_result", "call_id": "c1", "exit_code": 1, "text": "1 failed, 40 passed"},
            {"type": "report", "text": "All 41 tests pass."},
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(word) + "\n" for word in words))
    whole = getattr(Workspace, where)
    seen = []

    def breaking(self: Workspace, *given: object) -> object:
        seen.append(given)
        if len(seen) == 1:
            raise IndexError
        return whole(self, *given)

    monkeypatch.setattr(Workspace, where, breaking)
    batch = Batch(paths=[tmp_path], jobs=1)
    found = {Path(report.shown).name: [each.code for each in report.discrepancies.values()] for report in batch.runs()}
    assert len(found["b.jsonl"]) == 1
    assert [skipped.path.name for skipped in batch.skipped] == ["a.jsonl"]
    assert len(batch.faults) == 1
