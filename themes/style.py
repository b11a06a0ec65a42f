"""The style sheet of the terminal UI."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SHEET: Final = Path(__file__).with_name("desk.tcss")
"""Layout only; colours are variables of the palettes."""
