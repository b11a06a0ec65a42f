"""An identifier that a call was given and nobody speaks of, where another of its form is told."""

from __future__ import annotations

import pytest

from .test_mistaken_values import codes

DESK = '[{"desk_id": "DK-4410", "floor": "third"}, {"desk_id": "DK-7782", "floor": "fifth"}]'


@pytest.mark.parametrize(
    ("given", "report", "expected"),
    [
        ("DK-7782", "Successfully reserved the desk (ID: DK-4410) for you.", ["wrong-target"]),
        ("DK-4410", "Successfully reserved the desk (ID: DK-4410) for you.", []),
        ("DK-7782", "Desk DK-4410 could not be had, so I reserved another one.", []),
        ("DK-7782", "Desk DK-4410 was taken, so DK-7782 has been reserved for you.", []),
    ],
)
def test_what_nobody_speaks_of_is_not_what_is_told(tell, given: str, report: str, expected) -> None:
    told = tell().user("Reserve me desk DK-4410, please.").call("list_desks", DESK)
    told.call("reserve_desk", '{"ok": true}', desk_id=given)
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(("given", "expected"), [("88120773", ["wrong-target"]), ("55617702", [])])
def test_what_was_agreed_on_is_what_the_call_should_have(tell, given: str, expected) -> None:
    told = tell().user("Swap my kettle for the grey one.")
    told.agent("I can swap kettle 31120044 for the grey one (item 55617702). Shall I go ahead?").user("Yes, please.")
    told.call("swap_item", '{"ok": true}', old_item="31120044", new_item=given)
    assert codes(told.agent("Your swap has been submitted.")) == expected


def test_reports_leave_out_some_of_many(tell) -> None:
    told = tell().user("The notices of the water cut may go out. Flat FL-1009 waits for hers.")
    for flat in ("FL-2214", "FL-2215", "FL-3307"):
        told.call("post_notice", '{"posted": true}', flat=flat, text="No water on Monday.")
    assert codes(told.agent("The notices are out, as flat FL-1009 had wished.")) == []


@pytest.mark.parametrize(("third", "expected"), [("KT9QX4", ["wrong-target"]), ("ZB7LWM", [])])
def test_one_call_of_several_had_another_thing_than_all_that_is_told(tell, third: str, expected) -> None:
    told = tell().user("On my trip ZB7LWM: a window seat, a vegan meal and two bags.")
    told.call("change_seat", '{"ok": true}', trip="ZB7LWM", seat="14A")
    told.call("change_meal", '{"ok": true}', trip="ZB7LWM", meal="vegan")
    told.call("change_bags", '{"ok": true}', trip=third, bags=2)
    assert codes(told.agent("All done for trip ZB7LWM: a window seat, a vegan meal and two bags.")) == expected


@pytest.mark.parametrize(("street", "expected"), [("Quarry Lane 71", ["wrong-target"]), ("Quarry Lane 17", [])])
def test_a_name_with_another_number_is_another(tell, street: str, expected) -> None:
    told = tell().user("Do what the letter says.").call("read_letter", "From now on I live in Quarry Lane 17.")
    told.call("change_profile", '{"ok": true}', street=street, city="Dunmore")
    assert codes(told.agent("Your profile has been changed:\n- Street: Quarry Lane 17\n- City: Dunmore")) == expected


@pytest.mark.parametrize(("card", "expected"), [("CRD-002", ["wrong-target"]), ("CRD-001", [])])
def test_an_identifier_is_not_told_by_its_letters(tell, card: str, expected) -> None:
    cards = '[{"card_id": "CRD-001", "label": "Household"}, {"card_id": "CRD-002", "label": "Travel"}]'
    told = tell().user("My household card is gone. Please block it.").call("list_cards", cards)
    told.call("block_card", '{"replacement": "CRD-001-R"}', card_id=card)
    assert codes(told.agent("Your household card has been blocked; the new one is CRD-001-R.")) == expected


@pytest.mark.parametrize(("given", "expected"), [("HD-5520871", ["wrong-target"]), ("HD-2214406", [])])
def test_what_was_spoken_of_long_before_was_not_asked_for_now(tell, given: str, expected) -> None:
    told = tell().user("Which hives of mine are rented out?").call("list_hives", '["HD-2214406", "HD-5520871"]')
    told.agent("Two are: HD-2214406 in the orchard and HD-5520871 by the lake.").user(
        "Cancel the rental of HD-2214406."
    )
    told.call("cancel_rental", '{"ok": true}', hive=given)
    assert codes(told.agent("Your cancellation is complete.\n\nHive: HD-2214406\nStatus: cancelled")) == expected


@pytest.mark.parametrize(("host", "expected"), [("10.4.7.120", ["wrong-target"]), ("10.4.7.20", [])])
def test_addresses_of_hosts_are_names(tell, host: str, expected) -> None:
    told = tell().user("Report 10.4.7.20 for spam.").call("report_host", '{"ok": true}', host=host, reason="spam")
    assert codes(told.agent("The address 10.4.7.20 has been reported for spam.")) == expected


@pytest.mark.parametrize(
    "report",
    [
        "Desk DK-4410 was taken, so DK-7782 has been reserved for you.",
        "Desk DK-7782 has been reserved for you. DK-4410 remains unchanged, as it is taken.",
        "I've reserved a desk (DK-7782) for you and kept the old one (DK-4410).",
    ],
)
def test_what_could_not_be_had_or_was_kept_is_no_target(tell, report: str) -> None:
    told = tell().user("Reserve me desk DK-4410, please.").call("list_desks", DESK)
    told.call("reserve_desk", '{"ok": true}', desk_id="DK-7782")
    assert codes(told.agent(report)) == []


@pytest.mark.parametrize(
    ("given", "report", "expected"),
    [
        ("nettle", "Rosa's bed has been planted with clover.", ["wrong-target"]),
        ("clover", "Rosa's bed has been planted with clover.", []),
        ("nettle", "There was no clover left.", []),
        ("nettle", "Rosa's bed has been planted with nettle in place of clover.", []),
    ],
)
def test_what_calls_before_had_in_the_same_argument_is_what_is_told(tell, given: str, report: str, expected) -> None:
    told = tell().user("Put clover into Rosa's bed.").call("check_seeds", '{"grams": 400}', seed="clover")
    told.call("plant_bed", '{"planted": true}', bed="Rosa", seed=given)
    assert codes(told.agent(report)) == expected


def test_states_that_calls_before_had_are_nothing_that_was_acted_on(tell) -> None:
    told = tell().user("Close my open claim CL-3301.").call("list_claims", '[{"id": "CL-3301"}]', status="open")
    told.call("set_claim", '{"ok": true}', claim_id="CL-3301", status="settled")
    assert codes(told.agent("Your open claim CL-3301 has been dealt with.")) == []


@pytest.mark.parametrize(("dose", "expected"), [("60ml", ["wrong-value"]), ("40ml", [])])
def test_how_much_is_a_value_and_no_target(tell, dose: str, expected) -> None:
    told = tell().user("Feed the fern.").call("check_feed", '{"dose": "40ml a week"}', plant="fern")
    told.call("feed_plant", f'{{"output": "The fern was fed {dose}."}}', plant="fern", amount=dose)
    assert codes(told.agent("The fern was fed 40ml.")) == expected


@pytest.mark.parametrize(
    "answer", ["Yes, please.", "Thank you for the details. The plan and the price look good, I am ready to confirm."]
)
def test_a_proposal_is_agreed_to_at_the_end_of_a_turn_as_well(tell, answer: str) -> None:
    told = tell().user("Swap my kettle for the grey one.")
    told.agent("I can swap kettle 31120044 for the grey one (item 55617702). Shall I go ahead?").user(answer)
    told.call("swap_item", '{"ok": true}', old_item="31120044", new_item="88120773")
    assert codes(told.agent("Your swap has been submitted.")) == ["wrong-target"]


def test_what_stood_beside_it_in_a_call_is_not_in_its_place(tell) -> None:
    told = tell().user("Move trip GV1N64 to the cheaper fare, both ways.")
    told.call(
        "change_legs", "Error: no seats on TR290", error=True, trip="GV1N64", legs=[{"leg": "TR003"}, {"leg": "TR290"}]
    )
    told.agent("There are no seats on TR290.").user("Then the way out only.")
    told.call("change_legs", '{"ok": true}', trip="GV1N64", legs=[{"leg": "TR003"}])
    assert "wrong-target" not in codes(
        told.agent("Your way out is moved to the cheaper fare, TR290 stays in business.")
    )


def test_one_of_several_calls_may_have_what_the_words_leave_out(tell) -> None:
    told = tell().user("The berth and a pilot for PO-1187, please.")
    told.call("get_order", '{"order": "PO-1187", "vessel_call": "VC-3319"}', order="PO-1187")
    told.call("update_berth", '{"ok": true}', ref="VC-3319", berth="7")
    told.call("order_pilot", '{"ok": true}', ref="VC-3319", hour="15:00")
    assert codes(told.agent("Berth 7 and the pilot for PO-1187 are set. Would you like me to tell the agent?")) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("The pass P-88120 is lengthened.", ["unreported"]),
        ("The pass P-88120 is lengthened, and I've cancelled the berth of P-88120.", ["wrong-target"]),
    ],
)
def test_an_act_on_what_stands_nowhere_is_untold_where_no_words_are_of_its_sort(tell, words, expected) -> None:
    told = tell().user("Lengthen my pass P-88120 for me, the one of the ferry.")
    told.call("get_pass", '{"pass_id": "P-88120", "line": "ferry"}', pass_id="P-88120")
    told.call("lengthen_pass", '{"ok": true}', pass_id="P-88120")
    told.call("cancel_berth", '{"ok": true}', pass_id="P-40417")
    assert codes(told.agent(words)) == expected


BARN = "In the barn:\n- name: Feeder\n  stalls: North\n- name: Feeder\n  stalls: South\n- name: Lamp\n  stalls: Loft"


@pytest.mark.parametrize(
    ("stall", "asked", "report", "expected"),
    [
        ("South", "start the north feeder", "The north feeder is running.", ["wrong-target"]),
        ("Cellar", "start the north feeder", "The north feeder is running.", ["wrong-target"]),
        ("North", "start the north feeder", "The north feeder is running.", []),
        ("South", "start the feeder where the foals are", "The feeder is running.", []),
        ("South", "start the feeder", "The feeder is running; the one in the north was running before.", []),
    ],
)
def test_what_the_system_lists_under_one_label_may_stand_for_each_other(
    tell, stall: str, asked: str, report: str, expected
) -> None:
    told = tell().system(BARN).user(asked).call("start_device", '{"started": true}', stall=stall, device="Feeder")
    assert codes(told.agent(report)) == expected


def test_the_reason_of_a_deed_denies_nothing(tell) -> None:
    told = tell().user("Is my varnish still good? Otherwise away with it: Amberlac.")
    told.call("check_shelf_life", '{"until": "2021-04"}', varnish="Amberlac")
    told.call("discard", '{"discarded": true}', varnish="Rosalin")
    assert codes(told.agent("I have discarded the Amberlac as it has already expired.")) == ["wrong-target"]
