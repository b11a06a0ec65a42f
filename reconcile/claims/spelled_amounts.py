"""Amounts of money in words, as who speaks aloud gives them: "one hundred eighty-eight dollars and fifty cents"."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from assure_tui.reconcile.model import Money
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_WORDS = 12
"""Words of one number."""
BEFORE = 140
"""Code points before a currency in which its number is sought."""
TENS = 20
"""From here on a number is said in two words."""
HUNDRED, THOUSAND = 100, 1000
CURRENCIES: dict[str, str] = {
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "rupee": "INR",
    "rupees": "INR",
    "francs": "CHF",
}
"""Those that are named in full."""
_OPENINGS = (" dollar", " euro", " pound", " rupee", " francs")
"""Nothing is spelt out in a text that has none of these."""
_NAMED = re.compile(rf"[ -]({'|'.join(CURRENCIES)})\b")
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_LARGE = frozenset({"hundred", "thousand"})
_SMALL: Mapping[str, int] = {
    **{word: value for value, word in enumerate(table("grammar")["numbers"].split()) if value < TENS},
    **{word: TENS + 10 * place for place, word in enumerate(_TENS.split())},
}
_CENTS = re.compile(r"(?:,? and|,)? ([a-z]{3,9}(?:[ -][a-z]{3,5})?) cents?\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{1,9}", re.IGNORECASE)
_NO_WORD = re.compile(r"[^a-z -]", re.IGNORECASE)


def amounts(text: str) -> Iterator[tuple[tuple[int, int], Money]]:
    """Yield the amounts in a text that are spelt out, each with its span."""
    low = text.lower()
    if not any(map(low.__contains__, _OPENINGS)):
        return
    for match in _NAMED.finditer(low):
        start, value = _number_before(low, match.start())
        if value is None:
            continue
        end = match.end()
        cents = _CENTS.match(low, end)
        part = _value(_WORD.findall(cents[1])) if cents else None
        if cents is None or not part or part >= HUNDRED:
            yield (start, end), Money(str(value), CURRENCIES[match[1]])
        else:
            yield (start, cents.end()), Money(f"{value}.{part:02}", CURRENCIES[match[1]])


def _number_before(low: str, end: int) -> tuple[int, int | None]:
    """Read the number that ends at a place: where it begins, and its value."""
    begin = max(0, end - BEFORE)
    blank = max((match.end() for match in _NO_WORD.finditer(low, begin, end)), default=begin)
    found = list(_WORD.finditer(low, blank, end))[-MAX_WORDS:]
    run = list(takewhile(lambda word: word[0] in _SMALL or word[0] in _LARGE or word[0] in {"and", "a"}, found[::-1]))
    while run and (run[-1][0] == "and" or (run[-1][0] == "a" and (len(run) == 1 or run[-2][0] not in _LARGE))):
        run.pop()
    return (run[-1].start(), _value([word[0] for word in reversed(run)])) if run else (end, None)


def _value(words: list[str]) -> int | None:
    """Return the value of a number's words; None for words that make no number: "one two", "twenty twelve"."""
    total, part, room = 0, 0, THOUSAND
    for word in words:
        if word == "thousand":
            total, part, room = (part or 1) * THOUSAND, 0, THOUSAND
        elif word == "hundred":
            part, room = (part or 1) * HUNDRED, HUNDRED
        elif word in _SMALL:
            value = _SMALL[word]
            if value >= room:
                return None
            part, room = part + value, 10 if value >= TENS else 1
        elif word not in {"a", "and"}:
            return None
    return total + part
