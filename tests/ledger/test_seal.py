"""What a person signs over a log, and what becomes of it when somebody touches it."""

import json
import shutil
import subprocess

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.entry import encode_entry
from assure_tui.ledger.errors import EntryError, KeyFileError, SealError, WrongPassphraseError
from assure_tui.ledger.operator_key import OperatorKey, load_identity
from assure_tui.ledger.proof import parse_proof
from assure_tui.ledger.seal import check_checkpoint, checkpoint_size, open_seal, seal
from assure_tui.ledger.signers import Signers

EVIDENCE = Subject("evidence", "ab" * 32)
TYPE = "https://example.org/verdict/v1"


@pytest.fixture
def ledger(place):
    ledger = place.create()
    ledger.append(place.drafts(5))
    return ledger


def sealed(ledger, key, predicate=None):
    return seal(
        ledger, subjects=[EVIDENCE], predicate_type=TYPE, predicate=predicate or {"verdict": "rejected"}, key=key
    )


def verify_seal(ledger, index, known=()):
    entry = ledger.entry(index)
    found = open_seal(ledger.directory, index, entry, ledger.keys_at, Signers.of(known))
    check_checkpoint(found.statement, ledger.origin, entry, ledger.root_at(checkpoint_size(entry)))
    return found


def test_a_seal_says_who_signed_what_over_which_checkpoint(place, ledger):
    key = place.operator()
    receipt = sealed(ledger, key)
    found = verify_seal(ledger, receipt.index, [key.identity])
    assert found.known
    assert found.signer.name == "Alice Example"
    assert found.statement.predicate == {"verdict": "rejected"}
    assert [subject.name for subject in found.statement.subjects] == ["checkpoint/6", "evidence"]
    assert ledger.entry(receipt.index).kind == "seal"


def test_a_signer_nobody_vouched_for_is_not_known(place, ledger):
    receipt = sealed(ledger, place.operator("Mallory"))
    other = place.operator("Alice Example")
    assert not verify_seal(ledger, receipt.index, [other.identity]).known


def test_seals_are_numbered_and_each_verifies(place, ledger):
    key = place.operator()
    receipts = [sealed(ledger, key, {"turn": turn}) for turn in range(3)]
    assert [receipt.number for receipt in receipts] == [1, 2, 3]
    for turn, receipt in enumerate(receipts):
        assert verify_seal(ledger, receipt.index).statement.predicate == {"turn": turn}


def test_the_proof_beside_a_seal_stands_alone(place, ledger):
    receipt = sealed(ledger, place.operator())
    proof = parse_proof(receipt.proof.read_bytes())
    proof.check(encode_entry(ledger.entry(receipt.index)), ledger.verifiers)


def test_another_implementation_accepts_the_envelope(place, ledger):
    key = place.operator()
    receipt = sealed(ledger, key)
    envelope = Envelope.from_dict(json.loads(receipt.envelope.read_bytes()))
    public = SSlibKey(
        key.fingerprint,
        "ed25519",
        "ed25519",
        {"public": key.identity.public.hex()},
    )
    assert list(envelope.verify([public], 1)) == [key.fingerprint]
    assert json.loads(envelope.payload)["_type"] == "https://in-toto.io/Statement/v1"


def test_every_changed_byte_of_an_envelope_or_its_proof_is_noticed(place, ledger):
    receipt = sealed(ledger, place.operator())
    for path in (receipt.envelope, receipt.proof):
        whole = path.read_bytes()
        for offset in range(0, len(whole), 7):
            path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1 :])
            with pytest.raises(SealError):
                verify_seal(ledger, receipt.index)
        path.write_bytes(whole)
    verify_seal(ledger, receipt.index)


def test_a_swapped_envelope_is_noticed(place, ledger):
    key = place.operator()
    one, two = sealed(ledger, key, {"a": 1}), sealed(ledger, key, {"a": 2})
    shutil.copy(one.envelope, two.envelope)
    with pytest.raises(SealError, match="not the envelope"):
        verify_seal(ledger, two.index)


def test_an_entry_that_is_no_seal_is_refused(ledger):
    with pytest.raises(SealError, match="does not record a seal"):
        verify_seal(ledger, 1)


def test_a_predicate_without_canonical_form_is_refused_before_anything_is_written(place, ledger):
    with pytest.raises(EntryError, match="float"):
        sealed(ledger, place.operator(), {"score": 0.5})
    assert not list((place.directory / "seals").iterdir())


def test_a_key_opens_with_its_passphrase_alone(place):
    key = place.operator()
    path = place.base / "Alice Example.pem"
    assert OperatorKey.load(path, "correct horse").fingerprint == key.fingerprint
    for wrong in ("Correct horse", ""):
        with pytest.raises(WrongPassphraseError, match="does not open"):
            OperatorKey.load(path, wrong)
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_operator_key_is_told_apart_from_a_wrong_passphrase(tmp_path, place):
    odd = tmp_path / "odd.pem"
    odd.write_bytes(b"hello")
    for path in (odd, tmp_path / "missing.pem"):
        with pytest.raises(KeyFileError) as caught:
            OperatorKey.load(path, "x")
        assert not isinstance(caught.value, WrongPassphraseError)
    odd.write_bytes(place.operator().identity.export())
    with pytest.raises(KeyFileError, match="not a passphrase-encrypted"):
        OperatorKey.load(odd, "x")


def test_a_key_is_not_made_over_another_file_or_without_a_passphrase(place):
    place.operator()
    with pytest.raises(KeyFileError, match="already exists"):
        place.operator()
    with pytest.raises(KeyFileError, match="passphrase"):
        OperatorKey.new(place.base / "new.pem", "", "Bob")
    with pytest.raises(KeyFileError, match="name"):
        OperatorKey.new(place.base / "new.pem", "x", "Bob\nname: Eve")


def test_the_public_half_travels_as_a_file(place, tmp_path):
    key = place.operator("Zoë O'Hara")
    path = tmp_path / "zoe.pem"
    path.write_bytes(key.identity.export())
    assert load_identity(path) == key.identity


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_openssl_reads_the_key_and_gives_the_same_public_half(place):
    key = place.operator()
    command = ["openssl", "pkey", "-in", place.base / "Alice Example.pem", "-passin", "pass:correct horse", "-pubout"]
    out = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert out.stdout in key.identity.export()
    assert out.stdout.startswith(b"-----BEGIN PUBLIC KEY-----")
