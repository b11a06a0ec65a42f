"""A chat is read whatever its program calls who speaks, what is called and what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

ARGS = {"vase": 7}
ASKED = "Wrap vase 7."
SAID = "Vase 7 is wrapped."
TOLD = "wrapped"

# Each spelling tells the same four things: what was asked, one call, what came of it, and what the agent said of it.
SPELLINGS: dict[str, list[dict[str, Any]]] = {
    "parts in camel case": [
        {"role": "user", "parts": [{"text": ASKED}]},
        {"role": "model", "parts": [{"functionCall": {"name": "wrap", "args": ARGS}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "wrap", "response": {"result": TOLD}}}]},
        {"role": "model", "parts": [{"text": SAID}]},
    ],
    "a message within its content": [
        {"author": "user", "content": {"role": "user", "parts": [{"text": ASKED}]}, "timestamp": 1785000000.5},
        {
            "author": "wrapping_desk",
            "content": {"role": "model", "parts": [{"functionCall": {"id": "c1", "name": "wrap", "args": ARGS}}]},
        },
        {
            "author": "wrapping_desk",
            "content": {
                "role": "user",
                "parts": [{"functionResponse": {"id": "c1", "name": "wrap", "response": {"result": TOLD}}}],
            },
        },
        {"author": "wrapping_desk", "content": {"role": "model", "parts": [{"text": SAID}]}},
    ],
    "blocks with an output": [
        {"role": "user", "blocks": [{"type": "text", "text": ASKED}]},
        {
            "role": "assistant",
            "blocks": [{"type": "tool_use", "id": "c1", "name": "wrap", "input": "{}" + json.dumps(ARGS)}],
        },
        {"role": "tool", "blocks": [{"type": "tool_result", "tool_use_id": "c1", "output": TOLD, "is_error": False}]},
        {"role": "assistant", "blocks": [{"type": "text", "text": SAID}]},
    ],
    "calls and outputs as parts": [
        {"role": "user", "content": [{"type": "text", "text": ASKED}]},
        {"role": "assistant", "content": [{"type": "tool_call", "call_id": "c1", "tool": "wrap", "arguments": ARGS}]},
        {"role": "tool", "content": [{"type": "tool_output", "call_id": "c1", "output": TOLD}]},
        {"role": "assistant", "content": [{"type": "text", "text": SAID}]},
    ],
    "one part and no list": [
        {"role": "user", "content": {"type": "text", "text": ASKED}},
        {"role": "assistant", "content": {"type": "tool_use", "tool_name": "wrap", "tool_id": "c1", "input": ARGS}},
        {"role": "tool", "content": {"type": "tool_result", "tool_id": "c1", "output": TOLD}},
        {"role": "assistant", "content": {"type": "text", "text": SAID}},
    ],
    "names with hyphens": [
        {"role": "user", "content": ASKED},
        {
            "role": "assistant",
            "content": [{"type": "tool-call", "toolCallId": "c1", "toolName": "wrap", "input": ARGS}],
        },
        {
            "role": "tool",
            "content": [
                {
                    "type": "tool-result",
                    "toolCallId": "c1",
                    "toolName": "wrap",
                    "output": {"type": "text", "value": TOLD},
                }
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": SAID}]},
    ],
    "the result within the call": [
        {"id": "m1", "role": "user", "parts": [{"type": "text", "text": ASKED}]},
        {
            "id": "m2",
            "role": "assistant",
            "parts": [
                {"type": "step-start"},
                {
                    "type": "tool-wrap",
                    "toolCallId": "c1",
                    "state": "output-available",
                    "input": ARGS,
                    "output": TOLD,
                },
                {"type": "text", "text": SAID},
            ],
        },
    ],
    "an invocation": [
        {"role": "user", "content": ASKED},
        {
            "role": "assistant",
            "parts": [
                {
                    "type": "tool-invocation",
                    "toolInvocation": {
                        "state": "result",
                        "toolCallId": "c1",
                        "toolName": "wrap",
                        "args": ARGS,
                        "result": TOLD,
                    },
                },
                {"type": "text", "text": SAID},
            ],
        },
    ],
    "speakers as types": [
        {"type": "human", "content": ASKED},
        {"type": "ai", "content": "", "tool_calls": [{"name": "wrap", "args": ARGS, "id": "c1", "type": "tool_call"}]},
        {"type": "tool", "content": TOLD, "tool_call_id": "c1", "name": "wrap"},
        {"type": "ai", "content": SAID, "tool_calls": []},
    ],
    "speakers as classes": [
        {"lc": 1, "id": ["library", "messages", "HumanMessage"], "kwargs": {"content": ASKED}},
        {
            "lc": 1,
            "id": ["library", "messages", "AIMessage"],
            "kwargs": {"content": "", "tool_calls": [{"name": "wrap", "args": ARGS, "id": "c1"}]},
        },
        {"lc": 1, "id": ["library", "messages", "ToolMessage"], "kwargs": {"content": TOLD, "tool_call_id": "c1"}},
        {"lc": 1, "id": ["library", "messages", "AIMessage"], "kwargs": {"content": SAID}},
    ],
    "requests and responses": [
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": ASKED}]},
        {
            "kind": "response",
            "parts": [{"part_kind": "tool-call", "tool_name": "wrap", "args": json.dumps(ARGS), "tool_call_id": "c1"}],
        },
        {
            "kind": "request",
            "parts": [{"part_kind": "tool-return", "tool_name": "wrap", "content": TOLD, "tool_call_id": "c1"}],
        },
        {"kind": "response", "parts": [{"part_kind": "text", "content": SAID}]},
    ],
    "a function by its name": [
        {"role": "user", "content": [{"type": "text", "content": ASKED}]},
        {"role": "assistant", "content": None, "tool_calls": [{"function": "wrap", "args": ARGS, "id": "c1"}]},
        {"role": "tool", "content": [{"type": "text", "content": TOLD}], "tool_call_id": "c1", "error": None},
        {"role": "assistant", "content": [{"type": "text", "content": SAID}], "tool_calls": None},
    ],
    "nested keys": [
        {"role": "user", "content": [{"text": ASKED}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c1", "name": "wrap", "input": ARGS}}]},
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": TOLD}], "status": "success"}}],
        },
        {"role": "assistant", "content": [{"text": SAID}]},
    ],
    "calls that speak for themselves": [
        {"from": "human", "value": ASKED},
        {"from": "function_call", "name": "wrap", "input": ARGS, "value": ""},
        {"from": "observation", "value": TOLD},
        {"from": "gpt", "value": SAID},
    ],
    "events around messages": [
        {"type": "message", "message": {"role": "user", "content": ASKED}},
        {
            "type": "message",
            "message": {
                "role": "assistant",
                "content": [{"type": "toolCall", "id": "c1", "name": "wrap", "args": ARGS}],
            },
        },
        {
            "type": "message",
            "message": {"role": "toolResult", "toolCallId": "c1", "content": [{"type": "text", "text": TOLD}]},
        },
        {"type": "message", "message": {"role": "assistant", "content": SAID}},
    ],
}


@pytest.fixture
def read(tmp_path):
    def read(name: str, text: str) -> list[Any]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        (found,) = discover([path]).files
        return list(open_source(found.path, found.adapter).events())

    return read


def check(events: list[Any]) -> None:
    of = {
        kind: [event for event in events if isinstance(event, kind)]
        for kind in (UserTurn, ToolCall, ToolResult, AgentText)
    }
    assert [turn.text for turn in of[UserTurn]] == [ASKED]
    assert [(call.tool, call.args) for call in of[ToolCall]] == [("wrap", ARGS)]
    assert [(result.call_id, result.text, result.status) for result in of[ToolResult]] == [
        (of[ToolCall][0].call_id, TOLD, "succeeded")
    ]
    assert [said.text for said in of[AgentText]] == [SAID]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("form", ["lines", "list", "under a key", "one of many"])
def test_a_chat_is_read_in_every_spelling(read, spelling, form):
    chat = SPELLINGS[spelling]
    if form == "lines":
        check(read("log.jsonl", "".join(json.dumps(message) + "\n" for message in chat)))
        return
    document: Any = {
        "list": chat,
        "under a key": {"exported": 1, "log": {"name": "x", "conversation": chat}},
        "one of many": {"runs": [{"id": "r1", "turns": chat}]},
    }[form]
    check(read("log.json", json.dumps(document, indent=1)))


@pytest.mark.parametrize(
    "told",
    [
        {"type": "tool_result", "tool_use_id": "c1", "output": "no such vase", "is_error": True},
        {"type": "tool-result", "toolCallId": "c1", "result": "no such vase", "isError": True},
        {"toolResult": {"toolUseId": "c1", "content": [{"text": "no such vase"}], "status": "error"}},
        {"type": "tool_result", "toolUseID": "c1", "run": {"status": "error", "error": "no such vase"}},
        {"content": "no such vase", "name": "wrap", "call_id": "c1", "is_error": True},
    ],
)
def test_a_call_that_failed_is_told_in_every_spelling(read, told):
    call = {"role": "assistant", "content": [{"type": "tool_call", "id": "c1", "name": "wrap", "args": ARGS}]}
    events = read("log.json", json.dumps([call, {"role": "user", "content": [told]}], indent=1))
    assert [(one.call_id, one.status, one.text) for one in events if isinstance(one, ToolResult)] == [
        ("c1", "failed", "no such vase")
    ]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ({"status": "done", "result": {"output": "2 left", "exitCode": 1}}, ("failed", 1, "2 left")),
        ({"status": "done", "result": {"output": "none left", "exitCode": 0}}, ("succeeded", 0, "none left")),
        ({"status": "done", "result": "wrapped"}, ("succeeded", None, "wrapped")),
        ({"status": "rejected-by-user"}, ("denied", None, "")),
    ],
)
def test_what_came_of_a_call_may_stand_in_its_run(read, run, expected):
    call = {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "Bash", "input": {"cmd": "x"}}]}
    told = {"role": "user", "content": [{"type": "tool_result", "toolUseID": "c1", "run": run}]}
    (result,) = [one for one in read("log.json", json.dumps([call, told], indent=1)) if isinstance(one, ToolResult)]
    assert (result.status, result.exit_code, result.text) == expected


def test_a_team_whose_messages_name_their_source_is_one_chat(read):
    call = {"id": "c1", "name": "wrap", "arguments": json.dumps(ARGS)}
    team = [
        {"source": "user", "type": "TextMessage", "content": ASKED},
        {"source": "desk", "type": "ToolCallRequestEvent", "content": [call]},
        {
            "source": "desk",
            "type": "ToolCallExecutionEvent",
            "content": [{"content": TOLD, "name": "wrap", "call_id": "c1"}],
        },
        {"source": "desk", "type": "TextMessage", "content": SAID},
    ]
    check(read("log.json", json.dumps({"messages": team, "stop_reason": None}, indent=1)))


def test_each_line_of_a_document_may_be_a_list_of_messages(read):
    chat = SPELLINGS["names with hyphens"]
    events = read("log.json", "".join(json.dumps(chat) + "\n" for _ in range(2)))
    started = [event for event in events if isinstance(event, RunStarted)]
    assert len({run.run for run in started}) == 2
    for run in started:
        check([event for event in events if event.run == run.run])


def test_each_chat_of_a_document_is_a_run_of_its_own(read):
    chats = [{"id": name, "traj": SPELLINGS["names with hyphens"], "reward": 1} for name in ("a", "b", "a")]
    events = read("log.json", json.dumps(chats, indent=1))
    started = [event for event in events if isinstance(event, RunStarted)]
    assert [run.native_id for run in started] == ["a", "b", "a:2"]
    assert len({event.run for event in events}) == 3
    for run in started:
        check([event for event in events if event.run == run.run])


def test_what_has_no_agent_in_it_is_no_log(tmp_path):
    kept = {
        "users.json": [{"id": 1, "role": "user", "name": "Ann"}, {"id": 2, "role": "admin", "name": "Bo"}],
        "tools.json": [{"type": "function", "function": {"name": "wrap", "parameters": {}}}],
        "prompts.json": {"prompts": [{"role": "user", "content": "hi"}]},
    }
    for name, document in kept.items():
        (tmp_path / name).write_text(json.dumps(document, indent=1), encoding="utf-8")
    assert discover([tmp_path]).files == []


def test_a_sub_agent_that_its_role_names_is_a_run_of_its_own(read):
    def calls(role: str, native: str) -> dict[str, Any]:
        function = {"name": "wrap", "arguments": json.dumps(ARGS)}
        return {"role": role, "content": "I wrap.", "tool_calls": [{"id": native, "function": function}]}

    chat = [
        {"role": "user", "content": ASKED},
        calls("assistant", "c1"),
        calls("assistant-helper-7", "c2"),
        {"role": "tool", "tool_call_id": "c1", "content": TOLD},
        {"role": "tool", "tool_call_id": "c2", "content": TOLD},
        {"role": "assistant-helper-7", "content": "The helper is done."},
        {"role": "assistant", "content": SAID},
    ]
    events = read("log.json", json.dumps({"messages": chat}, indent=1))
    main, helper = (event for event in events if isinstance(event, RunStarted))
    assert (main.parent, helper.parent) == (None, main.run)
    check([event for event in events if event.run == main.run and getattr(event, "text", "") != "I wrap."])
    told = [event for event in events if event.run == helper.run and isinstance(event, ToolResult | AgentText)]
    assert [event.text for event in told] == ["I wrap.", TOLD, "The helper is done."]
