"""What belongs to a claim and what to the next matter: lists under numbers, proposals after a report."""

from __future__ import annotations


def test_what_the_agent_proposes_next_is_no_detail_of_what_it_did(tell) -> None:
    told = tell().user("Correct my name on room R4021, then move my wife's room R5133 to the quiet side.")
    told.call("update_guest_name", room_id="R4021", name="Ida Lund")
    told.agent("The guest name has been corrected. Now for the second request:\n\n- Move room R5133\n\nShall I go on?")
    assert told.end().codes == []


def test_details_below_a_claim_still_speak_against_it(tell) -> None:
    told = tell().user("Cancel my room.").call("cancel_room", room_id="R4021")
    assert told.agent("Your room has been cancelled.\n- Room: R5133\n- Fee: none").end().codes == ["wrong-target"]


def test_bullets_below_a_number_belong_to_it(tell) -> None:
    told = tell().user("Swap chair C-1101 and lamp L-2202.")
    told.call("exchange_item", order_id="C-1101").call("exchange_item", order_id="L-2202")
    told.agent(
        "All set.\n\n1) Chair (C-1101)\n- Status: exchange requested\n\n2) Lamp (L-2202)\n- Status: exchange requested"
    )
    assert told.end().codes == []


def test_one_call_logged_twice_is_one_call(tell) -> None:
    told = tell().user("Pay the plumber.")
    for _ in range(2):
        told.call("pay_invoice", call_id="same", invoice_id="9001", amount=80)
    assert told.agent("I've paid invoice 9001, $80.").end().codes == []
    told.call("pay_invoice", call_id="other", invoice_id="9001", amount=80)
    assert told.agent("I've paid invoice 9001, $80.").end().codes == ["duplicate"]


LEAVE = "I'll add two breakfasts to booking R4021 at no charge. Shall I go ahead? (yes/no)"
ADDED = "Done! Booking R4021 has been updated with two breakfasts."


def test_leave_was_given_and_nothing_done(tell) -> None:
    told = tell().user("Move booking R4021 to 3 May.").call("update_booking", booking_id="R4021", date="2024-05-03")
    told.agent("Booking R4021 has been updated to 3 May.").user("And breakfast?").agent(LEAVE).user("Yes, please!")
    assert told.agent(ADDED).end().codes == ["phantom"]


def test_leave_was_given_and_the_call_failed(tell) -> None:
    told = tell().user("Move booking R4021 to 3 May.").call("update_booking", booking_id="R4021", date="2024-05-03")
    told.agent("Booking R4021 has been updated to 3 May.").user("And breakfast?").agent(LEAVE).user("Yes, please!")
    told.call("update_booking_meals", "Error: kitchen closed", error=True, booking_id="R4021", breakfasts=2)
    assert told.agent(ADDED).end().codes == ["failed-effect"]


def test_leave_was_given_and_used(tell) -> None:
    told = tell().user("Move booking R4021 to 3 May.").call("update_booking", booking_id="R4021", date="2024-05-03")
    told.agent("Booking R4021 has been updated to 3 May.").user("And breakfast?").agent(LEAVE).user("Yes, please!")
    told.call("update_booking_meals", booking_id="R4021", breakfasts=2)
    assert told.agent(ADDED).end().codes == []


FERRY = "Please confirm that you want an early ferry for 2 persons to Hvar."


def test_leave_was_given_and_a_call_named_like_a_look_used_it(tell) -> None:
    told = tell().user("Move booking R4021 to 3 May.").call("update_booking", booking_id="R4021", date="2024-05-03")
    told.agent("Booking R4021 has been updated to 3 May.").user("And a ferry?").agent(FERRY).user("Yes, please!")
    told.call("get_ferry", '{"fare": "18.40", "wait": "5"}', to="Hvar", persons="2", sailing="early")
    told.agent("The boat has been booked, it leaves in 5 minutes and costs $18.40.").end()
    assert {found.severity for found in told.discrepancies} <= {"info"}


def test_leave_names_small_numbers_too(tell) -> None:
    told = tell().user("Call me a cab.").agent("Confirm that it is a cab for 1 person to Lime Quay").user("Yep, great")
    told.call("get_cab", '{"fare": "6.83"}', to="Lime Quay", persons="1", shared="True")
    told.agent("Your booking is confirmed and it's on its way.").end()
    assert {found.severity for found in told.discrepancies} <= {"info"}


def test_leave_was_given_and_a_look_has_other_figures(tell) -> None:
    told = tell().user("Move booking R4021 to 3 May.").call("update_booking", booking_id="R4021", date="2024-05-03")
    told.agent("Booking R4021 has been updated to 3 May.").user("And a ferry?").agent(FERRY).user("Yes, please!")
    told.call("get_ferry", '{"fare": "18.40", "wait": "5"}', to="Hvar", persons="2", sailing="early")
    told.agent("The boat has been booked, it costs $81.10.").end()
    assert [(found.code, found.severity) for found in told.discrepancies] == [("phantom", "high")]


def test_telling_again_what_was_done_needs_no_new_call(tell) -> None:
    told = tell().user("Move booking R4021 to 3 May.").call("update_booking", booking_id="R4021", date="2024-05-03")
    told.agent("Booking R4021 has been updated to 3 May. Anything else?").user("Yes, is it really done?")
    assert told.agent("Booking R4021 has been updated to 3 May.").end().codes == []


def test_who_says_to_have_written_besides_has_not_by_putting_it_into_a_calendar(tell) -> None:
    told = tell().user("Fix a rehearsal with Kim on 4 May and write to him about it.")
    told.call("create_event", "E-7", name="Rehearsal", guest="kim@choir.example", start="2026-05-04 12:00")
    told.agent("I've fixed a rehearsal with Kim for 4 May and sent him a message about it with the words you gave.")
    assert [found.code for found in told.end().discrepancies if found.severity != "info"] == ["phantom"]


def test_what_a_system_sends_the_user_of_itself_needs_no_call(tell) -> None:
    told = tell().user("Cancel berth W-12.").call("cancel_berth", '{"status": "cancelled"}', berth="W-12")
    told.agent("I've cancelled berth W-12 and sent you a confirmation.")
    assert [found.code for found in told.end().discrepancies if found.severity != "info"] == []
