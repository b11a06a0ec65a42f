"""A pattern that is screened finds what it finds without a screen."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.shared_prefilter import SharedPrefilter

PATTERNS = [
    (r"\b(?:would you like|shall i|please (?:confirm|reply))\b", re.IGNORECASE),
    (r"[.;] (?=[a-z])", 0),
    (r"(?:^|[:—])\W{0,6}(?:no|none|nothing)\b[^.;:]{0,120}$", re.IGNORECASE),
    (r"\b([^\W\d_]{2,40})['’]s \w", 0),
    (r"\b(?:fail\w*|errors?)\b|n['’]t\b", 0),
    (r"\?", 0),
]
WORDS = [
    "Shall I",
    "\N{LATIN SMALL LETTER LONG S}hall \N{LATIN SMALL LETTER DOTLESS I}",
    "would you like",
    "please",
    "confirm",
    "No",
    "nothing",
    "Ana's",
    "Bo’s",
    "boat",
    "failed",
]
PIECES = [*WORDS, "errors", "didn't", "?", ". ", "; ", ": ", " — ", " ", "\n", "\ud800", "é", "İ"]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.integers(0, 20), st.integers(0, 60))
def test_a_screened_pattern_finds_what_it_finds_alone(pieces: list[str], start: int, end: int) -> None:
    text = " ".join(pieces)
    screen = SharedPrefilter()
    screened = [screen.compile(*pattern) for pattern in PATTERNS]
    for (written, flags), found in zip(PATTERNS, screened, strict=True):
        plain = re.compile(written, flags)
        piece = text[start:end]
        assert _span(found.search(text)) == _span(plain.search(text))
        assert _span(found.match(text)) == _span(plain.match(text))
        assert _span(found.search(piece, text)) == _span(plain.search(piece))
        assert _span(found.match(piece, text)) == _span(plain.match(piece))
        assert found.findall(text) == plain.findall(text)
        assert found.sub("-", text) == plain.sub("-", text)


def test_a_long_text_is_searched_as_well() -> None:
    screened = SharedPrefilter().compile(r"\bshall i\b", re.IGNORECASE)
    assert screened.search("so " * 5000 + "Shall I go on")


def _span(match: re.Match[str] | None) -> tuple[int, int] | None:
    return match and match.span()
