"""Identifiers of a report that stand nowhere else in the run: a confirmation of what was never done has to be made up.

"Your return is created (RMA-774203)" after nothing but looks: no result gave the number. Honest reports give none that
nobody gave them, but for examples of what the user may enter.
"""

from __future__ import annotations

from functools import lru_cache

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.name_forms import form, names_in

MIN_DIGITS = 3
"""Digits of an identifier that no system's name or unit has by chance."""
_MADE = frozenset({"numbered", "code", "joined"})
_EXAMPLE = re.compile(r"\b(?:e\.g|for example|for instance|such as|like|format|looks?|example)\b[^\n]{0,40}\Z")
_MEASURE = re.compile(r"\d{1,9}-[a-z]{1,20}")
"""A size, not an identifier: "1000-piece"."""


@lru_cache(maxsize=64)
def codes_of(text: str) -> tuple[str, ...]:
    """Return the identifiers of a report that only a system gives; a text that asks shows examples of what to enter."""
    if asks_leave(text, strictly=True):
        return ()
    return tuple(
        name
        for name in names_in(text)
        if form(name)[0] in _MADE and sum(map(str.isdigit, name)) >= MIN_DIGITS and not _MEASURE.fullmatch(name)
        if not _EXAMPLE.search(text[: text.find(name)].lower())
    )
