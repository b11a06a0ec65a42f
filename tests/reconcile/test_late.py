"""A pattern that is compiled late answers as one that was compiled at once."""

from __future__ import annotations

import re

import pytest

from assure_tui.reconcile import expressions
from assure_tui.reconcile.prefilter import Sieve


def test_nothing_is_compiled_before_a_pattern_is_used():
    broken = expressions.compile("a(")
    with pytest.raises(re.error):
        broken.search("a")


def test_what_no_pattern_has_is_asked_of_none():
    assert not hasattr(expressions.compile("a("), "cache_clear")


@pytest.mark.parametrize("text", ["", "Refund 12 and 7", "no number", "refund 3"])
@pytest.mark.parametrize(("written", "flags"), [(r"(?P<word>refund) (\d+)", re.IGNORECASE), (r"\d+", 0)])
def test_a_late_pattern_finds_what_an_early_one_does(written, flags, text):
    early, late = re.compile(written, flags), expressions.compile(written, flags)
    for _ in range(2):
        assert [hit.span() for hit in late.finditer(text)] == [hit.span() for hit in early.finditer(text)]
        assert late.findall(text) == early.findall(text)
        assert late.sub("-", text) == early.sub("-", text)
        assert (late.pattern, late.flags, late.groupindex) == (early.pattern, early.flags, early.groupindex)


def test_a_sieve_takes_late_patterns():
    sieve = Sieve([expressions.compile("refund", expressions.IGNORECASE), expressions.compile("cancel")])
    assert sieve.likely("a REFUND was made") == [0]
    assert sieve.finds("we cancel it")
