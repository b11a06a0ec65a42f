"""A colleague's answer comes back: as a second seal, as dissent, or not at all."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.bundle.export import Choice
from assure_tui.app.desk.bundle.response import countersign
from assure_tui.app.desk.config import UserConfig
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import DeskError, UsageError
from assure_tui.app.desk.operators import list_keys, new_key, unlock
from assure_tui.app.desk.show import detail_lines
from assure_tui.ledger.signers import allowed_line
from assure_tui.ledger.sshsig import plain_key


def response(bundle: Path, folder: Path, word: str = "rejected", name: str = "Bo Second") -> Path:
    keys = folder / "keys"
    if not (keys / "operators").exists():
        new_key(keys, name, "pw")
    opened = BundleDesk.open(bundle)
    path = folder / f"{word}.json"
    path.write_bytes(countersign(opened, word, "I looked as well", name, unlock(keys, None, "pw")))
    return path


def test_a_colleagues_answer_comes_back_as_a_new_seal(own, bundle, tmp_path):
    run, size = own.runs()[0].id, own.ledger().size
    answer = response(bundle, tmp_path)
    receipt, signer = own.import_response(answer)
    assert signer.name == "Bo Second"
    assert receipt.index >= size
    verdict = own.run(run).verdict
    assert (verdict.signers, verdict.countersigners) == (("Ana Example",), ("Bo Second",))
    shown = "\n".join(detail_lines(own.run(run)))
    assert "sealed by  Ana Example\n" in shown
    assert "countersigned by  Bo Second" in shown
    assert (verdict.word, verdict.dissent, own.runs()[0].sealed) == ("rejected", (), "sealed")
    assert own.verify().state == "ok"
    with pytest.raises(UsageError, match="imported already"):
        own.import_response(answer)
    own.import_response(response(bundle, tmp_path, "accepted"))
    verdict = own.run(run).verdict
    assert verdict.signers == ("Ana Example",)
    assert verdict.dissent == ("Bo Second: accepted, I looked as well",)
    assert own.runs()[0].sealed == "sealed"
    assert own.verify().state == "ok"


def test_a_countersignature_alone_seals_nothing(own, bundle, tmp_path):
    run = own.runs()[0].id
    own.verdict(run, "rejected", "thought about it again")
    assert own.runs()[0].sealed == "draft"
    own.import_response(response(bundle, tmp_path, name="Di Fourth"))
    verdict = own.run(run).verdict
    assert (verdict.signers, verdict.countersigners, own.runs()[0].sealed) == ((), ("Di Fourth",), "draft")


def test_a_second_different_key_is_needed_where_the_settings_say_so(own):
    run = own.runs()[0].id
    own.verdict(run, "accepted", "looked again")
    strict = Desk.open(own.home, config=UserConfig(four_eyes=True, unlock_for=60))
    try:
        strict.seal([run], passphrase="a passphrase", key="Ana Example")
        strict.seal([run], key="Ana Example")  # still unlocked; the same key counts once
        assert strict.runs()[0].sealed == "draft"
        assert strict.run(run).verdict.signers == ("Ana Example",)
        new_key(own.home.keys, "Cy Third", "pw")
        strict.seal([run], passphrase="pw", key="Cy Third")
        assert strict.runs()[0].sealed == "sealed"
        with pytest.raises(UsageError, match="reason"):
            strict.withdraw(run, " ", passphrase="pw", key="Cy Third")
        strict.withdraw(run, "looked at the wrong customer", passphrase="pw", key="Cy Third")
        assert strict.runs()[0].sealed == "draft"
        with pytest.raises(UsageError, match="no seal by this key"):
            strict.withdraw(run, "again", passphrase="pw", key="Cy Third")
        assert strict.verify().state == "ok"
    finally:
        strict.close()


def test_a_second_key_counts_only_if_somebody_vouches_for_it(own, tmp_path):
    run = own.runs()[0].id
    own.verdict(run, "rejected", "once more")
    own.seal([run], passphrase="a passphrase", key="Ana Example")
    path = tmp_path / "now.zip"
    path.write_bytes(own.export(run, Choice()))
    own.import_response(response(path, tmp_path, "rejected", "Go Seventh"))
    strict = Desk.open(own.home, config=UserConfig(four_eyes=True))
    try:
        assert strict.runs()[0].sealed == "draft"
        assert strict.run(run).verdict.signers == ("Ana Example",)
    finally:
        strict.close()
    allowed = own.home.keys / "trust" / "allowed_signers"
    allowed.parent.mkdir(exist_ok=True)
    allowed.write_text(allowed_line("Go Seventh", plain_key(list_keys(tmp_path / "keys")[0].public)))
    strict = Desk.open(own.home, config=UserConfig(four_eyes=True))
    try:
        assert strict.runs()[0].sealed == "sealed"
    finally:
        strict.close()
        shutil.rmtree(allowed.parent)


@pytest.mark.parametrize("break_it", ["signature", "run", "root", "checkpoint", "schema", "signer", "zip", "json"])
def test_an_answer_that_does_not_hold_is_one_error_and_writes_nothing(own, bundle, tmp_path, break_it):
    answer = response(bundle, tmp_path, "accepted-with-exceptions", "Di Fourth")
    body = json.loads(answer.read_bytes())
    envelope = json.loads(base64.b64decode(body["envelope"]))
    payload = json.loads(base64.b64decode(envelope["payload"]))
    match break_it:
        case "signature":
            envelope["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
        case "run":
            payload["predicate"]["runs"][0]["run"] = "r-ffffffffffff"
        case "root":
            payload["subject"][1]["digest"]["sha256"] = "0" * 64
        case "checkpoint":
            payload["subject"][0]["digest"]["sha256"] = "0" * 64
        case "schema":
            body["schema"] = "assure-tui/response/v2"
        case "signer":
            body["signer"] = {"signer": "x", "key": base64.b64encode(bytes(32)).decode()}
    if break_it in {"run", "root", "checkpoint"}:  # signed anew: by the reviewer, but over something else
        from assure_tui.ledger.dsse import pae  # noqa: PLC0415 - this test alone signs by hand

        raw = json.dumps(payload).encode()
        envelope["payload"] = base64.b64encode(raw).decode()
        key = unlock(tmp_path / "keys", None, "pw")
        envelope["signatures"][0]["sig"] = base64.b64encode(key.sign(pae(envelope["payloadType"], raw))).decode()
    body["envelope"] = base64.b64encode(json.dumps(envelope).encode()).decode()
    data = {"zip": bundle.read_bytes(), "json": b"[" * 100_000}.get(break_it, json.dumps(body).encode())
    answer.write_bytes(data)
    size = own.ledger().size
    with pytest.raises(UsageError):
        own.import_response(answer)
    assert own.ledger().size == size


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), junk=st.binary(max_size=30), cut=st.integers(0, 30), alone=st.booleans())
def test_a_mangled_answer_writes_nothing_and_raises_only_the_domain_error(
    own, answered, tmp_path, at, junk, cut, alone
):
    path = tmp_path / "mangled.json"
    path.write_bytes(junk if alone else answered[:at] + junk + answered[at + cut :])
    size = own.ledger().size
    with contextlib.suppress(DeskError):
        own.import_response(path)
    assert own.ledger().size == size or path.read_bytes() == answered


@pytest.fixture
def answered(own, bundle, tmp_path) -> bytes:
    """An answer that was imported already."""
    path = response(bundle, tmp_path, "rejected", "Fa Sixth")
    own.import_response(path)
    return path.read_bytes()


def test_the_commands_from_export_to_import(sealed_home, tmp_path, assure):
    home, colleague = sealed_home / "home", tmp_path / "colleague"
    words = tmp_path / "words"
    words.write_text("pw")
    run = json.loads(assure("runs", "--format", "json", home=home).stdout)[0]["id"]
    evidence, answer = tmp_path / "e.zip", tmp_path / "answer.json"
    done = assure("export", run, "--all", "-o", evidence, home=home)
    assert done.returncode == 0, done.stderr
    again = assure("export", run, "-o", evidence, home=home)
    assert (again.returncode, "name a new file" in again.stderr) == (2, True)
    assert assure("verify", evidence, home=colleague).returncode == 4
    shown = assure("show", evidence, home=colleague)
    assert shown.returncode == 0, shown.stderr
    assert "I issued a single $40.00 refund" in shown.stdout
    assert assure("keys", "new", "Ed Fifth", "--passphrase-file", words, home=colleague).returncode == 0
    sign = ("countersign", evidence, "rejected", "the same", "--passphrase-file", words, "-o", answer)
    done = assure(*sign, home=colleague)
    assert done.returncode == 0, done.stderr
    done = assure("import", answer, home=home)
    assert done.returncode == 0, done.stderr
    assert "not vouched for by this installation" in done.stderr
    assert "Ed Fifth" in assure("show", run, home=home).stdout
    assert assure("verify", home=home).returncode == 0
    evidence.write_bytes(evidence.read_bytes().replace(b"refunded twice", b"refunded twyce"))
    assert assure("verify", evidence, home=colleague).returncode == 1
    assert assure(*sign[:-1], tmp_path / "other.json", home=colleague).returncode == 2
