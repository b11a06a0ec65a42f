"""Literal text that a pattern cannot match without, so that a substring test spares most searches.

Sixty patterns are held against every sentence, and nearly all of them miss; `"pushed" in text` costs a twentieth of a
search. The reading is conservative: what is not understood gives no cue, and a pattern without cues is always tried.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MIN_CUE = 3
"""Shorter literals are in most sentences."""

_OPTIONAL = re.compile(r"[?*]|\{0?,\d*\}|\{0\}")
_REPEAT = re.compile(r"[+?*]\??|\{\d*,?\d*\}\??")


class Cued(NamedTuple):
    """A pattern with its cues."""

    pattern: re.Pattern[str]
    cues: tuple[str, ...]

    def search(self, text: str) -> re.Match[str] | None:
        """Search, if the text holds a cue."""
        for cue in self.cues:
            if cue in text:
                break
        else:
            if self.cues:
                return None
        return self.pattern.search(text)


def cued(pattern: re.Pattern[str]) -> Cued:
    """Find the cues of a compiled pattern."""
    return Cued(pattern, cues(pattern.pattern))


def cues(pattern: str) -> tuple[str, ...]:
    """Give literals of which every match holds at least one; none when that cannot be told."""
    found, _ = _alternatives(pattern, 0)
    return tuple(sorted(found))


def _alternatives(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """Read alternatives up to a closing bracket: the union of their cues, or nothing if one of them has none."""
    union: frozenset[str] = frozenset()
    complete = True
    while True:
        best, at = _sequence(pattern, at)
        complete = complete and bool(best)
        union |= best
        if at < len(pattern) and pattern[at] == "|":
            at += 1
            continue
        return (union if complete else frozenset()), at


def _sequence(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """Read a sequence: the best of its mandatory parts."""
    best: frozenset[str] = frozenset()
    run = ""
    while at < len(pattern) and pattern[at] not in "|)":
        char = pattern[at]
        if char == "(":
            best, run = _better(best, run), ""
            inner, at = _group(pattern, at)
            if not _OPTIONAL.match(pattern, at):
                best = _better(best, *inner)
            at = _after(pattern, at)
        elif char == "[" or char in "\\.^$" or not (char.isalnum() or char in " '-:"):
            best, run = _better(best, run), ""
            at = _after(pattern, _class_end(pattern, at) if char == "[" else at + (2 if char == "\\" else 1))
        else:
            end = _after(pattern, at + 1)
            if end == at + 1:
                run += char
            else:
                kept = "" if _OPTIONAL.match(pattern, at + 1) else char
                best, run = _better(best, run + kept), ""
            at = end
    return _better(best, run), at


def _group(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """Read a group; a look-around tells nothing of the match itself."""
    around = pattern.startswith(("(?=", "(?!", "(?<"), at)
    at += 3 if pattern.startswith("(?", at) else 1
    inner, at = _alternatives(pattern, at)
    return (frozenset() if around else inner), at + 1


def _class_end(pattern: str, at: int) -> int:
    at += 2 if pattern.startswith("[^", at) else 1
    at += 1
    while pattern[at - 1] != "]" or pattern[at - 2] == "\\":
        at += 1
    return at


def _after(pattern: str, at: int) -> int:
    repeat = _REPEAT.match(pattern, at)
    return repeat.end() if repeat else at


def _better(best: frozenset[str], *candidate: str) -> frozenset[str]:
    """Keep the cues that fewer texts hold: the longer the shortest of them, the rarer."""
    if not candidate or min(map(len, candidate)) < MIN_CUE:
        return best
    return frozenset(candidate) if not best or min(map(len, candidate)) > min(map(len, best)) else best
