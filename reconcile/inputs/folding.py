"""Folds text for reading: lower case, one blank between words, escapes of JSON and YAML undone; with the way back."""

from __future__ import annotations

import re
from bisect import bisect_right

_BREAK = re.compile(r"(?:\\[nrt]|\\(?=\r?\n)|\s|\\(?= )|\"\s*\+\s*\")+|''|\\([\"'/])")


class Folded:
    """A text in folded form. `at` gives the place in the original of a place in the folded text."""

    __slots__ = ("_back", "_marks", "text")

    def __init__(self, raw: str, offset: int = 0) -> None:
        parts: list[str] = []
        marks: list[int] = []
        back: list[int] = []
        length = last = 0
        for match in _BREAK.finditer(raw):
            start, end = match.span()
            if start > last:
                piece = raw[last:start]
                marks.append(length)
                back.append(offset + last)
                parts.append(piece)
                length += len(piece)
            marks.append(length)
            back.append(offset + start)
            parts.append("'" if match[0] == "''" else match[1] or " ")
            length += 1
            last = end
        if last < len(raw):
            marks.append(length)
            back.append(offset + last)
            parts.append(raw[last:])
        joined = "".join(parts)
        lowered = joined.lower()
        # Lower case changes the length of a few letters: those texts are folded letter by letter.
        self.text = lowered if len(lowered) == len(joined) else "".join(
            char.lower() if len(char.lower()) == 1 else char for char in joined
        )  # fmt: skip
        self._marks = marks
        self._back = back

    def at(self, place: int) -> int:
        """Give the place in the original text."""
        if not self._marks:
            return 0
        index = bisect_right(self._marks, place) - 1
        return self._back[max(0, index)] + place - self._marks[max(0, index)]


def fold(text: str) -> str:
    """Give the folded form alone."""
    return Folded(text).text
