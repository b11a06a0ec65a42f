"""Asks for a passphrase, or reads it from a file for scripts."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from assure_tui.app.desk.errors import UsageError

VARIABLE = "ASSURE_TUI_PASSPHRASE_FILE"
MAX_FILE = 4096


def passphrase(file: Path | None, prompt: str, *, again: bool = False) -> str:
    """Return the passphrase: from `file`, else from the file that the environment names, else from the terminal.

    Raises:
        UsageError: It cannot be read, is empty, or was not typed the same twice.
    """
    if file is None and os.environ.get(VARIABLE):
        file = Path(os.environ[VARIABLE])
    if file is not None:
        words = _from_file(file)
    elif sys.stdin.isatty():
        words = _typed(prompt)
        if again and _typed("the same again: ") != words:
            raise UsageError("the passphrases differ: nothing was done.")
    else:
        raise UsageError(f"there is no terminal to ask on: use --passphrase-file or {VARIABLE}.")
    if not words:
        raise UsageError("the passphrase is empty: a key needs one.")
    return words


def _typed(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError as error:
        print(file=sys.stderr)
        raise UsageError("no passphrase was typed: nothing was done.") from error


def _from_file(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE).decode("utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the passphrase file {file} cannot be read: name a readable text file.") from error
