# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree of RFC 6962 over the pieces of a blob: root, proof of one piece, and its check.

The tree is kept by levels: level 0 holds the leaves; a level of n nodes is followed by one of ceil(n / 2),
where a last node without a neighbour goes up unchanged. That gives the tree, and the audit paths, of RFC 6962
section 2.1. Its prefixes 0x00 and 0x01 are labels here ("piece", "piece-node").
"""

from collections.abc import Iterator, Sequence
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.keys.hashing import digest
from edgewise.keys.labels import Label

NODE_BYTES: Final = 32


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return digest(Label.PIECE_NODE, left, right)


def levels(total: int) -> list[int]:
    """How many nodes each level has, from the leaves to the root; `total` leaves, at least one."""
    assert total > 0, total
    sizes = [total]
    while sizes[-1] > 1:
        sizes.append((sizes[-1] + 1) // 2)
    return sizes


def _path(total: int, index: int) -> Iterator[tuple[int, int, int | None]]:
    """From a leaf upwards: (level, place in it, place of the neighbour or None where there is none)."""
    for level, size in enumerate(levels(total)[:-1]):
        neighbour = index ^ 1
        yield level, index, neighbour if neighbour < size else None
        index //= 2


def root_of(proof: Sequence[bytes], leaf: bytes, index: int, total: int) -> bytes:
    """The root that a leaf and its proof lead to (RFC 6962 section 2.1.1). Raises Verdict "piece.bad"."""
    rest = iter(proof)
    here = leaf
    for _, place, neighbour in _path(total, index):
        if neighbour is None:
            continue
        other = next(rest, b"")
        if len(other) != NODE_BYTES:
            raise Verdict("piece.bad", reason="short proof")
        here = parent(other, here) if place & 1 else parent(here, other)
    if next(rest, None) is not None:
        raise Verdict("piece.bad", reason="long proof")
    return here


class Tree:
    """A tree of which some nodes are known; unknown ones are zeros. Its bytes are what stands on the disk."""

    def __init__(self, total: int, nodes: bytes | bytearray | None = None) -> None:
        self.total = total
        self._starts: list[int] = []
        size = 0
        for count in levels(total):
            self._starts.append(size)
            size += count
        self.nodes = bytearray(size * NODE_BYTES) if nodes is None else bytearray(nodes)
        assert len(self.nodes) == size * NODE_BYTES, len(self.nodes)

    @staticmethod
    def size_bytes(total: int) -> int:
        """What a whole tree takes."""
        return sum(levels(total)) * NODE_BYTES

    def _get(self, level: int, place: int) -> bytes:
        at = (self._starts[level] + place) * NODE_BYTES
        return bytes(self.nodes[at : at + NODE_BYTES])

    def _put(self, level: int, place: int, node: bytes) -> None:
        at = (self._starts[level] + place) * NODE_BYTES
        self.nodes[at : at + NODE_BYTES] = node

    @property
    def root(self) -> bytes:
        """The root; zeros while it isn't known."""
        return self._get(len(self._starts) - 1, 0)

    def leaf(self, index: int) -> bytes:
        """The address of one piece; zeros where it isn't known."""
        return self._get(0, index)

    def grow(self, leaves: Sequence[bytes]) -> bytes:
        """Fill the tree from all its leaves; returns the root."""
        assert len(leaves) == self.total, len(leaves)
        below = list(leaves)
        self.nodes[: len(below) * NODE_BYTES] = b"".join(below)
        for level in range(1, len(self._starts)):
            above = [parent(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
            below = above + below[len(above) * 2 :]
            at = self._starts[level] * NODE_BYTES
            self.nodes[at : at + len(below) * NODE_BYTES] = b"".join(below)
        return below[0]

    def take(self, leaf: bytes, index: int, proof: Sequence[bytes]) -> None:
        """Keep a leaf and what its checked proof tells of the tree."""
        rest = iter(proof)
        here = leaf
        for level, place, neighbour in _path(self.total, index):
            self._put(level, place, here)
            if neighbour is None:
                continue
            other = next(rest)
            self._put(level, neighbour, other)
            here = parent(other, here) if place & 1 else parent(here, other)
        self._put(len(self._starts) - 1, 0, here)

    def proof(self, index: int) -> tuple[bytes, ...] | None:
        """What proves one piece, from the leaf upwards; None where a node of it isn't known."""
        path = [self._get(level, place) for level, _, place in _path(self.total, index) if place is not None]
        return None if ZERO32 in path else tuple(path)
