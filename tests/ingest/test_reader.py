from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.errors import SourceError, UnknownFormat
from assure_tui.ingest.identity import run_id, source_id
from assure_tui.ingest.model import AgentText, Locator, ToolResult
from assure_tui.ingest.reader import load_event, open_source

START = {"type": "session", "format": "assure/1", "id": "s1", "agent": "desk"}


def said(number: int) -> dict:
    return {"type": "agent", "text": f"line {number}"}


def texts(events: list) -> list[str]:
    return [event.text for event in events if isinstance(event, AgentText)]


def append(path: Path, *records: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(record) + "\n" for record in records))


def test_what_is_appended_is_given_once(write):
    path = write("a.jsonl", [START, said(1)])
    reader = open_source(path)
    first = reader.read()
    assert (texts(first.events), first.end_offset, first.done) == (["line 1"], path.stat().st_size, True)
    assert reader.read().events == []
    append(path, said(2))
    assert texts(reader.read().events) == ["line 2"]
    assert [event.seq for event in open_source(path).events()] == [0, 1, 2]


def test_a_torn_tail_waits_and_finishing_takes_it(write):
    path = write("a.jsonl", [START, said(1)])
    with path.open("a", encoding="utf-8") as file:
        file.write('{"type":"agent","te')
    reader = open_source(path)
    assert texts(reader.read().events) == ["line 1"]
    assert reader.held == 19
    with path.open("a", encoding="utf-8") as file:
        file.write('xt":"line 2"}')
    assert texts(reader.read().events) == []
    assert texts(reader.finish().events) == ["line 2"]


@pytest.mark.parametrize("how", ["truncated", "replaced", "rewritten"])
def test_a_file_that_is_another_one_is_started_over(write, tmp_path, how):
    path = write("a.jsonl", [START, said(1), said(2)])
    reader = open_source(path)
    reader.read()
    fresh = "".join(json.dumps(record) + "\n" for record in [START, said(7)])
    if how == "truncated":
        with path.open("r+", encoding="utf-8") as file:
            file.truncate(len(json.dumps(START)) + 1)
        expected = []
    elif how == "replaced":
        other = tmp_path / "other"
        other.write_text(fresh + fresh + fresh, encoding="utf-8")
        other.replace(path)
        expected = ["line 7"] * 3
    else:
        path.write_text(fresh + fresh + fresh, encoding="utf-8")
        expected = ["line 7"] * 3
    batch = reader.read()
    assert batch.reset
    assert texts(batch.events) == expected
    assert not reader.read().reset


def test_a_vanished_file_is_an_error_of_its_own_and_reading_goes_on_when_it_is_back(write):
    path = write("a.jsonl", [START, said(1)])
    reader = open_source(path)
    reader.read()
    away = path.with_suffix(".away")
    path.rename(away)
    with pytest.raises(SourceError, match="No such file"):
        reader.read()
    away.rename(path)
    append(path, said(2))
    assert texts(reader.read().events) == ["line 2"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_logs_place_makes_nobody_wait(write):
    path = write("a.jsonl", [START, said(1)])
    reader = open_source(path)
    (event,) = (event for event in reader.read().events if isinstance(event, AgentText))
    adapter = reader.adapter
    path.unlink()
    os.mkfifo(path)
    held = os.open(path, os.O_RDWR)  # else a reader that waits would never come back to fail here
    try:
        for again in (
            reader.read,
            lambda: open_source(path),
            lambda: load_event(path, adapter, event.origin.at, event.id),
        ):
            with pytest.raises(SourceError, match="not a regular file"):
                again()
    finally:
        os.close(held)


@given(st.data())
def test_however_little_is_read_at_a_time_nothing_is_given_twice_or_lost(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("pieces") / "a.jsonl"
    records = [START, said(1), {"type": "tool_call", "call_id": "c", "tool": "t", "args": {}}, said(2), said(3)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    reader = open_source(path)
    told: list = []
    while not (batch := reader.read(max_bytes=data.draw(st.integers(1, 100)))).done:
        told += batch.events
    told += batch.events
    assert told == list(open_source(path).events())


def test_every_record_is_named_with_its_place_and_digest(write):
    path = write("a.jsonl", [START, said(1), {"type": "unknown"}])
    with path.open("ab") as file:
        file.write(b"no json\n")
    data = path.read_bytes()
    (batch,) = open_source(path).batches()
    assert [data[at.start : at.start + at.length] for at, _ in batch.records] == data.splitlines()
    assert len({digest for _, digest in batch.records}) == 4
    assert [at.line for at, _ in batch.records] == [1, 2, 3, 4]


def test_an_event_is_read_again_by_its_place(write):
    path = write("a.jsonl", [START, said(1), said(2)])
    adapter = detect(path)
    for batch in open_source(path).batches():
        for event in batch.events:
            again = load_event(path, adapter, event.origin.at, event.id)
            assert (again.id, getattr(again, "text", None)) == (event.id, getattr(event, "text", None))
    assert load_event(path, adapter, Locator("bytes", 0, 10, 1), "nothing#0") is None


def test_an_event_that_follows_from_earlier_records_is_found_too(write):
    def line(**payload: object) -> dict:
        return {"timestamp": "2026-07-01T10:00:00Z", "type": "response_item", "payload": payload}

    head = "Chunk ID: a\nWall time: 1 seconds\n"
    path = write(
        "a.jsonl",
        [
            line(type="function_call", name="exec_command", arguments="{}", call_id="c1"),
            line(
                type="function_call_output", call_id="c1", output=head + "Process running with session ID 4\nOutput:\n"
            ),
            line(type="function_call", name="write_stdin", arguments='{"session_id":4}', call_id="c2"),
            line(type="function_call_output", call_id="c2", output=head + "Process exited with code 1\nOutput:\nboom"),
        ],
    )
    last = [event for event in open_source(path).events() if isinstance(event, ToolResult)][-1]
    assert last.call_id == "c1"
    assert load_event(path, detect(path), last.origin.at, last.id) == last


def test_a_large_file_is_read_in_bounded_memory(tmp_path):
    path = tmp_path / "big.jsonl"
    line = json.dumps({"type": "agent", "text": "x" * 10_000}).encode() + b"\n"
    with path.open("wb") as file:
        file.write(json.dumps(START).encode() + b"\n")
        for _ in range(4000):
            file.write(line)
    reader = open_source(path)
    tracemalloc.start()
    count = 0
    while True:
        batch = reader.read(max_bytes=1 << 20)
        count += len(batch.records)
        if batch.done:
            break
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 4001
    assert peak < 12_000_000


def test_a_file_of_no_known_format_says_so(write):
    with pytest.raises(UnknownFormat, match="no known log format"):
        open_source(write("a.jsonl", [{"hello": 1}]))


def test_ids_are_stable_and_tell_copies_apart(write, tmp_path):
    assert (
        run_id("codex", "abc", "rollout-abc") == run_id("codex", "abc", "other-abc") != run_id("codex", "abc", "copy")
    )
    assert run_id("codex", "abc", "abc", "salt") != run_id("codex", "abc", "abc")
    path = write("a.jsonl", [START, said(1)])
    (plain,) = open_source(path).batches()
    (salted,) = open_source(path, salt="2").batches()
    assert [event.id for event in plain.events] == [event.id for event in salted.events]
    assert plain.events[0].run != salted.events[0].run
    os.link(path, tmp_path / "b.jsonl")
    other = tmp_path / "b.jsonl"
    assert source_id(path, path.stat()) != source_id(other, other.stat())


def test_a_salt_holds_for_all_runs_whose_records_stand_in_the_file(write):
    def record(number: int, **fields: object) -> dict:
        message = {"role": "assistant", "content": [{"type": "text", "text": "x"}]}
        return {"type": "assistant", "uuid": f"u{number}", "sessionId": "s", "message": message, **fields}

    copy = [record(n, isSidechain=True, agentId="a1") for n in range(3)]
    (batch,) = open_source(write("copied.jsonl", copy), salt="2").batches()
    assert {event.run for event in batch.events} == {run_id("claude-code", "a1", "a1", "2")}
