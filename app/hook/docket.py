"""Writes decisions into the ledger before an agent gets them, and waits there for the operator's answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from assure_tui.app.desk import gated
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.errors import ContentLockedError
from assure_tui.ledger.store import Ledger

if TYPE_CHECKING:
    from assure_tui.app.desk.entries import Tags, Words
    from assure_tui.app.hook.judge import Judgement
    from assure_tui.ledger.entry import Entry

POLL_SECONDS: Final = 0.1
"""How often the ledger is looked at for the operator's answer."""
Where: TypeAlias = Literal["workstation", "alone"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The operator's answer to a call that waited, or that none came."""

    word: Literal["approved", "refused", "expired"]
    reason: str
    by: str = ""


@dataclass(slots=True)
class Waiting:
    """A call that waits for the operator: its request is the ledger's entry `index`."""

    name: str
    request: gated.Request
    run: str
    judgement: Judgement
    until: float
    seconds: float
    index: int = -1
    looked: int = -1
    """Entries of the ledger up to which there is no answer."""


class Docket:
    """The hook's pen. `alone` tells whether this process is the hook itself."""

    def __init__(self, ledger: Ledger, tags: Tags, keys: Path, *, where: Where) -> None:
        self.ledger = ledger
        self._tags = tags
        self._keys = keys
        self._where: Where = where

    def write(self, words: Sequence[Words]) -> int:
        """Append entries; give the index of the first. They are durable when this returns.

        Raises:
            LedgerError: They could not be written.
        """
        return self.ledger.append([Draft(w.kind, w.subject, w.clear, w.content) for w in words]).first_index

    def decided(
        self,
        request: gated.Request,
        run: str,
        judgement: Judgement,
        *,
        fault: str = "",
        approval: str = "",
        more: dict[str, Any] | None = None,
    ) -> Words:
        """Make the entry for what an agent is told."""
        return gated.decision(
            request,
            subject=self._tags.of(f"run:{run}"),
            run=run,
            word=judgement.word,
            reason=judgement.reason,
            gates=judgement.gates,
            where=self._where,
            fault=fault or request.fault,
            approval=approval,
            more=more,
        )

    def wait_for(self, request: gated.Request, run: str, judgement: Judgement, seconds: float) -> Waiting:
        """Return a call that shall wait for the operator; `requested` makes its entry."""
        return Waiting(gated.new_name(), request, run, judgement, time.time() + seconds, seconds)

    def requested(self, waiting: Waiting, requester: Sequence[int]) -> Words:
        """Make the entry for a call that waits."""
        return gated.requested(
            waiting.request,
            subject=self._tags.of(f"run:{waiting.run}"),
            run=waiting.run,
            name=waiting.name,
            reason=waiting.judgement.reason,
            gates=waiting.judgement.gates,
            until=waiting.until,
            requester=requester,
        )

    def expired(self, waiting: Waiting, reason: str) -> Words:
        """Make the entry for a call whose time is over without an answer."""
        return self._closed(waiting.name, waiting.run, "expired", reason)

    def withdrawn(self, name: str, run: str, reason: str) -> Words:
        """Make the entry for a call that waits no longer, because whoever waited is gone."""
        return self._closed(name, run, "withdrawn", reason)

    def _closed(self, name: str, run: str, word: Literal["expired", "withdrawn"], reason: str) -> Words:
        return gated.answered(subject=self._tags.of(f"run:{run}"), run=run, name=name, word=word, reason=reason, by="")

    def reply(self, waiting: Waiting) -> Reply | None:
        """Look for the operator's answer among the entries since the last look. `ledger` must have been refreshed."""
        start = max(waiting.looked, waiting.index + 1)
        for index, entry in enumerate(self.ledger.entries(start), start):
            waiting.looked = index + 1
            if entry.kind == "approval" and entry.clear.get("approval") == waiting.name:
                found = self._reply(waiting, entry, index)
                if found is not None:
                    return found
        return None

    def _reply(self, waiting: Waiting, entry: Entry, index: int) -> Reply | None:
        """Read an answer; an approval needs the valid signature of an operator."""
        word = entry.clear.get("word")
        content = self._content(index)
        reason, by = str(content.get("reason", "")), str(content.get("by", ""))
        if word == "refused":
            return Reply("refused", reason, by)
        if word == "approved":
            from assure_tui.app.desk.operators import list_keys  # noqa: PLC0415 - few calls wait

            request = self.ledger.entry(waiting.index)
            if gated.is_signed(entry.clear, content, request.commitment, list_keys(self._keys)):
                return Reply("approved", reason, by)
        return None

    def _content(self, index: int) -> dict[str, Any]:
        """Read what an entry holds; nothing, so that nothing is allowed by it, while it is locked."""
        try:
            content = self.ledger.content(index)
        except ContentLockedError:
            return {}
        return content if isinstance(content, dict) else {}

    def await_reply(self, waiting: Waiting) -> Reply:
        """Wait for the operator's answer; when the time is over, none came."""
        while True:
            over = time.time() >= waiting.until  # and one more look then: the answer may have come just now
            self.ledger.refresh()
            found = self.reply(waiting)
            if found is not None:
                return found
            if over:
                return no_answer(waiting)
            time.sleep(POLL_SECONDS)


def no_answer(waiting: Waiting) -> Reply:
    """Return what counts as the answer when none came."""
    return Reply("expired", f"nobody answered within {waiting.seconds:g} s")


def after(waiting: Waiting, reply: Reply) -> Judgement:
    """Return what the agent is told once the operator has answered, or has not."""
    from assure_tui.app.hook.judge import Judgement  # noqa: PLC0415 - only a type above

    if reply.word == "approved":
        return Judgement("allow", f"Approved by {reply.by}: {reply.reason}", waiting.judgement.gates)
    who = f"Refused by {reply.by}: {reply.reason}" if reply.word == "refused" else f"Refused: {reply.reason}"
    return Judgement("deny", f"{waiting.judgement.reason} {who}.", waiting.judgement.gates)
