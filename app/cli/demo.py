"""`assure-tui demo`."""

from __future__ import annotations

import argparse


def run(arguments: argparse.Namespace) -> int:
    """Play the demo."""
    from assure_tui.app.cli import looks  # noqa: PLC0415 - help and mistakes need no desk
    from assure_tui.app.demo import command  # noqa: PLC0415 - likewise
    from assure_tui.app.desk.config import WorkspaceConfig, read_user  # noqa: PLC0415 - likewise
    from assure_tui.app.desk.paths import Home  # noqa: PLC0415 - likewise
    from assure_tui.app.desk.setting import Setting  # noqa: PLC0415 - likewise

    seen = command.Looks()
    if not arguments.headless:
        home = Home.find(arguments.home)
        setting = Setting(home=home, user=read_user(home.config), workspace=WorkspaceConfig(), roots=())
        looks.check(setting, arguments.theme)
        ascii_only = arguments.ascii or setting.user.glyphs == "ascii"
        seen = command.Looks(arguments.theme or setting.user.theme, ascii_only, looks.own_themes(setting))
    return command.run(keep=arguments.keep, headless=arguments.headless, speed=arguments.speed, looks=seen)
