"""What the program says of itself."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """Version of the program, as installed."""
    from importlib.metadata import version as installed  # noqa: PLC0415 - 20 ms that most commands need not pay

    return installed("assure-tui")
