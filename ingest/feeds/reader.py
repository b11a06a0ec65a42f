"""Reads a feed as it grows: rows once each, again when they changed, and counts of those that cannot be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from assure_tui.ingest.adapters.base import count_unknown
from assure_tui.ingest.adapters.values import Recent, shallow
from assure_tui.ingest.command import run
from assure_tui.ingest.errors import FeedError
from assure_tui.ingest.feeds.rows import make_row
from assure_tui.ingest.feeds.spec import CURSOR, FeedSpec
from assure_tui.ingest.framing import Framer, RawRecord, repair
from assure_tui.ingest.growing import GrowingFile
from assure_tui.ingest.identity import feed_source_id, source_id
from assure_tui.ingest.model import FeedRow, FeedState, Locator, Origin, Tally

MAX_ROWS_REMEMBERED = 200_000
MAX_ROW_LINES = 1000
"""Lines that one CSV row may have inside its quotes."""

_Line: TypeAlias = tuple[RawRecord, dict[str, Any] | None]
"""A row's bytes and its values; None when it cannot be read."""
_Pair: TypeAlias = tuple[Origin, dict[str, Any] | None]

_json = msgspec.json.Decoder(float_hook=Decimal)


class FeedReader:
    """Reads one feed. `tally` counts its rows; `resets` how often its file was truncated or replaced."""

    def __init__(self, spec: FeedSpec) -> None:
        if (spec.path is None) == (spec.command is None):
            raise FeedError(f"feed {spec.name}: needs either a path or a command")
        self.spec = spec
        self.tally = Tally()
        self.resets = 0
        self._file = GrowingFile(spec.path) if spec.path is not None else None
        self._lines: _Lines = _Lines.of(spec)
        self._source = feed_source_id(spec.name)
        self._seen: Recent[str, str] = Recent(MAX_ROWS_REMEMBERED)
        self._cursor = ""
        self._newest: float | None = None
        self._number = 0

    def read(self, now: float | None = None, *, at_rest: bool = False) -> tuple[list[FeedRow], FeedState]:
        """Read what is new; `at_rest` says that nothing is to come, so that a last line needs no newline.

        The watermark is the time up to which all rows are known to have been seen. Give `now`, the time before the
        call, and a feed read to its end has been seen up to `now`; without it, or while its last line is unfinished,
        it has been seen up to its newest row. Raises `SourceError` when the feed cannot be read now.
        """
        if self._file is not None:
            pairs = self._from_file(self._file, at_rest=at_rest)
            ended = at_rest or not self._lines.unfinished
        else:
            pairs, ended = self._from_command(), True
        rows: list[FeedRow] = []
        for origin, values in pairs:
            row = self._row(origin, values)
            if row is not None:
                rows.append(row)
                self._newest = max(filter(None, (row.time, self._newest)), default=None)
        return rows, self._state(now if ended and now is not None else self._newest)

    @property
    def unreadable(self) -> int:
        """Rows that could not be read: any effect may be one of them, so none is missing from the feed."""
        return self.tally.malformed + self.tally.unrecognised

    def _state(self, watermark: float | None) -> FeedState:
        return FeedState(
            feed=self.spec.name,
            kind=self.spec.kind,
            complete=self.spec.complete,
            lag=self.spec.lag,
            watermark=watermark,
            source=self._source,
            unreadable=self.unreadable,
        )

    def _row(self, origin: Origin, values: dict[str, Any] | None) -> FeedRow | None:
        """Return the row if it is new, or changed under its id."""
        if values is None:
            self.tally.malformed += 1
            return None
        self.tally.records += 1
        try:
            row = make_row(self.spec, values, origin)
        except FeedError as error:
            count_unknown(self.tally, str(error))
            return None
        self._cursor = row.id
        if self._seen.get(row.id) == origin.sha256:
            return None
        self._seen[row.id] = origin.sha256
        return row

    def _from_file(self, file: GrowingFile, *, at_rest: bool) -> list[_Pair]:
        found: list[_Pair] = []
        with file.look() as replaced:
            if replaced:
                self.resets += 1
                self.tally = Tally()
                self._lines = _Lines.of(self.spec)
            if file.status is not None:
                self._source = source_id(file.path, file.status)
            for chunk in file.chunks():
                found += map(self._placed, self._lines.feed(chunk))
            if at_rest:
                found += map(self._placed, self._lines.close())
        return found

    def _placed(self, line: _Line) -> _Pair:
        record, values = line
        at = Locator("bytes", record.offset, record.length, record.line)
        return Origin(source=self._source, at=at, sha256=record.sha256()), values

    def _from_command(self) -> list[_Pair]:
        command = self.spec.command or ()
        output = run([argument.replace(CURSOR, self._cursor) for argument in command])
        lines = _Lines.of(self.spec)
        found: list[_Pair] = []
        for record, values in [*lines.feed(output), *lines.close()]:
            self._number += 1
            at = Locator("row", self._number)
            found.append((Origin(source=self._source, at=at, sha256=record.sha256()), values))
        return found


class _Lines:
    """Rows of JSON Lines: each line an object; a line that is none is repaired as far as it can be."""

    def __init__(self) -> None:
        self._framer = Framer()

    @staticmethod
    def of(spec: FeedSpec) -> _Lines:
        return _Table() if spec.format == "csv" else _Lines()

    @property
    def unfinished(self) -> bool:
        """A last line stands there without its newline."""
        return self._framer.held > 0

    def feed(self, chunk: bytes) -> Iterator[_Line]:
        """Yield the rows that the chunk completes; None for one that cannot be read."""
        for line in self._framer.feed(chunk):
            yield from self._rows(line)

    def close(self) -> Iterator[_Line]:
        """Take the end of the input."""
        for line in self._framer.close():
            yield from self._rows(line)

    def _rows(self, line: RawRecord) -> Iterator[_Line]:
        values = None if line.problem else _object(line.data)
        if values is not None or line.problem:
            yield line, values
            return
        for record in repair(line):
            yield record, None if record.problem else _object(record.data)


class _Table(_Lines):
    """Rows of CSV with a header; a row may go on over several lines inside quotes."""

    def __init__(self) -> None:
        super().__init__()
        self._header: list[str] | None = None
        self._open: list[RawRecord] = []

    @property
    def unfinished(self) -> bool:
        return super().unfinished or bool(self._open)

    def close(self) -> Iterator[_Line]:
        yield from super().close()
        for line in self._open:
            yield line, None
        self._open = []

    def _rows(self, line: RawRecord) -> Iterator[_Line]:
        if line.problem:
            yield line, None
            return
        self._open.append(line)
        if sum(part.data.count(b'"') for part in self._open) % 2:
            if len(self._open) >= MAX_ROW_LINES:
                yield from ((part, None) for part in self._open)
                self._open = []
            return
        first, last = self._open[0], self._open[-1]
        data = b"\n".join(part.data for part in self._open)
        self._open = []
        record = RawRecord(first.offset, last.end - first.offset, first.line, data)
        cells = _cells(data)
        if self._header is None:
            self._header = cells
        elif cells is None or len(cells) != len(self._header):
            yield record, None
        else:
            yield record, dict(zip(self._header, cells, strict=True))


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        value = _json.decode(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and shallow(value) else None


def _cells(data: bytes) -> list[str] | None:
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""), strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
