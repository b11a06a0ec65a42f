"""Agents that answer in JSON: only what is said to people is read, and spans point into the log's own text."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.claims.business import frames
from assure_tui.reconcile.claims.unwrap import prose


@given(st.text(max_size=60), st.booleans())
def test_places_lead_back_to_the_characters(said: str, escaped: bool) -> None:
    text = json.dumps({"room": 12, "reply": "The suite is booked: " + said}, ensure_ascii=escaped)
    words = prose(text)
    start = words.text.find("suite")
    assert text[slice(*words.span(start, start + 5))] == "suite"
    assert words.text.startswith("The suite is booked: ")


@given(st.text(alphabet='{}[]":,\\nu0d8 a.', max_size=80))
def test_no_text_is_too_broken_to_read(text: str) -> None:
    words = prose(text)
    assert words.places is None or len(words.places) == len(words.text) + 1


def test_members_that_are_data_are_no_claims() -> None:
    text = json.dumps({"status": "cancelled", "refund_confirmed": False, "rooms": [{"state": "booked", "paid": 80}]})
    assert frames(text) == ()


def test_a_claim_in_a_member_points_into_the_original() -> None:
    text = '```json\n{"room": "14b",\n "message": "All set!\\nI have cancelled room 14b. It\\u2019s done."}\n```'
    (frame,) = [found for found in frames(text) if found.action == "cancel"]
    assert frame.text == "I have cancelled room 14b."
    assert text[slice(*frame.span)] == frame.text


def test_words_in_brackets_are_no_object() -> None:
    assert prose("[I have cancelled it.]").places is None


def test_a_wrapped_claim_is_held_against_the_calls(tell) -> None:
    words = '{"reply": "Your appointment 7741 has been cancelled.", "next_visit": null, "reminder": "cancelled"}'
    asked = "Please cancel my appointment 7741 at the clinic."
    honest = tell().user(asked).call("cancel_appointment", appointment_id="7741").agent(words).end()
    assert honest.codes == []
    lied = tell().user(asked).call("get_appointment", id="7741").agent(words).end()
    assert lied.codes == ["phantom"]


def test_what_is_thought_in_tags_is_told_to_nobody_and_moves_no_span() -> None:
    text = "İ <thinking>I invited Fred to the team first.</Thinking>The summary was posted."
    said = prose(text)
    assert "Fred" not in said.text
    start = said.text.index("The summary")
    assert text[slice(*said.span(start, start + 11))] == "The summary"


def test_a_thought_that_never_ends_is_read() -> None:
    assert "I cancelled" in prose("<thinking> I cancelled the order.").text
