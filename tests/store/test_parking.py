# SPDX-License-Identifier: AGPL-3.0-or-later
"""Waiting operations are bounded per peer; what was taken back stays away."""

from collections.abc import Iterator

import pytest

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import PARKED_BYTES_MAX, PARKED_OPS_MAX
from edgewise.log.op import Op
from edgewise.store import shelf
from edgewise.store.db import Connection, Store
from tests.store.shelves import ALICE, BOB, CAROL, SPACE, Writer, put, shelf_of

HIS_LAPTOP, HER_PHONE = b"l" * 32, b"p" * 32


@pytest.fixture
def db() -> Iterator[Connection]:
    """An empty store inside a transaction."""
    with Store.in_memory(()).write() as connection:
        yield connection


def park(db: Connection, op: Op, peer: bytes = HIS_LAPTOP) -> None:
    """Park an operation behind its predecessor."""
    shelf.park(db, peer, op, op.log, op.seq - 1)


def test_what_waits_comes_back_once_when_its_time_has_come(db: Connection) -> None:
    """An operation waits under the place that it follows, and leaves nothing behind."""
    bob = Writer("bob")
    _, second, third = bob.write(), bob.write(), bob.write()
    park(db, third)
    park(db, second)
    park(db, second)
    assert shelf.parked(db, HIS_LAPTOP)[0] == 2
    assert shelf.take_parked(db, bob.log, 0) == [second]
    assert shelf.take_parked(db, bob.log, 0) == []
    assert shelf.take_parked(db, bob.log, 1) == [third]
    assert shelf.parked(db, HIS_LAPTOP) == (0, 0)


def test_two_branches_wait_for_one_place(db: Connection) -> None:
    """A fork that waits is not lost: both come back, by id."""
    one, other = Writer("bob"), Writer("bob")
    one.write()
    other.write()
    branches = [one.write(payload=b"a" * 300), other.write(payload=b"b" * 300)]
    for branch in branches:
        park(db, branch)
    assert shelf.take_parked(db, one.log, 0) == sorted(branches, key=lambda op: op.id)


def test_one_peer_parks_so_many_operations_and_no_more(db: Connection) -> None:
    """The bound is per peer: one who floods takes no room from others."""
    bob = Writer("bob")
    bob.write()
    op = bob.write()
    db.execute(
        "INSERT INTO parked_totals (peer, ops, size_bytes) VALUES (?, ?, ?)", (HIS_LAPTOP, PARKED_OPS_MAX, 1)
    )
    with pytest.raises(Verdict) as caught:
        park(db, op)
    assert caught.value.code == "session.flood"
    park(db, op, HER_PHONE)
    assert shelf.parked(db, HER_PHONE)[0] == 1


def test_one_peer_parks_so_many_bytes_and_no_more(db: Connection) -> None:
    """Big operations reach the bound in bytes first; the count of bytes is exact."""
    bob = Writer("bob")
    bob.write()
    sizes: list[int] = []

    def flood() -> None:
        while True:
            op = bob.write(payload=bytes([len(bob.ops) % 256]) * 70_000)
            park(db, op)
            sizes.append(len(op.header_bytes) + 64 + 70_000)

    with pytest.raises(Verdict) as caught:
        flood()
    assert caught.value.code == "session.flood"
    assert shelf.parked(db, HIS_LAPTOP) == (len(sizes), sum(sizes))
    assert PARKED_BYTES_MAX - 75_000 < sum(sizes) <= PARKED_BYTES_MAX
    assert len(shelf.take_parked(db, bob.log, 0)) == 1
    assert shelf.parked(db, HIS_LAPTOP) == (len(sizes) - 1, sum(sizes[1:]))


def test_a_tombstone_stays_and_counts_for_its_author_only(db: Connection) -> None:
    """Only who wrote it can have taken it back; saying it twice changes nothing."""
    target = b"t" * 32
    for _ in range(2):
        shelf.add_tombstone(db, target, BOB, SPACE)
    assert shelf.is_tombstoned(db, target, BOB)
    assert not shelf.is_tombstoned(db, target, CAROL)
    assert db.execute("SELECT count(*) FROM tombstones").get == 1


def test_what_was_taken_back_before_it_came_is_never_kept() -> None:
    """OP-9: a bundle that brings it again brings its header only; another's tombstone does nothing."""
    alice, bob = Writer("alice"), Writer("bob")
    hers, his = alice.write(), bob.write()
    with shelf_of(alice, bob) as db:
        shelf.add_tombstone(db, hers.id, ALICE, SPACE)
        shelf.add_tombstone(db, his.id, ALICE, SPACE)
        for op in (hers, his):
            put(db, op)
        kept = [op for op in (shelf.load_op(db, each.id) for each in (hers, his)) if op is not None]
        rows = [row for row in (shelf.op_row(db, each.id) for each in (hers, his)) if row is not None]
    assert [op.payload for op in kept] == [None, his.payload]
    assert [row.state for row in rows] == ["erased", "open"]
