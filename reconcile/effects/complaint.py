"""The line in which a failed call says what went wrong, for a reviewer to read beside the finding."""

from __future__ import annotations

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.printed_ending import bad_end

MAX_READ = 8_000
"""Characters of a result that are looked through: of a program's output the last, of a tool's answer the first."""
MAX_SAID = 100
"""Characters of the line that are kept."""
_MARKUP = re.compile(r"</?\w[\w-]{0,40}>")
"""Tags that agents put around what their tools answer."""


def of_output(text: str) -> str:
    """Return the line by which a program's output ends badly, else its last line; "" without any."""
    last = text[-MAX_READ:]
    return _cut(bad_end(last) or next((line for line in reversed(last.splitlines()) if line.strip()), ""))


def of_answer(text: str) -> str:
    """Return the first line of what a tool answers, without markup; "" without any."""
    lines = (_MARKUP.sub(" ", line) for line in text[:MAX_READ].splitlines())
    return _cut(next((line for line in lines if line.strip()), ""))


def _cut(line: str) -> str:
    flat = " ".join(line.split())
    return flat if len(flat) <= MAX_SAID else flat[: MAX_SAID - 1] + "…"
