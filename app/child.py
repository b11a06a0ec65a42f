"""How processes of our own are started: the recorder beside the screen, the demo's player."""

from __future__ import annotations

import sys


def command(module: str, *words: str) -> list[str]:
    """Return the command that runs one of our modules in a process of its own.

    We are started inside repositories that somebody else wrote. `-m` alone would put the folder that we stand in before
    the installed packages, and a file there that is called as one of them would run as the user; `-P` leaves it out. So
    does `-E` with the folders that PYTHONPATH names, which is often the repository itself.
    """
    return [sys.executable, "-E", "-P", "-m", module, *words]
