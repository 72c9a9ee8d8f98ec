# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stretch of a log, laid in one go: the tables are those that one after another would give."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.log.op import Op
from edgewise.store import order, shelf, stretch
from edgewise.store.db import Connection
from tests.store.shelves import NOW_MS, Writer, put, shelf_of

TABLES = ("ops", "logs", "links", "awaited", "moved")


def tables(db: Connection) -> dict[str, list[Any]]:
    """Every row of the tables that an operation touches."""
    return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in TABLES}


def singly(db: Connection, new: list[stretch.New]) -> list[int]:
    """One after another, as what comes by itself."""
    return [put(db, each.op, state=each.state, signed=each.signed, wall_ms=each.wall_ms) for each in new]


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Writer, Writer, list[Op], list[stretch.New]]:
    """What stands on the shelf already, of two writers, and what follows in the log of one of them."""
    alice, bob = Writer("alice"), Writer("bob")
    before = [bob.write() for _ in range(draw(st.integers(0, 3)))]
    before += [alice.write() for _ in range(draw(st.integers(0, 2)))]
    missing = Writer("carol").write()
    new = []
    for _ in range(draw(st.integers(1, 6))):
        names = [op.id for op in (*before, missing) if op.log != alice.log]
        names += [each.op.id for each in new]
        deps = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        wall_ms = draw(st.none() | st.integers(NOW_MS - 50, NOW_MS + 50))
        state = draw(st.sampled_from(("open", "sealed", "bad", "newer")))
        new.append(stretch.New(alice.write(*deps), state, draw(st.booleans()), wall_ms))
    return alice, bob, before, new


@given(stretches())
def test_laid_at_once_or_singly_the_tables_are_the_same(
    drawn: tuple[Writer, Writer, list[Op], list[stretch.New]],
) -> None:
    """Row for row: places in the order, links, what is awaited, the log's head."""
    alice, bob, before, new = drawn
    with shelf_of(alice, bob) as at_once, shelf_of(alice, bob) as one_by_one:
        for db in (at_once, one_by_one):
            for op in before:
                put(db, op)
        assert stretch.add_ops(at_once, new, NOW_MS) == singly(one_by_one, new)
        assert tables(at_once) == tables(one_by_one)


def test_what_comes_later_still_lifts_a_stretch() -> None:
    """An operation that a stretch names and that comes after it moves what follows, as ever."""
    alice, bob = Writer("alice"), Writer("bob")
    named = bob.write()
    new = [
        stretch.New(alice.write(named.id), "open", True, NOW_MS - 9),
        stretch.New(alice.write(), "open", True, 1),
    ]
    with shelf_of(alice, bob) as db:
        stretch.add_ops(db, new, NOW_MS)
        place = put(db, named)
        assert order.take_moved(db) == [each.op.id for each in new]
        row = shelf.op_row(db, new[1].op.id)
        assert row is not None
        assert row.order_ms == place + 2


def test_a_stretch_begins_where_the_log_ends() -> None:
    """Anything else is a bug of the caller."""
    alice = Writer("alice")
    first, second = alice.write(), alice.write()
    with shelf_of(alice) as db:
        with pytest.raises(AssertionError):
            stretch.add_ops(db, [stretch.New(second, "open", True, None)], NOW_MS)
        stretch.add_ops(db, [stretch.New(each, "open", True, None) for each in (first, second)], NOW_MS)
        assert shelf.heads(db, alice.space) == {alice.log: 2}
