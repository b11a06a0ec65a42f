"""Attacks on single files, by whoever may write the ledger's folder and knows the program: both verifiers tell each."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import shutil
from pathlib import Path

import pytest

from assure_tui.ledger import standalone
from assure_tui.ledger.cosign import Memory, cosigner
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.seal import end_sealing, seal
from assure_tui.ledger.signers import Signers
from assure_tui.ledger.store import Draft
from assure_tui.ledger.trust import Trust

_spec = importlib.util.spec_from_file_location("alone", Path(standalone.__file__).with_name(standalone.NAME))
assert _spec is not None
program = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(program)  # type: ignore[union-attr]


def sealed(ledger, key, memory=None):
    """Seal something, as an operator does."""
    subjects = [Subject("e", "ab" * 32)]
    return seal(
        ledger, subjects=subjects, predicate_type="https://e.org/v1", predicate={"w": "yes"}, key=key, memory=memory
    )


def filled(place):
    """Make a ledger with contents, one of them erased, two seals, and a head that an operator cosigned."""
    ledger, key = place.create(), place.operator()
    ledger.append([Draft("note", run, {"n": 1}, {"text": "words"}) for run in ("r-1", "r-2")])
    ledger.forget("r-2", {"by": "somebody"})
    sealed(ledger, key)
    ledger.append(place.drafts(2))
    sealed(ledger, key, Memory(place.keys / "cosigned", key.fingerprint))
    ledger.append(place.drafts(1))
    ledger.publish()
    (place.base / "cosigner").write_text(f"{cosigner(key.identity)}\n")
    return ledger, Trust(operators=(key.identity,), signers=Signers.of([key.identity]))


def told(place, trust):
    """Give what the product says of the ledger."""
    report = place.verify(trust=trust, memories=place.keys / "cosigned")
    return report.state, {(found.name, found.state, found.detail) for found in report.statements}


def alone(place):
    """Give what the standalone verifier says, with what an auditor has from elsewhere."""
    (pin,) = place.pins.iterdir()
    (contents,) = place.keys.glob("*/content")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        known = ["--pin", str(pin), "--contents", str(contents), "--witness", str(place.base / "cosigner")]
        code = program.main([str(place.directory), *known])
    return code, set(out.getvalue().splitlines())


def statement(place, trust, name):
    return next((state, detail) for found, state, detail in told(place, trust)[1] if found == name)


INERT = (".state/append.lock", ".state/publish.lock", ".state/seals.lock", ".state/machine", ".state/wal/0")
"""What tells nothing of the past: locks, where the ledger may be gone on with, and batches that are published."""


def test_every_file_that_is_taken_away_or_changed_is_told_by_both_verifiers(place, tmp_path):
    _, trust = filled(place)
    other = type(place)(tmp_path / "other")
    filled(other)
    whole, whole_alone = told(place, trust), alone(place)
    assert (whole[0], whole_alone[0]) == ("ok", 0)
    for path in sorted(place.directory.rglob("*")):
        name = str(path.relative_to(place.directory))
        if not path.is_file() or name in INERT:
            continue
        data = path.read_bytes()
        middle = len(data) // 2
        theirs = other.directory / name
        changes = {
            "deleted": None,
            "cut": data[:-1],
            "emptied": b"",
            "changed": data[:middle] + bytes(byte ^ 1 for byte in data[middle : middle + 1]) + data[middle + 1 :],
            "another's": theirs.read_bytes() if theirs.is_file() else None,
        }
        older = ".p/" in name and not name.endswith(f".p/{max(int(n.name) for n in path.parent.iterdir())}")
        for change, new in changes.items():
            if new == data or not data or (new is None and older):  # a partial file may go when there is a larger one
                continue
            path.unlink()
            if new is not None:
                path.write_bytes(new)
            assert told(place, trust) != whole, (name, change)
            assert alone(place) != whole_alone, (name, change)
            path.write_bytes(data)
    assert told(place, trust) == whole


@pytest.mark.parametrize("suffix", ["dsse.json", "tlog-proof"])
def test_a_file_of_a_seal_that_was_taken_away(place, suffix):
    _, trust = filled(place)
    (place.directory / "seals" / f"1.{suffix}").unlink()
    state, detail = statement(place, trust, "seals")
    assert (state, f"1.{suffix} is missing" in detail) == ("failed", True)
    code, lines = alone(place)
    assert (code, any(f"1.{suffix} is missing" in line for line in lines)) == (1, True)


def test_a_seal_whose_recording_a_crash_cut_short_is_no_failure_and_is_ended_by_the_next(place):
    ledger, trust = filled(place)
    proof, mark = place.directory / "seals" / "2.tlog-proof", place.directory / ".state" / "sealing" / "2"
    proof.unlink()
    mark.write_bytes(b"")
    state, detail = statement(place, trust, "seals")
    assert (state, "being recorded" in detail) == ("not anchored", True)
    assert alone(place)[0] == 0
    end_sealing(ledger)
    assert not mark.exists()
    assert statement(place, trust, "seals")[0] == "verified"
    assert alone(place)[0] == 0


def test_an_envelope_that_never_got_an_entry_is_gone_when_the_next_seal_is_made(place):
    ledger, trust = filled(place)
    orphan, mark = place.directory / "seals" / "3.dsse.json", place.directory / ".state" / "sealing" / "3"
    orphan.write_bytes(b"{}")
    mark.write_bytes(b"")
    assert statement(place, trust, "files")[0] == "verified"
    receipt = sealed(ledger, place.operator("Bo Second"))
    assert (receipt.number, mark.exists()) == (3, False)
    assert told(place, trust)[0] == "ok"


@pytest.mark.parametrize("name", ["seals/9.dsse.json", "seals/1.sshsig", "trust/allowed_signers", "report.txt"])
def test_a_file_that_somebody_put_in_is_told_and_proves_nothing(place, name):
    _, trust = filled(place)
    (place.directory / name).write_bytes(b"{}")
    state, detail = statement(place, trust, "files")
    assert (state, name in detail) == ("not anchored", True)
    assert any(line.startswith("not anchored") and name in line for line in alone(place)[1])


def test_erased_content_put_back(place):
    ledger = place.create()
    ledger.append([Draft("note", "r-1", {"n": 1}, {"text": "words"})])
    (place.base / "cosigner").write_text("")
    frames = (place.directory / "segments" / "r-1" / "0").read_bytes()
    ledger.forget("r-1", {})
    assert place.verify().state == "ok"
    (place.directory / "segments" / "r-1" / "0").write_bytes(frames)
    report = place.verify()
    failed = [found for found in report.statements if found.state == "failed"]
    assert [(found.name, "says: erased" in found.detail) for found in failed] == [("contents", True)]
    code, lines = alone(place)
    assert (code, any("says: erased" in line for line in lines)) == (1, True)
    (place.directory / ".state" / "forgetting").mkdir(exist_ok=True)
    (place.directory / ".state" / "forgetting" / "r-1").write_bytes(b"{}")  # as a crash in the middle of it leaves it
    assert place.verify().state == "ok"
    place.open()
    assert not (place.directory / "segments" / "r-1" / "0").exists()


def test_a_head_of_another_log_among_the_cosigned(place, tmp_path):
    _, trust = filled(place)
    other = type(place)(tmp_path / "other")
    filled(other)
    (mine,) = (place.directory / "cosigned").iterdir()
    (theirs,) = (other.directory / "cosigned").iterdir()
    shutil.copy(theirs, mine)
    assert told(place, trust)[0] == "damaged"
    assert alone(place)[0] == 1


def test_ledger_and_pin_rolled_back_together(place):
    ledger, key = place.create(), place.operator()
    memory = Memory(place.keys / "cosigned", key.fingerprint)
    sealed(ledger, key, memory)
    for folder in (place.directory, place.pins):
        shutil.copytree(folder, place.base / "before" / folder.name)
    sealed(ledger, key, memory)
    for folder in (place.directory, place.pins):
        shutil.rmtree(folder)
        shutil.copytree(place.base / "before" / folder.name, folder)
    assert place.verify(keys=None).state == "ok"
    report = place.verify(keys=None, memories=memory.folder)
    assert report.state == "damaged"
    assert [found.name for found in report.statements if found.state == "failed"] == ["operators"]


def test_a_ledger_that_is_sealed_while_it_is_verified_raises_no_alarm(place):
    """What the log must reach is read before the log: else a head cosigned meanwhile would look like a lost tail."""
    ledger, key = place.create(), place.operator()
    memory = Memory(place.keys / "cosigned", key.fingerprint)
    ledger.append(place.drafts(600))
    sealed(ledger, key, memory)
    more = []

    def meanwhile(_done, _total) -> None:
        if not more:
            more.append(sealed(ledger, key, memory))

    trust = Trust(operators=(key.identity,))
    report = place.verify(trust=trust, memories=memory.folder, progress=meanwhile)
    assert len(more) == 1
    assert [found for found in report.statements if found.state == "failed"] == []
    assert statement(place, trust, "files") == ("verified", "nothing lies beside the log that it does not know")


def test_bytes_that_belong_to_no_batch_are_told(place):
    _, trust = filled(place)
    with (place.directory / ".state" / "wal" / "0").open("ab") as file:
        file.write(b"E\0\0")
    assert "3 bytes after them belong to no committed batch" in statement(place, trust, "checkpoint")[1]


def test_a_write_ahead_log_that_breaks_off_before_the_published_end(place):
    _, trust = filled(place)
    wal = place.directory / ".state" / "wal" / "0"
    wal.write_bytes(wal.read_bytes()[:100])
    assert told(place, trust)[0] == "damaged"
    assert alone(place)[0] == 1


def test_a_torn_half_of_the_pin_is_told_and_the_other_counts(place):
    _, trust = filled(place)
    (pin,) = place.pins.iterdir()
    data = pin.read_bytes()
    for half in (slice(0, 4096), slice(4096, 8192)):
        torn = bytearray(data)
        torn[half] = b"\0" * 4096
        pin.write_bytes(torn)
        state, detail = statement(place, trust, "pin")
        assert (state, "torn" in detail) == ("verified", True)
        assert alone(place)[0] == 0
    pin.write_bytes(b"\0" * 8192)
    assert told(place, trust)[0] == "damaged"
    assert alone(place)[0] == 1
    with pytest.raises(LedgerError):
        place.open()
