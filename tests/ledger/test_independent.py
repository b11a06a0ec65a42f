"""Programs that are not ours accept what the ledger writes, and reject it once it was changed.

`ssh-keygen -Y verify` is asked in test_sshsig, a verifier written from SPEC.md alone is test_stranger.
"""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import InclusionProofInvalid

from assure_tui.ledger.cosign import Cosigned
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.note import COSIGNATURE, Signer, VerifierKey
from assure_tui.ledger.seal import seal

SPKI = bytes.fromhex("302a300506032b6570032100")
GO_SOURCE = Path(__file__).with_name("independent.go")
GO_PATH = Path("/usr/share/gocode")


@pytest.fixture
def ledger(place):
    ledger = place.create()
    ledger.append(place.drafts(600))
    seal(
        ledger,
        subjects=[Subject("evidence", "ab" * 32)],
        predicate_type="https://example.org/verdict/v1",
        predicate={"verdict": "rejected"},
        key=place.operator(),
    )
    ledger.publish()
    return ledger


def vkeys(ledger):
    return [str(key) for key in ledger.keys_at(ledger.checkpoint().size)]


def flip(path, offset):
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


# The openssl program, which checks the raw note


def openssl(folder, vkey, note):
    """Whether the openssl program finds that a key signed a note, taken apart with nothing but string functions."""
    name, _, material = vkey.split("+", 2)
    text, _, lines = note.rpartition("\n\n")
    signatures = dict(line.split(" ")[1:] for line in lines.splitlines())
    (folder / "key.der").write_bytes(SPKI + base64.b64decode(material)[1:])
    (folder / "text").write_text(text + "\n")
    (folder / "signature").write_bytes(base64.b64decode(signatures[name])[4:])
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin"]
    command += ["-in", "text", "-sigfile", "signature"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
def test_openssl_verifies_the_raw_note(place, ledger):
    note = (place.directory / "checkpoint").read_text()
    for vkey in vkeys(ledger):
        assert openssl(place.base, vkey, note)
        assert not openssl(place.base, vkey, note.replace(f"\n{ledger.checkpoint().size}\n", "\n599\n"))


# The package tlog-scales, which reads notes, tiles and proofs


def scales(directory, keys, cosigner=None):
    """Read the whole log as tlog-scales does; raise what it raises, or AssertionError if a hash is another."""
    reader = TilesReader(LocalBackend(directory))
    checkpoint = reader.get_checkpoint()
    for vkey in [*keys, *([cosigner] if cosigner else [])]:
        checkpoint.verify(Vkey.from_string(vkey))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    for index in range(checkpoint.size):
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(leaf_hash(reader.get_entry(index)), checkpoint.root_hash)
    return checkpoint


def test_tlog_scales_verifies_the_log_and_a_cosignature(place, ledger):
    witness = Signer("witness.example/w", Ed25519PrivateKey.generate())
    head = ledger.checkpoint()
    Cosigned(place.directory).add(head, [witness.cosign(head.body.decode(), 1_700_000_000)])
    cosigner = str(VerifierKey(witness.name, COSIGNATURE, witness.verifier.public))
    assert scales(place.directory, vkeys(ledger), cosigner).size == ledger.checkpoint().size
    reader = TilesReader(LocalBackend(place.directory))
    reader.get_checkpoint()
    old = 300
    reader.get_consistency_proof(old, head.size).check(ledger.root_at(old), head.root)


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "checkpoint"])
def test_tlog_scales_rejects_a_changed_log(place, ledger, name):
    flip(place.directory / name, 60)
    with pytest.raises((AssertionError, InclusionProofInvalid, InvalidSignature, ValueError)):
        scales(place.directory, vkeys(ledger))


# securesystemslib, which reads DSSE envelopes


def test_securesystemslib_verifies_a_seal_and_rejects_a_changed_one(place, ledger):
    key = ledger.entry(ledger.size - 2).clear
    stored = (place.directory / "seals" / "1.dsse.json").read_bytes()
    fields = json.loads(stored)
    name = fields["signatures"][0]["keyid"]
    public = SSlibKey(name, "ed25519", "ed25519", {"public": base64.b64decode(key["key"]).hex()})
    assert list(Envelope.from_dict(json.loads(stored)).verify([public], 1)) == [name]
    payload = base64.b64decode(fields["payload"]).replace(b"rejected", b"accepted")
    fields["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(VerificationError):
        Envelope.from_dict(fields).verify([public], 1)


# Go with its module golang.org/x/mod


def go(place, keys):
    own = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": str(place.base / "go"), "GOFLAGS": ""}
    environment = os.environ | own
    program = place.base / "independent"
    if not program.exists():
        build = ["go", "build", "-o", program, GO_SOURCE]
        subprocess.run(build, env=environment, cwd=place.base, check=True, capture_output=True, timeout=300)
    command = [program, place.directory, *keys]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("go") is None or not (GO_PATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
    reason="Debian's golang-go and golang-golang-x-mod-dev are not installed",
)
def test_go_rebuilds_the_root_from_the_entries_and_rejects_a_changed_log(place, ledger):
    keys = vkeys(ledger)
    done = go(place, keys)
    assert (done.returncode, done.stdout.strip()) == (0, str(ledger.checkpoint().size)), done.stderr
    entries, checkpoint = place.directory / "tile/entries/001", place.directory / "checkpoint"
    flip(entries, 40)
    assert go(place, keys).returncode == 1
    flip(entries, 40)
    note = checkpoint.read_text()
    lines = note.splitlines(keepends=True)
    checkpoint.write_text("".join(lines[:-1]))
    assert go(place, keys).returncode == 1
    checkpoint.write_text(note.replace(f"\n{ledger.checkpoint().size}\n", "\n599\n"))
    assert go(place, keys).returncode == 1


# The npm package @sigstore/verify

SIGSTORE = """
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity } = require('@sigstore/verify');
const { createPublicKey } = require('crypto');
const [bundle, spki] = process.argv.slice(1);
const publicKey = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
const material = {
  certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [],
  publicKey: () => ({ publicKey, validFor: () => true }),
};
const options = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
new Verifier(material, options).verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))));
"""


def sigstore(envelope, spki):
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "verificationMaterial": {"publicKey": {"hint": "operator"}, "tlogEntries": []},
        "dsseEnvelope": envelope,
    }
    command = ["node", "-e", SIGSTORE, json.dumps(bundle), base64.b64encode(spki).decode()]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def has_sigstore():
    if shutil.which("node") is None:
        return False
    command = ["node", "-e", "require.resolve('@sigstore/verify'); require.resolve('@sigstore/bundle')"]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def test_sigstore_verifies_a_seal_and_rejects_a_changed_one(place, ledger):
    if not has_sigstore():
        pytest.skip("npm's @sigstore/verify and @sigstore/bundle are not in node's path")
    spki = SPKI + base64.b64decode(ledger.entry(ledger.size - 2).clear["key"])
    envelope = json.loads((place.directory / "seals" / "1.dsse.json").read_bytes())
    done = sigstore(envelope, spki)
    assert done.returncode == 0, done.stderr
    payload = base64.b64decode(envelope["payload"]).replace(b"rejected", b"accepted")
    assert sigstore(envelope | {"payload": base64.b64encode(payload).decode()}, spki).returncode != 0
