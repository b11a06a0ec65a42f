"""All commands and their arguments. Imports nothing of the desk, so that help and mistakes are answered at once."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

SEVERITIES = ("info", "low", "medium", "high", "critical")
EPILOG = """\
exit codes: 0 nothing at or above --fail-on; 1 something was, or verification failed; 2 usage or configuration;
3 nothing recognised in the input; 4 verified, but against no pin, cosignature or anchor; 5 the ledger is damaged;
70 internal error; 130 interrupted
"""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; words that name no command are paths to open.

    Raises:
        SystemExit: The arguments are wrong, or help was asked for; argparse has said what there is to say.
    """
    parser, commands = _parser()
    words = list(argv)
    first = next((word for word in words if not word.startswith("-")), None)
    asks_help = any(word in {"-h", "--help", "--version"} for word in words)
    if first not in commands and not (asks_help and first is None):
        words = ["open", *words]
    return parser.parse_args(words)


def _parser() -> tuple[argparse.ArgumentParser, set[str]]:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", type=Path, metavar="DIR", help="keep all state under DIR (else ASSURE_TUI_HOME)")
    parser = argparse.ArgumentParser(
        prog="assure-tui",
        description="Checks what AI agents claimed against what happened, in a record that nobody can quietly change.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, module: str, help_text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text, parents=[shared])
        sub.set_defaults(module=module)
        return sub

    _checks(command("reconcile", "check", "check logs at rest; writes nothing but its output"))
    return parser, set(commands.choices)


def _checks(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", type=_path, metavar="PATH", help="a log, or a folder of logs")
    sub.add_argument("--last", action="store_true", help="only the newest run")
    sub.add_argument(
        "--since", metavar="T", help="only runs active since T: a date and time, or an age such as 90m, 8h, 7d"
    )
    sub.add_argument("--format", choices=("text", "json"), default="text")
    sub.add_argument(
        "--fail-on", choices=SEVERITIES, default="high", help="exit with 1 from this severity on (default: high)"
    )
    sub.add_argument("--config", type=_path, metavar="FILE", help="an assure.toml to use; naming it here trusts it")


def _path(text: str) -> Path:
    return Path(os.fspath(text))
