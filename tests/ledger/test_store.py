"""What a ledger keeps, and what it shows to other handles on it."""

import shutil
import threading

import pytest

from assure_tui.ledger.entry import encode_entry
from assure_tui.ledger.errors import (
    DamagedError,
    EntryError,
    ForeignError,
    KeyFileError,
    LedgerError,
    ProofError,
    ReadOnlyError,
)
from assure_tui.ledger.store import Draft, Ledger


def test_a_new_ledger_begins_with_the_key_that_signs_it(place):
    ledger = place.create(origin="example.org/log")
    first = ledger.entry(0)
    assert first.kind == "key"
    assert first.clear["vkey"].startswith("example.org/log/epoch+")
    assert ledger.checkpoint().size == 1


def test_appended_entries_are_there_after_reopening_with_and_without_publishing(place):
    ledger = place.create()
    receipt = ledger.append(place.drafts(300, content={"text": "free"}))
    assert (receipt.first_index, receipt.count, receipt.size) == (1, 300, 301)
    assert place.open().root() == receipt.root
    ledger.publish()
    later = ledger.append(place.drafts(5))
    again = place.open()
    assert again.root() == later.root
    assert [entry.clear["n"] for entry in again.entries(1)] == [*range(300), *range(5)]
    assert again.content(7) == {"text": "free"}


def test_every_published_entry_proves_to_be_in_the_checkpoint(place):
    ledger = place.create()
    for count in (1, 254, 700):
        ledger.append(place.drafts(count))
        ledger.publish()
    for index in (0, 1, 255, 256, 511, 900, 955):
        ledger.inclusion(index).check(encode_entry(ledger.entry(index)), ledger.verifiers)
    ledger.append(place.drafts(1))
    with pytest.raises(ProofError, match="publish first"):
        ledger.inclusion(956)


def test_write_ahead_files_do_not_outlive_what_they_hold(place):
    ledger = place.create()
    for _ in range(30):
        ledger.append(place.drafts(500))
        ledger.publish()
        assert len(list((place.directory / ".state/wal").iterdir())) <= 1
    assert not list(place.directory.glob("tile/entries/000.p/*"))
    assert place.open().size == 15_001


def test_two_handles_see_each_other_and_number_entries_without_gaps(place):
    one = place.create()
    two = place.open()
    for turn in range(60):
        (one, two)[turn % 2].append(place.drafts(9))
        if turn % 7 == 0:
            (two, one)[turn % 2].publish()
    one.refresh()
    two.refresh()
    assert one.size == two.size == 541
    assert one.root() == two.root() == place.open().root()


def test_threads_may_share_a_handle_while_it_publishes(place):
    ledger = place.create()

    def write():
        for _ in range(25):
            ledger.append(place.drafts(20))

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        ledger.publish()
    ledger.publish()
    assert place.open().size == ledger.checkpoint().size == 1501


def test_time_never_goes_back(place, monkeypatch):
    ledger = place.create()
    ledger.append(place.drafts(1))
    monkeypatch.setattr("time.time_ns", lambda: 5)
    ledger.append(place.drafts(1))
    times = [entry.time for entry in ledger.entries()]
    assert times == sorted(times)


def test_a_refused_draft_leaves_nothing_behind(place):
    ledger = place.create()
    for bad in (
        Draft("note", "r-1", {"x": 1.5}),
        Draft("note", "../up", {}),
        Draft("Note", "r-1", {}),
        Draft("seal", "r-1", {}),
        Draft("note", "r-1", {"long": "x" * 70_000}),
    ):
        with pytest.raises(EntryError):
            ledger.append([*place.drafts(2), bad])
    with pytest.raises(EntryError):
        ledger.append([])
    assert place.open().size == 1


def test_a_cut_off_tail_is_noticed_by_the_pin(place):
    ledger = place.create()
    ledger.publish()
    ledger.append(place.drafts(3))
    for path in (place.directory / ".state/wal").iterdir():
        path.unlink()
    with pytest.raises(DamagedError, match="4 were committed"):
        place.open()
    with pytest.raises(DamagedError):
        ledger.append(place.drafts(1))


def test_an_open_ledger_notices_that_its_pin_is_gone(place):
    ledger = place.create()
    ledger.append(place.drafts(1))
    for path in place.pins.iterdir():
        path.unlink()
    with pytest.raises(DamagedError, match="pin"):
        ledger.append(place.drafts(1))
    with pytest.raises(DamagedError, match="pin"):
        place.open()
    assert place.open(read_only=True).size == 2


def test_a_copy_is_read_but_not_continued(place, tmp_path):
    place.create().append(place.drafts(3))
    copy = tmp_path / "copy"
    shutil.copytree(place.directory, copy)
    with pytest.raises(ForeignError, match="copied"):
        Ledger.open(copy, pins=place.pins, keys=place.keys)
    assert Ledger.open(copy, pins=place.pins, read_only=True).size == 4
    place.directory.rename(tmp_path / "moved")
    assert Ledger.open(tmp_path / "moved", pins=place.pins, keys=place.keys).size == 4


def test_a_reading_handle_does_not_write(place):
    place.create()
    reader = Ledger.open(place.directory, pins=place.pins, read_only=True)
    with pytest.raises(ReadOnlyError):
        reader.append(place.drafts(1))
    with pytest.raises(ReadOnlyError):
        reader.publish()


def test_writing_needs_the_keys_the_ledger_was_made_with(place, tmp_path):
    place.create()
    with pytest.raises(KeyFileError, match="missing"):
        Ledger.open(place.directory, pins=place.pins, keys=tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="name the keys"):
        Ledger.open(place.directory, pins=place.pins)


def test_a_ledger_is_not_made_over_something_else(place):
    place.directory.mkdir()
    (place.directory / "mine.txt").write_text("hello")
    with pytest.raises(LedgerError, match="not empty"):
        place.create()
    with pytest.raises(DamagedError, match="not a ledger"):
        place.open()


def test_content_without_its_key_is_gone_and_the_log_still_holds(place):
    ledger = place.create()
    ledger.append([Draft("note", "r-1", {}, {"card": "4111"}), Draft("note", "r-2", {}, ["kept"])])
    for path in place.keys.rglob("r-1.key"):
        path.unlink()
    again = place.open()
    assert again.content(1) is None
    assert again.content(2) == ["kept"]
    assert again.size == 3
    assert not any(b"4111" in path.read_bytes() for path in place.directory.rglob("*") if path.is_file())


def test_keys_are_for_their_owner_alone(place):
    place.create().append(place.drafts(1, content="x"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in place.keys.rglob("*.key"))
