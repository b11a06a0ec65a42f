"""A report that names one thing where the call was given another of its like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.match.business.instead import form, names_in


@pytest.mark.parametrize(
    ("asked", "tool", "args", "words", "codes"),
    [
        # a boatyard's berth, an orchard's repository, a bank account of another country
        ("BTH207", "berth_release", {"berth": "BTH411"}, "I've released berth BTH207.", ["wrong-target"]),
        ("BTH207", "berth_release", {"berth": "BTH207"}, "I've released berth BTH207.", []),
        (
            "orchard/late_apples",
            "star_project",
            {"project": "orchard/early_pears"},
            "I've starred orchard/late_apples.",
            ["wrong-target"],
        ),
        (
            "NO5566778899",
            "send_payment",
            {"recipient": "FI1122334455", "amount": 61.5},
            "I sent the payment of $61.50 to NO5566778899.",
            ["wrong-target"],
        ),
        # both ends are named, or the call's own is
        (
            "BTH207",
            "berth_move",
            {"boat": "Alma", "berth": "BTH411"},
            "I've moved the Alma from berth BTH207 to BTH411.",
            [],
        ),
        # what is named is no name of that form
        (
            "BTH207",
            "berth_release",
            {"berth": "BTH411"},
            "I've released the berth of the Alma, see page 12 of 2026.",
            [],
        ),
        # nothing was done to what is named
        ("BTH207", "berth_release", {"berth": "BTH411"}, "I've released a berth. I could not release BTH207.", []),
    ],
)
def test_a_name_in_the_place_of_another_is_a_wrong_target(tell, asked, tool, args, words, codes) -> None:
    told = tell().user(f"Please see to {asked} now.").call("look_up", f"{asked} and {list(args.values())}", name=asked)
    told.call(tool, '{"status": "done"}', **args)
    assert [code for code in told.agent(words).end().codes if code == "wrong-target"] == codes


def test_a_line_with_another_value_of_the_call_speaks_of_it_too(tell) -> None:
    told = tell().user("Send Ida's hives to 14 Heather Lane, 49310 from now on.")
    told.call("farm_list", "Ida Moor, 12 Gorse Road 28, 77120; 14 Heather Lane", name="Ida")
    told.call("hive_address_set", "ok", keeper="KP-5520", street="14 Heather Lane 28", postcode="77120")
    words = "I've updated the address of KP-5520:\n- 14 Heather Lane 28, 49310"
    assert "wrong-target" in told.agent(words).end().codes


def test_what_another_call_had_is_no_wrong_target(tell) -> None:
    told = tell().user("Release berths BTH207 and BTH411.").call("berth_release", "ok", berth="BTH207")
    told.call("berth_release", "ok", berth="BTH411")
    assert told.agent("I've released berth BTH207. The other berth was released as well.").end().codes == []


@pytest.mark.parametrize(
    "value", ["2026-05-04", "12/05/2026", "v1.20.3", "https://kelp.example/a", "a b c", "x12", "Kelp"]
)
def test_dates_versions_pages_and_words_name_nothing_for_sure(value) -> None:
    assert form(value) == ()


@given(st.text(max_size=200))
def test_any_text_has_names_of_some_form_only(text) -> None:
    assert all(form(name) for name in names_in(text))


@pytest.mark.parametrize("piece", ["a", "9", "a9", "A_", "a-9_", "/a", "@a.", "9."])
def test_hostile_text_takes_no_time(piece) -> None:
    assert isinstance(names_in(piece * (100_000 // len(piece))), tuple)


@pytest.mark.parametrize(
    ("title", "words", "found"),
    [
        ("Mend the weir", 'I\'ve created the job "Paint the lock gate" for Odo.', ["wrong-target"]),
        ("Paint the lock gate", 'I\'ve created the job "Paint the lock gate" for Odo.', []),
        ("Paint gate of the lock", 'I\'ve created the job "Paint the lock gate" for Odo.', []),
        ("Mend the weir", 'I\'ve created the job for Odo, see "Paint the lock gate" in your list.', []),
    ],
)
def test_a_thing_that_was_asked_for_by_name_was_in_some_call(tell, title, words, found) -> None:
    told = tell().user('Please create the job "Paint the lock gate" for Odo, due on Friday.')
    told.call("create_job", '{"job": "J-77120"}', title=title, worker="Odo")
    assert [one.code for one in told.agent(words).end().discrepancies if one.severity != "info"] == found


def test_amounts_in_words_are_those_of_the_calls(tell) -> None:
    told = tell().user("Cancel ferry FY-2210 and refund it all.").call("cancel_ferry", "ok", ferry="FY-2210")
    told.call("refund_fare", "refunded", ferry="FY-2210", amount=1285.0, what="fare")
    told.call("refund_fare", "refunded", ferry="FY-2210", amount=95.0, what="extras")
    told.agent(
        "I've cancelled the ferry and processed two refunds: one thousand two hundred eighty-five dollars for the "
        "fare, and ninety-five dollars for extras."
    )
    assert told.end().codes == []
