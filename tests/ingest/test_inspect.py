from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assure_tui.ingest.adapters import inspect_ai
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import AgentText, Boundary, Permission, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

EVAL = {"task": "shop", "task_id": "t-1", "eval_id": "e-1", "model": "m-1"}
AT = "2026-03-01T12:00:00+00:00"


def called(function: str = "bash", **arguments: Any) -> dict:
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c1", "function": function, "arguments": arguments}],
    }


def answer(text: str = "x", **error: str) -> dict:
    return {"role": "tool", "tool_call_id": "c1", "content": text} | ({"error": error} if error else {})


def sample(*messages: dict, events: list[dict] | None = None, **fields: Any) -> dict:
    asked = {"role": "user", "content": "Do it."}
    return {"id": 1, "epoch": 1, "uuid": "u-1", "messages": [asked, *messages], "events": events or []} | fields


def whole(*samples: dict) -> dict:
    return {"version": 2, "status": "success", "eval": EVAL, "samples": list(samples)}


def packed(*samples: dict | bytes, header: str = "header.json") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_journal/start.json", json.dumps({"eval": EVAL}))
        for number, one in enumerate(samples):
            archive.writestr(f"samples/{number}_epoch_1.json", one if isinstance(one, bytes) else json.dumps(one))
        archive.writestr(header, json.dumps({"status": "success", "eval": EVAL}))
    return out.getvalue()


def test_each_sample_is_a_run(document):
    said = {
        "role": "assistant",
        "content": [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "Done."}],
    }
    told = {"role": "system", "content": "attachment://ab"}
    one = sample(told, said, events=[{"event": "sample_init", "timestamp": AT}], attachments={"ab": "Be brief."})
    found = document(whole(one, sample(said, uuid="u-2")))
    assert found.adapter.name == "inspect-ai"
    assert [(one.native_id, one.model) for one in found.all(RunStarted)] == [("u-1", "m-1"), ("u-2", "m-1")]
    assert len({event.run for event in found.events}) == 2
    assert found.all(RunStarted)[0].time == 1772366400
    assert [turn.text for turn in found.all(UserTurn)] == ["Do it.", "Be brief.", "Do it."]
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [("Done.", "final")] * 2
    assert [one.what for one in found.all(Boundary)] == ["turn_end", "run_end"] * 2


def test_a_packed_log_is_read_like_the_document(document, tmp_path):
    samples = [sample(called(cmd="ls"), answer()), sample(called(cmd="ls"), answer(), uuid="u-2")]
    plain, zipped = document(whole(*samples)), document(packed(*samples), "log.eval")
    assert [(type(one), one.id) for one in zipped.events] == [(type(one), one.id) for one in plain.events]
    assert [found.adapter.name for found in discover([tmp_path]).files] == ["inspect-ai"] * 2


def test_a_sample_that_is_damaged_or_has_no_end_is_counted(document, monkeypatch):
    monkeypatch.setattr(inspect_ai, "MAX_SAMPLE", 20_000)
    found = document(packed(sample(), b"{", b" " * 100_000, sample(uuid="u-2", score=float("nan"))), "log.eval")
    assert found.tally.unknown_types == {"unexpected shape": 2}
    assert len(found.all(RunStarted)) == 2


def test_an_archive_of_too_many_files_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(inspect_ai, "MAX_MEMBERS", 2)
    (tmp_path / "log.eval").write_bytes(packed(sample()))
    with pytest.raises(SourceError):
        open_source(tmp_path / "log.eval").read()


def test_a_log_that_is_still_being_written_is_told_so(tmp_path):
    path = tmp_path / "log.eval"
    path.write_bytes(packed(sample())[:-40])
    with pytest.raises(SourceError, match="not \\(yet\\) a whole document"):
        open_source(path).read()


def event(kind: str, **fields: Any) -> dict:
    return {"event": kind, "timestamp": AT} | fields


def ran(cmd: str, result: int) -> dict:
    return event("sandbox", action="exec", cmd=cmd, result=result)


TOOL = event("tool", id="c1", function="bash")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([TOOL, ran("bash --login -c 'make all'", 2)], ("failed", 2, "structured")),
        ([TOOL, ran("bash --login -c 'make all'", 0)], ("succeeded", 0, "structured")),
        ([TOOL | {"events": [ran("make all", 2)]}], ("failed", 2, "structured")),
        ([TOOL, ran("which make", 0)], ("unknown", None, "none")),
        ([TOOL, event("model"), ran("make all", 0)], ("unknown", None, "none")),
        ([TOOL, ran("make all", 0), ran("make all", 1)], ("unknown", None, "none")),
        ([], ("unknown", None, "none")),
    ],
)
def test_the_sandbox_tells_how_a_command_ended(document, events, expected):
    result = document(whole(sample(called(cmd="make all"), answer(), events=events))).one(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected


@pytest.mark.parametrize(
    ("error", "status", "truncated"),
    [("timeout", "failed", False), ("approval", "denied", False), ("output_limit", "succeeded", True)],
)
def test_an_error_tells_what_came_of_a_call(document, error, status, truncated):
    found = document(whole(sample(called("look"), answer("", type=error, message="why"))))
    result = found.one(ToolResult)
    assert (result.text, result.status, result.truncated) == ("why", status, truncated)


def test_a_decision_on_a_call_is_told(document):
    decided = event("approval", call={"id": "c1"}, decision="reject", explanation="no")
    found = document(whole(sample(called("look"), answer("", type="approval", message="no"), events=[decided])))
    assert [(one.decision, one.call_id, one.reason) for one in found.all(Permission)] == [("denied", "c1", "no")]


def test_what_is_submitted_is_a_report_and_no_call(document):
    found = document(whole(sample(called("submit", answer="It is 42."), answer("42"))))
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [("It is 42.", "final")]
    assert (found.all(ToolCall), found.all(ToolResult)) == ([], [])
    assert len(document(whole(sample(called("submit", order="7"), answer()))).all(ToolCall)) == 1


def test_a_prompt_that_is_said_again_was_put_there_by_a_program(document):
    again = {"role": "user", "content": "Please proceed."}
    found = document(whole(sample({"role": "assistant", "content": "Hm."}, again, again)))
    assert [turn.synthetic for turn in found.all(UserTurn)] == [False, False, True]


def test_the_suffix_is_enough_for_a_folder(tmp_path: Path):
    (tmp_path / "log.eval").write_bytes(packed(sample()))
    assert [found.path.name for found in discover([tmp_path]).files] == ["log.eval"]
