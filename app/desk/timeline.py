"""The events of a run: windows of them out of the index, and their whole text read again from the log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.desk.errors import GoneError, UsageError
from assure_tui.app.desk.library import Library
from assure_tui.app.desk.summaries import whole_text
from assure_tui.app.desk.views import EventRow, FileDiff
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import RunEvent, SourceInfo, ToolResult

if TYPE_CHECKING:
    from assure_tui.ingest.adapters.base import Adapter
    from assure_tui.reconcile.model import Effect


def text(library: Library, no: int, event_id: str) -> str:
    """Read an event's record again and give all of its text, raw.

    Raises:
        GoneError: The log is gone, or its record is another one by now.
        UsageError: The run has no such event.
    """
    row = library.event(no, event_id)
    if row is None:
        raise UsageError(f"the run has no event {event_id!r}.")
    return whole_text(_load(library, no, row))


def kept_text(library: Library, no: int, row: EventRow, record: str) -> str | None:
    """Return the text of an event out of its record, which was kept, or out of a document that has it as it was seen.

    A record that cannot be decoded is given itself.
    """
    from assure_tui.ingest.adapters.catalogue import named  # noqa: PLC0415 - as in `_load`
    from assure_tui.ingest.reader import events_of  # noqa: PLC0415 - likewise

    for adapter in named(library.adapter(no)):  # the log, which would tell the one that reads it, is gone
        source = SourceInfo(id="", path=row.path, adapter=adapter.name, discipline=adapter.discipline, complete=True)
        try:
            events = events_of(record.encode("utf-8", "surrogatepass"), adapter, source, row.at)
        except SourceError:
            continue
        found = next((event for event in events if event.id == row.id), None)
        if found is not None and (row.at.unit == "bytes" or _is_as_seen(library, no, row, found)):
            return whole_text(found)
    return record if row.at.unit == "bytes" else None


def diffs(library: Library, no: int, acts: Sequence[Effect] | None = None) -> list[FileDiff]:
    """Return what a run did to each file, in the order of its edits; of some acts only, where they are given.

    Hunks whose log is gone are left out.
    """
    edits = library.edits(no)
    behind = library.results(no)["effect"] if acts is None else acts
    effects = {effect.call_id: effect.id for effect in behind if effect.call_id}
    if acts is not None:
        edits = [edit for edit in edits if edit[2] in effects]
    loaded: dict[int, tuple[str | None, ...]] = {}
    files: dict[str, list[tuple[str, str, str | None, int, int]]] = {}
    for number, part, call_id, path, op, added, removed in edits:
        if number not in loaded:
            loaded[number] = _hunks(library, no, number)
        diff = loaded[number][part] if part < len(loaded[number]) else None
        files.setdefault(path, []).append((op, effects.get(call_id, call_id), diff, added, removed))
    return [
        FileDiff(
            path=path,
            op=_overall([change[0] for change in changes]),
            added=sum(change[3] for change in changes),
            removed=sum(change[4] for change in changes),
            hunks=tuple((effect, diff) for _, effect, diff, _, _ in changes if diff),
        )
        for path, changes in files.items()
    ]


def _hunks(library: Library, no: int, number: int) -> tuple[str | None, ...]:
    rows = library.events(no, number, 1)
    try:
        event = _load(library, no, rows[0]) if rows else None
    except GoneError:
        return ()
    return tuple(change.diff for change in event.files) if isinstance(event, ToolResult) else ()


def _load(library: Library, no: int, row: EventRow) -> RunEvent:
    path = Path(row.path)
    gone = f"the log {path} no longer holds this event: it is gone or was rewritten; what was read of it is kept."
    try:
        from assure_tui.ingest.reader import load_event  # noqa: PLC0415 - it brings all adapters, which no list needs

        event = load_event(path, adapter_of(path, library.adapter(no)), row.at, row.id)
    except SourceError as error:
        raise GoneError(gone) from error
    if event is None or not _is_as_seen(library, no, row, event):
        raise GoneError(gone)
    return event


def _is_as_seen(library: Library, no: int, row: EventRow, event: RunEvent) -> bool:
    """Return whether an event that was read again comes from the same record as the one in the index."""
    return bytes.fromhex(event.origin.sha256[:16]) == library.digest(no, row.seq)


def adapter_of(path: Path, name: str) -> Adapter:
    """Return the adapter of a name; where several have it, the one that knows the log.

    Raises:
        GoneError: The log is gone, or was rewritten into something else.
    """
    from assure_tui.ingest.adapters import detect  # noqa: PLC0415 - likewise
    from assure_tui.ingest.adapters.catalogue import named  # noqa: PLC0415 - likewise

    adapters = named(name)
    if len(adapters) == 1:
        return adapters[0]
    try:
        found = detect(path)
    except OSError as error:
        raise GoneError(f"the log {path} is gone ({error.strerror}); what was read of it is kept.") from error
    if found is None:
        raise GoneError(f"the log {path} was rewritten into something else; what was read of it is kept.")
    return found


def _overall(ops: Sequence[str]) -> str:
    """Say in one word what became of a file."""
    if ops[-1] == "delete":
        return "delete"
    return "create" if ops[0] == "create" else ops[-1]
