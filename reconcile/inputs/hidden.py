"""Finds text that people do not see: tag characters, bidi overrides, runs of zero-width characters, escapes."""

from __future__ import annotations

import re

import msgspec

from assure_tui.reconcile.inputs.signs import beyond_ascii
from assure_tui.reconcile.model import Severity

MAX_FOUND = 8

_INVISIBLE = re.compile(
    "(?P<tags>[\U000e0020-\U000e007f]{2,})"
    "|(?P<bidi>[\u202a\u202b\u202d\u202e\u2066-\u2068])"
    "|(?P<zero>[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{8,}|(?:[\u200b\u200c\u200d\u2060\ufeff][a-zA-Z]?){24,})"
    "|(?P<selectors>[\U000e0100-\U000e01ef\ufe00-\ufe0e]{4,})"
    "|(?P<escape>\x1b\\](?:52|50|1337);|\x1b[PX^_]|\x1b\\[(?:[0-9;]{0,12};)?8m)"
)
_QUICK = re.compile("[\u180e\u200b-\u200d\u202a-\u202e\u2060-\u2069\ufe00-\ufe0e\ufeff\U000e0020-\U000e01ef]")
"""Signs without which, but for escapes, nothing is hidden."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_FLAG = "\U0001f3f4"


class Hidden(msgspec.Struct, frozen=True):
    """A stretch of unseen text. `says` is what it spells, where it spells something."""

    span: tuple[int, int]
    what: str
    severity: Severity
    says: str = ""


def hidden(text: str) -> list[Hidden]:
    """Return the unseen stretches of a text. Ordinary colours, emoji sequences and a byte order mark do not count."""
    if "\x1b" not in text and not _QUICK.search(beyond_ascii(text)):
        return []
    found: list[Hidden] = []
    for match in _INVISIBLE.finditer(text):
        one = _judge(text, match)
        if one is not None:
            found.append(one)
            if len(found) >= MAX_FOUND:
                break
    return found


def _judge(text: str, match: re.Match[str]) -> Hidden | None:
    start, end = match.span()
    if match["tags"]:
        if text[max(0, start - 1) : start] == _FLAG and match[0].endswith("\U000e007f"):
            return None
        says = "".join(chr(ord(char) - 0xE0000) for char in match[0] if 0xE0020 <= ord(char) < 0xE007F)
        return Hidden((start, end), "tag characters", "high" if len(says) > 8 else "medium", says)
    if match["bidi"]:
        if _RIGHT_TO_LEFT.search(text[max(0, start - 80) : end + 80]):
            return None
        return Hidden((start, end), "a bidirectional override", "medium" if match[0] in "\u202d\u202e" else "low")
    if match["zero"]:
        return Hidden((start, end), "zero-width characters", "medium")
    if match["selectors"]:
        return Hidden((start, end), "variation selectors in a row", "medium")
    return Hidden((start, end), "a terminal escape that acts or hides", "low")
