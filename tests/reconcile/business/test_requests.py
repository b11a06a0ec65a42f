"""What a user asks for, in the many ways of asking, and what only speaks of it."""

from __future__ import annotations

import pytest

from assure_tui.reconcile.claims.business import requests
from assure_tui.reconcile.claims.frame import ASKED


def ordered(text: str) -> list[str]:
    return [frame.action for frame in requests(text) if frame.mode in ASKED and not frame.denied]


@pytest.mark.parametrize(
    "text",
    [
        "Cancel my booking R4021.",
        "pls cancel my booking",
        "I need my booking cancelled.",
        "Would you mind cancelling the booking?",
        "How about you cancel the booking?",
        "I was wondering if you could cancel the booking.",
        "Is it possible to cancel the booking?",
        "Can I get the booking cancelled?",
        "Don't forget to cancel the booking.",
        "The booking needs to be cancelled.",
        "I'm calling to cancel my booking.",
        "I'd like a cancellation, please.",
    ],
)
def test_a_deed_is_asked_for_in_many_ways(text: str) -> None:
    assert ordered(text) == ["cancel"]


@pytest.mark.parametrize(
    "text",
    [
        "Don't cancel my booking.",
        "I don't want a cancellation.",
        "I cancelled my booking yesterday.",
        "Why was my booking cancelled?",
        "What happens if I cancel my booking?",
        "Thanks for cancelling my booking.",
        "I'll cancel my booking myself.",
        "Show me my cancelled bookings.",
    ],
)
def test_to_speak_of_a_deed_is_not_to_ask_for_it(text: str) -> None:
    assert ordered(text) == []
