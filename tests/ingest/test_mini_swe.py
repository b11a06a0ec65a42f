from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn

SYSTEM = {"role": "system", "content": "Answer with one block: ```mswea_bash_command"}
ASKS = {"role": "user", "content": "Please solve this issue."}
SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"


def acts(words: str, command: str) -> dict:
    return {"role": "assistant", "content": f"{words}\n\n```mswea_bash_command\n{command}\n```"}


def answers(text: str, role: str = "user", **fields: Any) -> dict:
    return {"role": role, "content": text} | fields


def test_an_old_trajectory_is_a_list_of_messages_with_commands_in_blocks(document):
    found = document(
        [
            *(SYSTEM, ASKS, acts("I look.", "ls -la"), answers("<returncode>0</returncode>\n<output>\na\n</output>")),
            *(acts("The issue is fixed.", SUBMIT), answers("diff --git a/x b/x")),
        ]
    )
    assert found.one(RunStarted).adapter == "mini-swe-agent"
    assert [(turn.text, turn.synthetic) for turn in found.all(UserTurn)][1:] == [("Please solve this issue.", False)]
    assert [(one.text.strip(), one.channel) for one in found.all(AgentText)] == [
        ("I look.", "commentary"),
        ("The issue is fixed.", "final"),
    ]
    assert [one.args for one in found.all(ToolCall)] == [{"command": "ls -la"}, {"command": SUBMIT}]
    assert [(one.status, one.exit_code) for one in found.all(ToolResult)] == [("succeeded", 0), ("succeeded", None)]
    assert [one.what for one in found.all(Boundary)] == ["run_end"]
    assert found.tally.unrecognised == 0


def test_a_newer_one_names_its_calls_and_keeps_the_code_as_a_field(document):
    made = {"role": "assistant", "content": "I build."}
    calls = [{"id": "c7", "function": {"name": "bash", "arguments": '{"command": "make"}'}}]
    extra = {"actions": [{"command": "make", "tool_call_id": "c7"}], "timestamp": 1_790_000_000}
    messages = [ASKS, made | {"tool_calls": calls, "extra": extra}]
    messages += [answers("boom", "tool", tool_call_id="c7", extra={"returncode": 2})]
    messages += [{"role": "exit", "content": "", "extra": {"exit_status": "LimitsExceeded"}}]
    info = {"mini_version": "2.0.0", "exit_status": "LimitsExceeded"}
    found = document({"info": info, "messages": messages, "trajectory_format": "mini-swe-agent-1.1"})
    assert found.one(RunStarted).agent_version == "2.0.0"
    assert (found.one(ToolCall).call_id, found.one(ToolCall).args, found.one(ToolCall).time) == (
        "c7",
        {"command": "make"},
        1_790_000_000,
    )
    result = found.one(ToolResult)
    assert (result.call_id, result.status, result.exit_code, result.exit_source) == ("c7", "failed", 2, "structured")
    assert [(one.what, one.detail) for one in found.all(Boundary)] == [("run_end", "LimitsExceeded")]
    del messages[1]["extra"]
    again = document({"info": info, "messages": messages, "trajectory_format": "mini-swe-agent-1.1"})
    assert again.one(ToolCall).args == {"command": "make"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<returncode>1</returncode>\n<output>\n", ("failed", 1, "text")),
        ('{"returncode": 0, "output": "x"}', ("succeeded", 0, "text")),
        ("x\n<returncode>0</returncode>", ("unknown", None, "none")),
        ("The last command <command>sleep</command> timed out and has been killed.", ("failed", None, "none")),
        (
            "Command not executed. The user rejected your command with the following message:\nno",
            ("denied", None, "none"),
        ),
    ],
)
def test_a_command_ends_as_its_first_line_tells(document, text, expected):
    result = document([SYSTEM, ASKS, acts("I run it.", "make"), answers(text)]).one(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected


def test_what_the_program_says_unasked_is_no_request(document):
    found = document([SYSTEM, ASKS, {"role": "assistant", "content": "Hm."}, answers("Give exactly one action.")])
    assert [turn.synthetic for turn in found.all(UserTurn)] == [True, False, True]
    assert found.all(ToolCall) == []


def test_a_chat_that_talks_of_the_agent_is_a_chat(document):
    call = {"id": "c", "function": {"name": "search", "arguments": "{}"}}
    says = {"role": "assistant", "content": "Use ```bash\nls\n``` of mini-swe-agent.", "tool_calls": [call]}
    told = {"role": "tool", "tool_call_id": "c", "content": 'It has "mini_version" and <returncode>0</returncode>.'}
    assert document([ASKS, says, told]).adapter.name == "openai-chat"
