"""The forms that identifiers have: two of one form may stand in each other's place, whatever they are of."""

from __future__ import annotations

from functools import lru_cache

from assure_tui.reconcile import expressions as re

MIN_LENGTH = 5
"""Code points from which on two names are not alike by chance."""
MAX_LENGTH = 80
"""Code points of a value that is a name, and no text."""
MIN_LETTERS = 6
"""Letters of a path."""
NAME = re.compile(r"[A-Za-z0-9/~][\w@.+/-]{2,80}(?<![.+/-])")
_DATED = re.compile(r"\d{4}-\d\d|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}|v?\d{1,9}(?:\.\d{1,9}){1,6}")
_HOST = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
"""An address of the Internet Protocol."""
_WEB = re.compile(r"https?:|www\.", re.IGNORECASE)
_NUMBERED = re.compile(r"([A-Z]{1,20})([_-]?)\d{2,60}")
_CODE = re.compile(r"(?=[A-Za-z_-]{0,60}\d)(?=[\d_-]{0,60}[A-Za-z])[A-Za-z0-9]{1,60}(?:[_-][A-Za-z0-9]{1,60}){0,6}")
REFERENCE = re.compile(r"\A[A-Za-z]{2,40}/(?=[^/]{1,60}\Z)")
"""The sort of thing before its identifier: `Patient/S1353305`."""
_HEAD = re.compile(r"[A-Za-z]{0,60}")


@lru_cache(maxsize=256)
def names_in(text: str) -> tuple[str, ...]:
    """Return what a text names by a number, a code, an address or a path."""
    return tuple(name for name in dict.fromkeys(NAME.findall(text)) if form(name))


@lru_cache(maxsize=4096)
def form(value: str) -> tuple[object, ...]:
    """Return the form by which names of one sort are known; an empty one for what is no name for sure."""
    name = value.lstrip("#")
    if _HOST.fullmatch(name):
        return ("host",)
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH or " " in name or _DATED.match(name) or _WEB.match(name):
        return ()
    if "@" in name:
        return ("address",) if name.count("@") == 1 else ()
    if "/" in name:
        ending = name.rpartition("/")[2].partition(".")[2].lower()
        return ("path", name.count("/"), name[0] == "/", ending) if sum(map(str.isalpha, name)) >= MIN_LETTERS else ()
    if name.isdigit():
        return ("number", len(name))
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        return ("numbered", len(numbered[1]), numbered[2], len(name))
    if name.isalnum() and name.upper() == name:
        return ("code", len(name))
    head = _HEAD.match(name)
    return (
        ("joined", head[0].lower() if head else "", name.count("_"), name.count("-")) if _CODE.fullmatch(name) else ()
    )
