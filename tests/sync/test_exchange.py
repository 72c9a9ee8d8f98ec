# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing two shelves level: catch-up, pushes, gaps, acknowledgements, and what must not be told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import HAVE_ITEMS_MAX, RUN_OPS_MAX
from edgewise.log.op import to_wire
from edgewise.sync import exchange, frames
from edgewise.sync.events import Acked, HeadsCame, Out, RunCame
from edgewise.sync.exchange import Exchange
from edgewise.sync.frames import Ack, Have, Heads, Ping, Position, Run, Want
from edgewise.sync.ranges import digest16, space_tag
from tests.sync.party import (
    PAIR_SECRET,
    Shelf,
    acquainted,
    deliver,
    genesis,
    joined,
    log_key,
    talk,
    written,
)

GARDEN = genesis("garden")
KITCHEN = genesis("kitchen")
TAG = space_tag(PAIR_SECRET, GARDEN.id)
ALICE = log_key("alice").public
BOB = log_key("bob").public
NOTES = written("alice", GARDEN.id, 6)


def shelf(**logs: int) -> Shelf:
    """The garden with its genesis, and `count` operations by each name."""
    held = Shelf()
    held.open_space(GARDEN.id)
    held.add(GARDEN)
    for name, count in logs.items():
        for op in written(name, GARDEN.id, count):
            held.add(op)
    return held


def empty() -> Shelf:
    """The garden, of which nothing is held yet."""
    held = Shelf()
    held.open_space(GARDEN.id)
    return held


def run(*ops: Any) -> Run:
    """A run frame in the garden."""
    return Run(TAG, tuple(to_wire(op) for op in ops))


def test_both_catch_up_with_each_other() -> None:
    """FRAME-9, FRAME-11: differing digests, heads, wants, runs; then both hold the same."""
    alice, bob = shelf(alice=700), shelf(bob=300)
    pair = acquainted(alice, bob)

    assert alice.heads(GARDEN.id) == bob.heads(GARDEN.id)
    assert alice.heads(GARDEN.id) == {GARDEN.log: 1, ALICE: 700, BOB: 300}
    assert [len(frame.ops) for frame in pair[0].sent(Run)] == [
        RUN_OPS_MAX,
        RUN_OPS_MAX,
        700 - 2 * RUN_OPS_MAX,
    ]


def test_equal_holdings_cost_a_digest_and_no_heads() -> None:
    """FRAME-9: who meets again with nothing new says 0.4 KiB, and both know that all is stored."""
    one, other = acquainted(shelf(alice=50), shelf(alice=50))

    assert not one.sent(Heads) + other.sent(Heads) + one.sent(Run) + other.sent(Run)
    assert one.sent_bytes() + other.sent_bytes() < 512
    assert one.came(Acked) == [Acked(GARDEN.id, {GARDEN.log: 1, ALICE: 50})] == other.came(Acked)


def test_what_is_written_is_pushed_at_once() -> None:
    """FRAME-12: one frame brings it, one acknowledges it."""
    alice, bob = acquainted(shelf(alice=3), shelf())
    said = len(alice.said), len(bob.said)
    alice.write("alice", GARDEN.id)
    talk(alice, bob)

    assert [type(frame) for frame in alice.said[said[0] :]] == [Run]
    assert [type(frame) for frame in bob.said[said[1] :]] == [Ack]
    assert bob.shelf.heads(GARDEN.id)[ALICE] == 4
    assert alice.came(Acked)[-1] == Acked(GARDEN.id, {ALICE: 4})


def test_pushes_overtake_and_bulk_does_not() -> None:
    """FRAME-12: what is written now is urgent, what was wanted isn't."""
    alice, bob = shelf(alice=3), shelf()
    told = Exchange()
    told.heads(Heads(TAG, (Position(GARDEN.log, 1), Position(ALICE, 2))), alice)
    pushed = told.committed(alice, GARDEN.id, ALICE, 2, 3)
    told.want(Want(TAG, ALICE, 0, 2), alice)

    assert [out.urgent for out in pushed] == [True]
    assert [(out.urgent, out.space) for out in told.pump(alice)] == [(False, GARDEN.id)]
    assert bob.heads(GARDEN.id) == {GARDEN.log: 1}


def test_a_peer_who_lacks_what_comes_before_is_told_positions() -> None:
    """FRAME-12: nothing is pushed over a gap."""
    alice = shelf(alice=5)
    talks = Exchange()
    talks.heads(Heads(TAG, (Position(ALICE, 1),)), alice)
    (out,) = talks.committed(alice, GARDEN.id, ALICE, 3, 5)

    assert isinstance(out.frame, Heads)


def test_what_a_peer_holds_already_is_not_sent_back() -> None:
    """FRAME-12: who brought it, isn't sent it."""
    talks = Exchange()
    held = shelf(alice=1)
    talks.run(run(NOTES[0]), held)

    assert talks.committed(held, GARDEN.id, ALICE, 0, 1) == []


def test_what_is_written_during_bulk_joins_it() -> None:
    """FRAME-12: a push that would overtake its own past waits in the queue."""
    alice = shelf(alice=5)
    talks = Exchange()
    talks.want(Want(TAG, ALICE, 0, 3), alice)

    assert talks.committed(alice, GARDEN.id, ALICE, 3, 5) == []
    assert [len(out.frame.ops) for out in talks.pump(alice)] == [5]


def test_logs_take_turns() -> None:
    """FRAME-11: a long log delays no short one."""
    alice = shelf(alice=700, bob=2)
    talks = Exchange()
    talks.want(Want(TAG, ALICE, 0, 700), alice)
    talks.want(Want(TAG, BOB, 0, 2), alice)
    served = [talks.pump(alice)[0].frame.ops for _ in range(4)]

    assert [len(ops) for ops in served] == [RUN_OPS_MAX, 2, RUN_OPS_MAX, 700 - 2 * RUN_OPS_MAX]
    assert not talks.has_bulk
    assert talks.pump(alice) == []


def test_a_large_write_goes_out_as_push_and_bulk() -> None:
    """FRAME-12: the first run is pushed, the rest takes its turn."""
    alice, bob = acquainted(shelf(), shelf())
    alice.write("alice", GARDEN.id, 600)

    assert [len(frame.ops) for frame in alice.outbox] == [RUN_OPS_MAX]
    talk(alice, bob)
    assert bob.shelf.heads(GARDEN.id)[ALICE] == 600


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_lost_connection_is_resumed_where_it_broke(before: int, after: int) -> None:
    """FRAME-15: whatever was delivered stays, the rest comes next time, nothing twice but by chance."""
    left, right = shelf(alice=90), shelf(bob=40)
    left.served_ops = right.served_ops = 5
    alice, bob = joined(left, right)
    for _ in range(before):
        deliver(alice, bob, 1)
        alice.pump()
    for _ in range(after):
        deliver(bob, alice, 1)
        bob.pump()
    acquainted(left, right, nonce=2)

    assert left.heads(GARDEN.id) == right.heads(GARDEN.id) == {GARDEN.log: 1, ALICE: 90, BOB: 40}


def play(data: Any, alice: Any, bob: Any, steps: int) -> None:
    """Write, deliver out of order, deliver twice; never lose."""
    for _ in range(steps):
        side, other = data.draw(st.sampled_from([(alice, bob), (bob, alice)]))
        match data.draw(st.sampled_from(["write", "deliver", "swap", "twice", "pump"])):
            case "write":
                side.write(side.name, GARDEN.id, data.draw(st.integers(1, 3)))
            case "deliver":
                deliver(side, other, 1)
            case "swap" if len(side.outbox) > 1:
                side.outbox[:2] = reversed(side.outbox[:2])
            case "twice" if side.outbox:
                side.outbox.insert(0, side.outbox[0])
            case _:
                side.pump()


@given(st.data())
def test_doubled_and_reordered_frames_change_nothing(data: Any) -> None:
    """FRAME-15: in one conversation, whatever order frames come in, both end up level."""
    alice, bob = acquainted(shelf(alice=2), shelf(bob=2))
    play(data, alice, bob, 25)
    talk(alice, bob)
    acquainted(alice.shelf, bob.shelf, nonce=2)

    assert alice.shelf.heads(GARDEN.id) == bob.shelf.heads(GARDEN.id)


@given(st.data())
def test_three_people_come_level_through_the_middle_one(data: Any) -> None:
    """FRAME-12: what comes from one neighbour goes on to the other."""
    middle = shelf()
    alice, to_alice = acquainted(shelf(alice=data.draw(st.integers(0, 5))), middle)
    acquainted(middle, shelf(bob=data.draw(st.integers(0, 5))), nonce=2)
    to_alice._send(to_alice.session.offer(middle))
    talk(alice, to_alice)

    assert alice.shelf.heads(GARDEN.id) == middle.heads(GARDEN.id)


def test_a_gap_is_asked_for() -> None:
    """FRAME-12: a run beyond what came before is kept for the core, and the gap is wanted."""
    talks = Exchange()
    came, asked = talks.run(run(*NOTES[3:5]), empty())

    assert isinstance(came, RunCame)
    assert isinstance(asked, Out)
    assert asked.frame == Want(TAG, ALICE, 0, 3)


def test_runs_that_wait_for_something_else_are_not_asked_for_again() -> None:
    """FRAME-12: what came without a gap is no gap, though it isn't stored yet."""
    talks = Exchange()
    held = empty()
    talks.run(run(*NOTES[:2]), held)

    assert [type(step) for step in talks.run(run(*NOTES[2:4]), held)] == [RunCame]


def test_acknowledged_is_what_lies_on_the_disk() -> None:
    """FRAME-13: nothing before it is stored, everything after, once."""
    talks = Exchange()
    held = empty()
    talks.run(run(*NOTES[:2]), held)
    early = talks.stored(held, GARDEN.id)
    talks.run(run(*NOTES[:2]), held)
    held.take(NOTES[:2])
    (ack,) = talks.stored(held, GARDEN.id)

    assert early == []
    assert ack.frame == Ack(TAG, (Position(ALICE, 2),))
    assert talks.stored(held, GARDEN.id) == []


def test_an_acknowledgement_counts_up_to_what_is_held_here() -> None:
    """FRAME-13: nobody can claim to hold what we didn't write, or logs that we don't know."""
    talks = Exchange()
    said = talks.ack(Ack(TAG, (Position(ALICE, 99), Position(b"x" * 32, 5))), shelf(alice=3))

    assert said == [Acked(GARDEN.id, {ALICE: 3})]


def test_heads_tell_positions_as_they_are() -> None:
    """FRAME-11: the core learns what is claimed of its own log, and what of it is acknowledged."""
    talks = Exchange()
    came, acked, *wanted = talks.heads(Heads(TAG, (Position(ALICE, 9),)), shelf(alice=3))

    assert came == HeadsCame(GARDEN.id, {ALICE: 9})
    assert acked == Acked(GARDEN.id, {ALICE: 3})
    assert isinstance(wanted[0], Out)
    assert wanted[0].frame == Want(TAG, ALICE, 3, 9)


def test_heads_are_told_once() -> None:
    """FRAME-11: two who tell each other positions come to an end."""
    talks = Exchange()
    held = shelf(alice=3)
    first = [step.frame for step in talks.heads(Heads(TAG, ()), held) if isinstance(step, Out)]
    again = [step.frame for step in talks.heads(Heads(TAG, ()), held) if isinstance(step, Out)]

    assert [type(frame) for frame in first] == [Heads]
    assert again == []


STRANGE = b"?" * 16


@pytest.mark.parametrize(
    "frame",
    [
        Have((frames.HaveItem(STRANGE, STRANGE),)),
        Heads(STRANGE, (Position(ALICE, 5),)),
        Want(STRANGE, ALICE, 0, 5),
        Run(STRANGE, (to_wire(NOTES[0]),)),
        Ack(STRANGE, (Position(ALICE, 5),)),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_an_unknown_tag_is_ignored(frame: frames.Frame) -> None:
    """FRAME-9: no answer, no trace, no fault: the other side may know of a sharing first."""
    talks = Exchange()

    assert exchange.COMPARED[type(frame)](talks, frame, shelf(alice=3)) == []
    assert not talks.has_bulk


def test_a_space_that_becomes_shared_is_caught_up_with() -> None:
    """FRAME-9: whoever learns later that a space is shared offers it, and gets what was ignored before."""
    alice, bob = acquainted(shelf(alice=3), empty())
    alice.share(KITCHEN.id)
    alice.shelf.add(KITCHEN)
    alice.write("cook", KITCHEN.id, 4)
    talk(alice, bob)
    assert KITCHEN.id not in bob.shelf.logs

    bob.share(KITCHEN.id)
    talk(alice, bob)
    assert bob.shelf.heads(KITCHEN.id) == alice.shelf.heads(KITCHEN.id)


def test_a_hidden_log_is_neither_told_nor_served_nor_pushed() -> None:
    """FRAME-11: logs that the other end may not know of don't exist for it."""
    alice = shelf(alice=3, secret=2)
    hidden = log_key("secret").public
    alice.hidden[hidden] = None
    one, other = acquainted(alice, empty())
    other._send([Out(Want(TAG, hidden, 0, 2))])
    one.write("secret", GARDEN.id)
    talk(one, other)

    assert hidden not in other.shelf.logs[GARDEN.id]
    assert all(hidden != head.log for frame in one.sent(Heads) for head in frame.heads)


def test_wants_of_one_log_join() -> None:
    """FRAME-11: asking twice costs once."""
    talks = Exchange()
    held = shelf(alice=6)
    for first, stop in ((4, 6), (2, 5), (3, 10**9)):
        talks.want(Want(TAG, ALICE, first, stop), held)

    assert [len(out.frame.ops) for out in talks.pump(held)] == [4]
    assert talks.pump(held) == []


def test_wants_beyond_what_is_held_are_dropped() -> None:
    """FRAME-16: one want for each log that is held; others leave no trace."""
    talks = Exchange()
    for first, stop in ((6, 9), (3, 3), (5, 2)):
        talks.want(Want(TAG, ALICE, first, stop), shelf(alice=6))
    for number in range(50):
        talks.want(Want(TAG, bytes([number]) * 32, 0, 9), shelf(alice=6))

    assert not talks.has_bulk


def test_what_is_no_longer_shared_is_no_longer_served() -> None:
    """FRAME-11: a want outlives no sharing."""
    talks = Exchange()
    held = shelf(alice=6)
    talks.want(Want(TAG, ALICE, 0, 6), held)
    del held.logs[GARDEN.id]

    assert talks.pump(held) == []
    assert talks.committed(held, GARDEN.id, ALICE, 5, 6) == []
    assert talks.stored(held, GARDEN.id) == []


@pytest.mark.parametrize(
    ("code", "ops"),
    [
        ("run.malformed", (NOTES[0], NOTES[2])),
        ("run.malformed", (NOTES[1], NOTES[0])),
        ("run.malformed", (NOTES[0], written("bob", GARDEN.id, 2)[1])),
        ("run.malformed", (KITCHEN,)),
        ("run.malformed", tuple(written("alice", KITCHEN.id, 1))),
    ],
    ids=["a gap", "backwards", "two logs", "a genesis of another space", "another space"],
)
def test_a_run_of_anything_but_one_stretch_is_a_fault(code: str, ops: Any) -> None:
    """FRAME-10: one log of the tag's space, in order, without a gap."""
    with pytest.raises(Verdict) as caught:
        Exchange().run(run(*ops), shelf())

    assert caught.value.code == code


def test_an_unsigned_end_is_a_fault() -> None:
    """FRAME-10: without a signature at its end a run proves nothing."""
    wires = (to_wire(NOTES[0]), frames.WireOp(NOTES[1].header_bytes, b"", NOTES[1].payload))
    with pytest.raises(Verdict) as caught:
        Exchange().run(Run(TAG, wires), empty())

    assert caught.value.code == "run.unsigned"


def test_a_run_whose_middle_is_unsigned_is_taken() -> None:
    """FRAME-10: the last signature vouches for the stretch."""
    wires = (frames.WireOp(NOTES[0].header_bytes, b"", None), to_wire(NOTES[1]))
    (came,) = Exchange().run(Run(TAG, wires), empty())

    assert isinstance(came, RunCame)
    assert [op.id for op in came.ops] == [NOTES[0].id, NOTES[1].id]


def test_nobody_makes_us_remember_logs_without_end() -> None:
    """FRAME-16: 8,192 logs of one space, then the conversation ends."""
    talks = Exchange()
    held = shelf()

    def flood(start: int) -> None:
        logs = range(start, start + 4096)
        talks.heads(Heads(TAG, tuple(Position(n.to_bytes(32, "big"), 1) for n in logs)), held)

    flood(0)
    flood(4096)
    flood(0)
    with pytest.raises(Verdict) as caught:
        flood(8192)

    assert caught.value.code == "session.flood"


def test_one_have_makes_one_answer_for_each_space() -> None:
    """FRAME-16: naming a tag 4,096 times brings one frame, not 4,096."""
    item = frames.HaveItem(TAG, STRANGE)

    assert len(Exchange().have(Have((item,) * HAVE_ITEMS_MAX), shelf(alice=3))) == 1


def test_more_spaces_than_a_frame_holds_take_several() -> None:
    """FRAME-9: the bound of a list is no bound of what people share."""
    held = Shelf()
    for number in range(HAVE_ITEMS_MAX + 1):
        held.open_space(number.to_bytes(32, "big"))

    assert [len(frame.items) for frame in exchange.have_frames(held)] == [HAVE_ITEMS_MAX, 1]


def test_offered_are_digests_under_tags() -> None:
    """FRAME-9: nothing of an offer names a space or a log."""
    held = shelf(alice=3)
    (out,) = Exchange().offer(held)

    assert out == Out(Have((frames.HaveItem(TAG, digest16(held.heads(GARDEN.id))),)))


def test_comparing_knows_its_frames_only() -> None:
    """FRAME-7: what isn't about shared spaces doesn't come here."""
    assert set(exchange.COMPARED) == {Have, Heads, Want, Run, Ack}
    assert Ping not in exchange.COMPARED
