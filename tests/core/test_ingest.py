# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others wrote arrives, opens, and is shown to those who may see it; and to nobody else."""

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Post
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, clocks, shelf
from tests.core.party import Someone, World
from tests.core.test_meeting import meet


def texts(one: Someone) -> list[str]:
    """What stands on one's Home, newest first."""
    return [item.text for item in posts.home_items(one.db)]


def tick_people(one: Someone, *others: Someone) -> None:
    """One ticks people as "People I know"."""
    for other in others:
        one.do(inputs.SetMember(PEOPLE, other.identity, True))


def test_accepting_shares_nothing_until_the_first_post_names_its_readers(
    alice: Someone, bob: Someone, world: World
) -> None:
    """An acquaintance reads nothing until ticked; then what is written from now on, live."""
    meet(alice, bob)
    alice.post("to nobody yet", PEOPLE)
    world.deliver()
    assert texts(bob) == []
    tick_people(alice, bob)
    alice.post("now to bob", PEOPLE)
    world.deliver()
    assert texts(bob) == ["now to bob"]


def test_removed_reader_reads_nothing_newer(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """Check 10: after a removal the key changes, and who was removed does not even get the bytes."""
    meet(alice, bob)
    meet(alice, carol)
    tick_people(alice, bob, carol)
    alice.post("to both", PEOPLE)
    world.deliver()
    alice.do(inputs.SetMember(PEOPLE, bob.identity, False))
    alice.post("to carol alone", PEOPLE)
    world.deliver()
    assert texts(bob) == ["to both"]
    assert texts(carol) == ["to carol alone", "to both"]


def test_answer_reaches_the_other_readers_through_the_owner(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """Bob's answer stands in alice's feed; carol, who doesn't know bob, reads it there under his name."""
    meet(alice, bob)
    meet(alice, carol)
    tick_people(alice, bob, carol)
    item = alice.post("who has a ladder?", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, item).space
    answer = bob.do(Publish(Place("space", feed), Post("I have", "", item, ())))
    world.deliver()
    for one in (alice, carol):
        thread = posts.home_items(one.db)[0]
        assert [reply.text for reply in thread.replies] == ["I have"]
    assert shelf.op_row(carol.db, answer) is not None


def test_take_back_erases_at_every_reader_and_is_answered(alice: Someone, bob: Someone, world: World) -> None:
    """The text is gone from both stores, the chain still stands, and the holder's answer is noted."""
    from edgewise.store import outbox

    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("a mistake", PEOPLE)
    world.deliver()
    assert alice.do(inputs.TakeBack(item)) == 1
    world.deliver()
    assert shelf.op_row(bob.db, item).state == "erased"
    assert shelf.op_row(alice.db, item).state == "erased"
    assert [row.state for row in outbox.erasures(alice.db)] == ["done"]
    assert "a mistake" not in texts(bob)


def test_two_who_were_apart_meet_again_by_file_only(alice: Someone, bob: Someone, world: World) -> None:
    """Writing offline on both sides, then one bundle each way: both have everything, in order."""
    meet(alice, bob)
    tick_people(alice, bob)
    tick_people(bob, alice)
    world.cut_all()
    alice.post("from alice", PEOPLE)
    alice.do(Publish(Place("talk", bob.identity), Say("are you there?")))
    world.now_ms += 1000
    bob.post("from bob", PEOPLE)
    bob.do(inputs.TakeFile(alice.do(inputs.MakeBundle(bob.identity)).data))
    alice.do(inputs.TakeFile(bob.do(inputs.MakeBundle(alice.identity)).data))
    assert texts(alice) == texts(bob) == ["from bob", "from alice"]


def test_nothing_is_lost_or_doubled_by_crashes_and_twin_lines(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Restarted cores and two lines at once bring everything exactly once."""
    meet(alice, bob)
    tick_people(alice, bob)
    for n in range(5):
        alice.post(f"post {n}", PEOPLE)
        if n % 2:
            alice.restart()
            world.connect(alice, bob)
            world.connect(bob, alice)
        world.deliver()
    world.pass_ms(1000)
    assert sorted(texts(bob)) == [f"post {n}" for n in range(5)]


def test_ending_is_one_act(alice: Someone, bob: Someone, world: World) -> None:
    """After the end nothing new goes either way, and what was read stays."""
    meet(alice, bob)
    tick_people(alice, bob)
    alice.post("before", PEOPLE)
    world.deliver()
    alice.do(inputs.EndAcquaintance(bob.identity))
    world.deliver()
    alice.post("after", PEOPLE)
    world.deliver()
    assert texts(bob) == ["before"]


def test_clock_that_is_behind_shows_where_somebody_answers_before_they_could_have_read(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Bob's line names alice's and claims to be three days older: his clock is behind hers by that much.

    Alice's next line names bob's and claims to be three days younger; but it also arrives in bob's future.
    """
    bob.skew_ms = -3 * DAY_MS
    meet(alice, bob)
    alice.do(Publish(Place("talk", bob.identity), Say("Are you there?", "", b"")))
    world.deliver()
    bob.do(Publish(Place("talk", alice.identity), Say("Yes.", "", b"")))
    world.deliver()
    assert clocks.apart(alice.db) == [clocks.ClockRow(bob.identity, -3 * DAY_MS)]
    assert clocks.apart(bob.db) == [clocks.ClockRow(alice.identity, 3 * DAY_MS)]
    said = [line.text for line in talk.lines(alice.db, agreements.pair(alice.db, bob.identity).dm)]  # type: ignore[union-attr, arg-type]
    assert said == ["Are you there?", "Yes."]


def test_clock_that_was_set_right_is_no_longer_told_of(alice: Someone, bob: Someone, world: World) -> None:
    """The next thing that somebody writes by a right clock takes back what was said of it."""
    bob.skew_ms = 2 * DAY_MS
    meet(alice, bob)
    assert clocks.ahead_ms(alice.db, bob.identity) == 2 * DAY_MS
    bob.skew_ms = 0
    bob.do(Publish(Place("talk", alice.identity), Say("Now it is right.", "", b"")))
    world.deliver()
    assert clocks.apart(alice.db) == []


def test_clocks_of_those_who_write_late_and_far_apart_are_not_blamed(
    alice: Someone, bob: Someone, world: World
) -> None:
    """What was under way for days looks old, and shows nothing about a clock."""
    meet(alice, bob)
    tick_people(alice, bob)
    tick_people(bob, alice)
    world.cut_all()
    alice.post("in the mountains", PEOPLE)
    bob.post("at sea", PEOPLE)
    world.now_ms += 5 * DAY_MS
    world.online = True
    world.pass_ms(1000)
    assert len(texts(alice)) == len(texts(bob)) == 2
    assert clocks.apart(alice.db) == clocks.apart(bob.db) == []
