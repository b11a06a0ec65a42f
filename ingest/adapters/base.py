"""What all adapters share: how a format is recognised, and how one record becomes events.

An `Adapter` is data: the format's name, how its files change, whether it sees every tool call, a test on a file's
head, and the class that decodes it. A `Decoder` is the state of one reading of one file.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from assure_tui.ingest.framing import MAX_LINE, Framer, RawRecord, repair, sanitise
from assure_tui.ingest.model import (
    Discipline,
    Event,
    ExitSource,
    FileChange,
    Locator,
    Origin,
    ResultStatus,
    RunEvent,
    RunStarted,
    SourceInfo,
    Tally,
    ToolCall,
    ToolResult,
)
from assure_tui.ingest.regular import open_regular

HEAD_SIZE = 64 * 1024
HEAD_OBJECTS = 50
MAX_UNKNOWN_TYPES = 100
"""Distinct names kept in `Tally.unknown_types`: a hostile log may invent a new one with each record."""
MAX_TYPE_NAME = 80
MAX_DEPTH = 64
"""Deepest nesting of a call's arguments that is passed on."""

Form: TypeAlias = Literal["lines", "document", "database"]
Json: TypeAlias = dict[str, Any]
Decoded: TypeAlias = tuple[Origin, list[RunEvent]]
"""A record and the events it gave."""
EventT = TypeVar("EventT", bound=Event)
Item = TypeVar("Item")
Record = TypeVar("Record", bytes, msgspec.Raw)


class Head:
    """The beginning of a file: enough to tell its format, without reading all of it."""

    def __init__(self, path: Path, data: bytes, *, whole: bool) -> None:
        self.path = path
        self.data = data
        self.whole = whole
        """`data` is the whole file."""

    @classmethod
    def read(cls, path: Path) -> Head:
        """Read `HEAD_SIZE` bytes of `path`, and on to the end of the first line when that is longer.

        Raises `OSError` when the file cannot be read.
        """
        with open_regular(path) as file:
            data = file.read(HEAD_SIZE)
            size = len(data)
            if size == HEAD_SIZE and b"\n" not in data:
                pieces = [data]
                while size < MAX_LINE and (piece := file.read(1024 * 1024)):
                    pieces.append(piece)
                    size += len(piece)
                    if b"\n" in piece:
                        break
                data = b"".join(pieces)
            return cls(path, data, whole=not file.read(1))

    @cached_property
    def objects(self) -> list[Json]:
        """The JSON objects of the first whole lines."""
        found: list[Json] = []
        for line in self._lines[:HEAD_OBJECTS]:
            for record in [line] if line.problem else _decoded_or_repaired(line):
                value = None if record.problem else _value(record.data)
                if isinstance(value, dict):
                    found.append(value)
        return found

    @cached_property
    def is_lines(self) -> bool:
        """The first line is a JSON object by itself. A document on one line is told by what the file is called."""
        first = next((line for line in self._lines if not line.problem), None)
        if first is None or not isinstance(_value(first.data), dict):
            return False
        return len(self._lines) > 1 or not self.whole or self.path.suffix != ".json"

    @cached_property
    def _lines(self) -> list[RawRecord]:
        framer = Framer()
        return [*framer.feed(self.data), *(framer.close() if self.whole else ())]


def _value(data: bytes) -> Any:
    """Decode what a `Decoder` would: a log whose first lines hold half a character is still that log."""
    try:
        return mended(data, msgspec.json.decode)
    except (ValueError, RecursionError):
        return None


def mended(data: bytes, decode: Callable[[bytes], Item]) -> Item:
    """Decode a document, and where that fails once more with the bytes mended that are no text.

    Raises `ValueError` or `RecursionError` when it is no such document.
    """
    try:
        return decode(data)
    except (ValueError, RecursionError):
        return decode(sanitise(data))


def _decoded_or_repaired(line: RawRecord) -> list[RawRecord]:
    return [line] if _value(line.data) is not None else repair(line)


class Draft:
    """The events of one record in the making.

    The events of content blocks take the block's index in their id; what else a record tells takes a name in its place
    (`run`, `end`, `todo0`, …). Both depend on the record alone, so that a record read by itself gives the same ids.
    """

    __slots__ = ("_key", "_seq", "bookkeeping", "events", "origin", "run", "time", "unknown")

    def __init__(self, origin: Origin, key: str, seq: int) -> None:
        self.events: list[RunEvent] = []
        self.run = ""
        self.time: float | None = None
        self.bookkeeping = False
        self.unknown: str | None = None
        """The record's type, when the decoder does not know it."""
        self.origin = origin
        """The record that the events come from."""
        self._key = key
        self._seq = seq

    @classmethod
    def of_line(cls, source: str, record: RawRecord, seq: int) -> Draft:
        """Begin the events of a line."""
        at = Locator("bytes", record.offset, record.length, record.line)
        return cls(Origin(source=source, at=at, sha256=record.sha256()), f"L{record.line}@{record.offset}", seq)

    def at(self, *, key: str | None = None, run: str | None = None, time: float | None = None) -> None:
        """Say what all events of the record share: its own id, its run and its time."""
        if key:
            self._key = key
        if run is not None:
            self.run = run
        if time is not None:
            self.time = time

    def event_id(self, block: int | str) -> str:
        """Id of the event of block `block`."""
        return f"{self._key}#{block}"

    def add(self, kind: type[EventT], block: int | str, /, *, run: str | None = None, **fields: Any) -> None:
        """Add an event of block `block`, or one beside the blocks under a name of its own."""
        event: Any = kind(
            id=f"{self._key}#{block}",
            run=self.run if run is None else run,
            origin=self.origin,
            seq=self._seq + len(self.events),
            time=self.time,
            **fields,
        )
        self.events.append(event)

    def start(
        self,
        native_id: str,
        agent: str,
        adapter: str | None = None,
        *,
        block: int | str = "run",
        agent_version: str | None = None,
        model: str | None = None,
        cwd: str | None = None,
        branch: str | None = None,
        commit: str | None = None,
        parent: str | None = None,
        parent_call: str | None = None,
        forked_from: str | None = None,
        complete: bool = True,
        coding: bool = False,
    ) -> None:
        """Add what a record tells of the run itself; an adapter has the agent's name unless it is given."""
        self.add(
            RunStarted,
            block,
            native_id=native_id,
            agent=agent,
            adapter=adapter or agent,
            agent_version=agent_version,
            model=model,
            cwd=cwd,
            branch=branch,
            commit=commit,
            parent=parent,
            parent_call=parent_call,
            forked_from=forked_from,
            complete=complete,
            coding=coding,
        )

    def call(
        self,
        block: int | str,
        call_id: str,
        tool: str,
        args: Json,
        *,
        description: str | None = None,
        mcp_server: str | None = None,
    ) -> None:
        """Add a call of a tool."""
        self.add(ToolCall, block, call_id=call_id, tool=tool, args=args, description=description, mcp_server=mcp_server)

    def result(
        self,
        block: int | str,
        call_id: str,
        text: str,
        status: ResultStatus,
        exit_code: int | None = None,
        exit_source: ExitSource = "structured",
        *,
        truncated: bool = False,
        files: tuple[FileChange, ...] = (),
        facts: Json | None = None,
        denied_by: str | None = None,
        reads_from: str | None = None,
    ) -> None:
        """Add what came back for a call, which may have asked (`reads_from`) what became of another.

        Where an exit code was read from counts only with a code, and who denies a call only of one that was denied.
        """
        if reads_from is not None and status == "running":
            status = "succeeded"  # the question was answered: what goes on is the command, not the question
        if denied_by is not None and status == "denied":
            facts = {**(facts or {}), "denied_by": denied_by}
        self.add(
            ToolResult,
            block,
            call_id=call_id,
            text=text,
            status=status,
            exit_code=exit_code,
            exit_source="none" if exit_code is None else exit_source,
            truncated=truncated,
            files=files,
            facts=facts or {},
            reads_from=reads_from,
        )


class Decoder(ABC):
    """One reading of one file: takes its lines in order, gives their events, and counts what it could not read."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        self.source = source
        self.stem = stem
        self.salt = salt
        self.tally = Tally()
        self.seq = 0

    @abstractmethod
    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one record into `draft`.

        Raises `ValueError` (of msgspec, or for bad UTF-8) or `RecursionError` when the bytes cannot be decoded; no
        state may have changed by then.
        """

    def decode(self, line: RawRecord) -> Iterator[Decoded]:
        """Yield the records of one line, each with its events; a line that is no JSON object is repaired first."""
        draft = Draft.of_line(self.source.id, line, self.seq)
        if line.problem is not None:
            self.tally.malformed += 1
            yield draft.origin, []
            return
        try:
            self.read(line.data, draft)
        except (ValueError, RecursionError):
            yield from self._again(line)
        else:
            yield self._count(draft)

    def _again(self, line: RawRecord) -> Iterator[Decoded]:
        for record in repair(line):
            draft = Draft.of_line(self.source.id, record, self.seq)
            if record.problem is not None:
                self.tally.malformed += 1
                yield draft.origin, []
                continue
            try:
                self.read(sanitise(record.data), draft)
            except msgspec.ValidationError:
                draft = Draft.of_line(self.source.id, record, self.seq)
                draft.unknown = "unexpected shape"
                yield self._count(draft)
            except (ValueError, RecursionError):
                self.tally.malformed += 1
                yield draft.origin, []
            else:
                yield self._count(draft)

    def _count(self, draft: Draft) -> Decoded:
        self.tally.records += 1
        if draft.unknown is not None:
            count_unknown(self.tally, draft.unknown)
        elif draft.bookkeeping:
            self.tally.bookkeeping += 1
        self.seq += len(draft.events)
        return draft.origin, draft.events


@dataclass(frozen=True, slots=True)
class Adapter:
    """A log format: how to recognise it, what its files promise, and how to decode them.

    It goes to the processes of a batch with the files that it was found for, so it must be picklable.
    """

    name: str
    discipline: Discipline
    complete: bool
    """The format records every tool call of the run."""
    recognises: Callable[[Head], bool]
    decoder: Callable[[SourceInfo, str, str], Any]
    """Makes a `Decoder`, or a `DocumentDecoder` for other forms than lines, for a source, a file stem and a salt."""
    form: Form = "lines"
    folder: str | None = None
    """Folder beside a file whose files are parts of it, and no logs of their own."""
    parts: tuple[str, ...] = ()
    """Folders, seen from a file's own, in whose folders files of no format are parts of it or of its like."""


def document_adapter(
    name: str,
    recognises: Callable[[Head], bool],
    decoder: Callable[[SourceInfo, str, str], Any],
    *,
    complete: bool = True,
    folder: str | None = None,
    parts: tuple[str, ...] = (),
) -> Adapter:
    """Return the adapter of a format whose files are written anew as a whole and read as one document."""
    return Adapter(name, "snapshot", complete, recognises, decoder, "document", folder, parts)


class DocumentDecoder(ABC):
    """One reading of a file that is read whole: a document, or a database, which its decoder opens for itself."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        self.source = source
        self.stem = stem
        self.salt = salt
        self.tally = Tally()

    @abstractmethod
    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document. Raises `ValueError` or `RecursionError` when it is no such document."""

    def items(
        self,
        raws: Iterable[Record],
        decoder: msgspec.json.Decoder[Item],
        take: Callable[[Item, Draft], None],
        *,
        start: Callable[[Draft], None] | None = None,
    ) -> list[Decoded]:
        """Return the events of a document's list of records; one of unexpected shape is counted and left out.

        `take` turns a record into events; `start` tells of the document itself, before the first record.
        """

        def read(raw: Record, draft: Draft) -> None:
            if start is not None and draft.origin.at.start == 0:
                start(draft)
            try:
                item = decoder.decode(raw)
            except (ValueError, RecursionError):
                draft.unknown = "unexpected shape"
            else:
                take(item, draft)

        return self.each(raws, read)

    def each(self, records: Iterable[Record], read: Callable[[Record, Draft], None]) -> list[Decoded]:
        """Return the events of a document's records, each of which `read` takes from its bytes."""
        self.tally = Tally()
        found: list[Decoded] = []
        seq = 0
        for index, raw in enumerate(records):
            digest = hashlib.sha256(raw).hexdigest()
            draft = Draft(Origin(source=self.source.id, at=Locator("item", index), sha256=digest), f"M{index}", seq)
            self.tally.records += 1
            read(raw, draft)
            if draft.unknown is not None:
                count_unknown(self.tally, draft.unknown)
            seq += len(draft.events)
            found.append((draft.origin, draft.events))
        return found


def count_unknown(tally: Tally, name: str) -> None:
    """Count one unrecognised record under its type's name."""
    tally.unrecognised += 1
    name = name[:MAX_TYPE_NAME]
    if name not in tally.unknown_types and len(tally.unknown_types) >= MAX_UNKNOWN_TYPES:
        name = "(others)"
    tally.unknown_types[name] = tally.unknown_types.get(name, 0) + 1
