from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ingest.command import run
from assure_tui.ingest.errors import FeedError, SourceError
from assure_tui.ingest.feeds.reader import FeedReader
from assure_tui.ingest.feeds.spec import FeedSpec

ROW = {
    "id": "re_1",
    "amount": 4000,
    "currency": "usd",
    "created": 1782900000,
    "status": "succeeded",
    "data": {"charge": "ch_1"},
}


def spec(path: Path | None = None, **fields) -> FeedSpec:
    return FeedSpec(
        **{
            "name": "pay",
            "kind": "refund",
            "path": path,
            "mapping": {"time": "created", "target": "data.charge"},
            "minor_units": True,
        }
        | fields
    )


def test_a_row_is_read_by_its_mapping(write):
    rows, state = FeedReader(spec(write("pay.jsonl", [ROW]), complete=True, lag=5.0)).read(now=2e9)
    (row,) = rows
    assert (row.id, row.kind, row.amount, row.currency, row.target, row.time, row.status) == (
        "re_1",
        "refund",
        "40.00",
        "USD",
        "ch_1",
        1782900000,
        "succeeded",
    )
    assert row.fields["data.charge"] == "ch_1"
    assert (state.complete, state.lag, state.watermark, state.source) == (True, 5.0, 2e9, row.origin.source)


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "expected"),
    [
        (4000, "USD", True, "40.00"),
        (4000, "JPY", True, "4000"),
        (4000, "KWD", True, "4.000"),
        (40.1, "EUR", False, "40.1"),
        ("1,234.50", "EUR", False, "1234.50"),
        ("-12", "EUR", False, "-12"),
        ("1e3", "EUR", False, "1000"),
    ],
)
def test_amounts_are_exact_and_in_major_units(write, amount, currency, minor, expected):
    path = write("pay.jsonl", [{"id": "1", "amount": amount, "currency": currency}])
    assert FeedReader(spec(path, minor_units=minor)).read()[0][0].amount == expected


@pytest.mark.parametrize(
    "bad",
    [
        {"amount": "forty"},
        {"amount": "NaN"},
        {"amount": "1234,50"},
        {"amount": "1e999"},
        {"amount": "9" * 500},
        {"amount": 4000, "currency": "dollars"},
        {"amount": 4000, "currency": None},
        {"created": "soon"},
    ],
)
def test_a_row_that_cannot_be_understood_is_counted_and_never_guessed(write, bad):
    reader = FeedReader(spec(write("pay.jsonl", [ROW | bad, ROW | {"id": "re_2"}])))
    rows, _ = reader.read()
    assert [row.id for row in rows] == ["re_2"]
    assert (reader.tally.records, reader.tally.unrecognised) == (2, 1)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Paid", "succeeded"),
        ("declined", "failed"),
        ("pending", "running"),
        ("blocked", "denied"),
        ("weird", "unknown"),
        (True, "succeeded"),
    ],
)
def test_a_status_word_that_is_not_known_is_unknown(write, word, status):
    assert FeedReader(spec(write("pay.jsonl", [ROW | {"status": word}]))).read()[0][0].status == status


def test_rows_are_given_once_and_again_when_they_change(write):
    path = write("pay.jsonl", [ROW])
    reader = FeedReader(spec(path))
    assert len(reader.read()[0]) == 1
    assert reader.read()[0] == []
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(ROW) + "\n" + json.dumps(ROW | {"status": "reversed"}) + "\n")
    assert [(row.id, row.status) for row in reader.read()[0]] == [("re_1", "failed")]


def test_two_equal_rows_without_an_id_are_two_effects(write):
    row = {"amount": 100, "currency": "USD"}
    ids = [one.id for one in FeedReader(spec(write("pay.jsonl", [row, row]))).read()[0]]
    assert len(set(ids)) == 2


def test_an_unfinished_line_holds_the_watermark_back(write):
    path = write("pay.jsonl", [ROW])
    reader = FeedReader(spec(path))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "re_2", "amo')
    rows, state = reader.read(now=2e9)
    assert (len(rows), state.watermark) == (1, 1782900000)
    with path.open("a", encoding="utf-8") as file:
        file.write('unt": 5, "currency": "USD"}\n')
    rows, state = reader.read(now=2e9)
    assert ([row.amount for row in rows], state.watermark) == (["0.05"], 2e9)
    assert reader.read()[1].watermark == 1782900000


def test_damage_costs_the_damaged_rows_only(tmp_path):
    path = tmp_path / "pay.jsonl"
    good = json.dumps(ROW).encode()
    path.write_bytes(b"garbage\n\0\0" + good + b"\n" + good[:20] + good.replace(b"re_1", b"re_2") + b"\n[1]\n")
    reader = FeedReader(spec(path))
    assert [row.id for row in reader.read()[0]] == ["re_1", "re_2"]
    assert reader.tally.malformed == 4


def test_a_truncated_feed_is_started_over(write):
    path = write("pay.jsonl", [ROW, ROW | {"id": "re_2"}])
    reader = FeedReader(spec(path))
    reader.read()
    path.write_text(json.dumps(ROW | {"id": "re_3"}) + "\n", encoding="utf-8")
    assert [row.id for row in reader.read()[0]] == ["re_3"]
    assert (reader.resets, reader.tally.records) == (1, 1)


def test_a_table_is_read_with_rows_of_several_lines(tmp_path):
    path = tmp_path / "pay.csv"
    path.write_bytes(
        b'\xef\xbb\xbfid,amount,currency,note\r\n1,"1,200.00",EUR,"two\r\nlines, ""q"""\r\n2,5\r\n3,7,EUR,x\r\n'
    )
    reader = FeedReader(spec(path, format="csv", minor_units=False))
    rows, _ = reader.read()
    assert [(row.id, row.amount) for row in rows] == [("1", "1200.00"), ("3", "7")]
    assert rows[0].fields["note"].splitlines() == ["two", 'lines, "q"']
    assert reader.tally.malformed == 1
    data = path.read_bytes()
    assert [data[row.origin.at.start :][: row.origin.at.length][:2] for row in rows] == [b"1,", b"3,"]


@given(st.lists(st.integers(1, 60), max_size=6))
def test_a_table_that_grows_in_pieces_gives_the_same_rows(tmp_path_factory, cuts):
    data = b'id,amount,currency,note\n1,2,EUR,"a\nb"\n2,3,EUR,c\n3,4,EUR,"d ""e"""\n'
    path = tmp_path_factory.mktemp("feed") / "pay.csv"
    path.touch()
    reader = FeedReader(spec(path, format="csv", minor_units=False))
    rows = []
    bounds = sorted({0, *cuts, len(data)})
    for start, end in pairwise(bounds):
        with path.open("ab") as file:
            file.write(data[start:end])
        rows += reader.read()[0]
    assert [(row.id, row.fields["note"]) for row in rows] == [("1", "a\nb"), ("2", "c"), ("3", 'd "e"')]


def test_a_missing_file_is_an_error_until_it_is_there(tmp_path):
    reader = FeedReader(spec(tmp_path / "pay.jsonl"))
    with pytest.raises(SourceError, match="No such file"):
        reader.read()
    (tmp_path / "pay.jsonl").write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    assert len(reader.read()[0]) == 1


def python(code: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *arguments)


def test_a_command_is_asked_with_the_id_of_the_newest_row():
    code = "import json, sys; print(json.dumps({'id': sys.argv[1] + 'x', 'amount': 100}))"
    reader = FeedReader(spec(command=python(code, "{cursor}"), constants={"currency": "USD"}))
    assert [reader.read(now=7.0)[0][0].id for _ in range(3)] == ["x", "xx", "xxx"]
    assert reader.read(now=7.0)[1].watermark == 7.0


def test_a_command_never_meets_a_shell(tmp_path):
    target = tmp_path / "made"
    code = "import sys; print(len(sys.argv))"
    assert run(python(code, f"; touch {target}", "$(touch x)")) == b"3\n"
    assert not target.exists()


@pytest.mark.parametrize(
    ("argv", "seconds", "said"),
    [
        (("/no/such/program",), 60.0, "cannot be started"),
        (python("raise SystemExit(3)"), 60.0, "exit code 3"),
        (python("import time; time.sleep(600)"), 1.0, "did not end within"),
        (python("while True: print('x' * 1000)"), 60.0, "printed more than"),
    ],
)
def test_a_command_that_misbehaves_is_stopped_and_named(argv, seconds, said):
    with pytest.raises(SourceError, match=said):
        run(argv, seconds=seconds, size=100_000)


def test_a_feed_has_one_origin():
    with pytest.raises(FeedError, match="either a path or a command"):
        FeedReader(spec())
