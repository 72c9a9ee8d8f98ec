# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of pictures and files: what went where, under which grant, and who said that it is whole."""

from collections.abc import Iterator

import pytest

from edgewise.store import register_blobs
from edgewise.store.db import Connection, Store
from tests.store.shelves import NOW_MS, SPACE

DEVICE, OTHER, BLOB = b"d" * 32, b"o" * 32, b"b" * 32
GRANT, LATER = b"g" * 16, b"l" * 16


@pytest.fixture
def db() -> Iterator[Connection]:
    """A store in memory, inside a write transaction."""
    store = Store.in_memory(())
    with store.write() as db:
        yield db
    store.close()


def runs(db: Connection, device: bytes | None = None) -> list[tuple[int, int, bytes, str]]:
    """What the register says of pieces."""
    return [
        (row.first_seq, row.last_seq, row.grant, row.state) for row in register_blobs.holdings(db, device)
    ]


def test_windows_join_and_keep_their_first_grant(db: Connection) -> None:
    """Windows of one file become one run; what is told again keeps the grant under which it went first."""
    register_blobs.note(db, DEVICE, SPACE, BLOB, 0, 32, GRANT, NOW_MS)
    register_blobs.note(db, DEVICE, SPACE, BLOB, 32, 64, GRANT, NOW_MS + 5)
    assert runs(db) == [(0, 63, GRANT, "sent")]
    register_blobs.note(db, DEVICE, SPACE, BLOB, 60, 70, LATER, NOW_MS + 9)
    assert runs(db) == [(0, 63, GRANT, "sent"), (64, 69, LATER, "sent")]
    assert runs(db, OTHER) == []


def test_who_has_all_is_acknowledged_once(db: Connection) -> None:
    """The word of a device covers all pieces, is news once, and is not lost by another sending."""
    register_blobs.note(db, DEVICE, SPACE, BLOB, 0, 4, GRANT, NOW_MS)
    assert register_blobs.unacked(db, DEVICE, 9) == [(SPACE, BLOB)]
    assert register_blobs.holders(db, BLOB) == [(DEVICE, "sent")]
    assert register_blobs.acked(db, DEVICE, SPACE, BLOB, 6, NOW_MS)
    assert not register_blobs.acked(db, DEVICE, SPACE, BLOB, 6, NOW_MS + 5)
    register_blobs.note(db, DEVICE, SPACE, BLOB, 0, 4, GRANT, NOW_MS + 9)
    assert runs(db) == [(0, 3, GRANT, "acked"), (4, 5, b"", "acked")]
    assert register_blobs.unacked(db, DEVICE, 9) == []
    assert register_blobs.is_acked(db, DEVICE, BLOB)
    assert not register_blobs.is_acked(db, OTHER, BLOB)
    assert register_blobs.holders(db, BLOB) == [(DEVICE, "acked")]
