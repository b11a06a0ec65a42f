"""Asks before something is done that cannot be taken back."""

from __future__ import annotations

import sys

from assure_tui.app.desk.errors import UsageError


def agreed(question: str, *, yes: bool, look: str, otherwise: str = "nothing was done") -> bool:
    """Ask, unless `yes` has answered. The end of the input is not an answer, and without an answer it is no.

    Raises:
        UsageError: There is nobody to ask; `look` says where what is asked about was told.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(f"there is no terminal to ask on: check {look} above, then use --yes.")
    try:
        if input(f"{question} type yes: ") == "yes":
            return True
    except EOFError:
        print()
    print(f"assure-tui: {otherwise}.", file=sys.stderr)
    return False
