"""Known answers, and what no parser may do: let anything but the error of this package escape."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assure_tui.ledger import wal
from assure_tui.ledger.checkpoint import parse_checkpoint
from assure_tui.ledger.clock import judge
from assure_tui.ledger.ed25519 import Ed25519PrivateKey, verifies
from assure_tui.ledger.entry import Entry, decode_entry, read_entry
from assure_tui.ledger.epochs import named_epoch
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.gather import Gathered, buckets
from assure_tui.ledger.note import parse_note, parse_vkey
from assure_tui.ledger.operator_key import load_identity
from assure_tui.ledger.pins import parse_keys
from assure_tui.ledger.proof import parse_proof
from assure_tui.ledger.segments import frames_of, open_frame
from assure_tui.ledger.tiles import decode_bundle, decode_tile

GOLDEN = Path(__file__).parent / "golden"
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group in which Ed25519 signs."""

RFC_8032 = [  # section 7.1: secret key, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
            "5141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
            "0d291612bb0c00"
        ),
    ),
]


@pytest.mark.parametrize("vector", RFC_8032)
def test_signatures_are_those_of_rfc_8032(vector):
    secret, public, message, signature = map(bytes.fromhex, vector)
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert key.public_key().public_bytes_raw() == public
    assert key.sign(message) == signature
    assert verifies(public, signature, message)


@pytest.mark.parametrize("vector", RFC_8032)
def test_no_other_spelling_of_a_signature_verifies(vector):
    _, public, message, signature = map(bytes.fromhex, vector)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    others = {
        "s and the order of the group": r + (s + ORDER).to_bytes(32, "little"),
        "s and eight times the order": r + ((s + 8 * ORDER) % 2**256).to_bytes(32, "little"),
        "s of zero": r + bytes(32),
        "s of all ones": r + b"\xff" * 32,
        "r of zero": bytes(32) + signature[32:],
        "the other r": bytes([*r[:31], r[31] ^ 0x80]) + signature[32:],
        "cut off": signature[:-1],
        "r alone": r,
        "nothing": b"",
        "a byte more": signature + b"\0",
        "twice": signature + signature,
        "turned around": signature[32:] + r,
    }
    assert [name for name, other in others.items() if verifies(public, other, message)] == []
    assert not verifies(public, signature, message + b"\0")
    assert not verifies(bytes([*public[:31], public[31] ^ 0x80]), signature, message)


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def _text(parse):
    return lambda data: parse(data.decode("utf-8", "replace"))


def _frames(data: bytes) -> None:
    for frame in frames_of(data):
        open_frame(frame, bytes(32), "example.org/golden", "r-1")


def _judge(data: bytes) -> None:
    gathered, due = Gathered(), buckets("due")
    gathered.take(0, [data, data], due)
    judge(gathered.beats)


def _epoch(data: bytes) -> None:
    named_epoch(read_entry(data), 5, parse_vkey(golden("trust/log.vkey").decode().strip()))


ENTRY = decode_bundle(golden("ledger/tile/entries/000"), 256)[0]
PARSERS = {
    "note": (parse_note, golden("ledger/checkpoint")),
    "checkpoint": (parse_checkpoint, golden("ledger/checkpoint")),
    "verifier key": (_text(parse_vkey), golden("trust/log.vkey").strip()),
    "keys of a pin": (_text(lambda text: parse_keys(text, most=3)), golden("ledger/trust/log.vkey")),
    "proof": (parse_proof, golden("ledger/seals/1.tlog-proof")),
    "entry": (decode_entry, ENTRY),
    "entry of a stranger": (read_entry, ENTRY),
    "key entry": (_epoch, ENTRY),
    "heartbeat": (
        _judge,
        ENTRY.replace(b'"epoch":0', b'"boot":"b","up":5').replace(b'"kind":"key"', b'"kind":"heartbeat"'),
    ),
    "bundle": (lambda data: decode_bundle(data, 3), golden("ledger/tile/entries/001.p/3")),
    "tile": (lambda data: decode_tile(data, 3), golden("ledger/tile/0/001.p/3")),
    "write-ahead file": (lambda data: list(wal.scan(data)), golden("ledger/.state/wal/0")[:2000]),
    "sealed frames": (_frames, golden("ledger/segments/r-1/0")),
}


@pytest.mark.parametrize("name", PARSERS)
@given(cut=st.integers(0, 400), junk=st.binary(max_size=12), at=st.integers(0, 4000), keep=st.booleans())
@example(cut=0, junk=b"", at=0, keep=True)
def test_mangled_bytes_end_in_the_domain_error_or_are_read(name, cut, junk, at, keep):
    parse, whole = PARSERS[name]
    at %= len(whole) + 1
    data = whole[:at] + junk + whole[at + (0 if keep else cut) :]
    with contextlib.suppress(LedgerError):
        parse(data)


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.binary(max_size=200))
def test_any_bytes_end_in_the_domain_error_or_are_read(name, data):
    with contextlib.suppress(LedgerError):
        PARSERS[name][0](data)


@given(data=st.binary(max_size=300))
def test_any_file_is_no_operator_key_or_ends_in_the_domain_error(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "operator.pem"
    path.write_bytes(data)
    with pytest.raises(LedgerError):
        load_identity(path)


def test_the_parsers_read_what_they_are_for():
    for name, (parse, whole) in PARSERS.items():
        if name not in {"heartbeat", "sealed frames"}:
            assert parse(whole) is not None or name == "key entry", name
    assert isinstance(read_entry(ENTRY), Entry)
