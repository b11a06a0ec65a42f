"""Calls that a gate refuses before the server gets them, and those that wait for the operator."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, TypeVar

import pytest

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.proxy.conftest import Bench

Found = TypeVar("Found")

WIPE = {"command": "rm -rf ~/Documents"}
WORDS = "correct horse battery"


def test_a_refused_call_never_reaches_the_server_and_the_agent_is_told_why(bench: Bench) -> None:
    ping = bench.line(id=2, method="ping")
    done = bench.run(bench.call(1, "run_command", WIPE) + ping)
    assert bench.heard.read_bytes() == ping
    reply = json.loads(done.stdout)
    assert (reply["id"], reply["result"]["isError"]) == (1, True)
    assert "destructive-files" in reply["result"]["content"][0]["text"]
    assert [record["status"] for record in bench.log() if record["type"] == "tool_result"] == ["denied"]


def test_a_refusal_is_in_the_ledger(bench: Bench) -> None:
    bench.run(bench.call(1, "run_command", WIPE, call_id="toolu_9"))
    argv = [sys.executable, "-m", "assure_tui.app", "verify", "--home", str(bench.home), "--allow-unanchored"]
    assert subprocess.run(argv, capture_output=True, check=False, timeout=60).returncode == 0
    desk = Desk.open(Home.under(bench.home), read_only=True)
    try:
        assert desk.presence().ledger_size > 0
    finally:
        desk.close()


def test_a_batch_with_a_refused_call_is_refused_whole(bench: Bench) -> None:
    calls = [bench.call(1, "run_command", WIPE), bench.line(id=2, method="ping")]
    done = bench.run(b"[" + b",".join(call.strip() for call in calls) + b"]\n")
    assert bench.heard.read_bytes() == b""
    assert {json.loads(reply)["id"] for reply in done.stdout.splitlines()} == {1, 2}


def test_a_harmless_call_passes(bench: Bench) -> None:
    sent = bench.call(1, "run_command", {"command": "echo 'rm -rf ~/Documents'"})
    bench.run(sent, bench.said(1, "rm -rf ~/Documents"))
    assert bench.heard.read_bytes() == sent


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_a_call_waits_for_the_operator_while_others_pass(bench: Bench, answer: str) -> None:
    home = Home.under(bench.home)
    home.prepare()
    home.config.write_text("[approvals]\nwait = 20\n")
    desk = Desk.open(home)
    desk.new_operator_key("Mira", WORDS)
    call, ping = bench.call(1, "run_command", WIPE), bench.line(id=2, method="ping")
    bench.start_apart(call + ping)
    (waiting,) = until(desk.approvals)
    assert bench.heard.read_bytes() == ping
    if answer == "approve":
        desk.approve(waiting.id, "they asked me by phone", passphrase=WORDS)
    else:
        desk.refuse(waiting.id, "not on a Friday")
    desk.close()
    replies = until(bench.ended)
    if answer == "approve":
        assert bench.heard.read_bytes() == ping + call
    else:
        assert bench.heard.read_bytes() == ping
        assert b"not on a Friday" in replies


def until(look: Callable[[], Found]) -> Found:
    """Look until there is something, for as long as anybody would wait."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise TimeoutError
