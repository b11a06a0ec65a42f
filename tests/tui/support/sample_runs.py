"""What sample runs are made of: events, effects, rows of the list, whole runs."""

from __future__ import annotations

from assure_tui.app.desk.views import Coverage, EventRow, RunDetail, RunRow
from assure_tui.ingest.model import Locator, Origin, SourceInfo, Tally
from assure_tui.reconcile.model import Effect

T0 = 1_678_440_400.0  # 2023-03-10 09:26:40 UTC: any day but today, because today's times are shown without a date
SHA = "0" * 64


def origin(line=1, source="s-000000000001"):
    return Origin(source=source, at=Locator("bytes", line * 100, 80, line), sha256=SHA)


def event(seq, kind, summary, *, run_time=T0, **more):
    known = {"call_id": None, "tool": None, "status": None, "claims": 0, "findings": 0}
    return EventRow(
        seq=seq,
        id=f"L{seq + 1}@{seq * 100}#0",
        kind=kind,
        time=run_time + seq * 7,
        summary=summary[:200],
        source="s-000000000001",
        path="/logs/support/2026-07-31.jsonl",
        at=Locator("bytes", seq * 100, 80, seq + 1),
        **(known | more),
    )


def money(value):
    return {"value": value, "currency": "USD"}


def effect(run, number, tool, **more):
    values = {
        "id": f"e-{run}-{number}",
        "run": run,
        "event": f"L{number + 1}@{number * 100}#0",
        "origin": origin(number),
        "call_id": f"c{number}",
        "tool": tool,
        "kind": "refund",
        "effect_class": "write",
        "status": "succeeded",
        "time": T0 + number * 7,
    }
    return Effect(**(values | more))


def row(run, agent, title, **more):
    values = {
        "id": run,
        "native_id": run,
        "parent": None,
        "agent": agent,
        "adapter": "assure",
        "model": "tuned-4",
        "cwd": "/srv/shop",
        "source": "/logs/support/2026-07-31.jsonl",
        "title": title,
        "started": T0,
        "ended": T0 + 1000,
        "status": "ended",
        "attention": "quiet",
        "worst": None,
        "confirmed": 0,
        "contradicted": 0,
        "unchecked": 0,
        "findings": 0,
        "undecided": 0,
        "gates_failed": 0,
        "events": 12,
        "verdict": None,
        "sealed": "no",
        "changed": False,
    }
    return RunRow(**(values | more))


def detail(run_row, claims=(), effects=(), discrepancies=(), gates=(), inputs=(), unrecognised=0):
    checked = sum(claim.outcome not in {"unverifiable", "pending"} for claim in claims)
    return RunDetail(
        row=run_row,
        sources=(
            SourceInfo(id="s-000000000001", path=run_row.source, adapter="assure", discipline="append", complete=True),
        ),
        claims=tuple(claims),
        effects=tuple(effects),
        discrepancies=tuple(discrepancies),
        gates=tuple(gates),
        inputs=tuple(inputs),
        decisions=(),
        notes=(),
        verdict=None,
        coverage=Coverage(
            tally=Tally(records=run_row.events, unrecognised=unrecognised),
            calls_without_result=0,
            sources_incomplete=(),
            claims_checked=checked,
            claims_total=len(claims),
        ),
        children=(),
    )
