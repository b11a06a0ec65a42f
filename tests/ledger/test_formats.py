"""The bytes on disk: canonical, strict, and such that only the package's own errors come out of reading them."""

import base64
import contextlib
import itertools
import shutil
import subprocess

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from assure_tui.ledger import tiles, wal
from assure_tui.ledger.checkpoint import open_checkpoint, parse_checkpoint, sign
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.entry import Disclosure, Entry, check_disclosure, commit, decode_entry, encode_entry
from assure_tui.ledger.errors import EntryError, LedgerError, NoteError, ProofError
from assure_tui.ledger.jcs import canonical
from assure_tui.ledger.note import Signer, check_signatures, parse_note, parse_vkey
from assure_tui.ledger.proof import InclusionProof, parse_proof
from assure_tui.ledger.segments import frames_of
from assure_tui.ledger.tree import leaf_hash

SIGNER = Signer("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Signer("example.org/log/epoch", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
CHECKPOINT = sign("example.org/log", 7, bytes(32), [SIGNER, OTHER])

keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
entries = st.builds(
    Entry,
    kind=st.from_regex(r"[a-z][a-z0-9._-]{0,8}", fullmatch=True),
    subject=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True),
    time=st.integers(0, 253_402_300_799_999),  # the end of the year 9999
    clear=st.dictionaries(keys, values, max_size=4),
    commitment=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
)


@given(values)
def test_canonical_json_is_that_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.0, 2**53, "\ud800", {"é": 1}, {1: 2}, b"x", {1}, float("nan")])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(EntryError):
        canonical(value)


def test_deep_nesting_is_refused_without_exhausting_the_stack():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EntryError, match="nested"):
        canonical(deep)
    for data in (b"[" * 60_000, b'{"clear":' + b"[" * 60_000):
        with pytest.raises(EntryError):
            decode_entry(data)


@given(entries)
def test_an_entry_is_read_as_it_was_written(entry):
    assert decode_entry(encode_entry(entry)) == entry


@given(entries, st.data())
def test_an_entry_has_one_spelling(entry, data):
    encoded = encode_entry(entry)
    at = data.draw(st.integers(0, len(encoded)))
    spaced = encoded[:at] + b" " + encoded[at:]
    with contextlib.suppress(EntryError):
        assert decode_entry(spaced) != entry


@given(st.binary(max_size=200))
@example(b'{"clear":{},"clear":{},"commitment":null,"kind":"a","subject":"a","time":1,"v":1}')
@example(b'{"clear":{},"commitment":null,"kind":"a","subject":"a","time":1,"v":1,"w":1}')
@example(b'{"clear":{"a":1e3},"commitment":null,"kind":"a","subject":"a","time":1,"v":1}')
@example(b'{"clear":{},"commitment":null,"kind":"a","subject":"..","time":1,"v":1}')
@example(b'{"clear":{},"commitment":null,"kind":"a","subject":"a","time":1,"v":2}')
def test_other_bytes_are_no_entry(data):
    with pytest.raises(EntryError):
        decode_entry(data)


def test_an_entry_never_outgrows_its_bundle():
    with pytest.raises(EntryError, match="65535"):
        encode_entry(Entry(kind="a", subject="b", time=1, clear={"x": "y" * 65_500}, commitment=None))


@given(values)
def test_a_commitment_opens_with_its_salt_and_content_alone(value):
    disclosure = commit(value)
    assert check_disclosure(disclosure.commitment(), disclosure) == value
    assert commit(value).commitment() != disclosure.commitment()
    for other in (
        Disclosure(bytes(16), disclosure.content),
        Disclosure(disclosure.salt, disclosure.content + b" "),
        Disclosure(disclosure.salt + disclosure.content[:1], disclosure.content[1:]),
    ):
        with pytest.raises(EntryError):
            check_disclosure(disclosure.commitment(), other)


def test_the_example_of_the_note_format_verifies():
    key = parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = parse_note(f"This is an example message.\n\n\u2014 example.com/foo {signature}\n".encode())
    check_signatures(note, [key])
    with pytest.raises(NoteError):
        check_signatures(note, [SIGNER.verifier])


def test_a_checkpoint_needs_both_of_its_signatures():
    verifiers = [SIGNER.verifier, OTHER.verifier]
    assert open_checkpoint(CHECKPOINT.note, verifiers) == CHECKPOINT
    lines = CHECKPOINT.note.decode().splitlines(keepends=True)
    for without in (lines[:-1], [*lines[:-2], lines[-1]], [*lines, lines[-1]]):
        with pytest.raises(NoteError):
            open_checkpoint("".join(without).encode(), verifiers)


def test_sixteen_signatures_are_accepted_and_unknown_ones_passed_over():
    more = "".join(
        Signer(f"w{n}.example", Ed25519PrivateKey.generate()).cosign(CHECKPOINT.body.decode(), 9).line()
        for n in range(14)
    )
    note = CHECKPOINT.note + more.encode()
    assert open_checkpoint(note, [SIGNER.verifier, OTHER.verifier]).size == 7
    assert parse_note(note).encode() == note


def test_every_changed_byte_of_a_checkpoint_is_refused():
    for at, bit in itertools.product(range(len(CHECKPOINT.note)), range(8)):
        changed = bytearray(CHECKPOINT.note)
        changed[at] ^= 1 << bit
        with pytest.raises(NoteError):
            open_checkpoint(bytes(changed), [SIGNER.verifier, OTHER.verifier])


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (text + "\n\n\u2014 a AAAAAAA=\n").encode()))
@example(CHECKPOINT.note.replace(b"\n7\n", b"\n07\n"))
@example(CHECKPOINT.note.replace(b"\n7\n", b"\n+7\n"))
@example(CHECKPOINT.note.replace(b"\n7\n", b"\n" + b"9" * 5000 + b"\n"))
@example(CHECKPOINT.note.replace(b"\n\n", b"\nextension\n\n"))
@example(CHECKPOINT.note.replace(b"\n", b"\r\n"))
@example(CHECKPOINT.note[:-1])
@example(b"\xff\n\n")
def test_other_bytes_are_no_checkpoint(data):
    with pytest.raises(NoteError):
        parse_checkpoint(data)


@given(st.binary(max_size=300))
def test_a_note_that_is_read_is_written_the_same(data):
    with contextlib.suppress(NoteError):
        assert parse_note(data).encode() == data


@pytest.mark.parametrize("y", ["00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f"])
def test_a_key_under_which_anything_verifies_is_refused(y):
    weak = type(SIGNER.verifier)("w", 1, bytes.fromhex(y))
    with pytest.raises(NoteError, match="small order"):
        parse_vkey(str(weak))


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AA==", "a b+00000000+AA==", str(SIGNER.verifier)[:-1]])
def test_other_text_is_no_verifier_key(text):
    with pytest.raises(NoteError):
        parse_vkey(text)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_openssl_verifies_the_note(tmp_path):
    # The DER of an Ed25519 public key is these twelve bytes and the key (RFC 8410).
    der = bytes.fromhex("302a300506032b6570032100") + SIGNER.verifier.public
    files = {"key": der, "text": CHECKPOINT.body, "signature": parse_note(CHECKPOINT.note).signatures[0].body}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "text"]
    subprocess.run([*command, "-sigfile", "signature"], cwd=tmp_path, check=True, capture_output=True, timeout=60)


def test_a_proof_is_read_as_it_was_written():
    proof = InclusionProof(3, (bytes(32), b"\1" * 32), CHECKPOINT)
    assert parse_proof(proof.encode()) == proof
    assert proof.encode().startswith(b"c2sp.org/tlog-proof@v1\nindex 3\n")
    with pytest.raises(ProofError):
        proof.check(b"entry", [SIGNER.verifier, OTHER.verifier])
    alone = sign("example.org/log", 1, leaf_hash(b"entry"), [SIGNER, OTHER])
    InclusionProof(0, (), alone).check(b"entry", [SIGNER.verifier, OTHER.verifier])


@given(st.binary(max_size=200), st.integers(0, 400))
def test_other_bytes_are_no_proof(data, at):
    whole = InclusionProof(3, (bytes(32),), CHECKPOINT).encode()
    for changed in (data, whole[:at] + data):
        with contextlib.suppress(ProofError):
            assert parse_proof(changed).encode() == changed


def test_tile_paths_are_those_of_the_tiles_format():
    assert tiles.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.tile_path(2, 0, 1) == "tile/2/000.p/1"
    assert tiles.bundle_path(273, 112) == "tile/entries/273.p/112"


@given(st.lists(st.binary(max_size=40), max_size=20), st.binary(max_size=3), st.integers(0, 100))
def test_a_bundle_holds_its_entries_and_nothing_else(items, more, cut):
    data = tiles.encode_bundle(items)
    assert tiles.decode_bundle(data, len(items)) == items
    for other, width in ((data + b"\0" + more, len(items)), (data, len(items) + 1), (data[: -cut - 1], len(items))):
        if other != data or width != len(items):
            with pytest.raises(LedgerError):
                tiles.decode_bundle(other, width)


@given(st.binary(max_size=300), st.integers(0, 50))
def test_a_write_ahead_file_is_read_up_to_its_last_whole_batch(junk, cut):
    one, two = wal.encode([b"a", b"b"], b"note one"), wal.encode([b"c"], b"note two")
    found = list(wal.scan(one + two[: len(two) - 1 - cut % len(two)]))
    assert [(batch.entries, batch.note) for batch in found] == [([b"a", b"b"], b"note one")]
    assert next(iter(wal.scan(one + junk))).end == len(one)
    assert all(batch.end <= len(junk) for batch in wal.scan(junk))


@given(st.binary(max_size=300))
def test_other_bytes_are_no_sealed_frame(junk):
    assert list(frames_of(junk)) == []
    assert list(frames_of(b"ASF1" + junk)) == []


def test_base64_has_one_spelling():
    line = base64.b64encode(b"\0" * 5).decode()
    assert line.endswith("AAA=")
    for spelling in (line[:-2] + "B=", line.rstrip("="), line + "\n", line[:4] + " " + line[4:]):
        with pytest.raises(NoteError):
            parse_note(f"text\n\n\u2014 name {spelling}\n".encode())
