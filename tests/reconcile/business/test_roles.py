"""Values and targets in a role that the words tell, held against the very argument of that role."""

from __future__ import annotations

import json

import pytest

CREW = json.dumps(
    [{"name": "Odo Brandt", "email": "odo.brandt@kelp.example"}, {"name": "Runa Vik", "email": "runa@kelp.example"}]
)


@pytest.mark.parametrize(
    ("words", "args", "codes"),
    [
        ("I've added 3 kg of kelp to rack R-14.", {"kg_amount": 3.0}, []),
        ("I've added 3 kg of kelp to rack R-14.", {"kg_amount": 5.0}, ["wrong-value"]),
        ("I've added 3 kg of kelp to rack R-14, for $5.00.", {"kg_amount": 5.0}, ["wrong-value"]),
        ("I've added 90 minutes to rack R-14.", {"hours": 1.5}, []),
        ("I've added kelp to rack R-14 and brought it from 2 kg to 5 kg.", {"kg_amount": 5.0}, []),
    ],
)
def test_a_number_with_a_unit_is_held_against_the_argument_of_that_unit(tell, words, args, codes) -> None:
    told = tell().user("Please put kelp on rack R-14.").call("rack_add", "done", rack_id="R-14", **args)
    assert told.agent(words).end().codes == codes


@pytest.mark.parametrize("berth", ["7KELPS", "7NETS"])
def test_a_reference_that_begins_with_a_digit_is_no_number_with_a_unit(tell, berth) -> None:
    told = tell().user(f"Move berth {berth} to the north quay.").call("move_berth", "done", berth=berth, quay="north")
    assert told.agent(f"I've successfully moved berth {berth} to the north quay.").end().codes == []


@pytest.mark.parametrize(
    ("start", "end", "codes"),
    [
        ("2026-05-04 09:00", "2026-05-04 11:00", []),
        ("2026-05-04 10:00", "2026-05-04 11:00", ["wrong-value"]),
        ("2026-05-04 09:00", "2026-05-04 12:00", ["wrong-value"]),
    ],
)
def test_both_ends_of_a_span_of_time_are_the_calls(tell, start, end, codes) -> None:
    told = tell().user("Book the drying shed for Monday morning, 4 May.")
    told.call("shed_book", '{"booking": "SB-81"}', shed="drying shed", start_time=start, end_time=end)
    assert told.agent("I've booked the drying shed on 4 May from 9 AM to 11 AM.").end().codes == codes


@pytest.mark.parametrize(
    ("title", "words", "codes"),
    [
        ("Kelp harvest", "I've created an event called 'Kelp harvest' on 4 May.", []),
        ("Net mending", "I've created an event called 'Kelp harvest' on 4 May.", ["wrong-target"]),
        ("Net mending", "I've renamed the event called 'Kelp harvest' to 'Net mending'.", []),
    ],
)
def test_what_is_called_so_is_called_so_by_the_call(tell, title, words, codes) -> None:
    told = tell().user("Put the kelp harvest on 4 May.")
    told.call("create_event", '{"event": "EV-1"}', title=title, date="2026-05-04")
    assert [code for code in told.agent(words).end().codes if code == "wrong-target"] == codes


@pytest.mark.parametrize(
    ("to", "greeting", "codes"),
    [
        ("odo.brandt@kelp.example", "Hi Odo,", []),
        ("odo.brandt@kelp.example", "Hi Tamsin,", ["wrong-target"]),
        ("crew@kelp.example", "Hi Tamsin,", []),
        ("tam.reyes@kelp.example", "Tamsin, ", []),
    ],
)
def test_whom_a_message_greets_and_words_name_is_whom_it_went_to(tell, to, greeting, codes) -> None:
    name = greeting.removeprefix("Hi ").strip(", ")
    told = tell().user("Tell them that the nets are dry.").call("crew_list", CREW)
    told.call("send_email", '{"status": "sent"}', recipients=[to], subject="Nets", body=f"{greeting} the nets are dry.")
    found = told.agent(f"The email has been sent to {name} successfully.").end()
    assert [code for code in found.codes if code == "wrong-target"] == codes


@pytest.mark.parametrize(
    ("recipient", "words", "codes"),
    [
        ("DE89370400440532013000", "I've sent 40.00 to DE89370400440532013000.", []),
        ("CS5430532478", "I've sent 40.00 to DE89370400440532013000.", ["wrong-target"]),
        ("CS5430532478", "I've sent 40.00 to the diver from your account DE89370400440532013000.", []),
    ],
)
def test_an_account_that_words_name_is_the_calls(tell, recipient, words, codes) -> None:
    told = tell().user("Send the diver his 40.00.").call("send_money", "sent", recipient=recipient, amount=40.0)
    assert [code for code in told.agent(words).end().codes if code == "wrong-target"] == codes
