from __future__ import annotations

import hashlib
import json
from itertools import pairwise

import pytest
from growth import linear
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ingest.framing import MAX_REPAIRED_LINE, Framer, RawRecord, repair, sanitise

BOM = b"\xef\xbb\xbf"


def frame(data: bytes, **options: int) -> list[RawRecord]:
    framer = Framer(**options)
    return [*framer.feed(data), *framer.close()]


def record(data: bytes) -> RawRecord:
    return RawRecord(100, len(data), 7, data)


def test_a_line_is_found_again_by_its_offset_and_length():
    data = BOM + b'{"a":1}\r\n\n  {"b":2}\n{"c":3}'
    found = frame(data)
    assert [data[one.offset : one.end] for one in found] == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
    assert [one.line for one in found] == [1, 3, 4]


def test_a_torn_tail_is_kept_back_until_its_newline_comes():
    framer = Framer()
    assert list(framer.feed(b'{"a":1}\n{"b"')) == [RawRecord(0, 7, 1, b'{"a":1}')]
    assert (framer.offset, framer.held) == (8, 4)
    assert [one.data for one in framer.feed(b":2}\n")] == [b'{"b":2}']
    assert (framer.offset, framer.held) == (16, 0)


def test_a_run_of_nul_bytes_is_told_as_damage_and_the_record_after_it_is_kept():
    data = b"\0" * 5 + b'{"a":1}\n{"b":2}' + b"\0" * 3 + b"\n"
    found = frame(data)
    assert [(one.problem, one.data) for one in found] == [
        ("NUL bytes", b"\0" * 5),
        (None, b'{"a":1}'),
        (None, b'{"b":2}'),
        ("NUL bytes", b"\0" * 3),
    ]
    assert [data[one.offset : one.end] for one in found] == [one.data for one in found]


def test_an_over_long_line_is_told_with_its_digest_and_the_next_line_is_read():
    long = b'"' + b"x" * 1000 + b'"'
    framer = Framer(max_line=100)
    found = [one for start in range(0, len(long), 64) for one in framer.feed(long[start : start + 64])]
    found += framer.feed(b'\n{"a":1}\n')
    assert [(one.offset, one.length, one.problem) for one in found] == [(0, 1002, "line too long"), (1003, 7, None)]
    assert found[0].sha256() == hashlib.sha256(long).hexdigest()
    assert found[0].data == b""


def test_a_line_of_twenty_megabytes_is_one_record():
    data = b'{"a":"' + b"x" * 20_000_000 + b'"}'
    framer = Framer()
    found = [one for start in range(0, len(data), 1 << 20) for one in framer.feed(data[start : start + (1 << 20)])]
    assert found == []
    assert [one.length for one in framer.feed(b"\n")] == [len(data)]


@given(
    st.lists(
        st.one_of(
            st.just(b'{"a":"\xc3\xa4"}'),
            st.just(b""),
            st.just(b"\0\0"),
            st.just(b"\r"),
            st.binary(max_size=12),
            st.just(BOM),
        ),
        max_size=8,
    ),
    st.lists(st.integers(0, 120), max_size=8),
    st.booleans(),
)
def test_how_the_bytes_are_cut_into_chunks_makes_no_difference(lines: list[bytes], cuts: list[int], closed: bool):
    data = b"\n".join(lines) + (b"\n" if closed else b"")
    framer = Framer(max_line=40)
    bounds = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    found = [one for start, end in pairwise(bounds) for one in framer.feed(data[start:end])]
    assert [*found, *framer.close()] == frame(data, max_line=40)
    assert framer.offset == len(data)


@pytest.mark.parametrize(
    ("data", "good"),
    [
        (b'{"a":1}{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1} \0 {"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'{"type":"x","text":"cut of{"parent":null,"uuid":"u"}', [b'{"parent":null,"uuid":"u"}']),
        (b'{"type":"x","inner":{"k":1},"te{"uuid":"u"}', [b'{"uuid":"u"}']),
        (b'{"a":1}{"torn":', [b'{"a":1}']),
        (b'noise {"a":"}{"}', [b'{"a":"}{"}']),
        (b"[1,2]", []),
        (b'{"a":' + b"[" * 5000, []),
    ],
)
def test_whole_objects_are_found_in_a_damaged_line(data: bytes, good: list[bytes]):
    found = repair(record(data))
    assert [one.data for one in found if one.problem is None] == good
    assert all(data[one.offset - 100 : one.end - 100] == one.data for one in found)
    assert bool([one for one in found if one.problem]) == (b"".join(good) != data.replace(b" \0 ", b""))


@pytest.mark.parametrize("unit", [b'{"', b'{"a":{"', b'{"a":[', b'{"a":"x', b"\\"])
@pytest.mark.parametrize("size", [100_000, MAX_REPAIRED_LINE - 1000, MAX_REPAIRED_LINE + 1000])
def test_a_hostile_line_is_repaired_in_linear_time(unit: bytes, size: int):
    assert linear(lambda data: repair(record(data)), b'{"' + unit * (size // len(unit)))


def test_nearly_json_is_made_json_with_every_code_point_in_its_place():
    text = rb'{"a":"\ud83d!","b":"\ud83d\ude00","c":NaN,"d":1e999,"e":"\\ud83d","f":123456789012345678901234567890}'
    value = json.loads(sanitise(text))
    assert value == {
        "a": "\ufffd!",
        "b": "\U0001f600",
        "c": None,
        "d": None,
        "e": r"\ud83d",
        "f": pytest.approx(1.2345678901234568e29),
    }
    assert json.loads(sanitise(b'{"a":"\xff!"}')) == {"a": "\ufffd!"}


def test_sanitising_a_long_run_of_backslashes_takes_linear_time():
    assert linear(lambda run: sanitise(b'{"a":"' + run + b'"}'), b"\\" * 1_000_000)
