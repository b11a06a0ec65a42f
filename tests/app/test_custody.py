"""A ledger over the years, at the command line: restored elsewhere, forgotten in part, closed, deleted by policy."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assure_tui.app.desk import custody, scribe
from assure_tui.app.desk.errors import LedgerDamagedError
from assure_tui.app.desk.paths import Home
from assure_tui.ledger.drafts import Draft
from tests.app.recording import record, record_apart

SECRET = "O-77"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def recorded(logs, home, assure):
    """A home in which one run is recorded and noted on."""
    record(Home.find(home), logs)
    run = runs(assure)[0]
    assert assure("note", run, f"{SECRET} looks odd").returncode == 0
    return run


def runs(assure) -> list[str]:
    return [row["id"] for row in json.loads(assure("runs", "--format", "json").stdout or "[]")]


def statements(assure, *words) -> dict[str, str]:
    report = json.loads(assure("verify", *words, "--format", "json").stdout)
    return {"state": report["state"]} | {found["name"]: found["detail"] for found in report["statements"]}


def places_with(home: Path, text: str) -> list[str]:
    return [path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_what_is_kept_of_a_run_is_erased_and_the_log_says_so(recorded, assure, home, logs):
    done = assure("forget", recorded)
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert places_with(home, SECRET)
    done = assure("forget", recorded, "--yes")
    assert done.returncode == 0, done.stderr
    assert "contents were erased" in done.stdout
    assert f"out of reach: the agent's own log {logs / 'refund.json'}" in done.stdout
    assert runs(assure) == []
    assert places_with(home, SECRET) == []
    found = statements(assure)
    assert found["state"] == "ok"
    assert "were erased, and an entry says so" in found["contents"]


def test_a_forgotten_run_is_not_read_again(recorded, assure, home, logs):
    assure("forget", recorded, "--yes")
    (logs / "other.json").write_text((logs / "refund.json").read_text().replace("O-77", "O-99"))
    code, said = record_apart(logs, home, lambda: runs(assure))
    assert code == 0, said
    time.sleep(0.3)
    assert len(runs(assure)) == 1
    assert places_with(home, SECRET) == []
    for path in home.glob("index.sqlite*"):
        path.unlink()
    code, said = record_apart(logs, home, lambda: runs(assure))
    assert code == 0, said
    assert recorded not in runs(assure)
    assert places_with(home, SECRET) == []
    assert statements(assure)["state"] == "ok"


def test_a_process_that_records_purges_the_index(recorded, assure, home, logs):
    command = [sys.executable, "-m", "assure_tui.app", "record", str(logs), "--home", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while "process" not in assure("doctor", logs).stdout and time.monotonic() < deadline:
            time.sleep(0.1)
        done = assure("forget", recorded, "--yes")
        assert done.returncode == 0, done.stderr
        assert "not purged" not in done.stdout
        assert runs(assure) == []
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert sqlite3.connect(home / "index.sqlite").execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_a_restored_ledger_is_taken_over_in_so_many_words(recorded, assure, home):
    shutil.copytree(home / "ledger", home / "copy")
    shutil.rmtree(home / "ledger")
    (home / "copy").rename(home / "ledger")
    done = assure("note", recorded, "after the move")
    assert done.returncode == 5
    assert "`assure-tui adopt`" in done.stderr
    assert assure("adopt").returncode == 2
    assert assure("adopt", "--yes").returncode == 0
    assert assure("note", recorded, "after the move").returncode == 0
    assert "taken over at entry" in statements(assure)["adoptions"]
    assert assure("adopt", "--yes").returncode == 2


def test_where_there_is_no_ledger_none_is_taken_over_or_closed(home, assure):
    for words in (["adopt", "--yes"], ["shard", "--yes"]):
        done = assure(*words)
        assert (done.returncode, done.stdout, "there is no ledger" in done.stderr) == (2, "", True), done.stderr
    assert not (home / "ledger").exists()


def test_a_new_shard_goes_on_from_the_last_head_and_the_old_one_still_verifies(recorded, assure, home):
    done = assure("shard", "--yes")
    assert done.returncode == 0, done.stderr
    (old,) = (home / "ledger.shards").iterdir()
    assert statements(assure, old)["state"] == "ok"
    assert "goes on from" in statements(assure)["key entry"]
    assert assure("note", recorded, "in the new one").returncode == 0
    assert str(old) in assure("shard", "list").stdout


def test_what_a_closed_shard_has_of_a_run_is_erased_too(recorded, assure, home):
    assert assure("shard", "--yes").returncode == 0
    assert assure("note", recorded, f"{SECRET} again").returncode == 0
    (old,) = (home / "ledger.shards").iterdir()
    done = assure("forget", recorded, "--yes")
    assert done.returncode == 0, done.stderr
    assert places_with(home, SECRET) == []
    assert list((home / "keys").rglob("*/content/*.key")) == []
    for words in ((), (old,)):
        found = statements(assure, *words)
        assert found["state"] == "ok"
        assert "erased, and an entry says so" in found["contents"]


def test_old_shards_are_deleted_by_the_written_policy_and_the_ledger_says_so(recorded, assure, home, monkeypatch):
    assert assure("shard", "--yes").returncode == 0
    place = Home.under(home)
    assert custody.prune(place, 400) == []
    (shard,) = custody.shards(place)
    now = time.time() + 401 * 86_400
    monkeypatch.setattr(time, "time", lambda: now)
    assert custody.prune(place, 400) == [shard]
    assert list(custody.shards(place)) == []
    ledger = scribe.open_ledger(place)
    (told,) = [entry.clear for entry in ledger.entries() if entry.kind == "pruned"]
    assert told["origin"] == shard.origin
    assert shard.origin in told["note"]
    assert recorded


def test_a_damaged_ledger_is_kept_as_evidence_and_gone_on_from(recorded, assure, home):
    (home / "ledger" / "checkpoint").write_bytes(b"nonsense\n")
    done = assure("note", recorded, "more")
    assert done.returncode == 5
    assert "shard --damaged" in done.stderr
    assert assure("shard", "--yes").returncode == 5
    assert assure("shard", "--damaged", "--yes").returncode == 0
    assert "which was damaged" in statements(assure)["key entry"]
    assert assure("note", recorded, "more").returncode == 0


def test_nothing_is_deleted_without_a_policy_and_nothing_that_is_not_due(recorded, assure, home):
    assure("shard", "--yes")
    done = assure("shard", "prune", "--yes")
    assert done.returncode == 2
    assert "policy" in done.stderr
    (home / "config.toml").write_text("retention_days = 30\n")
    done = assure("shard", "prune", "--yes")
    assert done.returncode == 0
    assert "less than the 400 days" in done.stdout
    assert len(list((home / "ledger.shards").iterdir())) == 1
    assert recorded


def test_what_the_keys_are_good_for_is_said(assure):
    assert "erasable" in assure("paths").stderr
    assert "not confidential" in assure("doctor").stdout


def test_a_large_ledger_with_a_damaged_past_is_not_written_to(recorded, home, monkeypatch):
    monkeypatch.setattr(scribe, "CHECKED_AT_OPEN", 0)
    scribe.open_ledger(Home.under(home)).append([Draft("note", "r-1", {"n": 1})])
    bundle = max((home / "ledger" / "tile" / "entries").glob("*.p/*"), key=lambda path: int(path.name))
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"epoch":0', b'"epoch":1'))
    with pytest.raises(LedgerDamagedError, match="shard --damaged"):
        scribe.open_ledger(Home.under(home))
    assert recorded


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["events:>0"], True),
        (["-events:>0"], False),
        (["-is:need", "--format", "json"], True),
        (["title:~refund.*77"], True),
        (["title:~(refund|order) O-7[0-9]"], True),
        (["title:order O-77", "is:quiet"], True),
        (["O-78"], False),
    ],
)
def test_runs_are_filtered_as_the_shell_hands_the_terms_over(recorded, assure, words, found):
    done = assure("runs", *words)
    assert (done.returncode, recorded in done.stdout) == (0, found), done


@pytest.mark.parametrize("words", [["title:~("], ["events:>many"], ["colour:red"]])
def test_a_filter_that_is_none_is_a_mistake_and_no_empty_list(recorded, assure, words):
    assert recorded in assure("runs").stdout
    done = assure("runs", *words)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_note_is_about_something_that_is_there(recorded, assure):
    shown = json.loads(assure("show", recorded, "--format", "json").stdout)
    claim = shown["claims"][0]
    for about in (claim["id"], claim["event"], shown["effects"][0]["id"]):
        assert assure("note", recorded, "looked at", "--about", about).returncode == 0
    done = assure("note", recorded, "looked at", "--about", "c-nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "c-nowhere" in done.stderr


def test_doctor_tells_that_a_copied_ledger_waits_to_be_adopted(recorded, assure, home, tmp_path):
    assert recorded
    assert assure("doctor", tmp_path / "logs").returncode == 0
    shutil.copytree(home, tmp_path / "copy")
    done = assure("doctor", tmp_path / "logs", home=tmp_path / "copy")
    assert done.returncode == 1
    assert "copied or restored here" in done.stdout
    assert assure("adopt", "--yes", home=tmp_path / "copy").returncode == 0
    assert assure("doctor", tmp_path / "logs", home=tmp_path / "copy").returncode == 0
