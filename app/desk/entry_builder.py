"""Builds the ledger's entries about what was read and what the check concluded. Writes nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from assure_tui.app.desk import entries
from assure_tui.app.desk.about import version
from assure_tui.app.desk.wire import path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.app.desk.entries import State, Tags, Words
    from assure_tui.app.desk.index import IndexWriter
    from assure_tui.app.desk.watch.live_run import FindingOfRun, LiveRun
    from assure_tui.app.desk.watch.live_source import LiveSource

MAX_DUE = 5_000
"""Changed claims and effects that wait for the end of a turn before they are assessed without it."""
_COUNTED = ("confirmed", "contradicted", "unchecked", "findings")


class EntryBuilder:
    """Knows the tags and the rules that the entries name."""

    def __init__(self, tags: Tags, rules: str) -> None:
        self._tags = tags
        self._rules = rules

    def observed(self, source: LiveSource) -> Iterator[Words]:
        """Yield the entries for the records of a source that the ledger does not have."""
        for run, pending in source.pending.items():
            yield entries.observed(
                subject=self._tags.of(f"run:{run}"),
                source=self._tags.of(f"source:{source.path}"),
                unit="bytes" if source.adapter.form == "lines" else "item",
                start=pending.start,
                end=pending.end,
                upto=source.position,
                digests=pending.digests,
                seen=source.seen,
                content={
                    "run": run,
                    "path": path_text(source.path),
                    "adapter": source.adapter.name,
                    "chain": source.chain.hex(),
                    "salt": source.salt,
                },
            )

    def assessed(self, live: LiveRun, *, closing: bool, changed: bool) -> Iterator[Words]:
        """Yield the entry for the claims and effects that changed, when it is time: at the end of a turn or of the run.

        `changed` tells that findings changed too: then it does not wait, so that they do not stand without it.
        """
        if live.due and (live.turn_ended or closing or changed or len(live.due) > MAX_DUE):
            why: Literal["turn", "end", "change"] = "end" if closing else "turn" if live.turn_ended else "change"
            counts = live.counts()
            yield entries.assessed(
                subject=self._tags.of(f"run:{live.run}"),
                run=live.run,
                values=live.due.values(),
                counts={name: counts[name] for name in _COUNTED},
                why=why,
                program=version(),
                rules=self._rules,
            )

    def findings(
        self, live: LiveRun, differences: Sequence[tuple[FindingOfRun, State]], index: IndexWriter
    ) -> Iterator[Words]:
        """Yield the entries for findings that the ledger does not have as they stand."""
        subject = self._tags.of(f"run:{live.run}")
        for value, state in differences:
            claim = live.claim_value(index, getattr(value, "claim", None))
            yield entries.finding(value, subject=subject, state=state, claim=claim)
