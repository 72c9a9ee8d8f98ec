# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each command does, and that a refused one changes nothing."""

import pytest

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, checkup, outbox, people, settings, shelf
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import meet


def test_held_post_leaves_when_due_and_not_before(alice: Someone, bob: Someone, world: World) -> None:
    """A post is held: nothing leaves in the meantime, everything leaves when it is due."""
    meet(alice, bob)
    tick_people(alice, bob)
    alice.do(Publish(Place("circle", PEOPLE), Post("wait a moment"), 8000))
    world.pass_ms(7000)
    assert texts(bob) == []
    world.pass_ms(1500)
    assert texts(bob) == ["wait a moment"]


def test_undo_gives_the_words_back(alice: Someone, world: World) -> None:
    """What is undone never existed for others, and its words are not lost."""
    held = alice.do(Publish(Place("circle", ONLY_ME), Post("oh no"), 8000))
    assert alice.do(inputs.Undo(held)) == Post("oh no")
    world.pass_ms(60_000)
    assert texts(alice) == []
    with pytest.raises(Refusal, match=r"hold\.over"):
        alice.do(inputs.Undo(held))


def test_held_post_survives_a_crash(alice: Someone, world: World) -> None:
    """What was held before a crash leaves after it."""
    alice.do(Publish(Place("circle", ONLY_ME), Post("still here"), 8000))
    alice.restart()
    world.pass_ms(9000)
    assert texts(alice) == ["still here"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (inputs.Publish(Place("circle", b"x" * 16), Post("to whom?")), "not_found.circle"),
        (inputs.Publish(Place("talk", b"x" * 32), Say("to whom?")), "not_found.person"),
        (inputs.Publish(Place("space", b"x" * 32), Post("where?")), "not_found.item"),
        (inputs.Publish(Place("circle", ONLY_ME), Post("long"), 61_000), "hold.too_long"),
        (inputs.TakeBack(b"x" * 32), "not_found.item"),
        (inputs.StopGrant(b"x" * 16), "grant.missing"),
        (inputs.SetMember(PEOPLE, b"x" * 32, True), "not_found.person"),
        (inputs.SetMember(ONLY_ME, b"x" * 32, True), "not_found.circle"),
        (inputs.EndAcquaintance(b"x" * 32), "not_found.person"),
        (inputs.MakeCircle("  "), "name.empty"),
        (inputs.RenameMe(" "), "name.empty"),
        (inputs.Begin("again"), "home.exists"),
        (inputs.ReadLetter("hello"), "ticket.malformed"),
        (inputs.TakeFile(b"hello"), "bundle.not_a_bundle"),
        (inputs.MakeBundle(b"x" * 32), "not_found.person"),
        (inputs.AnswerLetter(b"x" * 32, "yes"), "letter.unknown"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name_and_changes_nothing(
    alice: Someone, command: inputs.Command, code: str
) -> None:
    """Each refusal has its code; the transaction leaves no trace."""
    before = alice.db.execute("SELECT count(*) FROM ops").get
    with pytest.raises(EdgewiseError) as refused:
        alice.do(command)
    assert refused.value.code == code
    assert alice.db.execute("SELECT count(*) FROM ops").get == before


def test_edits_words_and_answers_join_their_item(alice: Someone, bob: Someone, world: World) -> None:
    """An edited text shows its latest wording to all who may read; one-word answers stand with names."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("laddr", PEOPLE)
    alice.do(Publish(Place("circle", PEOPLE), Edit(item, "ladder", "")))
    world.deliver()
    feed = shelf.op_row(bob.db, item).space
    bob.do(Publish(Place("space", feed), Word(item, "me_too", True)))
    world.deliver()
    assert texts(bob) == ["ladder"]
    given = posts.home_items(alice.db)[0].words
    assert [(each.word, each.identities) for each in given] == [("me_too", (bob.identity,))]


def test_talk_goes_both_ways_and_only_between_the_two(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """A conversation of two is on two computers."""
    meet(alice, bob)
    meet(alice, carol)
    alice.do(Publish(Place("talk", bob.identity), Say("soup?")))
    world.deliver()
    bob.do(Publish(Place("talk", alice.identity), Say("yes")))
    world.deliver()
    for one, other in ((alice, bob), (bob, alice)):
        space = agreements.pair(one.db, other.identity).dm
        assert [line.text for line in talk.lines(one.db, space)] == ["soup?", "yes"]
    assert shelf.spaces(carol.db, "dm")
    assert all(not talk.lines(carol.db, row.id) for row in shelf.spaces(carol.db, "dm"))


def test_new_name_reaches_acquaintances(alice: Someone, bob: Someone, world: World) -> None:
    """Renaming oneself goes to whom one knows, under the same identity."""
    meet(alice, bob)
    alice.do(inputs.RenameMe("Alice of the hill"))
    world.deliver()
    assert people.person(bob.db, alice.identity).name == "Alice of the hill"


def test_clock_wrong_by_years_keeps_order_and_flow(alice: Someone, bob: Someone, world: World) -> None:
    """Bob's clock is ten years behind, alice's months ahead: answers stand after what they answer."""
    meet(alice, bob)
    tick_people(alice, bob)
    tick_people(bob, alice)
    bob.skew_ms, alice.skew_ms = -3650 * DAY_MS, 300 * DAY_MS
    first = alice.post("from the future", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, first).space
    answer = bob.do(Publish(Place("space", feed), Post("from the past", "", first, ())))
    world.deliver()
    for one in (alice, bob):
        assert shelf.op_row(one.db, first).order_ms < shelf.op_row(one.db, answer).order_ms
        assert [reply.text for reply in posts.home_items(one.db)[0].replies] == ["from the past"]


def test_hidden_answers_go_no_further(alice: Someone, bob: Someone, carol: Someone, world: World) -> None:
    """Alice may stop passing on one writer's answers in her feed."""
    meet(alice, bob)
    meet(alice, carol)
    tick_people(alice, bob, carol)
    item = alice.post("a question", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, item).space
    bob.do(Publish(Place("space", feed), Post("first answer", "", item, ())))
    world.deliver()
    alice.do(inputs.HideAnswers(feed, bob.identity, True))
    world.deliver()
    later = bob.do(Publish(Place("space", feed), Post("second answer", "", item, ())))
    world.deliver()
    assert shelf.op_row(alice.db, later) is not None
    assert shelf.op_row(carol.db, later) is None


def test_drafts_marks_and_settings_stay_here(alice: Someone) -> None:
    """Drafts, read marks and settings are kept, and make no operation."""
    before = alice.db.execute("SELECT count(*) FROM ops").get
    alice.do(inputs.SaveDraft("home", "half a tho", ""))
    alice.do(inputs.MarkRead("home", 5))
    alice.do(inputs.SetSetting("language", "de"))
    assert outbox.draft(alice.db, "home").text == "half a tho"
    assert outbox.marked(alice.db, "home") == 5
    assert settings.get(alice.db, "language") == "de"
    alice.do(inputs.DropDraft("home"))
    assert outbox.draft(alice.db, "home") is None
    assert alice.db.execute("SELECT count(*) FROM ops").get == before


def test_rejoining_reader_gets_what_is_written_from_then_on(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Out and in again: the items between stay closed, the later ones open."""
    meet(alice, bob)
    tick_people(alice, bob)
    for step, text in ((True, "one"), (False, "two"), (True, "three")):
        alice.do(inputs.SetMember(PEOPLE, bob.identity, step))
        alice.post(text, PEOPLE)
        world.deliver()
    assert texts(bob) == ["three", "one"]


def test_doctor_finds_nothing_wrong_after_all_that(alice: Someone, bob: Someone, world: World) -> None:
    """Every hash, link, signature and view of both homes holds."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("hello", PEOPLE)
    world.deliver()
    alice.do(inputs.TakeBack(item))
    world.deliver()
    for one in (alice, bob):
        with one.store.write() as db:
            assert checkup.deep(db, lambda op, one=one, db=db: one.core.open_op(db, op), one.core.views) == []


def test_acquaintance_can_begin_again_after_an_end(alice: Someone, bob: Someone, world: World) -> None:
    """An ended acquaintance does not forbid a new letter."""
    meet(alice, bob)
    alice.do(inputs.EndAcquaintance(bob.identity))
    world.deliver()
    meet(bob, alice)
    tick_people(alice, bob)
    alice.post("here again", PEOPLE)
    world.deliver()
    assert texts(bob) == ["here again"]
