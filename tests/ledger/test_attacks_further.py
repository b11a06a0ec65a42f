"""Attacks beyond the table: by whoever can write entries as the recorder does, or hands an auditor a made-up ledger."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assure_tui.ledger import standalone
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.entry import encode_entry, read_entry
from assure_tui.ledger.errors import EntryError, LedgerError
from assure_tui.ledger.seal import seal
from assure_tui.ledger.signers import Signers
from assure_tui.ledger.store import Draft
from assure_tui.ledger.trust import Trust

VERIFIER = Path(standalone.__file__).with_name(standalone.NAME)
FAR = 2**53 - 1
"""Milliseconds: the greatest integer of the format, in the year 287396."""


@pytest.fixture
def ledger(place):
    ledger = place.create()
    ledger.append(place.drafts(3))
    return ledger


def sealed(ledger, key, word="accepted"):
    return seal(
        ledger, subjects=[Subject("e", "ab" * 32)], predicate_type="https://e.org/v1", predicate={"w": word}, key=key
    )


def statements(report):
    return {found.name: found for found in report.statements}


def alone(path, *arguments):
    command = [sys.executable, "-I", VERIFIER, path, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=60)


def test_an_old_seal_that_is_recorded_again_as_if_it_were_a_new_one(place, ledger):
    """A thief of the recorder's keys has the operator's last word be the one before."""
    key = place.operator()
    first = sealed(ledger, key)
    sealed(ledger, key, "rejected")
    entry = ledger.entry(first.index)
    ledger.rotate([Draft("seal", entry.subject, entry.clear)])
    ledger.publish()
    found = statements(place.verify(trust=Trust(signers=Signers.of([key.identity]))))["seals"]
    assert (found.state, f"the seal of entry {first.index} again" in found.detail) == ("failed", True)
    done = alone(place.directory)
    assert (done.returncode, "again" in done.stdout) == (1, True)


def test_an_old_seal_that_is_recorded_again_under_another_number(place, ledger):
    key = place.operator()
    first = sealed(ledger, key)
    clear = ledger.entry(first.index).clear | {"n": 2}
    for path in (place.directory / "seals").glob("1.dsse.json"):
        shutil.copy(path, path.with_name("2.dsse.json"))
    ledger.rotate([Draft("seal", "ledger", clear)])
    ledger.publish()
    assert statements(place.verify())["seals"].state == "failed"
    assert alone(place.directory).returncode == 1


@pytest.mark.parametrize("kind", ["seal", "redaction", "adoption", "recovery"])
def test_an_entry_of_the_ledgers_own_that_hides_behind_a_content(place, ledger, kind):
    """What has a content was taken for somebody's words, and not looked at as what it is."""
    ledger.append_own([Draft(kind, "r-1", {"n": 1, "sha256": "00"}, {"text": "nothing to see"})])
    ledger.publish()
    assert place.verify().state == "damaged"


def test_the_next_key_that_hides_behind_a_content(place, ledger):
    ledger.rotate()
    clear = ledger.entry(ledger.size - 1).clear
    ledger.append_own([Draft("key", "ledger", clear | {"epoch": 2}, ["x"])])
    assert place.verify().state == "damaged"


def test_a_time_that_no_calendar_has(ledger):
    """It would stop the log's time for good, and end whatever shows it."""
    entry = ledger.entry(1)
    with pytest.raises(EntryError, match="time"):
        encode_entry(type(entry)(kind="note", subject="r-1", time=FAR, clear={}, commitment=None))
    data = encode_entry(entry).replace(f'"time":{entry.time}'.encode(), f'"time":{FAR}'.encode())
    with pytest.raises(LedgerError):
        read_entry(data)


def test_a_clock_far_ahead_ends_in_an_error_and_not_in_the_ledger(place, ledger, monkeypatch):
    monkeypatch.setattr("assure_tui.ledger.drafts.time.time_ns", lambda: FAR * 1_000_000)
    with pytest.raises(EntryError, match="time"):
        ledger.append(place.drafts(1))
    monkeypatch.undo()
    ledger.append(place.drafts(1))
    assert place.verify().state == "ok"


def test_a_name_that_moves_the_auditors_cursor(place, ledger):
    """Escape sequences in a signer's name would write over the lines that say what failed."""
    key = place.operator()
    receipt = sealed(ledger, key)
    path = place.directory / "seals" / f"{receipt.number}.dsse.json"
    clear = ledger.entry(receipt.index).clear | {"signer": "Ann\x1b[2K\x1b[1A\rverified\n", "n": 2}
    envelope = json.loads(path.read_bytes())
    path.with_name("2.dsse.json").write_text(json.dumps(envelope))
    ledger.rotate([Draft("seal", "ledger", clear)])
    ledger.publish()
    done = alone(place.directory)
    assert not [character for character in done.stdout if ord(character) < 32 and character != "\n"]
    assert "\nverified\n" not in done.stdout


def test_a_subject_that_leads_out_of_the_ledger(ledger):
    with pytest.raises(EntryError, match="subject"):
        ledger.append([Draft("note", "../../etc", {}, {"x": 1})])
