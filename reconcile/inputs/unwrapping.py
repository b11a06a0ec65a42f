"""Text in another dress, taken off once: base64, hex, percent signs, look-alike letters, split letters.

What is wrapped is found by the same cheap pass as plain words: the wrapped forms of a few telling words are fixed
strings, too. Only the stretch around such a find is unwrapped, and only once.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

import msgspec

from assure_tui.reconcile.inputs.signs import beyond_ascii, dresses, signs
from assure_tui.reconcile.tables import table

MAX_FOUND = 8
MAX_TEXT = 200_000
"""Characters of a text that are looked at."""
MAX_STRETCH = 8000
"""Characters of one stretch."""
WRAPPED_LINE = 60
"""Characters from which on a line of base64 goes on in the next."""
MIN_PLAIN = 0.85
"""Share of letters and ordinary marks from which on bytes count as text."""

_SETS = {
    "base64": re.compile(r"[A-Za-z0-9+/_=-]"),
    "hex": re.compile(r"[0-9a-fA-F \\x]"),
    "percent": re.compile(r"[^\s\"'<>]"),
    "spaced": re.compile(r"[^\n]"),
}
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
_BETWEEN = re.compile("[a-zA-Z][\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]{1,4}[a-zA-Z]")
_DISGUISES = re.compile("[\u00ad\u0370-\u03ff\u0400-\u04ff\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
"""Signs without which nothing is disguised; one class alone, which is searched for much faster than alternatives."""
_MIXED = re.compile("[a-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][a-z]", re.IGNORECASE)
_SINGLE = re.compile(r"(?<=\S) (?=\S)")


class Unwrapped(msgspec.Struct, frozen=True):
    """A stretch of a text, how it was wrapped, and what it says."""

    span: tuple[int, int]
    how: str
    says: str


def unwrapped(text: str) -> list[Unwrapped]:
    """Return the stretches of a text that say something else than they show."""
    text = text[:MAX_TEXT]
    found: list[Unwrapped] = []
    end = 0
    for number, start in signs(text).wrapped:
        if start < end or len(found) >= MAX_FOUND:
            continue
        how = dresses()[number][1]
        one = _stretch(text, start, how)
        if one is not None:
            found.append(one)
            end = one.span[1]
    if _DISGUISES.search(beyond_ascii(text)):
        found += _disguised(text)
    return found


def _stretch(text: str, at: int, how: str) -> Unwrapped | None:
    allowed = _SETS[how]
    start, stop = _line(text, at, allowed)
    if how == "base64":
        while stop - start < MAX_STRETCH and text[start - 1 : start] == "\n" and start > 1:
            before = _line(text, start - 2, allowed)
            if before[1] != start - 1 or before[1] - before[0] < WRAPPED_LINE:
                break
            start = before[0]
        line = start
        while text[stop - 1] != "=" and text[stop : stop + 1] == "\n" and WRAPPED_LINE <= stop - line < MAX_STRETCH:
            line, stop = stop + 1, _line(text, stop + 1, allowed)[1]
    says = _plain(text[start:stop], how)
    return Unwrapped((start, stop), how, says) if says else None


def _line(text: str, at: int, allowed: re.Pattern[str]) -> tuple[int, int]:
    """Return the bounds of the allowed characters around a place."""
    start = stop = at
    while start > 0 and at - start < MAX_STRETCH and allowed.match(text[start - 1]):
        start -= 1
    while stop < len(text) and stop - at < MAX_STRETCH and allowed.match(text[stop]):
        stop += 1
    return start, stop


def _plain(stretch: str, how: str) -> str:
    match how:
        case "base64":
            joined = re.sub(r"\s", "", stretch).rstrip("=").replace("-", "+").replace("_", "/")
            try:
                data = base64.b64decode(joined[: len(joined) // 4 * 4] + _padded(joined), validate=True)
            except (binascii.Error, ValueError):
                return ""
            return _text(data)
        case "hex":
            digits = re.sub(r"\\x|[^0-9a-fA-F]", "", stretch)
            return _text(bytes.fromhex(digits[: len(digits) // 2 * 2]))
        case "percent":
            return unquote(stretch)
        case _:
            return re.sub(r"\s{2,}", " ", _SINGLE.sub("", stretch).replace("  ", " "))


def _padded(joined: str) -> str:
    rest = joined[len(joined) // 4 * 4 :]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _text(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    plain = sum(char.isalnum() or char in " .,:;!?'\"()@/_-\n" for char in text)
    return text if text and plain >= MIN_PLAIN * len(text) else ""


def _disguised(text: str) -> Iterator[Unwrapped]:
    """Yield the whole text without unseen characters inside words, and with look-alike letters as what they play."""
    plain = text
    how = []
    if _BETWEEN.search(text):
        plain = _INVISIBLE.sub("", plain)
        how.append("unseen characters inside words")
    if _MIXED.search(text):
        plain = plain.translate(_look_alikes())
        how.append("look-alike letters")
    if how:
        yield Unwrapped((0, len(text)), " and ".join(how), plain)


@cache
def _look_alikes() -> dict[int, str]:
    pairs: dict[str, str] = table("inputs")["unwrapping"]["look_alikes"]
    return {ord(char): letter for letter, chars in pairs.items() for char in chars}
