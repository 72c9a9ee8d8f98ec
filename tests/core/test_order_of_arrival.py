# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes early, late, or to somebody who was away: nothing is refused or given for it."""

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish, Received
from edgewise.core.library import pair_secret
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Post
from edgewise.features.talk.records import Say
from edgewise.log.op import to_wire
from edgewise.store import agreements, invitations, outbox, register, shelf
from edgewise.sync.frames import Run, encode_frame
from edgewise.sync.ranges import space_tag, split_run
from tests.core.party import Someone, World
from tests.core.test_meeting import meet

CIRCLES = 6


def test_register_knows_that_a_confirmation_carries_the_genesis(alice: Someone, bob: Someone) -> None:
    """The pair's genesis goes within the confirmation, and the register says so before it goes."""
    made = alice.do(inputs.MakeLetter("", "Hello"))
    bob.world.online = False
    bob.do(inputs.ReadLetter(made.letter))
    answered = bob.do(inputs.AnswerLetter(made.invitation, "yes"))
    alice.do(inputs.TakeFile(answered.acceptance))
    pair = agreements.pair(alice.db, bob.identity)
    assert pair is not None
    (genesis,) = [log for log in shelf.logs_of(alice.db, pair.space) if log.mine]
    assert register.holders(alice.db, pair.space, genesis.public, 0) == [(bob.me.device.public, "sent")]


def test_answers_that_come_before_the_genesis_of_their_feed_break_nothing(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """Logs come in the order of their keys; where an answerer's stands first, the newcomer asks again."""
    meet(alice, bob)
    meet(alice, carol)
    circles = [alice.do(inputs.MakeCircle(f"circle {n}")) for n in range(CIRCLES)]
    early = 0
    for n, circle in enumerate(circles):
        alice.do(inputs.SetMember(circle, bob.identity, True))
        item = alice.post(f"question {n}", circle)
        world.deliver()
        space = shelf.op_row(bob.db, item).space
        bob.do(Publish(Place("space", space), Post(f"answer {n}", "", item, ())))
        world.deliver()
        genesis = shelf.op_row(alice.db, space).log
        early += any(log.public < genesis for log in shelf.logs_of(alice.db, space))
        alice.do(inputs.SetMember(circle, carol.identity, True))
        alice.post(f"welcome {n}", circle)
        world.deliver()
    assert early, "no world in which this could go wrong"
    assert outbox.verdicts(carol.db) == []
    bob.do(Publish(Place("space", space), Post("also for carol", "", item, ())))
    world.deliver()
    texts = [item.text for item in posts.home_items(carol.db)]
    assert sorted(texts) == sorted([*(f"welcome {n}" for n in range(CIRCLES)), "also for carol"])
    for circle in circles:
        feed = shelf.space_of_circle(alice.db, circle)
        assert feed is not None
        assert shelf.heads(carol.db, feed.id) == shelf.heads(alice.db, feed.id)


def test_a_long_row_that_waited_for_its_beginning_is_taken_at_once(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Thousands of operations may wait for one; when it comes they follow without exhausting anything."""
    meet(alice, bob)
    pair = agreements.pair(alice.db, bob.identity)
    assert pair is not None
    assert pair.dm is not None
    for n in range(1200):
        alice.do(Publish(Place("talk", bob.identity), Say(f"line {n}")))
        world.waiting.clear()  # nothing of it arrives by itself
    log = shelf.my_log(alice.db, pair.dm)
    held = shelf.log_row(bob.db, log.public).next_seq
    ops = shelf.ops_range(alice.db, log.public, held, log.next_seq, 1 << 30)
    tag = space_tag(pair_secret(alice.db, pair.space), pair.dm)
    (conn,) = [conn for conn, (who, _other) in world.lines.items() if who is bob]
    for run in [*split_run(ops[1:], ops_max=200), ops[:1]]:
        assert shelf.log_row(bob.db, log.public).next_seq == held
        bob.give(Received(conn, encode_frame(Run(tag, tuple(to_wire(op) for op in run)))))
    assert shelf.log_row(bob.db, log.public).next_seq == log.next_seq
    assert outbox.verdicts(bob.db) == []


def test_who_finds_together_again_reads_nothing_before_a_new_yes(
    alice: Someone, bob: Someone, world: World
) -> None:
    """An ending takes a person out of every circle, on both sides: knowing each other again gives nothing."""
    meet(alice, bob)
    alice.do(inputs.SetMember(PEOPLE, bob.identity, True))
    bob.do(inputs.SetMember(PEOPLE, alice.identity, True))
    alice.do(inputs.EndAcquaintance(bob.identity))
    world.deliver()
    meet(bob, alice)
    for one, other in ((alice, bob), (bob, alice)):
        item = one.post("not for you", PEOPLE)
        world.deliver()
        assert agreements.members(one.db, PEOPLE) == []
        assert shelf.op_row(other.db, item) is None


def test_two_answers_to_one_inviter_are_brought_one_at_a_time(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Bob says yes to two letters of alice while apart: one makes them acquainted, the rest is refused."""
    made = [alice.do(inputs.MakeLetter("", f"letter {n}")) for n in range(3)]
    world.online = False
    for each in made:
        bob.do(inputs.ReadLetter(each.letter))
        bob.do(inputs.AnswerLetter(each.invitation, "yes"))
    alice.do(inputs.WithdrawLetter(made[2].invitation))
    world.online = True
    for _ in made:
        world.connect(bob, alice)
        world.deliver()
        world.cut(max(world.lines))
        world.deliver()
    states = [row.state for row in invitations.letters(bob.db)]
    assert sorted(states) == ["met", "refused", "withdrawn"]
    assert outbox.verdicts(alice.db) == outbox.verdicts(bob.db) == []
    assert [pair.state for pair in agreements.pairs(alice.db)] == ["live"]


@pytest.mark.parametrize("carried", [0, 1])
@pytest.mark.parametrize("other_end", ["", "withdrawn"])
def test_answer_that_is_refused_hides_no_acquaintance_that_came_of_another(
    alice: Someone, bob: Someone, world: World, carried: int, other_end: str
) -> None:
    """One yes went by hand and made alice's half of the pair; bob then brings his other yes by a connection.

    That one is refused. Nothing of the pair is said before bob has its confirmation: it comes with the next
    connection, and neither computer blames the other.
    """
    made = [alice.do(inputs.MakeLetter("", f"letter {n}")) for n in range(2)]
    world.online = False
    for each in made:
        bob.do(inputs.ReadLetter(each.letter))
    answers = [bob.do(inputs.AnswerLetter(each.invitation, "yes")) for each in made]
    alice.do(inputs.TakeFile(answers[carried].acceptance))
    if other_end == "withdrawn":
        alice.do(inputs.WithdrawLetter(made[1 - carried].invitation))
    world.online = True
    for _ in made:
        world.connect(bob, alice)
        world.deliver()
    assert outbox.verdicts(alice.db) == outbox.verdicts(bob.db) == []
    assert [pair.state for pair in agreements.pairs(bob.db)] == ["live"]


@pytest.mark.parametrize("draws", range(4))
def test_ending_is_told_where_a_second_yes_made_a_new_acquaintance_meanwhile(
    alice: Someone, bob: Someone, world: World, draws: int
) -> None:
    """Alice ends what came of one letter; before bob hears of it his yes to another one makes a new pair.

    For bob both live, and he may take the older for the one that counts: what the two call their spaces on
    the wire must not depend on that.
    """
    alice.entropy.take(1 + draws)
    made = [alice.do(inputs.MakeLetter("", f"letter {n}")) for n in range(2)]
    world.online = False
    for each in made:
        bob.do(inputs.ReadLetter(each.letter))
    answers = [bob.do(inputs.AnswerLetter(each.invitation, "yes")) for each in made]
    bob.do(inputs.TakeFile(alice.do(inputs.TakeFile(answers[0].acceptance)).answer))
    alice.do(inputs.EndAcquaintance(bob.identity))
    bob.do(inputs.TakeFile(alice.do(inputs.TakeFile(answers[1].acceptance)).answer))
    world.online = True
    world.connect(bob, alice)
    world.deliver()
    one, other = agreements.pair(alice.db, bob.identity), agreements.pair(bob.db, alice.identity)
    assert one is not None
    assert other is not None
    assert (one.space, one.state) == (other.space, other.state)
    assert one.state == "live"
    bob.do(Publish(Place("talk", alice.identity), Say("Hello again.", "", b"")))
    world.deliver()
    assert other.dm is not None
    assert shelf.heads(alice.db, other.dm) == shelf.heads(bob.db, other.dm)
