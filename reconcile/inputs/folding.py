"""Folds text for reading: lower case, one blank between words, escapes of JSON and YAML undone; with the way back."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from assure_tui.reconcile.prefilter import Sieve

_BREAK = re.compile(r"(?:\\[nrt]|\\(?=\r?\n)|\s|\\(?= )|\"\s*\+\s*\")+|''|\\([\"'/])")
# The same in three steps that do not visit every blank; correct for texts in which nothing is joined with a plus.
_JOINED = re.compile(r"\"\s*\+\s*\"")
_ESCAPED_BREAK = re.compile(r"\\(?:[nrt]|(?=\r?\n| ))")
_ESCAPED_MARK = re.compile(r"['\\](?:(?<=')(')|(?<=\\)([\"'/]))")

_LONGER_BREAK = re.compile(
    r"(?:\\[nrt]|\\(?=\r?\n)|\s(?=[\s\\\"])|\\(?= )|\"\s*\+\s*\")(?:\\[nrt]|\\(?=\r?\n)|\s|\\(?= )|\"\s*\+\s*\")*"
    r"|''|\\([\"'/])"
)
"""The same but for single blanks, which change no place."""

_BLANK_LINE = re.compile(r"(?:\\n|\n)[ \t\r]{0,40}\\?[ \t\r]{0,40}(?:\\n|\n)")


class Folded:
    """A text in folded form. `at` gives the place in the original of a place in the folded text."""

    __slots__ = ("_back", "_marks", "_offset", "_pieces", "_raw", "text")

    def __init__(self, raw: str, offset: int = 0) -> None:
        self.text = fold(raw)
        self._raw = raw
        self._offset = offset
        self._pieces = _pieces(raw, offset)
        self._marks: list[int] = []
        self._back: list[int] = []

    def at(self, place: int) -> int:
        """Return the place in the original text."""
        while not self._marks or self._marks[-1] <= place:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._marks.append(piece[0])
            self._back.append(piece[1])
        if not self._marks:
            return 0
        index = max(0, bisect_right(self._marks, place) - 1)
        return self._back[index] + place - self._marks[index]

    def spans(self, patterns: Sieve) -> list[tuple[int, int]]:
        """Return the places of patterns in the original text."""
        likely = (patterns.pattern(number) for number in patterns.likely(self._raw))
        found = (match.span() for pattern in likely for match in pattern.finditer(self._raw))
        return [(start + self._offset, end + self._offset) for start, end in found]

    def breaks(self, start: int, end: int) -> bool:
        """Whether a blank line stood between two places of the folded text."""
        return _BLANK_LINE.search(self._raw, self.at(start) - self._offset, self.at(end) - self._offset) is not None


def _pieces(raw: str, offset: int) -> Iterator[tuple[int, int]]:
    """Tell where each piece between two longer breaks, and each of these, begins: folded and in the original."""
    length = last = 0
    for match in _LONGER_BREAK.finditer(raw):
        start, end = match.span()
        if start > last:
            yield length, offset + last
            length += start - last
        yield length, offset + start
        length += 1
        last = end
    if last < len(raw):
        yield length, offset + last


def fold(text: str) -> str:
    """Return the folded form alone."""
    if not text:
        return ""
    if '"' in text and _JOINED.search(text):
        joined = _BREAK.sub(_unbroken, text)
    else:
        escaped = "\\" in text
        plain = _ESCAPED_BREAK.sub(" ", text) if escaped else text
        joined = f"{' ' * plain[0].isspace()}{' '.join(plain.split())}{' ' * plain[-1].isspace()}"
        if joined.isspace():
            joined = " "
        if escaped or "''" in joined:
            joined = _ESCAPED_MARK.sub(r"\1\2", joined)
    lowered = joined.lower()
    if len(lowered) == len(joined):
        return lowered
    # Lower case changes the length of a few letters: those texts are folded letter by letter.
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in joined)


def _unbroken(match: re.Match[str]) -> str:
    return "'" if match[0] == "''" else match[1] or " "


def without(folded: str, stretches: Iterable[str]) -> str:
    """Return a text without stretches of it, which may overlap, wherever they stand."""
    spans: list[tuple[int, int]] = []
    for stretch in stretches:
        at = folded.find(stretch)
        while at >= 0 and stretch:
            spans.append((at, at + len(stretch)))
            at = folded.find(stretch, at + len(stretch))
    parts: list[str] = []
    last = 0
    for start, end in sorted(spans):
        if start > last:
            parts.append(folded[last:start])
        last = max(last, end)
    parts.append(folded[last:])
    return " ".join(parts)
