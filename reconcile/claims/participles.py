"""What stands around a participle: who speaks it, and whether it goes with the noun before it.

"Refund issued" reports a deed; "the price changed" tells what became of a thing, and in "the pages posted there" the
participle only says which pages are meant. Reports in the style of a telegram drop the article along with the
auxiliary, so a noun that kept its article has either an active verb or a relative clause behind it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import object_groups
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.verbs import Tokens

MAX_CLAUSE = 40
"""Words before a participle in which the beginning of its clause is sought."""
MAX_AGO = 6
"""Words within which a participle's "ago" stands."""
MIN_QUOTED = 3
"""Words of a quotation that says something; fewer are a name."""
_STANDING = frozenset(table("grammar")["standing"].split())
_ARTICLES = frozenset(table("grammar")["articles"].split())
_PARTS = frozenset({",", ";", ":", ".", "—", "–", "(", ")", "!", "and", "or", "but", "then", "so", "because", "since"})
_QUOTED = re.compile(r"“[^“”\n]{8,2000}”|(?<![\w\"])\"[^\"\n]{8,2000}\"(?!\w)")


@lru_cache(maxsize=64)
def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of what a statement quotes; one that is a quotation from end to end is the speaker's own words."""
    if '"' not in text and "“" not in text:
        return ()
    spans = (match.span() for match in _QUOTED.finditer(text))
    return tuple(
        (start, end)
        for start, end in spans
        if len(text[start:end].split()) >= MIN_QUOTED and (text[:start].strip("*_ ") or text[end:].strip("*_ .!"))
    )


def goes_with_noun(tokens: Tokens, at: int) -> bool:
    """Whether a bare participle belongs to a noun with an article: "the terms changed", "the pages posted there".

    "Refund to your card issued" opens with a noun that has none, and reports. "With calls planned for May" describes,
    and what was "booked a week ago" is older than the report.
    """
    if any(word == "ago" for word, _, _ in tokens[at + 1 : at + 1 + MAX_AGO]):
        return True
    clause: list[str] = []
    for word, _, _ in reversed(tokens[max(0, at - MAX_CLAUSE) : at]):
        if word in _PARTS:
            break
        clause.insert(0, word)
    if len(clause) > 1 and clause[-2] == "with" and tokens[at][0] in _STANDING:
        return True
    if not clause or _ARTICLES.isdisjoint(clause):
        return False
    return not (_is_thing(clause[0]) and clause[0] not in _ARTICLES)


def is_in_name(text: str, tokens: Tokens, at: int) -> bool:
    """Return whether a word is part of a name in the middle of a sentence: "we have Frozen Mahi Mahi Fillet"."""
    if not 0 < at < len(tokens) - 1:
        return False
    here = text[tokens[at][1]]
    return here.isupper() and text[tokens[at + 1][1]].isupper() and text[tokens[at - 1][1]].islower()


def _is_thing(word: str) -> bool:
    """Return whether a word names something that acts are done to, rather than a verb that opens a sentence."""
    return bool(object_groups((word,)))
