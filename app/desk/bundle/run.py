"""A run as a bundle tells it: acts and findings from proved entries, the rest from the view, marked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

import msgspec

from assure_tui.app.desk.acts import Acts
from assure_tui.app.desk.bundle.evidence import sealed_evidence, tag_of
from assure_tui.app.desk.bundle.export import BEAT
from assure_tui.app.desk.bundle.provenance import Proven
from assure_tui.app.desk.bundle.view import UNPROVEN, View, mark
from assure_tui.app.desk.entries import EVIDENCE, FINDINGS
from assure_tui.app.desk.library import Entry as Act
from assure_tui.app.desk.views import Coverage, RunDetail, RunRow, Verdict, VerdictWord
from assure_tui.app.desk.watch.heartbeat import unobserved
from assure_tui.ingest.model import Locator, Origin, SourceInfo, Tally
from assure_tui.ledger.bundle import Bundle
from assure_tui.ledger.errors import BundleError
from assure_tui.ledger.seal import Seal
from assure_tui.ledger.trust import Trust
from assure_tui.reconcile.model import SEVERITIES, Claim, Discrepancy, Effect, GateResult, InputFinding

_MODELS: dict[str, Any] = {"discrepancy": Discrepancy, "gate": GateResult, "input": InputFinding}


def detail_of(bundle: Bundle, view: View | None, proven: Proven) -> RunDetail:
    """Put together what is known of the run: acts and findings from proved entries, all else from the view, marked."""
    run = view.detail.row.id if view else _run_id(bundle)
    acts = Acts.gather(_acts(bundle, run), lambda number: bundle.members.get(f"seals/{number}.dsse.json"))
    found = _findings(bundle)
    newest = max((i for i, e in bundle.entries.items() if e.kind in EVIDENCE), default=-1)
    verdict = acts.standing(run, newest) or _sealed_verdict(bundle, acts, run, newest)
    known: dict[str, Any] = {
        "decisions": tuple(acts.decisions.get(run, {}).values()),
        "notes": tuple(acts.notes.get(run, ())),
        "verdict": verdict,
        "discrepancies": tuple(each for each in found if isinstance(each, Discrepancy)),
        "gates": tuple(each for each in found if isinstance(each, GateResult)),
        "inputs": tuple(each for each in found if isinstance(each, InputFinding)),
    }
    confirmed, contradicted, unchecked = _counts(bundle)
    counted = {
        "confirmed": confirmed,
        "contradicted": contradicted,
        "unchecked": unchecked,
        "findings": len(found),
        "undecided": sum(each.id not in acts.decisions.get(run, {}) for each in found),
        "verdict": verdict.word if verdict else None,
        "sealed": "no" if verdict is None else "draft" if not verdict.seal else "stale" if verdict.stale else "sealed",
    }
    if view is None:
        return _proven_only(bundle, run, known, counted)
    shown = view.detail
    gates = {gate.id: _doubted(gate) for gate in shown.gates} | {gate.id: gate for gate in known["gates"]}
    proved = {
        "row": msgspec.structs.replace(shown.row, **counted),
        "claims": tuple(_marked(claim, proven) for claim in shown.claims),
        "effects": tuple(_marked(effect, proven) for effect in shown.effects),
        "coverage": msgspec.structs.replace(
            shown.coverage, unobserved=_unobserved(bundle, shown.row.started, shown.row.ended)
        ),
        "gates": tuple(gates.values()),
    }
    return msgspec.structs.replace(shown, **known | proved)


def _proven_only(bundle: Bundle, run: str, known: dict[str, Any], counted: dict[str, Any]) -> RunDetail:
    """Put together what the entries alone tell, of a bundle that has no view."""
    times = [entry.time / 1000 for entry in bundle.entries.values() if entry.kind in EVIDENCE]
    start, end = min(times, default=None), max(times, default=None)
    severities = (each.severity for sort in ("discrepancies", "gates", "inputs") for each in known[sort])
    checked = counted["confirmed"] + counted["contradicted"]
    row = RunRow(
        id=run,
        native_id="",
        parent=None,
        agent="",
        adapter="",
        model=None,
        cwd=None,
        source=str(bundle.path),
        title="a bundle: what was chosen of the run",
        started=start,
        ended=end,
        status="ended",
        attention="need" if counted["undecided"] else "quiet",
        worst=max(severities, key=SEVERITIES.index, default=None),
        gates_failed=len(known["gates"]),
        events=0,
        changed=False,
        **counted,
    )
    return RunDetail(
        row=row,
        sources=(
            SourceInfo(id="bundle", path=str(bundle.path), adapter="bundle", discipline="snapshot", complete=False),
        ),
        claims=(),
        effects=(),
        coverage=Coverage(
            tally=Tally(),
            calls_without_result=0,
            sources_incomplete=(),
            claims_checked=checked,
            claims_total=checked + counted["unchecked"],
            unobserved=_unobserved(bundle, start, end),
        ),
        children=(),
        **known,
    )


def _unobserved(bundle: Bundle, start: float | None, end: float | None) -> tuple[tuple[float, float], ...]:
    """Return when nobody recorded the run, as the heartbeats tell; nothing of history, which nobody could watch."""
    seen = {str(entry.clear.get("seen")) for entry in bundle.entries.values() if entry.kind == "observed"}
    if start is None or end is None or seen == {"backfill"}:
        return ()
    beats = [(e.time / 1000, str(e.clear.get("state"))) for _, e in sorted(bundle.entries.items()) if e.kind == BEAT]
    return unobserved(start, end, beats)


_Value = TypeVar("_Value", Claim, Effect)


def _marked(value: _Value, proven: Proven) -> _Value:
    """Say of a claim, where its outcome is explained, or of an effect, where its tool is named, that it is unproven."""
    marked = mark(value.id, proven)
    if not marked:
        return value
    if isinstance(value, Claim):
        return msgspec.structs.replace(value, reason=f"{marked} {value.reason}".rstrip())
    return msgspec.structs.replace(value, tool=f"{marked.partition(':')[0]}] {value.tool}")


def _doubted(gate: GateResult) -> GateResult:
    """Say of a gate that only the view has, that it is unproven: each that failed or was bypassed has an entry."""
    if gate.outcome not in {"failed", "bypassed"}:
        return gate
    return msgspec.structs.replace(gate, message=f"{UNPROVEN} {gate.message}")


def _run_id(bundle: Bundle) -> str:
    for _, seal in bundle.seals(Trust().signers):
        with contextlib.suppress(BundleError):
            if isinstance(seal, Seal):
                for run, subject in sealed_evidence(seal.statement):
                    if subject.name == f"evidence/{tag_of(bundle)}" and isinstance(run.get("run"), str):
                        return str(run["run"])
    shown = (content.get("run") for content in bundle.shown.values() if isinstance(content, dict))
    return next((run for run in shown if isinstance(run, str)), tag_of(bundle))


def _sealed_verdict(bundle: Bundle, acts: Acts, run: str, newest: int) -> Verdict | None:
    """Return the verdict that the last seal states, when the entry of the verdict itself is not shown."""
    seals = acts.seals.get(run)
    word: Any = seals[-1].word if seals else None
    if not seals or word not in get_args(VerdictWord):
        return None
    last = seals[-1]
    time = bundle.entries[last.entry].time / 1000
    acts.verdicts[run] = Verdict(run=run, word=word, reason=last.reason, by=last.signer, time=time)
    return acts.standing(run, newest)


def _acts(bundle: Bundle, run: str) -> Iterator[Act]:
    """Yield the entries as the desk knows them: each is about the bundle's run, whether that field is shown or not."""
    for index, entry in sorted(bundle.entries.items()):
        content = bundle.shown.get(index)
        told = content | {"run": run} if isinstance(content, dict) else None
        if entry.kind == "decision" and told is None:
            told = {"run": run}  # its word and finding are in the clear part
        yield Act(index, entry.kind, entry.subject, entry.time, entry.clear, told)


def _findings(bundle: Bundle) -> list[Discrepancy | GateResult | InputFinding]:
    """Return the findings that stand. What one says may be withheld; that it is there never is."""
    found: dict[str, Discrepancy | GateResult | InputFinding] = {}
    for index, entry in sorted(bundle.entries.items()):
        if entry.kind not in FINDINGS:
            continue
        name, content = str(entry.clear.get("id")), bundle.shown.get(index)
        found.pop(name, None)
        value = content.get("value") if isinstance(content, dict) else None
        if entry.clear.get("state") != "withdrawn" and not (isinstance(value, dict) and "row" in value):
            try:
                found[name] = msgspec.convert(value or _withheld(entry.clear), _MODELS[entry.kind])
            except msgspec.ValidationError as error:
                raise BundleError(f"the finding in entry {index} is malformed ({str(error)[:200]})") from None
    return list(found.values())


def _withheld(clear: dict[str, Any]) -> dict[str, Any]:
    """Return what an entry says of a finding in the open, in the shape of all their models."""
    code = clear.get("code")
    nowhere = Origin("", Locator("item", 0, 0), "")
    told = {name: clear.get(name) for name in ("id", "severity", "outcome")} | {"code": code, "gate": code}
    words = dict.fromkeys(("run", "reason", "event"), "") | {"message": "(what it says is not shown)"}
    ties = {"claim": None, "call_id": None, "call_ids": (), "effects": (), "span": (0, 0)}
    return {**told, **words, **ties, "origin": msgspec.to_builtins(nowhere)}


def _counts(bundle: Bundle) -> tuple[int, int, int]:
    """Return how many claims were confirmed, contradicted and unchecked, as the newest assessment has it."""
    told = [entry.clear.get("counts") for _, entry in sorted(bundle.entries.items()) if entry.kind == "assessed"]
    counts = told[-1] if told and isinstance(told[-1], dict) else {}
    confirmed, contradicted, unchecked = (
        value if type(value := counts.get(name)) is int else 0 for name in ("confirmed", "contradicted", "unchecked")
    )
    return confirmed, contradicted, unchecked
