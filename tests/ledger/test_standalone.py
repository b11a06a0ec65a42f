"""The verifier that travels, run as an auditor runs it: a process of its own, with and without `cryptography`."""

import ast
import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assure_tui.app.desk.entries import EVIDENCE
from assure_tui.ledger import standalone
from assure_tui.ledger.checkpoint import parse_checkpoint
from assure_tui.ledger.cosign import merged
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.entry import encode_entry
from assure_tui.ledger.note import COSIGNATURE, Signer, VerifierKey
from assure_tui.ledger.operator_key import load_identity
from assure_tui.ledger.reading_key import ReadingKey
from assure_tui.ledger.revocation import revoke
from assure_tui.ledger.seal import seal
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.store import Draft
from assure_tui.ledger.tree import leaf_hash, root

GOLDEN = Path(__file__).parent / "golden"
VERIFIER = Path(standalone.__file__).with_name(standalone.NAME)
BACKENDS = [
    "cryptography",
    pytest.param("openssl", marks=pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl program")),
]


def check(path, *arguments, backend="cryptography"):
    """Run the verifier; without `cryptography` by leaving all installed packages out of Python's path."""
    bare = ["-I", "-S"] if backend == "openssl" else ["-I"]
    command = [sys.executable, *bare, VERIFIER, path, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def ledger(tmp_path):
    shutil.copytree(GOLDEN, tmp_path / "golden")
    return tmp_path / "golden" / "ledger"


def outside(ledger):
    base = ledger.parent
    (pin,) = (base / "pins").iterdir()
    return ["--pin", pin, "--operator", base / "trust" / "operators" / "operator.pem"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_good_ledger_holds(ledger, backend):
    done = check(ledger, *outside(ledger), backend=backend)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"checked with {backend}" in done.stdout
    assert re.search(r"26\d entries \(26\d published\) lead to the signed root", done.stdout)
    assert "signed by Golden Operator over the checkpoint of size 261" in done.stdout


def test_a_good_ledger_that_nothing_vouches_for_is_told_apart(ledger):
    done = check(ledger)
    assert done.returncode == 4
    assert "by a signer nobody vouched for, called Golden Operator" in done.stdout


def test_it_verifies_what_the_product_writes_across_many_tiles_and_seals(place):
    ledger = place.create()
    key = place.operator()
    for _ in range(3):
        ledger.append(place.drafts(300))
        seal(ledger, subjects=[Subject("x", "ab" * 32)], predicate_type="t", predicate={}, key=key)
    ledger.append([Draft("note", "r-1", {}, {"text": "not published yet"})])
    (place.base / "alice.pem").write_bytes(key.identity.export())
    (pin,) = place.pins.iterdir()
    done = check(place.directory, "--pin", pin, "--operator", place.base / "alice.pem")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("signed by Alice Example") == 3


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        "tile/entries/000",
        "tile/entries/001.p/3",
        "tile/entries/001.p/7",
        "tile/0/000",
        "tile/0/001.p/3",
        "tile/1/000.p/1",
        "seals/1.dsse.json",
        "seals/1.tlog-proof",
        "trust/log.vkey",
        ".state/wal/0",
    ],
)
def test_every_changed_file_is_noticed(ledger, name):
    path = ledger / name
    data = path.read_bytes()
    for offset in (len(data) // 3, len(data) - 2):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
        done = check(ledger, *outside(ledger))
        assert done.returncode == 1, (offset, done.stdout)
        assert "failed " in done.stdout
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_forged_signature_is_noticed_with_either_library(ledger, backend):
    path = ledger / "seals" / "1.dsse.json"
    path.write_bytes(path.read_bytes().replace(b'"sig":"', b'"sig":"AAAA')[:-4])
    assert check(ledger, *outside(ledger), backend=backend).returncode == 1
    note = ledger / "checkpoint"
    lines = note.read_text().split("\n")
    note.write_text("\n".join([*lines[:4], lines[4].replace(lines[4][-8:-2], "AAAAAA"), *lines[5:]]))
    assert check(ledger, *outside(ledger), backend=backend).returncode == 1


def test_a_note_without_one_of_its_signatures_is_refused(ledger):
    note = ledger / "checkpoint"
    lines = note.read_text().split("\n")
    for left in (4, 5):
        note.write_text("\n".join(lines[:left] + lines[left + 1 :]))
        assert check(ledger).returncode == 1


def test_a_tail_that_was_cut_off_is_noticed_by_the_pin_alone(ledger):
    (ledger / ".state" / "wal" / "0").unlink()
    assert check(ledger).returncode == 4
    done = check(ledger, *outside(ledger))
    assert done.returncode == 1
    assert "cut off" in done.stdout


def test_a_link_in_place_of_a_file_is_not_followed(ledger, tmp_path):
    (ledger / "checkpoint").rename(tmp_path / "elsewhere")
    (ledger / "checkpoint").symlink_to(tmp_path / "elsewhere")
    assert check(ledger).returncode == 1


def ssh_line(ledger):
    public = load_identity(ledger.parent / "trust" / "operators" / "operator.pem").public
    return f"ssh-ed25519 {base64.b64encode(plain_key(public).wire).decode()}"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ('namespaces="assure-tui-seal",valid-before="20230101" ', 1, "not valid at that time"),
        ('namespaces="git,assure-tui-seal",valid-before="20400101" ', 0, "signed by golden@example.org"),
        ('valid-after="20400101Z" ', 1, "not valid at that time"),
        ("", 0, "signed by golden@example.org"),
        ('namespaces="not-assure-tui-seal" ', 0, "nobody vouched for"),
        ("cert-authority ", 0, "nobody vouched for"),
    ],
)
def test_an_allowed_signer_counts_within_its_limits_alone(ledger, tmp_path, options, code, words):
    signers = tmp_path / "allowed_signers"
    signers.write_text(f"# people\n\nother@example.org ssh-rsa AAAA\ngolden@example.org {options}{ssh_line(ledger)}\n")
    done = check(ledger, "--operator", signers, "--key", ledger.parent / "trust" / "log.vkey")
    assert done.returncode == code, done.stdout
    assert words in done.stdout


@pytest.mark.parametrize(("since", "code"), [("", 1), (" 20200101", 1), (" 20231101120000Z", 1), (" 20400101Z", 0)])
def test_a_revoked_signer_does_not_count_from_then_on(ledger, tmp_path, since, code):
    operator = ledger.parent / "trust" / "operators" / "operator.pem"
    key = plain_key(load_identity(operator).public)
    revoked = tmp_path / "revoked"
    for line in (key.fingerprint, ssh_line(ledger)):
        revoked.write_text(f"{line}{since}\n")
        done = check(ledger, *outside(ledger), "--revoked", revoked)
        assert (done.returncode, "was revoked" in done.stdout) == (code, bool(code)), done.stdout
    revoked.write_text("golden@example.org\n")
    assert check(ledger, *outside(ledger), "--revoked", revoked).returncode == 2


def test_a_cosignature_vouches_and_a_forged_one_is_noticed(ledger, tmp_path):
    witness = Signer("witness.example/w", Ed25519PrivateKey.from_private_bytes(b"\3" * 32))
    keys = tmp_path / "witnesses"
    keys.write_text(f"{VerifierKey(witness.name, COSIGNATURE, witness.verifier.public)}\n")
    assert check(ledger, "--witness", keys).returncode == 1
    head, _ = parse_checkpoint((ledger / "checkpoint").read_bytes())
    for text, code in ((head.body.decode(), 0), (head.body.decode() + "x", 1)):
        line = witness.cosign(text, 1_700_000_000)
        (ledger / "checkpoint").write_bytes(merged(head.note, [line]))
        done = check(ledger, "--witness", keys)
        assert done.returncode == code, done.stdout


def contents_of(place, *arguments):
    done = check(place.directory, "--pin", *place.pins.glob("[0-9a-f]" * 32), *arguments)
    (line,) = (line for line in done.stdout.splitlines() if " contents: " in line)
    return done.returncode, line


def test_sealed_contents_are_there_or_erased_and_open_with_their_keys(place):
    ledger = place.create()
    ledger.append([Draft("note", f"r-{n % 3}", {}, {"text": f"words {n}", "n": n}) for n in range(9)])
    ledger.append([Draft("note", "r-0", {}, ["a list"])])
    ledger.publish()
    (keys,) = place.keys.glob("*/content")
    assert contents_of(place) == (0, "verified      contents: 10 contents are there or were erased; 0 were opened")
    assert contents_of(place, "--contents", keys)[1].endswith("10 were opened")
    ledger.forget("r-1", {})
    ledger.publish()
    assert contents_of(place, "--contents", keys)[1].endswith("7 were opened")
    for spoil in (lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:-1])):
        path = place.directory / "segments" / "r-2" / "0"
        whole = path.read_bytes()
        spoil(path)
        code, line = contents_of(place)
        assert (code, "missing or changed" in line) == (1, True)
        path.write_bytes(whole)
    (keys / "r-2.key").write_bytes(bytes(32))
    assert contents_of(place, "--contents", keys)[0] == 1


def test_locked_contents_are_only_seen_to_be_there(place):
    ledger = place.create()
    ReadingKey(place.keys).create("words")
    ledger.append([Draft("note", "r-1", {}, {"text": "words"})])
    (keys,) = place.keys.glob("*/content")
    assert contents_of(place, "--contents", keys)[1].endswith("1 contents are there or were erased; 0 were opened")


def test_what_the_log_revokes_does_not_count(place):
    ledger = place.create()
    key, other = place.operator(), place.operator("Bob Example")
    for each in (key, other):
        (place.base / f"{each.identity.name[:3]}.pem").write_bytes(each.identity.export())
    arguments = ["--pin", *place.pins.glob("[0-9a-f]" * 32), "--operator", place.base / "Ali.pem"]

    def sealed():
        seal(ledger, subjects=[Subject("x", "ab" * 32)], predicate_type="t", predicate={}, key=key)

    sealed()
    revoke(ledger, plain_key(key.identity.public).fingerprint, by=other, since=None, reason="a stranger's")
    assert "0 revocations" in check(place.directory, *arguments).stdout
    done = check(place.directory, *arguments, "--operator", place.base / "Bob.pem")
    assert (done.returncode, "the log revokes" in done.stdout) == (1, True)
    revoke(ledger, plain_key(key.identity.public).fingerprint, by=key, since=2**50, reason="lost")
    assert "1 revocations stand in the log" in check(place.directory, *arguments).stdout
    sealed()
    done = check(place.directory, *arguments)
    assert (done.returncode, "the log revokes" in done.stdout) == (1, True)


def test_evidence_of_all_kinds_is_held_against_its_seal(place):
    ledger = place.create()
    ledger.append([Draft(kind, "t-1", {"n": 1}) for kind in EVIDENCE])
    leaves = [leaf_hash(encode_entry(ledger.entry(index))) for index in range(1, ledger.size)]
    subject = Subject("evidence/t-1", root(leaves).hex())
    runs = {"runs": [{"run": "r-1", "upto": ledger.size}]}
    seal(ledger, subjects=[subject], predicate_type="t", predicate=runs, key=place.operator())
    assert check(place.directory).returncode == 4
    wrong = Subject("evidence/t-1", root(leaves[1:]).hex())
    seal(ledger, subjects=[wrong], predicate_type="t", predicate=runs, key=place.operator("Bob Example"))
    done = check(place.directory)
    assert (done.returncode, "is not what was sealed" in done.stdout) == (1, True)


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000"])
def test_a_full_tile_with_something_after_its_end_is_noticed(ledger, name):
    path = ledger / name
    path.write_bytes(path.read_bytes() + b"more")
    assert check(ledger).returncode == 1


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"\0" * 1000])
def test_what_is_neither_ledger_nor_bundle_is_one_error(tmp_path, content):
    path = tmp_path / "odd"
    path.write_bytes(content)
    done = check(path)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr


def test_it_can_be_read_in_ten_minutes_and_imports_only_the_standard_library():
    text = VERIFIER.read_text(encoding="utf-8")
    assert standalone.source().decode() == text
    assert "assure_tui" not in text
    ast.parse(text, feature_version=(3, 9))
    imported = {line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith("import ")}
    assert imported <= set(sys.stdlib_module_names)
