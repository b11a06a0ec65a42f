"""Ed25519 at its edges: keys, points and numbers that a careless verifier takes, made here from the curve itself.

The cases are those that Wycheproof's file for Ed25519 is about, and points of small order besides. Whoever has that
file runs it too, by naming it in WYCHEPROOF_ED25519.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import os
import shutil
from pathlib import Path

import pytest

from assure_tui.ledger import ed25519, standalone

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SIGN = 1 << 255
MESSAGES = [b"", b"checkpoint", bytes(range(256)), b"x" * 5000]


def add(one, other):
    (x1, y1), (x2, y2) = one, other
    k = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def times(number, point):
    found = (0, 1)
    for bit in f"{number:b}":
        found = add(found, found)
        if bit == "1":
            found = add(found, point)
    return found


def with_y(y, odd=0):
    """Give the point on the curve of a y, or None."""
    squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return None if (x * x - squared) % P else (P - x if x % 2 != odd else x, y)


def packed(point):
    return (point[1] | SIGN * (point[0] % 2)).to_bytes(32, "little")


BASE = with_y(4 * pow(5, -1, P) % P)


def small_points():
    """Give the eight points of small order: what the order of the group leaves of points outside it."""
    found, y = set(), 2
    while len(found) < 8:
        point = with_y(y)
        if point:
            torsion = times(ORDER, point)
            found |= {times(number, torsion) for number in range(1, 9)}
        y += 1
    return sorted(found)


SMALL = small_points()


def challenge(r, public, message):
    return int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER


class Owner:
    """A key whose number is known, so that signatures can be made that no library makes."""

    def __init__(self, seed):
        digest = hashlib.sha512(seed).digest()
        number = int.from_bytes(digest[:32], "little")
        self.number = number & ~7 & (2**254 - 1) | 2**254
        self.point = times(self.number, BASE)
        self.public = packed(self.point)
        self.nonce = int.from_bytes(digest[32:], "little") % ORDER

    def sign(self, message, *, r=None, public=None, nonce=None):
        nonce = self.nonce if nonce is None else nonce
        r = packed(times(nonce, BASE)) if r is None else r
        k = challenge(r, public or self.public, message)
        return r + ((nonce + k * self.number) % ORDER).to_bytes(32, "little")


OWNER = Owner(b"edge")


def forged_for_any_message(public, point):
    """Yield signatures without a key: `s` of zero, and an `r` that takes back what a point of small order adds."""
    for message in MESSAGES:
        for candidate in SMALL:
            r = packed(candidate)
            k = challenge(r, public, message)
            if add(candidate, times(k % 8, point)) == (0, 1):
                yield message, r + bytes(32)


def little(number):
    return number.to_bytes(32, "little")


def weak_keys():
    """Yield name, public key, signature and message: keys of small order, beyond the field, or off the curve."""
    for number, point in enumerate(SMALL):
        spellings = {packed(point), little(point[1] | SIGN * (1 - point[0] % 2))}
        if point[1] < 19:
            spellings |= {little(point[1] + P | sign) for sign in (0, SIGN)}
        for public in sorted(spellings):
            yield f"small order {number}, all of zero", public, bytes(64), b""
            for message, signature in forged_for_any_message(public, point):
                yield f"small order {number} as key {public.hex()[:8]}", public, signature, message
    for y in range(19):
        for sign in (0, SIGN):
            public = little(y + P | sign)
            yield f"key beyond the field, {y}", public, OWNER.sign(b"m", public=public), b"m"
    off = little(next(y for y in range(2, 99) if with_y(y) is None))
    yield "key off the curve", off, OWNER.sign(b"m", public=off), b"m"


def spoiled(whole):
    """Yield name and signature: other spellings of a signature, and what is none."""
    r, s = whole[:32], int.from_bytes(whole[32:], "little")
    for count in range(1, (2**256 - s) // ORDER):
        yield f"s and {count} orders", r + little(s + count * ORDER)
    for bit in range(0, 256, 5):
        yield f"bit {bit} of s", r + little(s ^ 1 << bit)
    for size in (0, 1, 31, 32, 33, 63):
        yield f"{size} bytes", whole[:size]
        yield f"{size + 1} bytes more", whole + bytes(size + 1)
    yield "s negated", r + little(ORDER - s)
    yield "s as the order", r + little(ORDER)
    yield "all of zero", bytes(64)
    yield "r of ones", b"\xff" * 32 + whole[32:]
    yield "r turned", bytes([*r[:31], r[31] ^ 0x80]) + whole[32:]


def odd_points(message):
    """Yield name, public key, signature and message: what only a verifier that is too kind to points accepts."""
    for spelling in (1 + P, 1 | SIGN, 1 + P | SIGN):
        signature = OWNER.sign(message, r=little(spelling), nonce=0)
        yield f"r as another spelling of the neutral point, {spelling:x}", OWNER.public, signature, message
    for torsion in SMALL:
        if torsion != (0, 1):
            r = packed(add(times(OWNER.nonce, BASE), torsion))
            yield "r with a part of small order", OWNER.public, OWNER.sign(message, r=r), message
            public = packed(add(OWNER.point, torsion))
            signature = OWNER.sign(message, public=public)
            if times(challenge(signature[:32], public, message) % 8, torsion) != (0, 1):  # else it is a true one
                yield "key with a part of small order", public, signature, message


def refused():
    """Yield name, public key, signature and message of what nobody may accept."""
    yield from weak_keys()
    for message in MESSAGES:
        whole = OWNER.sign(message)
        yield from ((name, OWNER.public, signature, message) for name, signature in spoiled(whole))
        yield from ((f"key of {size} bytes", (OWNER.public * 2)[:size], whole, message) for size in (0, 31, 33, 64))
        yield from odd_points(message)


REFUSED = list(refused())


def load_standalone(tmp_path):
    path = tmp_path / standalone.NAME
    path.write_bytes(standalone.source())
    spec = importlib.util.spec_from_file_location("assure_verify", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["product", "standalone", "standalone with openssl"])
def verifies(request, tmp_path, monkeypatch):
    if request.param == "product":
        return ed25519.verifies
    module = load_standalone(tmp_path)
    if request.param == "standalone":
        return module.verifies
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl program")
    monkeypatch.setattr(module, "Ed25519PublicKey", None)
    return functools.partial(_some, module.verifies, seen=[])


def _some(verify, public, signature, message, seen):
    """A program is started for each, which cannot be given nothing to read: ask it about some of the cases."""
    seen.append(1)
    return verify(public, signature, message) if message and len(seen) % 9 == 2 else None


def test_the_cases_are_made_rightly():
    assert len(SMALL) == 8
    assert all(times(8, point) == (0, 1) for point in SMALL)
    assert len(REFUSED) > 500
    for message in MESSAGES:
        theirs = ed25519.Ed25519PublicKey.from_public_bytes(OWNER.public)
        theirs.verify(OWNER.sign(message), message)


def test_the_owners_signatures_verify(verifies):
    for number, message in enumerate(MESSAGES):
        owner = Owner(bytes([number]))
        assert verifies(owner.public, owner.sign(message), message) in {True, None}


def test_nothing_at_the_edges_verifies(verifies):
    assert [name for name, *case in REFUSED if verifies(*case)] == []


def test_the_two_verifiers_agree_on_what_only_the_owner_can_make(tmp_path):
    module = load_standalone(tmp_path)
    for point in SMALL:
        for message in MESSAGES:
            r = packed(point)
            case = OWNER.public, OWNER.sign(message, r=r, nonce=0), message
            assert ed25519.verifies(*case) == module.verifies(*case)


def test_wycheproofs_own_file(verifies):
    path = os.environ.get("WYCHEPROOF_ED25519")
    if not path:
        pytest.skip("WYCHEPROOF_ED25519 names no file")
    wrong = []
    for group in json.loads(Path(path).read_text())["testGroups"]:
        public = bytes.fromhex((group.get("publicKey") or group["key"])["pk"])
        for case in group["tests"]:
            found = verifies(public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            if case["result"] != "acceptable" and found not in {None, case["result"] == "valid"}:
                wrong.append(f"{case['tcId']}: {case['comment']}")
    assert wrong == []
