"""Keys that sign: unlocked for a while, replaced, revoked, and what it is that they sign."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from dataclasses import replace

import pytest

from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.bundle.export import Choice
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import EVIDENCE
from assure_tui.app.desk.operators import Keyring, new_key, own_trust
from assure_tui.ledger.bundle import Bundle
from assure_tui.ledger.trust import Trust


def test_a_key_stays_unlocked_for_a_bounded_time(tmp_path):
    new_key(tmp_path, "Ana", "pw")
    now = [0.0]
    ring = Keyring(99_999, clock=lambda: now[0])
    key = ring.unlock(tmp_path, None, "pw")
    now[0] = 3599.0
    assert ring.unlock(tmp_path, None, "") is key
    now[0] = 3600.0
    assert not ring.is_unlocked()
    with pytest.raises(Exception, match="passphrase does not open"):
        ring.unlock(tmp_path, None, "")
    never = Keyring(0, clock=lambda: now[0])
    never.unlock(tmp_path, None, "pw")
    assert not never.is_unlocked()


def test_keys_are_replaced_and_revoked_and_old_seals_are_judged_by_their_time(sealed_home, tmp_path, assure):
    base = tmp_path / "copy"
    shutil.copytree(sealed_home / "home" / "keys", base / "keys")
    words = tmp_path / "words"
    words.write_text("a passphrase")
    before = own_trust(base / "keys")
    old = before.operators[0]
    done = assure("keys", "rotate", "Ana Example", "--passphrase-file", words, home=base)
    assert done.returncode == 0, done.stderr
    listed = assure("keys", "list", home=base).stdout
    assert f"{old.fingerprint} Ana Example (replaced)" in listed
    remembered = [path.name.partition("-")[0] for path in (base / "keys" / "operators" / "cosigned").iterdir()]
    assert {key.fingerprint[:16] for key in own_trust(base / "keys").operators} <= set(remembered)
    ledger = sealed_home / "home" / "ledger"
    from assure_tui.ledger.verify import verify  # noqa: PLC0415 - the name is a command's elsewhere in this file

    def seals() -> str:
        report = verify(ledger, trust=replace(own_trust(base / "keys"), policy=None))
        return next(s.state for s in report.statements if s.name == "signers")

    assert seals() != "failed"
    assert assure("keys", "revoke", old.fingerprint, "--since", "2001-01-01", home=base).returncode == 0
    assert "(revoked)" in assure("keys", "list", home=base).stdout
    assert seals() == "failed"
    line = assure("keys", "export", "Ana Example", "--form", "allowed-signers", home=base).stdout
    assert line.startswith('Ana_Example namespaces="assure-tui-seal" ssh-ed25519 AAAA')
    assert assure("keys", "export", "Ana Example", "--form", "cosigner", home=base).stdout.startswith(
        "assure-tui/operator/"
    )
    assert assure("keys", "revoke", "nobody", home=base).returncode == 2
    assert Trust().cosigners == ()


def test_a_revocation_is_signed_into_the_ledger_and_the_ledger_is_gone_on_with(sealed_home, tmp_path, assure):
    base = tmp_path / "home"
    shutil.copytree(sealed_home / "home", base)
    words = tmp_path / "words"
    words.write_text("a passphrase")
    assert assure("adopt", "--yes", home=base).returncode == 0
    alone = assure("keys", "revoke", "Ana Example", "--unsigned", "--since", "2999-01-01", home=base)
    assert "counts only here" in alone.stderr
    wrong = tmp_path / "wrong"
    wrong.write_text("another")
    assert assure("keys", "revoke", "Ana Example", "--passphrase-file", wrong, home=base).returncode == 2
    assert assure("verify", home=base).returncode == 0
    told = ("keys", "revoke", "Ana Example", "--reason", "lost", "--passphrase-file", words)
    done = assure(*told, home=base)
    assert done.returncode == 0, done.stderr
    found = assure("verify", base / "ledger", home=tmp_path / "elsewhere")
    assert found.returncode == 1
    assert "revokes the key" in found.stdout
    run = json.loads(assure("runs", "--format", "json", home=base).stdout)[0]["id"]
    assert assure("note", run, "still written", home=base).returncode == 0


def test_what_is_signed_is_the_evidence_of_the_ledger_whatever_the_index_says(own, tmp_path):
    """Whoever runs as the operator's user can write the index, which is only derived."""
    home, run = own.home, own.runs()[0].id
    with contextlib.closing(sqlite3.connect(home.index)) as link:
        assert link.execute("DELETE FROM entries WHERE kind = 'discrepancy'").rowcount > 0
        link.commit()
    with contextlib.closing(Desk.open(home)) as desk:
        desk.seal([run], passphrase="a passphrase", key="Ana Example")
        path = tmp_path / "sealed.zip"
        path.write_bytes(desk.export(run, Choice()))
    report = BundleDesk.open(path).ledger()
    assert [detail for name, state, detail in report.statements if state == "failed"] == []
    held = Bundle.open(path)
    due = [entry for entry in held.entries.values() if entry.kind in EVIDENCE]
    told = [detail for name, _, detail in report.statements if name.startswith("evidence of the seal")]
    assert f"the {len(due)} entries of evidence" in told[-1]
