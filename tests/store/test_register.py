# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register on disk: runs are merged, acknowledgements counted, exports noted."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.consent.register import Row, merge
from edgewise.store import register
from edgewise.store.db import Store
from tests.store.shelves import SPACE, Writer, put, shelf_of

LAPTOP, PHONE, LOG = b"l" * 32, b"p" * 32, b"g" * 32
GRANT, OTHER = b"1" * 16, b"2" * 16


def test_runs_that_touch_become_one_row() -> None:
    """What goes operation by operation takes one row, per device."""
    with Store.in_memory(()).write() as db:
        for seq in range(5):
            register.note(db, LAPTOP, SPACE, LOG, seq, seq + 1, GRANT, 10 + seq, "sent")
        register.note(db, PHONE, SPACE, LOG, 0, 2, GRANT, 20, "sent")
        assert register.holdings(db) == [
            Row(LAPTOP, SPACE, LOG, 0, 4, GRANT, 10, 14, "sent"),
            Row(PHONE, SPACE, LOG, 0, 1, GRANT, 20, 20, "sent"),
        ]
        assert register.holdings(db, PHONE) == [Row(PHONE, SPACE, LOG, 0, 1, GRANT, 20, 20, "sent")]
        assert register.holders(db, SPACE, LOG, 1) == [(LAPTOP, "sent"), (PHONE, "sent")]
        assert register.holders(db, SPACE, LOG, 4) == [(LAPTOP, "sent")]
        assert register.holders(db, SPACE, LOG, 5) == []


runs = st.tuples(
    st.sampled_from((LAPTOP, PHONE)),
    st.integers(0, 8),
    st.integers(1, 5),
    st.sampled_from((GRANT, OTHER)),
    st.sampled_from(("sent", "acked")),
)


@given(st.lists(runs, max_size=8))
def test_the_table_is_what_the_pure_rule_makes(given_runs: list[tuple[bytes, int, int, bytes, str]]) -> None:
    """Touching only the rows nearby gives the same as merging everything."""
    rows: list[Row] = []
    with Store.in_memory(()).write() as db:
        for at_ms, (holder, first, count, grant, state) in enumerate(given_runs):
            register.note(db, holder, SPACE, LOG, first, first + count, grant, at_ms, state)  # type: ignore[arg-type]
            new = Row(holder, SPACE, LOG, first, first + count - 1, grant, at_ms, at_ms, state)  # type: ignore[arg-type]
            rows = merge(rows, new)
        assert register.holdings(db) == sorted(rows)


def test_what_a_device_says_that_it_holds_is_acknowledged() -> None:
    """Sent runs keep their grant; what came another way has none; more than is here does not count."""
    alice, bob = Writer("alice"), Writer("bob")
    with shelf_of(alice, bob) as db:
        for op in [alice.write() for _ in range(6)]:
            put(db, op)
        put(db, bob.write())
        register.note(db, LAPTOP, SPACE, alice.log, 0, 3, GRANT, 1, "sent")
        heads = {alice.log: 99, bob.log: 1, LOG: 4}
        register.acked(db, LAPTOP, SPACE, heads, 2)
        register.acked(db, bob.identity, SPACE, {bob.log: 1}, 2)
        assert register.acked_heads(db, LAPTOP, SPACE) == {alice.log: 6, bob.log: 1}
        held = [row for row in register.holdings(db) if row.log == alice.log]
        assert [(row.first_seq, row.last_seq, row.grant, row.state) for row in held] == [
            (0, 2, GRANT, "acked"),
            (3, 5, b"", "acked"),
        ]
        assert register.holders(db, SPACE, bob.log, 0) == [(LAPTOP, "acked")]


def test_a_device_that_lost_something_is_believed() -> None:
    """A restored backup says less than before: it is served from there, and still counts as a holder."""
    alice = Writer("alice")
    with shelf_of(alice) as db:
        for op in [alice.write() for _ in range(4)]:
            put(db, op)
        register.acked(db, LAPTOP, SPACE, {alice.log: 4}, 1)
        register.acked(db, LAPTOP, SPACE, {alice.log: 2}, 2)
        assert register.acked_heads(db, LAPTOP, SPACE) == {alice.log: 2}
        assert register.holders(db, SPACE, alice.log, 3) == [(LAPTOP, "acked")]


def test_exports_are_noted() -> None:
    """Each file that left has a row, the newest first."""
    with Store.in_memory(()).write() as db:
        register.note_export(db, "letter", LOG, "for Bob", 900, 1)
        register.note_export(db, "bundle", SPACE, "for Carol", 5000, 2)
        assert register.exports(db) == [
            register.ExportRow("bundle", SPACE, "for Carol", 5000, 2),
            register.ExportRow("letter", LOG, "for Bob", 900, 1),
        ]
