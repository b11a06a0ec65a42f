"""A ledger over the years: copied, restored, forgotten in part, and gone on from."""

from __future__ import annotations

import shutil

import pytest

from assure_tui.ledger.adopt import adopt
from assure_tui.ledger.content_keys import ContentKeys
from assure_tui.ledger.errors import DamagedError, ForeignError, LedgerError
from assure_tui.ledger.pins import PinFile
from assure_tui.ledger.store import Draft, Ledger, Previous


def statement(report, name: str) -> str:
    return next(found.detail for found in report.statements if found.name == name)


def take_over(place) -> Ledger:
    return adopt(place.directory, pins=place.pins, keys=place.keys)


@pytest.fixture
def copied(place):
    """A ledger that was restored from a copy of all files: the folder is another one."""
    ledger = place.create()
    ledger.append(place.drafts(5, content={"text": "kept"}))
    shutil.copytree(place.directory, place.base / "copy")
    shutil.rmtree(place.directory)
    (place.base / "copy").rename(place.directory)
    with pytest.raises(ForeignError, match="adopt"):
        place.open()
    return place


def test_a_copy_goes_on_once_it_is_taken_over_and_the_log_says_so(copied):
    old = {path.read_bytes() for path in copied.keys.rglob("epoch-*.key")}
    ledger = take_over(copied)
    clear = next(entry.clear for entry in ledger.entries() if entry.kind == "adoption")
    assert (clear["size"], clear["pinned"]) == (6, 6)
    assert clear["from"] != clear["to"]
    assert old.isdisjoint(path.read_bytes() for path in copied.keys.rglob("epoch-*.key"))
    assert copied.open().append(copied.drafts(1)).size == 9
    report = copied.verify()
    assert report.state == "ok"
    assert "taken over at entry 6;" in statement(report, "adoptions")


def test_a_ledger_without_its_pin_can_be_taken_over_and_the_doubt_stays_on_record(place):
    place.create().append(place.drafts(5))
    shutil.rmtree(place.pins)
    with pytest.raises(DamagedError, match="adopt"):
        place.open()
    take_over(place)
    assert place.open().size == 8
    assert "without a pin" in statement(place.verify(), "adoptions")


def test_an_old_copy_is_never_taken_over(place):
    ledger = place.create()
    shutil.copytree(place.directory, place.base / "copy")
    ledger.append(place.drafts(5))
    shutil.rmtree(place.directory)
    (place.base / "copy").rename(place.directory)
    with pytest.raises(DamagedError, match="cut off"):
        take_over(place)


def test_there_is_nothing_to_take_over_at_home(place):
    place.create()
    with pytest.raises(LedgerError, match="nothing to adopt"):
        take_over(place)


def test_a_taking_over_that_is_cut_short_can_be_done_again(copied, monkeypatch):
    monkeypatch.setattr(Ledger, "rotate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        take_over(copied)
    monkeypatch.undo()
    with pytest.raises(ForeignError):
        copied.open()
    take_over(copied)
    assert copied.verify().state == "ok"


@pytest.fixture
def two_runs(place):
    ledger = place.create()
    for n in range(4):
        ledger.append([Draft("note", f"r-{n % 2}", {"n": n}, {"text": f"secret {n}"})])
    ledger.publish()
    return ledger


def test_what_is_forgotten_is_gone_and_everything_else_holds(place, two_runs):
    root, proof = two_runs.root(), two_runs.inclusion(1)
    receipt = two_runs.forget("r-0", {"why": "asked"})
    entry = two_runs.entry(receipt.first_index)
    assert (entry.kind, entry.subject, entry.clear) == ("redaction", "r-0", {"contents": 2, "why": "asked"})
    assert [two_runs.content(index) for index in range(1, 5)] == [
        None,
        {"text": "secret 1"},
        None,
        {"text": "secret 3"},
    ]
    assert two_runs.root_at(5) == root
    assert proof.checkpoint.size == 5
    assert not list(place.keys.rglob("r-0.key"))
    assert [path.read_bytes() for path in (place.directory / "segments" / "r-0").iterdir()] == [b""]
    report = place.verify()
    assert report.state == "ok"
    assert "2 were erased, and an entry says so" in statement(report, "contents")


def test_what_is_said_later_about_a_forgotten_subject_has_a_new_key(place, two_runs):
    other = place.open()
    other.append([Draft("note", "r-0", {}, {"text": "before"})])
    assert other.content(5) == {"text": "before"}
    two_runs.forget("r-0", {})
    for ledger, text in ((other, "by another handle"), (two_runs, "by this one")):
        index = ledger.append([Draft("note", "r-0", {}, {"text": text})]).first_index
        other.refresh()
        assert other.content(index) == {"text": text}
    assert other.content(5) is None
    assert place.verify().state == "ok"


def test_an_erasing_without_a_word_about_it_fails(place, two_runs):
    (key,) = place.keys.rglob("r-0.key")
    data = key.read_bytes()
    key.unlink()
    assert "no entry says that they were erased" in statement(place.verify(), "contents")
    key.write_bytes(data)
    for path in (place.directory / "segments" / "r-0").iterdir():
        path.unlink()
    assert place.verify(keys=None).state == place.verify().state == "failed"
    assert two_runs.size == 5


def test_what_is_erased_while_it_is_verified_raises_no_alarm(place, two_runs):
    def meanwhile(done: int, total: int) -> None:
        if done == total and two_runs.size == 5:
            two_runs.forget("r-0", {})

    report = place.verify(progress=meanwhile)
    assert (report.size, two_runs.size, report.state) == (5, 6, "ok")
    assert "2 were erased" in statement(report, "contents")


def test_a_forgetting_that_was_cut_short_is_finished_by_the_next_to_open(place, two_runs, monkeypatch):
    monkeypatch.setattr(ContentKeys, "destroy", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        two_runs.forget("r-0", {})
    monkeypatch.undo()
    assert list(place.keys.rglob("r-0.key"))
    ledger = place.open()
    assert ledger.content(1) is None
    assert not list(place.keys.rglob("r-0.key"))
    assert place.verify().state == "ok"


@pytest.mark.parametrize("verified", [True, False])
def test_a_new_log_commits_to_the_last_head_of_the_one_before(place, two_runs, verified):
    pin = PinFile(place.pins, two_runs.origin).read()
    assert pin is not None
    place.directory.rename(place.base / "old")
    ledger = place.create(previous=Previous(pin, verified))
    told = ledger.entry(0).clear["previous"]
    assert told["note"].encode() == pin.head.note
    report = place.verify()
    assert report.state == "ok"
    detail = statement(report, "key entry")
    assert f"goes on from {two_runs.origin} at size 5" in detail
    assert ("which was damaged" in detail) is not verified
