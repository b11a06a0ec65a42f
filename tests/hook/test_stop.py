"""An agent that stops with words that its own log contradicts is sent back, twice at most; an honest one never is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

FAILED = (
    "============================= test session starts ==============================\ncollected 41 items\n\n"
    "FAILED tests/test_tax.py::test_rate - assert 107.0 == 107.49\n"
    "=================== 2 failed, 39 passed in 1.84s ==================="
)
PASSED = (
    "============================= test session starts ==============================\ncollected 41 items\n\n"
    "============================== 41 passed in 1.79s =============================="
)
Stop = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def stop(hook: Any, log: Any) -> Stop:
    def ask(said: str = "", *, again: bool = False, agent: str = "claude-code") -> subprocess.CompletedProcess[str]:
        payload = {
            "session_id": log.session,
            "transcript_path": str(log.path),
            "cwd": "/srv/shop",
            "permission_mode": "default",
            "hook_event_name": "Stop",
            "stop_hook_active": again,
            "last_assistant_message": said,
        }
        return hook(agent, payload)

    return ask


def test_a_false_all_clear_is_sent_back_with_its_own_words_and_output(log: Any, stop: Stop, entries) -> None:
    log.user("Fix the rounding and run the tests.")
    log.runs("python -m pytest -q", FAILED, 1)
    log.says("I fixed the rounding. All 41 tests pass.")
    done = stop("I fixed the rounding. All 41 tests pass.")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["decision"] == "block"
    assert "All 41 tests pass" in told["reason"]
    assert "2 failed, 39 passed" in told["reason"]
    assert "`python -m pytest -q`" in told["reason"]
    ((clear, content),) = entries("hook")
    assert (clear["event"], clear["word"], clear["grade"]) == ("stop", "block", "gated")
    assert content["claims"][0]["text"].startswith("All 41 tests pass")


def test_a_check_before_the_last_edit_is_sent_back_as_stale(log: Any, stop: Stop) -> None:
    log.user("Fix the rounding and run the tests.")
    log.edits("/srv/shop/tax.py")
    log.runs("python -m pytest -q", PASSED, 0)
    log.edits("/srv/shop/tax.py")
    log.says("I fixed the rounding in tax.py. All 41 tests pass.")
    told = json.loads(stop().stdout)
    assert told["decision"] == "block"
    assert "run `python -m pytest -q`" in told["reason"]


def test_twice_in_a_turn_and_then_it_is_for_the_human(log: Any, stop: Stop, entries) -> None:
    log.user("Run the tests.")
    for _ in range(2):
        log.runs("python -m pytest -q", FAILED, 1)
        log.says("All 41 tests pass.")
        told = json.loads(stop("All 41 tests pass.").stdout)
        assert told["decision"] == "block"
        log.feedback(told["reason"])
    log.runs("python -m pytest -q", FAILED, 1)
    log.says("All 41 tests pass.")
    assert stop("All 41 tests pass.", again=True).stdout == ""
    assert [clear["word"] for clear, _ in entries("hook")] == ["block", "block", "none"]
    assert entries("hook")[-1][1]["human"] is True
    log.user("Once more.")
    log.runs("python -m pytest -q", FAILED, 1)
    log.says("All 41 tests pass.")
    assert json.loads(stop("All 41 tests pass.").stdout)["decision"] == "block"


def test_a_correction_is_let_through(log: Any, stop: Stop) -> None:
    log.user("Run the tests.")
    log.runs("python -m pytest -q", FAILED, 1)
    log.says("All 41 tests pass.")
    log.feedback(json.loads(stop().stdout)["reason"])
    log.says("I was wrong: 39 tests pass and 2 fail.")
    assert stop("I was wrong: 39 tests pass and 2 fail.", again=True).stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        "All 41 tests pass.",
        "I updated the docs in another repository earlier today, nothing else to do.",
        "I could not run the tests here.",
        "Should I run the linter as well?",
    ],
)
def test_honest_or_unverifiable_words_are_never_sent_back(log: Any, stop: Stop, words: str) -> None:
    log.user("Run the tests.")
    log.runs("python -m pytest -q", PASSED, 0)
    log.says(words)
    assert stop(words).stdout == ""


def test_last_words_that_the_log_does_not_hold_yet_are_judged_all_the_same(log: Any, stop: Stop) -> None:
    log.user("Run the tests.")
    log.runs("python -m pytest -q", FAILED, 1)
    assert json.loads(stop("All 41 tests pass.").stdout)["decision"] == "block"


def test_what_a_log_that_lags_does_not_hold_is_not_held_against_the_agent(log: Any, stop: Stop) -> None:
    log.user("Run the tests.")
    assert stop("I ran the tests: all 41 tests pass.").stdout == ""


@pytest.mark.parametrize("content", [None, b"", b"\x00\xff" * 500, b"{}\n" * 10, b'{"type": "user"}\n'])
def test_a_log_that_cannot_be_read_lets_the_agent_stop_and_is_told(log: Any, stop: Stop, entries, content) -> None:
    if content is not None:
        log.path.write_bytes(content)
    done = stop("All 41 tests pass.")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
    ((clear, body),) = entries("hook")
    assert clear["word"] == "none"
    assert body["unchecked"]
