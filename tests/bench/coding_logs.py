"""The logs that three agents would have written of a coding session: Claude Code, Codex and Pi (FORMATS.md 1, 2, 7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from coding_sessions import Session, Step

_START = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
_ARROW = "\n===>\n"


class _Log:
    """Lines of a log under way: its clock, and ids that depend on nothing but the session's name."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lines: list[dict[str, Any]] = []
        self.count = 0
        self.background = ""

    def id(self, what: str = "") -> str:
        self.count += 1
        return sha256(f"{self.session.name}{what}{self.count}".encode()).hexdigest()

    def uuid(self, what: str = "") -> str:
        digest = self.id(what)
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"

    def time(self) -> str:
        return (
            (_START + timedelta(seconds=11 * len(self.lines))).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )

    def path(self, path: str) -> str:
        """Give a path as agents write it: absolute, in the manner of the machine."""
        if path.startswith(("/", "C:", "D:")):
            return path
        slash = "\\" if "\\" in self.session.cwd else "/"
        return self.session.cwd + slash + path.replace("/", slash)


def _parts(step: Step) -> tuple[str, str]:
    path, _, text = step.text.partition("\n")
    return path.strip(), text


def _change(text: str) -> tuple[str, str]:
    old, arrow, new = f"\n{text}".partition(_ARROW)
    return (old.removeprefix("\n"), new) if arrow else ("", text)


class _Claude(_Log):
    def line(self, kind: str, **more: Any) -> None:
        parent = self.lines[-1]["uuid"] if self.lines else None
        self.lines.append(
            {
                "parentUuid": parent,
                "isSidechain": False,
                "userType": "external",
                "entrypoint": "cli",
                "cwd": self.session.cwd,
                "sessionId": self.uuid_of_session,
                "version": "2.1.198",
                "gitBranch": "work",
                "type": kind,
                **more,
                "uuid": self.uuid(),
                "timestamp": self.time(),
            }
        )

    @property
    def uuid_of_session(self) -> str:
        digest = sha256(self.session.name.encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-b{digest[17:20]}-{digest[20:32]}"

    def said(self, block: dict[str, Any], stop: str | None) -> None:
        message = {
            "model": "claude-opus-4-8",
            "id": f"msg_{self.id()[:22]}",
            "type": "message",
            "role": "assistant",
            "content": [block],
            "stop_reason": stop,
            "usage": {"input_tokens": 6, "output_tokens": 120},
        }
        self.line("assistant", message=message, requestId=f"req_{self.id()[:22]}")

    def user(self, text: str, **more: Any) -> None:
        self.line("user", message={"role": "user", "content": text}, **more)

    def call(self, tool: str, given: dict[str, Any], text: str, found: Any, error: bool = False) -> None:
        call = f"toolu_{self.id()[:22]}"
        self.said({"type": "tool_use", "id": call, "name": tool, "input": given}, "tool_use")
        answer = {"tool_use_id": call, "type": "tool_result", "content": text, "is_error": error}
        self.line("user", message={"role": "user", "content": [answer]}, toolUseResult=found)

    def shell(self, command: str, text: str, code: int) -> None:
        tool = "PowerShell" if "\\" in self.session.cwd else "Bash"
        given = {"command": command, "description": "Run a command"}
        if code:
            text = f"Exit code {code}\n{text}"
            self.call(tool, given, text, f"Error: {text}", error=True)
        else:
            found = {"stdout": text, "stderr": "", "interrupted": False, "isImage": False, "noOutputExpected": False}
            self.call(tool, given, text or "(Bash completed with no output)", found)

    def step(self, step: Step, *, last: bool) -> None:
        result = step.result or ""
        match step.mark:
            case "U":
                self.user(step.text, promptSource="typed", permissionMode="acceptEdits")
            case "A":
                self.said({"type": "text", "text": step.text}, "end_turn" if last else None)
            case "$":
                self.shell(step.text, result, step.code)
            case "&":
                self.background = f"b{self.id()[:8]}"
                path = f"/tmp/claude-1000/tasks/{self.background}.output"
                text = f"Command running in background with ID: {self.background}. Output is being written to: {path}"
                given = {"command": step.text, "description": "Run in the background", "run_in_background": True}
                found = {
                    "stdout": "",
                    "stderr": "",
                    "interrupted": False,
                    "isImage": False,
                    "backgroundTaskId": self.background,
                }
                self.call("Bash", given, text, found)
            case ".":
                self.ended(result, step.code)
            case "+":
                path, text = _parts(step)
                path = self.path(path)
                answer = f"File created successfully at: {path}"
                found = {
                    "type": "create",
                    "filePath": path,
                    "content": text,
                    "structuredPatch": [],
                    "originalFile": None,
                }
                self.call("Write", {"file_path": path, "content": text}, answer, found)
            case "~":
                self.edit(step)
            case "?":
                path, shown = self.path(step.text), result.split("\n")
                numbered = "\n".join(f"{at:>6}\t{line}" for at, line in enumerate(shown, 1))
                file = {
                    "filePath": path,
                    "content": result,
                    "numLines": len(shown),
                    "startLine": 1,
                    "totalLines": len(shown),
                }
                self.call("Read", {"file_path": path}, numbered, {"type": "text", "file": file})
            case _:
                tool, _, args = step.text.partition(" ")
                told: Any = [{"type": "text", "text": result}] if tool.startswith("mcp__") else {"content": result}
                self.call(tool, json.loads(args or "{}"), result, told, error=bool(step.code))

    def edit(self, step: Step) -> None:
        path, text = _parts(step)
        path, (old, new) = self.path(path), _change(text)
        was, now = old.split("\n"), new.split("\n")
        lines = [*(f"-{line}" for line in was), *(f"+{line}" for line in now)]
        hunk = {"oldStart": 12, "oldLines": len(was), "newStart": 12, "newLines": len(now), "lines": lines}
        given = {"file_path": path, "old_string": old, "new_string": new, "replace_all": False}
        found = {
            "filePath": path,
            "oldString": old,
            "newString": new,
            "originalFile": None,
            "structuredPatch": [hunk],
            "userModified": False,
            "replaceAll": False,
        }
        self.call("Edit", given, f"The file {path} has been updated successfully.", found)

    def ended(self, output: str, code: int) -> None:
        status = "failed" if code else "completed"
        path = f"/tmp/claude-1000/tasks/{self.background}.output"
        self.user(
            f"<task-notification>\n<task-id>{self.background}</task-id>\n<output-file>{path}</output-file>\n"
            f'<status>{status}</status>\n<summary>Background command "Run in the background" {status} '
            f"(exit code {code})</summary>\n</task-notification>",
            origin={"kind": "task-notification"},
        )
        text = (
            f"<retrieval_status>success</retrieval_status>\n\n<task_id>{self.background}</task_id>\n\n<task_type>local_bash</task_type>\n\n"
            f"<status>{status}</status>\n\n<exit_code>{code}</exit_code>\n\n<output>\n{output}\n</output>"
        )
        task = {
            "task_id": self.background,
            "task_type": "local_bash",
            "status": status,
            "output": output,
            "exitCode": code,
        }
        given = {"task_id": self.background, "block": True, "timeout": 30000}
        self.call("TaskOutput", given, text, {"retrieval_status": "success", "task": task})


class _Codex(_Log):
    def line(self, kind: str, payload: dict[str, Any]) -> None:
        self.lines.append({"timestamp": self.time(), "type": kind, "payload": payload})

    def said(self, role: str, text: str, phase: str = "") -> None:
        content = [{"type": "input_text" if role == "user" else "output_text", "text": text}]
        if role == "user":
            self.line("response_item", {"type": "message", "role": "user", "content": content})
            self.line("event_msg", {"type": "user_message", "message": text, "images": []})
            return
        self.line("event_msg", {"type": "agent_message", "message": text, "phase": phase})
        self.line("response_item", {"type": "message", "role": "assistant", "content": content, "phase": phase})

    def call(self, name: str, given: dict[str, Any], output: str) -> None:
        call = f"call_{self.id()[:22]}"
        self.line(
            "response_item", {"type": "function_call", "name": name, "arguments": json.dumps(given), "call_id": call}
        )
        self.line("response_item", {"type": "function_call_output", "call_id": call, "output": output})

    def patch(self, body: str, told: str, changes: dict[str, Any]) -> None:
        call, text = f"call_{self.id()[:22]}", f"Success. Updated the following files:\n{told}\n"
        given = f"*** Begin Patch\n{body}\n*** End Patch\n"
        self.line(
            "response_item",
            {"type": "custom_tool_call", "status": "completed", "call_id": call, "name": "apply_patch", "input": given},
        )
        end = {
            "type": "patch_apply_end",
            "call_id": call,
            "turn_id": "turn-1",
            "stdout": text,
            "stderr": "",
            "success": True,
        }
        self.line("event_msg", end | {"changes": changes, "status": "completed"})
        output = f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{text}"
        self.line("response_item", {"type": "custom_tool_call_output", "call_id": call, "output": output})

    def step(self, step: Step, *, last: bool) -> None:
        result = step.result or ""
        frame = f"Chunk ID: {self.id()[:6]}\nWall time: 1.3042 seconds\n"
        ended = (
            f"{frame}Process exited with code {step.code}\nOriginal token count: {len(result) // 4}\nOutput:\n{result}"
        )
        match step.mark:
            case "U":
                self.said("user", step.text)
            case "A":
                self.said("assistant", step.text, "final_answer" if last else "commentary")
            case "$" | "?":
                command = step.text if step.mark == "$" else f"sed -n '1,200p' {step.text}"
                self.call("exec_command", {"cmd": command, "workdir": self.session.cwd}, ended)
            case "&":
                self.background = str(10_000 + int(self.id()[:4], 16))
                running = (
                    f"{frame}Process running with session ID {self.background}\nOriginal token count: 0\nOutput:\n"
                )
                self.call(
                    "exec_command", {"cmd": step.text, "workdir": self.session.cwd, "yield_time_ms": 10_000}, running
                )
            case ".":
                self.call(
                    "write_stdin", {"session_id": int(self.background), "chars": "", "yield_time_ms": 60_000}, ended
                )
            case "+":
                path, text = _parts(step)
                body = "\n".join(f"+{line}" for line in text.split("\n"))
                full = self.path(path)
                self.patch(f"*** Add File: {path}\n{body}", f"A {full}", {full: {"type": "add", "content": text}})
            case "~":
                path, text = _parts(step)
                old, new = _change(text)
                lines = [*(f"-{line}" for line in old.split("\n")), *(f"+{line}" for line in new.split("\n"))]
                body, full = "\n".join(lines), self.path(path)
                changes = {full: {"type": "update", "unified_diff": f"@@ -12 +12 @@\n{body}\n", "move_path": None}}
                self.patch(f"*** Update File: {path}\n@@\n{body}", f"M {full}", changes)
            case _:
                tool, _, args = step.text.partition(" ")
                self.call(tool, json.loads(args or "{}"), f"Wall time: 0.8 seconds\nOutput:\n{result}")

    def open(self) -> None:
        own = self.uuid()
        self.line(
            "session_meta",
            {
                "id": own,
                "session_id": own,
                "timestamp": self.time(),
                "cwd": self.session.cwd,
                "originator": "codex-tui",
                "cli_version": "0.142.2",
                "source": "cli",
                "thread_source": "user",
                "model_provider": "openai",
            },
        )
        self.line(
            "turn_context",
            {
                "turn_id": "turn-1",
                "cwd": self.session.cwd,
                "approval_policy": "never",
                "model": "gpt-5.5",
                "sandbox_policy": {"type": "danger-full-access"},
            },
        )


class _Pi(_Log):
    def line(self, message: dict[str, Any]) -> None:
        parent = self.lines[-1]["id"] if self.lines else None
        self.lines.append(
            {"type": "message", "id": self.id()[:8], "parentId": parent, "timestamp": self.time(), "message": message}
        )

    def call(self, tool: str, given: dict[str, Any], text: str, *, error: bool = False, **more: Any) -> None:
        call = f"call_{self.id()[:22]}"
        block = {"type": "toolCall", "id": call, "name": tool, "arguments": given}
        self.line(
            {
                "role": "assistant",
                "content": [block],
                "provider": "openai-codex",
                "model": "gpt-5.5",
                "stopReason": "toolUse",
            }
        )
        content = [{"type": "text", "text": text}]
        self.line(
            {"role": "toolResult", "toolCallId": call, "toolName": tool, "content": content, "isError": error, **more}
        )

    def step(self, step: Step, *, last: bool) -> None:
        result = step.result or ""
        match step.mark:
            case "U":
                self.line({"role": "user", "content": [{"type": "text", "text": step.text}]})
            case "A":
                stop = "stop" if last else "toolUse"
                self.line(
                    {
                        "role": "assistant",
                        "content": [{"type": "text", "text": step.text}],
                        "model": "gpt-5.5",
                        "stopReason": stop,
                    }
                )
            case "$" | "&" | ".":
                text = f"{result}\n\nCommand exited with code {step.code}" if step.code else result or "(no output)"
                self.call("bash", {"command": step.text}, text, error=bool(step.code))
            case "+":
                path, text = _parts(step)
                given = {"path": path, "content": text}
                self.call("write", given, f"Successfully wrote {len(text)} bytes to {path}")
            case "~":
                path, text = _parts(step)
                old, new = _change(text)
                diff = "\n".join(
                    [*(f"-12 {line}" for line in old.split("\n")), *(f"+12 {line}" for line in new.split("\n"))]
                )
                given = {"path": path, "oldText": old, "newText": new}
                self.call("edit", given, f"Successfully replaced text in {path}.", details={"diff": diff})
            case "?":
                self.call("read", {"path": step.text}, result)
            case _:
                tool, _, args = step.text.partition(" ")
                self.call(tool, json.loads(args or "{}"), result, error=bool(step.code))

    def open(self) -> None:
        head = {"type": "session", "version": 3, "id": self.uuid(), "timestamp": self.time(), "cwd": self.session.cwd}
        self.lines.append(head)


FOLDERS = {"claude": "claude-code", "codex": "codex", "pi": "pi"}
"""Agents, and the folders that hold their logs."""
_LOGS: dict[str, Callable[[Session], _Claude | _Codex | _Pi]] = {"claude": _Claude, "codex": _Codex, "pi": _Pi}


def log(session: Session) -> str:
    """Give a session as the JSON lines that its agent writes."""
    made = _LOGS[session.agent](session)
    if not isinstance(made, _Claude):
        made.open()
    for at, step in enumerate(session.steps):
        made.step(step, last=at + 1 == len(session.steps) or session.steps[at + 1].mark == "U")
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in made.lines)
