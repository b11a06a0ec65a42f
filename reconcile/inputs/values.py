"""The values of a call's arguments that can be told again elsewhere, and how telling each is."""

from __future__ import annotations

import re
from typing import Any

from assure_tui.reconcile.inputs.folding import fold
from assure_tui.reconcile.inputs.shapes import speaks

MAX_VALUES = 200
MAX_DEPTH = 6
MAX_STRING = 4000

_DISTINCTIVE = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}"  # an address
    r"|(?:https?://|www\.)[^\s\"'<>)\]]{3,300}"  # a page
    r"|\b[a-z]{2}\d{2}[a-z0-9]{10,30}\b"  # an IBAN
    r"|(?:^|(?<=[\s\"'=]))[~/][\w.-]{1,64}/[\w./-]{2,200}"  # a path
    r"|\+?\d[\d ()-]{7,18}\d"  # a telephone or account number
    r"|\b(?=[a-z0-9-]{6,40}\b)[a-z0-9-]*\d[a-z0-9-]*[a-z][a-z0-9-]*\b"  # an identifier
    r"|\b\d{4,}\b"
)
_PREFIX = re.compile(r"^(?:https?://)?(?:www\.)?")


def values(args: dict[str, Any]) -> list[tuple[str, int]]:
    """Give the folded values of a call's arguments, each with its weight: 3 distinctive, 2 a phrase, 1 a word."""
    leaves: list[str] = []
    _leaves(args, leaves, 0)
    found: dict[str, int] = {}
    for leaf in leaves:
        text = fold(leaf[:MAX_STRING]).strip()
        if not text or (len(text) > 40 and speaks(text)):
            continue
        for match in _DISTINCTIVE.finditer(text):
            found[_PREFIX.sub("", match[0]).strip(".,;/ ")] = 3
        if len(text) <= 300 and text not in found:
            found[text] = 2 if len(text) >= 12 or (" " in text and len(text) > 6) else 1
        if len(found) >= MAX_VALUES:
            break
    return list(found.items())


def _leaves(value: Any, out: list[str], depth: int) -> None:
    if depth > MAX_DEPTH or len(out) >= MAX_VALUES:
        return
    if isinstance(value, str):
        out.append(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        out.append(f"{value:g}" if isinstance(value, float) else str(value))
    elif isinstance(value, dict):
        for item in list(value.values())[:MAX_VALUES]:
            _leaves(item, out, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value[:MAX_VALUES]:
            _leaves(item, out, depth + 1)


def stands_in(value: str, text: str) -> bool:
    """Whether a folded value stands in a folded text as a word of its own, not as part of another."""
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if not (before.isalnum() and value[0].isalnum()) and not (after.isalnum() and value[-1].isalnum()):
            return True
        start = text.find(value, start + 1)
    return False
