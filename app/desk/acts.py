"""What people did, as the ledger's entries tell it: notes, decisions, verdicts, seals."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import msgspec

from assure_tui.app.desk.library import Entry
from assure_tui.app.desk.views import Decision, DecisionWord, Note, Verdict, VerdictWord
from assure_tui.app.desk.waivers import GivenWaiver
from assure_tui.reconcile.model import Claim

UNDONE = "undone"
"""The word of a decision that takes an earlier one back."""
PREDICATE_TYPE = "https://assure-tui.dev/verdict/v1"
MAX_ENVELOPE = 32 << 20


@dataclass(frozen=True, slots=True)
class SealOf:
    """A seal over a run: the number of its envelope, and the size of the ledger whose evidence it covers."""

    number: int
    entry: int
    upto: int
    word: str


@dataclass(slots=True)
class Acts:
    """All acts, by run."""

    notes: dict[str, list[Note]] = field(default_factory=dict)
    decisions: dict[str, dict[str, Decision]] = field(default_factory=dict)
    claims: dict[str, dict[str, Claim]] = field(default_factory=dict)
    """Claims that reviewers added, by run and id."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    verdict_entries: dict[str, int] = field(default_factory=dict)
    seals: dict[str, SealOf] = field(default_factory=dict)
    waivers: dict[str, list[GivenWaiver]] = field(default_factory=dict)

    @classmethod
    def gather(cls, entries: Iterable[Entry], ledger: Path) -> Acts:
        """Go through the entries, oldest first. What cannot be understood, or was erased, is left out."""
        acts = cls()
        for entry in entries:
            if entry.kind == "seal":
                acts._seal(entry, ledger)
            elif entry.content is not None and isinstance(entry.content.get("run"), str):
                acts._act(entry, entry.content)
        return acts

    def _act(self, entry: Entry, content: dict[str, Any]) -> None:
        run, by, time = content["run"], str(content.get("by", "")), entry.time / 1000
        match entry.kind:
            case "note":
                self.notes.setdefault(run, []).append(
                    Note(
                        id=f"n-{entry.index}",
                        run=run,
                        subject=str(content.get("about", run)),
                        text=str(content.get("text", "")),
                        tags=tuple(str(tag) for tag in content.get("tags", ())),
                        by=by,
                        time=time,
                        entry=entry.index,
                    )
                )
            case "decision":
                word: Any = entry.clear.get("word")
                finding = str(entry.clear.get("finding"))
                decisions = self.decisions.setdefault(run, {})
                decisions.pop(finding, None)
                if word in get_args(DecisionWord):
                    decisions[finding] = Decision(
                        finding=finding,
                        word=word,
                        reason=str(content.get("reason", "")),
                        by=by,
                        time=time,
                        entry=entry.index,
                    )
            case "waiver":
                until = entry.clear.get("until")
                if isinstance(until, int):
                    given = GivenWaiver(
                        run=run,
                        gate=str(entry.clear.get("gate")),
                        reason=str(content.get("reason", "")),
                        by=by,
                        until=until / 1000,
                        time=time,
                        entry=entry.index,
                    )
                    self.waivers.setdefault(run, []).append(given)
            case "claim":
                try:
                    claim = msgspec.convert(content.get("value"), Claim, strict=False)
                except (msgspec.ValidationError, TypeError):
                    return
                self.claims.setdefault(run, {})[claim.id] = claim
            case "verdict":
                answer: Any = entry.clear.get("word")
                if answer in get_args(VerdictWord):
                    reason = str(content.get("reason", ""))
                    self.verdicts[run] = Verdict(run=run, word=answer, reason=reason, by=by, time=time)
                    self.verdict_entries[run] = entry.index
            case _:
                pass

    def _seal(self, entry: Entry, ledger: Path) -> None:
        if entry.clear.get("predicate_type") != PREDICATE_TYPE:
            return
        number = int(entry.clear.get("n", 0))
        for run in sealed_runs(ledger / "seals" / f"{number}.dsse.json"):
            upto = run.get("upto")
            if isinstance(run.get("run"), str) and isinstance(upto, int):
                self.seals[run["run"]] = SealOf(number, entry.index, upto, str(run.get("verdict")))


def sealed_runs(path: Path) -> list[dict[str, Any]]:
    """Read the runs of a seal's predicate, without checking the seal: `verify` does that. Empty if it is unreadable."""
    try:
        with path.open("rb") as file:
            envelope = json.loads(file.read(MAX_ENVELOPE))
        statement = json.loads(base64.b64decode(envelope["payload"], validate=True))
        runs = statement["predicate"]["runs"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return []
    return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []
