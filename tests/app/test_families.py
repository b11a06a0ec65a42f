"""A session and its sub-agents, whose logs stand in a folder of the session's name, are checked together."""

from __future__ import annotations

import json
from pathlib import Path

from assure_tui.app.desk.batch import Batch

SESSION = "5f0c6f0e-1111-4222-8333-444444444444"


def record(number: int, role: str, content: object, **more: object) -> str:
    return json.dumps({
        "type": role, "uuid": f"{number:08d}-0000-4000-8000-000000000000", "sessionId": SESSION, "cwd": "/shop",
        "timestamp": f"2026-03-01T10:00:{number:02d}.000Z", "version": "2.1.0", "isSidechain": "agentId" in more,
        "message": {"role": role, "content": content}, **more,
    }) + "\n"  # fmt: skip


def call(number: int, name: str, given: dict[str, object], **more: object) -> str:
    block = {"type": "tool_use", "id": f"t{number}", "name": name, "input": given}
    return record(number, "assistant", [block], **more)


def result(number: int, of: int, text: str, *, failed: bool = False, **more: object) -> str:
    block = {"type": "tool_result", "tool_use_id": f"t{of}", "content": text, "is_error": failed}
    return record(number, "user", [block], **more)


def test_a_sub_agents_failing_run_contradicts_its_session(tmp_path: Path) -> None:
    task = {"description": "Implement it", "prompt": "Write the cart.", "subagent_type": "coder"}
    (tmp_path / f"{SESSION}.jsonl").write_text(
        record(1, "user", "Add a cart.")
        + call(2, "Task", task)
        + result(9, 2, "Done. All 12 tests pass.")
        + record(10, "assistant", [{"type": "text", "text": "The cart is there, all 12 tests pass."}])
    )
    folder = tmp_path / SESSION / "subagents"
    folder.mkdir(parents=True)
    (folder / "agent-a1.jsonl").write_text(
        record(3, "user", "Write the cart.", agentId="a1")
        + call(4, "Bash", {"command": "pytest -q"}, agentId="a1")
        + result(5, 4, "Exit code 1\n2 failed, 10 passed in 0.4s", failed=True, agentId="a1")
        + record(6, "assistant", [{"type": "text", "text": "Done."}], agentId="a1")
    )
    reports = {report.shown.endswith("a1.jsonl"): report for report in Batch(paths=[tmp_path]).runs()}
    assert [found.code for found in reports[False].discrepancies.values()] == ["wrong-value"]
    assert [claim.outcome for claim in reports[False].claims.values()] == ["contradicted"]
