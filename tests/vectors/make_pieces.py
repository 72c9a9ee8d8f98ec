# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of spec/pieces.md: references, addresses, proofs, and pieces that open, or must not."""

from typing import Any

from edgewise.ground.entropy import SeededEntropy
from edgewise.keys.pieces import PieceCipher, Shape, address
from edgewise.log.blobs import make_ref
from edgewise.log.merkle import Tree

SIZES = (0, 1, 5_000, 65_536, 65_537, 200_000, 1_048_576)


def seeded(name: str) -> bytes:
    """32 bytes that a name determines."""
    return SeededEntropy(name.encode()).take(32)


def plain(size: int) -> bytes:
    """The file of a vector: bytes 0 to 250, again and again."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def sealed(key: bytes, size: int) -> tuple[list[bytes], Tree]:
    """All pieces of a file, and their tree."""
    shape = Shape(size)
    cipher, cut, file = PieceCipher(key, shape), shape.piece_bytes, plain(size)
    found = [cipher.seal(index, file[index * cut : (index + 1) * cut]) for index in range(shape.total)]
    tree = Tree(shape.total)
    tree.grow([address(each) for each in found])
    return found, tree


def vectors() -> dict[str, list[dict[str, Any]]]:
    """Yay: whole blobs, each with the proof of its last piece. Nay: what breaks one rule."""
    yay = []
    for size in SIZES:
        key = seeded(f"blob of {size}")
        found, tree = sealed(key, size)
        ref = make_ref(tree.root, key, size)
        last = len(found) - 1
        yay.append(
            {
                "name": f"{size} bytes",
                "size": size,
                "key": key,
                "root": ref.root,
                "blob": ref.blob,
                "addresses": [address(each) for each in found],
                "index": last,
                "proof": list(tree.proof(last) or ()),
                "sealed": found[last] if len(found[last]) < 10_000 else b"",
            }
        )
    return {"yay": yay, "nay": _nays()}


def _nays() -> list[dict[str, Any]]:
    size, key = 66_000, seeded("blob of nays")
    found, tree = sealed(key, size)
    ref = make_ref(tree.root, key, size)
    proof, piece = list(tree.proof(1) or ()), found[1]
    good = {"size": size, "key": key, "root": ref.root, "blob": ref.blob}
    good |= {"index": 1, "proof": proof, "sealed": piece}
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("PIECE-6: another size under the same id", {"size": size + 1}),
        ("PIECE-6: another key under the same id", {"key": seeded("another")}),
        ("PIECE-6: another root under the same id", {"root": seeded("root")}),
        ("PIECE-5: a flipped bit in a piece", {"sealed": bytes((piece[0] ^ 1,)) + piece[1:]}),
        ("PIECE-5: a piece cut short", {"sealed": piece[:-1]}),
        ("PIECE-5: a proof of nothing", {"proof": []}),
        ("PIECE-5: a proof that goes on", {"proof": [*proof, bytes(32)]}),
        ("PIECE-5: the proof of another place", {"index": 0}),
        ("PIECE-5: a place beyond the last", {"index": 2}),
    ]
    return [{"why": why, **good, **change} for why, change in wrong]
