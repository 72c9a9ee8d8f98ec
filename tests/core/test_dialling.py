# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a home tries to reach."""

from edgewise.core import inputs
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
