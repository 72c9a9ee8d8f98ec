# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of Agreements over the real core: what holds, stopping, what ends, who holds, what is over."""

import re

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish, TakeBack
from edgewise.features.posts import view as posts
from edgewise.features.talk.records import Say
from edgewise.ground.instant import DAY_MS, YEAR_MS
from edgewise.ground.limits import ERASE_OLD_MS, ERASE_WAIT_MS, GRANT_DEFAULT_MS
from edgewise.store import agreements
from tests.features.pages import Looker, let_read, meet


@pytest.fixture
def sharing(friends: tuple[Looker, Looker]) -> tuple[Looker, Looker]:
    """Alice and Bob, each reading what the other writes to people they know."""
    alice, bob = friends
    for one, other in ((alice, bob), (bob, alice)):
        let_read(one.one, other.one, circle=PEOPLE)
        one.one.post(f"From {one.one.name}.", PEOPLE)
        one.one.world.deliver()
    return alice, bob


def stop_of(page: str) -> str:
    """The address of the first Stop on a page, below the home's path."""
    found = re.search(r'action="/[^/]+/(agreements/[^"]*/stop[^"]*)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_whoever_agreed_to_nothing_is_told_so(alice: Looker) -> None:
    """Nothing holds, nothing is held, nothing is carried, and the page says all three."""
    page = alice.read("agreements")
    assert "Nothing agreed yet." in page
    assert "Your things are only on this computer." in page
    assert "nobody carries sealed things of yours" in page


def test_every_living_agreement_stands_with_since_until_and_how(sharing: tuple[Looker, Looker]) -> None:
    """Both directions of reading, and the acquaintance itself; by person, by lock."""
    alice, bob = sharing
    page = alice.read("agreements")
    assert "You and bob talk with each other, and your computers may find each other." in page
    assert "bob reads what you write to People I know" in page
    assert "You read what bob writes to people bob knows." in page
    assert page.count("by lock") == 3
    assert page.count("since") >= 3
    assert page.count("until") >= 3
    assert page.count("Stop ") >= 2
    assert "alice reads what you write to People I know" in bob.read("agreements")


def test_stop_is_one_click_says_what_happens_and_can_be_undone_at_once(
    sharing: tuple[Looker, Looker], world: object
) -> None:
    """After Stop nothing new goes; for some seconds Undo stands there, and gives the next post again."""
    alice, bob = sharing
    page = alice.press(stop_of(alice.get("agreements")))
    assert (
        "From now on bob gets nothing new from People I know. What is there already stays there: 1 post."
        in page
    )
    assert "Undo" in page
    alice.one.post("Not for Bob.", PEOPLE)
    alice.one.world.deliver()
    assert "Not for Bob." not in bob.read("")
    undo = re.search(r'action="/[^/]+/(agreements/next/[^"]*/undo[^"]*)"', _stopped(alice))
    assert undo is not None
    after = alice.press(undo[1].replace("&amp;", "&"))
    assert "bob reads what you write to People I know , from your next post there on." in after
    alice.one.post("For Bob again.", PEOPLE)
    alice.one.world.deliver()
    assert "For Bob again." in bob.read("")
    assert "Not for Bob." not in bob.read("")


def _stopped(alice: Looker) -> str:
    grant = next(row for row in agreements.grants(alice.one.db, mine=True) if row.ended_ms is not None)
    return alice.get(f"agreements?stopped={grant.id.hex()}")


def test_undo_is_gone_after_eight_seconds(sharing: tuple[Looker, Looker]) -> None:
    """Then the agreement stands among what ended."""
    alice, _bob = sharing
    alice.press(stop_of(alice.get("agreements")))
    alice.one.world.now_ms += 9_000
    assert "/undo" not in _stopped(alice)
    assert "bob could read what you write to People I know" in alice.read("agreements/ended")


def test_stopping_what_one_reads_is_told_without_a_reason(
    sharing: tuple[Looker, Looker],
) -> None:
    """Bob stops reading Alice: nothing new comes, and Alice's page shows that it ended."""
    alice, bob = sharing
    grant = next(row for row in agreements.grants(bob.one.db, mine=False) if row.space_kind == "feed")
    page = bob.press(f"agreements/{grant.id.hex()}/stop?back=1")
    assert "alice will see that this agreement ended, but no reason." in page
    assert "/undo" not in bob.get(f"agreements?stopped={grant.id.hex()}")
    bob.one.world.deliver()
    assert "bob could read what you write to People I know" in alice.read("agreements/ended")
    assert "bob reads what you write" not in alice.read("agreements")


def test_what_begins_with_the_next_post_can_be_stopped_before(friends: tuple[Looker, Looker]) -> None:
    """A tick alone is an agreement to come: it is listed, and Stop takes it away."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    page = alice.get("agreements")
    assert "from your next post there on" in page
    assert "from your next post" not in alice.press(stop_of(page))
    assert agreements.members(alice.one.db, PEOPLE) == []


def test_the_agreements_with_one_person_have_a_page(sharing: tuple[Looker, Looker]) -> None:
    """Stop on it comes back to it."""
    alice, bob = sharing
    path = f"agreements/with/{bob.one.identity.hex()}"
    assert "What you and bob agreed" in alice.read(path)
    answer = alice.post(stop_of(alice.get(path)))
    assert f"/{path}?stopped=" in answer.headers["location"]


def test_what_ends_soon_is_gathered_and_kept_or_left(sharing: tuple[Looker, Looker], carol: Looker) -> None:
    """Row by row, two equal buttons: keeping renews, letting end is remembered and can be changed."""
    alice, bob = sharing
    meet(alice.one, carol.one)
    assert "end within two weeks" not in alice.read("agreements")
    alice.one.world.now_ms += GRANT_DEFAULT_MS - 5 * DAY_MS
    assert "2 acquaintances end within two weeks." in alice.read("agreements")
    page = alice.read("agreements/ending")
    assert page.count("Let it end") == 2
    assert "If you do nothing, it ends." in page
    kept = alice.press(f"agreements/ending/{bob.one.identity.hex()}", {"answer": "keep"})
    assert "Your agreement with bob" not in kept
    left = alice.press(f"agreements/ending/{carol.one.identity.hex()}", {"answer": "let_end"})
    assert "You let it end. Until then you can keep it." in left
    alice.one.world.now_ms += 6 * DAY_MS
    assert "it ran out" in alice.read("agreements/ended")
    pair = agreements.pair(alice.one.db, bob.one.identity)
    assert pair is not None
    assert pair.until_ms > alice.one.world.now_ms + 300 * DAY_MS


def test_who_holds_my_things_counts_what_the_register_knows(sharing: tuple[Looker, Looker]) -> None:
    """The table is the truth: so many posts and lines on whose computer; the picture agrees."""
    alice, bob = sharing
    alice.one.post("A second.", PEOPLE)
    alice.one.do(Publish(Place("talk", bob.one.identity), Say("Just us.", "", b"")))
    alice.one.world.deliver()
    html = alice.get("agreements")
    assert "2 posts and 1 line of talk · can read" in alice.read("agreements")
    assert "<svg viewBox" in html
    assert "Lines lead from you to those who can read things of yours: bob." in html
    there = alice.read(f"agreements/holders/{bob.one.identity.hex()}")
    assert "A second." in there
    assert "From alice." in there
    assert "Just us." not in there
    assert "bob" in alice.read("agreements/holders")


def test_what_was_sent_and_not_confirmed_is_called_so(friends: tuple[Looker, Looker]) -> None:
    """A file that was made may lie in a drawer: what is in it counts as not confirmed."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    alice.one.world.cut_all()
    alice.one.post("In a file.", PEOPLE)
    alice.one.do(inputs.MakeBundle(bob.one.identity))
    assert "1 post · can read 1 of them not confirmed yet" in alice.read("agreements")
    files = alice.read("agreements/files")
    assert "A file for bob, sealed: only that computer can open it." in files
    assert "A letter for bob. Whoever holds it can open it." in files


def test_refused_and_withdrawn_letters_stand_among_what_is_over(alice: Looker, bob: Looker) -> None:
    """Each with its way back; nobody was told of a no."""
    made = alice.one.do(inputs.MakeLetter("bob", "Come."))
    bob.one.do(inputs.ReadLetter(made.letter))
    bob.one.do(inputs.AnswerLetter(made.invitation, "no"))
    assert "you said no; nobody was told" in bob.read("agreements/ended")
    alice.one.do(inputs.WithdrawLetter(made.invitation))
    assert "you took it back later" in alice.read("agreements/ended")


def test_the_end_of_an_acquaintance_is_one_line(sharing: tuple[Looker, Looker]) -> None:
    """Its permissions ended with it, and are not told again one by one."""
    alice, bob = sharing
    alice.one.do(inputs.EndAcquaintance(bob.one.identity))
    page = alice.read("agreements/ended")
    assert "You and bob were acquainted." in page
    assert "could read" not in page
    assert "Write a new letter" in page
    assert "bob" not in alice.read("agreements").partition("Who holds my things")[0]


def test_only_what_is_ones_own_to_stop_is_stopped(sharing: tuple[Looker, Looker]) -> None:
    """Unknown agreements, and talk (which ends with the acquaintance), are refused by the form."""
    alice, _bob = sharing
    assert alice.post(f"agreements/{'ab' * 16}/stop").status_code in (403, 404)
    talk = next(row for row in agreements.grants(alice.one.db) if row.space_kind == "dm")
    assert alice.post(f"agreements/{talk.id.hex()}/stop").status_code in (403, 404)
    for path in ("agreements/with/" + "ab" * 32, "agreements/holders/" + "ab" * 32):
        assert alice.ask("GET", path).status_code == 404


def test_many_people_stay_below_sixty_kilobytes(alice: Looker) -> None:
    """Long lists stand in pages of thirty; the last page ends."""
    for number in range(32):
        other = alice.one.world.person(f"person {number:02}")
        meet(alice.one, other)
        alice.one.do(inputs.SetMember(PEOPLE, other.identity, True))
    alice.one.post("For thirty-two.", PEOPLE)
    alice.one.world.deliver()
    assert "person 00" in alice.read("agreements")
    assert "All 32" in alice.read("agreements")
    assert "person 31" in alice.read("agreements?page=3")
    assert "person 31" in alice.read("agreements/holders?page=2")
    assert "person 31" in alice.read("people?page=2")
    assert "More people" not in alice.read("people?page=2")
    assert "person 31" in alice.read(f"circles/{PEOPLE.hex()}")
    assert alice.read("agreements?page=nonsense") == alice.read("agreements")


def test_what_ran_out_by_a_wrong_clock_says_so(sharing: tuple[Looker, Looker]) -> None:
    """Who believes that it is two years later reads beside what ran out that the two clocks differ."""
    alice, bob = sharing
    world = alice.one.world
    bob.one.skew_ms = -2 * YEAR_MS
    bob.one.do(Publish(Place("talk", alice.one.identity), Say("Still here.", "", b"")))
    world.deliver()
    assert "clocks of this computer" not in alice.read("agreements")
    world.now_ms += GRANT_DEFAULT_MS + DAY_MS
    for path in ("agreements", "agreements/ended"):
        assert "The clocks of this computer and bob's differ by about 2 years." in alice.read(path)


def test_what_others_took_back_and_what_waits_is_said_with_its_day(sharing: tuple[Looker, Looker]) -> None:
    """Old things wait for a day; the page says whose, how many, until when, and why; then they are gone."""
    alice, bob = sharing
    world = alice.one.world
    for row in posts.home_items(alice.one.db):
        if row.mine:
            item = row.id
    world.now_ms += ERASE_OLD_MS + 1
    alice.one.do(TakeBack(item))
    world.deliver()
    page = bob.read("agreements")
    assert "alice took back 1 text that is still on this computer. It goes on " in page
    assert "wait for a day: who has stolen a computer" in page
    asked = alice.read(f"item/{item.hex()}/who")
    assert "waits for a day before it deletes, by their own word" in asked
    assert "Arrived, and deleted after a day: bob." in asked
    assert "no answer yet" not in asked
    world.pass_ms(ERASE_WAIT_MS)
    assert "took back" not in bob.read("agreements")
    assert "deleted, by their own word" in alice.read(f"item/{item.hex()}/who")
