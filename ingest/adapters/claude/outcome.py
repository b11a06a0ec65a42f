"""What a tool's result of Claude Code tells: status, exit code, files and facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from assure_tui.ingest.adapters.base import Json
from assure_tui.ingest.adapters.claude.wire import Block, Hunk, Outcome, Record, outcome_decoder
from assure_tui.ingest.adapters.reading import Reading
from assure_tui.ingest.adapters.values import plain_text, replaced
from assure_tui.ingest.model import FileChange, ResultStatus

SHELLS = frozenset({"Bash", "PowerShell"})

_EXIT = re.compile(r"Exit code (\d{1,6})(?:\n|\Z)")
_NOTICE_EXIT = re.compile(r"(?:exit code |exited with code )(\d{1,6})\)?\Z")
_DENIALS = (
    ("The user doesn't want to proceed with this tool use", "user"),
    ("The user doesn't want to take this action right now", "user"),
    ("User rejected tool use", "user"),
    ("Permission for this action was denied by the Claude Code auto mode classifier", "classifier"),
    ("Permission for this action has been denied", "classifier"),
    ("Permission to use ", "rule"),
    ("This command requires approval", "rule"),
    ("This Bash command contains multiple operations. The following part", "rule"),
)
_DENIAL_KINDS = {"user-rejected": "user", "permission-rule": "rule"}
_NEVER_RAN = ("Sibling tool call errored", "Blocked: ")
_TOOL_ERROR = "<tool_use_error>"
_INTERRUPTED = "[Request interrupted by user"
_TASK_STATES: dict[str, ResultStatus] = {
    "completed": "succeeded",
    "failed": "failed",
    "killed": "unknown",  # ended by the user or the agent, who knows how far
    "stopped": "unknown",
    "running": "running",
    "pending": "running",
}


@dataclass(slots=True)
class Answer(Reading):
    """All that one result tells."""

    denied_by: str | None = None
    outcome: Outcome | None = None


def read_result(record: Record, block: Block, tool: str | None, args: Json) -> Answer:
    """Read the result in `block` of `record`, of a call of `tool` with `args` (empty when the call is not known)."""
    reading = Answer(plain_text(block.content))
    rich = _rich(record)
    if isinstance(rich, Outcome):
        reading.outcome = rich
    if block.is_error or (isinstance(rich, str) and rich.startswith(("Error: ", "User rejected"))):
        _failed(reading, record)
        return reading
    reading.status = "succeeded"
    if reading.outcome is not None:
        _returned(reading, reading.outcome)
    shell = tool in SHELLS or (reading.outcome is not None and reading.outcome.stdout is not None)
    if shell and reading.status == "succeeded" and "benign_exit" not in reading.facts:
        reading.exit_code, reading.exit_source = 0, "implied"
    if not reading.files and reading.status == "succeeded":
        reading.files = _files_of_args(tool, args)
    reading.truncated = reading.truncated or reading.text.startswith("<persisted-output>")
    return reading


def _rich(record: Record) -> Outcome | str | list[Any] | None:
    raw = record.tool_use_result
    if not bytes(raw):
        return None
    try:
        rich: Outcome | str | list[Any] | None = outcome_decoder.decode(raw)
    except (ValueError, RecursionError):
        return None  # a tool of unknown shape: the block itself still tells the outcome
    return rich


def _failed(reading: Answer, record: Record) -> None:
    text = reading.text
    reading.status = "failed"
    if record.tool_denial_kind is not None:
        reading.denied_by = _DENIAL_KINDS.get(record.tool_denial_kind, "unknown")
    for opening, by in _DENIALS:
        if text.startswith(opening):
            reading.denied_by = by
    if reading.denied_by is not None:
        reading.status = "denied"
        reading.facts["denied_by"] = reading.denied_by
    elif text.startswith(_TOOL_ERROR):
        if text.startswith(_NEVER_RAN, len(_TOOL_ERROR)):
            reading.facts["not_run"] = True
        reading.facts["tool_error"] = True
    elif text.startswith(_INTERRUPTED):
        reading.status = "unknown"
        reading.facts["interrupted"] = True
    elif found := _EXIT.match(text):
        reading.exit_code, reading.exit_source = int(found[1]), "text"


def _returned(reading: Answer, outcome: Outcome) -> None:
    facts = reading.facts
    if outcome.interrupted:
        reading.status = "unknown"
        facts["interrupted"] = True
    if outcome.success is False:
        reading.status = "failed"
    if outcome.return_code_interpretation:
        facts["benign_exit"] = outcome.return_code_interpretation
    if outcome.background_task_id:
        reading.status = "running"
        facts["background_task"] = outcome.background_task_id
    elif outcome.status == "async_launched":
        reading.status = "running"
    if outcome.timed_out_after_ms:
        facts["timed_out"] = True
    if outcome.git_operation:
        facts.update(_git_facts(outcome.git_operation))
    reading.truncated = bool(outcome.persisted_output_path or outcome.truncated or outcome.applied_limit)
    reading.files = _files(outcome)


def _git_facts(operation: Json) -> Json:
    facts: Json = {}
    commit, push, pull = operation.get("commit"), operation.get("push"), operation.get("pr")
    if isinstance(commit, dict):
        facts["commit"] = commit.get("sha")
        facts["commit_kind"] = commit.get("kind")
    if isinstance(push, dict):
        facts["push"] = push.get("branch")
    if isinstance(pull, dict):
        facts["pr"] = pull.get("url") or pull.get("number") or True
        facts["pr_action"] = pull.get("action")
    branch = operation.get("branch")
    if isinstance(branch, dict):
        facts["branch"] = branch.get("ref") or branch.get("name")
        facts["branch_action"] = branch.get("action")
    return {name: value for name, value in facts.items() if value is not None}


def _files(outcome: Outcome) -> tuple[FileChange, ...]:
    if outcome.file is not None and outcome.file.file_path:
        return (FileChange(path=outcome.file.file_path, op="read"),)
    path = outcome.file_path or outcome.notebook_path
    if not path:
        return ()
    if outcome.structured_patch:
        return (FileChange(path=path, op="edit", diff=_unified(outcome.structured_patch)),)
    if outcome.type == "create" and isinstance(outcome.content, str):
        return (FileChange(path=path, op="create", diff=replaced("", outcome.content)),)
    if outcome.old_string is not None and outcome.new_string is not None:
        return (FileChange(path=path, op="edit", diff=replaced(outcome.old_string, outcome.new_string)),)
    if outcome.type == "update" or outcome.notebook_path:
        return (FileChange(path=path, op="edit"),)
    return ()


def _files_of_args(tool: str | None, args: Json) -> tuple[FileChange, ...]:
    """Files of a call whose result has no structured sibling: sub-agents' logs leave it out."""
    path = args.get("file_path") or args.get("notebook_path")
    if not isinstance(path, str):
        return ()
    if tool == "Read":
        return (FileChange(path=path, op="read"),)
    if tool == "Write":
        content = args.get("content")
        return (FileChange(path=path, op="edit", diff=replaced("", content) if isinstance(content, str) else None),)
    if tool not in {"Edit", "MultiEdit", "NotebookEdit"}:
        return ()
    edits = args["edits"] if isinstance(args.get("edits"), list) else [args]
    pairs = [(edit.get("old_string"), edit.get("new_string")) for edit in edits if isinstance(edit, dict)]
    hunks = [replaced(old, new) for old, new in pairs if isinstance(old, str) and isinstance(new, str)]
    return (FileChange(path=path, op="edit", diff="\n".join(hunks) or None),)


def _unified(hunks: list[Hunk]) -> str:
    lines: list[str] = []
    for hunk in hunks:
        lines.append(f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@")
        lines += hunk.lines
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification that a background task has ended."""

    task: str
    call: str | None
    status: ResultStatus
    text: str
    exit_code: int | None


_HEAD = 16_384
_TAGS = {
    name: re.compile(rf"<{name}>([^<]{{0,4096}})</{name}>")
    for name in ("task-id", "tool-use-id", "status", "summary", "output-file")
}


def read_notice(text: str) -> Notice | None:
    """Read `<task-notification>…`; None when `text` is none, or names no task.

    The tags are read from the head, before `<result>`, which is the task's own text and may hold tags of its own.
    """
    if not text.startswith("<task-notification>"):
        return None
    head, _, rest = text.partition("<result>")
    head = head[:_HEAD]
    tags = {name: found[1] for name, pattern in _TAGS.items() if (found := pattern.search(head))}
    if "task-id" not in tags:
        return None
    code = _NOTICE_EXIT.search(tags.get("summary", ""))
    return Notice(
        task=tags["task-id"],
        call=tags.get("tool-use-id"),
        status=_TASK_STATES.get(tags.get("status", ""), "unknown"),
        text=rest.rpartition("</result>")[0] or tags.get("summary", ""),
        exit_code=int(code[1]) if code else None,
    )


_OUTPUT = re.compile(r"/([\w-]{2,64})\.output\b")
_SHOWS = re.compile(
    r"""\s*(?:sleep \d{1,5}\s*(?:;|&&)\s*)?(?:cat|tail|head)\s[^;&|\n<>]*/[\w-]{2,64}\.output["']?\s*"""
    r"""(?:2>&1\s*)?(?:\|\s*(?:tail|head)\b[^;&|\n<>]*)?"""
)
"""A command that prints the file to which a background task writes, and nothing else."""
_NUMBERED = re.compile(r"^ *\d+[\t→]", re.MULTILINE)


def read_output(args: Json) -> str | None:
    """Return the id of the background task whose output a call reads: the program names the file after the task."""
    path, command = args.get("file_path"), args.get("command")
    if isinstance(command, str):
        path = command if _SHOWS.fullmatch(command) else None
    found = _OUTPUT.search(path) if isinstance(path, str) else None
    return found[1] if found else None


def without_numbers(text: str) -> str:
    """Take the line numbers off that the tool which reads files puts before each line."""
    return _NUMBERED.sub("", text)


def read_polled(outcome: Outcome | None, reading: Answer) -> str | None:
    """Read a result that tells of a background task: give the task's id, and make its outcome the reading's."""
    if outcome is None:
        return None
    if outcome.task is not None and outcome.task.task_id is not None:
        task, state, code = outcome.task.task_id, outcome.task.status, outcome.task.exit_code
    elif outcome.shell_id is not None:
        task, state, code = outcome.shell_id, outcome.status, outcome.exit_code
    else:
        return None
    reading.status = _TASK_STATES.get(state or "", "unknown")
    reading.exit_code, reading.exit_source = code, "none"
    if code is not None:
        reading.exit_source = "structured"
        if code != 0:
            reading.status = "failed"
    return task
