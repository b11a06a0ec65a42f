"""What the user asked for is the same whenever it is read, and however long the run is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.claims.business import requests
from assure_tui.reconcile.claims.frame import ASKED
from assure_tui.reconcile.match.business.wishes import MAX_ASKED, MAX_TURNS, Wishes

SENTENCES = [
    "Please cancel order W-1. ",
    "Can you refund $40 to my card? ",
    "I booked the ferry. ",
    "Nothing else. ",
    "Then send Ana the invoice. ",
]


@given(
    st.lists(st.lists(st.sampled_from(SENTENCES), max_size=4), max_size=12),
    st.integers(1, 40),
    st.sets(st.integers(0, 400), max_size=4),
)
def test_reading_late_gives_what_reading_at_once_gave(said: list[list[str]], laps: int, looks: set[int]) -> None:
    wishes, texts = Wishes(), ["".join(sentences) for sentences in said] * laps
    for turn, text in enumerate(texts):
        wishes.hear(turn, text, ())
        if turn in looks:
            assert wishes.asked == _asked(texts[: turn + 1])
    assert wishes.asked == _asked(texts)
    for turn, text in enumerate(texts):
        orders = tuple(frame for frame in requests(text) if frame.mode in ASKED)[:MAX_ASKED]
        assert wishes.orders(turn) == (orders if turn >= len(texts) - MAX_TURNS else ())


def test_long_texts_are_read_before_they_pile_up() -> None:
    wishes = Wishes()
    for turn in range(9):
        wishes.hear(turn, f"Please cancel order W-{turn}. " + "It rains here. " * 5000, ())
    assert [frame.near[0].value for frame in wishes.asked] == [f"W-{turn}" for turn in range(9)]


def _asked(texts: list[str]) -> tuple[object, ...]:
    return tuple(frame for text in texts for frame in requests(text))[-MAX_ASKED:]
