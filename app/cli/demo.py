"""`assure-tui demo`."""

from __future__ import annotations

import argparse


def run(arguments: argparse.Namespace) -> int:
    """Play the demo."""
    from assure_tui.app.demo import command  # noqa: PLC0415 - help and mistakes need no desk

    return command.run(keep=arguments.keep, headless=arguments.headless, speed=arguments.speed)
