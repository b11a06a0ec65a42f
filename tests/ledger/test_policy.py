"""Who must have cosigned: policies of C2SP tlog-policy, and cosignatures of C2SP tlog-cosignature."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ledger.checkpoint import parse_checkpoint, sign
from assure_tui.ledger.cosign import Cosigned, Memory, check_fork, cosign, cosigner, fork_proof, merged, vouched
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.errors import DamagedError, LedgerError, NoteError, SealError
from assure_tui.ledger.note import COSIGNATURE, SignatureLine, Signer, VerifierKey, cosigned_at
from assure_tui.ledger.policy import parse_policy
from assure_tui.ledger.seal import seal
from assure_tui.ledger.trust import Trust
from assure_tui.ledger.verify import verify

LOG_LINE = "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
WITNESS_LINE = (
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
)
EXAMPLE = f"""example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa {LOG_LINE}
\u2014 witness.example.com/w1 {WITNESS_LINE}
"""
"""The checkpoint of the tlog-cosignature page. The keys are not published there: its form is what is tested."""


def witness(number):
    return Signer(f"witness.example/{number}", Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def vkey(signer, kind=COSIGNATURE):
    return VerifierKey(signer.name, kind, signer.verifier.public)


X1, X2, X3, Y1, Y2, Y3 = (vkey(witness(number)) for number in range(1, 7))
LOG = vkey(witness(9), 1)
PAGE = f"""
log {LOG}

witness X1 {X1}
witness X2 {X2}  https://x2.example/
witness X3 {X3}
group X-witnesses 2 X1 X2 X3

\twitness Y1 {Y1}
witness Y2 {Y2}
witness Y3 {Y3}
group Y-witnesses any Y1 Y2 Y3
# a comment, gr\u00fc\u00dfe
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_policy_page():
    policy = parse_policy(PAGE.encode())
    assert policy.holds({X1, X2, Y3})
    assert policy.holds({X1, X3, Y1, Y2})
    assert not policy.holds({X1, X2, X3})
    assert not policy.holds({X1, Y1, Y2, Y3})
    assert policy.knows(LOG)
    assert not policy.knows(vkey(witness(8), 1))
    assert policy.witnesses["X2"].url == "https://x2.example/"


def test_no_cosignature_may_be_asked_for():
    policy = parse_policy(b"quorum none\n")
    assert policy.holds(())
    assert policy.knows(LOG)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"witness a {X1}\n",
        f"witness a {X1}\nquorum b\n",
        "quorum none\nquorum none\n",
        f"witness none {X1}\nquorum none\n",
        f"witness a {X1}\nwitness a {X2}\nquorum a\n",
        f"witness a {X1}\nwitness b {X1}\nquorum a\n",
        f"witness a {LOG}\nquorum a\n",
        f"log {X1}\nquorum none\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        f"witness a {X1}\ngroup g 2 a\nquorum g\n",
        f"witness a {X1}\ngroup g 0 a\nquorum g\n",
        f"witness a {X1}\ngroup g 01 a\nquorum g\n",
        f"witness a {X1}\ngroup g all\nquorum g\n",
        f"witness a {X1}\ngroup g all a a\nquorum g\n",
        f"witness a {X1}\ngroup g all a\ngroup h all a g\nquorum h\n",
        f"group g all b\nwitness b {X1}\nquorum g\n",
        "group g all g\nquorum g\n",
        f"witness a {X1} u v\nquorum a\n",
        "quorum none\r\n",
        "quorum  \u00a0none\n",
    ],
)
def test_a_policy_that_breaks_a_rule_is_refused(text):
    with pytest.raises(NoteError):
        parse_policy(text.encode())


@given(st.binary(max_size=300), st.integers(0, len(PAGE)))
def test_any_other_bytes_end_in_the_domain_error(data, at):
    for text in (data, PAGE.encode()[:at] + data + PAGE.encode()[at:]):
        with contextlib.suppress(LedgerError):
            parse_policy(text)


def test_the_example_of_the_cosignature_page_is_read_and_kept():
    data = EXAMPLE.encode()
    assert merged(data, []) == data
    head, note = parse_checkpoint(data)
    assert head.size == 20852163
    assert [cosigned_at(line) for line in note.signatures[1:]] == [1679315147]


def test_a_line_that_only_claims_a_known_key_is_damage():
    key = vkey(witness(3))
    line = SignatureLine(key.name, key.key_id, bytes(72))
    with pytest.raises(DamagedError, match="does not verify"):
        vouched([("checkpoint", merged(EXAMPLE.encode(), [line]))], [key], LOG)


@pytest.fixture
def ledger(place):
    ledger = place.create()
    ledger.append(place.drafts(5))
    ledger.publish()
    return ledger


def cosigned(ledger, *signers):
    head = ledger.checkpoint()
    lines = [signer.cosign(head.body.decode(), 1_700_000_000) for signer in signers]
    note = Cosigned(ledger.directory).add(head, lines)
    ledger.refresh()
    return note


def state_of(report, name):
    return next(statement for statement in report.statements if statement.name == name)


def policy_of(*witnesses, quorum="all"):
    lines = [f"witness w{number} {vkey(each)}" for number, each in enumerate(witnesses)]
    names = " ".join(f"w{number}" for number in range(len(witnesses)))
    return parse_policy("\n".join([*lines, f"group q {quorum} {names}", "quorum q", ""]).encode())


def test_a_quorum_is_demanded_and_found(place, ledger):
    one, two = witness(1), witness(2)
    cosigned(ledger, one)
    both, any_of = Trust(policy=policy_of(one, two)), Trust(policy=policy_of(one, two, quorum="any"))
    assert state_of(verify(place.directory, trust=both), "quorum").state == "failed"
    assert state_of(verify(place.directory, trust=any_of), "quorum").state == "verified"
    cosigned(ledger, two)
    report = verify(place.directory, trust=both)
    assert (state_of(report, "quorum").state, report.state) == ("verified", "ok")
    assert report.since == ledger.entry(ledger.size - 1).time


def test_what_came_after_the_last_cosignature_is_counted(place, ledger):
    one = witness(1)
    cosigned(ledger, one)
    moment = ledger.entry(ledger.size - 1).time
    ledger.append(place.drafts(3))
    ledger.publish()
    report = verify(place.directory, trust=Trust(policy=policy_of(one)))
    assert (report.state, report.since) == ("ok", moment)
    outside = state_of(report, "outside")
    assert outside.state == "not anchored"
    assert "nothing outside this machine vouches for the 3 entries since 20" in outside.detail


def test_a_forged_cosignature_is_damage(place, ledger):
    one = witness(1)
    forged = Signer(one.name, witness(7).private)
    line = forged.cosign(ledger.checkpoint().body.decode(), 5)
    line = type(line)(line.name, vkey(one).key_id, line.body)
    Cosigned(place.directory).add(ledger.checkpoint(), [line])
    assert verify(place.directory, trust=Trust(witnesses=(vkey(one),))).state == "damaged"


def test_heads_without_a_known_cosigner_vouch_for_nothing(place, ledger):
    cosigned(ledger, witness(1))
    assert verify(place.directory, trust=Trust(witnesses=(X2,))).state == "unanchored"


def test_a_file_among_the_cosigned_heads_that_is_none_is_damage(place, ledger):
    cosigned(ledger, witness(1))
    (place.directory / "cosigned" / "3").write_bytes(b"junk")
    assert verify(place.directory).state == "damaged"


def test_old_heads_go_but_the_last_of_each_cosigner_stays(place, ledger, monkeypatch):
    monkeypatch.setattr("assure_tui.ledger.cosign.KEPT", 2)
    cosigned(ledger, witness(1))
    first = ledger.checkpoint().size
    for _ in range(4):
        ledger.append(place.drafts(1))
        ledger.publish()
        cosigned(ledger, witness(2))
    names = sorted(int(path.name) for path in (place.directory / "cosigned").iterdir())
    assert names == [first, ledger.size - 1, ledger.size]


def test_an_operator_cosigns_at_a_seal_and_notices_a_rollback(place, ledger):
    key = place.operator()
    memory = Memory(place.base / "memory", key.fingerprint)
    seal(ledger, subjects=[], predicate_type="t", predicate={}, key=key, memory=memory)
    report = verify(place.directory, trust=Trust(operators=(key.identity,)))
    assert (report.state, state_of(report, "outside").state) == ("ok", "verified")
    other = type(place)(place.base / "other")
    fresh = other.create(origin=ledger.origin)
    with pytest.raises(SealError, match="rolled back or rewritten"):
        seal(fresh, subjects=[], predicate_type="t", predicate={}, key=key, memory=memory)
    assert fresh.size == 1
    with pytest.raises(SealError, match="rolled back"):
        cosign(fresh, key, memory)


def test_a_fork_is_proved_by_a_file_of_its_own():
    log = witness(9)
    mine, theirs = (sign(log.name, 3, bytes([n]) * 32, [log]) for n in (1, 2))
    proof = fork_proof(mine.note, theirs.note)
    assert check_fork(proof, LOG) == (mine, theirs)
    longer = sign(log.name, 4, b"\1" * 32, [log])
    forged = sign(log.name, 3, b"\2" * 32, [Signer(log.name, witness(8).private)])
    for changed in (
        proof[:-3],
        proof + b"x",
        b"",
        fork_proof(mine.note, mine.note),
        fork_proof(mine.note, longer.note),
        fork_proof(mine.note, forged.note),
    ):
        with pytest.raises(NoteError):
            check_fork(changed, LOG)


def test_the_cosigner_of_an_operator_is_the_same_for_every_log(place):
    key = place.operator()
    assert cosigner(key.identity).name == f"assure-tui/operator/{key.fingerprint[:16]}"
