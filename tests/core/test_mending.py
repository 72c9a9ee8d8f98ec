# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was damaged on one disk comes back from whoever holds the same: others' words, and one's own."""

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts import view as posts
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say
from edgewise.store import agreements, checkup, mending
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import meet


@pytest.fixture
def friends(alice: Someone, bob: Someone, world: World) -> tuple[Someone, Someone]:
    """Alice and bob, who read each other; both have written."""
    meet(alice, bob)
    tick_people(alice, bob)
    tick_people(bob, alice)
    for number in range(4):
        alice.post(f"alice {number}", PEOPLE)
        bob.post(f"bob {number}", PEOPLE)
        world.deliver()
    bob.do(Publish(Place("talk", alice.identity), Say("a line", "", b"")))
    world.deliver()
    return alice, bob


def codes(one: Someone) -> set[str]:
    """What the doctor finds."""
    with one.store.write() as db:
        found = checkup.deep(db, lambda op: one.core.open_op(db, op), one.core.views)
    return {finding.code for finding in found}


def damage(one: Someone, where: str) -> int:
    """Spoil the payloads of these operations, and let the doctor mend; how many wait then."""
    with one.store.write() as db:
        db.execute(f"UPDATE ops SET payload = zeroblob(length(payload)) WHERE {where}")
    assert "payload" in codes(one)
    with one.store.write() as db:
        awaited = mending.mend(db).awaited
    one.restart()
    one.world.deliver()
    return awaited


def meet_again(world: World, one: Someone, other: Someone) -> None:
    """A new line between them."""
    world.online = True
    world.connect(one, other)
    world.deliver()


def test_others_words_come_back(friends: tuple[Someone, Someone], world: World) -> None:
    """All that bob holds of alice's is damaged, and mended from alice's; the doctor finds nothing more."""
    alice, bob = friends
    before = texts(bob)
    assert damage(
        bob, f"cls = 1 AND log_n IN (SELECT n FROM logs WHERE identity = x'{alice.identity.hex()}')"
    )
    assert codes(bob) == {"awaited"}
    meet_again(world, bob, alice)
    assert codes(bob) == set()
    assert texts(bob) == before


def test_ones_own_words_come_back_from_their_reader(friends: tuple[Someone, Someone], world: World) -> None:
    """Alice's own posts, which bob may read, come back from bob; what is written next has its own place."""
    alice, bob = friends
    before = texts(alice)
    feeds = "(SELECT l.n FROM logs l JOIN spaces s ON s.n = l.space_n WHERE l.mine = 1 AND s.kind = 'feed')"
    assert damage(alice, f"cls = 1 AND log_n IN {feeds}") == 4
    meet_again(world, alice, bob)
    assert codes(alice) == set()
    assert texts(alice) == before
    alice.post("after", PEOPLE)
    world.deliver()
    assert texts(bob)[0] == "after"


def test_what_two_agreed_on_comes_back(friends: tuple[Someone, Someone], world: World) -> None:
    """Damaged control records of the pair come back too, and nothing is agreed twice."""
    alice, bob = friends
    before = list(agreements.AgreementsView().dump(bob.db))
    assert damage(bob, "cls = 0 AND log_n IN (SELECT n FROM logs WHERE mine = 0)") > 0
    meet_again(world, bob, alice)
    assert codes(bob) == set()
    assert list(agreements.AgreementsView().dump(bob.db)) == before


def test_what_nobody_else_holds_stays_lost_and_is_said(
    friends: tuple[Someone, Someone], world: World
) -> None:
    """One's own space is on no other computer: the doctor goes on saying so, and all else works."""
    alice, bob = friends
    assert damage(
        alice, "log_n IN (SELECT l.n FROM logs l JOIN spaces s ON s.n = l.space_n WHERE s.kind = 'self')"
    )
    meet_again(world, alice, bob)
    assert codes(alice) == {"awaited"}
    alice.post("still here", PEOPLE)
    world.deliver()
    assert texts(bob)[0] == "still here"


def test_a_line_of_a_talk_comes_back(friends: tuple[Someone, Someone], world: World) -> None:
    """Bob's own line in the talk of two comes back from alice."""
    alice, bob = friends
    pair = agreements.pair(bob.db, alice.identity)
    assert pair is not None
    assert pair.dm is not None
    assert (
        damage(
            bob,
            f"cls = 1 AND log_n IN (SELECT l.n FROM logs l JOIN spaces s ON s.n = l.space_n "
            f"WHERE s.id = x'{pair.dm.hex()}')",
        )
        == 1
    )
    meet_again(world, bob, alice)
    assert codes(bob) == set()
    assert [line.text for line in talk.lines(bob.db, pair.dm)] == ["a line"]
    assert posts.home_items(bob.db)
