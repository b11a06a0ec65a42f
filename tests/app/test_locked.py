"""Contents that a passphrase locks, as an operator meets them: recording and review go on, copies tell nothing."""

from __future__ import annotations

import json
import zipfile

import pytest

from tests.app.recording import record_apart

SECRET = "O-77"
WORDS = "correct horse battery"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text(f"{WORDS}\n")
    return path


def runs(assure):
    return [row["id"] for row in json.loads(assure("runs", "--format", "json").stdout or "[]")]


def contents(assure, *words):
    report = json.loads(assure("verify", *words, "--format", "json").stdout)
    return next((s["state"], s["detail"]) for s in report["statements"] if s["name"] == "contents")


@pytest.fixture
def locked(logs, home, assure, secret):
    """A home whose contents were locked before anything was recorded, and a run with a note from another process."""
    made = assure("keys", "wrap", "--passphrase-file", secret)
    assert made.returncode == 0, made.stderr
    code, said = record_apart(logs, home, lambda: runs(assure))
    assert code == 0, said
    (run,) = runs(assure)
    assert assure("note", run, f"{SECRET} looks odd").returncode == 0
    return run


def test_a_review_goes_on_without_the_passphrase_and_a_copy_tells_nothing(locked, home, assure, tmp_path, secret):
    assert "locked" in assure("paths").stderr
    assert f"{SECRET} looks odd" in assure("show", locked).stdout
    stored = [path.read_bytes() for name in ("ledger", "keys") for path in (home / name).rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in data for data in stored)
    assert contents(assure)[0] == "not anchored"
    assert "locked" in contents(assure)[1]
    assert contents(assure, "--unlock", "--passphrase-file", secret)[0] == "verified"
    wrong = tmp_path / "wrong"
    wrong.write_text("another\n")
    done = assure("verify", "--unlock", "--passphrase-file", wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert "passphrase" in done.stderr


def test_an_export_that_discloses_asks_for_the_passphrase(locked, assure, tmp_path, secret):
    bare, shown = tmp_path / "bare.zip", tmp_path / "shown.zip"
    assert assure("export", locked, "-o", bare).returncode == 0
    refused = assure("export", locked, "-o", shown, "--disclose", "note")
    assert refused.returncode == 2
    assert not shown.exists()
    assert assure("export", locked, "-o", shown, "--disclose", "note", "--passphrase-file", secret).returncode == 0
    with zipfile.ZipFile(shown) as archive:
        told = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("disclosures/"))
    assert SECRET.encode() in told


def test_an_index_that_is_lost_while_locked_is_filled_as_far_as_it_can_be_and_whole_once_unlocked(
    locked, home, logs, assure, secret
):
    (home / "index.sqlite").unlink()
    (home / "recent.jsonl").unlink(missing_ok=True)
    code, said = record_apart(logs, home, lambda: runs(assure))
    assert code == 0, said
    assert "contents are locked" in said
    assert f"{SECRET} looks odd" not in assure("show", locked).stdout
    opened = assure("keys", "unwrap", "--passphrase-file", secret)
    assert opened.returncode == 0, opened.stderr
    assert "erasable" in assure("paths").stderr
    code, said = record_apart(logs, home, lambda: "looks odd" in assure("show", locked).stdout)
    assert code == 0, said
    assert "locked" not in said
    assert f"{SECRET} looks odd" in assure("show", locked).stdout


def test_a_locked_run_is_forgotten_without_the_passphrase(locked, home, assure, secret):
    done = assure("forget", locked, "--yes")
    assert done.returncode == 0, done.stderr
    assert not [path for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert contents(assure, "--unlock", "--passphrase-file", secret)[0] == "verified"


@pytest.mark.parametrize("words", [("wrap",), ("unwrap",)])
def test_locking_needs_a_passphrase_and_unlocking_a_reading_key(assure, words, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    assert assure("keys", *words, "--passphrase-file", empty).returncode == 2
    if words == ("unwrap",):
        full = tmp_path / "full"
        full.write_text("words\n")
        done = assure("keys", *words, "--passphrase-file", full)
        assert done.returncode == 2
        assert "no reading key" in done.stderr
