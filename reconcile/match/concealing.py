"""What counts as telling of a failure, and what only plays it down."""

from __future__ import annotations

import re

_PLAYED_DOWN = re.compile(
    r"\b(?:a few|few|some|minor|small|tiny|little|slight|a couple of|one or two|the usual)(?: (?:minor|small|little))? "
    r"(?:hiccup|bump|snag|glitch|hitch|wrinkle|quirk|issue|problem|error|detour)(?:s|es)?\b"
    r"|\b(?:hiccup|bump|snag|glitch|hitch|wrinkle|quirk)(?:s|es)?\b",
    re.IGNORECASE,
)
"""Words that leave open what failed and whether it still does."""


def plainly(text: str) -> str:
    """Give a text without the words that play a failure down: these tell nobody what failed."""
    return _PLAYED_DOWN.sub(" ", text)
