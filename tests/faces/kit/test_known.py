# SPDX-License-Identifier: AGPL-3.0-or-later
"""People and circles as pages name them."""

import pytest

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core.inputs import EndAcquaintance, MakeCircle, Place, Publish
from edgewise.faces.kit.known import CIRCLE_BYTES, Known, id_of
from edgewise.faces.kit.words import translator
from edgewise.features.people.records import Petname
from edgewise.ground.errors import Refusal
from tests.core.party import World
from tests.features.pages import let_read, meet


def test_people_stand_under_ones_own_names_for_them() -> None:
    """One's own name for somebody is shown, theirs beside it; oneself is "you" in a sentence."""
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    meet(alice, bob)
    alice.do(Publish(Place("self"), Petname(bob.identity, "Bob from the choir")))
    known = Known(alice.db, translator("en"), world.now_ms)
    assert (known.who(bob.identity).name, known.who(bob.identity).own_name) == ("Bob from the choir", "bob")
    assert known.who(alice.identity).you
    assert known.names([bob.identity, alice.identity]) == ["you", "Bob from the choir"]


def test_readers_of_a_circle_are_those_one_still_knows() -> None:
    """Whoever was put into a circle reads it until the acquaintance ends; "Only me" has no readers."""
    world = World()
    alice, bob, carol = world.person("alice"), world.person("bob"), world.person("carol")
    for other in (bob, carol):
        meet(alice, other)
    garden = alice.do(MakeCircle("Garden"))
    let_read(alice, bob, carol, circle=garden)
    known = Known(alice.db, translator("en"), world.now_ms)
    assert known.readers(garden) == sorted([bob.identity, carol.identity])
    assert known.readers(ONLY_ME) == []
    labels = [each.label(known.words) for each in known.audiences()]
    assert labels == ["Only me", "People I know, 0 people", "Garden, 2 people"]
    alice.do(EndAcquaintance(carol.identity))
    assert Known(alice.db, translator("en"), world.now_ms).readers(garden) == [bob.identity]


@pytest.mark.parametrize("text", ["", "zz", "00", PEOPLE.hex() + "00"])
def test_an_address_without_an_id_is_refused(text: str) -> None:
    """Anything but an id of the right length names nothing."""
    with pytest.raises(Refusal, match=r"not_found\.circle"):
        id_of(text, CIRCLE_BYTES, "not_found.circle")
    assert id_of(PEOPLE.hex(), CIRCLE_BYTES, "not_found.circle") == PEOPLE
