"""Amounts that somebody speaks aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.claims.values import scan


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("one hundred eighty-eight dollars", ["188 USD"]),
        ("a twelve dollar coupon", ["12 USD"]),
        ("A thousand two hundred and five euros and fifty cents", ["1205.50 EUR"]),
        ("twenty-five hundred pounds, or a hundred pounds", ["2500 GBP", "100 GBP"]),
        ("$5, six dollars and 7 dollars", ["5 USD", "6 USD", "7 USD"]),
        ("nineteen ninety dollars", []),
        ("one two dollars", []),
        ("the dollar is down, and euros are up", []),
    ],
)
def test_an_amount_in_words_is_an_amount(text, amounts) -> None:
    found = [f"{one.value.value} {one.value.currency}" for one in scan(text) if one.kind == "money"]
    assert found == amounts


def test_values_come_in_the_order_of_the_text() -> None:
    values = scan("On 4 May I paid forty dollars to ORD-1, and $3 to ORD-2.")
    assert [value.span for value in values] == sorted(value.span for value in values)
    assert [value.kind for value in values].count("money") == 2


@given(st.lists(st.sampled_from(["one", "hundred", "twenty", "and", "a", "dollars", "thousand", "cents", "-", ","])))
def test_any_words_of_numbers_give_amounts_that_are_numbers(words) -> None:
    assert all(float(value.value.value) >= 0 for value in scan(" ".join(words)) if value.kind == "money")


@pytest.mark.parametrize("piece", ["one hundred ", "dollars ", "and ", "a dollar ", "one-"])
def test_hostile_words_take_no_time(piece) -> None:
    assert isinstance(scan(piece * (100_000 // len(piece))), tuple)
