"""Reads one log file as it grows, in bounded memory, and starts over when the file was truncated or replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.adapters.base import Adapter, Decoder, DocumentDecoder
from assure_tui.ingest.errors import SourceError, UnknownFormat
from assure_tui.ingest.framing import MAX_LINE, Framer, RawRecord
from assure_tui.ingest.growing import CHUNK, GrowingFile
from assure_tui.ingest.identity import source_id
from assure_tui.ingest.model import Locator, RunEvent, SourceInfo, Tally
from assure_tui.ingest.regular import open_regular

MAX_DOCUMENT = 512 * 1024 * 1024
"""Largest file that is decoded as one JSON document."""

RecordId: TypeAlias = tuple[Locator, str]
"""Where a record stands, and the SHA-256 of its bytes in hex."""


@dataclass(slots=True)
class Batch:
    """What one reading gave."""

    events: list[RunEvent] = field(default_factory=list)
    records: list[RecordId] = field(default_factory=list)
    end_offset: int = 0
    """Everything before this byte has been read and decoded, in this batch or before it."""
    done: bool = True
    """The file's present end was reached."""
    reset: bool = False
    """The file was truncated or replaced: this batch starts it over, and what was read before is void."""


def source_info(path: Path, adapter: Adapter) -> SourceInfo:
    """Describe a log file. Raises `OSError` when it is gone."""
    return SourceInfo(
        id=source_id(path, path.stat()),
        path=str(path),
        adapter=adapter.name,
        discipline=adapter.discipline,
        complete=adapter.complete,
    )


class SourceReader:
    """Reads a log file from its start, a piece at a time; a document or a database whole, and anew each time."""

    def __init__(self, path: Path, adapter: Adapter, source: SourceInfo, salt: str = "") -> None:
        self.path = path
        self.adapter = adapter
        self.source = source
        self._salt = salt
        self._file = GrowingFile(path)
        self._begin()

    def _begin(self) -> None:
        self._framer = Framer()
        self._decoder: Decoder | DocumentDecoder = self.adapter.decoder(self.source, self.path.stem, self._salt)

    @property
    def tally(self) -> Tally:
        """What was met in the file so far."""
        return self._decoder.tally

    @property
    def held(self) -> int:
        """Bytes of an unfinished last line, which are kept back until its newline comes."""
        return self._framer.held

    def read(self, max_bytes: int = CHUNK) -> Batch:
        """Read what is new, at most about `max_bytes`: a batch takes several times that in memory.

        Raises `SourceError` when the file cannot be read; a later call may succeed.
        """
        with self._file.look() as replaced:
            if isinstance(self._decoder, DocumentDecoder):
                data = b"" if self.adapter.form == "database" else self._file.whole(MAX_DOCUMENT)
                return self._document(self._decoder, data)
            batch = Batch(reset=replaced)
            if replaced:
                self._begin()
            before = self._file.position
            for chunk in self._file.chunks(max_bytes):
                self._take(self._framer.feed(chunk), batch)
            batch.end_offset = self._framer.offset
            batch.done = self._file.position - before < max_bytes
            return batch

    def finish(self) -> Batch:
        """Decode an unterminated last line of a file that will not grow."""
        batch = Batch(end_offset=self._file.position)
        self._take(self._framer.close(), batch)
        return batch

    def batches(self) -> Iterator[Batch]:
        """Read a file that is not expected to grow: its last line counts even without a line feed."""
        while not (batch := self.read()).done:
            yield batch
        last = self.finish()
        batch.events += last.events
        batch.records += last.records
        batch.end_offset = max(batch.end_offset, last.end_offset)
        yield batch

    def events(self) -> Iterator[RunEvent]:
        """Return all events of a file that is not expected to grow."""
        return (event for batch in self.batches() for event in batch.events)

    def _take(self, lines: Iterable[RawRecord], batch: Batch) -> None:
        decoder = self._decoder
        if isinstance(decoder, DocumentDecoder):
            return
        for line in lines:
            for origin, events in decoder.decode(line):
                batch.events += events
                batch.records.append((origin.at, origin.sha256))

    def _document(self, decoder: DocumentDecoder, data: bytes) -> Batch:
        """Decode a document; a record that stands in it twice tells its events once."""
        batch = Batch(end_offset=len(data))
        try:
            records = decoder.document(data)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{self.path}: not (yet) a whole document") from error
        told: dict[str, str] = {}
        for origin, events in records:
            batch.records.append((origin.at, origin.sha256))
            for event in events:
                if told.get(event.id) != origin.sha256:
                    told[event.id] = origin.sha256
                    batch.events.append(event)
        return batch


def open_source(path: Path, adapter: Adapter | None = None, salt: str = "") -> SourceReader:
    """Make a reader for a file, whose format is found by its content unless `adapter` is given.

    Raises `SourceError` when the file cannot be read and `UnknownFormat` when no adapter recognises it.
    """
    try:
        adapter = adapter or detect(path)
        if adapter is None:
            raise UnknownFormat(f"{path}: no known log format")
        return SourceReader(path, adapter, source_info(path, adapter), salt)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error


def load_event(path: Path, adapter: Adapter, locator: Locator, event_id: str) -> RunEvent | None:
    """Read one event again, whole; None when the file no longer gives it.

    Its record is decoded by itself, which tells its words; an event that follows from earlier records too (the end of a
    background task) is found by decoding the file from its beginning. Raises `SourceError` when it cannot be read.
    """
    source = open_source(path, adapter).source
    decoder = adapter.decoder(source, path.stem, "")
    if isinstance(decoder, Decoder) and locator.unit == "bytes":
        try:
            with open_regular(path) as file:
                file.seek(locator.start)
                data = file.read(min(locator.length, MAX_LINE))
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror or error}") from error
        found = next((event for event in _decoded(decoder, data, locator) if event.id == event_id), None)
        if found is not None:
            return found
    return next((event for event in open_source(path, adapter).events() if event.id == event_id), None)


def events_of(data: bytes, adapter: Adapter, source: SourceInfo, locator: Locator) -> list[RunEvent]:
    """Decode one record by itself, or the one document that a file is, from bytes that were kept of it.

    Raises `SourceError` for bytes that are no such record, and for a database, whose decoder would open the file.
    """
    if adapter.form == "database":
        raise SourceError(f"{source.path}: a record of a database is not decoded by itself")
    decoder = adapter.decoder(source, Path(source.path).stem, "")
    try:
        if isinstance(decoder, Decoder):
            return list(_decoded(decoder, data, locator))
        return [event for _, events in decoder.document(data) for event in events]
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{source.path}: what was kept of it is not what its format has") from error


def _decoded(decoder: Decoder, data: bytes, locator: Locator) -> Iterator[RunEvent]:
    framer = Framer(offset=locator.start, line=locator.line)
    for line in [*framer.feed(data), *framer.close()]:
        for _, events in decoder.decode(line):
            yield from events
