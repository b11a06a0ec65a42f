"""The recorder beside the screen: a child process, so that parsing never makes a key wait."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from assure_tui.app.child import command

PATIENCE: Final = 5.0
"""Seconds that the recorder has to finish its batch when the screen closes."""


@contextmanager
def attached(arguments: Sequence[str] = ()) -> Iterator[int]:
    """Run `record --attached` while the screen is open. Give its process id.

    It ends when its standard input closes, however we end.
    """
    child = subprocess.Popen(  # noqa: S603 - our own program, with arguments that our caller made
        command("assure_tui.app", "record", "--attached", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield child.pid
    finally:
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.terminate()
            child.wait(PATIENCE)
