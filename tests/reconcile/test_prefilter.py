from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.inputs.folding import _BREAK, Folded, fold
from assure_tui.reconcile.inputs.shapes import _sieve
from assure_tui.reconcile.literals import needed, parse, starts
from assure_tui.reconcile.prefilter import Finder, Sieve


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"\bpull requests?\b", [{"pull request"}]),
        (r"(?:red|green) apples", [{"red apples", "green apples"}]),
        (r"colou?r", [{"color", "colour"}]),
        (r"before\b.{0,40}\bafter", [{"before"}, {"after"}]),
        (r"a(?:bcd)+e", [{"abcd"}, {"bcde"}]),
        (r"\w+\d*", []),
        (r"(?:word)?", []),
        (r"\w+\(", [{"("}]),
        (r"\w+,", []),
        (r"(?i:word)", []),
        (r"(?:word|\w)", []),
    ],
)
def test_the_strings_that_a_match_must_hold_are_read_out_of_a_pattern(pattern, groups):
    assert needed(parse(pattern)) == groups


@pytest.mark.parametrize(
    ("pattern", "strings", "lead"),
    [
        (r"\bto (?:you|me)\b", {"to you", "to me"}, 0),
        (r"(?<!no )pull(?:ed)?\b.*", {"pull"}, 0),
        (r"before(?:\W+\w+){0,5} after", {"before"}, 0),
        (r"don.t|do not", {"don", "do not"}, 0),
        (r"\Aword", {""}, 0),
        (r"(?:^|[.!?:;] ?)word", {"word"}, 2),
        (r"<\s?word", {"<"}, 0),
        (r"(?:^|[.!?:;]) ?a", set(), 0),
        (r".{0,9}word", set(), 0),
        (r"\w+ word", set(), 0),
        (r"a?bc", {"abc", "bc"}, 0),
        (r"(?:ab)+c", {"ab"}, 0),
        (r"(?i:word)", set(), 0),
    ],
)
def test_the_strings_that_a_match_begins_with_are_read_out_of_a_pattern(pattern, strings, lead):
    assert starts(parse(pattern)) == (strings, lead)


def test_a_pattern_that_ignores_case_tells_of_strings_in_small_letters():
    assert needed(parse("Red|GREEN", re.IGNORECASE)) == [{"red", "green"}]
    assert needed(parse("caf\u00e9", re.IGNORECASE)) == []


@pytest.mark.parametrize("text", ["A WORD", "a word", "a \u212aword", "\u0130 \u0130 word"])
def test_a_pattern_that_ignores_case_is_found_in_any_case(text):
    sieve = Sieve([r"\bword\b|kword", "Small"], re.IGNORECASE)
    assert sieve.likely(text) == [0]
    assert sieve.finds(text)


@pytest.mark.parametrize("text", ["mi\u017fsing", "m\u0131ssing", "M\u0130SSING"])
def test_letters_that_a_pattern_takes_for_others_are_sieved_as_these(text):
    assert re.search("missing", text, re.IGNORECASE)
    assert Sieve(["missing"], re.IGNORECASE).finds(text)


def test_finds_are_placed_in_code_points_where_small_letters_are_more():
    search = Sieve(["word \\d"], re.IGNORECASE).searches("\u0130" * 9 + " Word 1")[0]
    assert search.after(0) == (10, 16)


def test_without_the_parser_of_the_standard_library_every_pattern_is_searched_for_everywhere(monkeypatch):
    monkeypatch.setattr("assure_tui.reconcile.literals._PARSER", "re._parser_of_another_python")
    sieve = Sieve(["before .{0,9}after", "word"])
    assert sieve.likely("nothing") == [0, 1]
    assert [found.after(0) for found in sieve.searches("a word").values()] == [None, (2, 6)]


SIEVES = (_sieve(strong=True)[0], _sieve(strong=False)[0], lexicon().sieve)
SHIPPED = [pattern for sieve in SIEVES for pattern in map(sieve.pattern, range(len(sieve)))]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_match_of_a_shipped_pattern_is_sieved_out(data):
    pattern = data.draw(st.sampled_from(SHIPPED))
    text = data.draw(st.from_regex(pattern))
    assert pattern.search(text)
    assert Sieve([pattern]).likely(text) == [0]


def test_most_shipped_patterns_tell_of_strings():
    assert sum(bool(needed(parse(pattern))) for pattern in SHIPPED) > 0.9 * len(SHIPPED)


@given(st.lists(st.text("ab \ud800é", min_size=1, max_size=3), min_size=1, unique=True), st.text("ab \ud800é"))
def test_all_strings_of_a_text_are_found_whatever_overlaps(strings, text):
    sound = [string for string in strings if "\ud800" not in string]
    assert Finder(sound).held(text) == {string for string in sound if string in text}


def test_finds_are_placed_in_code_points_also_beside_lone_surrogates():
    assert Finder(["word"]).places("\ud800é word") == [(0, 3, 7)]


@given(st.text("\\nrt\"'+/ \n\r\taİ\u00a0ß"))
def test_folding_in_steps_is_folding_break_by_break(text):
    whole = _BREAK.sub(lambda match: "'" if match[0] == "''" else match[1] or " ", text)
    assert fold(text) == "".join(char.lower() if len(char.lower()) == 1 else char for char in whole)


def test_places_in_folded_text_lead_back_to_the_original():
    folded = Folded('One  \\n two "a" + "b"', offset=100)
    assert folded.text == 'one two "a b"'
    assert folded.at(folded.text.index("two")) == 100 + 8
    assert folded.at(folded.text.index("b")) == 100 + 19


@given(st.text("\\nrt\"'+/ \n\r\tab"))
def test_each_place_in_folded_text_leads_back_to_the_character_or_break_it_came_from(text):
    folded = Folded(text, offset=100)
    expected: list[int] = []
    last = 0
    for match in _BREAK.finditer(text):
        expected += [*range(last, match.start()), match.start()]
        last = match.end()
    expected += range(last, len(text))
    assert [folded.at(place) - 100 for place in range(len(folded.text))] == expected


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_search_near_the_strings_finds_what_a_search_everywhere_finds(data):
    pattern = data.draw(st.sampled_from(SHIPPED))
    pieces = data.draw(st.lists(st.one_of(st.from_regex(pattern), st.text(max_size=30)), max_size=4))
    padding = data.draw(st.sampled_from(["", " ", "x " * 200, "\n" * 50]))
    text = padding.join(pieces) + padding
    expected = [match.span() for match in pattern.finditer(text) if match[0]]
    found: list[tuple[int, int]] = []
    for search in Sieve([pattern]).searches(text).values():
        place = 0
        while (span := search.after(place)) is not None:
            found.append(span)
            place = max(span[1], place + 1)
    assert [span for span in found if span[0] < span[1]] == expected


@pytest.mark.parametrize("pattern", [r"ab(?=.{3}z)", r"(?<=q{3})ab", r"\bab\b", r"^ab", r"ab$", r"ab{1,3}c?"])
@given(text=st.text("abcqz \n", max_size=60))
def test_what_stands_around_a_match_counts_in_a_search_near_the_strings(pattern, text):
    compiled = re.compile(pattern, re.MULTILINE)
    padded = f"{'-' * 100}{text}{'-' * 100}"
    first = next((match.span() for match in compiled.finditer(padded)), None)
    searches = Sieve([compiled]).searches(padded)
    assert next((search.after(0) for search in searches.values()), None) == first
