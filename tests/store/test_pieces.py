# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blobs on the shelf: sealed, opened, named, wished for, let go of."""

from collections.abc import Iterator

import pytest

from edgewise.ground.errors import Refusal
from edgewise.log.blobs import BlobRef, make_ref
from edgewise.store import pieces, sealed
from edgewise.store.db import Connection, Store
from edgewise.store.pieces import BlobState, NameRow
from tests.store.test_sealed import kept

FILE = bytes(range(241)) * 3000
OP, OP2, SPACE, LOG, BOB = (bytes((n,)) * 32 for n in range(1, 6))


@pytest.fixture
def store() -> Iterator[Store]:
    """A store in memory."""
    store = Store.in_memory(())
    yield store
    store.close()


def name(blob: bytes, op: bytes = OP) -> NameRow:
    """Bob's operation names a blob."""
    return NameRow(blob, op, SPACE, LOG, BOB)


def named_blob(db: Connection, size_bytes: int = 700_000, *, wanted: bool = True, op: bytes = OP) -> BlobRef:
    """A blob of somebody else's."""
    ref = make_ref(b"r" * 32, b"k" * 32, size_bytes)
    pieces.add_name(db, ref, name(ref.blob, op), wanted=wanted, at_ms=1000)
    return ref


def test_a_blob_goes_from_wanted_to_here(store: Store) -> None:
    """State by state: what is asked for, comes, pauses, and is whole."""
    with store.write() as db:
        ref = named_blob(db)
        total = ref.shape.total
        assert pieces.state(db, ref.blob) == BlobState("wanted", 0, 700_000)
        pieces.mark(db, ref.blob, 0b101)
        pieces.set_coming(db, ref.blob, True)
        assert pieces.state(db, ref.blob) == BlobState("coming", 131_072, 700_000)
        found = pieces.blob_row(db, ref.blob)
        assert found is not None
        assert found.missing == ((1 << total) - 1) & ~0b101
        with pytest.raises(Refusal, match=r"blob\.not_here"):
            sealed.open_file(store.pieces, found)
        pieces.nothing_comes(db)
        assert pieces.state(db, ref.blob).state == "wanted"
        pieces.set_wish(db, ref.blob, "paused")
        assert pieces.state(db, ref.blob) == BlobState("paused", 131_072, 700_000)
        pieces.set_wish(db, ref.blob, "full")
        assert pieces.state(db, ref.blob).full
        assert [row.id for row in pieces.paused_by_disk(db)] == [ref.blob]
        pieces.mark(db, ref.blob, (1 << total) - 1)
        assert pieces.state(db, ref.blob) == BlobState("here", 700_000, 700_000)
        pieces.unmark(db, ref.blob, 1, wanted=True)
        assert pieces.state(db, ref.blob).state == "wanted"
        assert [(blob.id, by.giver) for blob, by in pieces.wanted_from(db, BOB, b"", 5)] == [(ref.blob, BOB)]
        assert pieces.wanted_from(db, LOG, b"", 5) == []


def test_a_blob_lives_while_somebody_names_it(store: Store) -> None:
    """PIECE-11: erased with the last operation that names it; then nothing but its id is left."""
    with store.write() as db:
        ref = named_blob(db)
        named_blob(db, op=OP2)
        named_blob(db, op=OP2)
        assert len(pieces.names_of(db, ref.blob)) == 2
        assert pieces.drop_names(db, OP) == []
        assert pieces.state(db, ref.blob).state == "wanted"
        assert pieces.drop_names(db, OP2) == [ref.blob]
        assert pieces.state(db, ref.blob) == BlobState("erased", 0, 0)
        pieces.mark(db, ref.blob, 1)
        pieces.unmark(db, ref.blob, 1, wanted=True)
        assert pieces.state(db, ref.blob) == BlobState("erased", 0, 0)
        found = pieces.blob_row(db, ref.blob)
        assert found is not None
        assert (found.key, found.root) == (b"", b"")
        assert pieces.all_blobs(db) == []
        with pytest.raises(Refusal, match=r"blob\.not_here"):
            sealed.open_file(store.pieces, found)
        named_blob(db)
        assert pieces.state(db, ref.blob).state == "wanted"


def test_what_nothing_names_is_let_go_of(store: Store) -> None:
    """A file that was added and never sent does not stay for ever; one that was sent does."""
    lost, sent = kept(store, b"lost"), kept(store, b"sent", b"other")
    with store.write() as db:
        pieces.add_name(db, sent, name(sent.blob), wanted=False, at_ms=2000)
        assert pieces.oldest_unnamed_ms(db) == 1000
        assert pieces.drop_unnamed(db, 1000) == []
        assert pieces.drop_unnamed(db, 1001) == [lost.blob]
        assert pieces.oldest_unnamed_ms(db) is None
        assert [row.id for row in pieces.all_blobs(db)] == [sent.blob]
        assert [(by.op, blob.kept) for by, blob in pieces.named_in(db, SPACE)] == [(OP, True)]


def test_an_unknown_blob_is_elsewhere(store: Store) -> None:
    """A question about what is not known is answered, not an error."""
    assert pieces.state(store.reader(), OP) == BlobState("elsewhere", 0, 0)
