"""Ends the program when its terminal is gone and nobody told it: else its input thread would spin on the dead line."""

from __future__ import annotations

import os
import signal
import sys
import time
from threading import Thread
from typing import Final

LOOK_SECONDS: Final = 2.0


def end_with_terminal() -> None:
    """Look after the terminal from here on, where there is one; a terminal that hangs up sends the same signal."""
    try:
        import termios  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        return
    line = sys.stdin.fileno()
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # under nohup, too, a screen ends with its terminal
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def look() -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                termios.tcgetattr(line)
            except termios.error:
                os.kill(os.getpid(), signal.SIGHUP)

    Thread(target=look, name="terminal", daemon=True).start()
