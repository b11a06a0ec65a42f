from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.cues import Cued, cued, cues

SHIPPED = [pattern for _, pattern in (*lexicon().states, *lexicon().denials)] + list(lexicon().verdicts)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("pushed", ("pushed",)),
        ("(?:pushed|landed) to", ("landed", "pushed")),
        ("commits? made", ("commit",)),
        ("(?:very )?green", ("green",)),
        ("(?:a|pushed)", ()),
        (r"\d+ (?:passed|failed)", ("failed", "passed")),
        ("(?!never )passing", ("passing",)),
        ("[abc]{2,9}", ()),
        ("colou{0,1}r", ("colo",)),
    ],
)
def test_a_cue_is_what_every_match_must_hold(pattern: str, expected: tuple[str, ...]) -> None:
    assert cues(pattern) == expected


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_no_shipped_pattern_is_kept_from_a_match_by_its_cues(data: st.DataObject) -> None:
    shipped: Cued = data.draw(st.sampled_from(SHIPPED))
    text = data.draw(st.from_regex(shipped.pattern))
    assert (shipped.search(text) is None) == (shipped.pattern.search(text) is None)


def test_most_shipped_patterns_have_cues() -> None:
    assert sum(bool(shipped.cues) for shipped in SHIPPED) > 0.8 * len(SHIPPED)


def test_a_pattern_without_cues_is_always_tried() -> None:
    assert cued(re.compile(r"\d/\d")).search("3/4")
