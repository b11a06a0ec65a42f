"""Start-up matters: what a command does not need, it does not import."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"pydantic", "textual", "cryptography", "cel", "hypothesis"}


def imported(argv: list[str], tmp_path) -> set[str]:
    code = (
        "import sys; from assure_tui.app.cli import main; main(sys.argv[1:]);"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    environment = {"ASSURE_TUI_HOME": str(tmp_path / "home"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, *argv],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
        cwd=tmp_path,
    )
    return {line.split(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["paths"]])
def test_questions_about_the_program_import_nothing_heavy(argv, tmp_path):
    assert not imported(argv, tmp_path) & (HEAVY | {"msgspec", "sqlite3"})


def test_a_check_imports_neither_screen_nor_keys_nor_pydantic(logs, tmp_path):
    assert not imported(["reconcile", str(logs)], tmp_path) & HEAVY


def test_the_list_of_runs_imports_neither_screen_nor_pydantic(tmp_path):
    assert not imported(["runs"], tmp_path) & {"pydantic", "textual", "cel"}
