# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of People over the real core: a list, a person, circles."""

import re

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import inputs
from edgewise.store import agreements
from tests.features.pages import Looker, let_read, meet

HOSTILE = "</bdi><script>alert(1)</script>"


def page_of(other: Looker) -> str:
    """The path of somebody's page."""
    return f"people/{other.one.identity.hex()}"


def test_whoever_is_alone_is_told_what_to_do(alice: Looker) -> None:
    """The empty list has one sentence and one act, and the page of a new letter is behind it."""
    page = alice.get("people")
    assert "Nobody here yet. Write a letter to somebody." in page
    assert 'letters/new"' in page
    assert alice.read("letters/new")


def test_people_stand_with_how_one_met_and_what_each_may(friends: tuple[Looker, Looker]) -> None:
    """A row has the name, by whose letter one met, and what each may do; no presence."""
    alice, bob = friends
    assert "Neither of you reads the other's posts yet." in alice.read("people")
    let_read(alice.one, bob.one, circle=PEOPLE)
    page = alice.read("people")
    assert "by a letter of yours" in page
    assert "bob reads what you write to People I know." in page
    assert "by a letter from there" in bob.read("people")
    alice.one.post("Hello.", PEOPLE)
    alice.one.world.deliver()
    assert "You read what alice shares with you." in bob.read("people")
    assert not re.search(r"online|last seen", page)


def test_the_four_words_are_the_same_and_are_noted(friends: tuple[Looker, Looker]) -> None:
    """Both pages show the same four words; the answer is kept, with its day."""
    alice, bob = friends
    words = [
        re.findall(r"<b>([a-z]+)</b>", one.get(page_of(other)).partition('id="fourwords"')[2])[:4]
        for one, other in ((alice, bob), (bob, alice))
    ]
    assert words[0] == words[1]
    assert len(words[0]) == 4
    assert "not compared yet" in alice.read("people")
    after = alice.press(f"{page_of(bob)}/words", {"answer": "same"})
    assert "they were the same: nobody stands between you and bob" in after
    assert "not compared yet" not in alice.read("people")


def test_words_that_differ_say_what_to_do_and_can_be_compared_again(friends: tuple[Looker, Looker]) -> None:
    """After "they differ" the page warns until the words were found the same."""
    alice, bob = friends
    after = alice.press(f"{page_of(bob)}/words", {"answer": "differ"})
    assert "The four words differed." in alice.read("people")
    assert "They match" in after
    assert "nobody stands between you" in alice.press(f"{page_of(bob)}/words", {"answer": "same"})


def test_a_name_of_ones_own_stands_before_theirs(friends: tuple[Looker, Looker]) -> None:
    """One's own name for a person is shown everywhere, theirs once; an empty one brings theirs back."""
    alice, bob = friends
    page = alice.press(f"{page_of(bob)}/name", {"name": "  Bo from   the choir "})
    assert page.startswith("Bo from the choir")
    assert "calls themselves bob" in page
    assert "Bo from the choir" in alice.read("people")
    assert alice.press(f"{page_of(bob)}/name", {"name": ""}).startswith("bob")
    answer = alice.post(f"{page_of(bob)}/name", {"name": "x" * 61})
    assert answer.status_code == 400
    assert "60" in answer.text


def test_muting_and_blocking_are_undone_in_the_same_place(friends: tuple[Looker, Looker]) -> None:
    """Show, leave out, block: one choice, kept here alone."""
    alice, bob = friends
    alice.press(f"{page_of(bob)}/hearing", {"hearing": "mute"})
    assert "Left out of Home." in alice.read("people")
    alice.press(f"{page_of(bob)}/hearing", {"hearing": "block"})
    assert "Blocked" in alice.read("people")
    assert "Talk with bob" not in alice.read(page_of(bob))
    alice.press(f"{page_of(bob)}/hearing", {"hearing": "hear"})
    assert "Talk with bob" in alice.read(page_of(bob))
    assert alice.post(f"{page_of(bob)}/hearing", {"hearing": "shout"}).status_code == 400


def test_ticks_put_a_person_into_circles_and_out_of_them(friends: tuple[Looker, Looker]) -> None:
    """Nothing is ticked before; what was ticked holds, and only what changed is changed."""
    alice, bob = friends
    choir = alice.one.do(inputs.MakeCircle("Choir"))
    assert " checked" not in alice.get(page_of(bob)).partition('id="circles"')[2].partition("</form>")[0]
    alice.press(f"{page_of(bob)}/circles", {"was": "", "circle": [choir.hex(), PEOPLE.hex()]})
    assert agreements.members(alice.one.db, choir) == [bob.one.identity]
    alice.press(f"{page_of(bob)}/circles", {"was": f"{choir.hex()} {PEOPLE.hex()}", "circle": [choir.hex()]})
    assert agreements.members(alice.one.db, PEOPLE) == []
    assert agreements.members(alice.one.db, choir) == [bob.one.identity]
    assert alice.post(f"{page_of(bob)}/circles", {"circle": ONLY_ME.hex()}).status_code == 404


def test_the_end_is_one_act_and_told_on_both_sides(friends: tuple[Looker, Looker]) -> None:
    """The page says before what ends; afterwards both have the day, and a new letter as the way back."""
    alice, bob = friends
    assert "There is no way back but a new letter." in alice.read(page_of(bob))
    page = alice.press(f"{page_of(bob)}/end")
    assert "Your acquaintance has ended." in page
    assert "Write a letter" in page
    alice.one.world.deliver()
    assert "No longer acquainted" in bob.read("people")
    assert "It ended on" in bob.read(page_of(alice))


def test_a_file_goes_out_and_comes_in_from_the_page(friends: tuple[Looker, Looker]) -> None:
    """Make a file, carry it over, take it in: by the forms that stand on the person's page."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    alice.one.world.cut_all()
    alice.one.post("By stick.", PEOPLE)
    form = re.search(r'action="([^"]*letter/for/[^"]*)"', alice.get(page_of(bob)))
    assert form is not None
    made = alice.post(form[1].removeprefix(alice.root))
    assert made.headers["content-disposition"].startswith("attachment")
    page = bob.get(page_of(alice))
    assert 'enctype="multipart/form-data"' in page
    taken = bob.post("letter", files={"file": ("alice.edgewise", made.content)})
    assert taken.status_code == 200
    assert "By stick." in bob.read("")


def test_a_circle_is_made_filled_renamed_and_closed(friends: tuple[Looker, Looker]) -> None:
    """All of it by forms; the text names who may read."""
    alice, bob = friends
    answer = alice.post("circles", {"name": "Choir"})
    path = answer.headers["location"].removeprefix(alice.root)
    assert "Nobody is in it yet" in alice.read(path)
    sign = bob.one.identity.hex()[:16]
    assert "1 person may read it: bob." in alice.press(f"{path}/people", {"was": "", "who": sign})
    assert alice.press(f"{path}/name", {"name": "Singers"}).startswith("Singers")
    assert "Singers bob" in alice.read("circles")
    assert "Nobody is in it yet" in alice.press(f"{path}/people", {"was": sign})
    assert "Singers" not in alice.press(f"{path}/retire")
    assert alice.ask("GET", path).status_code == 404
    assert alice.post("circles", {"name": " "}).status_code == 400


def test_the_two_circles_that_everybody_has_keep_their_names(alice: Looker) -> None:
    """ "Only me" has no boxes, and neither can be renamed or closed."""
    assert "Only you can read" in alice.read(f"circles/{ONLY_ME.hex()}")
    page = alice.get(f"circles/{PEOPLE.hex()}")
    assert "/retire" not in page
    assert alice.post(f"circles/{PEOPLE.hex()}/retire").status_code == 404
    assert alice.post(f"circles/{ONLY_ME.hex()}/people", {"who": "00" * 8}).status_code == 404


def test_names_of_others_are_never_markup(alice: Looker, world: object) -> None:
    """A hostile name is text on every page that shows it."""
    eve = Looker(alice.one.world.person(HOSTILE))
    meet(alice.one, eve.one)
    let_read(alice.one, eve.one, circle=PEOPLE)
    paths = ("people", page_of(eve), "circles", f"circles/{PEOPLE.hex()}", "agreements", "letters")
    for path in paths:
        assert "<script>alert" not in alice.get(path), path


def test_a_stranger_in_the_address_is_nobody(alice: Looker) -> None:
    """Unknown and malformed ids are a plain "not found"."""
    for path in ("people/" + "ab" * 32, "people/nobody", "circles/" + "ab" * 16, "circles/x", "letters/x"):
        assert alice.ask("GET", path).status_code in (404, 409), path


def test_the_pages_speak_three_languages(friends: tuple[Looker, Looker]) -> None:
    """German and Spanish say it in their own words."""
    alice, bob = friends
    assert "Die vier Wörter" in alice.read(page_of(bob), lang="de")
    assert "Las cuatro palabras" in alice.read(page_of(bob), lang="es")
