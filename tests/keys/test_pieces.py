# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pieces: cut by the size alone, sealed in their place, opened nowhere else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import FILE_MAX_BYTES, FRAME_MAX_BYTES, KIB, MIB, PIECES_MAX, PROOF_MAX
from edgewise.keys.pieces import PieceCipher, Shape, address, blob_id
from edgewise.log.merkle import root_of
from tests.vectors import frozen, make_pieces, piece_decoder

KEY = bytes(range(32))
FILE = bytes(range(251)) * 1000


def sealed(size_bytes: int, key: bytes = KEY) -> list[bytes]:
    """All sealed pieces of the first bytes of FILE."""
    shape = Shape(size_bytes)
    cipher = PieceCipher(key, shape)
    plain = FILE[:size_bytes]
    cut = shape.piece_bytes
    return [cipher.seal(index, plain[index * cut : (index + 1) * cut]) for index in range(shape.total)]


@pytest.mark.parametrize(
    ("size_bytes", "padded", "piece_bytes", "total"),
    [
        (0, 4096, 64 * KIB, 1),
        (4096, 4096, 64 * KIB, 1),
        (64 * KIB, 64 * KIB, 64 * KIB, 1),
        (64 * KIB + 1, 66 * KIB, 64 * KIB, 2),
        (MIB - 1, MIB, 64 * KIB, 16),
        (MIB, MIB, 128 * KIB, 8),
        (100_000_000, 100_663_296, 128 * KIB, 768),
        (FILE_MAX_BYTES, FILE_MAX_BYTES, 128 * KIB, PIECES_MAX),
    ],
)
def test_the_size_tells_how_a_file_is_cut(size_bytes: int, padded: int, piece_bytes: int, total: int) -> None:
    """PIECE-1, PIECE-2: size class, size of pieces and their number follow from the size."""
    shape = Shape(size_bytes)
    assert (shape.padded_bytes, shape.piece_bytes, shape.total) == (padded, piece_bytes, total)


@given(st.integers(0, FILE_MAX_BYTES))
def test_pieces_fill_the_size_class_and_fit_a_frame(size_bytes: int) -> None:
    """PIECE-2: all pieces together are the size class; each fits a frame beside its longest proof."""
    shape = Shape(size_bytes)
    assert shape.total <= PIECES_MAX
    last = shape.plain_bytes(shape.total - 1)
    assert 0 < last <= shape.piece_bytes
    assert (shape.total - 1) * shape.piece_bytes + last == shape.padded_bytes >= size_bytes
    assert shape.offset(shape.total - 1) + shape.piece_sealed_bytes(shape.total - 1) == shape.sealed_bytes
    assert shape.piece_sealed_bytes(0) + PROOF_MAX * 34 + 100 < FRAME_MAX_BYTES


@settings(max_examples=20)
@given(st.integers(0, len(FILE)))
def test_what_was_sealed_opens_to_the_file(size_bytes: int) -> None:
    """PIECE-1, PIECE-3: the pieces give back the file, without its padding."""
    cipher = PieceCipher(KEY, Shape(size_bytes))
    opened = b"".join(cipher.open(index, each) for index, each in enumerate(sealed(size_bytes)))
    assert opened == FILE[:size_bytes]


def test_a_piece_opens_in_its_place_only() -> None:
    """PIECE-3: moved, altered, of another key or another total, cut off: none of these opens."""
    pieces = sealed(200_000)
    cipher = PieceCipher(KEY, Shape(200_000))
    bad = [
        (1, pieces[0]),
        (0, pieces[0][:-1] + bytes((pieces[0][-1] ^ 1,))),
        (0, sealed(200_000, bytes(32))[0]),
        (0, sealed(300_000)[0]),
        (0, pieces[0][:-1]),
        (0, b""),
        (len(pieces) - 2, pieces[-1]),
    ]
    for index, piece in bad:
        with pytest.raises(Verdict, match=r"piece\.bad"):
            cipher.open(index, piece)


def test_the_last_piece_is_marked() -> None:
    """PIECE-3: a file can't be cut short at a piece: the last one is sealed as the last."""
    pieces = sealed(200_000)
    shorter = PieceCipher(KEY, Shape(len(pieces[:-1]) * 64 * KIB))
    with pytest.raises(Verdict, match=r"piece\.bad"):
        shorter.open(len(pieces) - 2, pieces[-2])


def test_the_id_fixes_root_key_and_size() -> None:
    """PIECE-6: another root, key or size is another blob."""
    ids = {
        blob_id(b"r" * 32, KEY, 5),
        blob_id(b"s" * 32, KEY, 5),
        blob_id(b"r" * 32, bytes(32), 5),
        blob_id(b"r" * 32, KEY, 6),
    }
    assert len(ids) == 4


VECTORS = frozen.read("pieces")


@pytest.mark.parametrize("vector", VECTORS["yay"], ids=lambda vector: vector["name"])
def test_the_frozen_blobs_are_still_read(vector: dict[str, Any]) -> None:
    """PIECE-1 to PIECE-6: ids, addresses, proofs and pieces are those that were frozen, by both readers."""
    size, index, key = vector["size"], vector["index"], vector["key"]
    shape = Shape(size)
    total = shape.total
    assert [shape.plain_bytes(at) for at in range(total)] == piece_decoder.lengths(size)
    assert piece_decoder.root(vector["addresses"]) == vector["root"]
    assert piece_decoder.blob_id(vector["root"], key, size) == vector["blob"]
    assert blob_id(vector["root"], key, size) == vector["blob"]
    assert root_of(vector["proof"], vector["addresses"][index], index, total) == vector["root"]
    if vector["sealed"]:
        plain = PieceCipher(key, shape).open(index, vector["sealed"])
        assert plain == piece_decoder.open_piece(key, size, index, vector["sealed"])
        assert plain == make_pieces.plain(size)[index * shape.piece_bytes :]
        assert piece_decoder.climbs(vector["sealed"], index, total, vector["proof"]) == vector["root"]


@pytest.mark.parametrize("vector", VECTORS["nay"], ids=lambda vector: vector["why"])
def test_the_frozen_lies_are_still_refused(vector: dict[str, Any]) -> None:
    """PIECE-5, PIECE-6: each breaks one rule, and both readers see it."""
    size, index, key, root = (vector[name] for name in ("size", "index", "key", "root"))
    shape = Shape(size)
    fits = blob_id(root, key, size) == vector["blob"]
    assert fits == (piece_decoder.blob_id(root, key, size) == vector["blob"])
    second = piece_decoder.climbs(vector["sealed"], index, shape.total, vector["proof"])
    try:
        leads = root_of(vector["proof"], address(vector["sealed"]), index, shape.total)
    except Verdict:
        leads = b""
    proved = index < shape.total and leads == root
    assert proved == (index < shape.total and second == root)
    assert not (fits and proved)
