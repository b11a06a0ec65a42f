"""What an agent asks is read in its own form, and answered in its own form."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.app.desk.gated import Request
from assure_tui.app.hook import protocols

COMMAND = {"command": "git push --force", "description": "Push"}
CALLS = {
    "claude-code": {
        "session_id": "s1",
        "transcript_path": "/h/.claude/projects/-srv/s1.jsonl",
        "cwd": "/srv",
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": COMMAND,
        "tool_use_id": "toolu_1",
    },
    "codex": {
        "session_id": "s1",
        "turn_id": "t1",
        "transcript_path": None,
        "cwd": "/srv",
        "hook_event_name": "PreToolUse",
        "model": "m",
        "permission_mode": "default",
        "tool_name": "Bash",
        "tool_input": COMMAND,
        "tool_use_id": "call_1",
    },
    "gemini-cli": {
        "session_id": "s1",
        "transcript_path": "/h/.gemini/tmp/x/chats/s1.json",
        "cwd": "/srv",
        "hook_event_name": "BeforeTool",
        "timestamp": "2026-11-20T10:00:00.000Z",
        "tool_name": "run_shell_command",
        "tool_input": COMMAND,
    },
    "copilot-cli": {
        "sessionId": "s1",
        "timestamp": 1763632800000,
        "cwd": "/srv",
        "toolName": "bash",
        "toolArgs": json.dumps(COMMAND),
    },
    "generic": {"event": "call", "session": "s1", "tool": "bash", "args": COMMAND},
}
STOPS = {
    "claude-code": {"hook_event_name": "Stop", "stop_hook_active": True, "last_assistant_message": "Done."},
    "codex": {"hook_event_name": "Stop", "stop_hook_active": True, "last_assistant_message": "Done.", "turn_id": "t"},
    "gemini-cli": {
        "hook_event_name": "AfterAgent",
        "prompt": "p",
        "prompt_response": "Done.",
        "stop_hook_active": True,
    },
    "copilot-cli": {"sessionId": "s1", "timestamp": 1, "cwd": "/", "transcriptPath": "/t", "stopReason": "end_turn"},
    "generic": {"event": "stop", "session": "s1", "said": "Done."},
}


@pytest.mark.parametrize("agent", protocols.AGENTS)
def test_a_call_is_read_in_every_agents_own_form(agent: str) -> None:
    asked = protocols.read(agent, json.dumps(CALLS[agent]).encode())
    assert (asked["event"], asked["session"], asked["args"], asked["fault"]) == ("call", "s1", COMMAND, "")
    assert asked["tool"] in {"Bash", "bash", "run_shell_command"}


@pytest.mark.parametrize("agent", protocols.AGENTS)
def test_a_stop_is_read_in_every_agents_own_form(agent: str) -> None:
    asked = protocols.read(agent, json.dumps(STOPS[agent]).encode())
    assert (asked["event"], asked["fault"]) == ("stop", "")
    assert asked["said"] == ("" if agent == "copilot-cli" else "Done.")


def test_a_patch_that_comes_as_plain_text_is_read() -> None:
    patch = "*** Begin Patch\n*** Delete File: .github/workflows/ci.yml\n*** End Patch"
    asked = protocols.read("copilot-cli", json.dumps({"toolName": "apply_patch", "toolArgs": patch}).encode())
    assert (asked["event"], asked["args"], asked["fault"]) == ("call", {"input": patch}, "")


def test_gemini_tells_beside_it_whose_tool_it_is() -> None:
    context = {"server_name": "payments", "tool_name": "create_refund", "command": "npx"}
    call = CALLS["gemini-cli"] | {"tool_name": "mcp_payments_create_refund", "mcp_context": context}
    assert protocols.read("gemini-cli", json.dumps(call).encode())["tool"] == "mcp__payments__create_refund"
    for other in ({}, {"server_name": 1}, [], "x"):
        asked = protocols.read("gemini-cli", json.dumps(CALLS["gemini-cli"] | {"mcp_context": other}).encode())
        assert (asked["tool"], asked["fault"]) == ("run_shell_command", "")


def test_what_a_sub_agent_of_copilot_says_last_is_read() -> None:
    stop = {"sessionId": "s1", "cwd": "/", "transcriptPath": "/t", "agentId": "a1", "agentName": "explore",
            "agentType": "custom", "response": "All 41 tests pass.", "stopReason": "end_turn"}  # fmt: skip
    asked = protocols.read("copilot-cli", json.dumps(stop).encode())
    assert (asked["event"], asked["said"], asked["sub"]) == ("stop", "All 41 tests pass.", "a1")


def test_copilot_may_use_the_names_of_vs_code() -> None:
    asked = protocols.read("copilot-cli", json.dumps(CALLS["claude-code"]).encode())
    assert (asked["event"], asked["tool"], asked["args"]) == ("call", "Bash", COMMAND)


def answer(agent: str, word: str, event: str = "call") -> tuple[object, str, int]:
    out, err, code = protocols.write({"agent": agent, "event": event}, word, "because")
    return (json.loads(out) if out else None), err, code


def test_claude_code_is_answered_as_its_reference_says() -> None:
    for word in ("allow", "ask", "deny"):
        told = {"hookEventName": "PreToolUse", "permissionDecision": word, "permissionDecisionReason": "because"}
        assert answer("claude-code", word) == ({"hookSpecificOutput": told}, "", 0)
    assert answer("claude-code", "none") == (None, "", 0)
    assert answer("claude-code", "block", "stop") == ({"decision": "block", "reason": "because"}, "", 0)


def test_no_objection_leaves_the_agents_own_prompts_in_place() -> None:
    for agent in ("claude-code", "codex", "copilot-cli"):
        assert answer(agent, "none") == (None, "", 0)
        assert answer(agent, "none", "stop") == (None, "", 0)
    assert answer("gemini-cli", "none") == ({}, "", 0)


def test_codex_is_never_told_what_it_takes_for_an_error_and_ignores() -> None:
    assert answer("codex", "allow") == (None, "", 0)
    body, _, _ = answer("codex", "deny")
    assert isinstance(body, dict)
    assert body["hookSpecificOutput"]["permissionDecision"] == "deny"
    assert set(body) == {"hookSpecificOutput"}
    assert "codex" not in protocols.CAN_ASK
    assert "gemini-cli" not in protocols.CAN_ASK


def test_gemini_and_copilot_are_answered_in_their_words() -> None:
    assert answer("gemini-cli", "deny") == ({"decision": "deny", "reason": "because"}, "", 0)
    assert answer("gemini-cli", "block", "stop") == ({"decision": "deny", "reason": "because"}, "", 0)
    told = {"permissionDecision": "ask", "permissionDecisionReason": "because"}
    assert answer("copilot-cli", "ask") == (told, "", 0)
    assert answer("copilot-cli", "block", "stop") == ({"decision": "block", "reason": "because"}, "", 0)


def test_scripts_can_go_by_the_exit_code() -> None:
    codes = {word: answer("generic", word)[2] for word in ("none", "allow", "ask", "deny", "block")}
    assert codes == {"none": 0, "allow": 0, "ask": 3, "deny": 2, "block": 2}


def test_scripts_get_an_answer_also_to_what_could_not_be_read() -> None:
    assert answer("generic", "none", "other")[0] == {"decision": "none", "reason": "because"}


def test_a_refusal_of_what_could_not_be_read_leaves_as_the_blocking_exit_code() -> None:
    for agent in protocols.AGENTS:
        assert protocols.write({"agent": agent, "event": "other"}, "deny", "why")[2] == 2
        assert protocols.write({"agent": agent, "event": "other"}, "none", "")[2] == 0


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"hook_event_name": 7}',
    b'{"hook_event_name": "PreToolUse"}',
    b'{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": [1]}',
    b'{"toolName": "bash", "toolArgs": "{broken"}',
    b"1" * 5000,
]


@pytest.mark.parametrize("agent", protocols.AGENTS)
@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_what_cannot_be_read_is_a_fault_and_no_exception(agent: str, data: bytes) -> None:
    asked = protocols.read(agent, data)
    assert asked["fault"] in {"malformed", "unknown-event"}
    msgspec.convert(asked, Request)


def test_a_payload_beyond_the_limit_is_not_parsed() -> None:
    assert protocols.read("claude-code", b" " * (protocols.MAX_PAYLOAD + 1))["fault"] == "too-large"


@given(
    st.sampled_from(protocols.AGENTS),
    st.dictionaries(
        st.sampled_from([
            "hook_event_name", "tool_name", "tool_input", "toolName", "toolArgs", "session_id", "cwd", "event", "args",
            "last_assistant_message", "stop_hook_active", "transcript_path", "tool_use_id", "stopReason", "agent_id",
        ]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["PreToolUse", "Stop"]),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=6,
        ),
    ),
)  # fmt: skip
def test_whatever_is_asked_becomes_a_request(agent: str, payload: dict[str, object]) -> None:
    asked = protocols.read(agent, json.dumps(payload).encode())
    request = msgspec.convert(asked, Request)
    assert request.agent == agent
    assert request.event in {"call", "stop", "other"}
    for word in ("none", "allow", "ask", "deny", "block"):
        out, _, code = protocols.write(asked, word, "r")
        assert code in {0, 2, 3}
        if out:
            json.loads(out)


def test_what_a_reason_quotes_reaches_no_terminal_as_it_is() -> None:
    out, _, _ = protocols.write({"agent": "claude-code", "event": "call"}, "deny", "says \x1b]0;x\x07 and \u202e")
    told = json.loads(out)["hookSpecificOutput"]["permissionDecisionReason"]
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_a_command_that_comes_as_plain_text_and_begins_like_a_list_is_read() -> None:
    line = "[ -f Makefile ] && git commit --no-verify -m x"
    asked = protocols.read("copilot-cli", json.dumps({"toolName": "bash", "toolArgs": line}).encode())
    assert (asked["event"], asked["args"], asked["fault"]) == ("call", {"input": line}, "")


@pytest.mark.parametrize("text", ["[1]", '{"command": "git', "3"])
def test_arguments_in_a_string_that_are_no_object_and_no_text_are_a_fault(text: str) -> None:
    asked = protocols.read("copilot-cli", json.dumps({"toolName": "bash", "toolArgs": text}).encode())
    assert asked["fault"] == "malformed"
