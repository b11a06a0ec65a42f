"""A day, hour or number that a call was given and nobody speaks of, and calls that failed alone in their turn."""

from __future__ import annotations

import pytest


def codes(told) -> list[str]:
    return [found.code for found in told.end().discrepancies if found.severity != "low"]


@pytest.mark.parametrize(
    ("day", "report", "expected"),
    [
        ("2026-03-13", "Your ferry is booked.\n\n- Date: March 12, 2026", ["wrong-value"]),
        ("2026-03-12", "Your ferry is booked.\n\n- Date: March 12, 2026", []),
        ("2026-03-13", "Your ferry is booked for March 13: on March 12 none was left.", []),
        ("2026-03-13", "Your ferry is booked for Friday.\n\n- Asked for: March 12, 2026", []),
        ("2026-03-13", "Your ferry is booked for tomorrow.\n\n- Asked for: March 12, 2026", []),
    ],
)
def test_a_day_that_nobody_speaks_of_is_not_the_one_that_is_told(tell, day: str, report: str, expected) -> None:
    told = tell().user("Book me the ferry of March 12.")
    told.call("book_ferry", f'{{"booking": "FB-1", "date": "{day}"}}', route="R-12", date=day)
    assert codes(told.agent(report)) == expected


def test_a_day_of_birth_is_no_day_on_which_something_is_done(tell) -> None:
    told = tell().user("Book me the ferry of March 12.")
    passenger = {"name": "Ada Berg", "dob": "1990-04-05"}
    told.call("book_ferry", '{"ok": true}', route="R-12", leaves="2026-03-12T08:00", passengers=[passenger])
    assert codes(told.agent("The ferry is booked for March 12, back on March 14, 2026.")) == []


def test_a_day_that_another_call_had_is_told_of_that(tell) -> None:
    told = tell().user("Book me the ferry of March 12 and a berth for the night after.")
    told.call("book_ferry", '{"ok": true}', route="R-12", date="2026-03-12")
    told.call("book_berth", '{"ok": true}', berth="B-7", date="2026-03-13")
    assert codes(told.agent("The ferry is booked for March 12, and the berth B-7 for the night after.")) == []


@pytest.mark.parametrize(
    ("start", "report", "expected"),
    [
        ("18:00", "I have booked it:\n- Time: 8:00 pm", ["wrong-value"]),
        ("20:00", "I have booked it:\n- Time: 8:00 pm", []),
        ("2026-03-12T18:00:00Z", "I have booked it:\n- Time: 8:00 pm", []),
        ("18:00", "I have booked it:\n- Time: 8:00 pm CET", []),
    ],
)
def test_an_hour_that_nobody_speaks_of_is_not_the_one_that_is_told(tell, start: str, report: str, expected) -> None:
    told = tell().user("A table for two at 8 pm at the Quay, please.")
    told.call("reserve_table", '{"code": "Q8"}', place="Quay", time=start, guests=2)
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(("level", "expected"), [(75, ["wrong-value"]), (50, [])])
def test_a_number_that_nobody_speaks_of_is_not_the_one_that_is_told(tell, level: int, expected) -> None:
    told = tell().user("Set the greenhouse blind to 50 percent.")
    told.call("set_blind", '{"done": true}', name="Greenhouse Blind", position=level)
    assert codes(told.agent("The greenhouse blind has been set to 50% open.")) == expected


def test_the_number_of_a_name_is_held_against_no_other(tell) -> None:
    told = tell().user("Drop LING 210 for me.").call("drop_course", '{"dropped": true}', crn=30118)
    assert codes(told.agent("LING 210 has been dropped.")) == []


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("I've successfully topped up your line by 2 GB.", ["failed-effect"]),
        ("I could not top up your line: the request failed.", []),
    ],
)
def test_the_one_call_of_a_turn_that_failed_is_what_was_told_as_done(tell, report: str, expected) -> None:
    told = tell().user("My line L-1 is out of data, I need 2 GB.")
    told.call("refuel_line", "Error: 403 Forbidden", error=True, line="L-1", gb=2)
    assert codes(told.agent(report)) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [("Let me put you into the queue of Ines.", ["phantom"]), ("Ines is with another patient.", [])],
)
def test_what_was_only_announced_is_no_state_that_came_about(tell, first: str, expected) -> None:
    told = tell().user("It is urgent, I would rather talk to her.").call("get_staff", '{"staff": "Ines"}', name="Ines")
    told.agent(first).agent("You're in the queue now. Ines takes ten minutes at most.")
    assert [found.code for found in told.end().discrepancies] == expected


def test_a_count_of_what_came_back_is_none_of_what_was_done(tell) -> None:
    for answer, expected in (("rows_returned", []), ("rows_affected", ["null-omitted"])):
        told = tell().user("Update the tide table.").call("update_table", f'{{"{answer}": 0}}', table="tides")
        assert codes(told.agent("I have updated the tide table.")) == expected


@pytest.mark.parametrize(("hour", "expected"), [("3 pm", ["wrong-value"]), ("1 pm", [])])
def test_an_hour_without_minutes_is_held_against_the_one_that_is_told(tell, hour: str, expected) -> None:
    told = tell().user("Say to Jonas at the Mill that I come at 1 pm, with 7 friends.")
    told.call("party_rsvp", '{"message": "See you there."}', place="Mill", host="Jonas", arrives=hour, guests="7")
    assert codes(told.agent("Your RSVP is confirmed for Jonas's party at the Mill for 1pm with 7 guests.")) == expected
