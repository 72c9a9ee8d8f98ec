# SPDX-License-Identifier: AGPL-3.0-or-later
"""Home, items and their threads, as people use them: the real page over the real core, scripts off."""

import re

import pytest

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish
from edgewise.features.people.records import Mute
from edgewise.features.posts import view
from edgewise.features.posts.records import Post
from edgewise.ground.instant import DAY_MS
from edgewise.store import outbox
from tests.core.party import World
from tests.features.pages import Looker, let_read, meet, text_of

HOSTILE = "<script>alert(1)</script>\"'>&<b>"
HOLD_MS = 8000
Friends = tuple[Looker, Looker]


def newest(of: Looker) -> view.Item:
    """What stands first at home."""
    return view.home_items(of.one.db)[0]


def shared(friends: Friends, text: str = "Does anybody have the ladder?") -> tuple[Looker, Looker, str]:
    """Alice wrote to people she knows, and Bob has it: the item's sign in addresses."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    item = alice.one.post(text, PEOPLE)
    alice.one.world.deliver()
    return alice, bob, item.hex()


def test_home_of_somebody_alone_is_never_empty(alice: Looker) -> None:
    """Who knows nobody can write to "Only me", write a letter, or read one."""
    page = alice.get()
    assert "Nobody else is here yet." in text_of(page)
    assert f'href="{alice.root}letters/new"' in page
    assert f'href="{alice.root}letter"' in page
    assert "Asked of you" not in page


def test_nothing_is_sent_before_it_is_said_who_may_read(friends: Friends) -> None:
    """No circle is ticked the first time; without one the words are kept, and the question is asked."""
    alice, _ = friends
    assert " checked" not in alice.get()
    answer = alice.post("say", {"text": "Hello, everybody", "seen": alice.seen()})
    assert answer.status_code == 400
    assert "Your words are kept. Choose who may read them" in text_of(answer.text)
    assert "Hello, everybody</textarea>" in answer.text
    assert re.search(r'<details class="chooser" open>', answer.text)
    assert view.home_items(alice.one.db) == []
    assert "Hello, everybody</textarea>" in alice.get()


def test_a_post_waits_and_can_be_undone_without_a_script(alice: Looker) -> None:
    """It stands there with Undo; undone, its words are in the field again, and nothing was written."""
    page = alice.say("A slip", ONLY_ME)
    assert "A slip Leaves in a moment Undo" in page
    (held,) = outbox.all_held(alice.one.db)
    assert view.home_items(alice.one.db) == []
    alice.press(f"undo/{held.id.hex()}")
    assert "A slip</textarea>" in alice.get()
    alice.one.world.pass_ms(HOLD_MS + 1)
    assert view.home_items(alice.one.db) == []
    assert alice.post(f"undo/{held.id.hex()}").status_code == 403


def test_the_circle_is_remembered_and_its_readers_are_named_once(friends: Friends) -> None:
    """The first post to a circle says who may read it (T3); next time the circle stands there already."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    assert "1 person may read it: bob." in alice.say("First", PEOPLE)
    assert f'value="{PEOPLE.hex()}" data-label="People I know, 1 person" checked' in alice.get()
    assert "may read it" not in alice.say("Second", PEOPLE)


def test_who_may_read_changed_meanwhile(friends: Friends, carol: Looker) -> None:
    """A page drawn before somebody came into the circle sends nothing; it asks to look again."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    before = alice.seen()
    meet(alice.one, carol.one)
    let_read(alice.one, carol.one, circle=PEOPLE)
    answer = alice.post("say", {"text": "For Bob", "audience": PEOPLE.hex(), "seen": before})
    assert answer.status_code == 403
    assert "Those who may read this have changed" in text_of(answer.text)
    assert "For Bob</textarea>" in answer.text
    assert outbox.all_held(alice.one.db) == []


def test_what_others_wrote_is_only_ever_text(friends: Friends) -> None:
    """Names, texts and warnings of others stand on the page as they are, never as part of it."""
    alice, bob, item = shared(friends, HOSTILE)
    alice.one.do(inputs.RenameMe("<i>alice</i>"))
    alice.one.do(Publish(Place("circle", PEOPLE), Post("Careful", HOSTILE)))
    alice.one.world.deliver()
    for path in ("", f"item/{item}", f"item/{item}/who", "find?q=" + "<script>alert"):
        page = bob.get(path)
        assert "<script>alert" not in page, path
        assert "<i>alice" not in page, path
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in bob.get()


def test_a_warning_hides_the_words_until_they_are_opened(alice: Looker) -> None:
    """A content warning is a fold that works without a script."""
    alice.say("All is well", ONLY_ME, warning="hospital")
    alice.one.world.pass_ms(HOLD_MS + 1)
    assert '<details class="warning"><summary>About: <bdi>hospital</bdi></summary>' in alice.get()


def test_links_are_shown_and_never_fetched(alice: Looker) -> None:
    """An address stands there as the text that it is; the page has nothing of it."""
    alice.say("See https://example.org/leeks?a=b.", ONLY_ME)
    page = alice.get()
    assert 'href="https://example.org/leeks?a=b" target="_blank" rel="noopener noreferrer nofollow"' in page
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', page) == ["https://example.org/leeks?a=b"]


def test_home_says_what_is_new_since_one_was_here(friends: Friends, world: World) -> None:
    """What others wrote since the last visit stands under the red thread; it stays there while one looks."""
    alice, bob, _ = shared(friends)
    assert "new since" not in bob.read()
    world.pass_ms(DAY_MS)
    alice.one.post("And a rope?", PEOPLE)
    world.deliver()
    assert "<title>• " in bob.get(live=True)
    for page in (bob.read(), bob.read(live=True), bob.read()):
        assert re.search(r"new since Friday 08:00 AL alice Saturday 08:00 And a rope\?.*Seen before", page)
    assert "<title>• " not in bob.get()
    world.pass_ms(DAY_MS)
    assert "new since" not in bob.read()


def test_an_old_thread_with_a_new_answer_comes_back_to_the_top(friends: Friends, world: World) -> None:
    """An answer to something from weeks ago is not missed at Home."""
    alice, bob, item = shared(friends)
    for number in range(31):
        alice.one.post(f"Number {number}", ONLY_ME)
    alice.get()
    world.pass_ms(DAY_MS)
    space = newest(bob).space
    bob.one.do(Publish(Place("space", space), Post("It is here", "", bytes.fromhex(item))))
    world.deliver()
    assert re.search(r"new since .* Does anybody have the ladder\?.* It is here", alice.read())


def test_home_ends_and_goes_back_in_pages_of_thirty(alice: Looker) -> None:
    """After thirty items Home says so; Earlier leads through all of them, and then it is everything."""
    for number in range(65):
        alice.one.post(f"Number {number}.", ONLY_ME)
    page, seen = alice.get(), 0
    for count in (30, 30, 5):
        numbers = re.findall(r"Number \d+\.", text_of(page))
        assert len(numbers) == count
        seen += count
        more = re.search(r'href="[^"]*(\?before=[^"]+)"', page)
        assert ("That is everything." in text_of(page)) == (more is None) == (seen == 65)
        page = alice.get(more[1]) if more else page


def test_muted_people_are_left_out_of_home(friends: Friends) -> None:
    """Whom one mutes does not stand at Home; what they wrote is still here."""
    alice, bob, item = shared(friends)
    bob.one.do(Publish(Place("self"), Mute(alice.one.identity, True, False)))
    assert "ladder" not in bob.read()
    assert "ladder" in bob.read(f"item/{item}")


def test_an_answer_says_who_can_read_it_and_goes_there(friends: Friends, world: World) -> None:
    """The form names whose place it is; after the hold the answer is in the thread of both."""
    alice, bob, item = shared(friends)
    assert "alice and everybody alice shares this with can read this." in bob.read(f"item/{item}")
    assert "Leaves in a moment" in bob.press(f"item/{item}", {"text": "It is here", "warning": ""})
    world.pass_ms(HOLD_MS + 1)
    assert "bob Friday 08:00 It is here" in alice.read()
    assert "It is here Arrived: on alice's computer" in bob.read(f"item/{item}")


def test_a_thread_is_folded_after_five_answers(alice: Looker) -> None:
    """Home shows the newest five answers; the others are on the thread's own page."""
    top = alice.one.post("Who comes?", ONLY_ME)
    for number in range(8):
        alice.one.do(Publish(Place("circle", ONLY_ME), Post(f"Answer {number}", "", top)))
    assert "3 earlier replies" in alice.read()
    assert len(re.findall(r"Answer \d", text_of(alice.get()))) == 5
    assert len(re.findall(r"Answer \d", text_of(alice.get(f"item/{top.hex()}")))) == 8


def test_one_word_stands_with_a_name_and_goes_again(friends: Friends) -> None:
    """ "thanks" is given and taken away by one press; it is a name, never a number."""
    alice, bob, item = shared(friends)
    assert "thanks: you" in bob.press(f"item/{item}/word/thanks?at=home")
    alice.one.world.deliver()
    assert "thanks: bob" in alice.read()
    bob.press(f"item/{item}/word/thanks?at=home")
    alice.one.world.deliver()
    assert "thanks: bob" not in alice.read()
    assert bob.post(f"item/{item}/word/like").status_code == 400
    bob.one.do(inputs.SetSetting("one_word_answers", "no"))
    assert "thanks" not in bob.read()


def test_naming_offers_only_those_who_may_read(friends: Friends, carol: Looker) -> None:
    """Whoever is outside of the circle is not offered, and is refused where a form names them anyway."""
    alice, bob = friends
    meet(alice.one, carol.one)
    let_read(alice.one, bob.one, circle=PEOPLE)
    form = {"text": "Ask Bob", "audience": PEOPLE.hex(), "seen": alice.seen()}
    page = alice.post("say", {**form, "step": "names"}).text
    assert f'name="mention" value="{bob.one.identity.hex()}"' in page
    assert carol.one.identity.hex() not in page
    assert alice.post("say", {**form, "mention": carol.one.identity.hex()}).status_code == 403
    alice.press("say", {**form, "mention": bob.one.identity.hex()})
    alice.one.world.pass_ms(HOLD_MS + 1)
    assert newest(bob).mentions == (bob.one.identity,)
    assert "named here: bob" in alice.read()
    assert "named here: you" in bob.read()


def test_a_change_is_seen_by_all(friends: Friends) -> None:
    """The new wording arrives, and says that it was changed; an empty one is refused with a reason."""
    alice, bob, item = shared(friends)
    assert "sees that you changed it" in alice.read(f"item/{item}/edit")
    alice.press(f"item/{item}/edit", {"text": "Who has the long ladder?", "warning": ""})
    alice.one.world.deliver()
    assert "changed Friday 08:00 Who has the long ladder?" in bob.read()
    answer = alice.post(f"item/{item}/edit", {"text": " ", "warning": ""})
    assert (answer.status_code, "no words in it" in text_of(answer.text)) == (400, True)
    assert bob.post(f"item/{item}/edit", {"text": "Mine now", "warning": ""}).status_code == 403


def test_taking_back_says_what_can_and_cannot_be_done(friends: Friends) -> None:
    """T9 before, then what each computer answered, by its own word; others see that it was taken back."""
    alice, bob, item = shared(friends)
    assert "1 person has this. Edgewise asks that computer to delete it" in alice.read(f"item/{item}/back")
    page = alice.press(f"item/{item}/back", {"why": "typo"})
    assert "asked, no answer yet" in page
    alice.one.world.deliver()
    assert "Deleted by their own word: bob." in alice.read(f"item/{item}/who")
    assert "alice took this back." in bob.read()
    assert "ladder" not in bob.get()
    assert bob.post(f"item/{item}/back", {"why": ""}).status_code == 403


def test_who_has_this_says_only_what_is_known(friends: Friends, carol: Looker) -> None:
    """On Bob's computer; not yet at Carol's; and for somebody else's item only whose choice it is (T6)."""
    alice, bob = friends
    meet(alice.one, carol.one)
    alice.one.world.cut_all()
    let_read(alice.one, bob.one, carol.one, circle=PEOPLE)
    item = alice.one.post("Rain again", PEOPLE).hex()
    assert "On its way: waiting for 2 people" in alice.read()
    page = alice.read(f"item/{item}/who")
    assert "bob not there yet; it goes when both computers are on" in page
    alice.one.world.online = True
    alice.one.world.connect(alice.one, bob.one)
    alice.one.world.deliver()
    assert "On its way: on bob's computer, waiting for 1 other" in alice.read()
    page = alice.read(f"item/{item}/who")
    assert "bob on bob's computer, can read it" in page
    assert "carol not there yet" in page
    assert "Nobody can know that." in page
    assert "alice chose who may read it" in bob.read(f"item/{item}/who")
    assert "carol" not in bob.read(f"item/{item}/who")


def test_own_words_for_oneself_stay_here(alice: Looker) -> None:
    """What is written to "Only me" is dotted, and says that it is on this computer only."""
    item = alice.one.post("Mend the gate", ONLY_ME).hex()
    page = alice.get()
    assert re.search(r'class="post \w+ here"', page)
    assert "Only on this computer" in page
    assert "Only you. It has never left this computer." in alice.read(f"item/{item}/who")


def test_answers_of_one_person_can_be_hidden(friends: Friends) -> None:
    """In one's own feed somebody's answers are passed on no more, and again."""
    alice, bob, item = shared(friends)
    space = newest(bob).space
    answer = bob.one.do(Publish(Place("space", space), Post("Mine is longer", "", bytes.fromhex(item)))).hex()
    alice.one.world.deliver()
    assert "Hide answers by bob" in alice.read(f"item/{item}")
    assert "You pass on no answers here by: bob." in alice.press(f"item/{answer}/hide", {"hidden": "yes"})
    assert "You pass on no answers" not in alice.press(f"item/{answer}/hide", {"hidden": "no"})
    assert alice.post(f"item/{item}/hide", {"hidden": "yes"}).status_code == 404


@pytest.mark.parametrize("path", ["item/00", "item/zz/who", f"item/{'0' * 64}", f"item/{'0' * 64}/edit"])
def test_an_address_of_nothing_says_so(alice: Looker, path: str) -> None:
    """A sign that names nothing gets a page that says what happened."""
    assert alice.ask("GET", path).status_code == 404


@pytest.mark.parametrize("lang", ["de", "es", "en"])
def test_a_full_home_keeps_its_size_in_every_language(friends: Friends, lang: str) -> None:
    """Long threads stay below the bound of a page (Looker.get); nothing is lost, Earlier has the rest."""
    alice, _, first = shared(friends)
    for number in range(12):
        top = alice.one.post(f"Number {number}. " + "Une línea más larga. " * 60, PEOPLE)
        for answer in range(3):
            alice.one.do(Publish(Place("circle", PEOPLE), Post(f"Answer {answer} of {number}.", "", top)))
    found, path = [], ""
    while True:
        page = alice.get(path, lang=lang)
        found += re.findall(r"Number \d+\.", text_of(page))
        more = re.search(r'href="[^"]*(\?before=[^"]+)"', page)
        if more is None:
            break
        path = more[1]
    assert found == [f"Number {number}." for number in reversed(range(12))]
    assert first


def test_a_very_long_thread_comes_in_pages(alice: Looker) -> None:
    """Its page keeps the bound too; Earlier leads to the answers before, until there are no more."""
    top = alice.one.post("Who comes?", ONLY_ME)
    for number in range(60):
        alice.one.do(Publish(Place("circle", ONLY_ME), Post(f"Answer {number}. " + "Word " * 200, "", top)))
    found, path = [], f"item/{top.hex()}"
    while path:
        page = alice.get(path)
        found = [*re.findall(r"Answer \d+\.", text_of(page)), *found]
        more = re.search(r'href="/[^/"]+/(item/[^"]+before=[^"]+)"', page)
        path = more[1] if more else ""
    assert found == [f"Answer {number}." for number in range(60)]
