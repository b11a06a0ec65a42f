"""What the runtime hook did in a run, as the ledger's entries tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from assure_tui.app.desk.gated import Word
from assure_tui.app.desk.library import Entry
from assure_tui.app.desk.views import HookDecision
from assure_tui.reconcile.model import Claim

_WORDS: dict[str, Word] = {word: word for word in get_args(Word)}


def decisions(entries: Iterable[Entry]) -> tuple[HookDecision, ...]:
    """Return the hook's decisions; what cannot be understood is left out."""
    found: list[HookDecision] = []
    for entry in entries:
        word = _WORDS.get(str(entry.clear.get("word")))
        event: Any = entry.clear.get("event")
        if word is None or event not in {"call", "stop", "other"}:
            continue
        content = entry.content or {}
        found.append(
            HookDecision(
                time=entry.time / 1000,
                event=event,
                word=word,
                reason=str(content.get("reason", "")),
                call_id=str(content.get("call_id", "")),
                tool=str(content.get("tool", "")),
                gates=tuple((str(gate["gate"]), str(gate["severity"])) for gate in entry.clear.get("gates", ())),
                claims=tuple(str(claim.get("id")) for claim in content.get("claims", ()) if word == "block"),
                where=str(entry.clear.get("where", "")),
                fault=str(entry.clear.get("fault", "")),
                entry=entry.index,
            )
        )
    return tuple(found)


def corrected(claims: Sequence[Claim], hook: Iterable[HookDecision]) -> tuple[str, ...]:
    """The confirmed claims that follow one of their kind for which the agent was sent back, in the log's order."""
    sent_back = {name for decision in hook for name in decision.claims}
    kinds: set[str] = set()
    found: list[str] = []
    for claim in claims:
        if claim.id in sent_back:
            kinds.add(claim.kind)
        elif claim.outcome == "confirmed" and claim.kind in kinds:
            found.append(claim.id)
    return tuple(found)
