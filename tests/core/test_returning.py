# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming back from a safe copy: nobody loses anything, nothing is written twice, nobody is frozen for it."""

from collections.abc import Sequence

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.core.persons import is_frozen
from edgewise.features.posts import view as posts
from edgewise.features.talk.records import Say
from edgewise.ground.errors import Refusal
from edgewise.identity.person import resolve_chain
from edgewise.store import agreements, checkup, chest, invitations, outbox, own, people, settings, shelf
from edgewise.store.safecopy import Part, Secret
from tests.core.copies import Returned, come_back, copy_of, lose
from tests.core.party import Someone, World
from tests.core.test_meeting import invite, knows, meet, words

HOUR_MS = 3_600_000


def texts(one: Someone) -> set[str]:
    """Every post and answer that somebody sees."""
    rows = one.db.execute("SELECT o.id FROM ops o WHERE o.state = 0 AND o.cls = 1").fetchall()
    found = set()
    for (id,) in rows:
        item = one.core.open_op(one.db, shelf.load_op(one.db, id))  # type: ignore[arg-type]
        found.add(getattr(item.record if item else None, "text", ""))
    return found - {""}


def say(one: Someone, other: Someone, text: str) -> None:
    """A line in the talk of two."""
    one.do(inputs.Publish(inputs.Place("talk", other.identity), Say(text)))


def acquaint(one: Someone, other: Someone) -> None:
    """Met, and each reads what the other writes to those they know."""
    meet(one, other)
    one.do(inputs.SetMember(PEOPLE, other.identity, True))
    other.do(inputs.SetMember(PEOPLE, one.identity, True))
    one.world.deliver()


def healthy(*everybody: Someone) -> None:
    """The thorough doctor finds nothing, and no place of a log holds two different things anywhere."""
    places: dict[tuple[bytes, int], bytes] = {}
    for one in everybody:
        with one.store.write() as db:
            assert checkup.deep(db, lambda op: one.core.open_op(db, op), one.core.views) == []  # noqa: B023
        for log, seq, id in one.db.execute(
            "SELECT l.public, o.seq, o.id FROM ops o JOIN logs l ON l.n = o.log_n"
        ):
            assert places.setdefault((log, seq), id) == id, "a place was used twice"


@pytest.fixture
def copied(world: World, alice: Someone, bob: Someone) -> Sequence[Part]:
    """Alice and bob know each other; alice has written, made a copy, and written again."""
    acquaint(alice, bob)
    alice.post("before the copy", PEOPLE)
    world.deliver()
    parts = copy_of(alice)
    alice.post("after the copy", PEOPLE)
    say(alice, bob, "a line after the copy")
    world.deliver()
    return parts


def test_lost_disk_restored_copy_and_the_first_new_post(
    world: World, alice: Someone, bob: Someone, copied: Sequence[Part]
) -> None:
    """COPY-8, COPY-9, FRAME-18: she is let in, writes into new logs, and what came after the copy is back."""
    old = alice.me.device.public
    lose(alice)
    again = come_back(world, copied, "alice again")
    world.pass_ms(HOUR_MS)
    assert texts(again) == {"before the copy", "after the copy", "a line after the copy"}
    again.post("I am back", PEOPLE)
    say(again, bob, "and here too")
    world.deliver()
    assert {"I am back", "and here too", "after the copy"} <= texts(bob)
    say(bob, again, "good")
    bob.post("bob's own", PEOPLE)
    world.deliver()
    assert {"good", "bob's own"} <= texts(again)
    assert words(again, bob) == words(bob, alice) == words(alice, bob)
    assert people.identity_of_device(bob.db, old) is None, "the old device speaks for nobody"
    assert all(row.closed for row in _own_logs(again) if row.device == old)
    healthy(again, bob)


def _own_logs(one: Someone) -> list[shelf.LogRow]:
    return [row for space in shelf.spaces(one.db) for row in own.logs(one.db, space.id)]


def test_copy_from_before_the_first_post_gets_the_whole_feed_back(
    world: World, alice: Someone, bob: Someone
) -> None:
    """COPY-9: a space begun after the copy comes back by its grant, and is written on in."""
    meet(alice, bob)
    parts = copy_of(alice)
    alice.do(inputs.SetMember(PEOPLE, bob.identity, True))
    walkers = alice.do(inputs.MakeCircle("Walkers"))
    alice.do(inputs.SetMember(walkers, bob.identity, True))
    alice.post("to all", PEOPLE)
    alice.post("to walkers", walkers)
    world.deliver()
    lose(alice)
    again = come_back(world, parts, "alice again")
    world.pass_ms(HOUR_MS)
    assert texts(again) == {"to all", "to walkers"}
    names = {row.name for row in agreements.circles(again.db)}
    assert "Brought back" in names
    again.post("more", PEOPLE)
    world.deliver()
    assert "more" in texts(again)
    healthy(again, bob)


def test_old_computer_that_lives_on_and_the_copy_beside_it_harm_neither(
    world: World, alice: Someone, bob: Someone, copied: Sequence[Part]
) -> None:
    """COPY-8: both write, each into its own logs; bob hears both at once; each hears the other by bob."""
    again = come_back(world, copied, "alice again", lost=False)
    world.pass_ms(HOUR_MS)
    alice.post("from the old one", PEOPLE)
    again.post("from the new one", PEOPLE)
    say(alice, bob, "old line")
    say(again, bob, "new line")
    world.deliver()
    world.pass_ms(HOUR_MS)
    both = {"from the old one", "from the new one", "old line", "new line"}
    assert both <= texts(bob)
    assert both <= texts(alice)
    assert both <= texts(again)
    assert len({link.device for link in bob.core._peers.links.values() if link.identity}) == 2
    assert not is_frozen(bob.db, alice.identity)
    healthy(alice, again, bob)


def test_copy_from_before_a_new_name_makes_one_chain_of_two(
    world: World, alice: Someone, bob: Someone, carol: Someone, copied: Sequence[Part]
) -> None:
    """FRAME-19, MEET-21: told of the other branch, she rotates; nobody is frozen, all hold the same chain."""
    acquaint(alice, carol)
    parts = copy_of(alice)
    world.cut_all()
    world.online = True
    world.people.pop(carol.me.transport.public)
    alice.do(inputs.RenameMe("Alicia"))
    world.pass_ms(HOUR_MS)
    assert people.person(bob.db, alice.identity).name == "Alicia"  # type: ignore[union-attr]
    lose(alice)
    world.people[carol.me.transport.public] = carol
    world.people.pop(bob.me.transport.public)
    again = come_back(world, parts, "alice again")
    world.pass_ms(HOUR_MS)
    assert people.person(carol.db, alice.identity).name == "alice"  # type: ignore[union-attr]
    world.people[bob.me.transport.public] = bob
    for _ in range(3):
        world.pass_ms(HOUR_MS)
    chains = [people.person(one.db, alice.identity) for one in (again, bob, carol)]
    assert len({row.chain for row in chains if row is not None}) == 1
    assert {row.name for row in chains if row is not None} == {"Alicia"}
    assert not any(is_frozen(one.db, alice.identity) for one in (again, bob, carol))
    again.post("one story", PEOPLE)
    world.deliver()
    assert "one story" in texts(bob)
    assert "one story" in texts(carol)
    again.do(inputs.RenameMe("Ali"))  # the root that counts now is hers
    healthy(again, bob, carol)


def test_same_old_copy_brought_back_three_times(
    world: World, alice: Someone, bob: Someone, copied: Sequence[Part]
) -> None:
    """MEET-21: each time she follows what the last one did; all that bob holds is there, and one chain."""
    lose(alice)
    for count in range(3):
        again = come_back(world, copied, f"alice {count}")
        for _ in range(3):
            world.pass_ms(HOUR_MS)
        again.post(f"life {count}", PEOPLE)
        world.deliver()
        assert f"life {count}" in texts(bob)
        lose(again)
    assert not is_frozen(bob.db, alice.identity)
    assert {"life 0", "life 1", "before the copy", "after the copy"} <= texts(again)
    live = [device for device in resolve_chain(_chain(bob, alice)).devices if not device.revoked]
    assert len(live) == 1
    healthy(again, bob)


def _chain(holder: Someone, of: Someone) -> tuple[bytes, ...]:
    row = people.person(holder.db, of.identity)
    assert row is not None
    return row.chain


def test_device_that_is_not_in_the_chain_it_shows_is_not_let_in(
    world: World, alice: Someone, bob: Someone, carol: Someone
) -> None:
    """FRAME-18: mallory shows alice's chain over a connection of her own, and stays a stranger."""
    acquaint(alice, bob)
    chain = _chain(alice, alice)
    from edgewise.sync import frames
    from edgewise.sync.frames import encode_frame

    world.connect(carol, bob)
    world.deliver()
    conn = next(conn for conn, link in bob.core._peers.links.items() if link.device == b"")
    bob.give(inputs.Received(conn, encode_frame(frames.Chain(chain))))
    world.deliver()
    link = bob.core._peers.links.get(conn)
    assert link is None or not link.identity


def test_copy_holds_no_key_of_a_device_or_of_a_log(alice: Someone, copied: Sequence[Part]) -> None:
    """COPY-6: root and recovery are in it, device, transport, KEM and log keys are not, under any name."""
    names = {part.name for part in copied if isinstance(part, Secret)}
    assert {"root", "recovery"} <= names
    left_out = [name for name in chest.secret_names(alice.db) if name not in names]
    assert {"device", "kem", "transport"} <= set(left_out)
    every = repr(copied)
    for name in left_out:
        value = chest.secret(alice.db, name)
        assert value is not None
        assert repr(value)[2:-1] not in every, name


def test_what_was_held_becomes_a_draft_and_letters_are_put_right(
    world: World, alice: Someone, bob: Someone
) -> None:
    """COPY-10: nothing leaves by itself after a restore, and nothing is thrown away."""
    made = invite(alice)
    alice.do(inputs.SaveDraft("home", "half a thought", "audience=x"))
    from edgewise.features.posts.records import Post

    alice.do(inputs.Publish(inputs.Place("circle", PEOPLE), Post("held back"), 8000))
    theirs = invite(bob)
    alice.do(inputs.ReadLetter(theirs.letter))
    world.online = False
    alice.do(inputs.AnswerLetter(theirs.invitation, "yes"))
    parts = copy_of(alice)
    lose(alice)
    again = Returned("alice again", world, parts=parts)
    draft = outbox.draft(again.db, "home")
    assert draft is not None
    assert (draft.text, draft.extra) == ("half a thought\n\nheld back", "audience=x")
    assert outbox.all_held(again.db) == []
    row = invitations.get(again.db, made.invitation)
    assert row is not None
    assert row.state == "withdrawn"
    letter = invitations.letter(again.db, theirs.invitation)
    assert letter is not None
    assert (letter.state, letter.acceptance) == ("later", b"")
    world.online = True
    world.people[again.me.transport.public] = again
    again.do(inputs.AnswerLetter(theirs.invitation, "yes"))
    world.deliver()
    assert knows(again, bob)


def test_an_ending_after_the_copy_comes_back_as_an_ending(
    world: World, alice: Someone, bob: Someone, copied: Sequence[Part]
) -> None:
    """COPY-9: what alice ended stays ended, and bob is in no circle of hers."""
    alice.do(inputs.EndAcquaintance(bob.identity))
    world.deliver()
    lose(alice)
    again = come_back(world, copied, "alice again")
    world.pass_ms(HOUR_MS)
    assert not knows(again, bob)
    assert bob.identity not in agreements.members(again.db, PEOPLE)
    healthy(again, bob)


def test_nobody_comes_back_where_somebody_is(alice: Someone) -> None:
    """COPY-8: a home has one person."""
    with pytest.raises(Refusal) as no:
        alice.do(inputs.ComeBack(alice.identity, True))
    assert no.value.code == "home.exists"


def test_a_noted_copy_stands_in_the_register(alice: Someone) -> None:
    """A copy is an export: what, how much, when."""
    from edgewise.store import register

    alice.do(inputs.NoteCopy("alice.copy", 1234, b"k" * 40))
    first = register.exports(alice.db)[0]
    assert (first.what, first.name, first.size_bytes) == ("copy", "alice.copy", 1234)
    assert chest.secret(alice.db, "copy") == b"k" * 40
    assert settings.get(alice.db, "copy.made_ms") == str(alice.world.now_ms)
    alice.do(inputs.NoteCopy("alice.copy", 0))
    assert settings.get(alice.db, "copy.proved_ms") == str(alice.world.now_ms)
    assert posts is not None


def test_a_reading_ended_after_the_copy_stays_ended(
    world: World, alice: Someone, bob: Someone, copied: Sequence[Part]
) -> None:
    """COPY-9: her own withdrawal comes back and takes bob out of the circle."""
    grant = next(
        row.id
        for row in agreements.grants(alice.db, identity=bob.identity, mine=True)
        if row.space_kind == "feed"
    )
    alice.do(inputs.StopGrant(grant))
    world.deliver()
    lose(alice)
    again = come_back(world, copied, "alice again")
    world.pass_ms(HOUR_MS)
    assert bob.identity not in agreements.members(again.db, PEOPLE)
    again.post("not for bob", PEOPLE)
    world.deliver()
    assert "not for bob" not in texts(bob)
    healthy(again, bob)


def test_what_others_took_back_from_the_lost_computer_is_asked_of_the_new_one(
    world: World, alice: Someone, bob: Someone
) -> None:
    """COPY-9: a request to erase that the lost computer never answered reaches the copy of it."""
    acquaint(alice, bob)
    said = bob.post("bob's own", PEOPLE)
    world.deliver()
    parts = copy_of(alice)
    world.cut_all()
    bob.do(inputs.SetMember(PEOPLE, alice.identity, False))
    bob.do(inputs.TakeBack(said))
    lose(alice)
    world.online = True
    again = come_back(world, parts, "alice again")
    assert "bob's own" in texts(again)
    world.pass_ms(HOUR_MS)
    assert "bob's own" not in texts(again)
    assert [row.state for row in outbox.erasures(bob.db)] == ["done"]
    healthy(again, bob)


def test_who_was_invited_gets_their_own_lines_back(world: World, alice: Someone, bob: Someone) -> None:
    """COPY-9: in a pair that the other began, one's own records come back too."""
    acquaint(alice, bob)
    parts = copy_of(bob)
    say(bob, alice, "after the copy")
    bob.do(inputs.SetMember(PEOPLE, alice.identity, False))
    bob.do(inputs.SetMember(PEOPLE, alice.identity, True))
    bob.post("a post after the copy", PEOPLE)
    world.deliver()
    lose(bob)
    again = come_back(world, parts, "bob again")
    world.pass_ms(HOUR_MS)
    assert {"after the copy", "a post after the copy"} <= texts(again)
    healthy(again, alice)


def test_two_who_both_lost_their_computers_find_each_other_by_a_letter(
    world: World, alice: Someone, bob: Someone, copied: Sequence[Part]
) -> None:
    """COPY-11: a yes to an acquaintance's letter from a new computer makes it known, nothing more."""
    his = copy_of(bob)
    lose(alice)
    lose(bob)
    alices, bobs = come_back(world, copied, "alice again"), come_back(world, his, "bob again")
    world.pass_ms(HOUR_MS)
    alices.post("nobody hears this yet", PEOPLE)
    world.deliver()
    assert "nobody hears this yet" not in texts(bobs)
    made = alices.do(inputs.MakeLetter("bob", "I am back."))
    bobs.do(inputs.ReadLetter(made.letter))
    answered = bobs.do(inputs.AnswerLetter(made.invitation, "yes"))
    assert answered.acceptance is None
    world.pass_ms(HOUR_MS)
    assert "nobody hears this yet" in texts(bobs)
    assert len(agreements.pairs(bobs.db, live=True)) == 1
    assert words(alices, bobs) == words(bobs, alices)
    healthy(alices, bobs)
