"""The first, cheap look at a text: a few telling words, found in one pass, and the characters beyond ASCII.

Several parts look at the same text one after the other, so the findings for the latest text are remembered.
"""

from __future__ import annotations

import base64
from functools import cache, lru_cache
from typing import NamedTuple

from assure_tui.reconcile.prefilter import Finder
from assure_tui.reconcile.tables import table

_ASCII = bytes(range(128))


class Signs(NamedTuple):
    """What was found in a text in small letters, each as a number and a start, ordered by their ends."""

    anchors: list[tuple[int, int]]
    """Cheap words without which no strong feature is there."""
    wrapped: list[tuple[int, int]]
    """Telling words in another dress; the numbers are places in `dresses`."""


@lru_cache(maxsize=1)
def signs(text: str) -> Signs:
    """Find the cheap words of a text, plain and wrapped."""
    anchors, finder = _finder()
    found = Signs([], [])
    for number, at, _ in finder.places(text.lower()):
        if number < anchors:
            found.anchors.append((number, at))
        else:
            found.wrapped.append((number - anchors, at))
    return found


@lru_cache(maxsize=1)
def beyond_ascii(text: str) -> str:
    """Return the characters of a text that are not ASCII: most texts have few, and a search for some is slow in all."""
    if text.isascii():
        return ""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


@cache
def dresses() -> tuple[tuple[str, str], ...]:
    """The wrapped forms of telling words, in small letters, and how each is wrapped."""
    forms: dict[str, str] = {}
    for word in table("inputs")["unwrapping"]["words"]:
        for form in (word, word.capitalize(), word.upper()):
            data = form.encode()
            for before in range(3):
                # The letters at both ends depend on their neighbours: they are left out.
                coded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
                inner = coded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
                if len(inner) > 6:
                    forms.setdefault(inner.lower(), "base64")
            forms.setdefault(data.hex(), "hex")
            forms.setdefault(" ".join(f"{byte:02x}" for byte in data), "hex")
            forms.setdefault("".join(f"\\x{byte:02x}" for byte in data), "hex")
            forms.setdefault("".join(f"%{byte:02x}" for byte in data), "percent")
        forms.setdefault(" ".join(word), "spaced")
    return tuple(forms.items())


@cache
def _finder() -> tuple[int, Finder]:
    """Return what finds all signs, and how many of them are anchors: these come first."""
    anchors = table("inputs")["anchors"]
    return len(anchors), Finder([*anchors, *(form for form, _ in dresses())])
