"""Reads one log file as it grows, in bounded memory, and starts over when the file was truncated or replaced."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from assure_tui.ingest.adapters import detect
from assure_tui.ingest.adapters.base import Adapter, Decoder, DocumentDecoder
from assure_tui.ingest.errors import SourceError, UnknownFormat
from assure_tui.ingest.framing import Framer
from assure_tui.ingest.identity import source_id
from assure_tui.ingest.model import Locator, RunEvent, SourceInfo, Tally

CHUNK = 1024 * 1024
MAX_DOCUMENT = 512 * 1024 * 1024
"""Largest file that is decoded as one JSON document."""
PREFIX = 4096
"""How many bytes from the file's start tell that it is still the same file."""

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
    """Reads a log file from its start, a piece at a time.

    A decoder needs what came before; therefore a reader that goes on from an earlier reading's `end_offset` (`start`)
    decodes the file from its beginning and keeps back the events of records that end at or before that offset.
    """

    def __init__(self, path: Path, adapter: Adapter, source: SourceInfo, salt: str = "", *, start: int = 0) -> None:
        self.path = path
        self.adapter = adapter
        self.source = source
        self._salt = salt
        self._start = start
        self._identity: tuple[int, int] | None = None
        self._position = 0
        self._prefix = b""
        self._seen: dict[str, str] = {}
        self._begin()

    def _begin(self) -> None:
        self._framer = Framer()
        self._decoder: Decoder | DocumentDecoder = self.adapter.decoder(self.source, self.path.stem, self._salt)
        self._position = 0
        self._prefix = b""

    @property
    def tally(self) -> Tally:
        """What was met in the file so far."""
        return self._decoder.tally

    @property
    def held(self) -> int:
        """Bytes of an unfinished last line, which are kept back until its newline comes."""
        return self._framer.held

    def read(self, max_bytes: int = 16 * CHUNK) -> Batch:
        """Read what is new, at most about `max_bytes`.

        Raises `SourceError` when the file cannot be read; a later call may succeed.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise SourceError(f"{self.path}: {error.strerror or error}") from error
        try:
            if isinstance(self._decoder, DocumentDecoder):
                return self._document(descriptor, self._decoder)
            return self._lines(descriptor, max_bytes)
        except OSError as error:
            raise SourceError(f"{self.path}: {error.strerror or error}") from error
        finally:
            os.close(descriptor)

    def _lines(self, descriptor: int, max_bytes: int) -> Batch:
        batch = Batch(reset=self._replaced(descriptor))
        if batch.reset:
            self._begin()
            self._start = 0
        assert isinstance(self._decoder, Decoder)  # noqa: S101 - the form was chosen with the decoder
        budget = max_bytes
        while budget > 0:
            chunk = _pread(descriptor, CHUNK, self._position)
            if not chunk:
                break
            if len(self._prefix) < PREFIX:
                self._prefix += chunk[: PREFIX - len(self._prefix)]
            self._position += len(chunk)
            budget -= len(chunk)
            for line in self._framer.feed(chunk):
                for record, events in self._decoder.decode(line):
                    if record.end <= self._start:
                        continue
                    batch.events += events
                    at = Locator("bytes", record.offset, record.length, record.line)
                    batch.records.append((at, events[0].origin.sha256 if events else record.sha256()))
        batch.end_offset = self._framer.offset
        batch.done = budget > 0
        return batch

    def finish(self) -> Batch:
        """Decode an unterminated last line of a file that will not grow."""
        batch = Batch(end_offset=self._position)
        if isinstance(self._decoder, Decoder):
            for line in self._framer.close():
                for record, events in self._decoder.decode(line):
                    batch.events += events
                    at = Locator("bytes", record.offset, record.length, record.line)
                    batch.records.append((at, record.sha256()))
        return batch

    def _replaced(self, descriptor: int) -> bool:
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino)
        before, self._identity = self._identity, identity
        if before is None:
            return False
        if identity != before or status.st_size < self._position:
            return True
        return _pread(descriptor, len(self._prefix), 0) != self._prefix

    def _document(self, descriptor: int, decoder: DocumentDecoder) -> Batch:
        size = os.fstat(descriptor).st_size
        if size > MAX_DOCUMENT:
            raise SourceError(f"{self.path}: larger than {MAX_DOCUMENT} bytes, too large for one document")
        data = b""
        while len(data) < size and (chunk := _pread(descriptor, size - len(data), len(data))):
            data += chunk
        digest = hashlib.sha256(data).digest()
        batch = Batch(end_offset=len(data))
        if digest == self._prefix:
            return batch
        try:
            records = decoder.document(data)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{self.path}: not (yet) a whole JSON document") from error
        self._prefix = digest
        for origin, events in records:
            batch.records.append((origin.at, origin.sha256))
            for event in events:
                if self._seen.get(event.id) != origin.sha256:
                    self._seen[event.id] = origin.sha256
                    batch.events.append(event)
        return batch


def _pread(descriptor: int, size: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


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


def read_all(path: Path, adapter: Adapter | None = None, salt: str = "") -> Iterator[Batch]:
    """Read a whole file that is not expected to grow, in batches. Raises as `open_source` does."""
    reader = open_source(path, adapter, salt)
    while True:
        batch = reader.read()
        if not batch.done:
            yield batch
            continue
        last = reader.finish()
        batch.events += last.events
        batch.records += last.records
        batch.end_offset = max(batch.end_offset, last.end_offset)
        yield batch
        return


def load_event(path: Path, adapter: Adapter, locator: Locator, event_id: str) -> RunEvent | None:
    """Read one record again and give its event, whole; None when the record no longer gives such an event.

    The record is decoded on its own: what an event owes to earlier records (a run inherited from a parent record, a
    call's name) may be missing. Its own words are all there. Raises `SourceError` when the file cannot be read.
    """
    reader = open_source(path, adapter)
    decoder = reader._decoder  # noqa: SLF001 - the same module
    if isinstance(decoder, DocumentDecoder):
        events = [event for batch in read_all(path, adapter) for event in batch.events]
        return next((event for event in events if event.id == event_id), None)
    try:
        with path.open("rb") as file:
            file.seek(locator.start)
            data = file.read(locator.length)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    framer = Framer(offset=locator.start, line=locator.line)
    for line in [*framer.feed(data), *framer.close()]:
        for _, events in decoder.decode(line):
            for event in events:
                if event.id == event_id:
                    return event
    return None
