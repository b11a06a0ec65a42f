"""`assure-tui record`: the engine without a screen."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from assure_tui.app.cli.talk import gathered, talk
from assure_tui.app.desk.describe import code_of, label
from assure_tui.app.desk.errors import LedgerDamagedError
from assure_tui.app.desk.paths import from_home
from assure_tui.app.desk.views import Queue
from assure_tui.app.desk.watch.live_run import FindingOfRun
from assure_tui.app.desk.watch.recorder import Recorder
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.lease import RecorderLease

WIDTH = 400
NAMED = 3
"""Places that are named as watched."""
PROGRESS_SECONDS = 5.0
"""How often it is told how far the history was read."""


def run(arguments: argparse.Namespace) -> int:
    """Record until told to stop: by a signal, or with `--attached` by the end of standard input."""
    setting = gathered(arguments)
    holder = RecorderLease(setting.home.lease).holder() if setting.home.lease.exists() else None
    if holder is not None:
        talk(f"process {holder} is already recording: waiting to take over when it ends.")
    elif not arguments.attached:
        talk(f"recording {places(setting.roots)}; stop with Ctrl-C.")
    stop = threading.Event()
    interrupted = _stop_on_signals(stop)
    if arguments.attached:
        threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    recorder = Recorder(
        setting.home,
        setting.roots,
        settings=setting.workspace.settings,
        feeds=setting.workspace.feeds,
        exclude=setting.exclude,
        backfill=arguments.backfill,
        needs_ledger=not arguments.attached,
        user=setting.user,
        known=setting.left_out(arguments.paths),
        on_finding=_tell,
        on_problem=talk,
        on_queue=_say_nothing if arguments.attached else Progress(),
    )
    recorder.run(stop)
    if recorder.unwritten:
        return LedgerDamagedError.code
    return 130 if interrupted.is_set() and not arguments.attached else 0


def _tell(finding: FindingOfRun, run: str) -> None:
    text = f"{run}  {label(finding)}: {finding.message}  ({finding.severity} {code_of(finding)})"
    print(neutral_line(text, WIDTH), flush=True)


class Progress:
    """Tells now and then how far the history was read, and when all of it was."""

    def __init__(self) -> None:
        self._due = time.monotonic() + PROGRESS_SECONDS
        self._told = False

    def __call__(self, queue: Queue | None) -> None:
        """Hear how far it is; None when all of it was read."""
        if queue is None and self._told:
            talk("the backlog has been read.")
        elif queue is not None and time.monotonic() >= self._due:
            talk(f"reading the backlog: {queue}")
            self._told, self._due = True, time.monotonic() + PROGRESS_SECONDS


def _say_nothing(_queue: Queue | None) -> None:
    """Whoever started a recorder beside it shows the queue itself, and takes the last words for why it ended."""


def places(roots: Sequence[Path]) -> str:
    """Name the first places that are there, and how many more are watched."""
    named = [from_home(root) for root in roots if root.exists()][:NAMED]
    more = len(roots) - len(named)
    rest = f"{more:,}{' more' if named else ''} {'place' if more == 1 else 'places'} that `assure-tui doctor` lists"
    return " and ".join(filter(None, (", ".join(named), rest if more else "")))


def _stop_on_signals(stop: threading.Event) -> threading.Event:
    """Stop in good order on SIGTERM and SIGINT; give an event that is set by the latter."""
    interrupted = threading.Event()

    def handle(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            interrupted.set()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    return interrupted


def _stop_at_end_of_input(stop: threading.Event) -> None:
    try:
        while os.read(sys.stdin.fileno(), 4096):
            pass
    except (OSError, ValueError):
        pass
    stop.set()
