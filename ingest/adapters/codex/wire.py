"""Shapes of the records of Codex, as loose structs: unknown fields are ignored, all fields may be missing."""

from __future__ import annotations

from typing import Any

import msgspec

ENVELOPES = frozenset(
    {
        "compacted",
        "event_msg",
        "inter_agent_communication",
        "inter_agent_communication_metadata",
        "response_item",
        "session_meta",
        "turn_context",
        "world_state",
    }
)

ITEM_BOOKKEEPING = frozenset(
    {
        "compaction",
        "compaction_summary",
        "context_compaction",
        "ghost_snapshot",
        "image_generation_call",
        "other",
        "reasoning",
        "tool_search_call",
    }
)

EVENT_BOOKKEEPING = frozenset(
    {
        "agent_message",  # the same text as a response_item, which comes with it
        "agent_reasoning",
        "agent_reasoning_raw_content",
        "agent_reasoning_section_break",
        "background_event",
        "collab_agent_interaction_end",
        "collab_close_end",
        "collab_resume_end",
        "collab_waiting_end",
        "context_compacted",
        "deprecation_notice",
        "dynamic_tool_call_request",
        "entered_review_mode",
        "exited_review_mode",
        "guardian_assessment",
        "guardian_warning",
        "hook_completed",
        "hook_started",
        "image_generation_end",
        "item_started",
        "model_reroute",
        "plan_update",
        "session_configured",
        "stream_error",
        "sub_agent_activity",
        "task_started",
        "thread_goal_updated",
        "thread_name_updated",
        "thread_settings_applied",
        "token_count",
        "turn_diff",
        "turn_started",
        "undo_completed",
        "undo_started",
        "view_image_tool_call",
        "warning",
        "web_search_end",
    }
)


class Line(msgspec.Struct):
    """The envelope; the payload stays raw until its type is known. Files of 2025 have the payload's fields instead."""

    type: str = ""
    timestamp: Any = None
    payload: msgspec.Raw = msgspec.Raw()
    record_type: str | None = None


class Part(msgspec.Struct):
    """One part of a message's content."""

    type: str = ""
    text: str | None = None


class Item(msgspec.Struct):
    """A `response_item` of any type."""

    type: str = ""
    role: str | None = None
    content: list[Part | str] | str | None = None
    phase: str | None = None
    name: str | None = None
    namespace: str | None = None
    arguments: Any = None
    input: Any = None
    action: Any = None
    call_id: str | None = None
    id: str | None = None
    output: Any = None
    status: str | None = None
    author: str | None = None
    tools: Any = None


class Notice(msgspec.Struct):
    """An `event_msg` of any type."""

    type: str = ""
    turn_id: str | None = None
    call_id: str | None = None
    message: Any = None
    reason: str | None = None
    last_agent_message: str | None = None
    started_at: Any = None
    exit_code: int | None = None
    status: Any = None
    success: bool | None = None
    changes: Any = None
    result: Any = None
    new_thread_id: str | None = None
    item: msgspec.Raw = msgspec.Raw()


class Completed(msgspec.Struct):
    """The item of an `item_completed` event."""

    type: str = ""
    id: str | None = None
    content: list[Part | str] | str | None = None
    text: str | None = None
    command: Any = None
    cwd: str | None = None
    source: str | None = None
    status: Any = None
    exit_code: int | None = None
    aggregated_output: str | None = None
    changes: Any = None
    server: str | None = None
    tool: str | None = None
    arguments: Any = None
    result: Any = None
    error: Any = None


class Git(msgspec.Struct):
    """The repository at the session's start."""

    commit_hash: str | None = None
    branch: str | None = None


class Meta(msgspec.Struct):
    """`session_meta`, and the first line of files of 2025."""

    id: str | None = None
    timestamp: Any = None
    cwd: str | None = None
    cli_version: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    source: Any = None
    git: Git | None = None
    dynamic_tools: Any = None


class Turn(msgspec.Struct):
    """`turn_context`."""

    cwd: str | None = None
    model: str | None = None
    approval_policy: Any = None
    sandbox_policy: Any = None


line_decoder = msgspec.json.Decoder(Line)
item_decoder = msgspec.json.Decoder(Item)
notice_decoder = msgspec.json.Decoder(Notice)
completed_decoder = msgspec.json.Decoder(Completed)
meta_decoder = msgspec.json.Decoder(Meta)
turn_decoder = msgspec.json.Decoder(Turn)
