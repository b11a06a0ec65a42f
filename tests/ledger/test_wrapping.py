"""Contents that only a passphrase opens: recording goes on without it, reading waits for it, forgetting erases."""

from __future__ import annotations

from hashlib import sha256

import pytest

from assure_tui.ledger import content_keys, disk
from assure_tui.ledger.content_keys import ContentKeys
from assure_tui.ledger.errors import ContentLockedError, DamagedError, KeyFileError, WrongPassphraseError
from assure_tui.ledger.reading_key import PUBLIC_NAME, ReadingKey
from assure_tui.ledger.store import Draft

WORDS = "correct horse battery"


def said(text: str, subject: str = "r-1") -> Draft:
    return Draft("note", subject, {}, {"text": text})


def keys_of(place) -> ContentKeys:
    (folder,) = place.keys.glob("*/content")
    return ContentKeys(folder, ReadingKey(place.keys))


@pytest.fixture
def wrapped(place):
    """One content from before the reading key, one after it, and one of a subject that came later."""
    ledger = place.create()
    ledger.append([said("before")])
    ReadingKey(place.keys).create(WORDS)
    keys_of(place).wrap()
    ledger = place.open()
    ledger.append([said("after"), said("new", "r-2")])
    ledger.publish()
    return ledger


def statement(report, name="contents"):
    return next(found for found in report.statements if found.name == name)


@pytest.mark.usefixtures("wrapped")
def test_recording_needs_no_secret_and_reading_needs_the_passphrase(place):
    for index in (1, 2, 3):
        with pytest.raises(ContentLockedError, match="locked"):
            place.open().content(index)
    with pytest.raises(WrongPassphraseError):
        ReadingKey(place.keys).unlock("wrong")
    again = place.open(read_only=True)
    again.unlock(ReadingKey(place.keys).unlock(WORDS))
    assert [again.content(index)["text"] for index in (1, 2, 3)] == ["before", "after", "new"]
    again.unlock(None)
    with pytest.raises(ContentLockedError):
        again.content(1)


@pytest.mark.usefixtures("wrapped")
def test_nothing_on_disk_opens_the_contents(place):
    secrets = {path.read_bytes() for path in place.keys.glob("*/content/*.key")}
    assert all(len(data) == content_keys.WRAPPED_SIZE for data in secrets)
    everything = b"".join(path.read_bytes() for path in place.base.rglob("*") if path.is_file())
    assert b"before" not in everything
    assert WORDS.encode() not in everything


@pytest.mark.usefixtures("wrapped")
def test_verify_says_that_contents_are_locked_and_opens_them_with_the_key(place):
    locked = statement(place.verify())
    assert locked.state == "not anchored"
    assert "2 subjects are locked" in locked.detail
    reader = ReadingKey(place.keys).unlock(WORDS)
    opened = statement(place.verify(reader=reader))
    assert opened.state == "verified"
    assert "open their commitments" in opened.detail


@pytest.mark.usefixtures("wrapped")
def test_a_locked_frame_that_was_changed_is_noticed_with_the_key(place):
    path = place.directory / "segments" / "r-2" / "0"
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    data[-32:] = sha256(data[:-32]).digest()
    path.write_bytes(data)
    reader = ReadingKey(place.keys).unlock(WORDS)
    assert statement(place.verify(reader=reader)).state == "failed"
    ledger = place.open(read_only=True)
    ledger.unlock(reader)
    with pytest.raises(DamagedError):
        ledger.content(3)


def test_forgetting_erases_what_is_locked(place, wrapped):
    wrapped.forget("r-1", {})
    reader = ReadingKey(place.keys).unlock(WORDS)
    ledger = place.open()
    ledger.unlock(reader)
    assert ledger.content(1) is None
    assert ledger.content(3) == {"text": "new"}
    assert not list(place.keys.glob("*/content/r-1.key"))
    assert statement(place.verify(reader=reader)).state == "verified"
    ledger.append([said("again")])
    assert ledger.content(ledger.size - 1) == {"text": "again"}


@pytest.mark.usefixtures("wrapped")
def test_unwrapping_opens_everything_without_a_passphrase(place):
    key = ReadingKey(place.keys)
    reader = key.unlock(WORDS)
    key.stop()
    assert keys_of(place).unwrap(reader) == 2
    key.delete()
    ledger = place.open()
    ledger.append([said("open")])
    assert [ledger.content(index)["text"] for index in (1, 2, 3, 4)] == ["before", "after", "new", "open"]
    assert statement(place.verify()).state == "verified"


@pytest.mark.usefixtures("wrapped")
def test_one_key_that_does_not_open_keeps_no_other_one_locked(place):
    (one,) = place.keys.glob("*/content/r-1.key")
    one.write_bytes(one.read_bytes()[:-1] + b"x")
    with pytest.raises(KeyFileError, match="r-1"):
        keys_of(place).unwrap(ReadingKey(place.keys).unlock(WORDS))
    assert place.open(read_only=True).content(3) == {"text": "new"}
    assert ReadingKey(place.keys).exists


@pytest.mark.parametrize("after", range(6))
def test_a_crash_in_the_middle_of_wrapping_loses_nothing_and_is_ended_by_the_next_writer(place, monkeypatch, after):
    ledger = place.create()
    ledger.append([said(f"words {n}", f"r-{n}") for n in range(4)])
    ReadingKey(place.keys).create(WORDS)
    writes, real = [], disk.put

    def put(path, data, mode=disk.PUBLIC):
        if len(writes) >= after:
            raise KeyboardInterrupt
        writes.append(path)
        real(path, data, mode)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "put", put)
        try:
            keys_of(place).wrap()
        except KeyboardInterrupt:
            assert after < 5
    ledger = place.open()
    ledger.append([said("later", "r-9")])
    reader = ReadingKey(place.keys).unlock(WORDS)
    ledger.unlock(reader)
    assert [ledger.content(index)["text"] for index in range(1, 6)] == [*(f"words {n}" for n in range(4)), "later"]
    sizes = {len(path.read_bytes()) for path in place.keys.glob("*/content/*.key")}
    assert sizes == ({content_keys.WRAPPED_SIZE} if after else {content_keys.WRAPPED_SIZE, content_keys.SECRET_SIZE})
    assert statement(place.verify(reader=reader)).state == "verified"


def test_a_process_that_recorded_all_along_seals_to_the_reading_key_from_then_on(place):
    ledger = place.create()
    ledger.append([said("one")])
    ReadingKey(place.keys).create(WORDS)
    keys_of(place).wrap()
    ledger.append([said("two")])
    with pytest.raises(ContentLockedError):
        ledger.content(2)
    ledger.unlock(ReadingKey(place.keys).unlock(WORDS))
    assert ledger.content(2) == {"text": "two"}


@pytest.mark.usefixtures("wrapped")
def test_what_was_written_lately_is_left_for_others_until_it_is_taken_away(place):
    recent = place.base / "recent.jsonl"
    writer = place.open(recent=recent)
    writer.append([said("for others"), said("too", "r-2")])
    reader = place.open(read_only=True, recent=recent)
    assert reader.content(4) == {"text": "for others"}
    recent.write_bytes(recent.read_bytes().replace(b"for others", b"for nobody") + b"[7, torn")
    with pytest.raises(ContentLockedError):
        place.open(read_only=True, recent=recent).content(4)
    assert place.open(read_only=True, recent=recent).content(5) == {"text": "too"}
    writer.keep_recent(lambda index, _: index != 5)
    with pytest.raises(ContentLockedError):
        place.open(read_only=True, recent=recent).content(5)
    writer.forget("r-1", {})
    assert b"r-1" not in recent.read_bytes()


def test_what_was_left_and_cannot_be_read_is_taken_away_and_recording_goes_on(place, wrapped, monkeypatch):
    recent = place.base / "recent.jsonl"
    writer = place.open(recent=recent)
    writer.append([said("x" * 200)])
    monkeypatch.setattr("assure_tui.ledger.recent.MAX_FILE", 100)
    writer.keep_recent(lambda *_: True)
    assert not recent.exists()
    writer.append([said("after")])
    assert writer.size == wrapped.size + 2


@pytest.mark.usefixtures("wrapped")
def test_a_reading_key_that_was_exchanged_is_noticed(place):
    other = ReadingKey(place.base / "other")
    other.create("mallory")
    (place.keys / PUBLIC_NAME).write_bytes((other.folder / PUBLIC_NAME).read_bytes())
    with pytest.raises(KeyFileError, match="exchanged"):
        ReadingKey(place.keys).unlock(WORDS)


@pytest.mark.usefixtures("wrapped")
def test_a_wrapped_key_of_another_subject_opens_nothing(place):
    (one,) = place.keys.glob("*/content/r-1.key")
    one.write_bytes(one.with_name("r-2.key").read_bytes())
    ledger = place.open(read_only=True)
    ledger.unlock(ReadingKey(place.keys).unlock(WORDS))
    with pytest.raises(KeyFileError, match="not wrapped to this reading key"):
        ledger.content(1)


@pytest.mark.usefixtures("wrapped")
def test_a_second_reading_key_is_refused(place):
    with pytest.raises(KeyFileError, match="already"):
        ReadingKey(place.keys).create("another")
