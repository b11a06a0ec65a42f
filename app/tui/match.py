"""The filter language on what is already on the screen: `field:value`, `-field:value`, `>n`, `~regex`, bare words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

LONGEST_QUERY: Final = 200
LONGEST_VALUE: Final = 500
"""Code points of a value that a pattern is tried on."""


class Matcher:
    """A filter. Terms are joined by and; a term that is not understood matches as plain words."""

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


def _value_matches(wanted: str, value: str) -> bool:
    value = value[:LONGEST_VALUE]
    if wanted.startswith("~"):
        try:
            return re.search(wanted[1:], value, re.IGNORECASE) is not None
        except re.error:
            return False
    if wanted[:1] in {">", "<"}:
        try:
            number, limit = float(value), float(wanted[1:])
        except ValueError:
            return False
        return number > limit if wanted[0] == ">" else number < limit
    return wanted.casefold() in value.casefold()
