"""Whatever stands in a document, a decoder gives events or counts the record that it could not read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st
from mangled import JUNK, get, places, put

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.adapters.base import Head
from assure_tui.ingest.adapters.catalogue import ADAPTERS
from assure_tui.ingest.model import SourceInfo

AT = "2026-07-01T10:00:00Z"
DOCUMENTS: dict[str, tuple[Callable[[list[Any]], Any], list[Any]]] = {
    "openhands": (
        lambda steps: steps,
        [
            {"id": 0, "source": "user", "timestamp": AT, "action": "message", "args": {"content": "x"}},
            {
                "id": 1,
                "source": "agent",
                "action": "run",
                "args": {"command": "c", "thought": "t"},
                "tool_call_metadata": {"function_name": "f", "tool_call_id": "c"},
            },
            {"cause": 1, "observation": "run", "content": "x", "extras": {"metadata": {"exit_code": 1}}},
            {"action": "finish", "args": {"final_thought": "x", "outputs": {"content": "x"}}},
        ],
    ),
    "swe-agent": (
        lambda steps: {
            "trajectory": steps,
            "history": [{"role": "user", "content": "x"}],
            "info": {"exit_status": "x"},
        },
        [
            {"action": "edit 1:2\nx\nend_of_edit", "observation": "File updated", "thought": "t", "state": {"a": 1}},
            {"action": "str_replace_editor create /a --file_text x", "observation": "x", "response": "r"},
            {"action": "submit", "observation": "x", "thought": "t", "state": '{"open_file": "a"}'},
        ],
    ),
    "mini-swe-agent": (
        lambda messages: {"info": {"mini_version": "1"}, "messages": messages},
        [
            {"role": "user", "content": [{"type": "text", "text": "x"}]},
            {
                "role": "assistant",
                "content": "x\n```bash\nls\n```",
                "tool_calls": [{"id": "c", "function": {"name": "bash", "arguments": '{"command": "ls"}'}}],
                "extra": {"actions": [{"command": "ls", "tool_call_id": "c"}], "timestamp": 1.5},
            },
            {"role": "tool", "tool_call_id": "c", "content": "x", "extra": {"returncode": 0}},
            {"role": "exit", "content": "", "extra": {"exit_status": "x"}},
        ],
    ),
    "atif": (
        lambda steps: {"schema_version": "ATIF-v1.6", "agent": {"name": "a"}, "steps": steps},
        [
            {"source": "user", "message": [{"type": "text", "text": "x"}], "timestamp": AT},
            {
                "source": "agent",
                "message": "x",
                "tool_calls": [
                    {"tool_call_id": "c", "function_name": "edit", "arguments": {"path": "a", "old_str": "x"}},
                    {"tool_call_id": "d", "function_name": "bash", "arguments": {"keystrokes": "ls\n"}},
                ],
                "observation": {"results": [{"source_call_id": "c", "content": "x", "extra": {"exit_code": 0}}]},
            },
        ],
    ),
    "cline": (
        lambda messages: messages,
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "<task>\nx\n</task>"},
                    {"type": "text", "text": "<environment_details>\nx\n</environment_details>"},
                ],
                "ts": 1,
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "<apply_diff><path>a</path><diff>x</diff></apply_diff>"},
                    {"type": "tool_use", "id": "c", "name": "attempt_completion", "input": {"result": "x"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "[apply_diff for 'a'] Result:\nThe user denied this operation."},
                    {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "x"}]},
                ],
            },
        ],
    ),
}
DOCUMENTS["inspect-ai"] = (
    lambda samples: {"version": 2, "eval": {"task_id": "t", "eval_id": "e", "model": "m"}, "samples": samples},
    [
        {
            "id": 1,
            "epoch": 1,
            "uuid": "u",
            "messages": [
                {"role": "user", "content": "attachment://ab"},
                {
                    "role": "assistant",
                    "content": [{"type": "text", "text": "x"}],
                    "tool_calls": [
                        {"id": "c", "function": "bash", "arguments": {"cmd": "ls"}},
                        {"id": "d", "function": "submit", "arguments": {"answer": "x"}},
                    ],
                },
                {"role": "tool", "tool_call_id": "c", "content": "x", "error": {"type": "timeout", "message": "x"}},
            ],
            "events": [
                {"event": "tool", "id": "c", "timestamp": AT, "events": [{"event": "model"}]},
                {"event": "sandbox", "action": "exec", "cmd": "bash -c ls", "result": 0},
                {"event": "approval", "call": {"id": "c"}, "decision": "reject", "explanation": "x"},
            ],
            "attachments": {"ab": "x"},
        }
    ]
    * 2,
)


def _decoder(name: str) -> Any:
    adapter = next(one for one in ADAPTERS if one.name == name and one.form == "document")
    return adapter.decoder(
        SourceInfo(id="s-0", path="x.json", adapter=name, discipline="snapshot", complete=True), "x", ""
    )


@pytest.mark.parametrize("adapter", DOCUMENTS)
def test_a_document_is_known_and_all_of_it_is_read(adapter):
    wrap, records = DOCUMENTS[adapter]
    data = json.dumps(wrap(records), indent=1).encode()
    found = detect(Path("log.json"), Head(Path("log.json"), data, whole=True))
    assert found is not None
    assert found.name == adapter
    decoder = _decoder(adapter)
    assert len(decoder.document(data)) == decoder.tally.records == len(records)
    assert decoder.tally.unrecognised == 0


@pytest.mark.parametrize("adapter", DOCUMENTS)
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_value_of_any_kind_in_any_place_costs_at_most_its_record(adapter, data):
    wrap, records = DOCUMENTS[adapter]
    index = data.draw(st.integers(0, len(records) - 1))
    place = data.draw(st.sampled_from(places(records[index])))
    changed = [*records[:index], put(records[index], place, data.draw(JUNK)), *records[index + 1 :]]
    decoder = _decoder(adapter)
    found = decoder.document(json.dumps(wrap(changed)).encode())
    assert len(found) == decoder.tally.records == len(records)
    assert decoder.tally.unrecognised <= 2, "the record, and what came back for its call"
    events = [event for _, events in found for event in events]
    assert len({event.id for event in events}) == len(events)


@pytest.mark.parametrize("adapter", DOCUMENTS)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_document_of_another_shape_is_refused_or_read(adapter, data):
    wrap, records = DOCUMENTS[adapter]
    whole = wrap(records)
    changed = put(whole, data.draw(st.sampled_from(places(whole))), data.draw(JUNK))
    content = json.dumps(changed).encode()
    detect(Path("log.json"), Head(Path("log.json"), content, whole=True))
    decoder = _decoder(adapter)
    try:
        decoder.document(content)
    except ValueError:
        return
    assert decoder.tally.unrecognised <= decoder.tally.records


@pytest.mark.parametrize("adapter", DOCUMENTS)
@pytest.mark.parametrize(
    "text", ["edit 1:2\n" + "end_of_edit\n" * 9_000, "```bash\n" * 14_000, "exit code " * 10_000, "'" * 100_000]
)
def test_every_reader_of_text_takes_linear_time(adapter, text):
    wrap, records = DOCUMENTS[adapter]

    def read(text):
        for index, record in enumerate(records):
            for place in places(record):
                if isinstance(get(record, place), str):
                    changed = [*records[:index], put(record, place, text), *records[index + 1 :]]
                    _decoder(adapter).document(json.dumps(wrap(changed)).encode())

    assert linear(read, text)
