"""What counts as telling of a failure, and what only plays it down."""

from __future__ import annotations

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.shared_prefilter import SENTENCES

_PLAYED_DOWN = SENTENCES.compile(
    r"\b(?:a few|few|some|minor|small|tiny|little|slight|a couple of|one or two|the usual)(?: (?:minor|small|little))? "
    r"(?:hiccup|bump|snag|glitch|hitch|wrinkle|quirk|issue|problem|error|detour)(?:s|es)?\b"
    r"|\b(?:hiccup|bump|snag|glitch|hitch|wrinkle|quirk)(?:s|es)?\b",
    re.IGNORECASE,
)
"""Words that leave open what failed and whether it still does."""

FAILS = re.compile(
    r"\b(?:fail\w*|errors?|problem\w*|issues?|unable|cannot|unfortunately|unsuccessful\w*|denied|reject\w*|declin\w*"
    r"|refus\w*|invalid|not|no longer|pending|still|however|sorry|apolog\w*|already)\b|n['’]t\b"
)
"""Words by which a clause in lower case tells of a failure."""


def plainly(text: str) -> str:
    """Return a text without the words that play a failure down: these tell nobody what failed."""
    return _PLAYED_DOWN.sub(" ", text)
