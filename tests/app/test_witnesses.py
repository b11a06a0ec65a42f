"""While a ledger is recorded, the configured witnesses cosign it; recording never waits for them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assure_tui.app.desk.config import UserConfig, read_user
from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.operators import own_trust
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.watch.recorder import Recorder
from assure_tui.app.desk.witnesses import witnesses_of
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.note import Signer
from assure_tui.ledger.store import Ledger
from assure_tui.ledger.verify import verify
from assure_tui.ledger.witness import Witness, WitnessServer, load_key

PATIENCE = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.under(tmp_path / "home")
    home.prepare()
    Ledger.create(home.ledger, pins=home.pins, keys=home.keys)
    return home


@pytest.fixture
def witness(home: Home, tmp_path: Path) -> Iterator[WitnessServer]:
    log = Ledger.open(home.ledger, pins=home.pins, read_only=True).verifiers[0]
    signer = load_key(tmp_path / "witness", "witness.example/w")
    server = WitnessServer(Witness(tmp_path / "witness", signer, {log.name: log}), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


def record(home: Home, folder: Path, user: UserConfig) -> Recorder:
    """Record until something was written, and stop in good order."""
    (home.keys / "tags.key").write_bytes(bytes(32))
    stop = threading.Event()
    recorder = Recorder(home, [folder], backfill=True, user=user)
    thread = threading.Thread(target=recorder.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while Ledger.open(home.ledger, pins=home.pins, read_only=True).size < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return recorder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "watched"
    folder.mkdir()
    rows = [
        {"type": "session", "format": "assure/1", "id": "s-1", "agent": "support", "model": "m-1"},
        {"type": "user", "text": "Hello"},
        {"type": "report", "text": "I did nothing."},
    ]
    (folder / "s.jsonl").write_text("".join(json.dumps({"time": "2026-03-01T10:00:00Z", **row}) + "\n" for row in rows))
    return folder


def test_the_last_head_of_a_recording_is_cosigned(home, folder, witness):
    user = UserConfig(witnesses=((str(witness.witness.key), witness.url),))
    recorder = record(home, folder, user)
    assert recorder.problems == []
    report = verify(home.ledger, trust=own_trust(home.keys, user.witnesses), pins=home.pins)
    states = {statement.name: statement.state for statement in report.statements}
    assert (report.state, states["witnesses"], states["outside"]) == ("ok", "verified", "verified")


def test_a_witness_that_is_not_there_is_a_problem_and_stops_nothing(home, folder, witness):
    user = UserConfig(witnesses=((str(witness.witness.key), "http://127.0.0.1:9"),))
    recorder = record(home, folder, user)
    assert ["cannot be reached" in problem for problem in recorder.problems] == [True]
    report = verify(home.ledger, trust=own_trust(home.keys, user.witnesses), pins=home.pins)
    assert {statement.name: statement.state for statement in report.statements}["outside"] == "not anchored"


def test_witnesses_are_read_from_the_settings(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[seal]\nfour_eyes = true\nunlock_minutes = 5\n[[witnesses]]\nkey = "k"\nurl = "http://h:1"\n')
    user = read_user(path)
    assert (user.four_eyes, user.unlock_for, user.witnesses) == (True, 300.0, (("k", "http://h:1"),))
    with pytest.raises(ConfigError, match="a key that is malformed"):
        witnesses_of(user.witnesses)
    log = Signer("l", Ed25519PrivateKey.from_private_bytes(b"\1" * 32)).verifier
    with pytest.raises(ConfigError, match="type 0x04"):
        witnesses_of([(str(log), "http://h")])
    path.write_text('[[witnesses]]\nkey = "k"\nurl = "ftp://h"\n')
    with pytest.raises(ConfigError, match="url"):
        read_user(path)
