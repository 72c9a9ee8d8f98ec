# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files sealed on this disk, and opened again."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.keys.pieces import address
from edgewise.log.blobs import BlobRef, check_ref
from edgewise.log.merkle import root_of
from edgewise.store import pieces, sealed
from edgewise.store.db import Store
from edgewise.store.piece_files import MemoryPieces
from edgewise.store.pieces import BlobState

FILE = bytes(range(241)) * 3000


@pytest.fixture
def store() -> Iterator[Store]:
    """A store in memory."""
    store = Store.in_memory(())
    yield store
    store.close()


def kept(store: Store, data: bytes = FILE, seed: bytes = b"seed") -> BlobRef:
    """A file that was sealed here, with its row."""
    ref = sealed.seal_file(store.pieces, io.BytesIO(data), 1 << 31, SeededEntropy(seed))
    with store.write() as db:
        pieces.add_kept(db, ref, 1000)
    return ref


def whole(store: Store, blob: bytes) -> bytes:
    """All of a file."""
    found = pieces.blob_row(store.reader(), blob)
    assert found is not None
    return b"".join(sealed.open_file(store.pieces, found))


@pytest.mark.parametrize("size_bytes", [0, 1, 65_536, 65_537, len(FILE)])
def test_a_sealed_file_opens_to_itself(store: Store, size_bytes: int) -> None:
    """PIECE-3, PIECE-6: sealed here, with an id that fits, and opened again, whole and in stretches."""
    ref = kept(store, FILE[:size_bytes])
    check_ref(ref)
    assert whole(store, ref.blob) == FILE[:size_bytes]
    assert pieces.state(store.reader(), ref.blob) == BlobState("here", size_bytes, size_bytes)


@given(st.integers(0, len(FILE) + 10), st.one_of(st.none(), st.integers(0, len(FILE) + 10)))
def test_any_stretch_of_a_file(first: int, stop: int | None) -> None:
    """A reader asks for any stretch, as a player of sound does, and gets just that."""
    found = pieces.blob_row(SHARED.reader(), SHARED_REF.blob)
    assert found is not None
    assert b"".join(sealed.open_file(SHARED.pieces, found, first, stop)) == FILE[first:stop]


SHARED = Store.in_memory(())
SHARED_REF = kept(SHARED)


def test_equal_files_never_look_alike(store: Store) -> None:
    """PIECE-3: the same file twice has two keys, two ids and other bytes."""
    one, other = kept(store, seed=b"one"), kept(store, seed=b"other")
    assert one.blob != other.blob
    assert store.pieces.read(one.blob, 0, 1000) != store.pieces.read(other.blob, 0, 1000)


def test_each_piece_on_the_disk_is_proved_by_the_tree_beside_it(store: Store) -> None:
    """PIECE-4, PIECE-5: the file holds the pieces, and behind them the tree that proves each."""
    ref = kept(store)
    found = pieces.blob_row(store.reader(), ref.blob)
    assert found is not None
    tree = sealed.read_tree(store.pieces, found)
    for index in range(found.total):
        piece = sealed.read_piece(store.pieces, found, index)
        assert root_of(tree.proof(index), address(piece), index, found.total) == ref.root


def test_a_file_that_is_too_big_or_shrinks_is_refused(store: Store) -> None:
    """Nothing is left behind of what was not sealed to its end."""

    class Shrinking(io.BytesIO):
        """A file that somebody cuts while it is read."""

        def read(self, size: int | None = -1, /) -> bytes:
            """The first bytes, then nothing."""
            return super().read(size) if self.tell() < 70_000 else b""

    with pytest.raises(Refusal, match=r"file\.too_big"):
        sealed.seal_file(store.pieces, io.BytesIO(FILE), 1000, SeededEntropy(b""))
    with pytest.raises(Refusal, match=r"file\.unreadable"):
        sealed.seal_file(store.pieces, Shrinking(FILE), 1 << 31, SeededEntropy(b""))
    assert store.pieces.names() == []


def test_progress_is_told(store: Store) -> None:
    """Whoever waits for a long file sees it go on, to its end."""
    seen: list[int] = []
    sealed.seal_file(store.pieces, io.BytesIO(FILE), 1 << 31, SeededEntropy(b""), seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == len(FILE)


def test_damage_on_the_disk_is_said(store: Store) -> None:
    """A piece that has changed is never given out."""
    ref = kept(store)
    store.pieces.write(ref.blob, 70_000, b"?")
    found = pieces.blob_row(store.reader(), ref.blob)
    assert found is not None
    with pytest.raises(Refusal, match=r"blob\.damaged"):
        list(sealed.open_file(store.pieces, found))
    assert b"".join(sealed.open_file(store.pieces, found, 0, 100)) == FILE[:100]


def test_a_file_on_a_real_disk(tmp_path: Path) -> None:
    """The same where the store is a file: the pieces lie in a folder beside it, sealed."""
    store = Store.open(tmp_path / "edgewise.db", None, views=())
    ref = kept(store)
    path = tmp_path / "pieces" / ref.blob.hex()
    assert whole(store, ref.blob) == FILE
    assert path.stat().st_size >= len(FILE)
    assert FILE[1000:1100] not in path.read_bytes()
    assert not isinstance(store.pieces, MemoryPieces)
    store.close()


def test_the_doctor_finds_each_damaged_piece(store: Store) -> None:
    """Every piece is read against its address; a changed tree over good pieces is only made anew."""
    ref = kept(store)
    found = pieces.blob_row(store.reader(), ref.blob)
    assert found is not None
    assert sealed.damaged(store.pieces, found) == 0
    store.pieces.write(ref.blob, ref.shape.sealed_bytes + 40, b"???")
    assert sealed.damaged(store.pieces, found) == 0
    assert sealed.read_tree(store.pieces, found).root == ref.root
    store.pieces.write(ref.blob, 70_000, b"?")
    store.pieces.write(ref.blob, ref.shape.offset(3) + 5, b"?")
    assert sealed.damaged(store.pieces, found) == 0b1010
    store.pieces.remove(ref.blob)
    assert sealed.damaged(store.pieces, found) == (1 << found.total) - 1
