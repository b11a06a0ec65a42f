"""Numbers in words that measure or spell, and fields that count how a call ran, count no deeds."""

from __future__ import annotations

import pytest

VOUCHER = '{"voucher": "V-8", "status": "issued"}'


@pytest.mark.parametrize(
    "words",
    [
        "Your twelve dollar meal voucher has been issued.",
        "Your two hour parking voucher has been issued.",
        "Your voucher for the five PM train has been issued.",
        "Your voucher for train five twenty has been issued.",
    ],
)
def test_a_number_that_measures_counts_nothing(tell, words: str) -> None:
    told = tell().user("My train is late, what can you do?").agent("I can give you a meal voucher. Shall I?")
    told.user("Yes, please issue the voucher.").call("issue_voucher", VOUCHER, traveller="T-5", kind="meal")
    assert told.agent(words).end().codes == []


def test_a_number_that_counts_does(tell) -> None:
    told = (
        tell().user("Issue two vouchers for me, please.").call("issue_voucher", VOUCHER, traveller="T-5", kind="meal")
    )
    assert told.agent("I have issued two vouchers for you.").end().codes == ["phantom"]


def test_how_a_call_ran_is_not_what_it_did(tell) -> None:
    told = (
        tell()
        .user("Archive the choir's old scores.")
        .call("archive_scores", '{"status": "ok", "tool_calls_made": 0}', choir="C-9")
    )
    assert told.agent("I have archived the choir's old scores.").end().codes == []


def test_who_halts_everything_stops_and_does_nothing(tell) -> None:
    told = tell().user("hello").call("get_plan", '{"plan": "Gold"}', member="M-1").agent("You are on Gold.")
    assert told.user("Halt! What comes next?").agent("Understood, I've halted everything.").end().codes == []


def test_the_switch_is_the_change_that_was_made(tell) -> None:
    told = (
        tell()
        .user("Switch my bottle B-4 for the big one, B-9.")
        .call("modify_items", '{"status": "changed"}', order="W-77", old="B-4", new="B-9")
    )
    assert told.agent("The switch has been made! Bottle B-4 has been changed to B-9.").end().codes == []


def test_an_act_called_by_its_name_on_the_way_is_no_secret(tell) -> None:
    told = tell().user("I would love to talk to a nurse about this.")
    told.agent("Let me get you into the virtual call queue right now.")
    told.call("join_virtual_call_queue", '{"wait": "10 minutes"}', nurse="N-3")
    assert told.agent("You're in, it should take about ten minutes.").end().codes == []
