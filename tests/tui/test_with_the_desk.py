"""The screen over the real desk: logs on disk, a recorder, a ledger, a seal that verifies."""

from __future__ import annotations

import json
import threading

import pytest
from screens import screen_text, settle, wait_for, wait_for_words, wait_until
from textual.widgets import Input

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.watch.recorder import Recorder
from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.session import undecided
from assure_tui.app.tui.views.side import RunsSide

SESSION = [
    {"type": "session", "format": "assure/1", "id": "code-3", "agent": "coder", "model": "m-2", "cwd": "/srv/shop"},
    {"type": "user", "text": "Fix the login bug in src/auth.py and run the whole suite."},
    {"type": "tool_call", "call_id": "c1", "tool": "write_file", "args": {"path": "src/auth.py"}},
    {
        "type": "tool_result",
        "call_id": "c1",
        "status": "succeeded",
        "text": "",
        "files": [{"path": "src/auth.py", "op": "edit", "diff": "@@ -38 +38 @@\n-    if token:\n+    if True:\n"}],
    },
    {"type": "tool_call", "call_id": "c2", "tool": "shell", "args": {"command": "pytest -q"}},
    {"type": "tool_result", "call_id": "c2", "exit_code": 1, "text": "2 failed, 39 passed in 3.2s"},
    {"type": "report", "text": "I fixed it. All 41 tests pass.\x1b]52;c;cHduZWQ=\x07"},
]


@pytest.fixture
def recorded(tmp_path):
    """A desk over a log that a recorder watches; the log is written while it does."""
    logs = tmp_path / "logs"
    logs.mkdir()
    home = Home.under(tmp_path / "home")
    home.prepare()
    desk = Desk.open(home, roots=(logs,))
    stop = threading.Event()
    recorder = Recorder(home, (logs,), needs_ledger=True)
    thread = threading.Thread(target=recorder.run, args=(stop,))
    thread.start()
    wait_until(lambda: desk.presence().recorder != "none")
    with (logs / "code.jsonl").open("w", encoding="utf-8") as log:
        for number, record in enumerate(SESSION):
            log.write(json.dumps(record | {"time": 1_785_490_000 + number}) + "\n")
    try:
        yield desk
    finally:
        stop.set()
        thread.join(60)
        desk.close()


async def test_a_run_is_reviewed_and_sealed(recorded):
    app = AssureApp(recorded)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: any(row.undecided for row in app.session.rows))
        await pilot.press("e")
        await wait_for(pilot, lambda: "39 passed, 2 failed" in " ".join(screen_text(app).split()))
        run = app.session.run
        waiting = len(undecided(recorded.run(run)))
        for number in range(waiting):
            await pilot.press("a")
            await wait_for(pilot, lambda: len(app.screen_stack) == 2)
            await pilot.press(*"seen", "enter")
            await wait_for(pilot, lambda number=number: len(recorded.run(run).decisions) > number)
            await settle(pilot)
        await pilot.press("v")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("3", *"wrong", "enter")
        await wait_for(pilot, lambda: recorded.run(run).verdict is not None)
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("S")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press(*"rejected", "enter", *"ana", "enter", *"correct horse", "enter", *"correct horse", "enter")
        await pilot.press("enter")
        await wait_for(pilot, lambda: recorded.run(run).row.sealed == "sealed")
        await wait_for(pilot, lambda: "Sealed: 1 run" in screen_text(app))
        await pilot.press("5", "V")
        await wait_for(pilot, lambda: "verified" in screen_text(app))
        assert "damaged" not in screen_text(app).casefold()


async def test_what_the_log_hides_is_shown_and_the_file_changes_stand_in_the_diff(recorded):
    app = AssureApp(recorded)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: any(row.undecided for row in app.session.rows))
        await pilot.press("4")
        await wait_for(pilot, lambda: "src/auth.py" in screen_text(app))
        assert "if True:" in screen_text(app)
        await pilot.press("3", "G", "k")
        await wait_for_words(pilot, "␛]52")
        assert "\x1b" not in screen_text(app)


async def test_a_change_that_comes_in_while_the_screen_ends_is_not_drawn(recorded):
    """Its widgets go one after the other, while its timer still runs."""
    app = AssureApp(recorded)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: bool(app.session.rows))
        await pilot.press("3")
        app._running = False
        await app.view.query_one(RunsSide).remove()
        app.revision, app._rest_until = -1, 0.0
        app._poll()
        app._running = True


async def test_a_full_disk_is_said_and_costs_neither_the_screen_nor_the_words(recorded):
    recorded._stores.mine()._link.execute("PRAGMA max_page_count = 1")
    words = "x" * 60_000
    app = AssureApp(recorded)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: bool(app.session.rows and undecided(recorded.run(app.session.rows[0].id))))
        await pilot.press("e")
        await wait_for_words(pilot, "EVIDENCE")
        await pilot.press("c")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        app.screen.query_one(Input).value = words
        await wait_for(pilot, lambda: bool(recorded.presence().problems))
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        await wait_for_words(pilot, "Drafts and marks are not written", "free some space")
        await pilot.press("c")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        assert app.screen.query_one(Input).value == words
