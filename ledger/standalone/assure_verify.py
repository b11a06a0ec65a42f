#!/usr/bin/env python3
"""Checks an assure-tui ledger, or an evidence bundle cut from one, offline. One file: read it before you rely on it.

    python3 assure_verify.py LEDGER-FOLDER|BUNDLE.zip [--key FILE] [--pin FILE] [--checkpoint FILE] [--operator FILE]

It needs Python 3.9 and either the `cryptography` package or the `openssl` program (3.0), shares no code with the
program that wrote the ledger, opens nothing but what it is given, and writes nothing. The format is in SPEC.md.
`Verifier.run` names the checks in their order; what they are made of follows below it.

    members     of a bundle: plain files with plain names, each of an entry that is there
    keys        the log key and the first epoch key are those that you know
    entries     their hashes give the signed root (RFC 6962), and every tile; of a bundle: each has an inclusion proof
    heads       that you kept elsewhere, or that witnesses cosigned, are heads of this very log
    seals       the digest in the log, the signature, the checkpoint and evidence that were signed, and who was revoked
    contents    each has its sealed frame or a tombstone; what is disclosed, or opens, is what was committed to

Exit codes: 0 all holds and something you gave vouches for it; 1 something does not hold; 2 it cannot be read;
4 all holds, but you gave no key, pin or checkpoint: whoever wrote it could have rewritten all of it.
"""

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
import subprocess
import sys
import tempfile
import zipfile
import zlib

try:
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
except ImportError:  # then the openssl program is asked, and no contents are opened
    Ed25519PublicKey = None

NOTE, COSIGNATURE = 0x01, 0x04  # types of signatures on notes
FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
CAP = 128 << 20  # no file of a ledger is larger, nor a bundle's member
PRIME = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
WEAK = {0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8}  # y of the points of small order: any signature fits them
SPACE = "assure-tui-seal"  # what SSH signatures over seals say that they are for
SSH_ED25519 = b"\0\0\0\x0bssh-ed25519\0\0\0 "  # before the 32 bytes of a key as SSH writes it
SPKI = bytes.fromhex("302a300506032b6570032100")  # before them in DER (RFC 8410)
REVOCATION = "https://assure-tui.dev/revocation/v1"
EVIDENCE = {"observed", "assessed", "discrepancy", "gate", "input", "hook", "approval", "claim"}
BARE = {"key", "seal", "adoption", "redaction", "recovery", "heartbeat"}  # the ledger's own kinds have no content
FOLDERS = {"closings", "disclosures", "entries", "proofs", "seals", "trust"}  # of bundles: all there is an entry's
PLACES = {"checkpoint", "closings", "cosigned", "seals", "segments", "tile", "trust"}  # in the folder of a ledger
MEMBERS = {"v", "kind", "subject", "time", "clear", "commitment"}


class Failed(Exception):
    """Something that was looked at does not hold."""


def need(holds, message):
    if not holds:
        raise Failed(message)


# --- The checks, in their order. What they are made of follows below --------------------------------------------------


class Verifier:
    """Checks one ledger or bundle, and says what it found."""

    def __init__(self, files, given):
        self.files, self.given, self.failed, self.vouched = files, given, False, []
        self.tree, self.time = None if files.zip else Tree(), 0
        self.recorded = {}  # the first entry of each seal
        self.named, self.seals, self.held = [], [], []  # entries about keys, those of seals, the seals that hold
        self.evidence, self.contents, self.erased = {}, {}, {}  # leaves by run; commitments by index; tombstones

    def run(self):
        self.step("keys", self.check_keys)
        if self.files.zip:
            self.step("members", self.check_members)
        if self.failed or not self.step("entries", self.read_bundle if self.files.zip else self.read_ledger):
            return
        for path in [*self.given.pin, *self.given.checkpoint]:
            self.step(f"head kept in {path}", self.check_kept, path)
        if self.files.names("cosigned"):
            self.step("cosigned heads", self.check_cosigned)
        for path in self.given.witness:
            self.step(f"witnesses in {path}", self.check_witnesses, path)
        for index, entry, data in self.seals:
            self.step(f"seal of entry {index}", self.check_seal, index, entry, data)
        self.step("revocations", self.check_revocations)
        self.step("contents", self.check_disclosed if self.files.zip else self.check_sealed)
        if not self.files.zip:
            self.step("files", self.check_beside)
        if not self.vouched:
            self.say("not anchored", "no key, pin or checkpoint was given: a rewritten log looks like this", "origin")

    def step(self, name, check, *arguments):
        """Run one check and say what it found; bytes that are something else than they should be fail it too."""
        try:
            self.say(*check(*arguments), name)
        except Failed as error:
            self.say("failed", str(error), name)
        except Exception as error:  # noqa: BLE001 - hostile bytes fail in every way that Python has
            self.say("failed", f"malformed ({type(error).__name__}: {error})", name)
        return not self.failed

    def say(self, state, detail, name):
        self.failed = self.failed or state == "failed"
        print(f"{state:<13} {name}: {detail}".encode("unicode_escape").decode())  # a name may hold terminal escapes

    def check_keys(self):
        stated = self.files.due("trust/log.vkey").decode()
        self.keys = [parse_vkey(line) for line in stated.split()]
        need(stated == "\n".join([*stated.split(), ""]), "the file of keys has something else beside them")
        need([key[0] for key in self.keys[1:]] == [self.keys[0][0] + "/epoch"], "keys that do not belong together")
        for path in self.given.key:
            with open(path, encoding="utf-8") as file:
                outside = [parse_vkey(line) for line in file.read(4096).split()]
            need(outside == self.keys[: len(outside)], f"the log is signed with other keys than those in {path}")
            self.vouched.append(path)
        return "verified", f"log key of {self.keys[0][0]}"

    def read_ledger(self):
        """Rebuild the tree from all bundles and the write-ahead log; hold every tile and every stated head to it."""
        need(self.files.due(".state/version") == b"1\n", "a ledger of a format that this program does not know")
        size = int(parse_note(self.files.due("checkpoint"))[0].split("\n")[1])
        for start in range(0, size, 256):
            path, width = tile_path("entries", start // 256), min(256, size - start)
            stored, found = self.stored(path, width), []
            while stored and len(found) < width:
                end = 2 + int.from_bytes(stored[:2], "big")
                found.append(stored[:end])
                stored = stored[end:]
            self.check_files(path, found, width)
            for data in found:
                self.take(self.tree.size, data[2:])
        heads = [(size, self.files.due("checkpoint")), *self.read_tail()]
        self.follow_epochs()
        for state, note in heads:
            stated = open_checkpoint(note, self.keys_at(state))
            need(stated[1:] == (state, self.tree.root(state)), f"{state} entries do not lead to the signed root")
        for level in range(0, len(self.tree.rows), 8):
            width = size >> level
            for start in range(0, width, 256):
                row = bytes(self.tree.rows[level][32 * start : 32 * min(start + 256, width)])
                hashes = [row[at : at + 32] for at in range(0, len(row), 32)]
                self.check_files(tile_path(level // 8, start // 256), hashes, len(hashes))
        return "verified", f"{self.tree.size} entries ({size} published) lead to the signed root, all tiles fit them"

    def stored(self, path, width):
        """Read a bundle or tile of a width; of one that was full later, the full file."""
        return (self.files.read(f"{path}.p/{width}") if width < 256 else None) or self.files.due(path)

    def check_files(self, path, parts, width):
        """A tile or bundle, and what is left of it from smaller sizes of the log, is what the entries give."""
        stored, known = self.stored(path, width), b"".join(parts)
        grown = width < 256 and stored.startswith(known)  # the full file of a log that has grown since
        need(len(parts) == width and (stored == known or grown), f"{path} is not what the entries give")
        for name in self.files.names(f"{path}.p"):
            known, stored = b"".join(parts[: int(name)]), self.files.read(f"{path}.p/{name}")
            need(int(name) > len(parts) or stored in (known, None), f"{path}.p/{name} is not what the entries give")

    def read_tail(self):
        """Add what was committed and is not published yet; return the heads that the batches state."""
        heads, count = [], self.tree.size
        for first in sorted(map(int, self.files.names(".state/wal"))):
            data, count, batch = self.files.due(f".state/wal/{first}"), first, []
            while data[:1] in (b"E", b"C"):
                end = 5 + int.from_bytes(data[1:5], "big")
                kind, payload, whole, data = data[:1], data[5:end], len(data) >= end, data[end:]
                if whole and kind == b"E":
                    batch.append(payload)
                    continue
                for entry in batch if whole else ():  # a batch counts once the head after it is there
                    need(count <= self.tree.size, "a gap in the write-ahead log")
                    if count == self.tree.size:
                        self.take(count, entry)
                    known = self.tree.rows[0][32 * count : 32 * count + 32]
                    need(sha(b"\0", entry) == known, f"entry {count} is another in the write-ahead log")
                    count += 1
                heads += [(count, payload)] if whole else []
                batch = []
        need(count >= self.tree.size, "the write-ahead log breaks off before the published end")
        return heads

    def read_bundle(self):
        """Check the proof of every entry of the bundle, all under its one checkpoint; no other has a file in it."""
        found = {int(name): self.files.due(f"entries/{name}") for name in self.files.names("entries")}
        for index, data in sorted(found.items()):
            self.take(index, data)
        self.follow_epochs()
        note = self.files.due("checkpoint")
        keys = self.keys_at(int(parse_note(note)[0].split("\n")[1]))
        self.head = open_checkpoint(note, keys)
        for index, data in found.items():
            proved = open_proof(self.files.due(f"proofs/{index}.tlog-proof"), data, keys)
            need(proved == (index, self.head), f"the proof of entry {index} is of another entry or checkpoint")
        own = {"trust/log.vkey", *(f"closings/{index + 1}" for index, _ in self.named[1:])}
        for index in found:
            own |= {f"entries/{index}", f"proofs/{index}.tlog-proof", f"disclosures/{index}.json"}
        for _, entry, _ in self.seals:
            own |= {f"seals/{entry['clear']['n']}.{suffix}" for suffix in seal_files(entry["clear"])}
        stray = [name for name in self.files.members if name.partition("/")[0] in FOLDERS and name not in own]
        need(not stray, f"{stray[:3]} belong to no entry: one was left out, or they were put in")
        chosen = "which, whoever made the bundle chose" + ("" if self.seals else ", and no seal is among them")
        return "verified", f"{len(found)} entries are in the log of {self.head[1]} entries; {chosen}"

    def check_members(self):
        """Whoever unpacks a bundle gets plain files below one folder."""
        for member in self.files.listed:
            plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", member.filename)
            need(plain and ".." not in member.filename, f"{member.filename!r} is a name that no bundle has")
            need(member.external_attr >> 28 in (0, 8), f"{member.filename} is a link, or no file")
        need(len(set(self.files.members)) == len(self.files.members) <= 200_000, "doubled or too many members")
        return "verified", f"{len(self.files.members)} files with plain names"

    def take(self, index, data):
        """Parse an entry, and keep what later checks need of it."""
        entry, leaf = parse_json(data), sha(b"\0", data)
        need(set(entry) == MEMBERS and entry["v"] == 1, f"entry {index} is not an entry")
        need(not (entry["commitment"] and entry["kind"] in BARE), f"entry {index} has a content that its kind has not")
        need(entry["time"] >= self.time, f"time goes back at entry {index}")
        self.time, kind, subject = entry["time"], entry["kind"], entry["subject"]
        need(re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", subject), f"entry {index} has a malformed subject")
        if kind == "key":
            self.named.append((index, entry["clear"]))
        elif kind == "seal":
            self.seals.append((index, entry, data))
        elif kind == "redaction":
            self.erased[subject] = index
        elif kind in EVIDENCE:
            self.evidence.setdefault(subject, []).append((index, leaf))
        if entry["commitment"]:
            self.contents[index] = subject, entry["commitment"]
        if self.tree:
            self.tree.add(leaf)

    def follow_epochs(self):
        """Follow the log's epochs from the first key (SPEC.md, Epochs).

        The entry that names the next key is the last that the old key signs, in a head kept as `closings/<size>`. A
        thief of the present key has none of the keys before, so that no closed epoch can be signed anew.
        """
        self.epochs = [(0, self.keys[1])]  # the size after which a key signs, and the key
        for number, (index, clear) in enumerate(self.named):
            key, size = parse_vkey(clear["vkey"]), index + 1
            need(clear["epoch"] == number and parse_vkey(clear["log"]) == self.keys[0], f"entry {index}: a foreign key")
            need(key[0] == self.keys[1][0] and (number or not index), f"entry {index}: a key of another log")
            need(number or key == self.keys[1], "the first entry names other keys")
            data = self.files.read(f"closings/{size}")
            if number and not (data is None and self.tree and size == self.tree.size):  # else it is being closed
                need(data is not None, f"the closing of an epoch at size {size} is missing")
                head = open_checkpoint(data, (self.keys[0], self.epochs[-1][1]))
                need(head[1] == size, "a closing of another size")
                need(not self.tree or head[2] == self.tree.root(size), "a closing of another history")
            if number:
                self.epochs.append((size, key))
        need(self.named, "no entry names the log's keys")
        if self.tree and self.epochs[-1][0] == self.tree.size and not self.files.read(f"closings/{self.tree.size}"):
            self.say("not anchored", "the newest epoch is just being closed, or that was cut short", "closing")
        foreign = set(self.files.names("closings")) - {str(size) for size, _ in self.epochs[1:]}
        need(self.files.zip or not foreign, f"{sorted(foreign)[:3]} in closings close no epoch of this log")

    def keys_at(self, size):
        """Return the two keys that sign the head of a size."""
        return self.keys[0], [key for start, key in self.epochs if start < size or start == 0][-1]

    def check_kept(self, path):
        """A head that was kept elsewhere is a head of this log: its end was not cut off, its past is the same."""
        with open(path, "rb") as file:
            data = file.read(CAP)
        if path in self.given.pin:  # two slots of 4096 bytes; the newer that is whole counts
            head = max(filter(None, map(self.slot, (data[:4096], data[4096:]))), key=lambda each: each[1], default=None)
            need(head, "neither half of the pin holds")
        else:
            head = open_checkpoint(data, self.keys[:1])
        self.check_head(head, "committed")
        self.vouched.append(path)
        return "verified", f"continues the head of size {head[1]}"

    def slot(self, data):
        """Return the head in a slot of a pin, or None: a crash may have torn one of the two."""
        try:
            return open_checkpoint(data.rstrip(b"\0").partition(b"\n\n")[2], self.keys[:1])
        except (Failed, ValueError):
            return None

    def check_head(self, head, how):
        if self.tree is None:
            need(head == self.head, "a bundle can only be held against the very checkpoint it was cut at")
        else:
            need(head[1] <= self.tree.size, f"{head[1]} entries were {how} and {self.tree.size} are here: cut off")
            need(self.tree.root(head[1]) == head[2], f"another history than the head of size {head[1]}")

    def check_cosigned(self):
        """The heads that were kept because somebody cosigned them are heads of this log, whoever that was."""
        for name in self.files.names("cosigned"):
            note = self.files.due(f"cosigned/{name}")
            head = open_checkpoint(note, self.keys_at(int(parse_note(note)[0].split("\n")[1])))
            need(name == str(head[1]), f"cosigned/{name} is a head of another size")
            self.check_head(head, "cosigned")
        return "verified", "they are heads of this log"

    def check_witnesses(self, path):
        """Heads that a witness cosigned are heads of this log (C2SP tlog-cosignature)."""
        with open(path, encoding="utf-8") as file:
            keys = [parse_vkey(line) for line in file.read(1 << 16).split()]
        sizes = []
        for name in ["checkpoint", *(f"cosigned/{name}" for name in self.files.names("cosigned"))]:
            note = self.files.due(name)
            if [key for key in keys if is_signed(*parse_note(note), key)]:
                head = open_checkpoint(note, self.keys[:1])
                self.check_head(head, "cosigned")
                sizes.append(head[1])
        need(sizes, "no head is cosigned by any of them")
        self.vouched.append(path)
        return "verified", f"the head of size {max(sizes)} is cosigned"

    def check_seal(self, index, entry, data):
        """Check one seal: over this log's own checkpoint and evidence, by a key that counted then."""
        clear = entry["clear"]
        number, size = int(clear["n"]), clear["checkpoint"]
        first = self.recorded.setdefault(clear["sha256"], index)
        need(first == index, f"it records the seal of entry {first} again: nobody signed it anew")
        wire, statement, wire_parts = open_seal(self.files.due(f"seals/{number}.dsse.json"), index, clear)
        subjects = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
        if self.tree:
            body = f"{self.keys[0][0]}\n{size}\n{base64.b64encode(self.tree.root(size)).decode()}\n"
            due = (f"checkpoint/{size}", sha(body.encode()).hex())
            need(next(iter(subjects.items())) == due, f"a seal over another checkpoint of size {size} than the log's")
        runs = [name for name in subjects if name.startswith("evidence/")]
        for name, run in zip(runs, statement["predicate"].get("runs", [])):
            held = self.evidence.get(name[9:])
            whole = Tree(leaf for at, leaf in held or () if at < run["upto"])
            same = whole.root(whole.size).hex() == subjects[name]
            need(same or held is None, f"the evidence of {name[9:]} is not what was sealed: more, or less, is here")
        for suffix, made in ssh_files(clear, wire_parts).items():
            need(
                self.files.due(f"seals/{number}.{suffix}") == made, f"seals/{number}.{suffix} is not what the seal has"
            )
        begun = not self.files.zip and str(number) in self.files.names(".state/sealing")  # or a crash cut that short
        proof = self.files.read(f"seals/{number}.tlog-proof", missing=begun)
        if proof is not None:
            stated = int(parse_note(proof.partition(b"\n\n")[2])[0].split("\n")[1])
            found, head = open_proof(proof, data, self.keys_at(stated))
            need(found == index, "the proof beside a seal is of another entry")
            need(not self.tree or self.tree.root(head[1]) == head[2], "a seal's proof is of another history")
        moment, digest = stamp(entry["time"]), sha(wire)
        self.held.append((index, entry["time"], digest, statement))
        gone = any(since <= moment for _, since, _ in self.given.gone.get(digest, []))
        need(not gone or statement["predicateType"] == REVOCATION, f"the key of {clear['signer']} was revoked")
        known = self.given.known.get(digest)
        if not known:
            return "not anchored", f"by a signer nobody vouched for, called {clear['signer']}"
        valid = [name for name, after, before in known if after <= moment <= before]
        need(valid, f"the key of {known[0][0]} was not valid at that time")
        return "verified", f"signed by {valid[0]} over the checkpoint of size {size}"

    def check_revocations(self):
        """No seal is by a key that a statement in the log itself revokes (SPEC.md, Revocation)."""
        revoked = {}

        def is_gone(index, time, digest):
            return [i for i, since in revoked.get(digest, ()) if index > i or since is None or time >= since]

        for index, time, digest, statement in self.held:
            if statement["predicateType"] == REVOCATION:
                key, since = unbase64(statement["predicate"]["key"][7:] + "="), statement["predicate"]["since"]
                if key == digest or (digest in self.given.known and not is_gone(index, time, digest)):
                    revoked.setdefault(key, []).append((index, since))
        for index, time, digest, statement in self.held:
            own = statement["predicateType"] == REVOCATION
            need(own or not is_gone(index, time, digest), f"the seal of entry {index} is by a key that the log revokes")
        return "verified", f"{sum(map(len, revoked.values()))} revocations stand in the log; no seal falls under them"

    def check_sealed(self):
        """Each content has its sealed frame, or a later tombstone; where there are keys, it opens its commitment."""
        opened, missing, back, held, framed = 0, [], [], {}, {}
        erasing = self.files.names(".state/forgetting")  # what a crash cut short
        for index, (subject, commitment) in self.contents.items():
            if subject not in held:
                held[subject] = set()
                for name in self.files.names(f"segments/{subject}"):
                    for form, commitments, sealed in frames_of(self.files.due(f"segments/{subject}/{name}")):
                        framed.setdefault(subject, set()).update(commitments)
                        secret = self.secret(subject) if form == b"ASF1" else None
                        if secret:
                            commitments = open_frame(commitments, sealed, secret, self.keys[0][0], subject)
                            opened += len(commitments)
                        held[subject].update(commitments)
            erased = self.erased.get(subject, -1) > index
            if erased and commitment in framed.get(subject, ()) and subject not in erasing:
                back.append(index)
            if not erased and commitment not in held[subject]:
                missing.append(index)
        need(not back, f"the contents of entries {back[:5]} are here, and an entry says: erased")
        need(not missing, f"the contents of entries {missing[:5]} are missing or changed, and no entry says erased")
        return "verified", f"{len(self.contents)} contents are there or were erased; {opened} were opened"

    def secret(self, subject):
        """Return the content key of a subject, if it was given and is not locked."""
        path = os.path.join(self.given.contents or "", f"{subject}.key")
        if not self.given.contents or Ed25519PublicKey is None or not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            secret = file.read(33)
        return secret if len(secret) == 32 else None

    def check_beside(self):
        """What lies beside the log, and is not the log's, proves nothing."""
        own = {"trust/log.vkey"}
        for _, entry, _ in self.seals:
            own |= {f"seals/{entry['clear']['n']}.{suffix}" for suffix in seal_files(entry["clear"])}
        recording = tuple(f"seals/{number}." for number in self.files.names(".state/sealing"))
        names = [f"{folder}/{name}" for folder in ("seals", "trust") for name in self.files.names(folder)]
        names += set(self.files.names(".")) - PLACES
        stray = [name for name in names if name not in own and not name.startswith(recording)]
        if stray:
            return "not anchored", f"{len(stray)} files are not the log's, and prove nothing: {stray[:3]}"
        return "verified", "nothing lies beside the log that it does not know"

    def check_disclosed(self):
        """What is disclosed opens the commitment of its entry, whole or field by field."""
        shown = hidden = 0
        for name in self.files.names("disclosures"):
            index, stated = int(name.partition(".")[0]), parse_json(self.files.due(f"disclosures/{name}"))
            digests, fields = stated.get("digests"), stated.get("fields", {})
            for field, value in fields.items():
                digest = sha(unsalt(value["salt"]), canonical(value["value"])).hex()
                need(digests[field] == digest, f"field {field} of entry {index} was changed")
            if digests is None:
                holds = opens(self.contents[index][1], unsalt(stated["salt"]), canonical(stated["content"]))
            else:
                holds = commitment_of(digests) == self.contents[index][1]
            need(holds, f"the content of entry {index} is not what was committed to")
            shown, hidden = shown + max(1, len(fields)), hidden + len(digests or fields) - len(fields)
        return "verified", f"{shown} disclosed fields are what was committed to, {hidden} are withheld"


# --- Hashes, encodings, signatures ------------------------------------------------------------------------------------


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text):
    """Decode standard base64, of which there is one accepted spelling."""
    raw = base64.b64decode(text)
    need(base64.b64encode(raw).decode() == text, "base64 in another spelling than the canonical one")
    return raw


def canonical(value):
    """Canonical JSON (RFC 8785) of values without floats and with ASCII keys: Python's own encoder writes it so."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse_json(data):
    """Parse JSON that is written in one of the two ways that this program has, so that no key stands there twice."""
    value = json.loads(data)
    pretty = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False).encode()
    need(data in (canonical(value), pretty), "JSON in another spelling than the program's")
    return value


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
    name, key_id, material = text.strip().split("+", 2)
    raw = unbase64(material)
    need(name and len(raw) == 33 and raw[0] in (NOTE, COSIGNATURE), "not an Ed25519 verifier key")
    need(sha(name.encode(), b"\n", raw)[:4].hex() == key_id, f"the verifier key of {name} has another id")
    return name, bytes.fromhex(key_id), raw[0], raw[1:]


def parse_note(data):
    """Return the text, and the signature lines as (name, id, bytes)."""
    head, gap, tail = data.decode().rpartition("\n\n")
    need(gap and tail.endswith("\n") and tail.count("\n") <= 64 and len(data) <= 256 * 1024, "not a signed note")
    lines = []
    for line in tail[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        raw = unbase64(encoded)
        need(dash == "\u2014" and name and len(raw) > 4, "a note with a malformed signature line")
        lines.append((name, raw[:4], raw[4:]))
    return head + "\n", lines


def is_signed(text, lines, vkey):
    """Whether a key signed a note; a line that says so and does not verify is a failure."""
    name, key_id, kind, public = vkey
    found = [signature for signer, stated, signature in lines if (signer, stated) == (name, key_id)]
    need(len(found) < 2, f"several signatures by {name}")
    for signature in found:
        message = text.encode()
        if kind == COSIGNATURE:  # the first 8 bytes are the time that the witness signed with it
            message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{text}".encode()
            signature = signature[8:]
        need(verifies(public, signature, message), f"the signature by {name} does not verify")
    return bool(found)


def open_checkpoint(data, vkeys):
    """Return (origin, size, root) of a checkpoint that each of the keys signed."""
    text, lines = parse_note(data)
    for vkey in vkeys:
        need(is_signed(text, lines, vkey), f"a checkpoint is not signed by {vkey[0]}")
    origin, size, root, rest = text.split("\n")
    need(not rest and re.fullmatch("0|[1-9][0-9]{0,18}", size), "not a checkpoint of three lines")
    need(
        len(unbase64(root)) == 32 and origin == vkeys[0][0], f"a malformed checkpoint, or one of another log: {origin}"
    )
    return origin, int(size), unbase64(root)


# --- The tree (RFC 6962 section 2.1) ----------------------------------------------------------------------------------


class Tree:
    """All hashes of all perfect subtrees, a level of the tree a row: 64 bytes of memory an entry."""

    def __init__(self, leaves=()):
        self.size, self.rows = 0, [bytearray()]
        for leaf in leaves:
            self.add(leaf)

    def add(self, digest):
        self.size += 1
        for level in range(64):
            if level == len(self.rows):
                self.rows.append(bytearray())
            self.rows[level] += digest
            if len(self.rows[level]) % 64:
                return
            digest = sha(b"\1", self.rows[level][-64:])

    def root(self, size):
        digest = None
        for level in range(size.bit_length()):
            if size >> level & 1:
                at = 32 * ((size >> level) - 1)
                peak = self.rows[level][at : at + 32]
                digest = bytes(peak) if digest is None else sha(b"\1", peak, digest)
        return digest or sha()


def open_proof(data, entry, vkeys):
    """Check a C2SP .tlog-proof of an entry (RFC 9162 section 2.1.3.2); return its index and (origin, size, root)."""
    head, _, note = data.partition(b"\n\n")
    name, index, *path = head.decode("ascii").split("\n")
    need(name == "c2sp.org/tlog-proof@v1" and re.fullmatch("index (0|[1-9][0-9]{0,18})", index), "not a tlog-proof")
    checkpoint = open_checkpoint(note, vkeys)
    index = node = int(index[6:])
    last, digest = checkpoint[1] - 1, sha(b"\0", entry)
    need(node <= last, "a proof of an entry outside the tree")
    for sibling in map(unbase64, path):
        need(last, "an inclusion proof is too long")
        if node & 1 or node == last:
            digest = sha(b"\1", sibling, digest)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            digest = sha(b"\1", digest, sibling)
        node, last = node >> 1, last >> 1
    need(last == 0 and digest == checkpoint[2], f"the proof of entry {index} does not lead to the signed root")
    return index, checkpoint


# --- Seals: DSSE envelopes around in-toto statements, SSH signatures, whose keys count --------------------------------


def ssh_fields(data, count):
    """Split `count` strings (uint32 length, bytes) off an SSH structure; return them and the rest."""
    found = []
    for _ in range(count):
        end = 4 + int.from_bytes(data[:4], "big")
        need(4 <= end <= len(data), "a malformed SSH structure")
        found.append(data[4:end])
        data = data[end:]
    return (*found, data)


def check_sshsig(blob, key, message):
    """Check an SSHSIG (PROTOCOL.sshsig) by an Ed25519 key, in hardware (`sk-`, which a person touched) or not."""
    need(blob[:10] == b"SSHSIG\0\0\0\1", "not an SSH signature")
    public, space, reserved, hashing, signature, rest = ssh_fields(blob[10:], 5)
    need(public == key and not rest and space == SPACE.encode(), "an SSH signature of another key or purpose")
    need(hashing in (b"sha256", b"sha512"), "an SSH signature with an unknown hash")
    parts = (space, reserved, hashing, hashlib.new(hashing.decode(), message).digest())
    signed = b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    kind, raw, rest = ssh_fields(signature, 2)
    if kind == b"ssh-ed25519":
        stated, point, more = ssh_fields(public, 2)
    else:
        need(kind == b"sk-ssh-ed25519@openssh.com" and len(rest) == 5, "an SSH signature of an unknown type")
        stated, point, application, more = ssh_fields(public, 3)
        need(rest[0] & 1, "a hardware key signed without a person's touch")
        signed, rest = sha(application) + rest + sha(signed), b""
    need(stated == kind and not rest and not more, "a malformed SSH signature")
    need(verifies(point, raw, signed), "the SSH signature does not verify")


def open_seal(envelope, index, clear):
    """Check the envelope of a seal entry; return the key as SSH writes it, the statement, and what signed what."""
    need(sha(envelope).hex() == clear["sha256"], f"the seal of entry {index} is not the envelope that was recorded")
    fields = parse_json(envelope)
    kind, payload, key = fields["payloadType"], unbase64(fields["payload"]), unbase64(clear["key"])
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    (signature,) = fields["signatures"]
    raw = unbase64(signature["sig"])
    if clear.get("scheme") == "sshsig":
        check_sshsig(raw, key, message)
    else:
        need(verifies(key, raw, message), f"the key in entry {index} did not sign its seal")
        key = SSH_ED25519 + key
    statement = parse_json(payload)
    need(statement["_type"] == "https://in-toto.io/Statement/v1", "a seal around something else")
    need(type(clear["checkpoint"]) is int and 0 <= clear["checkpoint"] <= index, "a seal over a later checkpoint")
    return key, statement, (raw, message)


def seal_files(clear):
    """Return the suffixes of the files that a seal has."""
    return ["dsse.json", "tlog-proof", *(["sshsig", "signed"] if clear.get("scheme") else [])]


def ssh_files(clear, signed):
    """Return by suffix the copies for OpenSSH's own program; a seal by another key has none."""
    if not clear.get("scheme"):
        return {}
    text = base64.b64encode(signed[0]).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    armored = ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]
    return {"sshsig": "\n".join(armored).encode(), "signed": signed[1]}


def load_keys(paths):
    """Return {SHA-256 of a key as SSH writes it: [(name, valid from, valid until)]}, times as YYYYMMDDHHMMSS in UTC.

    The files are PEM, OpenSSH's allowed_signers, or lists of revoked keys: a key or its SHA256: fingerprint a line,
    and the time since when.
    """
    known = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read(1 << 20)
        named, begins, pem = text.partition("-----BEGIN PUBLIC KEY-----")
        if begins:
            der = unbase64("".join(pem.partition("-----END")[0].split()))
            need(der[:12] == SPKI and len(der) == 44, f"{path} is not an Ed25519 public key")
            known[sha(SSH_ED25519 + der[12:])] = [(named.strip().partition("name: ")[2], 0, 10**14)]
            continue
        for line in filter(None, map(str.strip, text.splitlines())):
            found = re.fullmatch(r"(.*?)(?:(ssh|sk|ecdsa)-(\S+) (\S+)|SHA256:(\S{43}))(.*)", line)
            need(found or line[0] == "#", f"{path} has a line that is none: {line}")
            options = found[1] if found else "#"
            spaces = re.search(r'namespaces="?([^"\s]*)', options)
            if options[:1] == "#" or "cert-authority" in options or (spaces and SPACE not in spaces[1].split(",")):
                continue
            digest = sha(unbase64(found[4])) if found[4] else unbase64(found[5] + "=")
            since = re.match(r" ([0-9]{8,14})Z?$", found[6])  # of a list of revoked keys
            limit = dict(re.findall(r'(valid-after|valid-before)="?([0-9]{8,14})', options))
            after = limit.get("valid-after", since[1] if since else "0").ljust(14, "0")
            before = limit.get("valid-before", "9" * 14).ljust(14, "0")
            known.setdefault(digest, []).append((options.split(" ")[0], int(after), int(before)))
    return known


def stamp(milliseconds):
    """Return a time as the number YYYYMMDDHHMMSS, UTC: the form that allowed_signers has."""
    return int(dt.datetime.fromtimestamp(milliseconds / 1000, dt.timezone.utc).strftime("%Y%m%d%H%M%S"))


# --- Contents: what a commitment opens to (SPEC.md, Entry and Sealed contents) ----------------------------------------


def commitment_of(digests):
    """Return the commitment to an object whose fields have these digests."""
    return sha(b"assure-tui/fields/v1\n", canonical(digests)).hex()


def opens(commitment, salt, content):
    """Whether a content is what was committed to, as one piece or field by field."""
    if sha(salt, content).hex() == commitment:
        return True
    digests = {}
    for name, value in parse_json(content).items():
        field_salt = sha(b"assure-tui/field-salt/v1\n", salt, name.encode())[:16]
        digests[name] = sha(field_salt, canonical(value)).hex()
    return commitment_of(digests) == commitment


def unsalt(text):
    need(re.fullmatch("[0-9a-f]{32}", text), "a salt is not 16 bytes in hex")
    return bytes.fromhex(text)


def frames_of(data):
    """Yield (form, commitments, sealed) of the frames of a segment; the first that is torn ends it."""
    at = 0
    while data[at : at + 4] in (b"ASF1", b"ASF2"):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if end > len(data) or sha(data[at : end - 32]) != data[end - 32 : end]:
            return
        start = at + 10
        stop = start + 32 * int.from_bytes(data[at + 8 : start], "big")
        yield data[at : at + 4], [data[i : i + 32].hex() for i in range(start, stop, 32)], data[stop : end - 32]
        at = end


def open_frame(commitments, sealed, secret, origin, subject):
    """Return those commitments of a frame that what it holds opens."""
    bound = f"assure-tui/segment/v1\n{origin}\n{subject}\n".encode() + bytes.fromhex("".join(commitments))
    try:
        packed = ChaCha20Poly1305(secret).decrypt(sealed[:12], sealed[12:], bound)
    except InvalidTag:
        return []
    plain, opened, at = zlib.decompressobj().decompress(packed, CAP), [], 0
    for commitment in commitments:
        end = at + 20 + int.from_bytes(plain[at + 16 : at + 20], "big")
        if opens(commitment, plain[at : at + 16], plain[at + 20 : end]):
            opened.append(commitment)
        at = end
    return opened


# --- A ledger's folder, or a bundle -----------------------------------------------------------------------------------


class Files:
    """Regular files of a folder, following no link, or the members of a zip file, unpacking nothing to disk."""

    def __init__(self, path):
        self.path, self.zip = path, None
        if not os.path.isdir(path):
            need(stat.S_ISREG(os.stat(path).st_mode), f"{path} is neither a folder nor a file")
            self.zip = zipfile.ZipFile(path)
            listed = self.zip.infolist()
            inside = [name for name in self.zip.namelist() if name[-1:] != "/"]
            folders = {name[: at + 1] for name in inside for at, char in enumerate(name) if char == "/"}
            self.listed = [member for member in listed if member.file_size or member.filename not in folders]
            self.members = [member.filename for member in self.listed]
        elif self.names("proofs") and not os.path.exists(os.path.join(path, ".state")):
            raise Failed(f"{path} is a bundle that was unpacked: name the file that it came out of")

    def read(self, name, missing=True):
        """Return a file's bytes; if there is none, None where it may be `missing`."""
        try:
            opened = self.zip.open(name) if self.zip else os.fdopen(os.open(os.path.join(self.path, name), FLAGS), "rb")
        except (FileNotFoundError, NotADirectoryError, KeyError):
            need(missing, f"{name} is missing")
            return None
        with opened as file:
            need(self.zip or stat.S_ISREG(os.fstat(file.fileno()).st_mode), f"{name} is not a regular file")
            data = file.read(CAP + 1)
        need(len(data) <= CAP, f"{name} is larger than {CAP} bytes")
        return data

    def due(self, name):
        return self.read(name, missing=False)

    def names(self, folder):
        """List a folder, without the files that are just being written."""
        if self.zip:
            return [name[len(folder) + 1 :] for name in self.members if name.startswith(f"{folder}/")]
        path = os.path.join(self.path, folder)
        return sorted(n for n in os.listdir(path) if n[0] != ".") if os.path.isdir(path) else []


def tile_path(level, number):
    digits = f"{number:03d}"
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return f"tile/{level}/" + "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", help="the folder of a ledger, or a bundle")
    parser.add_argument(
        "--contents", metavar="DIR", help="the folder of a ledger's content keys, to open contents with"
    )
    for name, words in {
        "key": "the log's verifier key, kept elsewhere",
        "pin": "a pin of the log (from the folder `pins`)",
        "checkpoint": "a checkpoint of the log, kept elsewhere",
        "operator": "public keys of signers: PEM, or an OpenSSH allowed_signers file",
        "revoked": "keys that no longer count, in the same forms",
        "witness": "verifier keys of witnesses, one a line",
    }.items():
        parser.add_argument(f"--{name}", help=words, action="append", default=[], metavar="FILE")
    given = parser.parse_args(arguments)
    if Ed25519PublicKey is None and not shutil.which("openssl"):
        sys.exit("assure_verify: neither the cryptography package nor the openssl program is there: install one")
    print(f"signatures are checked with {'openssl' if Ed25519PublicKey is None else 'cryptography'}")
    try:
        given.known, given.gone = load_keys(given.operator), load_keys(given.revoked)
        verifier = Verifier(Files(given.path), given)
    except Exception as error:  # noqa: BLE001 - likewise
        print(f"assure_verify: {error}", file=sys.stderr)
        return 2
    verifier.run()
    state = 1 if verifier.failed else 0 if verifier.vouched else 4
    print({0: "all holds", 1: "FAILED", 4: "all holds, but nothing from outside vouches for it"}[state])
    return state


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
