"""Log text is hostile: whatever it is, it is drawn, and no filter over it hangs. `tests/pty` looks at the terminal."""

from __future__ import annotations

import pytest
from growth import linear
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assure_tui.app.tui.diffs import parse, split_lines, unified_lines
from assure_tui.app.tui.evidence_page import quoted
from assure_tui.app.tui.match import Matcher
from assure_tui.themes import glyphs


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_highlighting_a_span_never_loses_or_adds_text(text, one, other):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    plain = quoted(text, (start, end)).plain
    assert plain == quoted(text, None).plain or "\r" in text
    assert "\x1b" not in plain


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="@ -+,0123456789\n\\ab\x1b\t[]", max_size=300), st.integers(8, 120))
def test_any_diff_can_be_drawn(body, width):
    for hunk in parse(body, "a.py"):
        for line in [*unified_lines(hunk, width, wrapped=True), *split_lines(hunk, width, glyphs.load())]:
            assert "\x1b" not in line.plain
        for line in split_lines(hunk, width, glyphs.load()):
            assert line.cell_length <= max(width, 18)


def test_a_diff_keeps_every_line_and_its_number():
    hunks = parse("@@ -3,3 +3,4 @@ def f\n a\n-b\n+B\n+C\n d\n\\ No newline at end of file\n", "x.py")
    lines = [(line.sign, line.old, line.new, line.text.plain) for line in hunks[0].lines]
    assert lines == [(" ", 3, 3, "a"), ("-", 4, None, "b"), ("+", None, 4, "B"), ("+", None, 5, "C"), (" ", 5, 6, "d")]
    sides = [line.plain for line in split_lines(hunks[0], 60, glyphs.load())]
    assert "- b" in sides[1]
    assert "+ B" in sides[1], "what was replaced stands beside what replaced it"


@pytest.mark.parametrize(
    "query",
    ["a", "title:x", "-title:x", "~(", "n:>3", "n:<x", "", "::::", "-", "~" + "(a+)+" * 20, "~a*a*a*b", "~" + "a*" * 9],
)
def test_any_filter_gives_an_answer_at_once(query):
    assert Matcher(query)({"title": "a" * 3000, "n": "4"}) in {True, False}
    assert linear(lambda title: Matcher(query)({"title": title, "n": "4"}), "a" * 3000)


def test_filters_mean_what_the_help_says():
    row = {"agent": "coder", "undecided": "3", "title": "Fix the login"}
    assert Matcher("agent:cod")(row)
    assert not Matcher("-agent:cod")(row)
    assert Matcher("undecided:>2")(row)
    assert not Matcher("undecided:>3")(row)
    assert Matcher("title:~log.n$")(row)
    assert Matcher("LOGIN coder")(row)
    assert not Matcher("login payments")(row)
