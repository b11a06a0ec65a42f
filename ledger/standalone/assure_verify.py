#!/usr/bin/env python3
"""Checks an assure-tui ledger, or an evidence bundle cut from one, offline. One file: read it before you rely on it.

    python3 assure_verify.py LEDGER-FOLDER|BUNDLE.zip [--key FILE] [--pin FILE] [--checkpoint FILE] [--operator FILE]

It needs Python 3.9 and either the `cryptography` package or the `openssl` program (3.0), shares no code with the
program that wrote the ledger, opens nothing but what it is given, and writes nothing. The format is in SPEC.md.

What is checked, in this order (each function below says how):

    notes       the checkpoint, a C2SP signed note, is signed by the log key and the epoch key
    entries     their hashes give the signed root (RFC 6962); of a bundle: each has an inclusion proof; in order of time
    tiles       every stored hash tile is what the entries give
    pins        heads that you kept elsewhere are heads of this very log
    seals       DSSE envelopes: the digest in the log, the signature, the checkpoint that was signed, its proof
    contents    of a bundle: what is disclosed is what was committed to (a folder's are sealed, and not looked at)

Exit codes: 0 all holds and something you gave vouches for it; 1 something does not hold; 2 it cannot be read;
4 all holds, but you gave no key, pin or checkpoint: whoever wrote it could have rewritten all of it.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import functools
import hashlib
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # then the openssl program is asked
    Ed25519PublicKey = None

NOTE = 0x01
COSIGNATURE = 0x04
CAP = 64 << 20  # no file of a ledger is larger, nor a bundle's member
MAX_MEMBERS = 200_000
FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
PRIME = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
WEAK = {0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8}  # y of the points of small order: any signature fits them
SPACE = "assure-tui-seal"  # what SSH signatures over seals say that they are for
ED25519 = b"\0\0\0\x0bssh-ed25519\0\0\0 "  # before them as SSH writes it
SPKI = bytes.fromhex("302a300506032b6570032100")  # DER before the 32 bytes of an Ed25519 public key (RFC 8410)


MALFORMED = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, EOFError)
MALFORMED += (zipfile.BadZipFile, zlib.error, struct.error)  # what Python raises over bytes that are something else


class Failed(Exception):
    """Something that was looked at does not hold."""


def need(holds, message):
    if not holds:
        raise Failed(message)


# --- Hashes and signatures --------------------------------------------------------------------------------------------


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text):
    """Decode standard base64, of which there is one accepted spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Failed("malformed base64") from None
    need(base64.b64encode(raw).decode() == text, "base64 in another spelling than the canonical one")
    return raw


def unsalt(text):
    need(re.fullmatch("[0-9a-f]{32}", text), "a salt is not 16 bytes in hex")
    return bytes.fromhex(text)


def parse_json(data):
    def pairs(items):
        need(len({name for name, _ in items}) == len(items), "JSON with a doubled key")
        return dict(items)

    try:
        return json.loads(data, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise Failed("malformed JSON") from None


def canonical(value):
    """Canonical JSON (RFC 8785) of values without floats and with ASCII keys: Python's own encoder writes it so."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@functools.lru_cache(maxsize=256)
def verifies(public, signature, message):
    """Whether an Ed25519 signature (RFC 8032) is by the key: asked of `cryptography`, else of `openssl`."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if len(public) != 32 or len(signature) != 64 or y >= PRIME or y in WEAK:
        return False
    if Ed25519PublicKey is not None:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", SPKI + public), ("signature", signature), ("message", message)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin", "-inkey", "key"]
        command += ["-sigfile", "signature", "-in", "message"]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


# --- Signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature) -----------------------------------------------


def parse_vkey(text):
    """Return (name, id, type, public key) of `<name>+<id>+<type and key>`."""
    name, _, rest = text.strip().partition("+")
    key_id, _, material = rest.partition("+")
    raw = unbase64(material)
    need(name and len(raw) == 33 and raw[0] in (NOTE, COSIGNATURE), "not an Ed25519 verifier key")
    need(sha(name.encode(), b"\n", raw)[:4].hex() == key_id, f"the verifier key of {name} has another id")
    return name, bytes.fromhex(key_id), raw[0], raw[1:]


def parse_note(data):
    """Return the text, and the signature lines as (name, id, bytes)."""
    try:
        head, gap, tail = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Failed("a note is not UTF-8") from None
    need(gap and tail.endswith("\n") and len(data) <= 256 * 1024, "not a signed note")
    lines = []
    for line in tail[:-1].split("\n"):
        dash, name, encoded = line.split(" ") if line.count(" ") == 2 else ("", "", "")
        raw = unbase64(encoded)
        need(dash == "\u2014" and name and len(raw) > 4, "a note with a malformed signature line")
        lines.append((name, raw[:4], raw[4:]))
    need(len(lines) <= 64, "a note with more than 64 signatures")
    return head + "\n", lines


def signed_by(text, lines, vkey):
    """Return the time a key signed a note at (0 if it states none), or None if it did not; Failed if forged."""
    name, key_id, kind, public = vkey
    found = [signature for signer, stated, signature in lines if (signer, stated) == (name, key_id)]
    if not found:
        return None
    need(len(found) == 1, f"several signatures by {name}")
    time, signature, message = 0, found[0], text.encode()
    if kind == COSIGNATURE:
        time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
    need(verifies(public, signature, message), f"the signature by {name} does not verify")
    return time


def open_checkpoint(data, vkeys):
    """Return (origin, size, root) of a checkpoint that each of the keys signed."""
    text, lines = parse_note(data)
    for vkey in vkeys:
        need(signed_by(text, lines, vkey) is not None, f"a checkpoint is not signed by {vkey[0]}")
    body = text.split("\n")
    need(len(body) == 4 and re.fullmatch("0|[1-9][0-9]{0,18}", body[1]), "not a checkpoint of three lines")
    root = unbase64(body[2])
    need(len(root) == 32, "a checkpoint's root is not 32 bytes")
    need(body[0] == vkeys[0][0], f"a checkpoint of another log: {body[0]}")
    return body[0], int(body[1]), root


# --- The tree (RFC 6962 section 2.1) ----------------------------------------------------------------------------------


class Tree:
    """All hashes of all perfect subtrees, a level of the tree a row: 64 bytes of memory an entry."""

    def __init__(self):
        self.size = 0
        self.rows = [bytearray()]

    def add(self, leaf):
        self.size += 1
        level, digest = 0, leaf
        while True:
            row = self.rows[level]
            row += digest
            if len(row) % 64:
                return
            level, digest = level + 1, sha(b"\1", bytes(row[-64:]))
            if level == len(self.rows):
                self.rows.append(bytearray())

    def root(self, size):
        digest = None
        for level in range(size.bit_length()):
            if size >> level & 1:
                at = 32 * ((size >> level) - 1)
                peak = bytes(self.rows[level][at : at + 32])
                digest = peak if digest is None else sha(b"\1", peak, digest)
        return digest if digest is not None else sha()


def prove(leaf, index, size, path, root):
    """Check an inclusion proof (RFC 9162 section 2.1.3.2)."""
    need(0 <= index < size and len(path) <= 64, "a proof of a leaf outside the tree")
    node, last, digest = index, size - 1, leaf
    for sibling in path:
        need(last, "an inclusion proof is too long")
        if node & 1 or node == last:
            digest = sha(b"\1", sibling, digest)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            digest = sha(b"\1", digest, sibling)
        node, last = node >> 1, last >> 1
    need(last == 0 and digest == root, f"the proof of entry {index} does not lead to the signed root")


def open_proof(data, entry, vkeys):
    """Check a C2SP .tlog-proof of an entry; return its index and (origin, size, root)."""
    head, _, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    index = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines[1]) if len(lines) > 1 else None
    need(lines[0] == "c2sp.org/tlog-proof@v1" and index, "not a tlog-proof")
    checkpoint = open_checkpoint(note, vkeys)
    prove(sha(b"\0", entry), int(index[1]), checkpoint[1], [unbase64(line) for line in lines[2:]], checkpoint[2])
    return int(index[1]), checkpoint


# --- Entries and epochs -----------------------------------------------------------------------------------------------

MEMBERS = {"v", "kind", "subject", "time", "clear", "commitment"}
EVIDENCE = ("observed", "assessed", "discrepancy", "gate", "input")


def walk_epochs(keys, named, read_closing):
    """Follow the log's epochs from the first key; return [(first size it does not sign, key)] (SPEC.md, Epochs).

    The entry that names the next key is the last that the old key signs, in a head kept as `closings/<size>`. A thief
    of the present key has none of the keys before, so that no closed epoch can be signed anew.
    """
    log, epochs = keys[0], [(0, keys[1])]
    for number, (index, entry) in enumerate(named, 1):
        clear = entry["clear"]
        need(clear.get("epoch") == number, f"entry {index} begins epoch {clear.get('epoch')} where {number} is due")
        key = parse_vkey(str(clear.get("vkey")))
        need(key[0] == log[0] + "/epoch" and parse_vkey(str(clear.get("log"))) == log, f"entry {index}: foreign key")
        read_closing(index + 1, (log, epochs[-1][1]))
        epochs.append((index + 1, key))
    return epochs


def keys_at(keys, epochs, size):
    """Return the two keys that sign the head of a size."""
    return keys[0], [key for start, key in epochs if start < size or start == 0][-1]


# --- Seals: DSSE envelopes, SSH signatures ----------------------------------------------------------------------------


def ssh_fields(data, count):
    """Split the first `count` strings (uint32 length, bytes) off an SSH structure; return them and the rest."""
    found = []
    for _ in range(count):
        end = 4 + int.from_bytes(data[:4], "big")
        need(4 <= end <= len(data), "a malformed SSH structure")
        found.append(data[4:end])
        data = data[end:]
    return found, data


def ssh_string(data):
    return len(data).to_bytes(4, "big") + data


def check_sshsig(blob, key, message):
    """Check an SSHSIG (PROTOCOL.sshsig) by an Ed25519 key, in hardware (`sk-`, which a person touched) or not."""
    need(blob[:10] == b"SSHSIG\0\0\0\1", "not an SSH signature")
    (public, namespace, reserved, hashing, signature), rest = ssh_fields(blob[10:], 5)
    need(public == key and not rest and namespace == SPACE.encode(), "an SSH signature of another key or purpose")
    need(hashing in (b"sha256", b"sha512"), "an SSH signature with an unknown hash")
    digest = hashlib.new(hashing.decode(), message).digest()
    signed = b"SSHSIG" + b"".join(ssh_string(part) for part in (namespace, reserved, hashing, digest))
    (kind, raw), rest = ssh_fields(signature, 2)
    if kind == b"ssh-ed25519":
        (stated, point), more = ssh_fields(public, 2)
    else:
        need(kind == b"sk-ssh-ed25519@openssh.com" and len(rest) == 5, "an SSH signature of an unknown type")
        (stated, point, application), more = ssh_fields(public, 3)
        need(rest[0] & 1, "a hardware key signed without a person's touch")
        signed, rest = sha(application) + rest + sha(signed), b""
    need(stated == kind and not rest and not more, "a malformed SSH signature")
    need(verifies(point, raw, signed), "the SSH signature does not verify")


def pae(kind, payload):
    """What a DSSE signature is over."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def open_seal(envelope, index, entry):
    """Check one seal but for the root of its checkpoint; return (signer's name, SSH form of the key, statement)."""
    clear = entry["clear"]
    need(sha(envelope).hex() == clear.get("sha256"), f"the seal of entry {index} is not the envelope that was recorded")
    fields = parse_json(envelope)
    payload = unbase64(fields["payload"])
    message = pae(fields["payloadType"], payload)
    key = unbase64(str(clear.get("key")))
    for signature in fields["signatures"]:
        try:
            raw = unbase64(signature["sig"])
            if clear.get("scheme") == "sshsig":
                check_sshsig(raw, key, message)
                wire = key
            else:
                need(verifies(key, raw, message), "the signature does not verify")
                wire = ED25519 + key
            break
        except Failed as error:
            reason = error
    else:
        raise Failed(f"the seal of entry {index} is not signed by the key that is recorded: {reason}")
    statement = parse_json(payload)
    need(statement.get("_type") == "https://in-toto.io/Statement/v1", "a seal around something else")
    need(type(clear.get("checkpoint")) is int and clear["checkpoint"] <= index, "a seal over a later checkpoint")
    return clear.get("signer"), wire, statement


def check_head(statement, origin, size, root):
    """The first subject of a seal is the log's own checkpoint."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
    due = {"name": f"checkpoint/{size}", "digest": {"sha256": sha(body).hex()}}
    need(statement["subject"][:1] == [due], f"a seal is over another checkpoint of size {size} than the log's own")


def check_evidence(statement, held):
    """The evidence root of each run is the root over the entries that are here of it, if any are."""
    runs = statement["predicate"].get("runs", [])
    subjects = [each for each in statement["subject"] if each["name"].startswith("evidence/")]
    for subject, run in zip(subjects, runs):
        tag, tree = subject["name"].partition("/")[2], Tree()
        for index, leaf in held.get(tag, []):
            if index < run["upto"]:
                tree.add(leaf)
        whole = tree.root(tree.size).hex() == subject["digest"]["sha256"]
        need(whole or tag not in held, f"the evidence of {tag} is not what was sealed: an entry is missing, or added")


def load_keys(paths):
    """Return {SHA-256 of a key's SSH form: [(name, valid from, valid until)]}, the times as YYYYMMDDHHMMSS.

    The files are PEM, OpenSSH's allowed_signers, or lists of revoked keys: a key or its SHA256: fingerprint a line,
    and the time since when. Times are taken as UTC.
    """
    known = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read(1 << 20)
        named, begins, pem = text.partition("-----BEGIN PUBLIC KEY-----")
        if begins:
            der = unbase64("".join(pem.partition("-----END")[0].split()))
            need(der[:12] == SPKI and len(der) == 44, f"{path} is not an Ed25519 public key")
            known[sha(ED25519 + der[12:])] = [(named.strip().partition("name: ")[2], 0, 10**14)]
        for line in [] if begins else text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            found = re.fullmatch(r"(.*?)((?:sk-)?ssh-ed25519\S*) (\S+)(.*)|SHA256:(\S{43})(.*)", line.strip())
            need(
                found or re.search(r" (ssh-rsa|ecdsa-|ssh-dss|cert-)", line), f"{path} has a line that is none: {line}"
            )
            options = (found and found[1]) or ""
            spaces = re.search(r'namespaces="?([^"\s]*)', options)
            if not found or "cert-authority" in options or (spaces and SPACE not in spaces[1].split(",")):
                continue
            digest = sha(unbase64(found[3])) if found[3] else unbase64(found[5] + "=")
            limit = dict(re.findall(r'(valid-after|valid-before)="?([0-9]{8,14})', options))
            since = re.match(r" ([0-9]{8,14})Z?$", found[4] or found[6] or "")
            after = limit.get("valid-after", since[1] if since else "0").ljust(14, "0")
            before = limit.get("valid-before", "9" * 14).ljust(14, "0")
            known.setdefault(digest, []).append((options.split(" ")[0], int(after), int(before)))
    return known


def stamp(milliseconds):
    """Return a time as the number YYYYMMDDHHMMSS, UTC: the form that allowed_signers has."""
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.timezone.utc)
    return int(moment.strftime("%Y%m%d%H%M%S"))


# --- A ledger's folder, or a bundle -----------------------------------------------------------------------------------


class Source:
    """Reads regular files of a folder, following no link, or members of a zip file, unpacking nothing to disk."""

    def __init__(self, path):
        self.path, self.members = path, None
        if not os.path.isdir(path):
            need(stat.S_ISREG(os.stat(path).st_mode), "what is neither a folder nor a file")
            self.zip = zipfile.ZipFile(path)
            listed = self.zip.infolist()
            self.members = {member.filename: member for member in listed}
            need(len(listed) == len(self.members) <= MAX_MEMBERS, "a bundle with doubled or too many members")

    def read(self, name):
        """Return a file's bytes, or None if there is none."""
        if self.members is None:
            try:
                descriptor = os.open(os.path.join(self.path, name), FLAGS)
            except (FileNotFoundError, NotADirectoryError):
                return None
            need(stat.S_ISREG(os.fstat(descriptor).st_mode), f"{name} is not a regular file")
            opened = os.fdopen(descriptor, "rb")
        elif name in self.members:
            opened = self.zip.open(name)
        else:
            return None
        with opened as file:
            data = file.read(CAP + 1)
        need(len(data) <= CAP, f"{name} is larger than {CAP} bytes")
        return data

    def names(self, folder):
        if self.members is not None:
            found = [name.partition("/") for name in self.members]
            return sorted(rest for first, _, rest in found if first == folder and rest)
        path = os.path.join(self.path, folder)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []


class Verifier:
    """Checks one ledger or bundle, and says what it found."""

    def __init__(self, source, given):
        self.source = source
        self.given = given
        self.failed = False
        self.vouched = []
        self.tree, self.time = None, 0
        self.kept, self.evidence, self.commitments = [], {}, {}

    def say(self, state, name, detail):
        self.failed = self.failed or state == "failed"
        print(f"{state:<13} {name}: {detail}".encode("ascii", "backslashreplace").decode())

    def due(self, name):
        data = self.source.read(name)
        need(data is not None, f"{name} is missing")
        return data

    def step(self, name, check):
        """Run one check; say what it found. Return whether it holds."""
        try:
            detail = check()
        except Failed as error:
            self.say("failed", name, str(error))
            return False
        except MALFORMED as error:
            self.say("failed", name, f"malformed ({type(error).__name__}: {error})")
            return False
        if detail is not None:
            self.say("verified", name, detail)
        return True

    def run(self):
        bundle = self.source.members is not None
        steps = [("keys", self.check_keys)]
        steps += [("entries", self.read_bundle if bundle else self.read_ledger)]
        for name, check in steps:
            if not self.step(name, check):
                return
        for path in [*self.given.pin, *self.given.checkpoint]:
            self.step(f"head kept in {path}", lambda path=path: self.check_kept(path, path in self.given.pin))
        for path in self.given.witness:
            self.step(f"witnesses in {path}", lambda path=path: self.check_witnesses(path))
        for index, entry, data in self.kept:
            if entry["kind"] == "seal":
                self.step(f"seal of entry {index}", lambda i=index, e=entry, d=data: self.check_seal(i, e, d))
        if bundle:
            self.step("contents", self.check_contents)
        if not self.vouched:
            self.say("not anchored", "origin", "no key, pin or checkpoint was given: a rewritten log looks like this")

    def check_keys(self):
        lines = self.due("trust/log.vkey").decode().split()
        need(len(lines) == 2, "trust/log.vkey does not name a log key and a first epoch key")
        self.keys = tuple(parse_vkey(line) for line in lines)
        self.origin = self.keys[0][0]
        need(self.keys[1][0] == self.origin + "/epoch", "keys that do not belong together")
        for path in self.given.key:
            with open(path, encoding="utf-8") as file:
                outside = [parse_vkey(line) for line in file.read(4096).split()]
            need(outside == list(self.keys[: len(outside)]), f"the log is signed with other keys than those in {path}")
            self.vouched.append(path)
        return f"log key of {self.origin}"

    def read_ledger(self):
        """Rebuild the tree from all bundles and the write-ahead log; hold every tile and every stated head to it."""
        text, _ = parse_note(self.due("checkpoint"))
        size = int(text.split("\n")[1])
        self.tree = Tree()
        for start in range(0, size, 256):
            for data in self.bundle(start // 256, min(256, size - start)):
                self.take(self.tree.size, data)
        pending = self.read_tail()
        self.follow_epochs()
        head = open_checkpoint(self.due("checkpoint"), self.keys_at(size))
        need(self.tree.root(size) == head[2], f"the {size} entries do not lead to the signed root")
        for state, note in pending:
            stated = open_checkpoint(note, self.keys_at(state))
            need(stated[1:] == (state, self.tree.root(state)), "a committed batch does not lead to the root it states")
        tiles = self.check_tiles(size)
        return f"{self.tree.size} entries ({size} published) lead to the signed root, {tiles} tiles fit them"

    def take(self, index, data):
        """Parse an entry, and keep what later checks need of it."""
        entry, leaf = parse_json(data), sha(b"\0", data)
        need(isinstance(entry, dict) and set(entry) == MEMBERS and entry["v"] == 1, f"entry {index} is not an entry")
        need(entry["time"] >= self.time, f"time goes back at entry {index}")
        self.time = entry["time"]
        if entry["kind"] in ("key", "seal"):
            self.kept.append((index, entry, data))
        elif entry["kind"] in EVIDENCE:
            self.evidence.setdefault(entry["subject"], []).append((index, leaf))
        if self.tree is None:
            self.commitments[index] = entry["commitment"]
        else:
            self.tree.add(leaf)

    def bundle(self, number, width):
        path = tile_path("entries", number)
        partial = self.source.read(f"{path}.p/{width}") if width < 256 else None
        data = self.due(path) if partial is None else partial
        found = []
        while data and len(found) < width:
            end = 2 + int.from_bytes(data[:2], "big")
            need(end <= len(data), f"{path} is cut off")
            found.append(data[2:end])
            data = data[end:]
        need(len(found) == width and (partial is None or not data), f"{path} does not hold {width} entries")
        self.check_smaller(path, [len(entry).to_bytes(2, "big") + entry for entry in found])
        return found

    def check_smaller(self, path, parts):
        """Files that are left of smaller sizes of the log hold the beginning of what stands there now."""
        for name in self.source.names(f"{path}.p"):
            if not name.startswith("."):
                stored, known = self.source.read(f"{path}.p/{name}"), b"".join(parts[: int(name)])
                need(int(name) > len(parts) or stored in (known, None), f"{path}.p/{name} is not what entries give")

    def read_tail(self):
        """Add what was committed and not published yet; return the heads that the batches state."""
        heads, batch = [], []
        firsts = sorted(int(name) for name in self.source.names(".state/wal") if name.isdigit())
        for first in firsts:
            data, at, count = self.due(f".state/wal/{first}"), 0, first
            while at + 5 <= len(data):
                kind, end = data[at : at + 1], at + 5 + int.from_bytes(data[at + 1 : at + 5], "big")
                if end > len(data) or kind not in (b"E", b"C"):
                    break
                payload, at = data[at + 5 : end], end
                if kind == b"E":
                    batch.append(payload)
                    continue
                for entry in batch:
                    need(count <= self.tree.size, "a gap in the write-ahead log")
                    if count == self.tree.size:
                        self.take(count, entry)
                    known = bytes(self.tree.rows[0][32 * count : 32 * count + 32])
                    need(sha(b"\0", entry) == known, f"entry {count} is another in the write-ahead log")
                    count += 1
                heads.append((count, payload))
                batch = []
            batch = []
        return heads

    def check_tiles(self, size):
        count = 0
        for level in range(0, max(1, len(self.tree.rows)), 8):
            row = self.tree.rows[level]
            width = size >> level
            for start in range(0, width, 256):
                stop = min(start + 256, width)
                path = tile_path(level // 8, start // 256)
                partial = self.source.read(f"{path}.p/{stop - start}") if stop - start < 256 else None
                stored = self.due(path) if partial is None else partial
                due = bytes(row[32 * start : 32 * stop])
                need(stored[: len(due)] == due and len(stored) in (len(due), 8192), f"{path} is not what entries give")
                self.check_smaller(path, [due[at : at + 32] for at in range(0, len(due), 32)])
                count += 1
        return count

    def follow_epochs(self):
        named = [(index, entry) for index, entry, _ in self.kept if entry["kind"] == "key"]
        need(named and named[0][0] == 0, "the first entry does not name the log's keys")
        stated = named[0][1]["clear"]
        need((parse_vkey(stated["log"]), parse_vkey(stated["vkey"])) == self.keys, "the first entry names other keys")
        self.epochs = walk_epochs(self.keys, named[1:], self.read_closing)

    def read_closing(self, size, keys):
        data = self.source.read(f"closings/{size}")
        if data is None and self.tree and size == self.tree.size:
            return  # an epoch that was being closed when the log was last written
        need(data is not None, f"the closing of an epoch at size {size} is missing")
        head = open_checkpoint(data, keys)
        need(head[1] == size and (self.tree is None or head[2] == self.tree.root(size)), "a closing of another history")

    def keys_at(self, size):
        return keys_at(self.keys, self.epochs, size)

    def read_bundle(self):
        """Check the proof of every entry of the bundle, all under its one checkpoint."""
        names = sorted(self.source.names("entries"), key=int)
        for name in names:
            self.take(int(name), self.due(f"entries/{name}"))
        self.follow_epochs()
        text, _ = parse_note(self.due("checkpoint"))
        self.head = open_checkpoint(self.due("checkpoint"), self.keys_at(int(text.split("\n")[1])))
        for name in names:
            proof, data = self.due(f"proofs/{name}.tlog-proof"), self.due(f"entries/{name}")
            found = open_proof(proof, data, self.keys_at(self.head[1]))
            need(found == (int(name), self.head), f"the proof of entry {name} is of another entry or checkpoint")
        return f"{len(names)} entries are in the log of {self.head[1]} entries"

    def check_kept(self, path, is_pin):
        """A head that was kept elsewhere is a head of this log: its end was not cut off, its past is the same."""
        with open(path, "rb") as file:
            data = file.read(CAP)
        if is_pin:  # two slots of 4096 bytes; the newer counts
            slots = [data[at : at + 4096].rstrip(b"\0").partition(b"\n\n")[2] for at in (0, 4096)]
            data = max(slots, key=lambda slot: int(slot.split(b"\n")[1]) if slot.count(b"\n") > 2 else -1)
        head = open_checkpoint(data, self.keys[:1])
        if self.tree is None:
            need(head == self.head, "a bundle can only be held against the very checkpoint it was cut at")
        else:
            need(head[1] <= self.tree.size, f"{head[1]} entries were committed and {self.tree.size} are here: cut off")
            need(self.tree.root(head[1]) == head[2], f"another history than the head of size {head[1]}")
        self.vouched.append(path)
        return f"continues the head of size {head[1]}"

    def check_witnesses(self, path):
        """Heads that a witness cosigned are heads of this log (C2SP tlog-cosignature)."""
        with open(path, encoding="utf-8") as file:
            keys = [parse_vkey(line) for line in file.read(1 << 16).split()]
        sizes = []
        for name in ["checkpoint", *(f"cosigned/{name}" for name in self.source.names("cosigned"))]:
            text, lines = parse_note(self.due(name))
            if [key for key in keys if signed_by(text, lines, key) is not None]:
                head = open_checkpoint(self.due(name), self.keys[:1])
                need(self.tree is None or head[1] <= self.tree.size, f"{head[1]} entries were cosigned: cut off")
                need(self.tree is None or self.tree.root(head[1]) == head[2], "another history was cosigned")
                sizes.append(head[1])
        need(sizes, "no head is cosigned by any of them")
        self.vouched.append(path)
        return f"the head of size {max(sizes)} is cosigned"

    def check_seal(self, index, entry, data):
        number, size = entry["clear"]["n"], entry["clear"]["checkpoint"]
        need(type(number) is int, "a seal without a number")
        envelope = self.due(f"seals/{number}.dsse.json")
        name, wire, statement = open_seal(envelope, index, entry)
        if self.tree is not None:
            check_head(statement, self.origin, size, self.tree.root(size))
        check_evidence(statement, self.evidence)
        proof = self.source.read(f"seals/{number}.tlog-proof")
        if proof is not None:
            stated, _ = parse_note(proof.partition(b"\n\n")[2])
            found, head = open_proof(proof, data, self.keys_at(int(stated.split("\n")[1])))
            need(found == index, "the proof beside a seal is of another entry")
            need(self.tree is None or self.tree.root(head[1]) == head[2], "a seal's proof is of another history")
        moment, digest = stamp(entry["time"]), sha(wire)
        need(all(moment < since for _, since, _ in self.given.gone.get(digest, [])), f"the key of {name} was revoked")
        known = self.given.known.get(digest)
        if not known:
            self.say("not anchored", f"seal of entry {index}", f"by a signer nobody vouched for, called {name}")
            return None
        valid = [name for name, after, before in known if after <= moment <= before]
        need(valid, f"the key of {known[0][0]} was not valid at that time")
        return f"signed by {valid[0]} over the checkpoint of size {size}"

    def check_contents(self):
        """What is disclosed opens the commitment of its entry, whole or field by field (SPEC.md, Entry)."""
        shown = hidden = 0
        for name in self.source.names("disclosures"):
            index = int(name.partition(".")[0])
            stated = parse_json(self.due(f"disclosures/{name}"))
            if "digests" in stated:
                for field, value in stated["fields"].items():
                    digest = sha(unsalt(value["salt"]), canonical(value["value"])).hex()
                    need(stated["digests"].get(field) == digest, f"field {field} of entry {index} was changed")
                opened = sha(b"assure-tui/fields/v1\n", canonical(stated["digests"])).hex()
                hidden += len(stated["digests"]) - len(stated["fields"])
                shown += len(stated["fields"])
            else:
                opened = sha(unsalt(stated["salt"]), canonical(stated["content"])).hex()
                shown += 1
            need(self.commitments[index] == opened, f"the content of entry {index} is not what was committed to")
        return f"{shown} disclosed fields are what was committed to, {hidden} are withheld"


def tile_path(level, number):
    digits = f"{number:03d}"
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return f"tile/{level}/" + "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", help="the folder of a ledger, or a bundle")
    some = {"action": "append", "default": [], "metavar": "FILE"}
    parser.add_argument("--key", help="the log's verifier key, kept elsewhere", **some)
    parser.add_argument("--pin", help="a pin of the log (from the folder `pins`)", **some)
    parser.add_argument("--checkpoint", help="a checkpoint of the log, kept elsewhere", **some)
    parser.add_argument("--operator", help="public keys of signers: PEM, or an OpenSSH allowed_signers file", **some)
    parser.add_argument("--revoked", help="keys that no longer count, in the same forms", **some)
    parser.add_argument("--witness", help="verifier keys of witnesses, one a line", **some)
    given = parser.parse_args(arguments)
    if Ed25519PublicKey is None and not shutil.which("openssl"):
        sys.exit("assure_verify: neither the cryptography package nor the openssl program is there: install one")
    print(f"signatures are checked with {'openssl' if Ed25519PublicKey is None else 'cryptography'}")
    try:
        given.known, given.gone = load_keys(given.operator), load_keys(given.revoked)
        verifier = Verifier(Source(given.path), given)
    except (Failed, *MALFORMED) as error:
        print(f"assure_verify: {error}", file=sys.stderr)
        return 2
    verifier.run()
    state = 1 if verifier.failed else 0 if verifier.vouched else 4
    print({0: "all holds", 1: "FAILED", 4: "all holds, but nothing from outside vouches for it"}[state])
    return state


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
