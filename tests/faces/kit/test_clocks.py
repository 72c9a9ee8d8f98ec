# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wrong clocks in a person's words."""

import pytest

from edgewise.faces.kit import clocks as said
from edgewise.faces.kit.words import translator
from edgewise.ground.instant import DAY_MS, HOUR_MS, YEAR_MS
from edgewise.store import clocks
from tests.core.party import World
from tests.core.test_meeting import meet


@pytest.mark.parametrize(
    ("ahead_ms", "about"),
    [(-70 * HOUR_MS, "3 days"), (5 * HOUR_MS, "5 hours"), (HOUR_MS + 1, "1 hour"), (2 * YEAR_MS, "2 years")],
)
def test_two_clocks_that_differ_are_named_by_whose_they_are(ahead_ms: int, about: str) -> None:
    """Which of the two is wrong nobody can know from here, so neither is blamed."""
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    meet(alice, bob)
    with alice.store.write() as db:
        clocks.note(db, bob.identity, ahead_ms)
    assert said.sentences(alice.db, translator("en"), world.now_ms) == [
        f"The clocks of this computer and bob's differ by about {about}. Please look which one is wrong."
    ]


def test_own_clock_that_was_set_back_is_said_first() -> None:
    """It stands before what was written here."""
    world = World()
    alice = world.person("alice")
    assert said.sentences(alice.db, translator("en"), world.now_ms) == []
    (line,) = said.sentences(alice.db, translator("en"), world.now_ms - 4 * DAY_MS)
    assert line.startswith("The clock of this computer stands about 4 days before the newest thing written")
