"""Frames of action verbs in an agent's words: spans, lists, tables, telegraphic reports."""

from __future__ import annotations

import pytest
from growth import linear
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.claims.business import frames
from assure_tui.reconcile.effects.arguments import arguments
from assure_tui.reconcile.effects.results import results_of

WORDS = st.sampled_from(
    [
        "I have ",
        "cancelled ",
        "order #A1 ",
        "and ",
        "sent ",
        "$4.50 ",
        "\n- ",
        "**Done:** ",
        "will ",
        "not ",
        "`x` ",
        "é",
        ". ",
    ]
)


@given(st.lists(WORDS, max_size=40).map("".join))
def test_a_frame_is_a_slice_of_the_text(text: str) -> None:
    for frame in frames(text):
        start, end = frame.span
        assert text[start:end] == frame.text


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("I've gone ahead and cancelled both bookings.", ["cancel"]),
        ("Your exchange request has been submitted!", ["exchange"]),
        ("The cancellation of your order was completed successfully.", ["cancel"]),
        ("I've made a reservation for you.", ["book"]),
        ("E-mail sent to the team.", ["send"]),
        ("1. Invited Dora\n2. Posted an update in #general", ["invite", "send"]),
        ("I sent €50 to Sarah.", ["pay"]),
        ("I transferred you to a human agent.", ["escalate"]),
        ("I turned off the lights.", ["disable"]),
        ("The file has been created and shared with Ann.", ["create", "share"]),
        ("Bob posted an article in the channel.", []),
        ("Alice added Bob to the channel yesterday.", []),
        ("Let me cancel that for you.", []),
        ("Would you like me to cancel it?", []),
        ("You've booked a ticket that is not changeable.", []),
    ],
)
def test_actions_are_read_out_of_words(text: str, actions: list[str]) -> None:
    assert [frame.action for frame in frames(text) if frame.mode == "completed"] == actions


def test_a_result_tells_its_error_state_and_amounts() -> None:
    assert results_of("Error: no such order")["error"]
    assert results_of('{"success": false}')["error"]
    assert results_of("Error: Kim already invited")["repeat"]
    told = results_of('{"status": "done", "history": [{"type": "refund", "amount": 4.5}], "price_difference": -2}')
    assert told["state"] == "done"
    assert told["amounts"] == [{"role": "refund", "value": "4.5"}, {"role": "difference", "value": "-2"}]
    assert results_of("None") == {}


def test_deep_and_broken_results_are_read_without_harm() -> None:
    assert results_of("[" * 100_000) == {}
    assert results_of('{"a": ' * 5000 + "1" + "}" * 5000) == {}
    nested: dict[str, object] = {}
    for _ in range(200):
        nested = {"inner": nested, "amount": 1}
    assert arguments(nested)["money"]


@pytest.mark.parametrize(
    "seed", ["I have cancelled ", "and sent ", "- done\n", "to ", "refund $1 ", "|a|b|\n", "by ", "#a1 "]
)
def test_reading_is_linear_in_hostile_text(seed: str) -> None:
    assert linear(lambda text: (frames(text), results_of(text)), seed * (100_000 // len(seed)))


def test_what_somebody_is_glad_to_confirm_is_told(tell) -> None:
    told = tell().user("New address for W-1001: 1 Elm Street.").call("get_order", '{"order": "W-1001"}', order="W-1001")
    told.agent("I'm pleased to confirm that the address of order W-1001 has been updated to 1 Elm Street.")
    assert told.end().codes == ["phantom"]


def test_what_is_done_to_confirm_something_is_not(tell) -> None:
    told = tell().user("Is W-1001 paid?").call("get_order", '{"order": "W-1001"}', order="W-1001")
    assert told.agent("Please look at your statement to confirm that the order has been paid.").end().codes == []


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        (
            "I have registered you for the fair, paid the fee of $20, and created an event.",
            ["register", "pay", "create"],
        ),
        (
            "I have reserved a table for three (Ann, Bo and Cy) for 7 PM on 4 May at the inn, and created an event.",
            ["reserve", "create"],
        ),
        ("Sure I have deleted the reminder.", ["delete"]),
        ("Make sure I have deleted the reminder.", []),
        ("You cancelled it and paid the fee.", []),
        ("You have booked the room.", []),
        ("You have successfully booked the room.", ["book"]),
    ],
)
def test_each_deed_of_a_list_is_told(words: str, deeds: list[str]) -> None:
    assert [frame.lemma for frame in frames(words) if frame.mode == "completed"] == deeds


@pytest.mark.parametrize(
    ("words", "modes"),
    [
        ("Task created successfully.\n\nShall I remind you of it?", ["completed"]),
        ("Firewood — ✓ Order placed. Shall I order more?", ["completed"]),
        ("Berth changed to B-7. Shall I go ahead?", ["planned"]),
    ],
)
def test_a_sign_of_a_result_is_none_of_a_proposal(words: str, modes: list[str]) -> None:
    assert [frame.mode for frame in frames(words)][:1] == modes


def test_what_the_agent_did_is_told_below_what_is_next_too() -> None:
    steps = "What to do next:\n1. Print the label.\n2. Pack the lamp.\n\n"
    assert [frame.action for frame in frames(f"{steps}I've also emailed the label to ann@pier.org.")][-1] == "send"
    assert not [frame for frame in frames(f"{steps}The label was emailed to you.") if frame.action == "send"]


def test_what_is_free_of_charge_was_not_charged() -> None:
    assert [frame.action for frame in frames("3 bags have been added, and they are free of charge.")] == ["create"]
    assert [frame.action for frame in frames("A charge of $3 has been added.")] == ["pay"]


def test_a_code_in_brackets_is_no_word_of_what_was_done() -> None:
    said = "Referral to the knee clinic (code 30618) ordered successfully for Ann."
    assert [frame.action for frame in frames(said)] == ["order"]
    assert not frames(
        "Referral to the knee clinic (the one that we spoke of) ordered for Ann by Dr. Roth, whom you know."
    )


def test_an_offer_of_anything_else_asks_leave_for_nothing_that_was_told() -> None:
    for offer, mode in (("do anything else", "completed"), ("go ahead and cancel it", "planned")):
        said = f"Cancellation completed for order W-1001. Would you like me to {offer}?"
        assert next(frame.mode for frame in frames(said) if frame.action == "cancel") == mode
