# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asked of you: each question, its answers, and what they do; the real page over the real core."""

import re

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, settings
from tests.core.party import World
from tests.features.pages import Looker, let_read, meet, text_of

HOLD_MS = 8000
Friends = tuple[Looker, Looker]


def test_four_words_are_asked_for_and_answered(friends: Friends) -> None:
    """After a meeting both are asked to compare; an answer ends the question."""
    alice, bob = friends
    check_words = settings.get(alice.one.db, f"words:{bob.one.identity.hex()}") or ""
    asked = alice.read()
    assert "You and bob have met." in asked
    assert " · ".join(check_words.split()) in asked
    ask = f"asked/words-{bob.one.identity.hex()}"
    assert "asked again in some days. Undo" not in asked
    page = alice.press(ask, {"answer": "later"})
    assert "Not now. You are asked again in some days." in page
    assert "You and bob have met." not in page
    assert "You and bob have met." in alice.press(f"{ask}/undo")
    assert "Good: the four words are the same." in alice.press(ask, {"answer": "same"})
    alice.one.do(inputs.NoteCopy("/stick/alice.copy", 1))
    alice.one.world.pass_ms(4 * DAY_MS)
    assert "Asked of you" not in alice.read()


def test_a_letter_that_was_put_off_is_asked_again(alice: Looker, bob: Looker, world: World) -> None:
    """Open · No · Not now: "not now" rests for some days; "no" sends nothing and can be undone."""
    made = alice.one.do(inputs.MakeLetter("bob", "Come and join us, Bob."))
    bob.one.do(inputs.ReadLetter(made.letter))
    ask = f"asked/letter-{made.invitation.hex()}"
    page = bob.read()
    assert "alice has written you a letter" in page
    assert "Come and join us, Bob." in page
    answer = bob.post(ask, {"answer": "open"})
    assert answer.headers["location"].endswith(f"/letter/{made.invitation.hex()}")
    assert "has written you a letter" not in bob.press(ask, {"answer": "later"})
    world.pass_ms(4 * DAY_MS)
    assert "has written you a letter" in bob.read()
    assert "You said no. It looks like no answer yet." in bob.press(ask, {"answer": "no"})
    assert "has written you a letter" in bob.press(f"{ask}/undo")
    world.pass_ms(11 * DAY_MS)
    assert "has written you a letter" not in bob.read()


def test_what_was_offered_in_a_letter_begins_by_a_yes(friends: Friends) -> None:
    """The circle that a letter offered is asked about once it was answered; No leaves it as it is."""
    alice, bob = friends
    ((invitation,),) = alice.one.db.execute("SELECT id FROM invitations").fetchall()
    alice.one.do(inputs.SetSetting(f"offered:{invitation.hex()}", PEOPLE.hex()))
    ask = f"asked/offer-{invitation.hex()}-{PEOPLE.hex()}"
    assert "let them read what you write to People I know" in alice.read()
    assert agreements.members(alice.one.db, PEOPLE) == []
    assert "You said yes." in alice.press(ask, {"answer": "yes"})
    assert agreements.members(alice.one.db, PEOPLE) == [bob.one.identity]


def test_an_agreement_that_ends_soon_is_asked_about_once(friends: Friends, world: World) -> None:
    """T15 within a fortnight of the end; Keep renews it, Let it end is left alone."""
    alice, bob = friends
    for one in (alice, bob):
        one.one.do(inputs.RenewAll((bob if one is alice else alice).one.identity, world.now_ms + 10 * DAY_MS))
    ask = re.search(r"asked/(ending-\w+-\d+)", alice.get())
    assert ask is not None
    assert "Your agreement with bob ends on 25 January 2027, as you both chose." in alice.read()
    assert "ends on" not in alice.press(ask[0], {"answer": "keep"})
    pair = agreements.pair(alice.one.db, bob.one.identity)
    assert pair is not None
    assert pair.until_ms > world.now_ms + 300 * DAY_MS
    theirs = re.search(r"asked/(ending-\w+-\d+)", bob.get())
    assert theirs is not None
    assert "ends on" not in bob.press(theirs[0], {"answer": "let_end"})


def test_several_endings_are_gathered(friends: Friends, carol: Looker, world: World) -> None:
    """Two that end are one question, which leads to one page."""
    alice, bob = friends
    meet(alice.one, carol.one)
    for one in (bob, carol):
        alice.one.do(inputs.RenewAll(one.one.identity, world.now_ms + 10 * DAY_MS))
    assert "Your agreements with bob and carol end within two weeks." in alice.read()
    answer = alice.post("asked/endings-all", {"answer": "look"})
    assert answer.headers["location"].endswith("/agreements/ending")
    assert "end within two weeks" not in alice.press("asked/endings-all", {"answer": "let_end"})


def test_what_could_not_leave_is_told_and_its_words_are_there(friends: Friends, world: World) -> None:
    """A held answer whose agreement ended meanwhile comes back to the field, and one is told why."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    item = alice.one.post("Does anybody have the ladder?", PEOPLE).hex()
    world.deliver()
    bob.press(f"item/{item}", {"text": "Take mine", "warning": ""})
    grants = agreements.grants(alice.one.db, bob.one.identity, mine=True)
    alice.one.do(inputs.StopGrant(next(row.id for row in grants if row.space_kind == "feed")))
    world.deliver()
    world.pass_ms(HOLD_MS + 1)
    page = bob.get()
    assert "Something you wrote could not leave." in text_of(page)
    assert "Take mine</textarea>" in page
    ask = re.search(r"asked/(back-\w+)", page)
    assert ask is not None
    assert "could not leave" not in bob.press(ask[0], {"answer": "drop"})
    assert "Take mine" not in bob.get()


def test_a_safe_copy_is_asked_for_on_the_third_day_and_never_more_often(alice: Looker, world: World) -> None:
    """Make one · Not now · No: "no" holds until there is another reason, "not now" for some days."""
    asked = "If this computer breaks tonight, alice and all that was written here are gone."
    world.pass_ms(2 * DAY_MS)
    assert asked not in alice.read()
    world.pass_ms(DAY_MS)
    page = alice.read()
    assert asked in page
    assert "Make one Not now No" in page
    assert "two minutes" not in page
    answer = alice.post("asked/copy-first", {"answer": "make"})
    assert answer.headers["location"].endswith("/safecopy")
    assert asked not in alice.press("asked/copy-first", {"answer": "later"})
    world.pass_ms(2 * DAY_MS)
    assert asked not in alice.read()
    world.pass_ms(2 * DAY_MS)
    assert asked in alice.read()
    assert "No, then. Undo" in alice.press("asked/copy-first", {"answer": "no"})
    assert asked in alice.press("asked/copy-first/undo")
    alice.press("asked/copy-first", {"answer": "no"})
    world.pass_ms(40 * DAY_MS)
    assert asked not in alice.read()
    alice.one.do(inputs.NoteCopy("/stick/alice.copy", 1000))
    world.pass_ms(89 * DAY_MS)
    assert asked not in alice.read()
    world.pass_ms(2 * DAY_MS)
    assert asked in alice.read()
