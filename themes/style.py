"""The style sheet of the terminal UI."""

from __future__ import annotations

from importlib.resources import files


def sheet() -> str:
    """Read the Textual style sheet: layout only, colours are variables of the palettes."""
    return files(__package__).joinpath("desk.tcss").read_text(encoding="utf-8")
