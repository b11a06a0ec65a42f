"""What a passage says in the other forms that a call may carry it in: undisguised, joined, and as dates are written.

An order says "eve (at) drop (dot) example, account GB29 NWBK 6016 1331 9268 19, on May 30th, 2024"; the call that obeys
says `eve@drop.example`, `GB29NWBK60161331926819`, `2024-05-30`. The other way round, a call may carry a value of the
order percent-encoded or in base64.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_plus

from assure_tui.reconcile import expressions as re

MAX_FORMS = 64
"""Other forms that are made of one text, of each kind."""
MIN_GROUPED = 8
MAX_GROUPED = 40
"""Letters and digits of a value that may be written in groups; half as many digits."""

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(rf"\b{_MONTH} {_DAY},? (?P<year>\d{{4}})\b"),
    re.compile(rf"\b{_DAY} (?:of )?{_MONTH},? (?P<year>\d{{4}})\b"),
)
_AT = re.compile(r" ?(?:\(at\)|\[at\]|\{at\}| at ) ?")
_DOT = re.compile(r" ?(?:\(dot\)|\[dot\]|\{dot\}| dot ) ?")
_APART = str.maketrans("", "", " ().-")
_BETWEEN = re.compile(r"[ ().+-]+")
_CODED = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{12,4000}={0,2}(?![\w+/=])")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{2,64}){1,4}")


def other_forms(folded: str) -> str:
    """Return the values of a folded text in their other forms, as one text; empty when there are none."""
    return " | ".join(_forms(folded))


def _forms(text: str) -> Iterator[str]:
    for pattern in _DATES:
        for match in _first(pattern, text):
            month = _MONTHS.index(match["month"]) + 1
            yield f"{match['year']}-{month:02d}-{int(match['day']):02d}"
    if "dot" in text:
        plain = _DOT.sub(".", _AT.sub("@", text))
        yield from (match[0] for match in _first(_ADDRESS, plain))
        yield from (word for word in plain.split() if "." in word and word not in text)
    for match in _first(_COMMA, text):
        start, end = text.rfind(" ", 0, match.start()) + 1, (text + " ").find(" ", match.end())
        yield _COMMA.sub("", text[start:end]).strip("$\u20ac\u00a3.,;")


def grouped(value: str, text: str) -> bool:
    """Whether a value with digits stands in a folded text in other groups: `gb29 nwbk 6016` for `gb29nwbk6016`."""
    bare = _BETWEEN.sub("", value)
    if not MIN_GROUPED <= len(bare) <= MAX_GROUPED or not bare.isalnum():
        return False
    if sum(char.isdigit() for char in bare) < MIN_GROUPED // 2 or bare not in _joined(text):
        return False
    return re.search(rf"(?<!\w){r'[ ().-]{0,2}'.join(bare)}(?!\w)", text) is not None


@lru_cache(maxsize=4)
def _joined(text: str) -> str:
    """Return a text without what may stand between the groups of a value; many values are sought in one text."""
    return text.translate(_APART)


def undone(leaf: str) -> Iterator[str]:
    """Yield what an argument says once percent signs or base64 are taken off it, once."""
    if "%" in leaf:
        plain = unquote_plus(leaf)
        if plain != leaf:
            yield plain
    for match in _first(_CODED, leaf):
        coded = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            data = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True).decode()
        except (binascii.Error, ValueError):
            continue
        if len(data) >= MIN_GROUPED and data.isprintable():
            yield data


def _first(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    for number, match in enumerate(pattern.finditer(text)):
        if number >= MAX_FORMS:
            return
        yield match
