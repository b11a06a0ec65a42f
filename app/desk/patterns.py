"""Patterns that an operator types, and that are tried on what a hostile log says."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

LONGEST_SUBJECT: Final = 200
"""Code points that a pattern is tried on."""
MOST_REPEATS: Final = 3
"""With three repeats at most, none of them of a group, the worst pattern takes a fraction of a second on a subject."""
_REPEAT: Final = re.compile(r"(?<!\\)[*+?{]")
_RISKY: Final = re.compile(r"\)[*+?{]|\\\d|\(\?")


@lru_cache(maxsize=64)
def bounded_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern that ignores case.

    Raises:
        ValueError: The pattern is wrong, or could take long; the message says which.
    """
    if _RISKY.search(text) or len(_REPEAT.findall(text)) > MOST_REPEATS:
        raise ValueError(f"it may repeat at most {MOST_REPEATS} times, and no group")
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(str(error)) from error
