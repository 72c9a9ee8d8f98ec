# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters from the page: written with nothing chosen, given away in four ways, shown again, taken back."""

import re

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.faces.kit.letterpage import extract_sealed
from edgewise.ground.instant import DAY_MS
from edgewise.identity.tickets import LETTER_PREFIX
from edgewise.store import settings
from tests.features.pages import Looker


def write(one: Looker, **fields: object) -> str:
    """Write a letter to Bo; its path."""
    form = {"to": "Bo", "text": "Shall we talk here?", "days": "14", **fields}
    answer = one.post("letters/new", form)
    assert answer.status_code == 303
    path: str = answer.headers["location"].removeprefix(one.root)
    return path


def test_nothing_is_chosen_before_the_person_chooses(alice: Looker) -> None:
    """Neither an offer nor an item is ticked, and a letter without ticks offers and holds nothing."""
    alice.one.post("My own words.", PEOPLE)
    page = alice.get("letters/new")
    assert "My own words." in page
    assert " checked" not in page
    letter = alice.read(write(alice))
    assert "What you offer" not in letter
    assert "What you put in" not in letter


def test_what_is_ticked_stands_in_the_letter_and_is_remembered(alice: Looker) -> None:
    """Offers and own posts are in it; the offered circle is noted, to be asked about after the yes."""
    item = alice.one.post("The leeks are in.", PEOPLE)
    path = write(alice, offer=PEOPLE.hex(), item=item.hex(), other="a ladder")
    page = alice.read(path)
    for words in ("You may read what I write to people I know.", "a ladder", "The leeks are in."):
        assert words in page
    assert settings.get(alice.one.db, "offered:" + path.removeprefix("letters/")) == PEOPLE.hex()


def test_the_words_of_others_cant_be_put_in(friends: tuple[Looker, Looker]) -> None:
    """What somebody else wrote is no item of one's own, even by a forged form."""
    alice, bob = friends
    bob.one.do(inputs.SetMember(PEOPLE, alice.one.identity, True))
    theirs = bob.one.post("Between us.", PEOPLE)
    alice.one.world.deliver()
    assert "Between us." in alice.read("")
    assert "Between us." not in alice.get("letters/new")
    fields = {"to": "Eva", "text": "Hello", "days": "14", "item": theirs.hex()}
    assert alice.post("letters/new", fields).status_code == 404


def test_the_saved_file_is_a_letter_that_opens_and_is_answered(alice: Looker, bob: Looker) -> None:
    """letter.html holds the letter; the other says yes to it; the page then names who answered."""
    path = write(alice)
    file = alice.ask("GET", f"{path}/letter.html")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["content-type"].startswith("text/html")
    read = bob.one.do(inputs.ReadLetter(LETTER_PREFIX + extract_sealed(file.content)))
    bob.one.do(inputs.AnswerLetter(read.invitation, "yes"))
    alice.one.world.deliver()
    page = alice.read(path)
    assert "answered by bob" in page
    assert "Save the letter" not in page
    assert alice.ask("GET", f"{path}/letter.html").status_code == 409
    assert "answered by bob" in alice.read("letters")


def test_line_square_and_paper_hold_the_same_ticket(alice: Looker, bob: Looker) -> None:
    """The line can be read by Edgewise; the square stands on the page and on paper, nothing else fetched."""
    path = write(alice)
    page = alice.get(path)
    found = re.search(r'id="ticket"[^>]* value="(edgewise:1:[^"]+)"', page)
    assert found is not None
    assert bob.one.do(inputs.ReadLetter(found[1])).invitation.hex() == path.removeprefix("letters/")
    paper = alice.get(f"{path}/print")
    assert found[1] in paper
    assert paper.count("<svg") == page.count("<svg") == 1
    assert "Shall we talk here?" in paper


def test_a_letter_is_shown_again_and_taken_back(alice: Looker, bob: Looker) -> None:
    """It is the same letter each time; once taken back nobody can use it, and it can't be given away."""
    path = write(alice)
    first = alice.ask("GET", f"{path}/letter.html").content
    assert extract_sealed(first) == extract_sealed(alice.ask("GET", f"{path}/letter.html").content)
    assert "Show it again" in alice.read("letters")
    assert "You took this letter back." in alice.press(f"{path}/withdraw")
    assert "taken back" in alice.read("letters")
    assert alice.ask("GET", f"{path}/print").status_code == 409


def test_a_letter_that_nobody_answered_has_ended(alice: Looker) -> None:
    """After its last day the page says so and offers to write a new one."""
    path = write(alice, days="3")
    alice.one.world.now_ms += 4 * DAY_MS
    page = alice.read(path)
    assert "nobody answered" in page
    assert "Write a new one" in page
    assert "it has ended" in alice.read("letters")


def test_a_letter_that_cant_be_made_keeps_every_word(alice: Looker) -> None:
    """Without a name or words it is said what is missing, and the form is as it was."""
    item = alice.one.post("The leeks are in.", PEOPLE)
    form = {"to": "", "text": "Dear Bo", "days": "30", "offer": PEOPLE.hex(), "item": item.hex()}
    answer = alice.post("letters/new", form)
    assert answer.status_code == 400
    assert "Dear Bo" in answer.text
    assert answer.text.count(" checked") == 2
    assert '<option value="30" selected>' in answer.text
    assert alice.post("letters/new", {"to": "Bo", "text": " ", "days": "14"}).status_code == 400
    assert alice.post("letters/new", {"to": "Bo", "text": "x", "days": "10000"}).status_code == 400


def test_a_draft_of_a_letter_comes_back_without_its_ticks(alice: Looker) -> None:
    """The words come back after a crash; what may be read is chosen anew."""
    fields = {"to": "Bo", "text": "Half a let", "offer": PEOPLE.hex()}
    assert alice.post("draft/letter", fields).status_code == 204
    page = alice.get("letters/new")
    assert "Half a let" in page
    assert 'value="Bo"' in page
    assert " checked" not in page
    assert "You are writing a letter to Bo." in page
    write(alice)
    assert "Half a let" not in alice.get("letters/new")
