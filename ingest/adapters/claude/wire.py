"""Shapes of the records of Claude Code, as loose structs: unknown fields are ignored, all fields may be missing."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

ENVELOPED = frozenset({"assistant", "user", "system", "attachment", "progress"})

BOOKKEEPING = frozenset(
    {
        "agent-name",
        "agent-setting",
        "ai-title",
        "artifact-autoreact-ledger",
        "artifact-comment-monitor",
        "atis-latch",
        "attribution-snapshot",
        "bridge-session",
        "continued-in",
        "cost-state",
        "custom-title",
        "file-history-delta",
        "file-history-snapshot",
        "frame-link",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "queue-operation",
        "relocated",
        "result",
        "speculation-accept",
        "started",
        "summary",
        "tag",
        "task-summary",
        "worktree-state",
    }
)
"""Types without the envelope: none of them is part of what was said or done, but for `permission-mode`."""

SYSTEM_BOOKKEEPING = frozenset(
    {
        "agents_killed",
        "api_metrics",
        "api_refusal",
        "away_summary",
        "bridge_status",
        "file_snapshot",
        "informational",
        "local_command",
        "memory_saved",
        "model_refusal_fallback",
        "permission_retry",
        "scheduled_task_fire",
        "session_start",
        "thinking",
    }
)


class Block(msgspec.Struct):
    """A content block of a message."""

    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Any = None
    tool_use_id: str | None = None
    content: Any = None
    is_error: bool | None = None


Content: TypeAlias = str | list[Block | str] | None


class Message(msgspec.Struct):
    """The API's message inside a record."""

    model: str | None = None
    content: Content = None
    stop_reason: str | None = None


class Source(msgspec.Struct):
    """Who wrote a user record."""

    kind: str | None = None


class Attachment(msgspec.Struct, rename="camel"):
    """What the program itself put before the model."""

    type: str = ""
    prompt: Any = None
    command_mode: str | None = None
    hook_event: str | None = None
    tool_use_id: str | None = msgspec.field(default=None, name="toolUseID")


class Record(msgspec.Struct, rename="camel"):
    """One line. The result of a tool is kept as raw bytes: its shape depends on the tool."""

    type: str = ""
    subtype: str | None = None
    uuid: str | None = None
    parent_uuid: str | None = None
    session_id: str | None = None
    timestamp: str | float | None = None
    cwd: str | None = None
    git_branch: str | None = None
    version: str | None = None
    is_sidechain: bool = False
    agent_id: str | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error_message: bool | None = None
    message: Message | str | None = None
    tool_use_result: msgspec.Raw = msgspec.Raw()
    tool_denial_kind: str | None = None
    permission_mode: str | None = None
    origin: Source | None = None
    attachment: Attachment | None = None
    operation: str | None = None
    content: Any = None


class Hunk(msgspec.Struct, rename="camel"):
    """One hunk of a structured patch."""

    old_start: int = 0
    old_lines: int = 0
    new_start: int = 0
    new_lines: int = 0
    lines: list[str] = []


class Task(msgspec.Struct):
    """A background task (`task_id`), or an item of the task list (`id`)."""

    task_id: str | None = None
    id: str | int | None = None
    subject: str | None = None
    status: str | None = None
    exit_code: int | None = msgspec.field(default=None, name="exitCode")


class ReadFile(msgspec.Struct, rename="camel"):
    """The file a read gave."""

    file_path: str | None = None


class Outcome(msgspec.Struct, rename="camel"):
    """The structured sibling of a tool's result, for all tools at once: a field is set when the tool has it."""

    stdout: Any = None
    interrupted: bool | None = None
    return_code_interpretation: str | None = None
    background_task_id: str | None = None
    timed_out_after_ms: Any = None
    persisted_output_path: str | None = None
    git_operation: dict[str, Any] | None = None
    file_path: str | None = None
    notebook_path: str | None = None
    old_string: str | None = None
    new_string: str | None = None
    structured_patch: list[Hunk] | None = None
    original_file: Any = None
    content: Any = None
    type: str | None = None
    file: ReadFile | None = None
    status: str | None = None
    agent_id: str | None = None
    task: Task | None = None
    retrieval_status: str | None = msgspec.field(default=None, name="retrieval_status")
    task_id: str | None = None
    success: bool | None = None
    truncated: bool | None = None
    applied_limit: int | None = None
    shell_id: str | None = None
    exit_code: int | None = None


record_decoder = msgspec.json.Decoder(Record)
outcome_decoder = msgspec.json.Decoder(Outcome | str | list[Any] | None)
