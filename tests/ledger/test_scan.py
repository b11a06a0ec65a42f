"""A large ledger is walked by two processes, which find what one finds."""

from __future__ import annotations

import os

import pytest

from assure_tui.ledger import scan
from assure_tui.ledger.errors import DamagedError
from assure_tui.ledger.rebuild import CHUNK
from assure_tui.ledger.recheck import recheck
from assure_tui.ledger.report import VerifyReport
from assure_tui.ledger.spill import BUCKETS, Buckets
from assure_tui.ledger.store import Draft, Ledger
from assure_tui.ledger.verify import verify

BATCH = 16_384


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Two whole chunks and a little more, with contents and a forgotten subject in both."""
    base = tmp_path_factory.mktemp("large")
    ledger = Ledger.create(base / "ledger", pins=base / "pins", keys=base / "keys")
    drafts = [Draft("note", "r-1", {"n": n}) for n in range(BATCH)]
    for turn in range(8):
        ledger.append(drafts)
        ledger.append([Draft("note", f"r-{turn % 3}", {"turn": turn}, {"text": f"words {turn}"})])
        if turn == 3:
            ledger.forget("r-0", {})
        ledger.rotate([Draft("heartbeat", "recorder", {"boot": "b", "up": turn})])
    ledger.publish()
    return ledger


@pytest.fixture
def look(large, monkeypatch):
    def look(processes: int) -> VerifyReport:
        monkeypatch.setattr(scan, "SHARED_FROM", 2 if processes == 2 else 1 << 40)
        monkeypatch.setattr("os.cpu_count", lambda: 2)
        base = large.directory.parent
        return verify(large.directory, pins=base / "pins", keys=base / "keys")

    return look


def test_two_processes_find_what_one_finds(look):
    one, two = look(1), look(2)
    assert one == two
    assert one.state == "ok"
    assert "2 were erased, and an entry says so" in str(one.statements)


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/entries/300", "tile/0/010", "tile/1/000", "tile/2/000.p/2"])
def test_what_is_changed_is_noticed_in_either_half(large, look, name):
    path = large.directory / name
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    try:
        assert {look(1).state, look(2).state} == {"damaged"}
        path.unlink()
        assert {look(1).state, look(2).state} == {"damaged"}
    finally:
        path.write_bytes(data)


def test_what_was_checked_is_read_again_only_when_it_was_touched(large, tmp_path):
    assert recheck(large.directory, pins=tmp_path) == large.size
    assert recheck(large.directory, pins=tmp_path) == large.size % CHUNK
    path = large.directory / "tile/entries/300"
    data = path.read_bytes()
    stat = path.stat()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(DamagedError):
        recheck(large.directory, pins=tmp_path)
    path.unlink()
    with pytest.raises(DamagedError):
        recheck(large.directory, pins=tmp_path)
    path.write_bytes(data)
    assert recheck(large.directory, pins=tmp_path) == CHUNK + large.size % CHUNK
    (noted,) = tmp_path.iterdir()
    noted.write_bytes(b"nonsense" * 20)
    assert recheck(large.directory, pins=tmp_path) == large.size


def test_records_come_out_of_their_buckets_as_they_went_in(tmp_path):
    for folder in (None, tmp_path):
        buckets = Buckets("due", 4, folder)
        records = [bytes([n % 256, n // 256, 7, 7]) for n in range(3000)]
        for number, record in enumerate(records):
            buckets.add(record)
            if number == 1500:
                buckets.flush()
        out = [record for number in range(BUCKETS) for record in buckets.bucket(number)]
        assert sorted(out) == sorted(records)
        buckets.close()
