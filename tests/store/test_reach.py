# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far something reaches: who may read it, and where it is known to be."""

from edgewise.ground.ids import ZERO32
from edgewise.store import people, register
from edgewise.store.agreements import AgreementsView
from edgewise.store.reach import Reach, reach
from tests.store.shelves import BOB, NOW_MS, SPACE, Writer, put, shelf_of

DEVICE = b"d" * 32


def test_it_is_where_a_computer_said_so() -> None:
    """What was sent is not yet there; what was acknowledged is, under the person's name."""
    writer = Writer("alice")
    op = writer.write()
    with shelf_of(writer) as db:
        db.execute(AgreementsView().tables)
        put(db, op)
        people.put_device(db, DEVICE, BOB, b"", b"", False)
        register.note(db, DEVICE, SPACE, writer.log, 0, 1, b"g" * 16, NOW_MS, "sent")
        assert reach(db, op.id, NOW_MS) == Reach((), ())
        register.acked(db, DEVICE, SPACE, {writer.log: 1}, NOW_MS)
        assert reach(db, op.id, NOW_MS) == Reach((), (BOB,))


def test_those_who_may_read_and_have_it_not_are_waited_for() -> None:
    """Nothing is known of what is not here; readers without a computer that has it are waiting."""
    with shelf_of() as db:
        assert reach(db, ZERO32, NOW_MS) == Reach((), ())
    assert Reach((BOB, DEVICE), (BOB,)).waiting == (DEVICE,)
