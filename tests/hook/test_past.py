"""Calls that went past the hook are shown; what the hook was asked about is not, and neither is what it never was."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.unseen import Period, periods
from assure_tui.app.desk.views import RunDetail

Until = Callable[[Callable[[RunDetail], bool]], RunDetail]


def installs(home: Home, folder: Path, what: str = "install") -> None:
    subprocess.run(
        [sys.executable, "-P", "-m", "assure_tui.app", "hook", what, "claude-code", "--yes"],
        check=True,
        capture_output=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "ASSURE_TUI_HOME": str(home.config.parent)},
    )


@pytest.fixture
def until(home: Home, log: Any) -> Until:
    def wait(holds: Callable[[RunDetail], bool]) -> RunDetail:
        desk = Desk.open(home, roots=[log.path.parent], read_only=True)
        deadline = time.monotonic() + 60
        try:
            while True:
                rows = desk.runs()
                detail = desk.run(rows[0].id) if rows else None
                if detail is not None and holds(detail):
                    return detail
                assert time.monotonic() < deadline, detail
                time.sleep(0.1)
        finally:
            desk.close()

    return wait


def results(count: int) -> Callable[[RunDetail], bool]:
    return lambda detail: sum(effect.status == "succeeded" for effect in detail.effects) >= count


@pytest.mark.usefixtures("workstation")
def test_a_call_that_the_installed_hook_never_saw_is_bypassed(home, tmp_path, log, hook, asking, until) -> None:
    installs(home, tmp_path)
    log.user("Look at the state, then list the files.")
    hook("claude-code", asking("claude-code", "git status", session_id=log.session, tool_use_id="toolu_seen"))
    log.runs("git status", "clean", call="toolu_seen")
    log.runs("git push --tags", "pushed", call="toolu_past")
    detail = until(lambda detail: any(gate.gate == "unseen-call" for gate in detail.gates))
    (found,) = [gate for gate in detail.gates if gate.gate == "unseen-call"]
    assert (found.outcome, found.severity, found.call_ids) == ("bypassed", "high", ("toolu_past",))
    assert [(one.call_id, one.word) for one in detail.hook] == [("toolu_seen", "none")]


@pytest.mark.usefixtures("workstation")
def test_without_a_hook_nothing_is_bypassed(log, until) -> None:
    log.user("List.")
    log.runs("git push --tags", "pushed")
    assert [gate.gate for gate in until(results(1)).gates if gate.gate == "unseen-call"] == []


def test_a_session_that_began_before_the_hook_is_not_held_to_it(home, tmp_path, log, request, until) -> None:
    log.user("List.")
    installs(home, tmp_path)
    request.getfixturevalue("workstation")
    log.runs("git push --tags", "pushed")
    assert [gate.gate for gate in until(results(1)).gates if gate.gate == "unseen-call"] == []


@pytest.mark.usefixtures("workstation")
def test_once_the_hook_was_removed_no_call_is_held_to_it(home, tmp_path, log, until) -> None:
    installs(home, tmp_path)
    log.user("List.")
    installs(home, tmp_path, "remove")
    log.runs("git push --tags", "pushed")
    assert [gate.gate for gate in until(results(1)).gates if gate.gate == "unseen-call"] == []


def test_it_does_not_matter_whether_anybody_watched(home, tmp_path, log, hook, asking, request, until) -> None:
    installs(home, tmp_path)
    request.getfixturevalue("workstation").terminate()
    request.getfixturevalue("workstation").wait(60)
    log.user("Look.")
    hook("claude-code", asking("claude-code", "git status", session_id=log.session, tool_use_id="toolu_seen"))
    log.runs("git status", "clean", call="toolu_seen")
    log.runs("git push --tags", "pushed", call="toolu_past")
    recorder = subprocess.Popen(
        [sys.executable, "-P", "-m", "assure_tui.app", "record", str(log.path.parent)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ASSURE_TUI_HOME": str(home.config.parent)},
    )
    try:
        detail = until(lambda detail: any(gate.gate == "unseen-call" for gate in detail.gates))
        assert [g.call_ids for g in detail.gates if g.gate == "unseen-call"] == [("toolu_past",)]
    finally:
        recorder.terminate()
        recorder.wait(60)


def test_periods_end_where_the_hook_is_removed_and_belong_to_a_folder() -> None:
    entries: list[tuple[str, float, dict[str, Any], dict[str, Any]]] = [
        ("hook-installed", 1.0, {"agent": "codex"}, {"folder": "/srv/a"}),
        ("hook-installed", 2.0, {"agent": "codex"}, {"folder": "/srv/a"}),
        ("hook-removed", 3.0, {"agent": "codex"}, {"folder": "/srv/b"}),
        ("hook-removed", 4.0, {"agent": "codex"}, {"folder": "/srv/a"}),
    ]
    (period,) = periods(entries)
    assert period == Period("codex", 1.0, 4.0, "/srv/a")
    assert period.covers("/srv/a/shop")
    assert not period.covers("/srv/ab")
    assert not period.covers(None)


@pytest.mark.usefixtures("workstation")
def test_a_claim_that_holds_only_after_a_block_reads_corrected(log, hook, until) -> None:
    log.user("Run the tests.")
    log.runs("python -m pytest -q", "2 failed, 39 passed in 1.84s", 1)
    log.says("All 41 tests pass.")
    stop = {"hook_event_name": "Stop", "session_id": log.session, "transcript_path": str(log.path), "cwd": "/srv/shop"}
    assert "block" in hook("claude-code", stop).stdout
    log.feedback("…")
    log.edits("/srv/shop/tax.py")
    log.runs("python -m pytest -q", "41 passed in 1.79s", 0)
    log.says("All 41 tests pass.")
    detail = until(lambda detail: bool(detail.corrected))
    first, *_, last = [claim for claim in detail.claims if claim.text == "All 41 tests pass."]
    assert first.outcome == "contradicted"
    assert (last.outcome, detail.corrected) == ("confirmed", (last.id,))
