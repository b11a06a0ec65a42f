"""The Merkle tree of RFC 6962 section 2.1: hashes, roots, and proofs. Pure.

Proofs are made from a `RangeHash`, a function from a range of leaves to its Merkle tree hash, so that the same code
serves a list of leaves and a directory of tiles. Proofs are checked with the algorithms of RFC 9162 section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from assure_tui.ledger.errors import ProofError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 section 2.1)."""

MAX_PROOF: Final = 64
"""Hashes that a proof may have: one per level of a tree of 2^63 leaves, and one for consistency."""

RangeHash: TypeAlias = Callable[[int, int], bytes]
"""Merkle tree hash of the leaves `[start, stop)`, for the ranges that RFC 6962 splits a tree into."""


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree: enough to append a leaf in O(log n) and to know the root.

    `peaks` are the hashes of the perfect subtrees that the size's binary digits stand for, largest first.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def copy(self) -> Frontier:
        """Return an independent frontier of the same tree."""
        return Frontier(self.size, self.peaks)

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of several leaves."""
        peaks, size, hasher = self.peaks, self.size, sha256
        for digest in leaves:
            rest = size
            while rest & 1:
                digest = hasher(b"\x01" + peaks.pop() + digest).digest()
                rest >>= 1
            peaks.append(digest)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.peaks:
            return EMPTY_ROOT
        digest = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            digest = node_hash(peak, digest)
        return digest


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def range_hash(leaves: Sequence[bytes]) -> RangeHash:
    """Return the RangeHash over leaf hashes held in memory."""
    return lambda start, stop: root(leaves[start:stop])


def split(size: int) -> int:
    """Return the largest power of two below `size`, where RFC 6962 splits a tree of two leaves or more."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, hashes: RangeHash) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 6962 section 2.1.1, from the leaf's sibling up to the root's child."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    start, stop = 0, size
    path = []
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            path.append(hashes(middle, stop))
            stop = middle
        else:
            path.append(hashes(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, hashes: RangeHash) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 6962 section 2.1.2; empty when `old` is 0 or `new`."""
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves has no earlier tree of {old}")
    if old in {0, new}:
        return []
    start, stop = 0, new
    proof = []
    while old != stop:
        middle = start + split(stop - start)
        if old <= middle:
            proof.append(hashes(middle, stop))
            stop = middle
        else:
            proof.append(hashes(start, middle))
            start = middle
    if start > 0:
        proof.append(hashes(start, stop))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check an inclusion proof (RFC 9162 section 2.1.3.2); raise ProofError if it does not lead to the root."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    _check_hashes(proof)
    node, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("an inclusion proof is too long")
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            digest = node_hash(digest, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("an inclusion proof is too short")
    if digest != root:
        raise ProofError(f"an inclusion proof of leaf {index} does not lead to the root of the tree of {size}")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree `new` begins with the tree `old` (RFC 9162 section 2.1.4.2); raise ProofError if not."""
    _check_hashes(proof)
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves has no earlier tree of {old}")
    if old in {0, new}:
        if proof:
            raise ProofError("a consistency proof that must be empty is not")
        if old_root != (EMPTY_ROOT if old == 0 else new_root):
            raise ProofError(f"two trees of {old} leaves have different roots")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofError("a consistency proof is too short")
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old_digest = new_digest = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("a consistency proof is too long")
        if node & 1 or node == last:
            old_digest = node_hash(sibling, old_digest)
            new_digest = node_hash(sibling, new_digest)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new_digest = node_hash(new_digest, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("a consistency proof is too short")
    if old_digest != old_root or new_digest != new_root:
        raise ProofError(f"the tree of {new} leaves does not begin with the tree of {old}")


def _check_hashes(proof: Sequence[bytes]) -> None:
    if len(proof) > MAX_PROOF or any(len(digest) != HASH_SIZE for digest in proof):
        raise ProofError(f"a proof must be at most {MAX_PROOF} hashes of {HASH_SIZE} bytes")
