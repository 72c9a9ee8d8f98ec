# SPDX-License-Identifier: AGPL-3.0-or-later
"""Order: whatever the sequence of arrivals, what people see ends in the same order."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.limits import CLOCK_AHEAD_MS_MAX
from edgewise.log.op import Op
from edgewise.store import order, shelf
from edgewise.store.db import Connection
from tests.store.shelves import NOW_MS, Writer, put, shelf_of

NAMES = ("alice", "bob", "carol")


@dataclass(frozen=True)
class Said:
    """An operation with the times that belong to it."""

    op: Op
    arrived_ms: int
    wall_ms: int


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[Writer], list[Said]]:
    """Some operations of three writers, each naming some that were written before it."""
    writers = [Writer(name) for name in NAMES]
    said: list[Said] = []
    for _ in range(draw(st.integers(1, 9))):
        writer = draw(st.sampled_from(writers))
        others = [each.op.id for each in said if each.op.log != writer.log]
        deps = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
        times = (NOW_MS + draw(st.integers(0, 50)), NOW_MS + draw(st.integers(-50, 2 * CLOCK_AHEAD_MS_MAX)))
        said.append(Said(writer.write(*deps), *times))
    return writers, said


def arrivals(said: list[Said], picks: list[int]) -> list[Said]:
    """A sequence in which each log comes in its own order, and everything else as the picks say."""
    queues = [[each for each in said if each.op.log == log] for log in sorted({each.op.log for each in said})]
    sequence = []
    for pick in picks:
        open_queues = [queue for queue in queues if queue]
        sequence.append(open_queues[pick % len(open_queues)].pop(0))
    return sequence


def expected(said: list[Said]) -> dict[bytes, int]:
    """The order by the rule itself, from all operations at once."""
    orders: dict[bytes, int] = {}
    for each in said:  # written after all that it names
        before = [orders[id] for id in (each.op.header.prev, *each.op.header.deps) if id in orders]
        claimed = min(each.wall_ms, each.arrived_ms + CLOCK_AHEAD_MS_MAX)
        orders[each.op.id] = max([claimed, *(place + 1 for place in before)])
    return orders


def orders_of(db: Connection, said: list[Said]) -> dict[bytes, int]:
    """The orders as the shelf has them."""
    rows = {each.op.id: shelf.op_row(db, each.op.id) for each in said}
    return {id: row.order_ms for id, row in rows.items() if row is not None}


@given(conversations(), st.lists(st.integers(0, 2), min_size=9, max_size=9))
def test_any_sequence_of_arrivals_gives_the_same_order(
    conversation: tuple[list[Writer], list[Said]], picks: list[int]
) -> None:
    """OP-12: orders equal those of the rule applied to everything at once; views hear of each change."""
    writers, said = conversation
    with shelf_of(*writers) as db:
        shown: dict[bytes, int] = {}
        for each in arrivals(said, picks[: len(said)]):
            shown[each.op.id] = put(db, each.op, each.arrived_ms, wall_ms=each.wall_ms)
        for id in shelf.take_moved(db):
            row = shelf.op_row(db, id)
            assert row is not None
            shown[id] = row.order_ms
        assert orders_of(db, said) == expected(said) == shown
        assert shelf.take_moved(db) == []
        for writer in writers:
            log = shelf.log_row(db, writer.log)
            assert log is not None
            assert log.head_order_ms == (expected(said)[writer.ops[-1].id] if writer.ops else 0)


@given(
    conversations(), st.lists(st.integers(0, 2), min_size=9, max_size=9), st.randoms(use_true_random=False)
)
def test_what_opens_late_takes_the_place_that_it_would_have_had(
    conversation: tuple[list[Writer], list[Said]], picks: list[int], chance: st.DataObject
) -> None:
    """OP-12: sealed first and opened in any sequence, or opened at once: the order is the same."""
    writers, said = conversation
    with shelf_of(*writers) as db:
        for each in arrivals(said, picks[: len(said)]):
            put(db, each.op, each.arrived_ms, state="sealed")
        for each in sorted(said, key=lambda _: chance.random()):  # type: ignore[attr-defined]
            shelf.set_state(db, each.op.id, "open", each.wall_ms)
        assert orders_of(db, said) == expected(said)


def test_a_wrong_clock_moves_nothing_more_than_five_minutes_up() -> None:
    """OP-12: a claimed time counts at most five minutes past the arrival."""
    alice = Writer("alice")
    with shelf_of(alice) as db:
        assert put(db, alice.write(), NOW_MS, wall_ms=NOW_MS * 2) == NOW_MS + CLOCK_AHEAD_MS_MAX
        assert put(db, alice.write(), NOW_MS, wall_ms=1) == NOW_MS + CLOCK_AHEAD_MS_MAX + 1


def test_without_a_claimed_time_the_arrival_counts() -> None:
    """What can be read but claims nothing stands where it came; what can't be read claims nothing."""
    alice = Writer("alice")
    with shelf_of(alice) as db:
        assert put(db, alice.write(), NOW_MS, state="sealed") == 0
        assert put(db, alice.write(), NOW_MS, state="newer") == NOW_MS


def test_a_long_tail_moves_with_its_head() -> None:
    """A dep that comes late lifts what named it and everything behind, once each."""
    alice, bob = Writer("alice"), Writer("bob")
    first = bob.write()
    tail = [alice.write(first.id), *(alice.write() for _ in range(20))]
    with shelf_of(alice, bob) as db:
        for op in tail:
            put(db, op, NOW_MS, wall_ms=NOW_MS)
        put(db, first, NOW_MS, wall_ms=NOW_MS + 1000)
        assert [row.order_ms for row in (shelf.op_row(db, op.id) for op in tail) if row is not None] == list(
            range(NOW_MS + 1001, NOW_MS + 1022)
        )
        assert sorted(shelf.take_moved(db)) == sorted(op.id for op in tail)


def test_ids_are_found_whatever_their_first_bytes_are() -> None:
    """The short index is a signed integer; it only narrows, the whole id decides."""
    assert order.id8(b"\xff" * 32) == -1
    assert order.id8(b"\x7f" + b"\xff" * 31) == 2**63 - 1
    assert order.id8(bytes(32)) == 0


def test_the_end_of_a_transaction_reads_what_moved_and_nothing_else() -> None:
    """However full the shelf is: the plan goes from what moved to its operations, not the other way."""
    with shelf_of() as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {order.MOVED}")]
    assert [line for line in plan if line.startswith("SCAN")] == ["SCAN m"]
