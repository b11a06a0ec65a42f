from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.filters import Subject, compile_filter
from assure_tui.app.desk.views import RunRow

ROW = RunRow(
    id="r-0a1b2c3d4e",
    native_id="native-1",
    parent=None,
    agent="claude-code",
    adapter="claude-code",
    model="some-model-4",
    cwd="/home/ana/shop",
    source="/logs/shop.jsonl",
    title="Refund the blue mug",
    headline="done more often than claimed",
    started=1.0,
    ended=2.0,
    status="ended",
    attention="need",
    worst="high",
    confirmed=3,
    contradicted=1,
    unchecked=2,
    findings=2,
    undecided=1,
    gates_failed=1,
    events=40,
    verdict=None,
    sealed="no",
    changed=True,
)
SUBJECT = Subject(ROW, ["duplicate", "hook-bypass"], ["hook-bypass"])


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("", True),
        ("mug", True),
        ("MUG refund", True),
        ("more often", True),
        ("teapot", False),
        ("-teapot", True),
        ("agent:claude", True),
        ("-agent:claude", False),
        ("is:need", True),
        ("is:quiet", False),
        ("is:ne", False),
        ("sealed:", False),
        ("gate:failed", True),
        ("gate:hook", True),
        ("code:duplicate", True),
        ("undecided:>0", True),
        ("claims:6", True),
        ("claims:<6", False),
        ("claims:>=6 events:<=40", True),
        ("model:~some.*4$", True),
        (r"model:~\w+-\d", True),
        ("title:~^blue", False),
        ("verdict:none", True),
        ('title:"blue mug"', True),
        ('title:"blue', True),
        ("10:31", False),
    ],
)
def test_filter(query, passes):
    assert compile_filter(query)(SUBJECT) is passes


@pytest.mark.parametrize("query", ["agnt:claude", "undecided:many", "title:~(", "is:sealed", "-verdict:acceptable"])
def test_a_wrong_filter_is_told(query):
    with pytest.raises(UsageError):
        compile_filter(query)


@given(st.text(max_size=60))
def test_whatever_is_typed_filters_or_is_told(query):
    try:
        test = compile_filter(query)
    except UsageError:
        return
    assert test(SUBJECT) in {True, False}


@pytest.mark.parametrize("pattern", ["(a+)+$", "a*a*a*a*b", "(.)\\1", "["])
def test_a_pattern_that_is_wrong_or_could_take_long_is_refused_with_a_reason(pattern: str) -> None:
    with pytest.raises(UsageError, match="cannot be searched for"):
        compile_filter(f"title:~{pattern}")
