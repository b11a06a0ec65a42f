"""Calls that wait for the operator, as the ledger's entries tell it, and what makes an answer to one valid."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from assure_tui.app.desk import gated
from assure_tui.app.desk.ancestry import descends
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.views import Approval, ApprovalState

if TYPE_CHECKING:
    from assure_tui.app.desk.library import Entry

_STATES: dict[str, ApprovalState] = {word: word for word in get_args(ApprovalState) if word != "pending"}


def gather(entries: Iterable[Entry], now: float) -> list[Approval]:
    """Return all approvals, oldest first. One whose time is over counts as expired though nobody wrote that down."""
    found: dict[str, Approval] = {}
    for entry in entries:
        name, word = str(entry.clear.get("approval")), str(entry.clear.get("word"))
        content = entry.content or {}
        if word == "requested":
            found.setdefault(name, _asked(entry, name, content))
        elif name in found and found[name].state == "pending" and word in _STATES:
            found[name] = msgspec.structs.replace(
                found[name],
                state=_STATES[word],
                answer=str(content.get("reason", "")),
                by=str(content.get("by", "")),
                answered=entry.time / 1000,
            )
    return [_by_now(approval, now) for approval in found.values()]


def _asked(entry: Entry, name: str, content: dict[str, Any]) -> Approval:
    gates, messages, requester = (
        found if isinstance(found, list) else ()
        for found in (entry.clear.get("gates"), content.get("messages"), content.get("requester"))
    )
    until = entry.clear.get("until")
    text = str(content.get("args", ""))
    return Approval(
        id=name,
        run=str(content.get("run", "")),
        agent=str(entry.clear.get("agent", "")),
        tool=str(content.get("tool", "")),
        args=_parsed(text),
        args_text=text,
        cwd=str(content.get("cwd", "")),
        gates=tuple((str(gate.get("gate")), str(gate.get("severity"))) for gate in gates if isinstance(gate, dict)),
        messages=tuple(str(message) for message in messages),
        reason=str(content.get("reason", "")),
        requested=entry.time / 1000,
        until=until / 1000 if isinstance(until, int) else 0.0,
        entry=entry.index,
        requester=tuple(pid for pid in requester if isinstance(pid, int)),
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        args = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return args if isinstance(args, dict) else {}


def _by_now(approval: Approval, now: float) -> Approval:
    if approval.state == "pending" and approval.until <= now:
        return msgspec.structs.replace(approval, state="expired", answered=approval.until)
    return approval


class Approvals:
    """The queue, read out of the ledger and answered into it."""

    def __init__(self, archive: Archive, subject: Callable[[str], str]) -> None:
        self._archive = archive
        self._subject = subject
        """Gives the tag under which a run stands in the ledger."""

    def all(self, *, pending: bool) -> list[Approval]:
        """Return all approvals, oldest first, or those that still wait."""
        found = gather(self._archive.entries(("approval",)), time.time())
        return [approval for approval in found if not pending or approval.state == "pending"]

    def waiting(self, name: str, reason: str, *, by: str) -> Approval:
        """Return the approval of an id or a unique beginning of one, if it can be answered by `by` for this reason.

        Raises:
            UsageError: Nothing waits under that id, the reason is missing, or whoever answers is the requester.
        """
        waiting = _waiting(self.all(pending=False), name)
        if not reason.strip():
            raise UsageError(f"an answer to {waiting.id} needs a reason in words.")
        if by.casefold() == waiting.agent.casefold() or descends(os.getpid(), set(waiting.requester)):
            raise UsageError(f"{waiting.id} was requested by {waiting.agent}, which cannot answer its own request.")
        return waiting

    def answer(
        self,
        name: str,
        word: Literal["approved", "refused"],
        reason: str,
        *,
        by: str,
        keys: Path,
        passphrase: str,
        key: str | None,
    ) -> Approval:
        """Answer the approval of an id or a unique beginning of one.

        Raises:
            UsageError: Nothing waits under that id, the reason is missing, whoever answers is the requester, or the
                key, without which nothing is approved, cannot be used.
        """
        from assure_tui.app.desk.operators import unlock  # noqa: PLC0415 - cryptography is needed only here

        waiting = self.waiting(name, reason, by=by)
        signer = None
        if passphrase or word == "approved":
            with plain_errors():
                signer = unlock(keys, key, passphrase)
        message = gated.to_sign(waiting.id, word, reason, by, self._archive.commitment(waiting.entry))
        self._archive.write(
            [
                gated.answered(
                    subject=self._subject(waiting.run),
                    run=waiting.run,
                    name=waiting.id,
                    word=word,
                    reason=reason,
                    by=by,
                    key=signer.fingerprint if signer else "",
                    signature=signer.sign(message).hex() if signer else "",
                )
            ]
        )
        stands = next(approval for approval in self.all(pending=False) if approval.id == waiting.id)
        if stands.state != word:
            raise UsageError(f"{waiting.id} was {stands.state} in the meantime; the first answer stands.")
        return stands


def _waiting(approvals: Sequence[Approval], name: str) -> Approval:
    among = [approval for approval in approvals if approval.id == name] or [
        approval for approval in approvals if len(name) > 3 and approval.id.startswith(name)
    ]
    if len(among) != 1:
        what = "no call waits" if not among else f"{len(among)} calls wait"
        raise UsageError(f"{what} under {name!r}: `assure-tui approvals list` shows those that do.")
    (approval,) = among
    if approval.state != "pending":
        raise UsageError(f"{approval.id} was {approval.state} already: nothing waits for an answer to it any more.")
    return approval
