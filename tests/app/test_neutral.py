"""Nothing of a log reaches a display but what can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.app.neutral import neutral_line, neutralise

HOSTILE = {
    "an escape sequence": "\x1b]52;c;aGk=\x07",
    "an 8-bit control": "\x9b2J",
    "a bidi override": "refund\u202e04$",
    "hidden tag letters": "ok\U000e0048\U000e0069",
    "a zero-width space": "pay\u200bpal",
    "a lone surrogate": "\ud83d",
    "a carriage return": "good\rbad",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_characters_are_replaced_by_something_visible(text: str) -> None:
    shown = neutralise(text)
    assert shown != text
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in shown)


def test_tag_characters_show_the_letters_that_they_hide() -> None:
    assert neutralise("\U000e0048\U000e0069") == "‹H›‹i›"


def test_ordinary_text_in_any_script_is_left_alone() -> None:
    text = "Refund von 40 € für Müller — 退款 возврат استرداد [bold]no markup[/]"
    assert neutralise(text) == text


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_a_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = neutral_line(text, limit)
    assert len(line) <= limit
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in line)


@given(st.text())
def test_only_line_feeds_are_left_of_the_controls(text: str) -> None:
    assert {char for char in neutralise(text) if unicodedata.category(char) in {"Cc", "Cs"}} <= {"\n"}
