"""A small whole ledger, committed: what was written once is written the same today, and still verifies.

The files in `golden/` are written anew, after a change of the format that is meant, with
`uv run python tests/ledger/test_golden.py tests/ledger/golden`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import sys
import time
from pathlib import Path

import pytest

from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.entry import Entry, encode_entry
from assure_tui.ledger.operator_key import OperatorIdentity, OperatorKey
from assure_tui.ledger.seal import seal
from assure_tui.ledger.store import Draft, Ledger
from assure_tui.ledger.tree import leaf_hash
from assure_tui.ledger.verify import verify

GOLDEN = Path(__file__).parent / "golden"
ROOT = "6802c6228828a5f360519f4c5b8b70c48a03edab6f82caf8009942d81e690651"


def write(base: Path, patch: pytest.MonkeyPatch) -> Ledger:
    """Write the golden ledger, with time and chance held still."""
    blocks, ticks = itertools.count(), itertools.count(1_700_000_000_000_000_000, 1_000_000_000)
    patch.setattr(os, "urandom", lambda size: hashlib.shake_256(b"%d" % next(blocks)).digest(size))
    patch.setattr(time, "time_ns", lambda: next(ticks))
    ledger = Ledger.create(base / "ledger", pins=base / "pins", keys=base / "keys", origin="example.org/golden")
    ledger.append([Draft("observed", "r-1", {"n": n, "live": True}) for n in range(258)])
    ledger.publish()
    ledger.append(
        [Draft("note", "r-1", {"words": 2}, {"text": "grüße, \u2028 \x07"}), Draft("heartbeat", "ledger", {})]
    )
    private = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    operator = OperatorKey(OperatorIdentity("Golden Operator", private.public_key().public_bytes_raw()), private)
    (base / "trust" / "operators").mkdir(parents=True)
    (base / "trust" / "operators" / "operator.pem").write_bytes(operator.identity.export())
    (base / "trust" / "log.vkey").write_text(f"{ledger.verifiers[0]}\n")
    seal(
        ledger,
        subjects=[Subject("evidence", "5a" * 32)],
        predicate_type="https://example.org/verdict/v1",
        predicate={"verdict": "accepted", "reason": "seen"},
        key=operator,
    )
    ledger.append([Draft("observed", "r-2", {"n": n}) for n in range(4)])
    return ledger


def files(base: Path) -> dict[str, bytes]:
    """All files but those bound to a machine, those that are secret, and those that a compressor shapes."""
    found = {path.relative_to(base).as_posix(): path for path in base.rglob("*") if path.is_file()}
    left_out = ("keys/", "ledger/segments/", "ledger/.state/machine")
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if not name.startswith(left_out) and not name.endswith(".lock")
    }


def test_the_same_entries_are_written_as_the_same_bytes(tmp_path, monkeypatch):
    write(tmp_path, monkeypatch)
    assert files(tmp_path) == files(GOLDEN)


def test_the_committed_ledger_verifies():
    report = verify(GOLDEN / "ledger", pins=GOLDEN / "pins", trust=GOLDEN / "trust")
    assert (report.state, report.size, report.origin) == ("ok", 267, "example.org/golden")
    assert report.root.hex() == ROOT
    assert {statement.name for statement in report.statements if statement.state != "verified"} == {
        "witnesses",
        "outside",
    }


def test_an_entry_and_its_leaf_hash():
    entry = Entry(
        kind="note", subject="r-1", time=1_700_000_000_123, clear={"b": [1, None, True], "a": "ü\n"}, commitment=None
    )
    data = encode_entry(entry)
    text = '{"clear":{"a":"ü\\n","b":[1,null,true]},"commitment":null,"kind":"note","subject":"r-1"'
    assert data.decode() == text + ',"time":1700000000123,"v":1}'
    assert leaf_hash(data).hex() == "d4834cd0bab7ddab02c9934edaba648e91d1aa2f5919c62f1149d9bd9863b5db"


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as chance:
        written = write(Path(sys.argv[1]), chance)
    print(written.root().hex())
