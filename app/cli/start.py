"""`assure-tui [PATH…]`: the terminal UI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assure_tui.app.cli import looks
from assure_tui.app.cli.talk import gathered
from assure_tui.app.desk import firststart
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.setting import Setting, check_paths
from assure_tui.ingest.regular import open_regular


def run(arguments: argparse.Namespace) -> int:
    """Open the desk on the terminal; record meanwhile in a process of its own."""
    check_paths(arguments.paths)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the desk needs a terminal: use `assure-tui record`, `runs` or `show` without one.")
    if len(arguments.paths) == 1 and _is_bundle(arguments.paths[0]):
        return _open_bundle(arguments)
    setting = gathered(arguments)
    from assure_tui.app.tui import run as show  # noqa: PLC0415 - Textual costs half a second

    looks.check(setting, arguments.theme)
    if not arguments.read_only and firststart.is_first(setting):
        choice = _first_start(setting, arguments)
        if choice == "demo":
            from assure_tui.app.demo import command  # noqa: PLC0415 - asked for on the screen

            ascii_only = arguments.ascii or setting.user.glyphs == "ascii"
            seen = command.Looks(arguments.theme or setting.user.theme, ascii_only, looks.own_themes(setting))
            return command.run(keep=None, headless=False, speed=None, looks=seen)
        if choice != "watch":
            return 0
    desk = Desk.open(
        setting.home,
        roots=setting.roots,
        config=setting.user,
        read_only=arguments.read_only,
        workspace=setting.workspace,
    )
    try:
        return show(
            desk,
            theme=arguments.theme or setting.user.theme,
            recorder_arguments=_recorder_arguments(arguments),
            read_only=arguments.read_only,
            ascii_only=arguments.ascii or setting.user.glyphs == "ascii",
            keymap=setting.user.keys,
            notify=setting.user.notify,
            themes=looks.own_themes(setting),
            settings=setting.home.config,
        )
    finally:
        desk.close()


def _first_start(setting: Setting, arguments: argparse.Namespace) -> str:
    """Tell what will be watched and kept, and write what the operator leaves out; give what they chose."""
    from assure_tui.app.tui import first_start  # noqa: PLC0415 - see run

    choice, left_out = first_start(
        setting.home,
        lambda: firststart.survey(setting),
        theme=arguments.theme or setting.user.theme,
        ascii_only=arguments.ascii or setting.user.glyphs == "ascii",
        escrow=setting.user.escrow.keep >> 20,
        days=setting.user.retention_days,
    )
    if choice == "watch":
        firststart.leave_out(setting.home.config, left_out)
    return choice


def _is_bundle(path: Path) -> bool:
    """Return whether a path is a zip file: no agent's log begins as one."""
    try:
        with open_regular(path) as file:
            return file.read(4) == b"PK\3\4"
    except OSError:
        return False


def _open_bundle(arguments: argparse.Namespace) -> int:
    """Show somebody's bundle; nothing is recorded, and nothing of it can be changed."""
    setting = Setting.gather(home=arguments.home)
    from assure_tui.app.desk.bundle.bundled import BundleDesk  # noqa: PLC0415 - cryptography is needed only here
    from assure_tui.app.desk.operators import own_trust  # noqa: PLC0415 - likewise

    desk = BundleDesk.open(arguments.paths[0], own_trust(setting.home.keys))
    from assure_tui.app.tui import run as show  # noqa: PLC0415 - Textual costs half a second

    looks.check(setting, arguments.theme)
    return show(
        desk,
        theme=arguments.theme or setting.user.theme,
        attached_recorder=False,
        read_only=True,
        ascii_only=arguments.ascii or setting.user.glyphs == "ascii",
        keymap=setting.user.keys,
        themes=looks.own_themes(setting),
        welcome="someone else's evidence: findings, notes and verdicts are proved; claims and events are their account",
    )


def _recorder_arguments(arguments: argparse.Namespace) -> list[str]:
    words = [str(path) for path in arguments.paths]
    if arguments.home is not None:
        words += ["--home", str(arguments.home)]
    if arguments.config is not None:
        words += ["--config", str(arguments.config)]
    return words
