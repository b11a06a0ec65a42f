"""What is left of a ledger when its writer dies, the disk refuses, or the power goes: all that was acknowledged."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from assure_tui.ledger.errors import DamagedError, FullError
from assure_tui.ledger.store import Draft, Ledger

CALLS = ("open", "write", "fdatasync", "fsync", "replace", "rename", "unlink", "mkdir", "truncate")


class Crash(BaseException):
    """The process is gone: no handler of the program may run but those that the kernel would stand in for."""


class Faults:
    """Counts the calls that change a disk and lets one of them, or all from one on, fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.at = 0
        self.lasting = False
        self.act: Callable[[], None] = lambda: None
        for name in CALLS:
            monkeypatch.setattr(os, name, self._wrap(name, getattr(os, name)))

    def _wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if name == "open" and not args[1] & os.O_CREAT:
                return real(*args, **more)
            self.count += 1
            if self.at and (self.count == self.at or (self.lasting and self.count > self.at)):
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                self.act()
            if name in {"fdatasync", "fsync"}:
                return None  # a process that dies takes no page cache along: the sync itself is only waiting
            return real(*args, **more)

        return call

    def arm(self, at: int, act: Callable[[], None], *, lasting: bool = False) -> None:
        self.count, self.at, self.act, self.lasting = 0, at, act, lasting

    def disarm(self) -> None:
        self.at = 0


class Snapshot:
    """All files below a folder, to be put back in their places (a copy elsewhere would be another ledger)."""

    def __init__(self, base) -> None:
        self._base = base
        self._folders = {path for path in base.rglob("*") if path.is_dir()}
        self._files = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}

    def restore(self) -> None:
        for path in sorted(self._base.rglob("*"), reverse=True):
            if path.is_dir() and path not in self._folders:
                path.rmdir()
            elif path.is_file() and path not in self._files:
                path.unlink()
        for path, data in self._files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)


def crash() -> None:
    raise Crash


def refuse(code: int) -> Callable[[], None]:
    def act() -> None:
        raise OSError(code, os.strerror(code))

    return act


def batch(number: int, count: int = 3) -> list[Draft]:
    return [Draft("note", "r-1", {"batch": number, "n": n}, {"text": f"{number}-{n}"}) for n in range(count)]


def batches(ledger: Ledger) -> list[int]:
    """The numbers of the batches that are there, each of which must be whole."""
    found: dict[int, int] = {}
    for entry in ledger.entries():
        if entry.kind == "note":
            found[entry.clear["batch"]] = found.get(entry.clear["batch"], 0) + 1
    assert all(count in {3, 300} for count in found.values()), found
    return sorted(found)


def commit_and_publish(ledger: Ledger, done: list[int]) -> None:
    for number, count in ((1, 3), (2, 300), (3, 3)):
        ledger.append(batch(number, count))
        done.append(number)
    ledger.rotate()
    ledger.publish()
    ledger.append(batch(4))
    done.append(4)
    ledger.append([Draft("aside", "r-2", {}, {"text": "to be forgotten"})])
    ledger.forget("r-2", {})


def check_recovered(place, done: list[int]) -> None:
    ledger = place.open()
    there = batches(ledger)
    assert set(done) <= set(there) <= {*done, len(done) + 1}
    assert ledger.append(batch(9)).size == ledger.size
    ledger.publish()
    assert place.verify().state == "ok"
    ledger.rotate()
    assert place.verify().state == "ok"
    assert len(list(place.keys.rglob("epoch-*.key"))) == 1
    assert place.verify().state == "ok"
    forgotten = [entry.kind for entry in ledger.entries() if entry.subject == "r-2"]
    held = [index for index in range(ledger.size) if ledger.entry(index).commitment is not None]
    lost = [index for index in held if ledger.content(index) is None]
    assert len(lost) == forgotten.count("aside") * ("redaction" in forgotten)


def test_a_writer_that_dies_at_any_system_call_loses_nothing_it_acknowledged(place, monkeypatch):
    place.create()
    before = Snapshot(place.base)
    faults = Faults(monkeypatch)
    ledger = place.open()
    faults.arm(0, crash)
    commit_and_publish(ledger, [])
    total = faults.count
    assert total > 60
    for at in range(1, total + 1):
        faults.disarm()
        before.restore()
        ledger, done = place.open(), []
        faults.arm(at, crash)
        with pytest.raises(Crash):
            commit_and_publish(ledger, done)
        faults.disarm()
        check_recovered(place, done)


def test_a_ledger_whose_making_was_cut_short_is_there_whole_or_not_at_all(place, monkeypatch):
    before = Snapshot(place.base)
    faults = Faults(monkeypatch)
    faults.arm(0, crash)
    place.create()
    total = faults.count
    for at in range(1, total + 1):
        faults.disarm()
        before.restore()
        faults.arm(at, crash)
        with pytest.raises(Crash):
            place.create()
        faults.disarm()
        ledger = place.open() if place.directory.exists() else place.create()
        assert ledger.entry(0).kind == "key"
        ledger.append(batch(1))
        assert place.verify().state == "ok"


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_stops_the_writer_and_loses_nothing_acknowledged(place, monkeypatch, code, lasting):
    place.create()
    before = Snapshot(place.base)
    faults = Faults(monkeypatch)
    ledger = place.open()
    faults.arm(0, crash)
    commit_and_publish(ledger, [])
    total = faults.count
    for at in range(1, total + 1, 1 if lasting else 2):
        faults.disarm()
        before.restore()
        ledger, done = place.open(), []
        faults.arm(at, refuse(code), lasting=lasting)
        with contextlib.suppress(FullError):  # what a torn partial file cost is cleared away, and is no failure
            commit_and_publish(ledger, done)
            assert done == [1, 2, 3, 4]
        if ledger._broken:
            with pytest.raises(FullError, match="reopen"):
                ledger.append(batch(8))
        faults.disarm()
        check_recovered(place, done)


def test_a_torn_batch_is_cut_off_wherever_it_tore_and_its_digest_is_kept(place):
    ledger = place.create()
    ledger.append(batch(1))
    before = Snapshot(place.base)
    (path,) = (place.directory / ".state/wal").iterdir()
    kept = path.stat().st_size
    ledger.append(batch(2))
    whole = path.read_bytes()
    for length in range(kept, len(whole)):
        before.restore()
        path.write_bytes(whole[:length])
        again = place.open()
        assert batches(again) == [1]
        last = again.entry(again.size - 1)
        if length == kept:
            assert last.kind == "note"
        else:
            assert (last.kind, last.clear["bytes"]) == ("recovery", length - kept)
    assert place.verify().state == "ok"


def test_power_lost_in_the_middle_of_a_commit_leaves_the_batch_whole_or_not_at_all(place):
    ledger = place.create()
    ledger.append(batch(1))
    before = Snapshot(place.base)
    (path,) = (place.directory / ".state/wal").iterdir()
    kept = path.stat().st_size
    ledger.append([Draft("note", "r-1", {"batch": 2, "n": n, "padding": "x" * 400}) for n in range(3)])
    whole = path.read_bytes()
    source = random.Random(3)
    sectors = range(kept // 512, -(-len(whole) // 512))
    for _ in range(60):
        before.restore()
        written = bytearray(whole)
        for sector in sectors:
            if source.random() < 0.5:
                start, stop = max(sector * 512, kept), min((sector + 1) * 512, len(whole))
                written[start:stop] = bytes(stop - start)
        path.write_bytes(written)
        again = place.open()
        assert batches(again) == ([1, 2] if written == whole else [1])
        assert place.verify().state == "ok"


def test_a_changed_byte_in_what_was_acknowledged_is_noticed_and_never_repaired(place):
    ledger = place.create()
    (path,) = (place.directory / ".state/wal").iterdir()
    published = path.stat().st_size
    ledger.append(batch(1))
    ledger.append(batch(2))
    whole, refused = path.read_bytes(), 0
    for offset in range(published, len(whole), 23):
        changed = bytearray(whole)
        changed[offset] ^= 4
        path.write_bytes(changed)
        try:
            there = batches(place.open())
        except DamagedError:
            refused += 1
        else:  # a signature that a later one makes needless: nothing is lost, and only a verifier minds
            assert there == [1, 2]
        assert place.verify().state == "damaged"
        assert path.read_bytes() == changed
    assert refused > 20


def test_a_pin_torn_while_it_was_written_leaves_the_one_before(place):
    ledger = place.create()
    ledger.append(batch(1))
    (pin,) = place.pins.iterdir()
    before = pin.read_bytes()
    ledger.append(batch(2))
    after = pin.read_bytes()
    (changed,) = [at for at in (0, 4096) if before[at : at + 4096] != after[at : at + 4096]]
    for cut in (0, 1, 200, 512):
        pin.write_bytes(after[: changed + cut] + bytes(4096 - cut) + after[changed + 4096 :])
        assert batches(place.open()) == [1, 2]
        assert place.verify().state == "ok"
    pin.write_bytes(bytes(8192))
    with pytest.raises(DamagedError, match="pin"):
        place.open()


WRITER = """
import sys
from pathlib import Path
from assure_tui.ledger.store import Draft, Ledger
base, name, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ledger = Ledger.open(base / "ledger", pins=base / "pins", keys=base / "keys")
for turn in range(limit):
    ledger.append([Draft("note", name, {"turn": turn, "n": n}, {"t": turn}) for n in range(5)])
    print(turn, flush=True)
    if turn % 10 == 9:
        ledger.publish()
"""


def start(place, name: str, limit: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(place.base), name, str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def turns(ledger: Ledger, name: str) -> list[int]:
    found = [entry.clear["turn"] for entry in ledger.entries() if entry.subject == name]
    assert found == sorted(found)
    assert all(found.count(turn) == 5 for turn in set(found))
    return sorted(set(found))


def test_writers_killed_at_random_moments_lose_nothing_they_acknowledged(place):
    place.create()
    source = random.Random(11)
    for turn in range(6):
        writer = start(place, f"w-{turn}", 100_000)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(source.random() * 0.15)
        writer.send_signal(signal.SIGKILL)
        acknowledged = int([0, *writer.stdout.read().split()][-1])
        writer.wait(timeout=10)
        writer.stdout.close()
        there = turns(place.open(), f"w-{turn}")
        assert there == list(range(len(there)))
        assert acknowledged < len(there) <= acknowledged + 2
    assert place.verify().state == "ok"


def test_two_processes_at_once_lose_and_mix_nothing(place):
    place.create()
    writers = [start(place, name, 40) for name in ("w-a", "w-b")]
    for writer in writers:
        _, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0
    ledger = place.open()
    assert ledger.size == 1 + 2 * 40 * 5
    assert turns(ledger, "w-a") == turns(ledger, "w-b") == list(range(40))
    ledger.publish()
    assert place.verify().state == "ok"


LIMITED = """
import resource, sys
from pathlib import Path
from assure_tui.ledger.errors import FullError
from assure_tui.ledger.store import Draft, Ledger
base = Path(sys.argv[1])
ledger = Ledger.open(base / "ledger", pins=base / "pins", keys=base / "keys")
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
done = 0
try:
    while True:
        ledger.append([Draft("note", "r-1", {"batch": done, "n": n}) for n in range(3)])
        done += 1
except FullError:
    print(done)
"""


def test_a_file_that_may_not_grow_any_more_stops_the_writer(place):
    assert resource.RLIMIT_FSIZE
    place.create()
    command = [sys.executable, "-c", LIMITED, str(place.base)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    done = int(out.stdout)
    assert done > 5
    assert batches(place.open()) == list(range(done))
    assert place.verify().state == "ok"
