"""`assure-tui [PATH…]`: the terminal UI."""

from __future__ import annotations

import argparse
import sys

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.setting import Setting
from assure_tui.app.neutral import neutral_line


def run(arguments: argparse.Namespace) -> int:
    """Open the desk on the terminal; record meanwhile in a process of its own."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the desk needs a terminal: use `assure-tui record`, `runs` or `show` without one.")
    setting = Setting.gather(arguments.paths, home=arguments.home, config=arguments.config)
    for sentence in setting.waiting:
        print(f"assure-tui: {neutral_line(sentence, 500)}", file=sys.stderr)
    from assure_tui.app.tui import run as show  # noqa: PLC0415 - Textual costs half a second

    desk = Desk.open(setting.home, roots=setting.roots, config=setting.user, read_only=arguments.read_only)
    try:
        return show(
            desk,
            theme=arguments.theme or setting.user.theme,
            recorder_arguments=_recorder_arguments(arguments),
            read_only=arguments.read_only,
            ascii_only=arguments.ascii or setting.user.glyphs == "ascii",
            keymap=setting.user.keys,
        )
    finally:
        desk.close()


def _recorder_arguments(arguments: argparse.Namespace) -> list[str]:
    words = [str(path) for path in arguments.paths]
    if arguments.home is not None:
        words += ["--home", str(arguments.home)]
    if arguments.config is not None:
        words += ["--config", str(arguments.config)]
    return words
