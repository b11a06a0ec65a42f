"""Typed values out of words."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st

from assure_tui.reconcile.claims.values import (
    _PATTERN,
    _VALUES,
    _stretches,
    count_word,
    money,
    quoted,
    same_amount,
    same_date,
    scan,
)
from assure_tui.reconcile.model import Money


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("refunded $1,040.50 today", "money", Money("1040.50", "USD")),
        ("a fee of 12 euros", "money", Money("12", "EUR")),
        ("paid 7.5 GBP", "money", Money("7.5", "GBP")),
        ("USD 40 was sent", "money", Money("40", "USD")),
        ("on May 17, 2025.", "date", "2025-05-17"),
        ("on the 3rd of March", "date", "--03-03"),
        ("on 2025-05-17", "date", "2025-05-17"),
        ("at 1:30 PM", "time", "13:30"),
        ("at 9 am", "time", "09:00"),
        ("from 16:00 on", "time", "16:00"),
        ("order #A1042 is open", "id", "A1042"),
        ("booking QX77ZP is open", "id", "QX77ZP"),
        ("payment card_5521 used", "id", "card_5521"),
        ("item 60776406 sold", "id", "60776406"),
        ("to DE89370400440532013000 now", "iban", "DE89370400440532013000"),
        ("mail Ann.Lee@Example.com.", "email", "ann.lee@example.com"),
        ("see https://example.com/a?b=1.", "url", "https://example.com/a?b=1"),
        ("card ending in 7334", "ending", "7334"),
        ("committed as 2bcd462.", "sha", "2bcd462"),
        ("wrote docs/plan.md", "path", "docs/plan.md"),
        ("off by 12.5%", "percent", Decimal("12.5")),
        ("call +49 30 1234567 now", "phone", "+49 30 1234567"),
        ("the 41 tests", "number", Decimal(41)),
    ],
)
def test_values_are_read_in_their_normal_form(text: str, kind: str, value: object) -> None:
    assert [(found.kind, found.value) for found in scan(text)] == [(kind, value)]


def test_units_of_measure_are_no_identifiers() -> None:
    assert [found.kind for found in scan("a 256GB disk, 1080P")] == []


def test_names_in_quotes_back_ticks_and_bold_are_found_without_their_marks() -> None:
    text = "sent 'Hi, it's me' to the `ops` channel, titled **Lunch**"
    assert [name for _, name in quoted(text)] == ["Hi, it's me", "ops", "Lunch"]
    assert all(text[start:end] == name for (start, end), name in quoted(text))


def test_amounts_compare_to_the_cent_and_dates_without_a_year() -> None:
    assert same_amount(Decimal("-9.89"), Decimal("9.890000000000001"))
    assert not same_amount(Decimal(40), Decimal(400))
    assert same_date("--05-17", "2025-05-17")
    assert not same_date("2024-05-17", "2025-05-17")


def test_json_amounts_are_money() -> None:
    assert money(74.12) == Money("74.12")
    assert money("$74.12") == Money("74.12", "USD")
    assert money("seventy") is None
    assert money(value=True) is None


def test_counts_are_read_from_words() -> None:
    assert [count_word(word) for word in ("3", "two", "Both", "twice", "many")] == [3, 2, 2, 2, None]


PIECES = st.sampled_from(
    ["$40", "12.5", "B-14", "a@b.example", "3 May", "14:30", "two", " ", ", ", "(", "😀", "x", "/a/b.py"]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=300))
def test_spans_are_in_order_and_inside_the_text(text: str) -> None:
    end = 0
    for found in scan(text):
        assert end <= found.span[0] < found.span[1] <= len(text)
        end = found.span[1]


@pytest.mark.parametrize(
    "seed", ["a-", "1,", "/a", "a.", "A1", "'", "a@", "1:", "+1 ", "A_", "aA1_", "a@a.", "0", "a", "(", "1 "]
)
def test_reading_is_linear_in_hostile_text(seed: str) -> None:
    assert linear(lambda text: (scan(text), quoted(text)), seed * (100_000 // len(seed)))


_ALONE = re.compile(_VALUES, _PATTERN.flags)
_PARTS = [
    *("January ", "May 17", "17 of ", "3rd", "2025", "-01-02", "/2025", "US$", "R$", "$", "€", "USD ", " euros"),
    *("ending in ", "ends with", "`", "*", "7334", "40", "40.5", "%", "12:30", "T12:30", " pm", " p.m.", "#A1"),
    *("http://x.y", "www.a", "a.b", "x@y.zz", "/", "./", "~", "(555) 123-4567", "+1 555", "deadbeef1", "ABC12"),
    *("_", "@", "-", "−", "é", "\u017f", "\u00a0", " ", "\n", ",", ".", "word"),
]


@given(st.lists(st.sampled_from(_PARTS), max_size=12))
@settings(max_examples=400, deadline=None)
def test_no_value_is_lost_by_looking_only_where_one_may_begin(parts: list[str]) -> None:
    text = "".join(parts)
    spans = [hit.span() for hit in _ALONE.finditer(text)]
    assert [hit.span() for hit in _PATTERN.finditer(text)] == spans
    assert [hit.span() for stretch in _stretches(text) for hit in _PATTERN.finditer(text, *stretch)] == spans


@pytest.mark.parametrize(
    ("given", "answer", "outcome"),
    [
        ({}, "null", "unverifiable"),
        ({"order": "5117", "amount": 40}, "null", "confirmed"),
        ({}, '{"refunded": 40, "order": "5117"}', "confirmed"),
    ],
)
def test_a_call_that_shows_nothing_of_what_it_was_given_bears_out_no_amount(tell, given, answer, outcome) -> None:
    told = tell().user("Refund my order #5117, please.").call("issue_refund", answer, **given)
    claims = told.agent("I issued a refund of $40 to order #5117.").end().claims
    assert [claim.outcome for claim in claims] == [outcome]


@pytest.mark.parametrize(
    ("day", "report", "expected"),
    [
        ("Sunday", "Your meeting with Orla has been scheduled for Friday, 11 am.", ["wrong-value"]),
        ("Friday", "Your meeting with Orla has been scheduled for Friday, 11 am.", []),
        ("Sunday", "Your meeting with Orla has been scheduled, she hears of it by Friday.", []),
    ],
)
def test_another_day_of_the_week_is_another_value(tell, day: str, report: str, expected) -> None:
    told = tell().user("A meeting with Orla at 11, please.")
    told.call("schedule_meeting", '{"message": "scheduled"}', guest="Orla", day=day, start="11 am")
    assert told.agent(report).end().codes == expected
