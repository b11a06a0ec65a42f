"""The attack table of the ledger's design: one test a row, each an attack on files as its attacker would make it.

What cannot be noticed is said: those tests assert the warning.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assure_tui.ledger.checkpoint import sign
from assure_tui.ledger.errors import DamagedError, ForeignError
from assure_tui.ledger.keys import KeyDirectory
from assure_tui.ledger.note import COSIGNATURE, Note, Signer, VerifierKey, parse_note
from assure_tui.ledger.pins import PinFile
from assure_tui.ledger.shelf import Shelf
from assure_tui.ledger.store import Draft, Ledger
from assure_tui.ledger.tiles import decode_bundle, encode_bundle
from assure_tui.ledger.tree import leaf_hash, root


@pytest.fixture
def ledger(place):
    """Some 600 entries in three epochs, published, and a few more that are not."""
    ledger = place.create()
    ledger.append([Draft("note", "r-1", {"n": n}, {"text": f"words {n}"}) for n in range(300)])
    ledger.rotate()
    ledger.append(place.drafts(300))
    ledger.publish()
    ledger.rotate()
    ledger.append(place.drafts(4))
    return ledger


def statement(report, name: str):
    return next(found for found in report.statements if found.name == name)


def entries_of(place, count: int) -> list[bytes]:
    shelf = Shelf(place.directory)
    return [shelf.entry(index, count) for index in range(count)]


def write_anew(place, origin: str, entries: list[bytes], signers) -> None:
    """Put other entries in the ledger's place, every tile made to fit and the head signed."""
    shutil.rmtree(place.directory / "tile")
    shutil.rmtree(place.directory / ".state" / "wal")
    (place.directory / ".state" / "wal").mkdir()
    leaves = [leaf_hash(entry) for entry in entries]
    Shelf(place.directory).extend(0, entries, leaves)
    (place.directory / "checkpoint").write_bytes(sign(origin, len(entries), root(leaves), signers).note)


def copy_of(place, name: str) -> Path:
    return Path(shutil.copytree(place.directory, place.base / name))


def put_back(place, copy: Path) -> None:
    """Restore files in their places, as an attacker does who keeps the folders: the binding still fits."""
    for path in [path for path in place.directory.rglob("*") if path.is_file()]:
        path.unlink()
    shutil.copytree(copy, place.directory, dirs_exist_ok=True)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("change", ["edit", "delete", "reorder", "swap bundles"])
def test_row_edit_delete_reorder(place, change):
    first, second = (place.directory / "tile" / "entries" / name for name in ("000", "001"))
    entries = decode_bundle(first.read_bytes(), 256)
    if change == "edit":
        entries[5] = entries[5].replace(b'"n":4', b'"n":9')
    elif change == "delete":
        del entries[5]
    elif change == "reorder":
        entries[5], entries[6] = entries[6], entries[5]
    data = encode_bundle(entries)
    if change == "swap bundles":
        data = second.read_bytes()
        second.write_bytes(first.read_bytes())
    first.write_bytes(data)
    assert place.verify().state == "damaged"
    assert place.verify(pins=None, keys=None).state == "damaged"


def test_row_truncate_the_tail(place, ledger):
    (path,) = (place.directory / ".state" / "wal").iterdir()
    whole = path.read_bytes()
    for cut in [1, 2, 7, *range(50, len(whole) - 1, len(whole) // 25)]:
        path.write_bytes(whole[:-cut])
        assert place.verify().state == "damaged", cut
        with pytest.raises(DamagedError):
            place.open()
    path.write_bytes(whole)
    assert place.verify().state == "ok"
    assert ledger.size == 607


def test_row_truncate_then_continue(place, ledger):
    """The attacker cuts published and pending entries off and writes on, with all keys that there are."""
    ledger.publish()
    entries = entries_of(place, ledger.size)
    keys = KeyDirectory(place.keys, ledger.origin).load(2)
    for kept in (200, 303, 500, 603, 605):
        write_anew(place, ledger.origin, [*entries[:kept], entries[-1], entries[-1]], keys.signers)
        assert place.verify().state == "damaged", kept
        (first, *_) = (place.directory / "closings").iterdir()
        assert first.exists()


def test_row_reseal_old_data_with_a_newer_key(place, ledger):
    ledger.publish()
    entries = entries_of(place, ledger.size)
    entries[5] = entries[5].replace(b'"n":4', b'"n":9')
    keys = KeyDirectory(place.keys, ledger.origin).load(2)
    write_anew(place, ledger.origin, entries, keys.signers)
    leaves = [leaf_hash(entry) for entry in entries]
    for path in (place.directory / "closings").iterdir():
        size = int(path.name)
        path.write_bytes(sign(ledger.origin, size, root(leaves[:size]), keys.signers).note)
    shutil.rmtree(place.pins)
    report = place.verify(pins=None)
    assert report.state == "damaged"
    assert "not signed by its key" in statement(report, "epochs").detail


def test_row_strip_signatures(place, ledger):
    ledger.publish()
    path = place.directory / "checkpoint"
    note = parse_note(path.read_bytes())
    for kept in (note.signatures[:1], note.signatures[1:]):
        path.write_bytes(Note(note.text, kept).encode())
        assert place.verify().state == "damaged"
        assert place.verify(pins=None).state == "damaged"
    path.write_bytes(note.text.encode())
    assert place.verify().state == "damaged"


def test_row_roll_the_whole_directory_back(place, ledger):
    ledger.publish()
    copy = copy_of(place, "old")
    ledger.append(place.drafts(3))
    ledger.publish()
    put_back(place, copy)
    report = place.verify()
    assert report.state == "damaged"
    assert "its tail was cut off" in statement(report, "pin").detail


def test_row_fork_split_view(place, ledger, tmp_path):
    """Two heads of one size, both signed: whoever has the one proves the other a fork."""
    copy = copy_of(place, "twin")
    pins = shutil.copytree(place.pins, place.base / "twin-pins")
    keys = shutil.copytree(place.keys, place.base / "twin-keys")
    ledger.append([Draft("note", "r-1", {"told": "to the one"})])
    (tmp_path / "trust" / "anchors").mkdir(parents=True)
    (tmp_path / "trust" / "anchors" / "told").write_bytes(ledger.publish().note)

    (copy / ".state" / "machine").unlink()
    twin = Ledger.open(copy, pins=pins, keys=keys, foreign=True)
    twin.append([Draft("note", "r-1", {"told": "to the other"})])
    twin.publish()
    assert twin.size == ledger.size
    report = place.verify(trust=tmp_path / "trust")
    assert report.state == "ok"
    shutil.rmtree(place.directory)
    copy.rename(place.directory)
    report = place.verify(pins=pins, trust=tmp_path / "trust")
    assert report.state == "damaged"
    assert "another history" in statement(report, "anchor told").detail


def test_row_stolen_recorder_key(place, ledger, tmp_path):
    """With every key there is, a thief can write anew the open epoch, which is told, and nothing before it."""
    ledger.publish()
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "log.vkey").write_text("".join(f"{key}\n" for key in ledger.verifiers))
    keys = KeyDirectory(place.keys, ledger.origin).load(2)
    entries = entries_of(place, ledger.size)
    for index, detected in ((100, True), (500, True), (606, False)):
        changed = list(entries)
        changed[index] = changed[index].replace(b'"n":', b'"n":7')
        assert changed != entries
        write_anew(place, ledger.origin, changed, keys.signers)
        report = place.verify(pins=None, trust=tmp_path / "trust")
        assert (report.state == "damaged") is detected
        if not detected:
            assert "could write anew what came later, and nothing before" in statement(report, "epochs").detail


def test_row_back_dating(place, monkeypatch):
    """A heartbeat has the time since the machine started beside the clock, which only the latter can be set."""
    ledger = place.create()
    wall = itertools.count(1_900_000_000_000_000_000, 60_000_000_000)
    monkeypatch.setattr("time.time_ns", lambda: next(wall))
    for up in (1_000, 61_000, 121_000):
        ledger.append([Draft("heartbeat", "recorder", {"boot": "ab", "up": up})])
    assert statement(place.verify(), "clock").state == "verified"
    ledger.append([Draft("heartbeat", "recorder", {"boot": "ab", "up": 7_321_000})])
    report = place.verify()
    assert (report.state, statement(report, "clock").state) == ("ok", "not anchored")
    assert "set by -7140 s before entry 4" in statement(report, "clock").detail
    ledger.append([Draft("heartbeat", "recorder", {"boot": "ab", "up": 181_000})])
    report = place.verify()
    assert report.state == "failed"
    assert "dated back" in statement(report, "clock").detail


def test_row_back_dating_before_a_start_of_the_machine(place):
    ledger = place.create()
    for boot, up in (("ab", 10), ("cd", 5), ("ab", 20)):
        ledger.append([Draft("heartbeat", "recorder", {"boot": boot, "up": up})])
    assert "dated back" in statement(place.verify(), "clock").detail


@pytest.mark.usefixtures("ledger")
def test_row_forged_tiles(place):
    for path in (place.directory / "tile").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
            assert place.verify(pins=None, keys=None).state == "damaged", path
            path.write_bytes(data)
    assert place.verify().state == "ok"


SECOND = """
import sys
from pathlib import Path
from assure_tui.ledger.store import Draft, Ledger
base = Path(sys.argv[1])
ledger = Ledger.open(base / "ledger", pins=base / "pins", keys=base / "keys")
for n in range(50):
    ledger.append([Draft("note", sys.argv[2], {"n": n})])
"""


def test_row_two_writers_clone(place, ledger):
    """Two processes that start at once share one history; a clone starts none of its own."""
    start = [sys.executable, "-c", SECOND, str(place.base)]
    writers = [subprocess.Popen([*start, name]) for name in ("w-a", "w-b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    ledger.refresh()
    assert ledger.size == 607 + 100
    assert place.verify().state == "ok"
    clone = copy_of(place, "clone")
    with pytest.raises(ForeignError, match="two histories"):
        Ledger.open(clone, pins=place.pins, keys=place.keys)


def test_row_erased_content_without_tombstone(place, ledger):
    for path in (place.directory / "segments" / "r-1").iterdir():
        path.unlink()
    assert statement(place.verify(), "contents").state == "failed"
    assert place.verify().state == "failed"
    ledger.forget("r-1", {})
    assert place.verify().state == "ok"


def test_row_the_watched_agent_same_user_rolls_back_ledger_and_pins(place, ledger, tmp_path):
    """The agent runs as the operator's own user: only what was kept elsewhere tells, else it is said."""
    copy, pins = copy_of(place, "old"), shutil.copytree(place.pins, place.base / "old-pins")
    ledger.append([Draft("note", "r-1", {"what": "the agent did"})])
    witness = Signer("witness.example/w", KeyDirectory(place.base / "w", "w").create().log.private)
    head = ledger.publish()
    (tmp_path / "trust" / "anchors").mkdir(parents=True)
    note = parse_note(head.note)
    cosigned = Note(note.text, (*note.signatures, witness.cosign(note.text, 1_800_000_000))).encode()
    (tmp_path / "trust" / "anchors" / "kept-elsewhere").write_bytes(cosigned)
    key = VerifierKey(witness.name, COSIGNATURE, witness.verifier.public)
    (tmp_path / "trust" / "witnesses").write_text(f"{key}\n")
    assert place.verify(trust=tmp_path / "trust").state == "ok"

    put_back(place, copy)
    shutil.rmtree(place.pins)
    pins.rename(place.pins)
    assert place.verify(trust=tmp_path / "trust").state == "damaged"
    report = place.verify()
    assert report.state == "ok"
    assert report.since is None
    assert "whoever can write the ledger, its pins and its keys" in statement(report, "witnesses").detail


def test_row_a_root_attacker_rewrites_everything_nothing_anchored(place, ledger):
    """Not detectable. The verifier says so, and does not call it anything better than unanchored or pinned here."""
    origin = ledger.origin
    for folder in (place.directory, place.pins, place.keys):
        shutil.rmtree(folder)
    forged = place.create(origin=origin)
    forged.append([Draft("note", "r-1", {"what": "never happened"})])
    report = place.verify()
    assert report.state == "ok"
    assert report.since is None
    assert "could have rewritten all of it" in statement(report, "witnesses").detail
    assert place.verify(pins=None).state == "unanchored"
    assert PinFile(place.pins, origin).read() is not None
