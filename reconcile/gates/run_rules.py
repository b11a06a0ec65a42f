"""Gates over what the run did before: repeated writes, blind overwriting, claims without a check, gaps in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assure_tui.reconcile.gates.history import fingerprint, is_act
from assure_tui.reconcile.gates.rules import Hit, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.ingest.model import ToolCall
    from assure_tui.reconcile.gates.history import History
    from assure_tui.reconcile.gates.look import Look
    from assure_tui.reconcile.model import Claim, Severity


def hits(look: Look, history: History) -> Iterator[Hit]:
    """Yield what a call repeats, or overwrites unseen."""
    if not look.effects:
        return
    if any(is_act(effect) for effect in look.effects):
        yield from _repeated(look, history)
    elif look.script is None:
        yield from _overwritten(look, history)


def _repeated(look: Look, history: History) -> Iterator[Hit]:
    if not (history.writes or history.flying) or not look.call.args:
        return
    mark = fingerprint(look.call)
    done = history.writes.get(mark)
    if done is None:
        if look.result is None and history.flying.get(mark, look.call.call_id) != look.call.call_id:
            yield Hit(
                fact="duplicate_write",
                severity=_weight(look),
                reason="repeated-at-once",
                message=f"{look.call.tool} was called with just these arguments, and that call has no result yet",
            )
        return
    if look.result is not None and all(effect.status == "failed" for effect in look.effects):
        return  # whoever keeps the books has turned it down
    same_turn = done.turn == history.turn
    severity: Severity = _weight(look) if same_turn else "low"
    when = "in the same turn" if same_turn else "in an earlier turn"
    yield Hit(
        fact="duplicate_write",
        severity=severity,
        reason="repeated" if same_turn else "repeated-later",
        message=f"{look.call.tool} was called {when} with just these arguments, and that call was carried out",
    )


def _weight(look: Look) -> Severity:
    """How grave it is to do it twice: a repeated update changes nothing, a second payment does."""
    actions = {effect.args.get("action") for effect in look.effects}
    if not actions.isdisjoint(listed("repeating", "grave")):
        return "high"
    return "medium" if not actions.isdisjoint(listed("repeating", "plain")) else "low"


def _overwritten(look: Look, history: History) -> Iterator[Hit]:
    arguments = look.call.args
    if look.result is None or arguments.keys().isdisjoint(listed("overwriting", "whole")):
        return
    if not arguments.keys().isdisjoint(listed("overwriting", "partial")):
        return
    for effect in look.effects:
        if effect.kind != "edited" or effect.status == "failed" or not effect.results.get("removed"):
            continue  # nothing shows that there was anything before
        for path in effect.args.get("abs", ()):
            if path not in history.read and path not in look.memory.own:
                yield Hit(
                    fact="read_before_write",
                    severity="low",
                    reason="unread",
                    message=f"{path.rpartition('/')[2]} was overwritten as a whole, and the run had not read it",
                )


QUOTED: Final = 120
"""Code points of a claim that are quoted."""
_NOTHING: Final = "no check that stood by then shows it"
_LACKS: Final = {
    "contradicted": "the log says otherwise",
    "stale": "what it rests on was changed after the last check",
    "partial": "the last check covers a part of it only",
}


def _calls(gone: Sequence[ToolCall]) -> str:
    """Say which calls there are, and begin what they lack."""
    first = gone[0].tool
    return f"{len(gone)} calls, the first to {first}, have" if len(gone) > 1 else f"a call to {first} has"


def turn_hits(claims: Sequence[Claim]) -> Iterator[Hit]:
    """Yield what a turn's claims lack: a check that stood when they were made."""
    kinds, outcomes = listed("claims", "checked"), listed("claims", "unproved")
    lacking = [claim for claim in claims if claim.kind in kinds and claim.outcome in outcomes]
    if lacking:
        words = " ".join(lacking[0].text.split())
        quoted = words if len(words) <= QUOTED else words[:QUOTED].rpartition(" ")[0] + "…"
        yield Hit(
            fact="verify_before_claim",
            severity="low",
            reason=lacking[0].outcome,
            message=f"“{quoted}” was said, and {_LACKS.get(lacking[0].outcome, _NOTHING)}",
        )


def run_hits(history: History) -> Iterator[Hit]:
    """Yield what is missing in the log of the whole run."""
    gone = [call for name, call in history.waiting.items() if name not in history.latest]
    if gone:
        yield Hit(
            fact="log_gap",
            severity="low",
            reason="no-result",
            message=f"{_calls(gone)} no result in the log, though the run went on",
        )
    elif history.stray:
        yield Hit(
            fact="log_gap",
            severity="low",
            reason="no-call",
            message=f"{history.stray} result(s) in the log belong to no call in it",
        )
