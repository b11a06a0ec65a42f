"""A verifier written from SPEC.md alone: it shares no code with the ledger, and must agree with it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GOLDEN = Path(__file__).parent / "golden"


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, over leaf hashes."""
    if not leaves:
        return digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return digest(b"\1", tree_hash(leaves[:half]), tree_hash(leaves[half:]))


def key_of(vkey: str) -> tuple[str, bytes, bytes]:
    name, key_id, material = vkey.split("+", 2)
    raw = base64.b64decode(material)
    assert digest(name.encode(), b"\n", raw)[:4].hex() == key_id
    return name, bytes.fromhex(key_id), raw[1:]


def size_of(note: bytes) -> int:
    return int(note.split(b"\n")[1])


def open_note(note: bytes, vkeys: tuple[str, ...]) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that all the keys signed."""
    text, _, lines = note.decode().rpartition("\n\n")
    text += "\n"
    signatures = {}
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        assert dash == "\u2014"
        signatures[name, raw[:4]] = raw[4:]
    for vkey in vkeys:
        name, key_id, public = key_of(vkey)
        Ed25519PublicKey.from_public_bytes(public).verify(signatures[name, key_id], text.encode())
    origin, size, root = text.splitlines()
    return origin, int(size), base64.b64decode(root)


def bundle_entries(data: bytes) -> list[bytes]:
    entries = []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        entries.append(data[2:end])
        data = data[end:]
    return entries


class Keys:
    """The log key, and the epoch keys as the closings hand them on."""

    def __init__(self, log: str, first: str) -> None:
        self.log, self.epochs = log, [(0, first)]

    def of(self, size: int) -> tuple[str, str]:
        return self.log, [key for start, key in self.epochs if start < max(size, 1)][-1]

    def close(self, ledger: Path, entries: list[bytes]) -> None:
        """Follow the closings up to the end of the entries."""
        for size, parsed in enumerate(map(json.loads, entries), 1):
            if parsed["kind"] == "key" and size > 1 and size > self.epochs[-1][0]:
                closing = open_note((ledger / f"closings/{size}").read_bytes(), self.of(size))
                assert closing[1:] == (size, tree_hash([digest(b"\0", entry) for entry in entries[:size]]))
                assert parsed["clear"]["epoch"] == len(self.epochs)
                self.epochs.append((size, parsed["clear"]["vkey"]))


def committed(ledger: Path, entries: list[bytes], keys: Keys) -> list[bytes]:
    """The entries, and those that the write-ahead log has beyond them."""
    for path in sorted((ledger / ".state/wal").iterdir(), key=lambda path: int(path.name)):
        all_of_it, data, batch = entries[: int(path.name)], path.read_bytes(), []
        while data:
            end = 5 + int.from_bytes(data[1:5], "big")
            kind, payload, data = data[:1], data[5:end], data[end:]
            if kind == b"E":
                batch.append(payload)
                continue
            all_of_it = all_of_it + batch
            batch = []
            head = open_note(payload, keys.of(size_of(payload)))[1:]
            keys.close(ledger, all_of_it)
            assert head == (len(all_of_it), tree_hash([digest(b"\0", entry) for entry in all_of_it]))
        assert all_of_it[: len(entries)] == entries
        entries = all_of_it
    return entries


def test_the_specification_is_enough_to_verify_the_golden_ledger():
    ledger = GOLDEN / "ledger"
    (pin,) = (GOLDEN / "pins").iterdir()
    slots = [pin.read_bytes()[at : at + 4096].rstrip(b"\0").partition(b"\n\n") for at in (0, 4096)]
    pinned = [(lines.decode().split("\n"), note) for lines, _, note in slots]
    ((log, first),) = {tuple(lines[:2]) for lines, _ in pinned}
    origin, pinned_size, pinned_root = max(open_note(note, (log, lines[-1])) for lines, note in pinned)
    keys = Keys(log, first)
    assert pin.name == digest(origin.encode()).hex()[:32]

    checkpoint = (ledger / "checkpoint").read_bytes()
    size = size_of(checkpoint)
    entries = []
    for index in range(size // 256):
        entries += bundle_entries((ledger / f"tile/entries/{index:03d}").read_bytes())
    entries += bundle_entries((ledger / f"tile/entries/{size // 256:03d}.p/{size % 256}").read_bytes())
    leaves = [digest(b"\0", entry) for entry in entries]
    keys.close(ledger, entries)
    assert open_note(checkpoint, keys.of(size)) == (origin, len(entries), tree_hash(leaves))
    assert (ledger / "tile/0/000").read_bytes() == b"".join(leaves[:256])
    assert (ledger / "tile/1/000.p/1").read_bytes() == tree_hash(leaves[:256])

    entries = committed(ledger, entries, keys)
    assert tree_hash([digest(b"\0", entry) for entry in entries[:pinned_size]]) == pinned_root
    parsed = [json.loads(entry) for entry in entries]
    assert parsed[0]["clear"] == {"epoch": 0, "log": log, "vkey": first}
    assert [entry["time"] for entry in parsed] == sorted(entry["time"] for entry in parsed)

    (recorded,) = [entry["clear"] for entry in parsed if entry["kind"] == "seal"]
    envelope = (ledger / f"seals/{recorded['n']}.dsse.json").read_bytes()
    assert digest(envelope).hex() == recorded["sha256"]
    fields = json.loads(envelope)
    payload = base64.b64decode(fields["payload"])
    kind = fields["payloadType"]
    message = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    signer = Ed25519PublicKey.from_public_bytes(base64.b64decode(recorded["key"]))
    signer.verify(base64.b64decode(fields["signatures"][0]["sig"]), message)
    with pytest.raises(InvalidSignature):
        signer.verify(base64.b64decode(fields["signatures"][0]["sig"]), message + b" ")
    first = json.loads(payload)["subject"][0]
    sealed = tree_hash([digest(b"\0", entry) for entry in entries[: recorded["checkpoint"]]])
    text = f"{origin}\n{recorded['checkpoint']}\n{base64.b64encode(sealed).decode()}\n"
    assert first == {"name": f"checkpoint/{recorded['checkpoint']}", "digest": {"sha256": digest(text.encode()).hex()}}

    (frame,) = [(ledger / "segments/r-1/0").read_bytes()]
    assert frame[:4] == b"ASF1"
    assert int.from_bytes(frame[4:8], "big") == len(frame) - 8
    assert digest(frame[:-32]) == frame[-32:]
    held = [frame[10 + 32 * n : 42 + 32 * n].hex() for n in range(int.from_bytes(frame[8:10], "big"))]
    assert held == [entry["commitment"] for entry in parsed if entry["commitment"]]
