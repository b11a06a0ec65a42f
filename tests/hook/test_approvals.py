"""Calls that wait for the operator: what is shown of them, who may answer, and what an answer is worth."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from assure_tui.app.desk import gated
from assure_tui.app.desk.archive import Archive
from assure_tui.app.desk.config import UserConfig
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import Tags, Words
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.operators import list_keys
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.app.desk.wrapping import wrap
from assure_tui.app.hook.docket import Docket, Waiting
from assure_tui.app.hook.judge import Judgement
from assure_tui.ingest.model import Locator, Origin
from assure_tui.ledger.errors import ContentLockedError
from assure_tui.ledger.store import Draft, Ledger
from assure_tui.reconcile.model import GateResult

WORDS = "correct horse battery"
RESULT = GateResult(
    id="g-1",
    run="r-1",
    gate="threshold",
    outcome="failed",
    severity="high",
    call_ids=("c1",),
    reason="amount",
    message="refunds $400.00",
    event="e",
    origin=Origin("s-1", Locator("bytes", 0, 1, 1), "0" * 64),
)


@pytest.fixture
def desk(tmp_path: Path):
    desk = Desk.open(Home.under(tmp_path / "home"), config=UserConfig(operator="Mira"))
    desk.new_operator_key("Mira", WORDS)
    yield desk
    desk.close()


def ask(desk: Desk, name: str = "a-0001", *, seconds: float = 60.0, requester: tuple[int, ...] = ()) -> None:
    ledger = open_ledger(desk.home)
    request = gated.Request(
        agent="claude-code", event="call", session="s", call_id="c1", tool="refund", args={"amount": "400.00"}
    )
    words = gated.requested(
        request,
        subject=Tags.load(desk.home.keys).of("run:r-1"),
        run="r-1",
        name=name,
        reason="refunds above $100 need a person",
        gates=[RESULT],
        until=time.time() + seconds,
        requester=requester,
    )
    ledger.append([Draft(words.kind, words.subject, words.clear, words.content)])


def test_a_call_that_waits_is_shown_with_what_it_asks_for(desk: Desk) -> None:
    ask(desk)
    (waiting,) = desk.approvals()
    assert (waiting.tool, waiting.args, waiting.agent, waiting.run) == (
        "refund",
        {"amount": "400.00"},
        "claude-code",
        "r-1",
    )
    assert waiting.gates == (("threshold", "high"),)
    assert waiting.messages == ("refunds $400.00",)


def test_an_approval_is_signed_over_the_very_request(desk: Desk) -> None:
    ask(desk)
    done = desk.approve("a-0001", "checked with the shop", passphrase=WORDS)
    assert (done.state, done.by, done.answer) == ("approved", "Mira", "checked with the shop")
    assert desk.approvals() == []
    ledger = open_ledger(desk.home)
    entry, content = ledger.entry(ledger.size - 1), ledger.content(ledger.size - 1)
    request = ledger.entry(done.entry)
    assert gated.is_signed(entry.clear, content, request.commitment, list_keys(desk.home.keys))
    assert not gated.is_signed(
        entry.clear, content | {"reason": "another"}, request.commitment, list_keys(desk.home.keys)
    )
    assert not gated.is_signed(entry.clear, content, "ab" * 32, list_keys(desk.home.keys))
    assert not gated.is_signed(
        entry.clear, content | {"signature": "zz"}, request.commitment, list_keys(desk.home.keys)
    )


def test_a_refusal_needs_a_reason_and_no_key(desk: Desk) -> None:
    ask(desk)
    with pytest.raises(UsageError, match="needs a reason"):
        desk.refuse("a-0001", " ")
    assert desk.refuse("a-00", "too much").state == "refused"


def test_nothing_is_approved_without_the_key(desk: Desk) -> None:
    ask(desk)
    with pytest.raises(UsageError):
        desk.approve("a-0001", "fine", passphrase="wrong")
    with pytest.raises(UsageError):
        desk.approve("a-0001", "fine", passphrase="")
    assert [waiting.state for waiting in desk.approvals()] == ["pending"]


def test_time_out_is_a_refusal_that_cannot_be_turned(desk: Desk) -> None:
    ask(desk, seconds=-1.0)
    assert desk.approvals() == []
    assert [approval.state for approval in desk.approvals(pending=False)] == ["expired"]
    with pytest.raises(UsageError, match="expired already"):
        desk.approve("a-0001", "fine", passphrase=WORDS)


def test_the_first_answer_stands(desk: Desk) -> None:
    ask(desk)
    desk.refuse("a-0001", "too much")
    with pytest.raises(UsageError, match="refused already"):
        desk.approve("a-0001", "fine after all", passphrase=WORDS)


@pytest.mark.parametrize("pids", [(os.getpid(),), (os.getppid(),)])
def test_the_requester_is_never_the_approver(desk: Desk, pids: tuple[int, ...]) -> None:
    ask(desk, requester=pids)
    with pytest.raises(UsageError, match="its own request"):
        desk.approve("a-0001", "fine", passphrase=WORDS)
    with pytest.raises(UsageError, match="its own request"):
        desk.refuse("a-0001", "no")


def test_an_unknown_or_ambiguous_id_is_told(desk: Desk) -> None:
    ask(desk, "a-0001")
    ask(desk, "a-0002")
    for name in ("a-9", "a-00"):
        with pytest.raises(UsageError, match="assure-tui approvals list"):
            desk.refuse(name, "no")


def test_an_answer_of_the_last_moment_is_found(desk: Desk) -> None:
    ask(desk, seconds=5.0)
    ledger = open_ledger(desk.home)
    docket = Docket(ledger, Tags.load(desk.home.keys), desk.home.keys, where="alone")
    request = gated.Request(agent="claude-code", event="call")
    judgement = Judgement("ask", "refunds above $100 need a person", (RESULT,))
    waiting = Waiting("a-0001", request, "r-1", judgement, time.time(), 5.0, index=ledger.size - 1)
    desk.refuse("a-0001", "too much")
    assert docket.await_reply(waiting).word == "refused"


def test_a_call_waits_and_is_answered_while_contents_are_locked(desk: Desk) -> None:
    wrap(desk.home, "another passphrase")
    ask(desk)
    ledger = open_ledger(desk.home)
    with pytest.raises(ContentLockedError):
        Ledger.open(desk.home.ledger, pins=desk.home.pins, keys=desk.home.keys).content(ledger.size - 1)
    (shown,) = desk.approvals()
    assert shown.messages == ("refunds $400.00",)
    docket = Docket(ledger, Tags.load(desk.home.keys), desk.home.keys, where="alone")
    waiting = Waiting(
        "a-0001",
        gated.Request(agent="claude-code", event="call"),
        "r-1",
        Judgement("ask", "refunds above $100 need a person", (RESULT,)),
        time.time(),
        60.0,
        index=ledger.size - 1,
    )
    desk.approve("a-0001", "checked with the shop", passphrase=WORDS)
    found = docket.await_reply(waiting)
    assert (found.word, found.reason) == ("approved", "checked with the shop")


def test_of_two_answers_at_once_the_second_hears_that_it_came_too_late(desk: Desk, monkeypatch) -> None:
    ask(desk)
    write = Archive.write

    def overtaken(archive: Archive, words: list[Words]) -> int:
        write(archive, [gated.answered(subject=words[0].subject, run="r-1", name="a-0001", word="refused",
                                       reason="no", by="Ana")])  # fmt: skip
        return write(archive, words)

    monkeypatch.setattr(Archive, "write", overtaken)
    with pytest.raises(UsageError, match="was refused in the meantime"):
        desk.approve("a-0001", "fine", passphrase=WORDS)
