"""Replies to an order in a turn in which nothing was done.

"Your plan is now Basic", "The file is gone", "$40 is on its way back": no verb of the lexicon tells of a deed, but the
user had asked for just that, and the agent called nothing that does anything. What a lookup of the run has told is not
taken for a deed, and neither are words of another time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import singular
from assure_tui.reconcile.match.business.model import tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.reconcile.claims.reports import Telling
    from assure_tui.reconcile.match.business.model import Act

_HEARD = frozenset({"hear", "see", "news"})
"""Words of who was told how a thing stands: "I'm glad to hear that it's on now"."""
_WOULD = re.compile(
    r"\b(?:let me|i['’]ll|i will|i['’]m going to|i am going to|(?:shall|should|can|could|may) i|(?:want|like) me to)\b"
    r"[^.!?\n]{3,160}",
    re.IGNORECASE,
)
"""Words by which the agent says what it does next, or would do."""
WOULD = "the agent had said that it would, but no call of that turn does anything"
STANDS = frozenset({"now", "stands", "has"})
"""Forms that tell how a thing stands since it was done."""


def is_idle(acts: Iterable[Act], turn: int) -> bool:
    """Return whether a turn did nothing: no call but looks, and none that failed."""
    return not any(act.turn == turn for act in acts)


def announced(telling: Telling, before: Iterable[str]) -> str:
    """Say why a telling of an idle turn is of nothing that was done: the agent had only said that it would do it.

    `before` are the texts of the turn before the report: "Let me put you into the queue now."
    """
    if telling.form not in STANDS or telling.apart or not _HEARD.isdisjoint(telling.words):
        return ""
    words = {word for text in before for match in _WOULD.finditer(text) for word in tokens_of(match.group())}
    return WOULD if any(singular(word) in words or word in words for word in telling.words) else ""
