"""A run with very many effects is read as far as something rests on them."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from assure_tui.app.desk import library
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.watch.recorder import Recorder


def test_the_effects_behind_claims_and_findings_stay_when_the_others_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    records: list[dict[str, object]] = [{"type": "session", "format": "assure/1", "id": "s-1", "agent": "support"}]
    for number in range(30):
        records += [
            {"type": "tool_call", "call_id": f"c{number}", "tool": "get_order", "args": {"order": f"O-{number}"}},
            {"type": "tool_result", "call_id": f"c{number}", "status": "succeeded", "text": "found"},
        ]
    records += [
        {"type": "user", "text": "Please refund $40 for order O-7."},
        {"type": "tool_call", "call_id": "r", "tool": "refund_payment", "args": {"order_id": "O-7", "amount": 40}},
        {"type": "tool_result", "call_id": "r", "status": "succeeded", "text": "done"},
        {"type": "report", "text": "I refunded $40.00 for order O-7."},
    ]
    lines = (json.dumps(record | {"time": 1_785_490_000 + number}) for number, record in enumerate(records))
    (logs / "one.jsonl").write_text("\n".join(lines) + "\n")
    home = Home.under(tmp_path / "home")
    home.prepare()
    stop = threading.Event()
    thread = threading.Thread(target=Recorder(home, (logs,), backfill=True).run, args=(stop,))
    thread.start()
    desk = Desk.open(home)
    end = time.monotonic() + 60
    while not (desk.runs() and desk.runs()[0].confirmed) and time.monotonic() < end:
        time.sleep(0.05)
    stop.set()
    thread.join(60)
    run = desk.runs()[0].id
    whole = desk.run(run)
    monkeypatch.setattr(library, "MAX_EFFECTS", 10)
    part = desk.run(run)
    desk.close()
    assert len(whole.effects) == 31
    assert [effect.tool for effect in part.effects] == ["refund_payment"]
    assert (part.claims, part.discrepancies, part.gates) == (whole.claims, whole.discrepancies, whole.gates)
