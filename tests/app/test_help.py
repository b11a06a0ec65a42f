"""What the command line says about itself."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from assure_tui.app.cli.overview import EXAMPLES, GROUPS
from assure_tui.app.cli.parser import build, parse

COMMANDS = [name for names in GROUPS.values() for name in names]


def test_the_help_lists_every_command_under_one_title(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    text = capsys.readouterr().out
    listed = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2:3].isalpha()]
    assert [name for name in listed if name in COMMANDS] == COMMANDS
    assert [title for title in GROUPS if f"\n{title}:\n" not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_tells_what_it_does_and_how_it_ends(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse([command, "--help"])
    text = capsys.readouterr().out
    assert left.value.code == 0
    assert build()[1][command] in text
    assert "exit codes: " in text
    assert f"assure-tui {EXAMPLES[command]}\n" in text
    assert "2 usage or configuration" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_of_a_command_can_be_given(command: str) -> None:
    assert parse(shlex.split(EXAMPLES[command])).command == command


def test_a_misspelt_command_is_told_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(["reconsile", "logs"])
    assert left.value.code == 2
    assert "did you mean `reconcile`?" in capsys.readouterr().err


def test_a_file_with_nearly_the_name_of_a_command_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("records").mkdir()
    assert parse(["records"]).paths == [Path("records")]


@pytest.mark.parametrize(
    "words",
    [
        ["--home", "there", "gates", "list"],
        ["--home=there", "gates", "list"],
        ["gates", "--home", "there", "list"],
        ["gates", "list", "--home", "there"],
    ],
)
def test_the_home_may_stand_anywhere(words: list[str]) -> None:
    arguments = parse(words)
    assert (arguments.command, arguments.what, arguments.home) == ("gates", "list", Path("there"))


def test_the_value_of_an_option_is_no_misspelt_command() -> None:
    assert parse(["--home", "nowhere/record"]).home == Path("nowhere/record")
