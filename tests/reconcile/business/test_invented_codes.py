"""Identifiers of a report that stand nowhere: what they confirm was never done."""

from __future__ import annotations

import pytest

from .test_mistaken_values import codes


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("Your return is created once you confirm. It then has a number such as RTN-00000.", []),
        ("Your order SHP-7001 is eligible for return until May 9.", []),
    ],
)
def test_a_state_or_an_example_makes_no_claim(tell, report: str, expected) -> None:
    told = tell().user("I have order SHP-7001 here. Can you set up a return for me?")
    told.call("get_order", '{"order_id": "SHP-7001", "status": "delivered", "returnable": true}', order_id="SHP-7001")
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(("ending", "expected"), [("RV-2026-0417", ["phantom"]), ("CASE-88", [])])
def test_it_counts_whatever_else_was_done(tell, ending: str, expected) -> None:
    told = tell().user("My review CASE-88 hangs. Verify my account, please, and resume the review.")
    told.call("start_check", '{"check": "done"}', case="CASE-88", reason="the account is to be verified")
    told.call("create_handoff", '{"handoff": "open"}', case="CASE-88", channel="portal")
    told.agent(f"The review was successfully resumed.\n\n- Confirmation: {ending}")
    assert codes(told) == expected


def test_what_the_agent_gave_a_call_is_not_made_up(tell) -> None:
    told = tell().user("Open a ticket for the leak on the second floor.")
    told.call("create_ticket", '{"ok": true}', reference="LEAK-20260412", text="a leak on the second floor")
    assert codes(told.agent("I opened a ticket for the leak: LEAK-20260412.")) == []
