"""Bytes in, records out: newline framing that survives what crashed writers and hostile ones leave behind.

Handled here: torn tails, which are kept back until their newline comes; byte order marks;
runs of NUL bytes; CRLF; lines too long to hold; and, for lines that are no JSON, torn or joined objects (`repair`).
Offsets and lengths count bytes of the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

MAX_LINE = 64 * 1024 * 1024
"""Longest line that is decoded, in bytes. Real logs reach 2 MB."""

MAX_REPAIRS = 64
"""How many places of one damaged line are tried as the start of an object: bounds the work on a hostile line."""

MAX_REPAIRED_LINE = 1024 * 1024
"""Damaged lines longer than this are tried at `MAX_REPAIRS_LONG` places only."""

MAX_REPAIRS_LONG = 4

_INT64_DIGITS = 18
_OPENING, _CLOSING = b"{}"
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\x0b\x0c"
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_DECODER = json.JSONDecoder(strict=False)


class RawRecord(NamedTuple):
    """One record as it stands in the file. `problem` says in plain words why `data` cannot be decoded, if so."""

    offset: int
    length: int
    line: int
    data: bytes
    problem: str | None = None
    digest: str | None = None
    """SHA-256 of the bytes, given only where `data` does not hold all of them."""

    @property
    def end(self) -> int:
        """Offset just past the record's last byte."""
        return self.offset + self.length

    def sha256(self) -> str:
        """Hex digest of the record's bytes."""
        return self.digest or hashlib.sha256(self.data).hexdigest()


class Framer:
    """Cuts a stream of chunks into records, one a line; blank lines are no records.

    How the chunks are cut makes no difference. Memory is bounded by `max_line` and the size of one chunk.
    """

    __slots__ = ("_hasher", "_held", "_held_size", "_max", "line", "offset")

    def __init__(self, *, offset: int = 0, line: int = 1, max_line: int = MAX_LINE) -> None:
        self.offset = offset
        """Offset of the first byte that is not part of a finished line: where reading may start again."""
        self.line = line
        """1-based number of the line that starts at `offset`."""
        self._max = max_line
        self._held: list[bytes] = []
        self._held_size = 0
        self._hasher: hashlib._Hash | None = None

    @property
    def held(self) -> int:
        """Bytes of the unfinished last line."""
        return self._held_size

    def feed(self, chunk: bytes) -> Iterator[RawRecord]:
        """Take the next chunk; give the records of the lines that it completes."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._hold(chunk[start:end])
            yield from self._finish(newline=1)
            start = end + 1
        if start < len(chunk):
            self._hold(chunk[start:] if start else chunk)

    def close(self) -> Iterator[RawRecord]:
        """Take the end of a file that will not grow: the unterminated last line counts as a line."""
        if self._held_size:
            yield from self._finish(newline=0)

    def _hold(self, piece: bytes) -> None:
        self._held_size += len(piece)
        if self._held_size > self._max:
            if self._hasher is None:
                self._hasher = hashlib.sha256()
                for held in self._held:
                    self._hasher.update(held)
                self._held.clear()
            self._hasher.update(piece)
        else:
            self._held.append(piece)

    def _finish(self, *, newline: int) -> Iterator[RawRecord]:
        offset, size, line = self.offset, self._held_size, self.line
        self.offset += size + newline
        self.line += 1
        self._held_size = 0
        if self._hasher is not None:
            digest, self._hasher = self._hasher.hexdigest(), None
            yield RawRecord(offset, size, line, b"", "line too long", digest)
            return
        data = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        self._held.clear()
        yield from _trim(data, offset, line)


def _trim(data: bytes, offset: int, line: int) -> Iterator[RawRecord]:
    """Take marks and padding off both ends of a line; what is left is a record, and NUL runs are damage."""
    if not data:
        return
    if data[0] == _OPENING and data[-1] == _CLOSING:  # as nearly all lines are
        yield RawRecord(offset, len(data), line, data)
        return
    if data.startswith(_BOM) and line == 1:
        data = data[len(_BOM) :]
        offset += len(_BOM)
    body = data.rstrip(_BLANK + b"\0")
    nul_at_end = b"\0" in data[len(body) :]
    stripped = body.lstrip(_BLANK + b"\0")
    lead = len(body) - len(stripped)
    if b"\0" in body[:lead]:
        yield RawRecord(offset, lead, line, body[:lead], "NUL bytes")
    if stripped:
        yield RawRecord(offset + lead, len(stripped), line, stripped)
    if nul_at_end:
        yield RawRecord(offset + len(body), len(data) - len(body), line, data[len(body) :], "NUL bytes")


def sanitise(data: bytes) -> bytes:
    """Make JSON text of bytes that are nearly so: valid UTF-8, no lone surrogate escapes, only finite numbers.

    The result is for decoding only; digests are of the bytes as they stand. Replacements are one code point for one,
    so that spans keep their meaning. Raises `ValueError` when the bytes are no JSON, `RecursionError` when nested
    without measure.
    """
    text = _LONE_SURROGATE.sub(lambda found: found[0] if found[2] else found[1] + b"\\ufffd", data)
    value = json.loads(
        text.decode("utf-8", "replace"), strict=False, parse_constant=_no_number, parse_float=_finite, parse_int=_narrow
    )
    return json.dumps(value, ensure_ascii=True).encode("ascii")


def _no_number(_name: str) -> None:
    """Take the place of NaN and the infinities, which JSON does not have."""


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if isfinite(number) else None


def _narrow(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= _INT64_DIGITS else _finite(digits)


def repair(record: RawRecord) -> list[RawRecord]:
    """Take a line that is no JSON value apart into the objects that stand in it and the damage between them.

    Finds whole objects on one line (`…}{…`) and a torn object followed by a whole one (`{"a":"b{"c":1}`). An object is
    taken only when another one, or the line's end, follows it: so parts of a torn object are not taken for records.
    """
    text = record.data.decode("latin-1")  # one character a byte: positions are offsets, and all JSON syntax is ASCII
    attempts = MAX_REPAIRS if len(text) <= MAX_REPAIRED_LINE else MAX_REPAIRS_LONG
    found: list[RawRecord] = []
    damage = position = 0
    while 0 <= position < len(text) and attempts:
        attempts -= 1
        end = _object_end(text, position)
        if end is None:
            position = text.find('{"', position + 1)
            continue
        if damage < position:
            found.append(_piece(record, damage, position, "no JSON"))
        found.append(_piece(record, position, end))
        damage = position = _skip_blank(text, end)
    if damage < len(text):
        found.append(_piece(record, damage, len(text), "no JSON"))
    return found


def _object_end(text: str, start: int) -> int | None:
    """Where the whole object that starts at `start` ends, if there is one and nothing but an object follows."""
    if text[start] != "{":
        return None
    try:
        _, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    after = _skip_blank(text, end)
    return end if after == len(text) or text[after] == "{" else None


def _skip_blank(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\0":
        position += 1
    return position


def _piece(record: RawRecord, start: int, end: int, problem: str | None = None) -> RawRecord:
    return RawRecord(record.offset + start, end - start, record.line, record.data[start:end], problem)
