"""What a report tells as paid or refunded, held against what the systems answered that the act moved."""

from __future__ import annotations

import json

import pytest

from .test_mistaken_values import codes

PAID = {"type": "payment", "amount": 310.0}


def exchanged(tell, *moved, asked="Exchange the stove S-90 of #A-201 for S-72, please."):
    answer = {"order": "#A-201", "status": "exchange requested", "payments": [PAID], **dict(moved)}
    return tell().user(asked).call("exchange_order_item", json.dumps(answer), order="#A-201", old="S-90", new="S-72")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- **Refund**: $41.20 has been added to your gift card", ["wrong-value"]),
        ("- Refund: $41.20 to your gift card", ["wrong-value"]),
        ("- **Price difference**: $41.20 (refunded to your gift card)", ["wrong-value"]),
        ("- **Refund**: $20.60 has been added to your gift card", []),
        ("- Refund: $41.20 less a fee of $20.60, that is $20.60", []),
        ("- The refund would be $41.20 for the larger one", []),
        ("- No refund of $41.20 is due", []),
        ("- New balance after the refund: $41.20", []),
    ],
)
def test_a_refund_is_held_against_what_the_act_brought_back(tell, line: str, expected) -> None:
    told = exchanged(tell, ("price_difference", -20.6))
    report = f"I have exchanged S-90 of #A-201 for S-72.\n\n- Old: stove, $310.00\n- New: small stove, $268.80\n{line}"
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(("said", "expected"), [("$12.00", ["wrong-value"]), ("$8.00", [])])
def test_a_charge_is_held_against_the_last_payment_and_not_the_first(tell, said: str, expected) -> None:
    told = exchanged(tell, ("payments", [PAID, {"type": "payment", "amount": 8.0}]))
    assert (
        codes(
            told.agent(f"I have exchanged S-90 of #A-201 for S-72. An extra {said} has been charged to your account.")
        )
        == expected
    )


def test_what_was_paid_at_first_is_no_refund(tell) -> None:
    told = tell().user("Cancel my trip T-88.")
    answer = {"trip": "T-88", "status": "cancelled", "payment_history": [{"amount": 169}, {"amount": -101}]}
    told.call("cancel_trip", json.dumps(answer), trip="T-88")
    assert codes(told.agent("Trip T-88 has been cancelled.\n\n- Refund: $169 to your card")) == ["wrong-value"]


def test_refunds_of_several_acts_may_be_told_as_one_sum(tell) -> None:
    told = exchanged(tell, ("price_difference", -20.6), asked="Exchange S-90 of #A-201 and K-11 of #A-305, please.")
    answer = {"order": "#A-305", "status": "exchange requested", "price_difference": -10.4}
    told.call("exchange_order_item", json.dumps(answer), order="#A-305", old="K-11", new="K-12")
    assert (
        codes(told.agent("I have exchanged S-90 of #A-201 and K-11 of #A-305.\n\n- Refund: $31.00 to your gift card"))
        == []
    )


def test_a_refund_that_no_result_tells_of_is_not_held_against_another_act(tell) -> None:
    told = exchanged(
        tell,
        ("price_difference", -20.6),
        asked="Exchange S-90 of #A-201 for S-72, and return K-11 of #A-305.",
    )
    told.call("return_order_item", '{"order": "#A-305", "status": "return requested"}', order="#A-305", item="K-11")
    assert (
        codes(
            told.agent(
                "I have exchanged S-90 of #A-201 for S-72 and returned K-11 of #A-305.\n\n- Refund: $35.00 to your card"
            )
        )
        == []
    )


@pytest.mark.parametrize(("said", "expected"), [("$12.00", ["wrong-value"]), ("$8.00", [])])
def test_what_stands_in_brackets_is_told_by_itself(tell, said: str, expected) -> None:
    told = exchanged(tell, ("payments", [PAID, {"type": "payment", "amount": 8.0}]))
    report = (
        f"I have exchanged S-90 of #A-201 for S-72.\n\n- Total: $318.00 (an extra {said} has been charged to your card)"
    )
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(("said", "expected"), [("$41.20", ["wrong-value"]), ("$20.60", [])])
def test_an_offer_at_the_end_makes_no_proposal_of_what_was_done(tell, said: str, expected) -> None:
    told = exchanged(tell, ("price_difference", -20.6))
    report = (
        f"I have exchanged S-90 of #A-201 for S-72. A refund of {said} will be credited to your card.\n\n"
        "Would you like me to look for a matching pipe, too?"
    )
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(("said", "expected"), [("$41.20", ["wrong-value"]), ("$20.60", [])])
def test_an_order_that_takes_its_course_and_an_original_account_are_no_proposal(tell, said: str, expected) -> None:
    told = exchanged(tell, ("price_difference", -20.6))
    report = (
        "I have exchanged S-90 of #A-201 for S-72.\n\n"
        f"- A refund of {said} has been issued to your original gift account.\n\nYour order will proceed as usual."
    )
    assert codes(told.agent(report)) == expected
