"""Chats in the forms of Anthropic's Messages and OpenAI's Responses, which in-house agents keep as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

MESSAGES = [
    {"role": "user", "content": "Please refund order 7."},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "…"},
            {"type": "text", "text": "One moment."},
            {"type": "tool_use", "id": "toolu_1", "name": "refund_order", "input": {"order_id": "7"}},
        ],
    },
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "ok"}]}],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "I refunded order 7."}]},
]
ITEMS = [
    {"role": "user", "content": "Please refund order 7."},
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {
        "type": "function_call",
        "call_id": "call_1",
        "id": "fc_1",
        "name": "refund_order",
        "arguments": '{"order_id": "7"}',
    },
    {"type": "function_call_output", "call_id": "call_1", "output": "ok"},
    {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "I refunded order 7.", "annotations": []}],
    },
]
DIALECTS = {"anthropic-messages": MESSAGES, "openai-responses": ITEMS}


def told(found: list) -> list[tuple]:
    """What a chat tells, whatever its dialect."""
    shown: list[tuple] = []
    for event in found:
        match event:
            case UserTurn():
                shown.append(("asked", event.text))
            case AgentText():
                shown.append((event.channel, event.text))
            case ToolCall():
                shown.append(("called", event.tool, event.args))
            case ToolResult():
                shown.append((event.status, event.text))
    return shown


EXPECTED = [
    ("asked", "Please refund order 7."),
    ("called", "refund_order", {"order_id": "7"}),
    ("succeeded", "ok"),
    ("final", "I refunded order 7."),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("form", ["lines", "chats", "bare", "document"])
def test_a_chat_is_read_in_every_dialect_and_however_it_is_kept(tmp_path, dialect, form):
    chat = DIALECTS[dialect]
    path = tmp_path / ("log.jsonl" if form in {"lines", "chats"} else "log.json")
    whole = {"object": "response", "id": "r", "input": chat[:1], "output": chat[1:]}
    if dialect == "anthropic-messages":
        whole = {"system": "Help.", "model": "m", "messages": chat}
    kept = {
        "lines": "".join(json.dumps(message) + "\n" for message in chat),
        "chats": f"{json.dumps(whole)}\n" * 2,
        "bare": json.dumps(chat, indent=1),
        "document": json.dumps(whole, indent=1),
    }
    path.write_text(kept[form], encoding="utf-8")
    (one,) = discover([path]).files
    assert one.adapter.name == dialect
    found = list(open_source(path).events())
    seen = [event for event in told(found) if event != ("commentary", "One moment.")]
    assert seen == EXPECTED * (2 if form == "chats" else 1)
    assert {event.agent for event in found if isinstance(event, RunStarted)} == {dialect}
    calls = [event.call_id for event in found if isinstance(event, ToolCall)]
    assert [event.call_id for event in found if isinstance(event, ToolResult)] == calls


def test_a_result_beside_the_users_words_is_no_turn_of_theirs(log):
    both = {"role": "user", "content": [*MESSAGES[2]["content"], {"type": "text", "text": "And order 8."}]}
    found = log("anthropic-messages", [*MESSAGES[:2], both])
    assert [turn.text for turn in found.all(UserTurn)] == ["Please refund order 7.", "And order 8."]
    assert found.one(ToolResult).text == "ok"


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ({"content": "no such order", "is_error": True}, "failed"),
        ({"content": "Error: no such order"}, "failed"),
        ({"content": "Error rates fell", "is_error": False}, "succeeded"),
        ({"content": [{"query": "7", "result": "found"}]}, "succeeded"),
        ({}, "succeeded"),
    ],
)
def test_a_result_fails_when_it_says_so(log, block, status):
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", **block}]}
    assert log("anthropic-messages", [MESSAGES[1], result]).one(ToolResult).status == status


def test_parts_of_a_result_that_are_no_text_are_kept_as_json(log):
    content = [{"query": "7", "result": "found"}, {"type": "image", "source": {}}]
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": content}]}
    assert log("anthropic-messages", [MESSAGES[1], result]).one(ToolResult).text == '{"query":"7","result":"found"}\n'


def test_calls_that_the_api_ran_itself_are_calls_with_their_result(log):
    mcp = {"type": "mcp_call", "id": "m1", "server_label": "crm", "name": "close", "arguments": "{}", "output": "done"}
    failed = {"type": "mcp_call", "id": "m2", "server_label": "crm", "name": "close", "error": "no such ticket"}
    search = {"type": "web_search_call", "id": "w1", "status": "completed", "action": {"query": "rates"}}
    found = log("openai-responses", [*ITEMS[:1], mcp, failed, search])
    assert [(call.tool, call.mcp_server) for call in found.all(ToolCall)] == [
        ("close", "crm"),
        ("close", "crm"),
        ("web_search", None),
    ]
    assert [(one.call_id, one.status) for one in found.all(ToolResult)] == [("m1", "succeeded"), ("m2", "failed")]
    on_server = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}
    answer = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}
    (call,) = (found := log("anthropic-messages", [{"role": "assistant", "content": [on_server, answer]}])).all(
        ToolCall
    )
    assert (call.call_id, found.one(ToolResult).call_id) == ("s1", "s1")


def test_a_turn_of_items_ends_where_the_user_speaks_next(log):
    more = {"role": "user", "content": [{"type": "input_text", "text": "Thanks."}]}
    found = log("openai-responses", [*ITEMS, more])
    kinds = [type(event).__name__ for event in found.events if isinstance(event, AgentText | Boundary | UserTurn)]
    assert kinds == ["UserTurn", "AgentText", "Boundary", "UserTurn"]
    before_a_call = log("openai-responses", [ITEMS[-1], *ITEMS[2:4]])
    assert before_a_call.all(Boundary) == []


@pytest.mark.parametrize(
    ("dialect", "record", "name"),
    [
        ("openai-responses", {"type": "hologram_call_sketch", "id": "x"}, "item hologram_call_sketch"),
        ("anthropic-messages", {"role": "assistant", "content": [{"type": "hologram"}]}, "block hologram"),
        ("openai-chat", {"role": "assistant", "content": [{"type": 5}]}, "block (no type)"),
    ],
)
def test_what_nobody_knows_is_counted(log, dialect, record, name):
    found = log(dialect, [*DIALECTS.get(dialect, MESSAGES[:1]), record])
    assert (found.tally.unrecognised, list(found.tally.unknown_types)) == (1, [name])


def test_quoting_another_dialect_does_not_change_a_chats_own(write):
    quoted = json.dumps({"type": "tool_use", "id": "t"})
    path = write(
        "log.jsonl", [{"role": "user", "content": f"What is {quoted}?"}, {"role": "assistant", "content": "x"}]
    )
    assert [one.adapter.name for one in discover([path]).files] == ["openai-chat"]


def ran(answer: str, **message: Any) -> list[dict]:
    calls = [{"id": "c1", "function": {"name": "terminal", "arguments": '{"command": "make"}'}}]
    made = {"role": "assistant", "content": "", "tool_calls": calls} | message
    return [made, {"role": "tool", "tool_call_id": "c1", "content": answer}]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"output": "boom\\nx", "exit_code": 2, "error": null}', ("boom\nx", "failed", 2)),
        ('{"stdout": "ok", "stderr": "", "exitCode": 0}', ("ok", "succeeded", 0)),
        ('{"stdout": "", "stderr": "", "returncode": 1}', ("", "failed", 1)),
        ('{"status": "done", "exit_code": 0}', ('{"status": "done", "exit_code": 0}', "succeeded", None)),
        ('{"output": "x", "exit_code": "0"}', ('{"output": "x", "exit_code": "0"}', "succeeded", None)),
    ],
)
def test_an_answer_that_is_an_object_tells_how_a_command_ended(log, answer, expected):
    result = log("openai-chat", ran(answer)).one(ToolResult)
    assert (result.text, result.status, result.exit_code) == expected


def test_calls_that_are_kept_as_text_are_calls(log):
    calls = '[{"id": "c1", "type": "function", "function": {"name": "terminal", "arguments": "{}"}}]'
    assert log("openai-chat", ran("x", tool_calls=calls)).one(ToolCall).tool == "terminal"
    assert log("openai-chat", ran("x", tool_calls="")).tally.unrecognised == 0
    assert log("openai-chat", ran("x", tool_calls="{")).tally.unknown_types == {"calls of unexpected shape": 1}
