"""Tells the operator of a new finding where they are: the bell, a desktop message of the terminal, a command."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Final

from assure_tui.app.desk.config import NotifyConfig
from assure_tui.app.desk.watch.notices import Notice
from assure_tui.app.neutral import neutral_line

LONGEST: Final = 200
"""Code points of a message: terminals cut longer ones."""
PATIENCE: Final = 10.0
"""Seconds that a command has."""
BELL: Final = "\a"


def tell(
    notice: Notice, config: NotifyConfig, write: Callable[[str], None], environ: Mapping[str, str] | None = None
) -> None:
    """Tell of it as the settings say. `write` sends to the terminal."""
    words = message(notice)
    environ = os.environ if environ is None else environ
    if config.bell:
        write(BELL)
    if config.desktop != "off":
        write(sequence(words, config.desktop, inside_tmux="TMUX" in environ))
    if config.command:
        threading.Thread(target=_run, args=(config.command, notice, words), daemon=True).start()


def message(notice: Notice) -> str:
    """Return the message: one line, and nothing in it that a terminal obeys or that ends a sequence of ours."""
    return neutral_line(f"{notice.severity}: {notice.words()}", LONGEST).replace(";", ",")


def sequence(words: str, kind: str, *, inside_tmux: bool = False) -> str:
    """The escape sequence of a desktop message: OSC 9 (iTerm2, ConEmu, kitty) or OSC 777 (rxvt, foot, WezTerm)."""
    body = f"9;assure: {words}" if kind == "osc9" else f"777;notify;assure;{words}"
    plain = f"\x1b]{body}\x1b\\"
    return f"\x1bPtmux;{plain.replace(chr(27), chr(27) * 2)}\x1b\\" if inside_tmux else plain


def _run(command: tuple[str, ...], notice: Notice, words: str) -> None:
    """Run the operator's own command; what it is told comes on its standard input, as JSON, and never as a word."""
    told = {"run": notice.run, "severity": notice.severity, "count": notice.count, "message": words}
    try:
        subprocess.run(  # noqa: S603 - the command of the user's own settings; no shell
            list(command), input=json.dumps(told).encode(), timeout=PATIENCE, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return
