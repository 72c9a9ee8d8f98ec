# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a peer is not told, what it can't make us remember, and which runs are faults."""

from typing import Any

import pytest

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import HAVE_ITEMS_MAX
from edgewise.log.op import to_wire
from edgewise.sync import exchange, frames
from edgewise.sync.events import Out, RunCame
from edgewise.sync.exchange import Exchange
from edgewise.sync.frames import Ack, Have, Heads, Position, Run, Want
from tests.sync.party import (
    ALICE,
    GARDEN,
    KITCHEN,
    NOTES,
    TAG,
    Shelf,
    acquainted,
    empty_garden,
    garden,
    log_key,
    run_of,
    talk,
    written,
)

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

    assert exchange.COMPARED[type(frame)](talks, frame, garden(alice=3)) == []
    assert not talks.has_bulk


def test_a_space_that_becomes_shared_is_caught_up_with() -> None:
    """FRAME-9: whoever learns later that a space is shared offers it, and gets what was ignored before."""
    alice, bob = acquainted(garden(alice=3), empty_garden())
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
    alice = garden(alice=3, secret=2)
    hidden = log_key("secret").public
    alice.hidden[hidden] = None
    one, other = acquainted(alice, empty_garden())
    other._send([Out(Want(TAG, hidden, 0, 2))])
    one.write("secret", GARDEN.id)
    talk(one, other)

    assert hidden not in other.shelf.logs[GARDEN.id]
    assert all(hidden != head.log for frame in one.sent(Heads) for head in frame.heads)


def test_wants_of_one_log_join() -> None:
    """FRAME-11: asking twice costs once."""
    talks = Exchange()
    held = garden(alice=6)
    for first, stop in ((4, 6), (2, 5), (3, 10**9)):
        talks.want(Want(TAG, ALICE, first, stop), held)

    assert [len(out.frame.ops) for out in talks.pump(held)] == [4]
    assert talks.pump(held) == []


def test_wants_beyond_what_is_held_are_dropped() -> None:
    """FRAME-16: one want for each log that is held; others leave no trace."""
    talks = Exchange()
    for first, stop in ((6, 9), (3, 3), (5, 2)):
        talks.want(Want(TAG, ALICE, first, stop), garden(alice=6))
    for number in range(50):
        talks.want(Want(TAG, bytes([number]) * 32, 0, 9), garden(alice=6))

    assert not talks.has_bulk


def test_what_is_no_longer_shared_is_no_longer_served() -> None:
    """FRAME-11: a want outlives no sharing."""
    talks = Exchange()
    held = garden(alice=6)
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
        Exchange().run(run_of(*ops), garden())

    assert caught.value.code == code


def test_an_unsigned_end_is_a_fault() -> None:
    """FRAME-10: without a signature at its end a run proves nothing."""
    wires = (to_wire(NOTES[0]), frames.WireOp(NOTES[1].header_bytes, b"", NOTES[1].payload))
    with pytest.raises(Verdict) as caught:
        Exchange().run(Run(TAG, wires), empty_garden())

    assert caught.value.code == "run.unsigned"


def test_a_run_whose_middle_is_unsigned_is_taken() -> None:
    """FRAME-10: the last signature vouches for the stretch."""
    wires = (frames.WireOp(NOTES[0].header_bytes, b"", None), to_wire(NOTES[1]))
    (came,) = Exchange().run(Run(TAG, wires), empty_garden())

    assert isinstance(came, RunCame)
    assert [op.id for op in came.ops] == [NOTES[0].id, NOTES[1].id]


def test_nobody_makes_us_remember_logs_without_end() -> None:
    """FRAME-16: 8,192 logs of one space, then the conversation ends."""
    talks = Exchange()
    held = garden()

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

    assert len(Exchange().have(Have((item,) * HAVE_ITEMS_MAX), garden(alice=3))) == 1


def test_more_spaces_than_a_frame_holds_take_several() -> None:
    """FRAME-9: the bound of a list is no bound of what people share."""
    held = Shelf()
    for number in range(HAVE_ITEMS_MAX + 1):
        held.open_space(number.to_bytes(32, "big"))

    assert [len(frame.items) for frame in exchange.have_frames(held)] == [HAVE_ITEMS_MAX, 1]
