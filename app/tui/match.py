"""The filter language on what is already on the screen: `field:value`, `-field:value`, `>n`, `~regex`, bare words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from assure_tui.app.desk.patterns import LONGEST_SUBJECT, bounded_pattern

LONGEST_QUERY: Final = 200
LONGEST_VALUE: Final = 500
"""Code points of a value that plain words are looked for in."""


class Matcher:
    """A filter. Terms are joined by and; a pattern that is wrong, or that could take long, matches nothing."""

    def __init__(self, query: str) -> None:
        self._terms = query[:LONGEST_QUERY].split()

    def __call__(self, fields: Mapping[str, str], among: Collection[str] = ()) -> bool:
        """Return whether a thing with these fields is shown. Bare words are looked for `among` some, or in all."""
        return all(_matches(term, fields, among or fields) for term in self._terms)


def _matches(term: str, fields: Mapping[str, str], among: Collection[str]) -> bool:
    name, colon, wanted = term.lstrip("-").partition(":")
    if colon and name in fields:
        return _value_matches(wanted, fields[name]) is not term.startswith("-")
    if term.startswith("-") and len(term) > 1:
        return not _anywhere(term[1:], fields, among)
    return _anywhere(term, fields, among)


def _anywhere(term: str, fields: Mapping[str, str], among: Collection[str]) -> bool:
    return any(_value_matches(term, fields[name]) for name in among)


def _value_matches(wanted: str, value: str) -> bool:
    value = value[:LONGEST_VALUE]
    if wanted.startswith("~"):
        try:
            return bounded_pattern(wanted[1:]).search(value[:LONGEST_SUBJECT]) is not None
        except ValueError:
            return False
    if wanted[:1] in {">", "<"}:
        try:
            number, limit = float(value), float(wanted[1:])
        except ValueError:
            return False
        return number > limit if wanted[0] == ">" else number < limit
    return wanted.casefold() in value.casefold()
