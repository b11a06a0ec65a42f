"""Participles that describe a thing, beside ones that report an act."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("I see a plan with visits scheduled for May 11 to May 17.", []),
        ("This cannot be done for ticket T-4 (economy, booked more than 24 hours ago).", []),
        ("I scheduled visit V-2 for May 11.", ["phantom"]),
        ("Ticket T-4 booked for May 11.", ["phantom"]),
        ("I closed the case with refund issued for ticket T-4.", ["phantom"]),
    ],
)
def test_what_describes_a_thing_reports_no_act(tell, words, codes):
    told = tell().user("What about ticket T-4?").call("get_ticket", '{"id": "T-4", "fare": "economy"}', ticket="T-4")
    told.agent(words).end()
    assert [found.code for found in told.discrepancies if found.severity in {"high", "critical"}] == codes
