"""Starting: what is imported when, and what the recorder beside the screen does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assure_tui.app.tui import recorder


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
    with recorder.attached([str(tmp_path / "logs")]) as pid:
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
