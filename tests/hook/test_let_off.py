"""What operators let off: a waiver that the hook honours, and an approved call that asks for no decision any more."""

from __future__ import annotations

import json
import time

import pytest

from assure_tui.app.desk import gated
from assure_tui.app.desk.acts import Acts
from assure_tui.app.desk.entries import Tags, Words, waiver
from assure_tui.app.desk.gates.waivers import Approved, asks_still
from assure_tui.app.desk.library import Asking, Entry
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import Locator, Origin
from assure_tui.ledger.store import Draft
from assure_tui.reconcile.ids import gate_id
from assure_tui.reconcile.model import GateResult

SKIPS = "git commit --no-verify -m x"
SESSION = "5f0c1d7e-0a67-4c3e-9a51-1c2d3e4f5a6b"
RUN = run_id("claude-code", SESSION, SESSION)


def result(gate: str = "threshold", call: str = "c1") -> GateResult:
    return GateResult(
        id=gate_id(gate, call), run="r-1", gate=gate, outcome="failed", severity="high", call_ids=(call,),
        reason="amount", message="refunds $400.00", event="e", origin=Origin("s", Locator("bytes", 0, 1, 1), "0" * 64),
    )  # fmt: skip


def waive(home, gate: str, seconds: float) -> None:
    subject = Tags.load(home.keys, make=True).of(f"run:{RUN}")
    words = waiver(subject=subject, run=RUN, gate=gate, until=time.time() + seconds, reason="known", by="Mo")
    ledger = open_ledger(home)
    ledger.append([Draft(words.kind, words.subject, words.clear, words.content)])
    ledger.publish()


@pytest.mark.parametrize("beside", [True, False], ids=["workstation", "alone"])
def test_a_waiver_reaches_the_hook_and_an_expired_one_does_not(home, hook, asking, entries, request, beside) -> None:
    home.prepare()
    if beside:
        request.getfixturevalue("workstation")

    def told() -> str:
        out = hook("claude-code", asking("claude-code", SKIPS)).stdout
        return json.loads(out)["hookSpecificOutput"]["permissionDecision"] if out else "none"

    assert told() == "ask"
    waive(home, "hook-bypass", -1.0)
    waive(home, "egress", 3600.0)
    assert told() == "ask"
    waive(home, "hook-bypass", 3600.0)
    assert told() == "none"
    last, _ = entries("hook")[-1]
    assert [(gate["gate"], gate["outcome"]) for gate in last["gates"]] == [("hook-bypass", "waived")]


def test_nobody_can_waive_that_an_agent_answers_itself(home, hook, asking) -> None:
    home.prepare()
    waive(home, "own-guard", 3600.0)
    assert "deny" in hook("claude-code", asking("claude-code", "assure-tui trust .")).stdout


def entry(index: int, words: Words, at: float) -> Entry:
    return Entry(index, words.kind, words.subject, round(at * 1000), words.clear, words.content)


def acts(*answers: tuple[str, str, float]) -> Acts:
    """Give the acts after a request at 100 s that waits for 60 s, and answers: word, key, time."""
    asked = gated.requested(
        gated.Request(agent="claude-code", event="call", session="s", call_id="c1", tool="refund", args={}),
        subject="t", run="r-1", name="a-1", reason="", gates=[result()], until=160.0, requester=(),
    )  # fmt: skip
    found = [entry(0, asked, 100.0)]
    for index, (word, key, at) in enumerate(answers, 1):
        told = gated.answered(
            subject="t", run="r-1", name="a-1", word=word, reason="asked the shop", by="Mira", key=key
        )
        found.append(entry(index, told, at))
    return Acts.gather(found, lambda _: None)


def test_an_approved_call_counts_as_decided_with_who_and_why() -> None:
    given = acts(("approved", "k", 120.0))
    (stands,) = given.let_off("r-1", [result()], 1e9)
    assert (stands.outcome, stands.message) == ("waived", "refunds $400.00; approved by Mira: asked the shop")
    ask = Asking(result().id, "threshold", "gate", "high")
    assert not asks_still(ask, (), given.approved["r-1"], 1e9)
    assert asks_still(ask, (), {}, 1e9)


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [("refused", "k", 120.0)],
        [("refused", "", 120.0), ("approved", "k", 130.0)],
        [("approved", "", 120.0)],
        [("approved", "k", 200.0)],
    ],
    ids=["nobody", "refused", "refused first", "without a key", "too late"],
)
def test_anything_else_leaves_the_finding_open(answers) -> None:
    assert acts(*answers).let_off("r-1", [result()], 1e9) == (result(),)


def test_an_approval_is_of_one_call_and_the_gates_that_were_shown() -> None:
    others = (result(call="c2"), result(gate="egress"))
    given = acts(("approved", "k", 120.0))
    assert given.let_off("r-1", others, 1e9) == others
    assert given.let_off("r-2", [result()], 1e9) == (result(),)
    assert given.approved["r-1"] == {result().id: Approved("Mira", "asked the shop")}
