"""Whatever stands in a log, a decoder gives events or counts what it could not read, in time linear in the bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st
from mangled import JUNK, places, put

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.adapters.base import Head
from assure_tui.ingest.adapters.claude.outcome import read_notice
from assure_tui.ingest.adapters.codex.output import read_output
from assure_tui.ingest.adapters.codex.patch import files_of_patch
from assure_tui.ingest.adapters.codex.script import nested_calls
from assure_tui.ingest.adapters.values import arguments, epoch, says_error

TIME = "2026-07-01T10:00:00Z"
_ENVELOPE = {"sessionId": "s", "timestamp": TIME, "cwd": "/srv", "isSidechain": False, "version": "2"}


def _codex(kind: str, **payload: Any) -> dict:
    return {"timestamp": TIME, "type": kind, "payload": payload}


def _copilot(kind: str, **data: Any) -> dict:
    return {"type": kind, "data": data, "id": kind, "timestamp": TIME}


RECORDS: dict[str, list[Any]] = {
    "claude-code": [
        {
            **_ENVELOPE,
            "type": "assistant",
            "uuid": "a",
            "message": {
                "model": "m",
                "stop_reason": "end_turn",
                "content": [
                    {"type": "text", "text": "x"},
                    {
                        "type": "tool_use",
                        "id": "t",
                        "name": "TodoWrite",
                        "input": {"todos": [{"content": "c", "status": "completed"}]},
                    },
                ],
            },
        },
        {
            **_ENVELOPE,
            "type": "user",
            "uuid": "b",
            "message": {
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t",
                        "content": [{"type": "text", "text": "y"}],
                        "is_error": False,
                    }
                ]
            },
            "toolUseResult": {
                "filePath": "f",
                "structuredPatch": [{"oldStart": 1, "lines": ["+a"]}],
                "gitOperation": {"commit": {"sha": "1"}, "pr": {"url": "u"}},
                "task": {"task_id": "k", "status": "completed", "exitCode": 0},
            },
        },
        {**_ENVELOPE, "type": "attachment", "uuid": "c", "attachment": {"type": "queued_command", "prompt": "p"}},
    ],
    "codex": [
        _codex(
            "session_meta",
            id="x",
            source={"subagent": {"thread_spawn": {"parent_thread_id": "p"}}},
            git={"branch": "b"},
        ),
        _codex("turn_context", model="m", approval_policy="never", sandbox_policy={"type": "read-only"}),
        _codex("response_item", type="function_call", name="update_plan", call_id="c", arguments='{"plan": []}'),
        _codex("response_item", type="function_call_output", call_id="c", output={"content": "x", "success": True}),
        _codex("response_item", type="message", role="assistant", content=[{"type": "output_text", "text": "x"}]),
        _codex(
            "event_msg",
            type="patch_apply_end",
            call_id="d",
            success=True,
            changes={"f": {"type": "add", "content": "x"}},
        ),
        _codex("event_msg", type="mcp_tool_call_end", call_id="c", result={"Ok": {"isError": True}}),
        _codex(
            "event_msg",
            type="item_completed",
            item={"type": "CommandExecution", "id": "i", "exit_code": 1, "result": {}},
        ),
    ],
    "copilot-cli": [
        _copilot("session.start", sessionId="s", context={"cwd": "/srv"}),
        _copilot("tool.execution_start", toolCallId="t", toolName="bash", arguments={"command": "x", "path": "p"}),
        _copilot(
            "tool.execution_complete",
            toolCallId="t",
            success=True,
            result={"content": "x", "detailedContent": "d"},
            error={"code": "denied"},
            toolTelemetry={"metrics": {"exit_code": 1}},
        ),
        _copilot("permission.completed", toolCallId="t", result={"kind": "approved"}),
    ],
    "gemini-cli": [
        {"sessionId": "s", "projectHash": "p", "startTime": TIME, "kind": "subagent"},
        {"id": "u", "timestamp": TIME, "type": "user", "content": [{"text": "x"}]},
        {
            "id": "m",
            "type": "gemini",
            "content": "x",
            "model": "m",
            "toolCalls": [
                {
                    "id": "c",
                    "name": "run_shell_command",
                    "args": {"todos": [{"description": "d", "status": "completed"}]},
                    "status": "success",
                    "result": [{"functionResponse": {"response": {"output": "Exit Code: 1"}}}],
                    "resultDisplay": {"fileDiff": "@@ -1 +1 @@", "filePath": "f"},
                }
            ],
        },
        {"$set": {"messages": [{"id": "n", "type": "error", "content": "x"}]}},
        {"$rewindTo": "m"},
    ],
    "pi": [
        {"type": "session", "id": "s", "timestamp": TIME, "cwd": "/srv", "parentSession": "a_b.jsonl"},
        {
            "type": "message",
            "id": "a",
            "parentId": "z",
            "timestamp": TIME,
            "message": {
                "role": "assistant",
                "model": "m",
                "stopReason": "stop",
                "content": [
                    {"type": "text", "text": "x"},
                    {"type": "toolCall", "id": "c", "name": "edit", "arguments": {}},
                ],
            },
        },
        {
            "type": "message",
            "id": "b",
            "parentId": "a",
            "message": {
                "role": "toolResult",
                "toolCallId": "c",
                "toolName": "bash",
                "content": [{"type": "text", "text": "Command exited with code 1"}],
                "details": {"diff": "+ 1 x"},
                "isError": True,
            },
        },
        {"type": "message", "message": {"role": "bashExecution", "command": "x", "output": "y", "exitCode": 1}},
        {"type": "custom_message", "content": "x"},
    ],
    "openai-chat": [
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "x"}],
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "x", "is_error": False},
        {"id": 3, "tools": [{"function": {"name": "f"}}], "messages": [{"role": "user", "content": "q"}]},
    ],
    "anthropic-messages": [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "x"},
                {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
                {"type": "mcp_tool_use", "id": "d", "name": "f", "server_name": "s", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "x"}]}],
        },
    ],
    "openai-responses": [
        {"type": "function_call", "id": "f", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "x"},
        {"type": "web_search_call", "id": "w", "action": {"query": "q"}, "results": []},
        {"role": "assistant", "content": [{"type": "output_text", "text": "x"}]},
        {"object": "response", "id": "r", "input": "q", "output": [{"type": "reasoning", "id": "r"}]},
    ],
    "qwen-code": [
        {
            "type": "user",
            "uuid": "u",
            "sessionId": "s",
            "systemPayload": {"displayText": "x"},
            "message": {"role": "user", "parts": [{"text": "x"}]},
        },
        {
            "type": "assistant",
            "uuid": "u",
            "sessionId": "s",
            "message": {"role": "model", "parts": [{"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}}]},
        },
        {
            "type": "tool_result",
            "uuid": "u",
            "sessionId": "s",
            "message": {"parts": [{"functionResponse": {"id": "c", "response": {"output": "x"}}}]},
            "toolCallResult": {"callId": "c", "status": "success", "resultDisplay": {"fileDiff": "@@"}},
        },
        {"type": "system", "uuid": "u", "sessionId": "s", "subtype": "rewind", "systemPayload": {}},
    ],
    "kiro-cli": [
        {
            "version": "v1",
            "kind": "Prompt",
            "data": {"message_id": "a", "content": [{"kind": "text", "data": "x"}], "meta": {"timestamp": 1785000000}},
        },
        {
            "version": "v1",
            "kind": "AssistantMessage",
            "data": {
                "message_id": "b",
                "content": [
                    {"kind": "text", "data": "x"},
                    {"kind": "toolUse", "data": {"toolUseId": "t", "name": "write", "input": {"path": "p"}}},
                ],
            },
        },
        {
            "version": "v1",
            "kind": "ToolResults",
            "data": {
                "message_id": "c",
                "content": [
                    {
                        "kind": "toolResult",
                        "data": {
                            "toolUseId": "t",
                            "content": [{"kind": "json", "data": {"exit_status": "exit status: 0", "stdout": "x"}}],
                            "status": "success",
                        },
                    }
                ],
                "results": {"t": {"tool": None, "result": "Cancelled"}},
            },
        },
        {"version": "v1", "kind": "ResetTo", "data": {"target_index": 1}},
    ],
    "kimi-code": [
        {"type": "metadata", "protocol_version": "1.4", "created_at": 1785000000000},
        {"type": "profile.bind", "modelAlias": "m", "environmentDisclosure": {"cwd": "/srv"}, "time": 1785000000000},
        {"type": "turn.prompt", "input": [{"type": "text", "text": "x"}], "origin": {"kind": "user"}, "time": 1},
        {
            "type": "context.append_message",
            "message": {"role": "user", "content": [{"type": "text", "text": "x"}], "origin": {"kind": "injection"}},
        },
        {
            "type": "context.append_loop_event",
            "event": {"type": "content.part", "part": {"type": "text", "text": "x"}},
        },
        {
            "type": "context.append_loop_event",
            "event": {"type": "tool.call", "toolCallId": "c", "name": "Edit", "args": {"path": "p"}},
        },
        {"type": "permission.record_approval_result", "toolCallId": "d", "result": {"decision": "approved"}},
        {
            "type": "context.append_loop_event",
            "event": {"type": "tool.result", "toolCallId": "c", "result": {"output": "x", "isError": False}},
        },
        {"type": "context.append_loop_event", "event": {"type": "step.end", "finishReason": "end_turn"}},
        {"type": "llm.tools_snapshot", "tools": [{"name": "Edit", "parameters": {}}]},
    ],
    "droid": [
        {"type": "session_start", "id": "s", "cwd": "/srv", "version": "0.8"},
        {
            "type": "message",
            "id": "a",
            "timestamp": TIME,
            "message": {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "x"},
                    {"type": "tool_use", "id": "c", "name": "ApplyPatch", "input": {"input": "*** Begin Patch"}},
                ],
            },
        },
        {
            "type": "message",
            "id": "b",
            "message": {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "c",
                        "content": [{"type": "text", "text": "x"}],
                        "is_error": False,
                    },
                    {"type": "text", "text": "x"},
                ],
            },
        },
        {"type": "compaction_state", "summaryText": "x"},
    ],
    "antigravity": [
        {
            "step_index": 0,
            "source": "USER_EXPLICIT",
            "type": "USER_INPUT",
            "status": "DONE",
            "created_at": TIME,
            "content": "<USER_REQUEST>\nx\n</USER_REQUEST>\nsetting `Model Selection` from None to M. y",
        },
        {
            "step_index": 1,
            "source": "MODEL",
            "type": "PLANNER_RESPONSE",
            "status": "DONE",
            "content": "x",
            "tool_calls": [
                {"name": "run_command", "args": {"CommandLine": '"x"'}},
                {"name": "write_to_file", "args": {"TargetFile": '"p"'}},
            ],
        },
        {
            "step_index": 2,
            "source": "MODEL",
            "type": "RUN_COMMAND",
            "status": "RUNNING",
            "content": "Tool is running as a background task with task id: a/task-2",
        },
        {"step_index": 3, "source": "MODEL", "type": "CODE_ACTION", "status": "DONE", "exit_code": 0, "content": "x"},
        {
            "step_index": 4,
            "source": "SYSTEM",
            "type": "SYSTEM_MESSAGE",
            "status": "DONE",
            "content": 'Task id "a/task-2" finished with result: x',
        },
    ],
    "claude-stream": [
        {"type": "system", "subtype": "init", "session_id": "s", "uuid": "i", "cwd": "/srv", "permissionMode": "plan"},
        {
            "type": "assistant",
            "session_id": "s",
            "uuid": "a",
            "parent_tool_use_id": None,
            "message": {"model": "m", "content": [{"type": "tool_use", "id": "t", "name": "Bash", "input": {}}]},
        },
        {
            "type": "user",
            "session_id": "s",
            "uuid": "b",
            "parent_tool_use_id": None,
            "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": False}]},
            "tool_use_result": {"stdout": "x"},
        },
        {"type": "result", "subtype": "success", "session_id": "s", "uuid": "c", "result": "x"},
    ],
    "codex-exec": [
        {"type": "thread.started", "thread_id": "t"},
        {
            "type": "item.completed",
            "item": {"id": "a", "type": "command_execution", "command": "x", "exit_code": 0, "status": "completed"},
        },
        {
            "type": "item.completed",
            "item": {
                "id": "b",
                "type": "mcp_tool_call",
                "tool": "f",
                "arguments": {"a": 1},
                "result": {"content": [{"type": "text", "text": "x"}]},
                "status": "completed",
            },
        },
        {
            "type": "item.completed",
            "item": {"id": "c", "type": "file_change", "changes": [{"path": "p", "kind": "add"}], "status": "failed"},
        },
        {
            "type": "item.completed",
            "item": {"id": "d", "type": "todo_list", "items": [{"text": "x", "completed": True}]},
        },
        {"type": "turn.failed", "error": {"message": "x"}},
    ],
    "opencode-run": [
        {"type": "step_start", "timestamp": 1785000000000, "sessionID": "ses_a", "part": {"type": "step-start"}},
        {"type": "text", "timestamp": 1, "sessionID": "ses_a", "part": {"type": "text", "text": "x"}},
        {
            "type": "tool_use",
            "timestamp": 1,
            "sessionID": "ses_a",
            "part": {
                "type": "tool",
                "tool": "bash",
                "callID": "c",
                "state": {"status": "completed", "input": {"command": "x"}, "output": "x", "metadata": {"exit": 1}},
            },
        },
        {
            "type": "step_finish",
            "timestamp": 1,
            "sessionID": "ses_a",
            "part": {"type": "step-finish", "reason": "stop"},
        },
        {"type": "error", "timestamp": 1, "sessionID": "ses_a", "error": {"name": "x"}},
    ],
    "gemini-stream": [
        {"type": "init", "timestamp": TIME, "session_id": "s", "model": "m"},
        {"type": "message", "timestamp": TIME, "role": "user", "content": "x"},
        {"type": "message", "timestamp": TIME, "role": "assistant", "content": "x", "delta": True},
        {
            "type": "tool_use",
            "timestamp": TIME,
            "tool_name": "replace",
            "tool_id": "c",
            "parameters": {"file_path": "p"},
        },
        {"type": "tool_result", "timestamp": TIME, "tool_id": "c", "status": "success", "error": {"message": "x"}},
        {"type": "error", "timestamp": TIME, "severity": "warning", "message": "x"},
        {"type": "result", "timestamp": TIME, "status": "success"},
    ],
    "otel-genai": [
        {
            "resourceSpans": [
                {
                    "scopeSpans": [
                        {
                            "spans": [
                                {
                                    "traceId": "t",
                                    "name": "chat m",
                                    "endTimeUnixNano": "1785000000000000000",
                                    "attributes": [
                                        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                                        {
                                            "key": "gen_ai.output.messages",
                                            "value": {
                                                "stringValue": '[{"role": "assistant", "parts": [{"type": "text",'
                                                ' "content": "x"}, {"type": "tool_call", "id": "c", "name": "f"}]}]'
                                            },
                                        },
                                    ],
                                    "status": {"code": 2},
                                }
                            ]
                        }
                    ]
                }
            ]
        }
    ],
    "cursor-stream": [
        {
            "type": "system",
            "subtype": "init",
            "session_id": "s",
            "apiKeySource": "x",
            "permissionMode": "x",
            "cwd": "/",
        },
        {"type": "assistant", "message": {"content": [{"type": "text", "text": "x"}]}, "timestamp_ms": 1},
        {
            "type": "tool_call",
            "subtype": "started",
            "call_id": "c",
            "tool_call": {"mcpToolCall": {"args": {"toolName": "t", "args": {"a": 1}, "serverIdentifier": "s"}}},
        },
        {
            "type": "tool_call",
            "subtype": "completed",
            "call_id": "c",
            "tool_call": {"editToolCall": {"args": {"path": "a"}, "result": {"success": {"diffString": "@@"}}}},
        },
    ],
    "droid-stream": [
        {"type": "system", "subtype": "init", "sessionId": "s", "model": "m", "cwd": "/", "reasoning_effort": "x"},
        {"type": "message", "sessionId": "s", "role": "user", "text": "<system-reminder>x</system-reminder>y"},
        {
            "type": "tool_call",
            "sessionId": "s",
            "id": "c",
            "toolName": "Edit",
            "parameters": {"file_path": "a", "old_str": "x", "new_str": "y"},
        },
        {"type": "tool_result", "sessionId": "s", "id": "c", "isError": False, "value": {"stdout": "x", "exitCode": 0}},
        {"type": "completion", "sessionId": "s", "finalText": "x"},
    ],
    "grok-build": [
        {"type": "user", "content": [{"type": "text", "text": "x"}], "prompt_index": 0},
        {
            "type": "assistant",
            "content": "x",
            "model_id": "m",
            "tool_calls": [{"id": "c", "name": "write_file", "arguments": '{"path": "a"}'}],
        },
        {"type": "tool_result", "tool_call_id": "c", "content": "x"},
        {"type": "backend_tool_call", "kind": {"tool_type": "web_search", "action": {"q": 1}, "id": "w"}},
    ],
    "goose": [
        {"working_dir": "/srv", "message_count": 1},
        {"role": "user", "created": 1, "content": [{"type": "text", "text": "x"}]},
        {
            "role": "assistant",
            "content": [
                {
                    "type": "toolRequest",
                    "id": "c",
                    "toolCall": {"status": "success", "value": {"name": "a__b", "arguments": {"x": 1}}},
                }
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "toolResponse",
                    "id": "c",
                    "toolResult": {"status": "success", "value": {"content": [{"type": "text", "text": "x"}]}},
                }
            ],
        },
    ],
    "openhands": [
        {"kind": "MessageEvent", "id": "a", "source": "user", "timestamp": TIME, "llm_message": {"content": "x"}},
        {
            "kind": "ActionEvent",
            "id": "b",
            "source": "agent",
            "timestamp": TIME,
            "thought": [{"type": "text", "text": "x"}],
            "action": {"kind": "TerminalAction", "command": "ls", "is_input": False},
            "tool_name": "terminal",
            "tool_call_id": "c",
        },
        {
            "kind": "ObservationEvent",
            "id": "d",
            "source": "environment",
            "timestamp": TIME,
            "observation": {
                "content": [{"type": "text", "text": "x"}],
                "exit_code": 0,
                "path": "a",
                "new_content": "x",
            },
            "tool_call_id": "c",
        },
    ],
    "assure": [
        {"type": "session", "format": "assure/1", "id": "s", "tools": {"t": {}}},
        {"type": "tool_result", "call_id": "c", "text": "x", "files": [{"path": "p", "op": "edit"}], "exit_code": 0},
        {"type": "effect", "kind": "refund", "status": "succeeded", "args": {"amount": "1"}},
    ],
}


@pytest.mark.parametrize("adapter", RECORDS)
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_value_of_any_kind_in_any_place_costs_at_most_its_record(log, adapter, data):
    records = RECORDS[adapter]
    index = data.draw(st.integers(0, len(records) - 1))
    place = data.draw(st.sampled_from(places(records[index])))
    changed = put(records[index], place, data.draw(JUNK))
    found = log(adapter, [*records[:index], changed, *records[index + 1 :]])
    tally = found.tally
    assert tally.records + tally.malformed == len(records)
    assert tally.unrecognised + tally.bookkeeping <= tally.records
    assert sum(tally.unknown_types.values()) == tally.unrecognised
    assert tally.unrecognised + tally.malformed <= 1
    assert len({event.id for event in found.events}) == len(found.events)


@pytest.mark.parametrize("adapter", RECORDS)
@settings(deadline=None)
@given(st.data())
def test_no_value_in_the_head_of_a_file_keeps_others_from_being_read(adapter, data):
    record = data.draw(st.sampled_from(RECORDS[adapter]))
    changed = put(record, data.draw(st.sampled_from(places(record))), data.draw(JUNK))
    line = json.dumps(changed).encode() + b"\n"
    for name, content in (("log.jsonl", line + line), ("log.json", line), ("log.json", b"[" + line + b"]")):
        detect(Path(name), Head(Path(name), content, whole=True))


@pytest.mark.parametrize("adapter", RECORDS)
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_bytes_that_are_no_record_are_counted(log, adapter, pieces):
    lines = [piece.replace(b"\n", b"") for piece in pieces]
    found = log(adapter, [line + b"\n" for line in lines])
    assert found.tally.records + found.tally.malformed >= sum(
        bool(line.strip(b" \t\r\x0b\x0c\0\xef\xbb\xbf")) for line in lines
    )


@pytest.mark.parametrize("adapter", RECORDS)
def test_deep_nesting_is_counted_and_never_followed(log, adapter):
    deep = b'{"type":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    found = log(adapter, [deep, *RECORDS[adapter]])
    assert found.tally.malformed == 1
    assert found.tally.records == len(RECORDS[adapter])


def test_a_log_that_invents_types_does_not_fill_the_memory(log):
    tally = log("assure", [{"type": f"t{number}" * 50} for number in range(500)]).tally
    assert tally.unrecognised == 500
    assert len(tally.unknown_types) == 101
    assert max(map(len, tally.unknown_types)) <= 80


@pytest.mark.parametrize(
    "text",
    [
        "Command: " + "a\n" * 50_000,
        "Chunk ID: " * 10_000,
        "Command: x\n" + "\nChunk ID: a\n" * 8_000,
        "aborted by user after " + "." * 100_000,
        "approval policy is " * 5_000,
        "\u20269" * 50_000,
        "[... omitted " * 8_000,
        '{"output"' * 10_000,
        "Script failed\n" + "Script error:\n" * 7_000,
        "<task-notification>" + "<result>" * 12_000,
        "<task-notification>" + "<task-id>" * 11_000,
        "*** Begin Patch\n" + "*** Update File: " * 6_000,
        "*** Begin Patch\n" + "*** Update File: a\n" * 5_000,
        "tools.exec({" + "a:{" * 30_000,
        "tools.exec({cmd:`" * 6_000,
        "tools.a('" + "\\'" * 50_000,
        '{"error":' * 10_000,
        " " * 100_000 + "error",
        "<USER_REQUEST>" * 7_000,
        "setting `Model Selection` from " * 3_000,
        "[diff_block_start]\n" * 5_000,
        'Task id "' * 11_000,
    ],
    ids=lambda text: text[:24],
)
def test_every_reader_of_text_takes_linear_time(log, text):
    def read(text):
        read_output(text, command=True)
        files_of_patch(text)
        nested_calls(text)
        read_notice(text)
        says_error(text)
        arguments(text)
        for kind in ("USER_INPUT", "CODE_ACTION", "SYSTEM_MESSAGE"):
            record = {"step_index": 1, "source": "MODEL", "type": kind, "status": "DONE", "content": text}
            log("antigravity", [{"type": "PLANNER_RESPONSE", "tool_calls": [{"name": "write_file"}]}, record])

    assert linear(read, text)


@pytest.mark.parametrize(
    "value", ["", "soon", "9999-99-99", "0001-01-01T00:00:00+14:00", True, -1, 1e300, float("nan"), None, [], {}]
)
def test_a_time_that_is_none_is_unknown(value):
    assert epoch(value) is None or isinstance(epoch(value), float)
    if not isinstance(value, str):
        assert epoch(value) is None


def test_times_in_seconds_and_milliseconds_and_iso_are_the_same():
    assert epoch(1782900000) == epoch(1782900000000) == epoch(TIME) == epoch("2026-07-01T12:00:00+02:00") == 1782900000


def test_records_survive_a_round_through_json(log):
    for adapter, records in RECORDS.items():
        found = log(adapter, json.loads(json.dumps(records)))
        assert found.tally.unrecognised == found.tally.malformed == 0
