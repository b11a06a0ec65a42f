"""The agents' own hook protocols: their JSON in, ours out, and back. HOOKS.md names the page that each follows.

What an agent asks becomes one dictionary with the fields of `desk.gated.Request`. Nothing of the desk is imported: an
agent waits for this. An answer is always JSON on standard output with exit code 0, because agents read other codes in
different ways: 2 blocks in Claude Code, Codex and Gemini CLI, any but 0 does in Copilot CLI. Only where the request
could not be understood, so that no form of an answer is known, does a refusal leave as exit code 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from assure_tui.app.neutral import neutralise

AGENTS: Final = ("claude-code", "codex", "gemini-cli", "copilot-cli", "generic")
CAN_ASK: Final = frozenset({"claude-code", "copilot-cli", "generic"})
"""Agents that can ask their user. Codex and Gemini CLI take an `ask` for no objection."""
MAX_PAYLOAD: Final = 16 * 1024 * 1024
MAX_NAME: Final = 400
"""Characters of a tool's name, a call's id and the like."""
MAX_REASON: Final = 4000
MAX_SAID: Final = 256 * 1024
"""Characters of the agent's last words: the newest."""

_EVENTS: Final = {
    "PreToolUse": "call",
    "preToolUse": "call",
    "BeforeTool": "call",
    "call": "call",
    "Stop": "stop",
    "SubagentStop": "stop",
    "AfterAgent": "stop",
    "agentStop": "stop",
    "subagentStop": "stop",
    "stop": "stop",
}
BLOCKED: Final = 2
"""Exit code that stops a call in every agent, where nothing can be said."""
_GENERIC_CODES: Final = {"deny": 2, "block": 2, "ask": 3}
Asked = dict[str, Any]
Answer = tuple[str, str, int]
"""Standard output, standard error and exit code."""


def read(agent: str, data: bytes) -> Asked:
    """Read what an agent asks. What cannot be read comes back with a `fault`, never as an exception."""
    if len(data) > MAX_PAYLOAD:
        return _faulty(agent, "too-large", len(data))
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return _faulty(agent, "malformed", len(data))
    if not isinstance(payload, dict):
        return _faulty(agent, "malformed", len(data))
    asked = _asked(agent, payload, len(data))
    if asked["event"] == "other":
        asked["fault"] = "unknown-event"
    elif asked["event"] == "call" and (not asked["tool"] or asked["args"] is None):
        asked["fault"] = "malformed"
    asked["args"] = asked["args"] or {}
    return asked


def _asked(agent: str, payload: Mapping[str, Any], size: int) -> Asked:
    name = _text(payload, "hook_event_name", "hookEventName", "event")
    return {
        "agent": agent,
        "event": _EVENTS.get(name) or ("other" if name else _guess(payload)),
        "session": _text(payload, "session_id", "sessionId", "session"),
        "sub": _text(payload, "agent_id", "agentId"),
        "call_id": _text(payload, "tool_use_id", "toolUseId", "toolCallId", "call_id"),
        "tool": _tool(payload),
        "args": _args(payload),
        "cwd": _text(payload, "cwd", limit=4096),
        "transcript": _text(
            payload, "agent_transcript_path", "transcript_path", "transcriptPath", "transcript", limit=4096
        ),
        "said": _last(payload, "last_assistant_message", "prompt_response", "response", "said"),
        "again": payload.get("stop_hook_active") is True or payload.get("stopHookActive") is True,
        "turn": _text(payload, "turn_id", "prompt_id"),
        "fault": "",
        "size": size,
    }


def _guess(payload: Mapping[str, Any]) -> str:
    """Tell the event of Copilot CLI, which does not name it, by the fields that only this event has."""
    if "toolName" in payload and "toolResult" not in payload:
        return "call"
    return "stop" if "stopReason" in payload or "transcriptPath" in payload else "other"


def _tool(payload: Mapping[str, Any]) -> str:
    """Return the tool's name; of one of an MCP server, which Gemini CLI names beside it, in the form of the others."""
    context = payload.get("mcp_context")
    if isinstance(context, dict):
        server, bare = _text(context, "server_name"), _text(context, "tool_name")
        if server and bare:
            return f"mcp__{server}__{bare}"[:MAX_NAME]
    return _text(payload, "tool_name", "toolName", "tool")


def _text(payload: Mapping[str, Any], *names: str, limit: int = MAX_NAME) -> str:
    for name in names:
        value = payload.get(name)
        if isinstance(value, str) and value:
            return value[:limit]
    return ""


def _last(payload: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = payload.get(name)
        if isinstance(value, str) and value:
            return value[-MAX_SAID:]
    return ""


def _args(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the call's arguments; None when they are not an object.

    They may come as JSON in a string. Plain text, such as a patch, is what some tools take instead of an object.
    """
    for name in ("tool_input", "toolArgs", "args"):
        value = payload.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return None if value.lstrip()[:1] == "{" else {"input": value}
        if isinstance(value, dict):
            return value
        if value is not None:
            return None
    return {}


def _faulty(agent: str, fault: str, size: int) -> Asked:
    return _asked(agent, {}, size) | {"fault": fault, "args": {}, "event": "other"}


def write(asked: Mapping[str, Any], word: str, reason: str) -> Answer:
    """Put an answer into the agent's own form. The reason may quote a log, and the agent's terminal shows it."""
    reason = neutralise(reason[:MAX_REASON])
    agent, event = asked["agent"], asked["event"]
    if agent == "generic":
        return json.dumps({"decision": word, "reason": reason}), "", _GENERIC_CODES.get(word, 0)
    if event == "other":
        # Its form is unknown, and with it the form of an answer: silence lets the agent go on, exit code 2 stops it.
        if word in {"deny", "block", "ask"}:
            return "", reason, BLOCKED
        return ("{}" if agent == "gemini-cli" else ""), "", 0
    body: dict[str, Any] | None
    match agent:
        case "gemini-cli":
            body = _gemini(word, reason)
        case "copilot-cli":
            body = _block(word, reason) if event == "stop" else _copilot(word, reason)
        case _:
            body = _block(word, reason) if event == "stop" else _claude(word, reason, silent=agent == "codex")
    return (json.dumps(body) if body is not None else ""), "", 0


def _claude(word: str, reason: str, *, silent: bool) -> dict[str, Any] | None:
    """The form of Claude Code, which Codex shares but for `allow`: there, silence is the only consent."""
    if word == "none" or (word == "allow" and silent):
        return None
    return {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": word,
            "permissionDecisionReason": reason,
        }
    }


def _gemini(word: str, reason: str) -> dict[str, Any]:
    if word in {"deny", "block"}:
        return {"decision": "deny", "reason": reason}
    return {"decision": "allow"} if word == "allow" else {}


def _copilot(word: str, reason: str) -> dict[str, Any] | None:
    return None if word == "none" else {"permissionDecision": word, "permissionDecisionReason": reason}


def _block(word: str, reason: str) -> dict[str, Any] | None:
    return {"decision": "block", "reason": reason} if word == "block" else None
