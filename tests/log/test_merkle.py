# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree over pieces: any proof that was made holds, and no other does."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import PIECES_MAX, PROOF_MAX
from edgewise.log.merkle import Tree, levels, parent, root_of

LEAVES = [sha256(bytes((at % 256, at // 256))).digest() for at in range(300)]
CASES = st.integers(1, 300).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total - 1)))


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return parent(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


@given(CASES)
def test_root_and_proofs_are_those_of_the_rfc(case: tuple[int, int]) -> None:
    """PIECE-4, PIECE-5: the tree by levels has the root and the audit paths of RFC 6962."""
    total, index = case
    leaves = LEAVES[:total]
    tree = Tree(total)
    assert tree.grow(leaves) == tree.root == naive_root(leaves)
    assert list(tree.proof(index)) == naive_path(index, leaves)
    assert root_of(tree.proof(index), leaves[index], index, total) == tree.root


@given(CASES, st.integers(0, 299), st.booleans())
def test_a_wrong_proof_leads_elsewhere(case: tuple[int, int], other: int, longer: bool) -> None:
    """PIECE-5: another leaf, another place, a proof too short or too long: none leads to the root."""
    total, index = case
    tree = Tree(total)
    root = tree.grow(LEAVES[:total])
    proof = tree.proof(index)
    if other < total and other != index:
        assert root_of(proof, LEAVES[other], index, total) != root
    wrong = (*proof, bytes(32)) if longer else proof[:-1]
    if wrong == proof:
        return
    with pytest.raises(Verdict, match=r"piece\.bad"):
        root_of(wrong, LEAVES[index], index, total)


@given(st.integers(1, 60), st.randoms(use_true_random=False))
def test_a_tree_grows_from_proofs_in_any_order(total: int, chance: object) -> None:
    """PIECE-5: whoever got pieces one by one can prove each of those to others."""
    whole = Tree(total)
    whole.grow(LEAVES[:total])
    order = list(range(total))
    chance.shuffle(order)  # type: ignore[attr-defined]  # hypothesis' Random
    grown = Tree(total)
    for done, index in enumerate(order):
        grown.take(LEAVES[index], index, whole.proof(index))
        for each in order[: done + 1]:
            assert grown.proof(each) == whole.proof(each)
    assert grown.nodes == whole.nodes


def test_the_largest_tree_has_short_proofs() -> None:
    """PIECE-2: no proof is longer than PROOF_MAX, and the whole tree is one MiB."""
    assert len(levels(PIECES_MAX)) - 1 == PROOF_MAX
    assert Tree.size_bytes(PIECES_MAX) == (2 * PIECES_MAX - 1) * 32
