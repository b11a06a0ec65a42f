"""Seals by SSH keys: from a file, an agent or a security key; whose count, and when."""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import struct
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ledger import sshsig
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.errors import KeyFileError, LedgerError, SealError
from assure_tui.ledger.seal import seal
from assure_tui.ledger.signers import Signers, allowed_line, parse_allowed_signers, parse_revoked
from assure_tui.ledger.sshsig import HARDWARE, SshKey, SshSigner, armor, check, dearmor, pack, parse_key, plain_key
from assure_tui.ledger.verify import verify

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\5" * 32)
POINT = PRIVATE.public_key().public_bytes_raw()
KEY = plain_key(POINT)
TOUCHED = SshKey(HARDWARE, POINT, b"ssh:")
NOW = 1_700_000_000_000

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs the ssh-keygen program")


def signature(message, key=KEY, *, namespace=b"assure-tui-seal", flags=1, counter=7, hashing="sha512"):
    """An SSH signature made by hand, as PROTOCOL.sshsig and PROTOCOL.u2f describe it."""
    digest = hashlib.new(hashing, message).digest()
    signed = b"SSHSIG" + pack(namespace) + pack(b"") + pack(hashing.encode()) + pack(digest)
    tail = b""
    if key.kind == HARDWARE:
        tail = struct.pack(">BI", flags, counter)
        signed = hashlib.sha256(key.application).digest() + tail + hashlib.sha256(signed).digest()
    raw = pack(key.kind.encode()) + pack(PRIVATE.sign(signed)) + tail
    parts = (key.wire, namespace, b"", hashing.encode(), raw)
    return b"SSHSIG\0\0\0\1" + b"".join(map(pack, parts))


@pytest.fixture
def ssh_key(tmp_path):
    path = tmp_path / "id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice@example.org", "-f", path], check=True, timeout=60
    )
    return path


@pytest.mark.parametrize("hashing", ["sha256", "sha512"])
def test_a_signature_made_by_hand_verifies(hashing):
    said = check(signature(b"hello", hashing=hashing), KEY, b"hello")
    assert (said.hardware, said.verified) == (False, False)


@pytest.mark.parametrize(("flags", "verified"), [(1, False), (5, True)])
def test_a_security_key_tells_whether_it_checked_who_touched_it(flags, verified):
    said = check(signature(b"hello", TOUCHED, flags=flags), TOUCHED, b"hello")
    assert (said.hardware, said.verified) == (True, verified)


def test_a_security_key_that_nobody_touched_does_not_count():
    for flags in (0, 4):
        with pytest.raises(SealError, match="touch"):
            check(signature(b"hello", TOUCHED, flags=flags), TOUCHED, b"hello")


def test_the_flags_and_the_counter_are_signed():
    blob = signature(b"hello", TOUCHED)
    for offset in (-5, -1):
        changed = bytearray(blob)
        changed[offset] ^= 4
        with pytest.raises(SealError, match="does not verify"):
            check(bytes(changed), TOUCHED, b"hello")


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (signature(b"hullo"), "does not verify"),
        (signature(b"hello", namespace=b"git"), "another purpose"),
        (signature(b"hello", TOUCHED), "another key"),
        (b"SSHSIG\0\0\0\2" + signature(b"hello")[10:], "does not begin"),
        (signature(b"hello") + pack(b"more"), "five parts"),
        (b"", "does not begin"),
    ],
)
def test_a_signature_over_or_for_something_else_is_refused(blob, why):
    with pytest.raises(SealError, match=why):
        check(blob, KEY, b"hello")


@given(st.binary(max_size=300), st.integers(0, 200))
def test_mangled_signatures_and_keys_end_in_one_error(data, at):
    blob = signature(b"hello")
    for other in (data, blob[:at] + data, blob[:at] + data + blob[at:]):
        if other != blob:
            with pytest.raises(SealError):
                check(other, KEY, b"hello")
    if data != KEY.wire:
        with pytest.raises(SealError):
            parse_key(data)


@given(st.text(max_size=300))
def test_text_that_is_no_armor_is_refused(text):
    with pytest.raises(SealError):
        dearmor(text)
    assert dearmor(armor(text.encode())) == text.encode()


@given(st.one_of(st.binary(max_size=200), st.text('SHA256: ssh-ed25519"=,valid-after0123456789Z\n').map(str.encode)))
def test_lists_of_signers_and_revoked_keys_raise_only_the_domain_error(data):
    for parse in (parse_revoked, lambda raw: parse_allowed_signers(raw.decode(errors="replace"))):
        for given_data in (data, b"SSHKRL\n\0" + data, b"SSHKRL\n\0\0\0\0\1" + bytes(32) + data):
            with contextlib.suppress(LedgerError):
                parse(given_data)


def test_a_key_counts_within_its_window_alone():
    line = f'alice namespaces="assure-tui-seal,git",valid-after="20231101Z",valid-before="20231201Z" {KEY} comment\n'
    signers = parse_allowed_signers(f"# people\n\n{line}")
    assert signers.judge(KEY, NOW) == "alice"
    for moment in (NOW - 30 * 86_400_000, NOW + 30 * 86_400_000):
        with pytest.raises(SealError, match="not valid at that time"):
            signers.judge(KEY, moment)
    assert signers.judge(TOUCHED, NOW) is None


@pytest.mark.parametrize(
    "line",
    [f'alice namespaces="git" {KEY}', f"ca cert-authority {KEY}", "bob ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", "# nothing"],
)
def test_lines_for_other_purposes_let_nobody_seal(line):
    assert parse_allowed_signers(line).judge(KEY, NOW) is None


@pytest.mark.parametrize(
    "line", ["alice", 'alice valid-after="yesterday" ' + str(KEY), "a ssh-ed25519 !!!", 'a =" ' + str(KEY)]
)
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(SealError, match="line 2"):
        parse_allowed_signers(f"# first\n{line}")


def test_a_revoked_key_counts_for_what_was_signed_before():
    known = Signers.of([]) + parse_allowed_signers(allowed_line("Alice Example", KEY))
    gone = known + parse_revoked(f"# stolen\n{KEY.fingerprint} 20231101Z\n".encode())
    assert gone.judge(KEY, NOW - 60 * 86_400_000) == "Alice_Example"
    with pytest.raises(SealError, match="revoked"):
        gone.judge(KEY, NOW)
    with pytest.raises(SealError, match="revoked"):
        (known + parse_revoked(str(KEY).encode())).judge(KEY, 0)


@needs_ssh
@pytest.mark.parametrize("how", ["", "sha1: ", "sha256: "])
def test_a_krl_of_openssh_is_read(ssh_key, how):
    public = ssh_key.with_suffix(".pub").read_text()
    listed = ssh_key.with_name("listed")
    listed.write_text(how + public)
    krl = ssh_key.with_name("krl")
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", krl, listed], check=True, timeout=60)
    key = SshSigner.load(ssh_key).key
    with pytest.raises(SealError, match="revoked"):
        parse_revoked(krl.read_bytes()).judge(key, NOW)
    assert parse_revoked(krl.read_bytes()).judge(KEY, NOW) is None


@needs_ssh
def test_ssh_keygen_verifies_what_was_sealed_and_refuses_a_changed_copy(place, ssh_key):
    ledger = place.create()
    ledger.append(place.drafts(3))
    signer = SshSigner.load(ssh_key)
    receipt = seal(ledger, subjects=[Subject("x", "ab" * 32)], predicate_type="t", predicate={"a": 1}, key=signer)
    folder = place.directory / "seals"
    allowed = place.base / "allowed_signers"
    allowed.write_text(allowed_line("alice@example.org", signer.key))
    command = ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "alice@example.org", "-n", sshsig.NAMESPACE]
    command += ["-s", folder / "1.sshsig"]
    message = (folder / "1.signed").read_bytes()
    done = subprocess.run(command, input=message, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(command, input=message.replace(b"x", b"y"), capture_output=True, check=False, timeout=60)
    assert done.returncode != 0
    (place.base / "trust").mkdir()
    shutil.copy(allowed, place.base / "trust")
    report = verify(place.directory, trust=place.base / "trust", pins=place.pins)
    assert {s.name: s.state for s in report.statements}["seals"] == "verified"
    envelope = json.loads(receipt.envelope.read_bytes())
    assert envelope["signatures"][0]["keyid"] == signer.fingerprint
    (folder / "1.signed").write_bytes(message + b" ")
    assert verify(place.directory, trust=place.base / "trust").state == "failed"


@needs_ssh
@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="needs the ssh-agent program")
def test_a_key_that_only_the_agent_has_signs(place, ssh_key, monkeypatch):
    sock = place.base / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.PIPE)
    try:
        agent.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", os.fspath(sock))
        subprocess.run(["ssh-add", "-q", ssh_key], check=True, capture_output=True, timeout=60)
        ssh_key.unlink()
        signer = SshSigner.load(ssh_key.with_name("id_ed25519.pub"))
        check(signer.sign(b"hello"), signer.key, b"hello")
    finally:
        agent.kill()
        agent.communicate(timeout=60)


@needs_ssh
def test_a_key_that_cannot_sign_is_one_error(tmp_path, ssh_key, monkeypatch):
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    signer = SshSigner.load(ssh_key)
    ssh_key.unlink()
    with pytest.raises(KeyFileError, match="did not sign"):
        signer.sign(b"hello")
    ssh_key.with_suffix(".pub").write_text("ssh-rsa AAAA x")
    with pytest.raises(KeyFileError, match="not the public half"):
        SshSigner.load(ssh_key)
    with pytest.raises(KeyFileError, match="missing"):
        SshSigner.load(tmp_path / "none")


def test_the_time_of_a_seal_is_held_against_the_window(place):
    ledger = place.create()
    ledger.append(place.drafts(1))
    key = place.operator()
    seal(ledger, subjects=[], predicate_type="t", predicate={}, key=key)
    trust = place.base / "trust"
    trust.mkdir()
    line = allowed_line("alice", plain_key(key.identity.public))
    yesterday, tomorrow = (f"{datetime.now(UTC) + timedelta(days=days):%Y%m%d}Z" for days in (-1, 1))
    for limit, state in (
        ("", "verified"),
        (f'valid-before="{yesterday}"', "failed"),
        (f'valid-after="{tomorrow}"', "failed"),
    ):
        option = f",{limit} ssh-ed25519" if limit else " ssh-ed25519"
        (trust / "allowed_signers").write_text(line.replace(" ssh-ed25519", option))
        report = verify(place.directory, trust=trust)
        assert {s.name: s.state for s in report.statements}["signers"] == state
    wire = base64.b64encode(plain_key(key.identity.public).wire).decode()
    (trust / "allowed_signers").write_text(line)
    (trust / "revoked").write_text(f"ssh-ed25519 {wire}\n")
    assert verify(place.directory, trust=trust).state == "failed"
