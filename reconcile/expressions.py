"""Regular expressions that are compiled when they are first used, under the names of the standard library's `re`.

A check has some seven hundred of them, and one run uses a tenth: compiling all of them took a third of what the check
of a small log takes. A module of the check imports this one in the place of `re`:
`from assure_tui.reconcile import expressions as re`.
"""

from __future__ import annotations

import re as standard
from re import (
    DOTALL,
    IGNORECASE,
    MULTILINE,
    VERBOSE,
    Match,
    Pattern,
    escape,
    findall,
    finditer,
    fullmatch,
    match,
    search,
    split,
    sub,
)
from typing import Any, cast

__all__ = [
    "DOTALL",
    "IGNORECASE",
    "MULTILINE",
    "VERBOSE",
    "Late",
    "Match",
    "Pattern",
    "compile",
    "escape",
    "findall",
    "finditer",
    "fullmatch",
    "match",
    "search",
    "split",
    "sub",
]


class Late:
    """Stands for a pattern until it is first used, and remembers what it was asked for."""

    def __init__(self, written: str, flags: int) -> None:
        self.pattern = written
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        """Return what the compiled pattern has under a name."""
        if not hasattr(Pattern, name):
            raise AttributeError(name=name, obj=self)
        compiled = self.__dict__.get("compiled") or standard.compile(self.pattern, self._given)
        self.__dict__["compiled"] = compiled
        found = self.__dict__[name] = getattr(compiled, name)
        return found


def compile(written: str, flags: int = 0) -> Pattern[str]:  # noqa: A001 - it stands in for the function of this name
    """Return a pattern that will be compiled when it is first used."""
    return cast("Pattern[str]", Late(written, flags))
