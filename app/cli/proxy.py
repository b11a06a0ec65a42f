"""`assure-tui mcp-proxy`: an MCP server's command, with a witness before it."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.proxy.guard import Guard
from assure_tui.app.proxy.relay import Relay
from assure_tui.app.proxy.witness import Witness

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
MAX_NAME = 60


def run(arguments: argparse.Namespace) -> NoReturn:
    """Stand before the server until it ends, and end the process as it does."""
    argv: list[str] = arguments.server[1:] if arguments.server[:1] == ["--"] else arguments.server
    if not argv:
        raise UsageError("`mcp-proxy` needs the server's command, as in: assure-tui mcp-proxy -- npx some-server.")
    program = shutil.which(argv[0])
    if program is None:
        raise UsageError(f"there is no program {argv[0]}: give the command by which the agent would start the server.")
    if sys.stdin.isatty():
        sys.stderr.write("assure-tui: this is for an agent to start, in its list of MCP servers; Ctrl-C ends it.\n")
    name = _NOT_IN_NAMES.sub("-", arguments.name or Path(argv[0]).name)[:MAX_NAME]
    witness = Witness(Home.find(arguments.home).witness, name)
    guard = Guard(arguments.home, witness.session)
    relay = Relay([program, *argv[1:]], witness, guard)
    guard.start()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        relay.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        code = relay.run()
    finally:
        witness.close()
    sys.stderr.flush()
    os._exit(code & 0xFF)  # the guard may be inside a native library still, which a closing interpreter would abort
