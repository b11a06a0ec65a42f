"""A file that proves by itself that a log's key signed two histories."""

from __future__ import annotations

import json
from pathlib import Path

from assure_tui.ledger.checkpoint import sign
from assure_tui.ledger.cosign import fork_proof
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.note import Signer

LOG = Signer("example.org/log", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))


def test_verify_reads_the_proof_of_a_fork(tmp_path: Path, assure) -> None:
    one, other = (sign(LOG.name, 3, bytes([n]) * 32, [LOG]) for n in (1, 2))
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "log.vkey").write_text(f"{LOG.verifier}\n")
    path = tmp_path / "fork"
    path.write_bytes(fork_proof(one.note, other.note))
    done = assure("verify", path, "--trust", trust, "--format", "json")
    assert done.returncode == 1
    (statement,) = json.loads(done.stdout)["statements"]
    assert "signed two histories of 3 entries" in statement["detail"]
    assert assure("verify", path).returncode == 2
    path.write_bytes(fork_proof(one.note, one.note))
    done = assure("verify", path, "--trust", trust)
    assert (done.returncode, "do not contradict" in done.stderr) == (2, True)
