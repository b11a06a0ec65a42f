"""Several lines held against an act as one: it says of them what each line says, so that few need to be looked at."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.match.business.lines import Line, Traits, Whole, told_of

WORDS = (
    *("refund", "refunded", "Ana", "berth", "berths", "C-02", "#C-02", "W1042", "40", "$40", "40.00", "1,250", "forty"),
    *("ana@example.org", "2026-03-04", "March 4", "5:30 pm", "swim", "swimming", "harbour office", "the", "was", "."),
)
phrases = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
texts = st.lists(phrases, min_size=1, max_size=5)
names = st.sampled_from(["c-02", "ana", "w1042", "ana@example.org", "harbour office", "berth", "zebra", "a\nb"])
values = st.sampled_from(["C-02", "40", "1250", "2026-03-04", "harbour office", "Ana", "swim", "17", "a\nb"])
records = st.frozensets(
    st.sampled_from(["swim", "berth", "harbour", "40", "1250", "1250.0", "zebra", "99"]), max_size=5
)


@given(texts, names)
def test_a_whole_says_a_name_that_one_of_its_lines_says(told: list[str], name: str) -> None:
    lines = [Line(text) for text in told]
    assert Whole(lines).says(name) == any(Whole([line]).says(name) for line in lines)


@given(texts, records)
def test_a_whole_knows_a_record_of_which_one_of_its_lines_has_a_word(told: list[str], words: frozenset[str]) -> None:
    lines = [Line(text) for text in told]
    assert Whole(lines).knows(words) == any(told_of(words, line) for line in lines)


@given(texts, st.lists(values, max_size=3), st.lists(names, max_size=3), records)
def test_what_a_text_does_not_tell_of_an_act_none_of_its_lines_tells(
    told: list[str], given_values: list[str], ids: list[str], words: frozenset[str]
) -> None:
    traits = Traits(tuple(given_values), tuple(ids), (), tuple(ids), words, (words,))
    lines = [Line(text) for text in told]
    narrowed = traits.told_in(Whole(lines))
    for line in lines:
        assert narrowed.told_in(line) == traits.told_in(line)
        assert traits.told_in(line).score(frozenset()) <= narrowed.score(frozenset())


def test_a_line_has_the_numbers_of_its_figures_and_of_its_words() -> None:
    line = Line("Ninety-five dollars for 3 berths, 1.250,00 in all.")
    assert {Decimal(95), Decimal(3), Decimal(1250)} <= line.numbers
