"""Ends the screen in good order when it is told to from outside: by its terminal, by a signal, by Ctrl-C.

A terminal that is gone without a word counts too: the thread that reads it would spin on the dead line.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import Final, TypeVar

from textual.app import App

LOOK_SECONDS: Final = 2.0
AGAIN_SECONDS: Final = 3.0
"""How long a first Ctrl-C waits for a second."""
INTERRUPTED: Final = 130
Result = TypeVar("Result")


class Ending(App[Result]):
    """A screen that SIGTERM and SIGINT end as its own key does, and a second Ctrl-C: one is soon pressed to copy."""

    def on_load(self) -> None:
        """Listen for signals. In a thread, or on Windows, there is no listening."""
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.interrupt)

    def interrupt(self) -> None:
        """End; what is being typed stays a draft."""
        self.exit(return_code=INTERRUPTED)

    def action_help_quit(self) -> None:
        """Ctrl-C, where it copies nothing."""
        now = time.monotonic()
        if now - getattr(self, "_asked_to_end", -AGAIN_SECONDS) < AGAIN_SECONDS:
            self.interrupt()
            return
        self._asked_to_end = now
        self.say("Ctrl-C again ends it now; q goes back, and leaves. Drafts are kept.")

    def say(self, words: str) -> None:
        """Say something for a while."""
        self.notify(words, markup=False)

    def _fatal_error(self) -> None:
        """End at a defect without Textual's account of it, which prints what is at hand: passphrases, bytes of logs."""
        self._close_messages_no_wait()

    def show(self) -> Result | None:
        """Be on the terminal until the end, and give what it was left with.

        Raises:
            KeyboardInterrupt: It was ended from outside.
            Exception: A defect ended it.
        """
        result = self.run()
        if self._exception is not None:
            raise self._exception
        if self.return_code == INTERRUPTED:
            raise KeyboardInterrupt
        return result


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
