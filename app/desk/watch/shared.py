"""Rows of shared evidence that no run accounts for: they stand on their source, not on a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.app.desk import entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assure_tui.app.desk.entries import Tags, Words
    from assure_tui.app.desk.index import IndexWriter
    from assure_tui.reconcile.model import Unattributed


class SharedRows:
    """What stands of such rows, and what index and ledger have not seen of it."""

    def __init__(self, tags: Tags) -> None:
        self.unsaved = False
        self._tags = tags
        self._rows: dict[str, Unattributed] = {}
        self._gone: dict[str, str] = {}

    def change(self, row: Unattributed, *, gone: bool) -> None:
        """Take a row, or let it go because it found an owner."""
        self.unsaved = True
        if gone:
            self._rows.pop(row.id, None)
            self._gone[row.id] = row.source
        else:
            self._gone.pop(row.id, None)
            self._rows[row.id] = row

    def save(self, index: IndexWriter) -> None:
        """Write to the index what it has not seen; within a transaction."""
        if self.unsaved:
            self.unsaved = False
            index.unattributed(self._rows.values(), self._gone)

    def words(self, known: Mapping[str, bytes]) -> Iterator[Words]:
        """Yield the entries for what differs from what the ledger has, which is given as digests by id."""
        for row in self._rows.values():
            before = known.get(row.id)
            if before != entries.value_digest(row):
                state: entries.State = "open" if before is None else "revised"
                yield entries.finding(row, subject=self._subject(row.source), state=state, claim=None)
        for name in self._gone.keys() & known.keys():
            yield entries.withdrawn_row(name, subject=self._subject(self._gone[name]))

    def _subject(self, source: str) -> str:
        return self._tags.of(f"shared:{source}")
