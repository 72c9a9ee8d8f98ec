# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shelf: logs grow by one operation at a time, and give back what came."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from edgewise.ground.ids import ZERO32
from edgewise.log.chain import Head, Placement, place
from edgewise.log.op import Op
from edgewise.store import shelf
from tests.store.shelves import (
    ALICE,
    BOB,
    EPOCH,
    NOW_MS,
    SPACE,
    Writer,
    log_row,
    put,
    shelf_of,
    space_row,
)


def test_spaces_come_back_as_they_were_added() -> None:
    """Spaces are found by id, kind and circle; adding one again changes nothing."""
    circle = b"c" * 16
    feed = replace(space_row(b"f" * 32), circle=circle)
    talk = space_row(b"t" * 32, "dm", peer=BOB)
    with shelf_of() as db:
        for row in (feed, talk, replace(talk, owner=BOB)):
            shelf.add_space(db, row)
        assert shelf.space(db, talk.id) == talk
        assert shelf.space(db, b"x" * 32) is None
        assert shelf.spaces(db, "dm") == [talk]
        assert shelf.spaces(db) == [space_row(), feed, talk]
        assert shelf.space_of_circle(db, circle) == feed
        assert shelf.space_of_circle(db, b"d" * 16) is None


def test_logs_belong_to_a_space_and_to_somebody() -> None:
    """A log is named, listed and closed; the own log is the newest open one."""
    first, second = Writer("alice"), Writer("alice again")
    with shelf_of() as db:
        unknown = replace(log_row(first, mine=True), identity=None, device=None)
        shelf.add_log(db, unknown)
        assert shelf.log_row(db, first.log) == unknown
        assert shelf.my_log(db, SPACE) == unknown
        shelf.name_log(db, first.log, ALICE, b"d" * 32)
        shelf.set_listed(db, first.log, True)
        named = replace(unknown, identity=ALICE, device=b"d" * 32, listed=True)
        assert shelf.log_row(db, first.log) == named
        shelf.add_log(db, log_row(second, mine=True))
        shelf.close_log(db, second.log)
        assert shelf.my_log(db, SPACE) == named
        shelf.close_log(db, first.log)
        assert shelf.my_log(db, SPACE) is None
        assert [row.public for row in shelf.logs_of(db, SPACE)] == [first.log, second.log]
        with pytest.raises(AssertionError):
            shelf.add_log(db, log_row(Writer("bob", space=b"s" * 32)))


def test_an_operation_comes_back_byte_by_byte() -> None:
    """What was put on the shelf is given back, with what is known of it beside."""
    alice = Writer("alice")
    ops = [alice.write(), alice.control()]
    with shelf_of(alice) as db:
        for op in ops:
            order_ms = put(db, op)
            assert shelf.load_op(db, op.id) == op
            row = shelf.OpRow(op.id, SPACE, alice.log, op.seq, op.cls, EPOCH, "open", NOW_MS, order_ms, True)
            assert shelf.op_row(db, op.id) == shelf.op_at(db, alice.log, op.seq) == row
        head = shelf.log_row(db, alice.log)
        assert head is not None
        assert (head.next_seq, head.head) == (2, ops[1].id)
        assert shelf.heads(db, SPACE) == {alice.log: 2}
        assert list(shelf.shown_ops(db)) == ops
        assert shelf.load_op(db, ZERO32) is None
        assert shelf.op_row(db, ZERO32) is None
        assert shelf.op_at(db, alice.log, 2) is None


def test_two_ids_with_the_same_beginning_are_told_apart() -> None:
    """The index holds 8 bytes of an id; the rest is compared."""
    alice = Writer("alice")
    op = alice.write()
    with shelf_of(alice) as db:
        put(db, op)
        twin = op.id[:8] + bytes(24)
        assert shelf.load_op(db, twin) is None
        assert shelf.op_row(db, twin) is None


def test_only_the_next_operation_of_a_log_is_taken() -> None:
    """Gaps and repetitions are the caller's to sort out; the shelf never holds a chain with a hole."""
    alice = Writer("alice")
    first, second, third = alice.write(), alice.write(), alice.write()
    with shelf_of(alice) as db:
        put(db, first)
        for wrong in (first, third):
            with pytest.raises(AssertionError):
                put(db, wrong)
        put(db, second)
        assert shelf.heads(db, SPACE) == {alice.log: 2}


def test_a_fork_is_seen_from_what_the_shelf_gives() -> None:
    """OP-13: head and id at a place are what chain.place needs to tell held, next, gap and fork apart."""
    alice, copy = Writer("alice"), Writer("alice")
    ops = [alice.write(), alice.write(), alice.write()]
    forked = [copy.write(), copy.write(payload=b"another text" * 30)]
    with shelf_of(alice) as db:
        put(db, ops[0])
        put(db, ops[1])

        def placed(op: Op) -> Placement:
            log, held = shelf.log_row(db, op.log), shelf.op_at(db, op.log, op.seq)
            assert log is not None
            return place(Head(log.next_seq, log.head), op, None if held is None else held.id)

        assert [placed(op) for op in ops] == [Placement.HELD, Placement.HELD, Placement.NEXT]
        assert [placed(op) for op in forked] == [Placement.HELD, Placement.FORK]
        assert placed(copy.write()) == Placement.FORK
        copy.write()
        assert placed(copy.write()) == Placement.GAP


def test_signatures_that_nobody_checked_are_not_given_on() -> None:
    """OP-14: of an operation that only the chain vouches for the signature is not kept."""
    alice = Writer("alice")
    op = alice.write()
    with shelf_of(alice) as db:
        put(db, op, signed=False)
        row, kept = shelf.op_row(db, op.id), shelf.load_op(db, op.id)
    assert row is not None
    assert not row.signed
    assert kept == structs.replace(op, sig=None)


def test_an_erased_operation_keeps_header_and_signature() -> None:
    """OP-9: the payload is gone, the chain verifies; a control operation is never erased."""
    alice = Writer("alice")
    control, content = alice.control(), alice.write()
    with shelf_of(alice) as db:
        for op in (control, content):
            put(db, op)
            shelf.erase_payload(db, op.id)
        assert shelf.load_op(db, control.id) == control
        assert shelf.load_op(db, content.id) == structs.replace(content, payload=None)
        row = shelf.op_row(db, content.id)
        assert row is not None
        assert row.state == "erased"


def test_sealed_operations_wait_for_their_epoch_in_log_order() -> None:
    """What can't be opened yet is found by space and epoch, a bounded number at a time."""
    alice, bob = Writer("alice"), Writer("bob")
    other = b"o" * 32
    waiting = [alice.write(), alice.write(epoch=other), alice.write(), bob.write()]
    with shelf_of(alice, bob) as db:
        for op in waiting:
            put(db, op, state="sealed")
        due = [waiting[0], waiting[2], waiting[3]]
        assert shelf.sealed_ops(db, SPACE, EPOCH) == due
        assert shelf.sealed_ops(db, SPACE, EPOCH, 2) == due[:2]
        assert shelf.sealed_ops(db, SPACE, other) == [waiting[1]]
        assert shelf.sealed_ops(db, b"x" * 32, EPOCH) == []
        shelf.set_state(db, waiting[0].id, "open", NOW_MS)
        shelf.set_state(db, waiting[2].id, "bad")
        assert shelf.sealed_ops(db, SPACE, EPOCH) == [waiting[3]]
        assert list(shelf.shown_ops(db)) == [waiting[0]]


@given(
    st.lists(st.booleans(), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(1, 5000),
)
def test_a_run_is_contiguous_bounded_and_ends_signed(
    signed: list[bool], first: int, stop: int, bytes_max: int
) -> None:
    """OP-14: what is served verifies by its last signature, and is as long as the bounds allow."""
    alice = Writer("alice")
    with shelf_of(alice) as db:
        for each in signed:
            put(db, alice.write(), signed=each)
        run = shelf.ops_range(db, alice.log, first, stop, bytes_max)
    assert [op.seq for op in run] == list(range(first, first + len(run)))
    size_bytes = sum(len(op.header_bytes) + len(op.sig or b"") + len(op.payload or b"") for op in run)
    assert len(run) <= 1 or size_bytes <= bytes_max
    ends = [seq for seq in range(first, len(signed)) if signed[seq]]
    if run:
        assert run[-1].sig is not None
        assert run[-1].seq in ends
        assert run[-1].seq < stop or run[-1].seq == ends[0]
    elif ends and bytes_max >= 5000:
        raise AssertionError("nothing served although it would fit")


def test_heads_of_others_are_named_until_somebody_has_named_them() -> None:
    """Deps are the reduced frontier: what another named head has in its past is left out."""
    alice, bob, carol = Writer("alice"), Writer("bob"), Writer("carol")
    with shelf_of(alice, bob, carol) as db:
        one = bob.write()
        put(db, one)
        assert shelf.other_heads(db, SPACE, alice.log) == [one.id]
        assert shelf.other_heads(db, SPACE, bob.log) == []
        two = carol.write(one.id)
        put(db, two)
        assert shelf.other_heads(db, SPACE, alice.log) == [two.id]
        put(db, alice.write(two.id))
        assert shelf.other_heads(db, SPACE, alice.log) == []
        three = bob.write()
        put(db, three)
        assert shelf.other_heads(db, SPACE, alice.log) == [three.id]


def test_what_comes_after_it_was_named_is_not_named_again() -> None:
    """The frontier does not depend on the sequence of arrivals."""
    alice, bob, carol = Writer("alice"), Writer("bob"), Writer("carol")
    one = bob.write()
    two = carol.write(one.id)
    with shelf_of(alice, bob, carol) as db:
        put(db, two)
        put(db, one)
        assert shelf.other_heads(db, SPACE, alice.log) == [two.id]


def test_control_heads_are_the_newest_that_no_control_operation_names() -> None:
    """What one acts under: content never hides a control head, a control operation does."""
    alice, bob = Writer("alice"), Writer("bob")
    with shelf_of(alice, bob) as db:
        born, joined = alice.control(), bob.control()
        put(db, born)
        put(db, joined)
        put(db, alice.write(joined.id, cheads=(joined.id,)))
        assert shelf.control_heads(db, SPACE) == [joined.id, born.id]
        listed = alice.control(joined.id)
        put(db, listed)
        assert shelf.control_heads(db, SPACE) == [listed.id]


def test_what_remains_of_an_erased_operation_keeps_its_place() -> None:
    """It is among what is shown, in its order, without its payload; of others nothing remains."""
    alice = Writer("alice")
    first, kept, let_go, last = (alice.write() for _ in range(4))
    remains = shelf.Remains("post", NOW_MS, b"where it stood")
    with shelf_of(alice) as db:
        for op in (first, kept, let_go, last):
            put(db, op)
        shelf.put_remains(db, kept.id, remains)
        shelf.put_remains(db, kept.id, replace(remains, record=b"again"))
        for op in (kept, let_go):
            shelf.erase_payload(db, op.id)
        assert list(shelf.shown_ops(db)) == [first, structs.replace(kept, payload=None), last]
        assert shelf.remains(db, kept.id) == remains
        assert shelf.remains(db, let_go.id) is None
