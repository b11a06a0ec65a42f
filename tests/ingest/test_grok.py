from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover


def text(words: str) -> list[dict]:
    return [{"type": "text", "text": words}]


def acts(words: str = "", *calls: dict) -> dict:
    return {"type": "assistant", "content": words, "tool_calls": list(calls), "model_id": "m-1"}


def call(name: str, arguments: str) -> dict:
    return {"id": "c1", "name": name, "arguments": arguments}


ASKS = {"type": "user", "content": text("Run it."), "prompt_index": 0}
RUNS = acts("I run it.", call("run_terminal_cmd", '{"command": "make"}'))


def answers(content: str) -> dict:
    return {"type": "tool_result", "tool_call_id": "c1", "content": content}


def test_a_history_is_read_and_named_after_its_folder(write):
    path = write(
        "019f-1/chat_history.jsonl",
        [
            {"type": "system", "content": "You are an agent."},
            {"type": "user", "content": text("<user_info>"), "synthetic_reason": "environment_context"},
            ASKS,
            {"type": "reasoning", "summary": []},
            RUNS,
            answers("built"),
            acts("It is built."),
            {"type": "user", "content": text("Again."), "prompt_index": 1, "prior_turn_interrupt": "mid_turn_abort"},
        ],
    )
    (found,) = discover([path.parent]).files
    events = list(open_source(path).events())
    assert found.adapter.name == "grok-build"
    assert [(one.native_id, one.model) for one in events if isinstance(one, RunStarted)] == [
        ("019f-1", None),
        ("019f-1", "m-1"),
    ]
    assert [(turn.synthetic, turn.system) for turn in events if isinstance(turn, UserTurn)] == [
        *((True, True), (True, False)),
        *((False, False), (False, False)),
    ]
    assert [(one.text, one.channel) for one in events if isinstance(one, AgentText)] == [
        ("I run it.", "commentary"),
        ("It is built.", "final"),
    ]
    assert [one.what for one in events if isinstance(one, Boundary)] == ["turn_end", "abort"]


@pytest.mark.parametrize(
    ("asked", "told", "status", "files"),
    [
        (RUNS, "built", "unknown", []),
        (RUNS, "Error: no such folder", "failed", []),
        (acts("", call("read_file", '{"target_file": "a"}')), "x", "succeeded", []),
        (acts("", call("write_file", '{"target_file": "a"}')), "done", "succeeded", ["a"]),
        (acts("", call("write_file", '{"target_file": "a"}')), "Error: denied", "failed", []),
    ],
)
def test_of_a_command_it_is_not_told_how_it_ended(log, asked, told, status, files):
    result = log("grok-build", [ASKS, asked, answers(told)]).one(ToolResult)
    assert (result.status, result.exit_code, [one.path for one in result.files]) == (status, None, files)


def test_what_the_model_looked_up_by_itself_is_a_call(log):
    kind: dict[str, Any] = {"tool_type": "web_search", "action": {"query": "x"}, "id": "ws", "status": "completed"}
    found = log("grok-build", [ASKS, {"type": "backend_tool_call", "kind": kind}, {"type": "hologram"}])
    assert (found.one(ToolCall).tool, found.one(ToolCall).args) == ("web_search", {"query": "x"})
    assert found.one(ToolResult).status == "succeeded"
    assert found.tally.unknown_types == {"hologram": 1}
