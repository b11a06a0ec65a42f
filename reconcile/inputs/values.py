"""The values of a call's arguments that can be told again elsewhere, and how telling each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from assure_tui.reconcile.inputs.folding import fold
from assure_tui.reconcile.inputs.forms import undone
from assure_tui.reconcile.inputs.shapes import speaks

MAX_VALUES = 200
MAX_DEPTH = 6
MAX_STRING = 4000

_DISTINCTIVE = {
    "date": r"\b(?:19|20)\d{2}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?)?(?!\w)",
    "address": r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}",
    "page": r"(?:https?://|www\.)[^\s\"'<>)\]]{3,300}",
    "iban": r"\b[a-z]{2}\d{2}(?:[a-z0-9]{10,30}|(?: [a-z0-9]{4}){2,7}(?: [a-z0-9]{1,3})?)\b",
    "path": r"(?:^|(?<=[\s\"'=]))[~/][\w.-]{1,64}/[\w./-]{2,200}",
    "number": r"\+?\d[\d ()-]{7,18}\d",
    "name": r"\b(?=[a-z0-9-]{6,40}\b)[a-z0-9-]*\d[a-z0-9-]*[a-z][a-z0-9-]*\b",
    "digits": r"\b\d{6,}\b",
}
_DIGIT = re.compile(r"\d")
_PREFIX = re.compile(r"^(?:https?://)?(?:www\.)?")
_PAGE_KEYS = frozenset({"url", "uri", "link", "href", "website", "site", "page", "domain", "host"})


class Value(NamedTuple):
    """A folded value. Weight 3 is distinctive, 2 a phrase, 1 a word; a `page` is an address on the network."""

    text: str
    weight: int
    page: bool = False


def values(args: Any) -> list[Value]:
    """Return the folded values of a call's arguments."""
    found: dict[str, Value] = {}
    for key, leaf in leaves(args):
        text = fold(leaf[:MAX_STRING]).strip()
        if not text or (len(text) > 40 and speaks(text)):
            continue
        _tell_apart(text, found)
        for plain in undone(leaf[:MAX_STRING]):
            _tell_apart(fold(plain), found)
        if len(text) <= 300 and text not in found:
            if key in _PAGE_KEYS and "." in text and " " not in text:
                found[text] = Value(_PREFIX.sub("", text).strip("/"), 3, page=True)
            else:
                found[text] = Value(text, 2 if len(text) >= 12 or (" " in text and len(text) > 6) else 1)
        if len(found) >= MAX_VALUES:
            break
    return list(found.values())


def _tell_apart(text: str, found: dict[str, Value]) -> None:
    """Add the distinctive values in a folded text; of a page with a query, also the page without."""
    for match in _distinctive(text):
        kind = match.lastgroup
        value = Value(_PREFIX.sub("", match[0]).strip(".,;/ "), 1 if kind == "date" else 3, kind == "page")
        found[value.text] = value
        if value.page and "?" in value.text:
            bare = value.text.split("?", 1)[0].strip("/")
            found[bare] = Value(bare, 3, page=True)


def _distinctive(text: str) -> Iterator[re.Match[str]]:
    """Find the distinctive values in a folded text; only what its signs allow is looked for."""
    absent = {
        "address": "@" not in text,
        "page": "://" not in text and "www." not in text,
        "path": "/" not in text,
    }
    numbered = _DIGIT.search(text) is not None
    names = tuple(name for name in _DISTINCTIVE if not absent.get(name, not numbered))
    return _alternatives(names).finditer(text) if names else iter(())


@cache
def _alternatives(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{_DISTINCTIVE[name]})" for name in names))


def leaves(args: Any) -> list[tuple[str, str]]:
    """Return the scalars of a call's arguments as text, each with the lower-case name of its field."""
    found: list[tuple[str, str]] = []
    _leaves("", args, found, 0)
    return found


def _leaves(key: str, value: Any, out: list[tuple[str, str]], depth: int) -> None:
    if depth > MAX_DEPTH or len(out) >= MAX_VALUES:
        return
    if isinstance(value, str):
        out.append((key, value))
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        out.append((key, f"{value:g}" if isinstance(value, float) else str(value)))
    elif isinstance(value, dict):
        for name, item in list(value.items())[:MAX_VALUES]:
            _leaves(str(name).lower(), item, out, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value[:MAX_VALUES]:
            _leaves(key, item, out, depth + 1)


def stands_in(value: str, text: str) -> bool:
    """Whether a folded value stands in a folded text as a word of its own, not as part of another."""
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        if not _runs_on(text, start - 1, start - 2, value[0]) and not _runs_on(text, end, end + 1, value[-1]):
            return True
        start = text.find(value, start + 1)
    return False


def _runs_on(text: str, at: int, beyond: int, edge: str) -> bool:
    """Whether a value's edge goes on in its neighbour: a letter or digit, or what ties digits in times and amounts."""
    if not 0 <= at < len(text) or not edge.isalnum():
        return False
    if text[at].isalnum():
        return True
    return edge.isdigit() and text[at] in ":.,-/" and 0 <= beyond < len(text) and text[beyond].isdigit()
