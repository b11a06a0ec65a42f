"""Which parts of a bundle's view follow from what the ledger proves, and which are only the exporter's words.

An event and its text follow from the raw record, which escrow kept from its first sight and the bundle discloses. A
claim or an effect follows from the newest `assessed` entry that names it, whose root is over such values. What neither
reaches is unproven; what either contradicts was changed since.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from assure_tui.app.desk.entries import merkle_root, value_leaf
from assure_tui.app.desk.escrow import KIND as ESCROW
from assure_tui.app.desk.summaries import KINDS, kind_of, summarise, whole_text
from assure_tui.app.desk.wire import storable
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import Locator, SourceInfo, ToolResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.app.desk.views import EventRow
    from assure_tui.ingest.model import FileChange, RunEvent
    from assure_tui.ledger.bundle import Bundle
    from assure_tui.reconcile.model import Claim, Effect


@dataclass(slots=True)
class Proven:
    """How the parts of a view stand, by their ids; those in neither set are unproven."""

    by_ledger: set[str] = field(default_factory=set)
    contradicted: set[str] = field(default_factory=set)
    hunks: set[str] = field(default_factory=set)
    """Of changes of files, those that proven events tell."""
    _met: set[str] = field(default_factory=set)

    def take(self, name: str, *, holds: bool | None) -> None:
        """Note how a part stands; None for one that nothing speaks of. Two of one name are never both what was."""
        if name in self._met:
            self.by_ledger.discard(name)
            self.contradicted.add(name)
        elif holds is not None:
            (self.by_ledger if holds else self.contradicted).add(name)
        self._met.add(name)


@dataclass(frozen=True, eq=False)
class Records:
    """The raw records that a bundle discloses."""

    bundle: Bundle

    @cached_property
    def _sources(self) -> dict[str, tuple[str, str]]:
        """Path and adapter of each source, by its tag."""
        found = {}
        for index, entry, content in _disclosed(self.bundle, "observed"):
            del index
            if isinstance(content.get("path"), str) and isinstance(content.get("adapter"), str):
                found[str(entry.get("source"))] = content["path"], content["adapter"]
        return found

    @cached_property
    def _raw(self) -> dict[tuple[str, int], list[bytes]]:
        """By path and position: the record as it was first seen, and where the log was rewritten, as it was then."""
        raw: dict[tuple[str, int], list[bytes]] = {}
        for _, entry, content in _disclosed(self.bundle, ESCROW):
            path, _ = self._sources.get(str(entry.get("source")), ("", ""))
            records = content.get("records")
            for record in records if isinstance(records, list) else ():
                if isinstance(record, dict) and type(record.get("at")) is int:
                    raw.setdefault((path, record["at"]), []).append(_bytes(record))
        return raw

    @cached_property
    def _adapters(self) -> dict[str, str]:
        return dict(self._sources.values())

    @cache  # noqa: B019 - as long as one bundle is looked through
    def _read(self, path: str) -> tuple[int, dict[str, list[RunEvent]]]:
        """Read a log from its beginning, as far as its records are here without a gap; give up to where, and events.

        What a record says may depend on those before it. A line's end is no part of its record. Of a document, all
        that was seen of it over time is read.
        """
        whole = bytearray()
        found: dict[str, list[RunEvent]] = {}
        for (_, start), versions in sorted((place, data) for place, data in self._raw.items() if place[0] == path):
            if start - len(whole) not in {0, 1}:
                break
            whole += b"\n" * (start - len(whole)) + versions[-1]
        for data in (bytes(whole), *self._raw.get((path, 0), ())[:-1]):
            for name, events in self._decoded(data, path, Locator("bytes", 0, len(data), 1)).items():
                found.setdefault(name, []).extend(events)
        return len(whole), found

    def _decoded(self, data: bytes, path: str, at: Locator) -> dict[str, list[RunEvent]]:
        """Decode a record, or several, with each adapter that has the name of the log's; give the events by id."""
        from assure_tui.ingest.adapters.catalogue import named  # noqa: PLC0415 - few bundles are opened

        found: dict[str, list[RunEvent]] = {}
        for adapter in named(self._adapters.get(path, "")):
            info = SourceInfo(
                id="", path=path, adapter=adapter.name, discipline=adapter.discipline, complete=adapter.complete
            )
            for event in _events(data, adapter, info, at):
                found.setdefault(event.id, []).append(event)
        return found

    def in_order(self, row: EventRow) -> tuple[list[RunEvent], bool]:
        """Return the event of a row as the log tells it from its beginning, and whether that decides."""
        upto, known = self._read(row.path)
        return known.get(row.id, []), row.at.unit != "bytes" or row.at.start < upto

    def alone(self, row: EventRow) -> list[RunEvent]:
        """Return the event of a row as its record alone tells it, which is how one is read again for its whole text."""
        place = (row.path, row.at.start)
        versions = self._raw.get(place, ()) if row.at.unit == "bytes" else ()
        return [event for data in versions for event in self._decoded(data, row.path, row.at).get(row.id, [])]


def prove_events(records: Records, rows: Sequence[EventRow], texts: Mapping[str, str]) -> Proven:
    """Hold events, with their texts, against the records."""
    proven = Proven()
    for row in rows:
        told, decisive = records.in_order(row)
        text = texts.get(row.id)
        if not _tells(told, row, text):
            told = told + records.alone(row)
        holds = _tells(told, row, text)
        proven.take(row.id, holds=holds if holds or (told and decisive) else None)
        if holds:
            proven.hunks |= {storable(change.diff) for event in told for change in _changes(event) if change.diff}
    return proven


def _tells(told: Sequence[RunEvent], row: EventRow, text: str | None) -> bool:
    """Return whether events are what a row shows, and one of them has its text."""
    kinds = ((event, kind) for event in told for kind in (kind_of(event), KINDS[type(event)]))  # bundles of before
    heads = {
        (kind, storable(summarise(event, headed=headed)), event.time)
        for event, kind in kinds
        for headed in (False, True)
    }
    return (row.kind, row.summary, row.time) in heads and (
        text is None or any(storable(whole_text(event)) == text for event in told)
    )


def prove_values(bundle: Bundle, values: Sequence[Claim | Effect]) -> Proven:
    """Hold claims and effects against the newest entries that name them."""
    stands: dict[str, tuple[bytes, str]] = {}
    for index, clear, content in _disclosed(bundle, "assessed"):
        del index
        ids, leaves, salt = (content.get(name) for name in ("ids", "leaves", "value_salt"))
        if not isinstance(ids, list) or not isinstance(leaves, list) or not isinstance(salt, str):
            continue
        try:
            rooted = merkle_root([bytes.fromhex(leaf) for leaf in leaves]).hex()
            stands |= {str(name): (bytes.fromhex(salt), leaf) for name, leaf in zip(ids, leaves, strict=True)}
        except (ValueError, TypeError):
            continue
        if rooted != clear.get("root"):
            stands |= dict.fromkeys(map(str, ids), (b"", ""))
    proven = Proven()
    for value in values:
        salt, leaf = stands.get(value.id, (None, ""))
        proven.take(value.id, holds=None if salt is None else value_leaf(salt, value).hex() == leaf)
    return proven


def _changes(event: RunEvent) -> tuple[FileChange, ...]:
    return event.files if isinstance(event, ToolResult) else ()


def _disclosed(bundle: Bundle, kind: str) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Yield index, clear part and disclosed content of the entries of a kind, oldest first."""
    for index, entry in sorted(bundle.entries.items()):
        content = bundle.shown.get(index)
        if entry.kind == kind and isinstance(content, dict):
            yield index, entry.clear, content


def _events(data: bytes, adapter: Any, source: SourceInfo, at: Locator) -> list[RunEvent]:
    from assure_tui.ingest.reader import events_of  # noqa: PLC0415 - few bundles are opened

    try:
        return events_of(data, adapter, source, at)
    except SourceError:
        return []


def _bytes(record: dict[str, Any]) -> bytes:
    if isinstance(record.get("text"), str):
        return str(record["text"]).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(str(record.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        return b""
