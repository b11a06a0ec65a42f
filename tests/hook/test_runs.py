"""A decision stands under the run that the agent's log has, so that both are seen together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assure_tui.app.desk.gated import Request
from assure_tui.app.hook.judge import run_of
from assure_tui.ingest.reader import open_source

TIME = "2026-08-03T10:00:00.000Z"
SESSION = "019f03e0-321f-7eb2-83cc-b54ecd71be23"
LOGS: dict[str, tuple[str, dict[str, Any]]] = {
    "claude-code": (
        f"{SESSION}.jsonl",
        {
            "type": "user", "uuid": "u1", "parentUuid": None, "sessionId": SESSION, "isSidechain": False, "cwd": "/srv",
            "version": "2.1.205", "timestamp": TIME, "message": {"role": "user", "content": "Hello."},
        },
    ),
    "codex": (
        f"rollout-2026-08-03T10-00-00-{SESSION}.jsonl",
        {
            "timestamp": TIME, "type": "session_meta",
            "payload": {"id": SESSION, "timestamp": TIME, "cwd": "/srv", "cli_version": "0.142.0"},
        },
    ),
    "gemini-cli": (
        "session-2026-08-03T10-00-019f03e0.jsonl",
        {"sessionId": SESSION, "projectHash": "ab", "startTime": TIME, "lastUpdated": TIME, "kind": "main"},
    ),
    "copilot-cli": (
        "events.jsonl",
        {
            "type": "session.start", "id": "e1", "timestamp": TIME, "parentId": None,
            "data": {"sessionId": SESSION, "version": 1, "producer": "copilot-agent", "copilotVersion": "1.0.70",
                     "startTime": TIME, "context": {"cwd": "/srv"}},
        },
    ),
    "generic": ("any.jsonl", {"type": "session", "format": "assure/1", "id": SESSION, "time": TIME}),
}  # fmt: skip


@pytest.mark.parametrize("agent", LOGS)
@pytest.mark.parametrize("named", [True, False], ids=["log named", "log not named"])
def test_the_run_of_a_request_is_the_run_of_its_log(agent: str, named: bool, tmp_path: Path) -> None:
    name, record = LOGS[agent]
    path = tmp_path / name
    path.write_text(json.dumps(record) + "\n")
    (run,) = {event.run for event in open_source(path).read().events}
    request = Request(agent=agent, event="call", session=SESSION, transcript=str(path) if named else "")
    assert run_of(request) == run
