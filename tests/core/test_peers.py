# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a node tries to reach, and when it rests."""

from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.core.inputs import Tick
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements
from tests.core.party import Someone, World
from tests.core.test_meeting import meet


def test_who_ended_an_acquaintance_dials_until_the_other_knows(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Bob's computer doesn't dial (its clock says that all has ended): alice's brings the ending."""
    meet(alice, bob)
    world.cut_all()
    bob.skew_ms = 3650 * DAY_MS
    alice.do(inputs.EndAcquaintance(bob.identity))
    world.online = True
    world.pass_ms(10_000)
    pair = agreements.pair(bob.db, alice.identity)
    assert pair is not None
    assert pair.state == "ended"


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
