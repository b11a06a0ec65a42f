"""The hook in the agents' own settings: only ours is touched, twice is once, and what was there can be had back."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.hook import install

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
FILES = {
    "claude-code": ".claude/settings.json",
    "codex": ".codex/hooks.json",
    "gemini-cli": ".gemini/settings.json",
    "copilot-cli": ".copilot/hooks/assure-tui.json",
}
OWN = """{
    "model": "opus",
    "permissions": {"allow": ["Bash(npm test)"]},
    "hooks": {
        "PreToolUse": [
            {
                "matcher": "Bash",
                "hooks": [
                    {
                        "type": "command",
                        "command": "./mine.sh é"
                    }
                ]
            }
        ]
    },
    "zzz": 1
}"""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    def run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "assure_tui.app", "hook", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
            cwd=folder or tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ASSURE_TUI_HOME": str(tmp_path / "home")},
        )

    return run


@pytest.mark.parametrize("agent", install.AGENTS)
def test_installed_the_agent_calls_a_command_that_answers(cli: Cli, tmp_path: Path, agent: str, entries) -> None:
    done = cli("install", agent, "--yes")
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / FILES[agent]).read_text())
    lines = [line for entry in install._all_entries(document) for line in install._commands(entry)]
    assert len(lines) >= 2
    payload = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "git status"}}
    answered = subprocess.run(
        lines[0], shell=True, input=json.dumps(payload), capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert answered.returncode == 0, answered.stderr
    assert [clear["agent"] for clear, _ in entries("hook")] == [agent]
    assert [(clear["agent"], clear["scope"]) for clear, _ in entries("hook-installed")] == [(agent, "user")]


@pytest.mark.parametrize("agent", install.AGENTS)
def test_twice_is_once_and_removing_leaves_no_trace(cli: Cli, tmp_path: Path, agent: str) -> None:
    cli("install", agent, "--yes")
    first = (tmp_path / FILES[agent]).read_bytes()
    assert "nothing to do" in cli("install", agent, "--yes").stdout
    assert (tmp_path / FILES[agent]).read_bytes() == first
    assert cli("remove", agent, "--yes").returncode == 0
    assert not (tmp_path / FILES[agent]).exists()
    assert "nothing to do" in cli("remove", agent, "--yes").stdout


def test_what_others_put_there_stays_as_it_is(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(OWN)
    path.chmod(0o640)
    done = cli("install", "claude-code", "--yes")
    document = json.loads(path.read_text())
    assert list(document) == ["model", "permissions", "hooks", "zzz"]
    assert document["hooks"]["PreToolUse"][0] == json.loads(OWN)["hooks"]["PreToolUse"][0]
    assert '\n    "model": "opus"' in path.read_text()
    assert "./mine.sh é" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert any(line.startswith("+") for line in done.stdout.splitlines())
    (copy,) = path.parent.glob("settings.json.*.bak")
    assert copy.read_text() == OWN
    cli("remove", "claude-code", "--yes")
    assert json.loads(path.read_text()) == json.loads(OWN)


def test_a_link_stays_a_link(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / ".claude").mkdir()
    (tmp_path / "dotfiles" / "settings.json").write_text("{}\n")
    (tmp_path / ".claude" / "settings.json").symlink_to(tmp_path / "dotfiles" / "settings.json")
    cli("install", "claude-code", "--yes")
    assert (tmp_path / ".claude" / "settings.json").is_symlink()
    assert "hooks" in json.loads((tmp_path / "dotfiles" / "settings.json").read_text())


def test_a_project_has_settings_of_its_own(cli: Cli, tmp_path: Path, entries) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    assert cli("install", "claude-code", "--project", "--yes", folder=project).returncode == 0
    assert (project / ".claude" / "settings.local.json").exists()
    ((clear, content),) = entries("hook-installed")
    assert (clear["scope"], content["folder"]) == ("project", str(project))


@pytest.mark.parametrize("text", ["{ // mine\n}", "[]", '{"hooks": []}', '{"hooks": {"PreToolUse": {}}}'])
def test_settings_that_are_not_understood_are_left_alone(cli: Cli, tmp_path: Path, text: str) -> None:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(text)
    done = cli("install", "claude-code", "--yes")
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert path.read_text() == text


def test_without_a_terminal_it_shows_the_change_and_asks_for_yes(cli: Cli, tmp_path: Path) -> None:
    done = cli("install", "codex")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert not (tmp_path / FILES["codex"]).exists()


def test_status_tells_where_it_is_and_what_is_in_the_way(cli: Cli, tmp_path: Path) -> None:
    assert cli("status").returncode == 1
    cli("install", "codex", "--yes")
    done = cli("status", "codex")
    assert done.returncode == 0
    assert "installed" in done.stdout
    (tmp_path / ".codex" / "config.toml").write_text("[features]\nhooks = false\n")
    done = cli("status", "codex")
    assert done.returncode == 1
    assert "switches hooks off" in done.stdout


def test_a_file_that_changes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    edit = install.adding("claude-code", path, home=None, wait=0.0)
    path.write_text('{"a": 1}')
    with pytest.raises(UsageError, match="changed meanwhile"):
        edit.apply()
    assert path.read_text() == '{"a": 1}'


def test_the_agent_waits_longer_than_the_operator_has(tmp_path: Path) -> None:
    edit = install.adding("claude-code", tmp_path / "s.json", home=None, wait=120.0)
    document: dict[str, Any] = json.loads(edit.after or "")
    assert document["hooks"]["PreToolUse"][0]["hooks"][0]["timeout"] > 130


def test_the_variables_of_the_agents_are_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "elsewhere"))
    assert install.settings_file("codex", "user", Path()) == tmp_path / "elsewhere" / "hooks.json"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert install.settings_file("gemini-cli", "user", Path()) == tmp_path / ".gemini" / "settings.json"
    with pytest.raises(UsageError, match="assure_tui"):
        install.settings_file("generic", "user", Path(os.curdir))


@pytest.mark.parametrize("kind", ["pipe", "folder", "loop"])
def test_what_is_no_file_in_the_place_of_the_settings_is_told(cli: Cli, tmp_path: Path, kind: str) -> None:
    path = tmp_path / FILES["claude-code"]
    path.parent.mkdir()
    {"pipe": os.mkfifo, "folder": Path.mkdir, "loop": lambda it: it.symlink_to(it)}[kind](path)
    done = cli("install", "claude-code", "--yes")
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True)
    done = cli("status")
    assert done.returncode == 1
    assert "cannot be read" in done.stdout
    assert "codex" in done.stdout


def test_settings_with_half_a_surrogate_pair_keep_it(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / FILES["claude-code"]
    path.parent.mkdir()
    path.write_text('{"x": "\\ud800"}')
    assert cli("install", "claude-code", "--yes").returncode == 0
    assert json.loads(path.read_text())["x"] == "\ud800"


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    words = f"rmdir {gone}; exec {sys.executable} -P -m assure_tui.app hook status"
    done = subprocess.run(["sh", "-c", words], cwd=gone, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (
        2,
        "assure-tui: the current folder no longer exists: change to another one.\n",
    )


def test_what_is_installed_imports_nothing_of_the_repository_it_is_called_in(tmp_path: Path) -> None:
    for module in ("json", "select", "socket", "struct"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    answered = subprocess.run(
        install.words("generic", tmp_path / "home"), shell=True, input=b'{"event": "call", "tool": "read"}',
        capture_output=True, check=False, timeout=60, cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": "."},
    )  # fmt: skip
    assert json.loads(answered.stdout)["decision"] == "none"
    assert not (tmp_path / "ran").exists()


def test_an_entry_that_only_sounds_like_ours_stays(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / FILES["claude-code"]
    path.parent.mkdir()
    theirs = {"hooks": [{"type": "command", "command": "cd ~/src/assure-tui && ./scripts/lint-hook.sh hook claude"}]}
    path.write_text(json.dumps({"hooks": {"PreToolUse": [theirs]}}))
    assert "not installed" in cli("status", "claude-code").stdout.splitlines()[0]
    cli("install", "claude-code", "--yes")
    assert json.loads(path.read_text())["hooks"]["PreToolUse"][0] == theirs
    cli("remove", "claude-code", "--yes")
    assert json.loads(path.read_text()) == {"hooks": {"PreToolUse": [theirs]}}


def test_a_key_that_stands_twice_is_told_before_one_of_them_is_lost(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / FILES["claude-code"]
    path.parent.mkdir()
    path.write_text('{"hooks": {"Stop": []}, "model": "opus", "hooks": {}}')
    done = cli("install", "claude-code", "--yes")
    assert (done.returncode, "'hooks' stands twice" in done.stderr) == (2, True)
    assert "Stop" in path.read_text()


def test_the_line_ends_of_the_file_stay(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / FILES["claude-code"]
    path.parent.mkdir()
    before = b'{\r\n  "model": "opus"\r\n}\r\n'
    path.write_bytes(before)
    cli("install", "claude-code", "--yes")
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    cli("remove", "claude-code", "--yes")
    assert path.read_bytes() == before


def test_each_change_keeps_a_copy_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    before = []
    for text in ('{"a": 1}', '{"a": 2}', '{"a": 3}'):
        path.write_text(text)
        path.chmod(0o600)
        copy = install.adding("claude-code", path, home=None, wait=0.0).apply().copy
        assert copy is not None
        assert copy.stat().st_mode & 0o077 == 0
        before.append((copy, text))
    assert all(copy.read_text() == text for copy, text in before)
    assert len({copy for copy, _ in before}) == 3


@pytest.mark.parametrize("named", ["by path", "in quotes", "by name"])
def test_status_finds_the_program_however_it_is_named(cli: Cli, tmp_path: Path, named: str) -> None:
    program = tmp_path / "my tools" / "python"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    first = {"by path": sys.executable, "in quotes": f"'{program}'", "by name": "env"}[named]
    path = tmp_path / FILES["codex"]
    path.parent.mkdir()
    entry = {"hooks": [{"type": "command", "command": f"{first} -m assure_tui.app hook codex"}]}
    path.write_text(json.dumps({"hooks": {"PreToolUse": [entry]}}))
    assert cli("status", "codex").returncode == 0
    path.write_text(path.read_text().replace(first, "/nowhere/python"))
    assert "is not there" in cli("status", "codex").stdout


@pytest.mark.parametrize("before", [None, '{"model": "opus"}'])
def test_what_cannot_be_recorded_is_not_installed(cli: Cli, tmp_path: Path, before: str | None) -> None:
    assert cli("install", "codex", "--yes").returncode == 0
    path = tmp_path / FILES["claude-code"]
    path.parent.mkdir()
    if before is not None:
        path.write_text(before)
    (log,) = (tmp_path / "home" / "ledger" / ".state" / "wal").iterdir()
    room = log.stat().st_size  # without -B, Python would leave compiled modules that are cut off there
    done = subprocess.run(
        [sys.executable, "-B", "-P", "-m", "assure_tui.app", "hook", "install", "claude-code", "--yes"],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ASSURE_TUI_HOME": str(tmp_path / "home")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )  # fmt: skip
    assert done.returncode == 2, done
    assert "could not be written" in done.stderr
    assert (path.read_text() if path.exists() else None) == before
