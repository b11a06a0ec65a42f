"""Requests in the agents' own forms, and a way to call the hook as an agent does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assure_tui.app.desk.paths import Home
from assure_tui.app.hook.place import socket_path
from assure_tui.ledger.store import Ledger

CLAUDE = {
    "session_id": "5f0c1d7e-0a67-4c3e-9a51-1c2d3e4f5a6b",
    "transcript_path": "",
    "cwd": "/srv/shop",
    "permission_mode": "default",
    "hook_event_name": "PreToolUse",
    "tool_name": "Bash",
    "tool_input": {"command": "git status", "description": "Show the state"},
    "tool_use_id": "toolu_01A",
}
CODEX = {
    "session_id": "019f03e0-321f-7eb2-83cc-b54ecd71be23",
    "turn_id": "turn-1",
    "transcript_path": None,
    "cwd": "/srv/shop",
    "hook_event_name": "PreToolUse",
    "model": "gpt-x-codex",
    "permission_mode": "default",
    "tool_name": "Bash",
    "tool_input": {"command": "git status"},
    "tool_use_id": "call_9",
}
GEMINI = {
    "session_id": "c1f2",
    "transcript_path": "",
    "cwd": "/srv/shop",
    "hook_event_name": "BeforeTool",
    "timestamp": "2026-11-20T10:00:00.000Z",
    "tool_name": "run_shell_command",
    "tool_input": {"command": "git status", "description": "Show the state"},
}
COPILOT = {
    "sessionId": "7d2a",
    "timestamp": 1763632800000,
    "cwd": "/srv/shop",
    "toolName": "bash",
    "toolArgs": '{"command": "git status", "description": "Show the state"}',
}
GENERIC = {"event": "call", "session": "g1", "call_id": "k1", "tool": "bash", "args": {"command": "git status"}}
PAYLOADS = {"claude-code": CLAUDE, "codex": CODEX, "gemini-cli": GEMINI, "copilot-cli": COPILOT, "generic": GENERIC}


@pytest.fixture
def asking() -> Callable[..., dict[str, Any]]:
    """Makes a request of an agent to run a shell command, in the agent's own form."""

    def make(agent: str, command: str, **more: Any) -> dict[str, Any]:
        payload = PAYLOADS[agent] | more
        if agent == "copilot-cli":
            return payload | {"toolArgs": json.dumps({"command": command})}
        name = "args" if agent == "generic" else "tool_input"
        return payload | {name: {"command": command}}

    return make


class Log:
    """A Claude Code session file, written record by record."""

    def __init__(self, folder: Path, session: str) -> None:
        self.path = folder / f"{session}.jsonl"
        self.session = session
        self.number = 0

    def _write(self, kind: str, message: dict[str, Any] | None = None, **more: Any) -> None:
        self.number += 1
        record = {
            "parentUuid": None,
            "isSidechain": False,
            "userType": "external",
            "cwd": "/srv/shop",
            "sessionId": self.session,
            "version": "2.1.205",
            "gitBranch": "main",
            "type": kind,
            "uuid": f"u{self.number}",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **more,
        }
        if message is not None:
            record["message"] = message
        with self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")

    def user(self, text: str) -> None:
        self._write("user", {"role": "user", "content": text})

    def feedback(self, text: str) -> None:
        self._write("user", {"role": "user", "content": f"Stop hook feedback:\n{text}"}, isMeta=True)

    def runs(self, command: str, output: str = "", code: int = 0, *, call: str = "") -> None:
        call = call or f"toolu_{self.number}"
        block = {"type": "tool_use", "id": call, "name": "Bash", "input": {"command": command}}
        self._assistant(block, "tool_use")
        text = f"Exit code {code}\n{output}" if code else output
        result = {"tool_use_id": call, "type": "tool_result", "content": text, "is_error": bool(code)}
        detail: Any = f"Error: {text}" if code else {"stdout": output, "stderr": "", "interrupted": False}
        self._write("user", {"role": "user", "content": [result]}, toolUseResult=detail)

    def edits(self, path: str) -> None:
        call = f"toolu_{self.number}"
        args = {"file_path": path, "old_string": "a", "new_string": "b", "replace_all": False}
        self._assistant({"type": "tool_use", "id": call, "name": "Edit", "input": args}, "tool_use")
        result = {"tool_use_id": call, "type": "tool_result", "content": f"The file {path} has been updated."}
        self._write("user", {"role": "user", "content": [result]})

    def says(self, text: str) -> None:
        self._assistant({"type": "text", "text": text}, "end_turn")

    def _assistant(self, block: dict[str, Any], stop: str) -> None:
        message = {
            "id": f"msg_{self.number}",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [block],
            "stop_reason": stop,
        }
        self._write("assistant", message)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    folder = tmp_path / "logs"
    folder.mkdir(exist_ok=True)
    return Log(folder, "0b6f3c9e-51ab-4b0e-9d0e-6f0b1f6f2a11")


PATIENCE = 120.0
PATIENT = (sys.executable, "-P", str(Path(__file__).with_name("patient.py")))
Hook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.under(tmp_path / "home")


@pytest.fixture
def hook(tmp_path: Path, home: Home) -> Hook:
    at = home

    def run(
        agent: str,
        payload: object,
        by: Sequence[str] = (),
        home: Home = at,
        limits: Sequence[str] = (),
        **options: Any,
    ) -> subprocess.CompletedProcess[str]:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        words = [*by, *PATIENT, *limits, "hook", agent]
        done = subprocess.run(
            words,
            input=data,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env=_environment(tmp_path, home),
            **options,
        )
        return subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def _environment(folder: Path, home: Home) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "ASSURE_TUI_HOME": str(home.config.parent), "HOME": str(folder)}


def _start_recorder(folder: Path, home: Home, *logs: Path) -> subprocess.Popen[bytes]:
    """Start a workstation without a screen, and wait until it listens."""
    recorder = subprocess.Popen(
        [sys.executable, "-P", "-m", "assure_tui.app", "record", *map(str, logs)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(folder, home),
    )
    deadline = time.monotonic() + PATIENCE
    while not Path(socket_path(str(home.hook))).exists():
        assert recorder.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return recorder


@pytest.fixture
def workstation(tmp_path: Path, home: Home) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "logs").mkdir(exist_ok=True)
    recorder = _start_recorder(tmp_path, home, tmp_path / "logs")
    yield recorder
    if recorder.poll() is None:
        os.kill(recorder.pid, signal.SIGTERM)
        recorder.wait(PATIENCE)


@pytest.fixture
def entries(home: Home) -> Callable[..., list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Gives clear part and content of the ledger's entries of some kinds."""

    def read(*kinds: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        ledger = Ledger.open(home.ledger, pins=home.pins, keys=home.keys, read_only=True)
        found = []
        for index, entry in enumerate(ledger.entries()):
            if entry.kind in kinds:
                content = ledger.content(index)
                found.append((entry.clear, content if isinstance(content, dict) else {}))
        return found

    return read
