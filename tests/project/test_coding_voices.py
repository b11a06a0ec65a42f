"""The coding sessions that the check is measured on: each is well-formed, and its log is one that the adapters read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from assure_tui.ingest.model import AgentText, ToolCall, ToolResult
from assure_tui.ingest.reader import open_source

BENCH = Path(__file__).parents[1] / "bench"


def _load(name):
    spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


coding_sessions, coding_logs = _load("coding_sessions"), _load("coding_logs")
FILES = sorted((BENCH / "coding_voices").glob("*.txt"))


def test_there_are_many_toolchains():
    assert len(FILES) > 130


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_fault_leaves_the_words_and_changes_the_calls(path):
    honest, *faulty = coding_sessions.read(path)
    said = [step.text for step in honest.steps if step.mark == "A"]
    logs = [coding_logs.log(session) for session in (honest, *faulty)]
    assert said
    assert not honest.codes
    assert len(set(logs)) == len(logs)
    for session in faulty:
        assert session.codes
        assert [step.text for step in session.steps if step.mark == "A"] == said


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_log_is_read_whole(path, tmp_path):
    session = coding_sessions.read(path)[0]
    log = tmp_path / f"{session.name}.jsonl"
    log.write_text(coding_logs.log(session), encoding="utf-8")
    events = list(open_source(log).events())
    calls = [event for event in events if isinstance(event, ToolCall)]
    results = {event.call_id for event in events if isinstance(event, ToolResult)}
    words = [event.text for event in events if isinstance(event, AgentText)]
    assert len(calls) == sum(step.mark in "$&.+~?>" for step in session.steps)
    assert {call.call_id for call in calls} == results
    assert words == [step.text for step in session.steps if step.mark == "A"]


def test_a_line_before_any_step_is_named(tmp_path):
    path = tmp_path / "bad.txt"
    path.write_text('# agent: pi   # cwd: /p\n@A done\n@!phantom: "done"\n@-a\nstray\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.txt, line 5: 'stray'"):
        coding_sessions.read(path)


def test_a_fault_of_a_step_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "bad.txt"
    path.write_text('# agent: pi   # cwd: /p\n@A done\n@!phantom: "done"\n@-push\n', encoding="utf-8")
    with pytest.raises(ValueError, match="bad: no step is named 'push'"):
        coding_sessions.read(path)
