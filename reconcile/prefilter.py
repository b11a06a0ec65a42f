"""Tells cheaply which of many patterns cannot match: a text without certain words is not searched for them.

Most texts hold nothing that a pattern looks for, and finding hundreds of fixed strings in one pass (Aho-Corasick) is
a hundred times faster than running regular expressions. `literals` reads out of a pattern the strings of which a match
must hold one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, Implementation

from assure_tui.reconcile import literals
from assure_tui.reconcile.literals import Strings

MOST = 0.75
"""Share of a text from which on it is searched as a whole, and not near strings."""
_ODD = (("\u017f", "s"), ("\u0131", "i"), ("\u0130", "i"))
"""Letters that a pattern without regard to case takes for one of ASCII, and `str.lower` does not."""


class Finder:
    """Finds fixed strings in a text, all in one pass."""

    __slots__ = ("_automaton",)

    def __init__(self, strings: Sequence[str]) -> None:
        self._automaton = AhoCorasick(strings, implementation=Implementation.DFA, store_patterns=True)

    def held(self, text: str) -> set[str]:
        """Return those of the strings that `text` holds."""
        try:
            return set(self._automaton.find_matches_as_strings(text, overlapping=True))
        except UnicodeEncodeError:
            return set(self._automaton.find_matches_as_strings(_sound(text), overlapping=True))

    def places(self, text: str) -> list[tuple[int, int, int]]:
        """Give each find as the string's number, its start and its end, in order of the ends."""
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            return self._automaton.find_matches_as_indexes(_sound(text), overlapping=True)


def _small(text: str) -> str:
    """Return a text in small letters, each in its place, as a pattern without regard to case sees them."""
    if not text.isascii():
        for odd, letter in _ODD:
            text = text.replace(odd, letter)
    return text.lower()


def _sound(text: str) -> str:
    """Replace each lone surrogate, which UTF-8 cannot encode, with a mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


class Search:
    """A pattern in a text, tried only where a match may begin, or in those stretches only that all its matches lie in.

    All matches of most patterns begin with one of a few strings. A match of another pattern, if its length is bounded,
    is near one of its strings, so that a long text need not be searched.
    """

    __slots__ = (
        "_found",
        "_groups",
        "_lead",
        "_next",
        "_pattern",
        "_places",
        "_reach",
        "_starts",
        "_stretches",
        "_text",
    )

    def __init__(
        self,
        pattern: re.Pattern[str],
        text: str,
        found: dict[str, list[int]],
        groups: list[Strings],
        reach: int | None,
        starts: Strings,
        lead: int,
    ) -> None:
        self._pattern = pattern
        self._text = text
        self._found = found
        self._groups = groups
        self._reach = reach
        self._starts = starts
        self._lead = lead
        self._places: list[int] | None = None
        self._stretches: list[tuple[int, int]] | None = None
        self._next = 0

    def after(self, place: int) -> tuple[int, int] | None:
        """Return the first match that begins at `place` or later; places may only grow from call to call."""
        if self._stretches is None and self._places is None:
            self._prepare()
        if self._places is not None:
            return self._beginning(self._places, place)
        stretches = self._stretches or []
        while self._next < len(stretches):
            begin, end = stretches[self._next]
            match = self._pattern.search(self._text, max(begin, place), end) if place < end else None
            if match is not None:
                return match.span()
            self._next += 1
        return None

    def _beginning(self, places: list[int], place: int) -> tuple[int, int] | None:
        while self._next < len(places):
            at = places[self._next]
            match = self._pattern.match(self._text, at) if at >= place else None
            if match is not None:
                return match.span()
            self._next += 1
        return None

    def _prepare(self) -> None:
        """Choose where to look: where a match may begin, else near the rarest strings, or else everywhere."""
        if self._starts:
            self._places = self._beginnings()
        else:
            self._stretches = self._near() or [(0, len(self._text))]

    def _near(self) -> list[tuple[int, int]] | None:
        """Return the stretches in which all matches lie; None when they would be most of the text."""
        if self._reach is None or not self._groups:
            return None
        held = [[string for string in group if string in self._found] for group in self._groups]
        rarest = min(held, key=lambda group: sum(len(self._found[string]) for string in group))
        joined: list[tuple[int, int]] = []
        for at in sorted(at for string in rarest for at in self._found[string]):
            begin, end = max(0, at - self._reach), at + self._reach
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((begin, end))
        covered = sum(end - begin for begin, end in joined)
        return joined if covered < MOST * len(self._text) else None

    def _beginnings(self) -> list[int]:
        """Return the places where a match may begin, in order."""
        if self._starts == literals.NOTHING:
            return [0]
        found: set[int] = set()
        for string in self._starts:
            at = self._text.find(string)
            while at >= 0:
                found.update(range(max(0, at - self._lead), at + 1))
                at = self._text.find(string, at + 1)
        return sorted(found)


class Sieve:
    """Compiled patterns and the cheap test that tells which of them may match at all.

    The strings are read out of the patterns when the first text comes, so that a sieve costs nothing where none does,
    and a pattern is compiled when it may match for the first time, which most never do in a run.
    """

    __slots__ = (
        "_always",
        "_bounds",
        "_by_string",
        "_compiled",
        "_finder",
        "_flags",
        "_folds",
        "_groups",
        "_others",
        "_strings",
        "_written",
    )

    def __init__(self, patterns: Sequence[str | re.Pattern[str]], flags: int = 0) -> None:
        self._written = tuple(patterns)
        self._flags = flags
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._folds = False
        """Whether strings are sought in small letters, since a pattern has no regard to case."""
        self._always: set[int] = set()
        """Numbers of the patterns without such strings."""
        self._by_string: dict[str, list[int]] = {}
        """For each string of a first group, the patterns it speaks for."""
        self._others: dict[int, list[Strings]] = {}
        """Further groups of a pattern."""
        self._groups: list[list[Strings]] = []
        self._bounds: dict[int, tuple[int | None, Strings, int]] = {}
        """How far from one of its strings a match of a pattern, and what it looks at, may be (None for any distance),
        what it begins with, and how far behind its beginning; read when a pattern is first searched for, which most
        never are."""
        self._strings: list[str] = []
        self._finder: Finder | None = None

    def __len__(self) -> int:
        return len(self._written)

    def pattern(self, number: int) -> re.Pattern[str]:
        """Return a pattern, compiled."""
        known = self._compiled.get(number)
        if known is None:
            written = self._written[number]
            known = re.compile(written, self._flags) if isinstance(written, str) else written
            self._compiled[number] = known
        return known

    def _ready(self) -> Finder:
        """Return what finds the strings of all patterns."""
        if self._finder is None:
            self._read()
            self._finder = Finder(self._strings)
        return self._finder

    def _read(self) -> None:
        parsed = [literals.parse(pattern, self._flags) for pattern in self._written]
        self._folds = any(map(literals.ignores_case, parsed))
        for number, items in enumerate(parsed):
            groups = literals.needed(items)
            if self._folds:
                groups = [frozenset(map(_small, group)) for group in groups]
            first, *others = groups or [frozenset[str]()]
            if not first:
                self._always.add(number)
            for string in first:
                self._by_string.setdefault(string, []).append(number)
            self._others[number] = others
            self._groups.append([first, *others] if first else [])
        strings = {*self._by_string, *(string for groups in self._others.values() for one in groups for string in one)}
        self._strings = sorted(strings)

    def likely(self, text: str) -> list[int]:
        """Return the numbers of the patterns that may match in `text`, in order; no other one matches."""
        held = self._ready().held(_small(text) if self._folds else text)
        return sorted(self._among(held)) if held or self._always else []

    def _among(self, held: set[str]) -> set[int]:
        likely = set(self._always)
        for string in held:
            for number in self._by_string.get(string, ()):
                if number in likely:
                    continue
                for group in self._others[number]:
                    if held.isdisjoint(group):
                        break
                else:
                    likely.add(number)
        return likely

    def searches(self, text: str) -> dict[int, Search]:
        """Return the patterns that may match in `text`, in order, ready to be searched for near their strings."""
        places = self._ready().places(_small(text) if self._folds else text)
        likely = self._among({self._strings[number] for number, _, _ in places})
        if not likely:
            return {}
        found: dict[str, list[int]] = {}
        for number, start, _ in places:
            found.setdefault(self._strings[number], []).append(start)
        return {
            number: Search(self.pattern(number), text, found, self._groups[number], *self._bounds_of(number))
            for number in sorted(likely)
        }

    def _bounds_of(self, number: int) -> tuple[int | None, Strings, int]:
        bounds = self._bounds.get(number)
        if bounds is None:
            pattern = self.pattern(number)
            parsed = literals.parse(pattern)
            reach = literals.reach(parsed) if self._groups[number] else None
            bounds = self._bounds[number] = (reach, *literals.starts(parsed))
        return bounds

    def finds(self, text: str) -> bool:
        """Return whether any of the patterns matches in `text`."""
        return any(self.pattern(number).search(text) for number in self.likely(text))

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match of the first pattern that matches in `text`."""
        found = (self.pattern(number).search(text) for number in self.likely(text))
        return next(filter(None, found), None)
