"""Starting: what is imported when, and what the recorder beside the screen does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from screens import wait_for

from assure_tui.app.tui import recorder
from assure_tui.app.tui.application import AssureApp


def modules_after(statement):
    code = f"import sys; {statement}; print(chr(10).join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["assure_tui.app", "assure_tui.app.cli.parser", "assure_tui.app.desk.desk"])
def test_nothing_but_the_screen_imports_textual(module):
    loaded = modules_after(f"import {module}")
    assert not {name for name in loaded if name.split(".")[0] == "textual"}


def test_the_screen_itself_does_without_what_it_does_not_need():
    loaded = modules_after("import assure_tui.app.tui")
    assert "textual" in loaded
    for heavy in ("pydantic", "cel", "cryptography", "tree_sitter", "textual.widgets._markdown"):
        assert heavy not in loaded, heavy


def test_the_recorder_ends_with_the_screen(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSURE_TUI_HOME", str(tmp_path / "home"))
    (tmp_path / "logs").mkdir()
    with recorder.attached([str(tmp_path / "logs")]) as companion:
        os.kill(companion.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(companion.pid, 0)


def test_a_recorder_that_was_killed_is_started_again_and_says_so_once(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSURE_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(recorder, "AGAIN_AFTER", 0.0)
    (tmp_path / "logs").mkdir()
    with recorder.attached([str(tmp_path / "logs")]) as companion:
        first = companion.pid
        os.kill(first, signal.SIGKILL)
        said = None
        deadline = time.monotonic() + 60
        while said is None and time.monotonic() < deadline:
            said = companion.tend()
        assert said is not None
        assert companion.pid != first
        os.kill(companion.pid, 0)


def test_a_recorder_that_cannot_run_says_why(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSURE_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(recorder, "AGAIN_AFTER", 0.0)
    with recorder.attached([str(tmp_path / "absent")]) as companion:
        os.waitid(os.P_PID, companion.pid, os.WEXITED | os.WNOWAIT)
        said = companion.tend()
        assert said is not None
        assert "there is no file or folder" in said
        assert companion.trouble == "", "it may have ended by chance"
        os.waitid(os.P_PID, companion.pid, os.WEXITED | os.WNOWAIT)
        assert companion.tend() is None, "the same is not said again"
        assert companion.trouble in said
        assert companion.trouble


class Eager(AssureApp):
    def on_mount(self):
        self.simulate_key("G")


async def test_a_key_pressed_while_the_runs_are_read_is_for_the_list_when_they_are_there(desk):
    app = Eager(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: app.runs.loose() is not None)
