"""Claims that the reader missed and a reviewer adds: checked like any other, by reading the run's log once more."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.app.desk.watch.feeds import announced
from assure_tui.ingest.errors import IngestError, SourceError
from assure_tui.ingest.feeds.reader import FeedReader
from assure_tui.ingest.model import AgentText, RunEvent
from assure_tui.ingest.reader import open_source
from assure_tui.reconcile.ids import claim_id
from assure_tui.reconcile.model import Change, Claim
from assure_tui.reconcile.workspace import Workspace

if TYPE_CHECKING:
    from assure_tui.app.desk.config import WorkspaceConfig
    from assure_tui.ingest.adapters.base import Adapter

MAX_LOG = 256 << 20
"""Bytes of a log that are read again for one claim."""
UNREAD = "no check understands these words of the reviewer; decide it by eye"
SUFFIX = "~reviewer"
"""What the reviewer's wording is called in the replay, behind the id of the event that it stands for."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What the reviewer picked: `quote` of the event's own text, and the `wording` by which it shall be understood."""

    run: str
    event: str
    quote: str
    wording: str


def check(missed: Missed, path: Path, adapter: Adapter, salt: str, workspace: WorkspaceConfig) -> Claim:
    """Read the log again with the wording put behind the agent's own words; give the claim as it stands at the end.

    Raises:
        UsageError: The event is not a text of the agent, does not hold the quote, or the log cannot be read.
    """
    replay = _Replay(missed, workspace)
    try:
        if path.stat().st_size > MAX_LOG:
            raise UsageError(f"{path} is longer than {MAX_LOG >> 20} MB: a claim cannot be added to it.")
        for event in open_source(path, adapter, salt).events():
            replay.take(event)
    except (SourceError, OSError) as error:
        raise UsageError(f"{path} cannot be read again ({error}): the claim was not added.") from error
    return replay.finish()


class _Replay:
    def __init__(self, missed: Missed, workspace: WorkspaceConfig) -> None:
        self._missed, self._feeds = missed, workspace.feeds
        self._check = Workspace(workspace.settings, evaluator())
        self._found: dict[str, Claim] = {}
        self._said: AgentText | None = None
        for spec in workspace.feeds:
            self._take(self._check.step(announced(spec)))

    def take(self, event: RunEvent) -> None:
        self._take(self._check.step(event))
        if event.id == self._missed.event and event.run == self._missed.run:
            if not isinstance(event, AgentText) or self._missed.quote not in event.text:
                raise UsageError("a claim can only be added from words of the agent.")
            self._said = event
            named = f"{event.id}{SUFFIX}"
            self._take(self._check.step(msgspec.structs.replace(event, id=named, text=self._missed.wording)))

    def finish(self) -> Claim:
        self._read_feeds()
        self._take(self._check.close())
        said, quote = self._said, self._missed.quote
        if said is None:
            raise UsageError("the log no longer holds the words that the claim was to be added from.")
        start = said.text.index(quote)
        span = (start, start + len(quote))
        read = max(self._found.values(), key=lambda claim: claim.span[1] - claim.span[0], default=None)
        claim = read or Claim(
            id="", run=said.run, event=said.id, origin=said.origin, span=span, text=quote, kind="statement",
            outcome="unverifiable", reason=UNREAD, time=said.time,
        )  # fmt: skip
        name = claim_id(said.id, span, f"human:{claim.kind}")
        return msgspec.structs.replace(claim, id=name, event=said.id, span=span, text=quote, human=True)

    def _take(self, changes: Iterable[Change]) -> None:
        for change in changes:
            value = change.value
            if isinstance(value, Claim) and value.event == f"{self._missed.event}{SUFFIX}":
                if change.op == "withdraw":
                    self._found.pop(value.id, None)
                else:
                    self._found[value.id] = value

    def _read_feeds(self) -> None:
        for spec in self._feeds:
            try:
                rows, state = FeedReader(spec).read(time.time())
            except IngestError:
                continue  # a feed that cannot be read leaves the claim pending, and `problems` tells of the feed
            for row in rows:
                self._take(self._check.step(row))
            self._take(self._check.step(state))
