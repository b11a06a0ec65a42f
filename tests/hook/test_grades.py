"""A call that the hook decided on before it was made is better evidence than the agent's own log of it."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from assure_tui.app.desk import gated
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.app.desk.watch.recorder import Recorder
from assure_tui.app.hook.judge import run_of
from assure_tui.ledger.store import Draft

if TYPE_CHECKING:
    from pathlib import Path

SESSION = [
    {"type": "session", "format": "assure/1", "id": "s-1", "agent": "refund-desk"},
    {"type": "user", "text": "Please refund order 1042, $40."},
    {"type": "tool_call", "call_id": "c1", "tool": "issue_refund", "args": {"order": "1042", "amount": 40}},
    {"type": "tool_result", "call_id": "c1", "status": "succeeded", "text": '{"refund": "re_77"}'},
    {"type": "tool_call", "call_id": "c2", "tool": "send_email", "args": {"to": "a@shop.test", "body": "Refunded."}},
    {"type": "tool_result", "call_id": "c2", "status": "succeeded", "text": "sent"},
    {"type": "report", "text": "I issued one $40 refund for order 1042."},
]


def decide(home: Home, call: str) -> None:
    """Have the hook installed and one call decided, as the ledger has it before the call is made."""
    request = gated.Request(agent="generic", event="call", session="s-1", call_id=call, tool="issue_refund")
    run, tags = run_of(request), Tags.load(home.keys, make=True)
    words = [
        gated.installed(agent="generic", scope="user", path="settings.json", folder=""),
        gated.decision(request, subject=tags.of(f"run:{run}"), run=run, word="none", reason="", where="alone"),
    ]
    open_ledger(home).append([Draft(each.kind, each.subject, each.clear, each.content) for each in words])


def test_what_the_hook_saw_is_gated_and_so_is_a_claim_that_rests_on_it(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    home = Home.under(tmp_path / "home")
    home.prepare()
    decide(home, "c1")
    stop = threading.Event()
    recorder = threading.Thread(target=Recorder(home, (logs,), needs_ledger=True).run, args=(stop,))
    recorder.start()
    desk = Desk.open(home, roots=(logs,))
    try:
        until(lambda: desk.presence().recorder != "none")
        lines = (json.dumps(record | {"time": 1_785_490_000 + at}) + "\n" for at, record in enumerate(SESSION))
        (logs / "run.jsonl").write_text("".join(lines))
        until(lambda: any(row.confirmed for row in desk.runs()))
        detail = desk.run(desk.runs()[0].id)
    finally:
        stop.set()
        recorder.join(60)
        desk.close()
    assert {effect.call_id: effect.grade for effect in detail.effects} == {"c1": "gated", "c2": "logged"}
    assert [claim.grade for claim in detail.claims if claim.kind == "refund"] == ["gated"]


def until(true) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
