"""Merkle trees and their proofs, against known answers and against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ledger import tree
from assure_tui.ledger.errors import ProofError

INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots that the Certificate Transparency programs give for these inputs, by size."""

LEAVES = [tree.leaf_hash(data) for data in INPUTS]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size):
    assert tree.root(LEAVES[:size]).hex() == ROOTS[size]
    frontier = tree.Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert frontier.root().hex() == ROOTS[size]


def test_proofs_are_those_that_rfc_6962_gives_for_seven_leaves():
    # RFC 6962 section 2.1.3: the tree of d0 to d6 and its nodes a to l.
    *_, d6 = LEAVES[:7]
    hashes = tree.range_hash(LEAVES[:7])
    a, b, c, i, j = (tree.leaf_hash(INPUTS[n]) for n in (0, 1, 2, 4, 5))
    g, h, k = tree.node_hash(a, b), tree.node_hash(c, LEAVES[3]), tree.node_hash(i, j)
    low, high = tree.node_hash(g, h), tree.node_hash(k, d6)
    assert tree.inclusion_proof(0, 7, hashes) == [b, h, high]
    assert tree.inclusion_proof(3, 7, hashes) == [c, g, high]
    assert tree.inclusion_proof(4, 7, hashes) == [j, d6, low]
    assert tree.inclusion_proof(6, 7, hashes) == [k, low]
    assert tree.consistency_proof(3, 7, hashes) == [c, LEAVES[3], g, high]
    assert tree.consistency_proof(4, 7, hashes) == [high]
    assert tree.consistency_proof(6, 7, hashes) == [k, d6, low]


sizes = st.integers(1, 70)
trees = sizes.map(lambda size: [tree.leaf_hash(b"%d" % n) for n in range(size)])


@given(trees, st.data())
def test_every_leaf_is_proved_and_no_other_leaf_in_its_place(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = tree.inclusion_proof(index, len(leaves), tree.range_hash(leaves))
    root = tree.root(leaves)
    tree.verify_inclusion(leaves[index], index, len(leaves), proof, root)
    other = data.draw(st.integers(0, len(leaves)))
    for leaf, place, path in (
        (tree.leaf_hash(b"other"), index, proof),
        (leaves[index], other, [*proof, root]),
        (leaves[index], index, [*proof[:-1], b"\x00" * 32]),
        (leaves[index], len(leaves), proof),
    ):
        with pytest.raises(ProofError):
            tree.verify_inclusion(leaf, place, len(leaves), path, root)


@given(trees, st.data())
def test_a_tree_continues_its_own_past_and_no_other(leaves, data):
    old = data.draw(st.integers(0, len(leaves)))
    proof = tree.consistency_proof(old, len(leaves), tree.range_hash(leaves))
    root, old_root = tree.root(leaves), tree.root(leaves[:old])
    tree.verify_consistency(old, len(leaves), proof, old_root, root)
    with pytest.raises(ProofError):
        tree.verify_consistency(old, len(leaves), [*proof, root], old_root, root)
    with pytest.raises(ProofError):
        tree.verify_consistency(old, len(leaves), proof, tree.leaf_hash(b"other"), root)
    if proof:
        with pytest.raises(ProofError):
            tree.verify_consistency(old, len(leaves), proof[:-1], old_root, root)


@given(st.integers(0, 9), st.integers(0, 9), st.lists(st.binary(min_size=32, max_size=32), max_size=6))
def test_any_proof_at_all_ends_in_yes_or_proof_error(first, second, proof):
    for check in (
        lambda: tree.verify_inclusion(LEAVES[0], first, second, proof, LEAVES[1]),
        lambda: tree.verify_consistency(first, second, proof, LEAVES[0], LEAVES[1]),
    ):
        with pytest.raises(ProofError):
            check()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ProofError):
        tree.inclusion_proof(index, size, tree.range_hash(LEAVES))
    with pytest.raises(ProofError):
        tree.consistency_proof(size + 1, size, tree.range_hash(LEAVES))
