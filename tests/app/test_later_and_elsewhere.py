"""What happens in a sub-agent's run, what comes back later, and what a log cut off, read from logs in their formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assure_tui.app.desk.batch import Batch

SESSION = "5f0c6f0e-1111-4222-8333-444444444444"
THREAD = "019f0000-0000-7000-8000-000000000001"


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def checked(folder: Path) -> list[tuple[str, list[str], list[tuple[str, str]]]]:
    """Give each run's file name, its codes and its claims with their outcomes."""
    return [
        (
            Path(report.shown).name,
            sorted(found.code for found in report.discrepancies.values()),
            [(claim.kind, claim.outcome) for claim in report.claims.values()],
        )
        for report in Batch(paths=[folder]).runs()
    ]


# ------------------------------------------------------------------------------------------------ sub-agents


def session(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "session", "format": "assure/1", "id": name, "agent": "desk", **fields}


def called(call: str, tool: str, answer: str, status: str = "succeeded", **args: Any) -> list[dict[str, Any]]:
    return [
        {"type": "tool_call", "call_id": call, "tool": tool, "args": args},
        {"type": "tool_result", "call_id": call, "status": status, "text": answer},
    ]


def report(text: str) -> dict[str, Any]:
    return {"type": "report", "text": text}


ASKED = {"type": "user", "text": "Please refund $40 on order 5117."}
TOLD = "I issued a refund of $40 on order 5117."


def desk(folder: Path, *child: dict[str, Any], words: str = TOLD) -> list[tuple[str, list[str], list[tuple[str, str]]]]:
    """Write a run that hands the refund to a sub-agent, and the sub-agent's run."""
    handed = called("c1", "delegate_to_agent", "Done.", agent="refunds", task="Refund $40 on order 5117")
    inner = [session("k-1", parent="p-1", parent_call="c1"), ASKED, *child]
    lines(folder / "desk.jsonl", session("p-1"), ASKED, *handed, report(words), *inner)
    return checked(folder)


def test_what_a_sub_agent_did_is_no_phantom_of_the_run_that_asked_it(tmp_path: Path) -> None:
    refund = called("d1", "create_refund", '{"status": "ok"}', order_id="5117", amount=40)
    parent, child = desk(tmp_path, *refund, report(TOLD))
    assert parent[1] == []
    assert child[1:] == ([], [("refund", "confirmed")])


def test_what_a_sub_agent_never_did_is_found_in_its_own_run(tmp_path: Path) -> None:
    looked = called("d1", "get_order", '{"id": "5117"}', order_id="5117")
    parent, child = desk(tmp_path, *looked, report(TOLD))
    assert child[1] == ["phantom"]
    assert parent[2] == [("refund", "unverifiable")]


def test_a_run_that_handed_nothing_over_answers_for_itself(tmp_path: Path) -> None:
    looked = called("d1", "get_order", '{"id": "5117"}', order_id="5117")
    lines(tmp_path / "run.jsonl", session("p-1"), ASKED, *looked, report(TOLD))
    assert checked(tmp_path)[0][1] == ["phantom"]


# ------------------------------------------------------------------------------------------------ Claude Code


def entry(number: int, role: str, content: object, **more: object) -> dict[str, Any]:
    return {
        "type": role, "uuid": f"{number:08d}-0000-4000-8000-000000000000", "sessionId": SESSION, "cwd": "/shop",
        "timestamp": f"2026-03-01T10:00:{number:02d}.000Z", "version": "2.1.200", "isSidechain": False,
        "message": {"role": role, "content": content, "stop_reason": "end_turn"}, **more,
    }  # fmt: skip


def bash(number: int, command: str, output: str, **rich: object) -> list[dict[str, Any]]:
    use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": command}}
    got = {"type": "tool_result", "tool_use_id": f"t{number}", "content": output, "is_error": False}
    told = {"stdout": output, "stderr": "", "interrupted": False, "isImage": False, **rich}
    call = entry(number, "assistant", [use])
    call["message"]["stop_reason"] = "tool_use"
    return [call, entry(number + 1, "user", [got], toolUseResult=told)]


def says(number: int, text: str) -> dict[str, Any]:
    return entry(number, "assistant", [{"type": "text", "text": text}])


def notice(number: int, code: int) -> dict[str, Any]:
    status = "completed" if code == 0 else "failed"
    text = (
        f"<task-notification>\n<task-id>b1</task-id>\n<tool-use-id>t2</tool-use-id>\n<status>{status}</status>\n"
        f'<summary>Background command "pytest" {status} with exit code {code}</summary>\n</task-notification>'
    )
    return entry(number, "user", text, origin={"kind": "task-notification"})


STARTED = [
    entry(1, "user", "Run the tests."),
    *bash(2, "pytest -q", "Running in the background", backgroundTaskId="b1"),
]


@pytest.mark.parametrize(
    ("later", "outcome", "codes"),
    [
        ([notice(9, 0)], "confirmed", []),
        ([notice(9, 1)], "contradicted", ["failed-effect"]),
        ([], "unverifiable", ["dangling"]),
    ],
)
def test_a_claim_waits_for_the_command_in_the_background(
    tmp_path: Path, later: list[dict[str, Any]], outcome: str, codes: list[str]
) -> None:
    lines(tmp_path / f"{SESSION}.jsonl", *STARTED, says(5, "All tests pass."), *later)
    assert checked(tmp_path)[0][1:] == (codes, [("tests", outcome)])


def test_until_then_it_is_pending(tmp_path: Path) -> None:
    lines(tmp_path / f"{SESSION}.jsonl", *STARTED, says(5, "All tests pass."))
    (whole,) = Batch(paths=[tmp_path]).runs()
    (claim,) = whole.claims.values()
    assert claim.reason == "the call it rests on has no result"


# ------------------------------------------------------------------------------------------------ Codex


def codex(folder: Path, output: str, words: str) -> tuple[str, list[str], list[tuple[str, str]]]:
    def line(kind: str, **payload: Any) -> dict[str, Any]:
        return {"timestamp": "2026-07-01T10:00:00.000Z", "type": kind, "payload": payload}

    def message(role: str, text: str) -> dict[str, Any]:
        kind = "output_text" if role == "assistant" else "input_text"
        return line("response_item", type="message", role=role, content=[{"type": kind, "text": text}])

    given = json.dumps({"cmd": "pytest -q"})
    lines(
        folder / "rollout.jsonl",
        line("session_meta", id=THREAD, cwd="/shop", cli_version="0.142.0", timestamp="2026-07-01T10:00:00Z"),
        message("user", "Run the tests."),
        line("response_item", type="function_call", name="exec_command", arguments=given, call_id="c1"),
        line("response_item", type="function_call_output", call_id="c1", output=output),
        message("assistant", words),
    )
    return checked(folder)[0]


HEAD = "Chunk ID: ab12\nWall time: 0.5 seconds\n"
CUT = "tests/test_a.py ....\n\u20262000 tokens truncated\u2026\n"


@pytest.mark.parametrize(
    ("output", "outcome", "codes"),
    [
        (f"{HEAD}Process exited with code 0\nOutput:\n{CUT}===== 41 passed in 1.2s =====\n", "confirmed", []),
        (f"{HEAD}Process exited with code 0\nOutput:\n{CUT}", "confirmed", []),
        (f"{HEAD}Output:\n{CUT}", "unverifiable", []),
        (f"{HEAD}Process exited with code 1\nOutput:\n{CUT}", "contradicted", ["failed-effect"]),
        (f"{HEAD}Process running with session ID 71\nOutput:\n{CUT}", "unverifiable", ["dangling"]),
    ],
)
def test_output_that_was_cut_is_evidence_for_what_is_left(
    tmp_path: Path, output: str, outcome: str, codes: list[str]
) -> None:
    assert codex(tmp_path, output, "All tests pass.")[1:] == (codes, [("tests", outcome)])


def test_a_number_that_the_cut_took_away_is_not_contradicted(tmp_path: Path) -> None:
    output = f"{HEAD}Process exited with code 0\nOutput:\n{CUT}"
    assert codex(tmp_path, output, "All 41 tests pass.")[1] == []


def test_a_number_that_is_left_is_held_against(tmp_path: Path) -> None:
    output = f"{HEAD}Process exited with code 0\nOutput:\n{CUT}===== 39 passed in 1.2s =====\n"
    assert codex(tmp_path, output, "All 41 tests pass.")[1] == ["wrong-value"]


@pytest.mark.parametrize("cut", [True, False])
def test_a_lookup_that_was_cut_is_not_empty(tmp_path: Path, cut: bool) -> None:
    looked = called("c1", "search_flights", "[]", to="Rome")
    looked[1]["truncated"] = cut
    found = report("I found three flights to Rome: at 8:00, 10:00 and 12:00.")
    lines(tmp_path / "run.jsonl", session("p-1"), {"type": "user", "text": "Flights to Rome?"}, *looked, found)
    assert checked(tmp_path)[0][1] == ([] if cut else ["null-omitted"])


# ------------------------------------------------------------------------------------------------ business, later


@pytest.mark.parametrize(
    ("answers", "codes", "outcome"),
    [
        ([("running", "queued"), ("succeeded", '{"status": "ok"}')], [], "confirmed"),
        ([("running", "queued"), ("failed", "Error: card expired")], ["failed-effect"], "contradicted"),
        ([("running", "queued")], ["dangling"], "unverifiable"),
    ],
)
def test_a_refund_that_is_queued_is_judged_by_what_comes_of_it(
    tmp_path: Path, answers: list[tuple[str, str]], codes: list[str], outcome: str
) -> None:
    call = {"type": "tool_call", "call_id": "c1", "tool": "create_refund", "args": {"order_id": "5117", "amount": 40}}
    first, *rest = [
        {"type": "tool_result", "call_id": "c1", "status": status, "text": text} for status, text in answers
    ]
    lines(tmp_path / "run.jsonl", session("p-1"), ASKED, call, first, report(TOLD), *rest)
    assert checked(tmp_path)[0][1:] == (codes, [("refund", outcome)])
