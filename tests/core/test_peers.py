# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a node tries to reach, and when it rests."""

from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.core.inputs import Tick
from edgewise.store import shelf
from tests.core.party import Someone, World
from tests.core.test_meeting import meet


def test_node_rests_when_nothing_is_due(alice: Someone, bob: Someone, world: World) -> None:
    """After an ending that arrived nobody is dialled, and no wake-up is asked for in the past or at once."""
    meet(alice, bob)
    world.cut_all()
    world.pass_ms(1000)
    world.online = True
    world.pass_ms(60_000)
    alice.do(inputs.EndAcquaintance(bob.identity))
    world.deliver()
    world.cut_all()
    world.pass_ms(60_000)
    effects = alice.give(Tick())
    assert not [e for e in effects if isinstance(e, fx.Dial)]
    (wake,) = [e for e in effects if isinstance(e, fx.WakeAt)]
    assert wake.at_ms - world.now_ms > 60_000


def test_an_open_page_hears_that_a_post_arrived(alice: Someone, bob: Someone, world: World) -> None:
    """When bob's computer says that it holds the post, alice's page is told of it once."""
    meet(alice, bob)
    alice.do(inputs.SetMember(PEOPLE, bob.identity, True))
    world.deliver()
    alice.sent.clear()
    item = alice.post("The leeks are in.", PEOPLE)
    world.deliver()
    told = [e for e in alice.sent if isinstance(e, fx.Notify) and e.topic == "held_there"]
    row = shelf.op_row(alice.db, item)
    assert row is not None
    assert [e.subject for e in told].count(row.space) == 1
