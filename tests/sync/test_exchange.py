# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing two shelves level: catch-up, pushes, gaps, acknowledgements, and what must not be told."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.limits import RUN_OPS_MAX
from edgewise.sync import exchange, frames
from edgewise.sync.events import Acked, HeadsCame, Out, RunCame
from edgewise.sync.exchange import Exchange
from edgewise.sync.frames import Ack, Have, Heads, Ping, Position, Run, Want
from edgewise.sync.ranges import digest16
from tests.sync.party import (
    ALICE,
    BOB,
    GARDEN,
    NOTES,
    TAG,
    acquainted,
    deliver,
    empty_garden,
    garden,
    joined,
    run_of,
    talk,
)


def test_both_catch_up_with_each_other() -> None:
    """FRAME-9, FRAME-11: differing digests, heads, wants, runs; then both hold the same."""
    alice, bob = garden(alice=700), garden(bob=300)
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
    one, other = acquainted(garden(alice=50), garden(alice=50))

    assert not one.sent(Heads) + other.sent(Heads) + one.sent(Run) + other.sent(Run)
    assert one.sent_bytes() + other.sent_bytes() < 512
    assert one.came(Acked) == [Acked(GARDEN.id, {GARDEN.log: 1, ALICE: 50})] == other.came(Acked)


def test_what_is_written_is_pushed_at_once() -> None:
    """FRAME-12: one frame brings it, one acknowledges it."""
    alice, bob = acquainted(garden(alice=3), garden())
    said = len(alice.said), len(bob.said)
    alice.write("alice", GARDEN.id)
    talk(alice, bob)

    assert [type(frame) for frame in alice.said[said[0] :]] == [Run]
    assert [type(frame) for frame in bob.said[said[1] :]] == [Ack]
    assert bob.shelf.heads(GARDEN.id)[ALICE] == 4
    assert alice.came(Acked)[-1] == Acked(GARDEN.id, {ALICE: 4})


def test_pushes_overtake_and_bulk_does_not() -> None:
    """FRAME-12: what is written now is urgent, what was wanted isn't."""
    alice = garden(alice=3)
    told = Exchange()
    told.heads(Heads(TAG, (Position(GARDEN.log, 1), Position(ALICE, 2))), alice)
    pushed = told.committed(alice, GARDEN.id, ALICE, 2, 3)
    told.want(Want(TAG, ALICE, 0, 2), alice)

    assert [out.urgent for out in pushed] == [True]
    assert [(out.urgent, out.space) for out in told.pump(alice)] == [(False, GARDEN.id)]


def test_a_peer_who_lacks_what_comes_before_is_told_positions() -> None:
    """FRAME-12: nothing is pushed over a gap."""
    alice = garden(alice=5)
    talks = Exchange()
    talks.heads(Heads(TAG, (Position(ALICE, 1),)), alice)
    (out,) = talks.committed(alice, GARDEN.id, ALICE, 3, 5)

    assert isinstance(out.frame, Heads)


def test_what_a_peer_holds_already_is_not_sent_back() -> None:
    """FRAME-12: who brought it, isn't sent it."""
    talks = Exchange()
    held = garden(alice=1)
    talks.run(run_of(NOTES[0]), held)

    assert talks.committed(held, GARDEN.id, ALICE, 0, 1) == []


def test_what_is_written_during_bulk_joins_it() -> None:
    """FRAME-12: a push that would overtake its own past waits in the queue."""
    alice = garden(alice=5)
    talks = Exchange()
    talks.want(Want(TAG, ALICE, 0, 3), alice)

    assert talks.committed(alice, GARDEN.id, ALICE, 3, 5) == []
    assert [len(out.frame.ops) for out in talks.pump(alice)] == [5]


def test_logs_take_turns() -> None:
    """FRAME-11: a long log delays no short one."""
    alice = garden(alice=700, bob=2)
    talks = Exchange()
    talks.want(Want(TAG, ALICE, 0, 700), alice)
    talks.want(Want(TAG, BOB, 0, 2), alice)
    served = [talks.pump(alice)[0].frame.ops for _ in range(4)]

    assert [len(ops) for ops in served] == [RUN_OPS_MAX, 2, RUN_OPS_MAX, 700 - 2 * RUN_OPS_MAX]
    assert not talks.has_bulk
    assert talks.pump(alice) == []


def test_a_large_write_goes_out_as_push_and_bulk() -> None:
    """FRAME-12: the first run is pushed, the rest takes its turn."""
    alice, bob = acquainted(garden(), garden())
    alice.write("alice", GARDEN.id, 600)

    assert [len(frame.ops) for frame in alice.outbox] == [RUN_OPS_MAX]
    talk(alice, bob)
    assert bob.shelf.heads(GARDEN.id)[ALICE] == 600


@given(st.lists(st.booleans(), max_size=80))
def test_a_lost_connection_is_resumed_where_it_broke(steps: list[bool]) -> None:
    """FRAME-15: whatever was delivered stays; the rest comes by the next connection."""
    left, right = garden(alice=90), garden(bob=40)
    left.served_ops = right.served_ops = 5
    alice, bob = joined(left, right)
    for forth in steps:
        deliver(*((alice, bob) if forth else (bob, alice)), 1)
        alice.pump()
        bob.pump()
    held = right.heads(GARDEN.id).get(ALICE, 0)
    again, _ = acquainted(left, right, nonce=2)

    assert left.heads(GARDEN.id) == right.heads(GARDEN.id) == {GARDEN.log: 1, ALICE: 90, BOB: 40}
    assert sum(len(frame.ops) for frame in again.sent(Run)) == 90 - held


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
    alice, bob = acquainted(garden(alice=2), garden(bob=2))
    play(data, alice, bob, 25)
    talk(alice, bob)
    acquainted(alice.shelf, bob.shelf, nonce=2)

    assert alice.shelf.heads(GARDEN.id) == bob.shelf.heads(GARDEN.id)


@given(st.data())
def test_three_people_come_level_through_the_middle_one(data: Any) -> None:
    """FRAME-12: what comes from one neighbour goes on to the other."""
    middle = garden()
    alice, to_alice = acquainted(garden(alice=data.draw(st.integers(0, 5))), middle)
    acquainted(middle, garden(bob=data.draw(st.integers(0, 5))), nonce=2)
    to_alice._send(to_alice.session.offer(middle))
    talk(alice, to_alice)

    assert alice.shelf.heads(GARDEN.id) == middle.heads(GARDEN.id)


def test_a_gap_is_asked_for() -> None:
    """FRAME-12: a run beyond what came before is kept for the core, and the gap is wanted."""
    talks = Exchange()
    came, asked = talks.run(run_of(*NOTES[3:5]), empty_garden())

    assert isinstance(came, RunCame)
    assert isinstance(asked, Out)
    assert asked.frame == Want(TAG, ALICE, 0, 3)


def test_runs_that_wait_for_something_else_are_not_asked_for_again() -> None:
    """FRAME-12: what came without a gap is no gap, though it isn't stored yet."""
    talks = Exchange()
    held = empty_garden()
    talks.run(run_of(*NOTES[:2]), held)

    assert [type(step) for step in talks.run(run_of(*NOTES[2:4]), held)] == [RunCame]


def test_acknowledged_is_what_lies_on_the_disk() -> None:
    """FRAME-13: nothing before it is stored, everything after, once."""
    talks = Exchange()
    held = empty_garden()
    talks.run(run_of(*NOTES[:2]), held)
    early = talks.stored(held, GARDEN.id)
    talks.run(run_of(*NOTES[:2]), held)
    held.take(NOTES[:2])
    (ack,) = talks.stored(held, GARDEN.id)

    assert early == []
    assert ack.frame == Ack(TAG, (Position(ALICE, 2),))
    assert talks.stored(held, GARDEN.id) == []


def test_an_acknowledgement_counts_up_to_what_is_held_here() -> None:
    """FRAME-13: nobody can claim to hold what we didn't write, or logs that we don't know."""
    talks = Exchange()
    said = talks.ack(Ack(TAG, (Position(ALICE, 99), Position(b"x" * 32, 5))), garden(alice=3))

    assert said == [Acked(GARDEN.id, {ALICE: 3})]


def test_heads_tell_positions_as_they_are() -> None:
    """FRAME-11: the core learns what is claimed of its own log, and what of it is acknowledged."""
    talks = Exchange()
    came, acked, *wanted = talks.heads(Heads(TAG, (Position(ALICE, 9),)), garden(alice=3))

    assert came == HeadsCame(GARDEN.id, {ALICE: 9})
    assert acked == Acked(GARDEN.id, {ALICE: 3})
    assert isinstance(wanted[0], Out)
    assert wanted[0].frame == Want(TAG, ALICE, 3, 9)


def test_heads_are_told_once() -> None:
    """FRAME-11: two who tell each other positions come to an end."""
    talks = Exchange()
    held = garden(alice=3)
    first = [step.frame for step in talks.heads(Heads(TAG, ()), held) if isinstance(step, Out)]
    again = [step.frame for step in talks.heads(Heads(TAG, ()), held) if isinstance(step, Out)]

    assert [type(frame) for frame in first] == [Heads]
    assert again == []


def test_offered_are_digests_under_tags() -> None:
    """FRAME-9: nothing of an offer names a space or a log."""
    held = garden(alice=3)
    (out,) = Exchange().offer(held)

    assert out == Out(Have((frames.HaveItem(TAG, digest16(held.heads(GARDEN.id))),)))


def test_comparing_knows_its_frames_only() -> None:
    """FRAME-7: what isn't about shared spaces doesn't come here."""
    assert set(exchange.COMPARED) == {Have, Heads, Want, Run, Ack}
    assert Ping not in exchange.COMPARED
