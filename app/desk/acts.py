"""What people did, as the ledger's entries tell it: notes, decisions, verdicts, seals."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, get_args

import msgspec

from assure_tui.app.desk.gates.waivers import Approved, GivenWaiver, applied
from assure_tui.app.desk.library import Entry
from assure_tui.app.desk.views import Decision, DecisionWord, Note, Verdict, VerdictWord
from assure_tui.reconcile.ids import gate_id
from assure_tui.reconcile.model import Claim, GateResult

UNDONE = "undone"
"""The word of a decision that takes an earlier one back."""
PREDICATE_TYPE = "https://assure-tui.dev/verdict/v1"
REVIEWER = "reviewer"
"""Role in the predicate of whoever answers a bundle: their seals come by `import`."""
WITHDRAWAL_TYPE = "https://assure-tui.dev/withdrawal/v1"

Envelopes: TypeAlias = Callable[[int], bytes | None]
"""Gives the envelope of a number, or None if it cannot be read."""


@dataclass(frozen=True, slots=True)
class SealOf:
    """A seal over a run: the number of its envelope, and the size of the ledger whose evidence it covers."""

    number: int
    entry: int
    upto: int
    word: str
    reason: str
    signer: str
    key: str
    """The signer's public key, as the entry has it."""
    elsewhere: bool = False
    """Whether it was signed over a bundle, by whoever got it, and imported."""


@dataclass(slots=True)
class Acts:
    """All acts, by run."""

    notes: dict[str, list[Note]] = field(default_factory=dict)
    decisions: dict[str, dict[str, Decision]] = field(default_factory=dict)
    claims: dict[str, dict[str, Claim]] = field(default_factory=dict)
    """Claims that reviewers added, by run and id."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    verdict_entries: dict[str, int] = field(default_factory=dict)
    seals: dict[str, list[SealOf]] = field(default_factory=dict)
    """Those that were not withdrawn, oldest first."""
    waivers: dict[str, list[GivenWaiver]] = field(default_factory=dict)
    approved: dict[str, dict[str, Approved]] = field(default_factory=dict)
    """Calls that an operator approved in spite of a gate, by run and the gate's finding."""
    _asked: dict[str, Entry] = field(default_factory=dict)
    """Requests for an approval that nobody answered yet, by name."""

    @classmethod
    def gather(cls, entries: Iterable[Entry], envelopes: Envelopes) -> Acts:
        """Go through the entries, oldest first. What cannot be understood, or was erased, is left out."""
        acts = cls()
        for entry in entries:
            if entry.kind == "seal":
                acts._seal(entry, envelopes)
            elif entry.content is not None and isinstance(entry.content.get("run"), str):
                acts._act(entry, entry.content)
        return acts

    def _act(self, entry: Entry, content: dict[str, Any]) -> None:
        run, by = content["run"], str(content.get("by", ""))
        match entry.kind:
            case "note":
                self.notes.setdefault(run, []).append(_note(entry, content, by))
            case "decision":
                finding = str(entry.clear.get("finding"))
                decisions = self.decisions.setdefault(run, {})
                decisions.pop(finding, None)
                if decision := _decision(entry, content, by):
                    decisions[finding] = decision
            case "waiver":
                if waiver := _waiver(entry, content, by):
                    self.waivers.setdefault(run, []).append(waiver)
            case "approval":
                self._approval(entry, content, by)
            case "claim":
                if claim := _claim(content):
                    self.claims.setdefault(run, {})[claim.id] = claim
            case "verdict":
                if verdict := _verdict(entry, content, by):
                    self.verdicts[run] = verdict
                    self.verdict_entries[run] = entry.index
            case _:
                pass

    def _approval(self, entry: Entry, content: dict[str, Any], by: str) -> None:
        """Take a request or an answer: the first answer stands, and one that came too late approves nothing."""
        name, word = str(entry.clear.get("approval")), entry.clear.get("word")
        if word == "requested":
            self._asked.setdefault(name, entry)
            return
        asked = self._asked.pop(name, None)
        if asked is None or word != "approved" or not entry.clear.get("key"):
            return
        about, until, gates = asked.content or {}, asked.clear.get("until"), asked.clear.get("gates")
        if not isinstance(until, int) or entry.time > until or not isinstance(gates, list):
            return
        approval = Approved(by, str(content.get("reason", "")))
        found = self.approved.setdefault(str(about.get("run")), {})
        found |= {
            gate_id(str(gate.get("gate")), str(about.get("call_id"))): approval
            for gate in gates
            if isinstance(gate, dict)
        }

    def let_off(self, run: str, gates: Iterable[GateResult], now: float) -> tuple[GateResult, ...]:
        """Return a run's results of gates as they stand under its waivers and approvals."""
        return applied(gates, self.waivers.get(run, ()), self.approved.get(run, {}), now)

    def standing(
        self, run: str, newest: int, needed: int = 1, vouched: Collection[str] | None = None
    ) -> Verdict | None:
        """Return the verdict on a run, sealed if as many different keys as are needed have signed it since.

        With `vouched`, only these keys count, as entries have them: else a second key could be anybody's.

        `newest` is the index of the newest evidence about the run: seals that do not cover it are stale. Of each key
        only the last word counts; one that differs from the verdict is a dissent.
        """
        verdict = self.verdicts.get(run)
        if verdict is None:
            return None
        since = [seal for seal in self.seals.get(run, ()) if seal.entry >= self.verdict_entries.get(run, 0)]
        last = {seal.key: seal for seal in since}.values()
        agreeing = [seal for seal in last if seal.word == verdict.word and (vouched is None or seal.key in vouched)]
        dissent = tuple(f"{seal.signer}: {seal.word}, {seal.reason}" for seal in last if seal.word != verdict.word)
        verdict = msgspec.structs.replace(
            verdict,
            signers=tuple(seal.signer for seal in agreeing if not seal.elsewhere),
            countersigners=tuple(seal.signer for seal in agreeing if seal.elsewhere),
            dissent=dissent,
        )
        if len(agreeing) < max(needed, 1) or not (verdict.signers or vouched):
            return verdict
        fresh = sum(seal.upto > newest for seal in agreeing)
        number = max(agreeing, key=lambda seal: seal.entry).number
        return msgspec.structs.replace(verdict, seal=str(number), stale=fresh < needed)

    def _seal(self, entry: Entry, envelopes: Envelopes) -> None:
        number, kind = entry.clear.get("n"), entry.clear.get("predicate_type")
        if type(number) is not int or kind not in (PREDICATE_TYPE, WITHDRAWAL_TYPE):
            return
        signer, key = str(entry.clear.get("signer")), str(entry.clear.get("key"))
        envelope = envelopes(number)
        elsewhere = _predicate(envelope).get("role") == REVIEWER
        for run in sealed_runs(envelope):
            name, upto = run.get("run"), run.get("upto")
            if not isinstance(name, str):
                continue
            seals = self.seals.setdefault(name, [])
            if kind == WITHDRAWAL_TYPE:
                seals[:] = [seal for seal in seals if seal.number != run.get("seal") or seal.key != key]
            elif isinstance(upto, int):
                word, reason = str(run.get("verdict")), str(run.get("reason", ""))
                seals.append(SealOf(number, entry.index, upto, word, reason, signer, key, elsewhere))


def sealed_runs(envelope: bytes | None) -> list[dict[str, Any]]:
    """Read the runs of a seal's predicate, without checking the seal: `verify` does that. Empty if it is unreadable."""
    runs = _predicate(envelope).get("runs")
    return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []


def _predicate(envelope: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(base64.b64decode(json.loads(envelope or b"")["payload"], validate=True))["predicate"]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def _note(entry: Entry, content: dict[str, Any], by: str) -> Note:
    tags = content.get("tags")
    return Note(
        id=f"n-{entry.index}",
        run=content["run"],
        subject=str(content.get("about", content["run"])),
        text=str(content.get("text", "")),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        by=by,
        time=entry.time / 1000,
        entry=entry.index,
    )


def _decision(entry: Entry, content: dict[str, Any], by: str) -> Decision | None:
    """Read a decision; None where one was taken back."""
    word: Any = entry.clear.get("word")
    if word not in get_args(DecisionWord):
        return None
    return Decision(
        finding=str(entry.clear.get("finding")),
        word=word,
        reason=str(content.get("reason", "")),
        by=by,
        time=entry.time / 1000,
        entry=entry.index,
    )


def _waiver(entry: Entry, content: dict[str, Any], by: str) -> GivenWaiver | None:
    until = entry.clear.get("until")
    if not isinstance(until, int):
        return None
    return GivenWaiver(
        run=content["run"],
        gate=str(entry.clear.get("gate")),
        reason=str(content.get("reason", "")),
        by=by,
        until=until / 1000,
        time=entry.time / 1000,
        entry=entry.index,
    )


def _claim(content: dict[str, Any]) -> Claim | None:
    try:
        return msgspec.convert(content.get("value"), Claim, strict=False)
    except (msgspec.ValidationError, TypeError):
        return None


def _verdict(entry: Entry, content: dict[str, Any], by: str) -> Verdict | None:
    word: Any = entry.clear.get("word")
    if word not in get_args(VerdictWord):
        return None
    reason = str(content.get("reason", ""))
    return Verdict(run=content["run"], word=word, reason=reason, by=by, time=entry.time / 1000)
