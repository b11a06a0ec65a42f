"""What results say about objects: records of named fields, whatever the notation.

Tools answer in JSON, in lines of "key: value", in tables; `records_of` reads the notation away. Results are untrusted:
all is capped.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.actionwords import name_words, singular

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT = 60_000
"""Code points of one result that are read."""
MAX_RECORDS = 600
"""Records read of one result."""
MAX_FIELDS = 60
"""Fields kept of one record."""
MAX_VALUE = 120
MAX_DEPTH = 10
MIN_STEM = 3
"""Letters of a noun by which it is found again in a longer one: "bags" are `total_baggages`."""

_LINE = re.compile(r"(?P<indent>[ \t]{0,40})(?P<dash>(?:[-*•]|\d{1,3}[.)])[ \t]{1,4})?(?P<body>[^\n]{1,400})")
_PAIR = re.compile(
    r"[\"'*`{(\[ ]{0,6}(?P<key>[A-Za-z][\w ./-]{0,40}?)[\"'*`]{0,3}\s{0,3}[:=]\s{0,3}(?P<value>\S.{0,300})"
)
_PIECES = re.compile(r"\s{0,3}[|;]\s{1,3}|,\s{1,3}(?=[\"'*`]{0,3}[A-Za-z][\w ./-]{0,30}[\"'*`]{0,3}\s?[:=])")
_WRAPS = " \t\"'*`{}[]()<>,"


class Record(msgspec.Struct, frozen=True):
    """Named values of one object. `path` are the keys that lead to it, each in singular words, the innermost last."""

    path: tuple[tuple[str, ...], ...]
    fields: tuple[tuple[str, str], ...]


def records_of(text: str) -> tuple[Record, ...]:
    """Read the records of a result, in order."""
    return _read(text[:MAX_TEXT])


@lru_cache(maxsize=32)
def _read(text: str) -> tuple[Record, ...]:
    """Read a result once for all who ask: what it did, what it tells, and by which names."""
    head = text.lstrip()[:1]
    if head in {"{", "["}:
        try:
            return tuple(islice(_of_json(msgspec.json.decode(text), (), 0), MAX_RECORDS))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            pass
    return tuple(islice(_of_lines(text), MAX_RECORDS))


def _of_json(value: Any, path: tuple[tuple[str, ...], ...], depth: int) -> Iterator[Record]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value[:MAX_RECORDS]:
            yield from _of_json(item, path, depth + 1)
    elif isinstance(value, dict):
        members = list(value.items())[: MAX_FIELDS * 4]
        fields = [(str(key), _plain(inner)) for key, inner in members]
        yield Record(path, tuple((key, inner) for key, inner in fields if inner)[:MAX_FIELDS])
        for key, inner in members:
            if isinstance(inner, dict | list):
                yield from _of_json(inner, (*path, tuple(map(singular, name_words(str(key))))), depth + 1)


def _plain(value: Any) -> str:
    """A scalar as text, and the parts of a person's name or a list of words as one text; "" for anything else."""
    if isinstance(value, dict):
        parts = [str(inner) for key, inner in value.items() if name_words(str(key))[-1:] == ("name",)]
        return " ".join(parts)[:MAX_VALUE] if 0 < len(parts) == len(value) else ""
    if isinstance(value, list):
        return ", ".join(map(str, value[:20]))[:MAX_VALUE] if all(isinstance(item, str | int) for item in value) else ""
    return "" if value is None else str(value)[:MAX_VALUE]


def _of_lines(text: str) -> Iterator[Record]:
    """Read lines of "key: value". A dash at the outer edge or an empty line begins a record; a table's row is one."""
    fields: list[tuple[str, str]] = []
    header: list[str] = []
    edge: int | None = None
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None or not line.strip():
            header = [] if found is None else header
            yield from _closed(fields)
            continue
        if line.count("|") > 1:
            cells = [cell.strip(_WRAPS) for cell in line.strip().strip("|").split("|")][:MAX_FIELDS]
            if not header:
                header = cells
            elif any(cell.strip("-: ") for cell in cells):
                yield Record((), tuple((key, cell) for key, cell in zip(header, cells, strict=False) if key and cell))
            continue
        depth = len(found["indent"])
        if found["dash"] and (edge is None or depth <= edge):
            edge = depth
            yield from _closed(fields)
        for piece in _PIECES.split(found["body"]):
            pair = _PAIR.match(piece)
            if pair is not None and len(fields) < MAX_FIELDS:
                fields.append((pair["key"], pair["value"].strip(_WRAPS)[:MAX_VALUE]))
    yield from _closed(fields)


def _closed(fields: list[tuple[str, str]]) -> Iterator[Record]:
    if fields:
        yield Record((), tuple((key, value) for key, value in fields if value))
        fields.clear()


def akin(noun: str, word: str) -> bool:
    """Return whether two nouns share their stem."""
    return noun == word or (len(noun) >= MIN_STEM and word.startswith(noun))
