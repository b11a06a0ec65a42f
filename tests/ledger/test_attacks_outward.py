"""The attacks that are met from outside the ledger, one test each: who signed, who cosigned, what was kept elsewhere.

The last two are not detectable, and are said instead.
"""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from assure_tui.ledger import machine
from assure_tui.ledger.checkpoint import sign
from assure_tui.ledger.cosign import Cosigned, Memory, check_fork, cosign
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.errors import SealError, WitnessError
from assure_tui.ledger.keys import KeyDirectory
from assure_tui.ledger.note import COSIGNATURE, Note, Signer, VerifierKey, parse_note
from assure_tui.ledger.policy import parse_policy
from assure_tui.ledger.seal import seal
from assure_tui.ledger.signers import allowed_line, parse_allowed_signers, parse_revoked
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.submit import WitnessAt, submit
from assure_tui.ledger.trust import Trust
from assure_tui.ledger.verify import verify
from assure_tui.ledger.witness import Request, Witness

WITNESS = Signer("witness.example/w", Ed25519PrivateKey.from_private_bytes(b"\3" * 32))
WITNESS_KEY = VerifierKey(WITNESS.name, COSIGNATURE, WITNESS.verifier.public)
QUORUM = parse_policy(f"witness w {WITNESS_KEY}\nquorum w\n".encode())
NOW = datetime.now(UTC)


@pytest.fixture
def ledger(place):
    ledger = place.create()
    ledger.append(place.drafts(5))
    ledger.publish()
    return ledger


@pytest.fixture
def witness(place, ledger, monkeypatch):
    """A witness on another machine; requests reach it without a network."""
    witness = Witness(place.base / "elsewhere", WITNESS, {ledger.origin: ledger.verifiers[0]})

    def post(_at, body):
        reply = witness.add_checkpoint(body)
        return reply.status, reply.body

    monkeypatch.setattr("assure_tui.ledger.submit._post", post)
    return WitnessAt(WITNESS_KEY, "http://witness.example")


def sealed(ledger, key, **more):
    return seal(ledger, subjects=[Subject("x", "ab" * 32)], predicate_type="t", predicate={"a": 1}, key=key, **more)


def state(report, name):
    return next(statement.state for statement in report.statements if statement.name == name)


def detail(report, name):
    return next(statement.detail for statement in report.statements if statement.name == name)


def snapshot(place, *names):
    """Copy some of a place's folders away; give what puts them back, as somebody would who restores an old state."""
    saved = place.base / "saved"
    shutil.rmtree(saved, ignore_errors=True)
    for name in names:
        shutil.copytree(place.base / name, saved / name)

    def restore():
        for name in names:
            shutil.rmtree(place.base / name)
            shutil.copytree(saved / name, place.base / name)

    return restore


def stamp(moment):
    return f"{moment:%Y%m%d%H%M%S}Z"


def test_row_stolen_operator_key(place, ledger):
    key = place.operator()
    sealed(ledger, key)
    known = parse_allowed_signers(allowed_line("alice", plain_key(key.identity.public)))
    assert state(verify(place.directory, trust=Trust(signers=known)), "seals") == "verified"
    fingerprint = plain_key(key.identity.public).fingerprint
    before = parse_revoked(f"{fingerprint} {stamp(NOW - timedelta(days=2))}\n".encode())
    report = verify(place.directory, trust=Trust(signers=known + before))
    assert (report.state, state(report, "signers")) == ("failed", "failed")
    assert "was revoked by then" in detail(report, "signers")
    after = parse_revoked(f"{fingerprint} {stamp(NOW + timedelta(days=2))}\n".encode())
    assert state(verify(place.directory, trust=Trust(signers=known + after)), "signers") == "verified"


def test_row_stolen_operator_key_that_had_expired(place, ledger):
    key = place.operator()
    sealed(ledger, key)
    limit = f'valid-before="{stamp(NOW - timedelta(days=1))}"'
    line = allowed_line("alice", plain_key(key.identity.public)).replace(" ssh-ed25519", f",{limit} ssh-ed25519")
    report = verify(place.directory, trust=Trust(signers=parse_allowed_signers(line)))
    assert "was not valid at that time" in detail(report, "signers")
    assert report.state == "failed"


def test_row_stolen_operator_key_that_was_revoked_vouches_for_no_head(place, ledger):
    key = place.operator()
    cosign(ledger, key, Memory(place.base / "memory", key.fingerprint))
    assert state(verify(place.directory, trust=Trust(operators=(key.identity,))), "outside") == "verified"
    later = f"{plain_key(key.identity.public).fingerprint} {stamp(NOW + timedelta(days=2))}\n"
    gone = Trust(operators=(key.identity,), signers=parse_revoked(later.encode()))
    assert state(verify(place.directory, trust=gone), "outside") == "not anchored"


def test_seal_by_a_thief_of_the_recorder_keys_is_by_nobody_known(place, ledger):
    alice, thief = place.operator(), place.operator("Thief")
    sealed(ledger, thief)
    report = verify(
        place.directory, trust=Trust(signers=parse_allowed_signers(allowed_line("a", plain_key(alice.identity.public))))
    )
    assert state(report, "seals") == "not anchored"
    assert "nobody vouched for" in detail(report, "seals")


def test_seal_moved_from_another_log(place, ledger):
    other = type(place)(place.base / "other")
    foreign = other.create()
    foreign.append(other.drafts(5))
    key = place.operator()
    sealed(ledger, key)
    sealed(foreign, key)
    for name in ("1.dsse.json", "1.tlog-proof"):
        shutil.copy(other.directory / "seals" / name, place.directory / "seals" / name)
    assert state(verify(place.directory, pins=place.pins), "seals") == "failed"


def test_removed_envelope_of_a_seal(place, ledger):
    sealed(ledger, place.operator())
    (place.directory / "seals" / "1.dsse.json").unlink()
    report = verify(place.directory, pins=place.pins)
    assert (report.state, state(report, "seals")) == ("failed", "failed")


@pytest.mark.parametrize("stripped", [0, 1, 2])
def test_strip_signatures_of_the_checkpoint(place, ledger, stripped):
    path = place.directory / "checkpoint"
    note = parse_note(ledger.checkpoint().note)
    left = [line for number, line in enumerate(note.signatures) if stripped not in {number, 2}]
    path.write_bytes(Note(note.text, tuple(left)).encode() if left else note.text.encode() + b"\n")
    assert verify(place.directory, pins=place.pins).state == "damaged"


def test_strip_cosignatures(place, ledger, witness):
    submit(ledger, witness)
    assert state(verify(place.directory, trust=Trust(policy=QUORUM)), "quorum") == "verified"
    shutil.rmtree(place.directory / "cosigned")
    (place.directory / "checkpoint").write_bytes(sign_again(ledger))
    report = verify(place.directory, trust=Trust(policy=QUORUM))
    assert (report.state, state(report, "quorum")) == ("failed", "failed")
    assert state(verify(place.directory, trust=Trust(witnesses=(WITNESS_KEY,))), "outside") == "not anchored"


def sign_again(ledger):
    """The checkpoint with the log's own two signatures alone."""
    note = parse_note(ledger.checkpoint().note)
    own = {ledger.origin, ledger.verifiers[1].name}
    return Note(note.text, tuple(line for line in note.signatures if line.name in own)).encode()


def test_roll_the_directory_back_and_a_cosigned_head_was_kept_elsewhere(place, ledger, witness):
    restore = snapshot(place, "ledger", "pins")
    ledger.append(place.drafts(3))
    ledger.publish()
    kept = submit(ledger, witness)
    note = next(data for _, data in Cosigned(place.directory).notes())
    restore()
    report = verify(place.directory, pins=place.pins, trust=Trust(anchors=(("kept", note),)))
    assert (report.state, state(report, "anchor kept")) == ("damaged", "failed")
    assert f"{kept.size} were committed: its tail was cut off" in detail(report, "anchor kept")


def test_roll_back_ledger_and_pins_and_the_witness_notices_at_the_next_submission(place, ledger, witness):
    restore = snapshot(place, "ledger", "pins")
    ledger.append(place.drafts(3))
    ledger.publish()
    submit(ledger, witness)
    restore()
    with pytest.raises(WitnessError, match="rolled back"):
        submit(place.open(read_only=True), witness)


def test_roll_back_and_go_on_past_the_cosigned_size_and_the_witness_notices(place, ledger, witness):
    restore = snapshot(place, "ledger", "pins", "keys")
    ledger.append(place.drafts(3))
    ledger.publish()
    submit(ledger, witness)
    restore()
    machine.bind(place.directory / ".state")  # the thief may write this file as well
    rolled = place.open()
    rolled.append(place.drafts(9))
    rolled.publish()
    with pytest.raises(WitnessError, match="rewritten"):
        submit(rolled, witness)


def test_roll_back_and_the_operators_next_seal_notices(place, ledger):
    key = place.operator()
    memory = Memory(place.base / "memory", key.fingerprint)
    restore = snapshot(place, "ledger", "pins", "keys")
    sealed(ledger, key, memory=memory)
    restore()
    rolled = place.open(read_only=True)
    with pytest.raises(SealError, match="rolled back or rewritten"):
        cosign(rolled, key, memory)


def test_fork_is_proved_by_the_witness_with_a_file_of_its_own(place, ledger, witness):
    head = submit(ledger, witness)
    log = KeyDirectory(place.keys, ledger.origin).load(0).log
    split = sign(ledger.origin, head.size, b"\x5a" * 32, [log])
    elsewhere = Witness(place.base / "elsewhere", WITNESS, {ledger.origin: ledger.verifiers[0]})
    assert elsewhere.add_checkpoint(Request(head.size, (), split).encode()).status == 422
    (fork,) = (place.base / "elsewhere" / "forks").iterdir()
    one, other = check_fork(fork.read_bytes(), ledger.verifiers[0])
    assert (one.size, one.root) == (head.size, head.root)
    assert other.root == split.root


def test_split_view_of_one_size_is_damage_to_whoever_kept_the_other(place, ledger):
    log = KeyDirectory(place.keys, ledger.origin).load(0).log
    other = sign(ledger.origin, ledger.size, b"\x5a" * 32, [log])
    report = verify(place.directory, pins=place.pins, trust=Trust(anchors=(("theirs", other.note),)))
    assert (report.state, state(report, "anchor theirs")) == ("damaged", "failed")
    assert "another history" in detail(report, "anchor theirs")


def test_the_same_user_rolls_back_ledger_and_pins_without_a_witness_is_not_detectable_and_said(place, ledger):
    restore, began = snapshot(place, "ledger", "pins", "keys"), ledger.entry(0).time
    ledger.append(place.drafts(3))
    ledger.publish()
    restore()
    report = verify(place.directory, pins=place.pins)
    assert "failed" not in {statement.state for statement in report.statements}
    first = datetime.fromtimestamp(began / 1000, UTC).isoformat(timespec="seconds")
    assert state(report, "outside") == "not anchored"
    assert f"nothing outside this machine vouches for the 6 entries since {first}" in detail(report, "outside")
    assert report.since is None


def test_a_root_attacker_rewrites_everything_is_not_detectable_and_said(place, ledger):
    origin = ledger.origin
    for folder in (place.directory, place.pins, place.keys):
        shutil.rmtree(folder)
    forged = place.create(origin=origin)
    forged.append(place.drafts(2))
    forged.publish()
    report = verify(place.directory, pins=place.pins)
    assert "failed" not in {statement.state for statement in report.statements}
    assert "could rewrite them" in detail(report, "outside")
    known = verify(place.directory, pins=place.pins, trust=Trust(keys=ledger.verifiers[:1]))
    assert known.state == "damaged"  # whoever has only the log's key from before notices
