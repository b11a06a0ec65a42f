"""A key that was lost is revoked in the log itself: whoever verifies it learns that, and when."""

from __future__ import annotations

import pytest

from assure_tui.ledger.bundle import Bundle, build
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.errors import SealError
from assure_tui.ledger.revocation import revoke
from assure_tui.ledger.seal import REVOCATION, seal
from assure_tui.ledger.signers import Signers
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.trust import Trust
from assure_tui.ledger.verify import verify


def sealed(ledger, key):
    return seal(ledger, subjects=[Subject("e", "ab" * 32)], predicate_type="https://e.org/v1", predicate={}, key=key)


def gone(ledger, key, by=None, since=None):
    return revoke(ledger, plain_key(key.identity.public).fingerprint, by=by or key, since=since, reason="lost")


def told(place, *known):
    report = verify(place.directory, trust=Trust(signers=Signers.of(key.identity for key in known)))
    found = {statement.name: statement for statement in report.statements}
    assert found["seals"].state != "failed"
    return found["signers"]


@pytest.fixture
def ledger(place):
    ledger = place.create()
    ledger.append(place.drafts(3))
    return ledger


def test_what_a_key_sealed_after_its_revocation_does_not_count(place, ledger):
    key = place.operator()
    sealed(ledger, key)
    gone(ledger, key, since=2**50)
    assert told(place, key).state == "verified"
    late = sealed(ledger, key)
    found = told(place, key)
    assert found.state == "failed"
    assert f"seal of entry {late.index}" in found.detail
    assert "1 seal is" in found.detail


def test_a_revocation_reaches_back_as_far_as_it_says(place, ledger):
    key, other = place.operator(), place.operator("Bob Example")
    before, _ = sealed(ledger, key), sealed(ledger, other)
    moment = ledger.entry(before.index).time
    gone(ledger, key, since=moment + 1)
    assert told(place, key, other).state == "verified"
    gone(ledger, key, since=moment)
    assert "1 seal is" in told(place, key, other).detail
    gone(ledger, other)
    assert "2 seals" in told(place, key, other).detail


def test_a_stranger_revokes_nothing_and_somebody_known_does(place, ledger):
    key, boss, stranger = place.operator(), place.operator("Boss"), place.operator("Mallory")
    sealed(ledger, key)
    gone(ledger, key, by=stranger)
    assert told(place, key, boss).state == "verified"
    gone(ledger, key, by=boss)
    assert told(place, key, boss).state == "failed"
    assert told(place, key).state == "verified"  # to whom the one who revokes is a stranger too


def test_who_was_revoked_revokes_nobody_else(place, ledger):
    thief, key = place.operator("Thief"), place.operator()
    sealed(ledger, key)
    gone(ledger, thief)
    gone(ledger, key, by=thief)
    found = told(place, thief, key)
    assert "revokes the key" in found.detail
    assert f"{plain_key(thief.identity.public).fingerprint} of Thief" in found.detail
    assert "1 seal is" in found.detail


def test_a_ledger_with_revoked_seals_is_written_on(place, ledger):
    key = place.operator()
    sealed(ledger, key)
    gone(ledger, key)
    report = place.verify()
    assert report.state == "failed"
    assert report.broken is None


def test_a_malformed_revocation_is_a_seal_that_does_not_hold(place, ledger):
    seal(ledger, subjects=[], predicate_type=REVOCATION, predicate={"key": "SHA256:x"}, key=place.operator())
    report = place.verify()
    assert "does not say which key" in next(s.detail for s in report.statements if s.name == "seals")


def test_a_bundle_carries_the_revocations_and_judges_its_seals_by_them(place, ledger):
    key = place.operator()
    receipt = sealed(ledger, key)
    gone(ledger, key)
    path = place.base / "bundle.zip"
    path.write_bytes(build(ledger, [receipt.index], {}, {}))
    found = dict(Bundle.open(path).seals(Signers.of([key.identity])))
    assert isinstance(found[receipt.index], SealError)
    assert "revokes the key" in str(found[receipt.index])
    assert len(found) == 2
