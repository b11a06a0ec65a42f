"""The filter language on what is already on the screen: `field:value`, `-field:value`, `>n`, `~regex`, bare words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

LONGEST_QUERY: Final = 200
LONGEST_VALUE: Final = 500
"""Code points of a value that plain words are looked for in."""
LONGEST_SUBJECT: Final = 200
MOST_REPEATS: Final = 3
"""A pattern is typed by the operator, but tried on what a log says: with three repeats at most, none of them of a
group, and 200 code points, the worst of them takes a fraction of a second."""
_REPEAT: Final = re.compile(r"(?<!\\)[*+?{]")
_RISKY: Final = re.compile(r"\)[*+?{]|\\\d|\(\?")


class Matcher:
    """A filter. Terms are joined by and; a pattern that is wrong, or that could take long, matches nothing."""

    def __init__(self, query: str) -> None:
        self._terms = query[:LONGEST_QUERY].split()

    def __call__(self, fields: Mapping[str, str]) -> bool:
        """Tell whether a thing with these fields is shown."""
        return all(_matches(term, fields) for term in self._terms)


def _matches(term: str, fields: Mapping[str, str]) -> bool:
    name, colon, wanted = term.lstrip("-").partition(":")
    if colon and name in fields:
        return _value_matches(wanted, fields[name]) is not term.startswith("-")
    if term.startswith("-") and len(term) > 1:
        return not _anywhere(term[1:], fields)
    return _anywhere(term, fields)


def _anywhere(term: str, fields: Mapping[str, str]) -> bool:
    return any(_value_matches(term, value) for value in fields.values())


@lru_cache(maxsize=64)
def _pattern(text: str) -> re.Pattern[str] | None:
    """Compile a pattern, unless it is wrong or could take long: that matches nothing."""
    if _RISKY.search(text) or len(_REPEAT.findall(text)) > MOST_REPEATS:
        return None
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        return None


def _value_matches(wanted: str, value: str) -> bool:
    value = value[:LONGEST_VALUE]
    if wanted.startswith("~"):
        pattern = _pattern(wanted[1:])
        return pattern is not None and pattern.search(value[:LONGEST_SUBJECT]) is not None
    if wanted[:1] in {">", "<"}:
        try:
            number, limit = float(value), float(wanted[1:])
        except ValueError:
            return False
        return number > limit if wanted[0] == ">" else number < limit
    return wanted.casefold() in value.casefold()
