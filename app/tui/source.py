"""From the screen to the file: where a record stands, a program that shows it there, and a command to check it by."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from assure_tui.app.desk.views import EventRow, RunDetail
from assure_tui.app.neutral import neutral_line
from assure_tui.reconcile.model import Effect

PLUS: Final = frozenset({"vi", "vim", "nvim", "view", "nano", "emacs", "emacsclient", "less", "more", "most", "micro"})
"""Programs that take `+LINE` before a file."""
COLON: Final = frozenset({"hx", "helix", "kak", "subl", "zed"})
"""Programs that take `FILE:LINE`."""
GOTO: Final = frozenset({"code", "codium", "cursor"})
"""Programs that take `--goto FILE:LINE`."""
PAGERS: Final = ("less", "more")
COMMAND_LIMIT: Final = 4000
PROVING: Final = frozenset({"tests", "tests_fail", "build", "lint", "lint_fail", "format", "ran"})
"""Kinds of effects whose command can be run again to see whether it still says the same."""


def place(row: EventRow) -> str:
    """Give `path:offset` of an event's record; of a row or an item of a document its number instead."""
    return f"{row.path}:{row.at.start}"


def viewer(row: EventRow, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the words of the command that shows the record: $PAGER, else $VISUAL or $EDITOR, else a pager there is.

    No shell reads them. The pager comes first because an editor could change what is evidence.

    Raises:
        ValueError: There is no such program, or its variable cannot be read.
    """
    environ = os.environ if environ is None else environ
    chosen = next((environ[name] for name in ("PAGER", "VISUAL", "EDITOR") if environ.get(name, "").strip()), "")
    words = shlex.split(chosen) if chosen else [name for name in PAGERS if shutil.which(name)][:1]
    if not words:
        raise ValueError("there is no program to show the log with: set PAGER or EDITOR.")
    if shutil.which(words[0]) is None:
        raise ValueError(f"{words[0]} is not there to show the log with: set PAGER or EDITOR to a program that is.")
    path, line, name = os.path.abspath(row.path), row.at.line, Path(words[0]).name  # noqa: PTH100 - links stay links
    if not line:
        return [*words, path]
    if name in GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if name in COLON:
        return [*words, f"{path}:{line}"]
    return [*words, f"+{line}", path] if name in PLUS else [*words, path]


def surroundings(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for it: a pager that starts no shell and sends no control character of the log on."""
    kept = dict(os.environ if environ is None else environ)
    kept.pop("LESS", None)
    kept.pop("LESSOPEN", None)
    return kept | {"LESSSECURE": "1"}


def check_again(detail: RunDetail, acts: Sequence[Effect]) -> str:
    """Return the command that checks a matter again: the agent's own check where there is one, else the run's log.

    Of a command out of a log only one line with nothing hidden in it is given, because it will be pasted into a shell.
    """
    for act in acts:
        command = act.args.get("command")
        if act.kind in PROVING and isinstance(command, str) and command == neutral_line(command, COMMAND_LIMIT):
            folder = str(act.args.get("cwd") or detail.row.cwd or "")
            return f"cd {shlex.quote(folder)} && {command}" if folder else command
    return f"assure-tui reconcile {shlex.quote(detail.row.source)}"
