"""Writers of real log formats: each appends one scene to one file, a record at a time, as the real agent does.

Shapes: Claude Code and Codex session files, Chat Completions messages as in-house agents log them, and the
`assure` format of `ingest/adapters/ASSURE.md`.
"""

from __future__ import annotations

import difflib
import json
import random
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from assure_tui.app.demo.coding import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from assure_tui.app.demo.script import Call, LogFormat


class Writer(Protocol):
    """Appends what happens in one scene to its log file."""

    path: Path

    def user(self, text: str, now: float) -> None:
        """The user says something."""

    def say(self, text: str, now: float, *, final: bool) -> None:
        """The agent says something."""

    def call(self, call: Call, call_id: str, now: float) -> None:
        """The agent calls a tool."""

    def result(self, call: Call, call_id: str, now: float) -> None:
        """The call comes back."""


class _Jsonl:
    """What all writers share: one JSON object a line, complete and flushed when the method returns."""

    def __init__(self, path: Path, ids: random.Random) -> None:
        self.path = path
        self.ids = ids
        path.parent.mkdir(parents=True, exist_ok=True)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.ids.getrandbits(128), version=4))

    def write(self, record: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


class ChatWriter(_Jsonl):
    """Chat Completions messages, one a line, with a time stamp beside each."""

    def __init__(self, root: Path, ids: random.Random) -> None:
        super().__init__(root / "support-logs" / f"chat-{ids.getrandbits(40):010x}.jsonl", ids)

    def user(self, text: str, now: float) -> None:
        self.write({"role": "user", "content": text, "timestamp": _iso(now)})

    def say(self, text: str, now: float, *, final: bool) -> None:
        del final
        self.write({"role": "assistant", "content": text, "timestamp": _iso(now)})

    def call(self, call: Call, call_id: str, now: float) -> None:
        function = {"name": call.tool, "arguments": json.dumps(call.args)}
        calls = [{"id": call_id, "type": "function", "function": function}]
        self.write({"role": "assistant", "content": None, "tool_calls": calls, "timestamp": _iso(now)})

    def result(self, call: Call, call_id: str, now: float) -> None:
        record = {"role": "tool", "tool_call_id": call_id, "content": call.returns, "timestamp": _iso(now)}
        self.write(record | ({"is_error": True} if call.failed else {}))


class AssureWriter(_Jsonl):
    """The `assure` event format."""

    def __init__(self, root: Path, ids: random.Random) -> None:
        super().__init__(root / "support-logs" / f"session-{ids.getrandbits(40):010x}.jsonl", ids)
        self._started = False
        self._session = self.uuid()

    def user(self, text: str, now: float) -> None:
        if not self._started:
            self._started = True
            self.write(
                {"type": "session", "format": "assure/1", "id": self._session, "agent": "support", "time": _iso(now)}
            )
        self.write({"type": "user", "text": text, "time": _iso(now)})

    def say(self, text: str, now: float, *, final: bool) -> None:
        self.write({"type": "report" if final else "agent", "text": text, "time": _iso(now)})

    def call(self, call: Call, call_id: str, now: float) -> None:
        self.write({"type": "tool_call", "call_id": call_id, "tool": call.tool, "args": call.args, "time": _iso(now)})

    def result(self, call: Call, call_id: str, now: float) -> None:
        status = "failed" if call.failed else "succeeded"
        self.write(
            {"type": "tool_result", "call_id": call_id, "status": status, "text": call.returns, "time": _iso(now)}
        )


class ClaudeCodeWriter(_Jsonl):
    """A Claude Code session file."""

    def __init__(self, root: Path, ids: random.Random, folder: str = REPOSITORY) -> None:
        self.folder = folder
        session = str(uuid.UUID(int=ids.getrandbits(128), version=4))
        super().__init__(root / "claude" / "projects" / self.folder.replace("/", "-") / f"{session}.jsonl", ids)
        self.session = session
        self._parent: str | None = None

    def user(self, text: str, now: float) -> None:
        self._write("user", {"message": {"role": "user", "content": text}}, now)

    def say(self, text: str, now: float, *, final: bool) -> None:
        self._assistant({"type": "text", "text": text}, now, stop="end_turn" if final else None)
        if final:
            self._write("system", {"subtype": "turn_duration", "durationMs": 21000, "isMeta": False}, now)

    def call(self, call: Call, call_id: str, now: float) -> None:
        args = dict(call.args)
        if call.patch:
            args |= {"old_string": call.patch[0], "new_string": call.patch[1], "replace_all": False}
        self._assistant({"type": "tool_use", "id": call_id, "name": call.tool, "input": args}, now, stop="tool_use")

    def result(self, call: Call, call_id: str, now: float) -> None:
        content = call.returns or f"The file {call.args.get('file_path', '')} has been updated."
        detail: Any = {"stdout": content, "stderr": "", "interrupted": False, "isImage": False}
        if call.exit_code:
            content = f"Exit code {call.exit_code}\n{content}"
            detail = f"Error: {content}"
        elif call.patch:
            detail = {
                "filePath": call.args["file_path"],
                "oldString": call.patch[0],
                "newString": call.patch[1],
                "originalFile": None,
                "structuredPatch": [_hunk(*call.patch)],
                "userModified": False,
                "replaceAll": False,
            }
        elif "file_path" in call.args:
            text = {"filePath": call.args["file_path"], "content": call.returns}
            detail = {"type": "text", "file": text}
        block: dict[str, Any] = {"tool_use_id": call_id, "type": "tool_result", "content": content}
        if call.exit_code or call.failed:
            block["is_error"] = True
        self._write("user", {"message": {"role": "user", "content": [block]}, "toolUseResult": detail}, now)

    def refused(self, call_id: str, reason: str, now: float) -> None:
        """The hook refused the call: it comes back as an error, and was not made."""
        block = {"tool_use_id": call_id, "type": "tool_result", "content": reason, "is_error": True}
        body = {"message": {"role": "user", "content": [block]}, "toolUseResult": f"Error: {reason}"}
        self._write("user", body | {"toolDenialKind": "hook"}, now)

    def _assistant(self, block: dict[str, Any], now: float, *, stop: str | None) -> None:
        message = {
            "id": f"msg_{self.ids.getrandbits(64):016x}",
            "type": "message",
            "role": "assistant",
            "model": "claude-demo-1",
            "content": [block],
            "stop_reason": stop,
            "usage": {"input_tokens": 812, "output_tokens": 64},
        }
        self._write("assistant", {"message": message, "requestId": f"req_{self.ids.getrandbits(64):016x}"}, now)

    def _write(self, kind: str, body: dict[str, Any], now: float) -> None:
        record = {
            "parentUuid": self._parent,
            "isSidechain": False,
            "userType": "external",
            "cwd": self.folder,
            "sessionId": self.session,
            "version": "2.1.205",
            "gitBranch": "main",
            "type": kind,
            **body,
            "uuid": self.uuid(),
            "timestamp": _iso(now),
        }
        self._parent = record["uuid"]
        self.write(record)


class CodexWriter(_Jsonl):
    """A Codex rollout file."""

    def __init__(self, root: Path, ids: random.Random) -> None:
        now = datetime.now(UTC)
        session = str(uuid.UUID(int=ids.getrandbits(128), version=4))
        name = f"rollout-{now:%Y-%m-%dT%H-%M-%S}-{session}.jsonl"
        super().__init__(root / "codex" / "sessions" / f"{now:%Y/%m/%d}" / name, ids)
        self.session = session
        self._turn = self.uuid()

    def user(self, text: str, now: float) -> None:
        meta = {"id": self.session, "timestamp": _iso(now), "cwd": REPOSITORY, "originator": "codex_cli_rs"}
        self._write("session_meta", meta | {"cli_version": "0.142.0", "source": "cli", "model_provider": "demo"}, now)
        context = {"turn_id": self._turn, "cwd": REPOSITORY, "approval_policy": "on-request", "model": "codex-demo-1"}
        self._write("turn_context", context | {"sandbox_policy": {"type": "workspace-write"}}, now)
        self._write("event_msg", {"type": "task_started", "turn_id": self._turn}, now)
        self._item({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}, now)
        self._write("event_msg", {"type": "user_message", "message": text, "images": []}, now)

    def say(self, text: str, now: float, *, final: bool) -> None:
        phase = "final_answer" if final else "commentary"
        content = [{"type": "output_text", "text": text}]
        self._write("event_msg", {"type": "agent_message", "message": text, "phase": phase}, now)
        self._item({"type": "message", "role": "assistant", "content": content, "phase": phase}, now)
        if final:
            done = {"type": "task_complete", "turn_id": self._turn, "last_agent_message": text}
            self._write("event_msg", done, now)

    def call(self, call: Call, call_id: str, now: float) -> None:
        if call.patch:
            body = {"type": "custom_tool_call", "status": "completed", "name": "apply_patch", "input": _patch(call)}
            self._item(body | {"call_id": call_id}, now)
            return
        arguments = json.dumps({"command": ["bash", "-lc", call.args["command"]], "workdir": REPOSITORY})
        self._item({"type": "function_call", "name": "shell", "arguments": arguments, "call_id": call_id}, now)

    def result(self, call: Call, call_id: str, now: float) -> None:
        code = call.exit_code or 0
        output = f"Exit code: {code}\nWall time: {call.takes:.1f} seconds\nOutput:\n{call.returns}"
        if call.patch:
            path = f"{REPOSITORY}/{call.args['path']}"
            changes = {path: {"type": "update", "unified_diff": _unified(*call.patch), "move_path": None}}
            self._write(
                "event_msg",
                {"type": "patch_apply_end", "call_id": call_id, "success": True, "stdout": "Done", "changes": changes},
                now,
            )
            self._item({"type": "custom_tool_call_output", "call_id": call_id, "output": output}, now)
            return
        self._item({"type": "function_call_output", "call_id": call_id, "output": output}, now)

    def _item(self, payload: dict[str, Any], now: float) -> None:
        self._write("response_item", payload, now)

    def _write(self, kind: str, payload: dict[str, Any], now: float) -> None:
        self.write({"timestamp": _iso(now), "type": kind, "payload": payload})


WRITERS: dict[LogFormat, type[ChatWriter | AssureWriter | ClaudeCodeWriter | CodexWriter]] = {
    "openai-chat": ChatWriter,
    "assure": AssureWriter,
    "claude-code": ClaudeCodeWriter,
    "codex": CodexWriter,
}


def _iso(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _hunk(old: str, new: str) -> dict[str, Any]:
    lines = _unified(old, new).splitlines()[1:]
    count = [len(text.splitlines()) for text in (old, new)]
    return {"oldStart": 1, "oldLines": count[0], "newStart": 1, "newLines": count[1], "lines": lines}


def _unified(old: str, new: str) -> str:
    """The hunks of the unified diff, without the two lines that name the files."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm=""))
    return "\n".join(lines[2:])


def _patch(call: Call) -> str:
    old, new = call.patch or ("", "")
    lines = [line for line in _unified(old, new).splitlines() if not line.startswith("@@")]
    return "\n".join(["*** Begin Patch", f"*** Update File: {call.args['path']}", "@@", *lines, "*** End Patch"])
