"""Shapes of the records of Copilot CLI, as loose structs: unknown fields are ignored, all fields may be missing."""

from __future__ import annotations

from typing import Any

import msgspec

FAMILIES = (
    "abort",
    "assistant.",
    "hook.",
    "permission.",
    "session.",
    "skill.",
    "subagent.",
    "system.",
    "tool.",
    "user.",
)
BOOKKEEPING = frozenset(
    {
        "assistant.intent",
        "assistant.reasoning",
        "assistant.turn_start",
        "assistant.usage",
        "external_tool.completed",
        "external_tool.requested",
        "hook.end",
        "hook.start",
        "session.auto_mode_resolved",
        "session.background_tasks_changed",
        "session.compaction_start",
        "session.context_changed",
        "session.handoff",
        "session.idle",
        "session.import_legacy",
        "session.info",
        "session.plan_changed",
        "session.skills_loaded",
        "session.title_changed",
        "session.truncation",
        "session.usage_checkpoint",
        "session.usage_info",
        "session.warning",
        "session.workspace_file_changed",
        "skill.invoked",
        "subagent.completed",
        "subagent.deselected",
        "subagent.failed",
        "subagent.selected",
        "subagent.started",
        "tool.user_requested",
    }
)


class Metrics(msgspec.Struct):
    """Numbers of a call that the program measured."""

    exit_code: int | None = None


class Telemetry(msgspec.Struct):
    """What the program measured of a call."""

    metrics: Metrics | None = None


class Result(msgspec.Struct, rename="camel"):
    """What a call gave: the text for the model, and a fuller one for the user."""

    content: Any = None
    detailed_content: str | None = None


class ToolError(msgspec.Struct):
    """Why a call failed."""

    message: str | None = None
    code: str | None = None


class Context(msgspec.Struct, rename="camel"):
    """Where a session runs."""

    cwd: str | None = None
    branch: str | None = None
    head_commit: str | None = None


class Request(msgspec.Struct, rename="camel"):
    """What permission was asked for."""

    tool_call_id: str | None = None
    full_command_text: str | None = None
    kind: str | None = None


class Data(msgspec.Struct, rename="camel"):
    """The data of any record."""

    session_id: str | None = None
    copilot_version: str | None = None
    selected_model: str | None = None
    context: Context | None = None
    content: Any = None
    model: str | None = None
    new_model: str | None = None
    new_mode: str | None = None
    allow_all_permissions: Any = None
    tool_requests: list[Any] | None = None
    parent_tool_call_id: str | None = None
    source: str | None = None
    is_autopilot_continuation: bool | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    arguments: Any = None
    mcp_server_name: str | None = None
    mcp_tool_name: str | None = None
    success: bool | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: Any = None
    tool_telemetry: Telemetry | None = None
    summary: str | None = None
    reason: str | None = None
    message: str | None = None
    permission_request: Request | None = None


class Record(msgspec.Struct, rename="camel"):
    """One line."""

    type: str = ""
    data: Data | None = None
    id: str | None = None
    timestamp: Any = None
    agent_id: str | None = None


class Granted(msgspec.Struct):
    """The answer to a request for permission."""

    kind: str = ""


record_decoder = msgspec.json.Decoder(Record)
result_decoder = msgspec.json.Decoder(Result | None)
granted_decoder = msgspec.json.Decoder(Granted | None)
