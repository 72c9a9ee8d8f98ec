# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from an operation's neighbours is set right; what is lost waits in its place, for others."""

from collections.abc import Iterator

import pytest

from edgewise.ground.ids import ZERO32
from edgewise.log.op import CLS_CONTROL
from edgewise.store import checkup, mending, shelf
from edgewise.store.db import Connection
from edgewise.store.mending import Mended
from tests.store.shelves import SPACE, Writer, log_row, put, space_row
from tests.store.test_checkup import FLIPPED


@pytest.fixture
def bob() -> Writer:
    """Bob writes a log of six, the fifth of class control."""
    return Writer("bob")


@pytest.fixture
def db(bob: Writer) -> Iterator[Connection]:
    """A store that holds it."""
    from edgewise.store.db import Store

    store = Store.in_memory(())
    with store.write() as db:
        shelf.add_space(db, space_row())
        shelf.add_log(db, log_row(bob))
        for number in range(6):
            put(db, bob.write(cls=CLS_CONTROL) if number == 4 else bob.write())
        yield db
    store.close()


def codes(db: Connection) -> set[str]:
    """What the doctor finds."""
    return {finding.code for finding in checkup.deep(db, lambda op: None)}


def flip(db: Connection, column: str, seq: int) -> None:
    """Change four bits of a column."""
    db.execute(f"UPDATE ops SET {column} = {FLIPPED.format(column, 9)} WHERE seq = {seq}")


def test_nothing_is_done_to_what_is_well(db: Connection) -> None:
    """A whole store needs no mending; it may be asked for as often as one likes."""
    assert mending.mend(db) == Mended(0, 0)
    assert codes(db) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ops SET cls = 0 WHERE seq = 3",
        "UPDATE ops SET id8 = 7 WHERE seq = 2",
        "UPDATE ops SET epoch = zeroblob(32) WHERE seq = 1",
        "UPDATE ops SET id = zeroblob(32) WHERE seq = 2",
        "UPDATE ops SET id = zeroblob(32) WHERE seq = 5",
        "UPDATE ops SET sig = zeroblob(64) WHERE seq = 1",
        "UPDATE logs SET next_seq = 3",
        "UPDATE logs SET head = zeroblob(32)",
    ],
)
def test_what_the_neighbours_tell_is_set_right(db: Connection, statement: str) -> None:
    """Columns by the signed header, the log's end by its last row, a spoiled signature by the chain."""
    db.execute(statement)
    assert codes(db) != set()
    done = mending.mend(db)
    assert (done.set_right > 0, done.awaited) == (True, 0)
    assert codes(db) == set()


@pytest.mark.parametrize(("column", "seq"), [("header", 2), ("payload", 2), ("sig", 4), ("sig", 5)])
def test_what_is_lost_waits_in_its_place_and_comes_back(
    db: Connection, bob: Writer, column: str, seq: int
) -> None:
    """It is not sent to anybody meanwhile, and afterwards all is as it was."""
    flip(db, column, seq)
    assert mending.mend(db) == Mended(0, 1)
    assert codes(db) == {"awaited"}
    assert mending.awaited(db, SPACE) == [(bob.log, seq)]
    assert [op.seq for op in shelf.ops_range(db, bob.log, 0, 6, 10**6)] == list(range(seq))
    assert shelf.load_op(db, bob.ops[seq].id) is None
    assert mending.put_back(db, bob.ops[seq], signed=True)
    assert codes(db) == set()
    assert mending.awaited(db, SPACE) == []
    assert shelf.load_op(db, bob.ops[seq].id) == bob.ops[seq]


def test_lost_rows_keep_their_places(db: Connection, bob: Writer) -> None:
    """Neither a hole nor a lost end makes a place free; of two in a row the first has lost its id too."""
    db.execute("PRAGMA foreign_keys = 0")
    db.execute("DELETE FROM ops WHERE seq IN (1, 2, 5)")
    assert mending.mend(db).awaited == 3
    assert codes(db) == {"awaited"}
    log = shelf.log_row(db, bob.log)
    assert log is not None
    assert (log.next_seq, log.head) == (6, bob.ops[5].id)
    row = shelf.op_at(db, bob.log, 1)
    assert row is not None
    assert row.id == ZERO32
    for seq in (1, 2, 5):
        assert mending.put_back(db, bob.ops[seq], signed=True)
    assert codes(db) == set()


def test_another_operation_is_not_put_there(db: Connection, bob: Writer) -> None:
    """Only the very same one; to ask for another is a bug of the caller."""
    flip(db, "payload", 2)
    mending.mend(db)
    other = Writer("bob")
    other.write()
    other.write()
    with pytest.raises(AssertionError):
        mending.put_back(db, other.write(payload=b"something else"), signed=True)


def test_what_was_taken_back_meanwhile_stays_erased(db: Connection, bob: Writer) -> None:
    """A damaged text that its author took back comes back without its words."""
    flip(db, "payload", 2)
    mending.mend(db)
    shelf.add_tombstone(db, bob.ops[2].id, bob.identity, SPACE)
    assert not mending.put_back(db, bob.ops[2], signed=True)
    row = shelf.op_row(db, bob.ops[2].id)
    assert row is not None
    assert row.state == "erased"


def test_own_logs_are_closed_where_their_end_is_in_doubt(db: Connection) -> None:
    """What is written then opens a new one, so that no place is used twice."""
    alice = Writer("alice")
    shelf.add_log(db, log_row(alice, mine=True))
    put(db, alice.write())
    mending.close_own_logs(db)
    assert shelf.my_log(db, SPACE) is None
