# SPDX-License-Identifier: AGPL-3.0-or-later
"""Talk, as two people use it: the real page over the real core, scripts off."""

import re

from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish
from edgewise.features.people.records import Mute
from edgewise.features.talk import view
from edgewise.features.talk.records import Say
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, outbox
from tests.core.party import World
from tests.features.pages import Looker, text_of

Friends = tuple[Looker, Looker]


def to(other: Looker) -> str:
    """The address of the talk with somebody."""
    return f"talk/{other.one.identity.hex()}"


def said(by: Looker, other: Looker, text: str) -> str:
    """Somebody says a line, and it arrives; its sign in addresses."""
    line: bytes = by.one.do(Publish(Place("talk", other.one.identity), Say(text)))
    by.one.world.deliver()
    return line.hex()


def test_without_anybody_there_is_one_thing_to_do(alice: Looker) -> None:
    """An empty list leads to a letter."""
    page = alice.get("talk")
    assert "Nobody to talk to yet." in page
    assert f'href="{alice.root}letters/new"' in page


def test_a_line_leaves_at_once_and_says_where_it_is(friends: Friends) -> None:
    """What one says is on its way, then on the other's computer; the field is empty again."""
    alice, bob = friends
    alice.one.world.cut_all()
    page = alice.press(to(bob), {"text": "Are you there on Saturday?"})
    assert "You Friday 08:00 Are you there on Saturday? On its way: waiting for 1 person" in page
    alice.one.world.online = True
    alice.one.world.connect(alice.one, bob.one)
    alice.one.world.deliver()
    assert "Arrived: on bob's computer" in alice.read(to(bob))
    assert "alice Friday 08:00 Are you there on Saturday?" in bob.read(to(alice))


def test_the_list_marks_what_is_new_and_one_look_ends_it(friends: Friends, world: World) -> None:
    """A line of the other is new in the list and under the red thread until one has looked."""
    alice, bob = friends
    bob.get(to(alice))
    world.pass_ms(DAY_MS)
    said(alice, bob, "Bring the cart")
    assert "alice Saturday 08:00 Bring the cart new" in bob.read("talk")
    assert "<title>• " in bob.get("talk")
    assert " new since " in bob.read(to(alice), live=True) or " new " in bob.read("talk")
    assert "new since Friday 08:00 alice Saturday 08:00 Bring the cart" in bob.read(to(alice))
    assert "Bring the cart new" not in bob.read("talk")
    assert "new since" in bob.read(to(alice), live=True)


def test_an_answer_quotes_its_line(friends: Friends) -> None:
    """The form says which line is answered; the answer shows its words above."""
    alice, bob = friends
    line = said(alice, bob, "Shall I bring the cart?")
    page = bob.get(f"{to(alice)}?reply={line}")
    assert "You answer alice : Shall I bring the cart?" in text_of(page)
    assert f'name="reply" value="{line[:24]}"' in page
    bob.press(to(alice), {"text": "Yes, and gloves", "reply": line})
    alice.one.world.deliver()
    assert "bob Friday 08:00 you : Shall I bring the cart? Yes, and gloves" in alice.read(to(bob))


def test_a_line_can_be_changed_and_taken_back(friends: Friends) -> None:
    """The other sees that it was changed, and later that it is gone; nobody else's line can be touched."""
    alice, bob = friends
    line = said(alice, bob, "At nine")
    alice.press(f"{to(bob)}/edit/{line}", {"text": "At ten"})
    alice.one.world.deliver()
    assert "changed Friday 08:00 At ten" in bob.read(to(alice))
    assert "1 person has this." in alice.read(f"{to(bob)}/back/{line}")
    alice.press(f"{to(bob)}/back/{line}")
    alice.one.world.deliver()
    assert "alice took this back." in bob.read(to(alice))
    other = said(bob, alice, "Mine")
    assert alice.post(f"{to(bob)}/edit/{other}", {"text": "Yours"}).status_code == 403
    assert alice.post(f"{to(bob)}/back/{other}").status_code == 403
    answer = alice.post(f"{to(bob)}/edit/{said(alice, bob, 'Well')}", {"text": ""})
    assert (answer.status_code, "no words in it" in text_of(answer.text)) == (400, True)


def test_an_unsaid_line_is_kept(friends: Friends) -> None:
    """A draft stands in the field again; words that could not be said too, with the reason."""
    alice, bob = friends
    alice.post(f"draft/talk:{bob.one.identity.hex()}", {"text": "Half a thou"})
    assert "Half a thou</textarea>" in alice.get(to(bob))
    answer = alice.post(to(bob), {"text": "  "})
    assert (answer.status_code, "no words in it" in text_of(answer.text)) == (400, True)
    alice.press(to(bob), {"text": "Half a thought"})
    assert outbox.draft(alice.one.db, view.mark_of(bob.one.identity)) is None


def test_to_whom_one_has_blocked_nothing_is_said(friends: Friends) -> None:
    """The field is gone and it is said why; a form that comes all the same is refused, its words kept."""
    alice, bob = friends
    alice.one.do(Publish(Place("self"), Mute(bob.one.identity, True, True)))
    page = alice.get(to(bob))
    assert "You have blocked bob." in text_of(page)
    assert "<textarea" not in page
    assert alice.post(to(bob), {"text": "Hello"}).status_code == 403
    assert view.conversations(alice.one.db)[0].last is None
    assert "bob" not in alice.read("talk").replace("Nobody", "")


def test_after_an_end_the_lines_stay_and_the_field_goes(friends: Friends) -> None:
    """Ending an acquaintance leaves what was said; nothing more can be said, and it is said why."""
    alice, bob = friends
    said(alice, bob, "Until Saturday")
    bob.one.do(inputs.EndAcquaintance(alice.one.identity))
    bob.one.world.deliver()
    page = alice.get(to(bob))
    assert "Until Saturday" in text_of(page)
    assert "You and bob have ended your acquaintance." in text_of(page)
    assert "<textarea" not in page
    assert alice.post(to(bob), {"text": "Wait"}).status_code == 403


def test_a_stopped_talk_says_so(friends: Friends) -> None:
    """When the agreement to talk was ended, nothing is written that could not leave."""
    alice, bob = friends
    (grant,) = [row for row in agreements.grants(alice.one.db) if row.space_kind == "dm"]
    alice.one.do(inputs.StopGrant(grant.id))
    alice.one.world.deliver()
    for one, other in ((alice, bob), (bob, alice)):
        assert "The agreement for this has come to its end." in one.read(to(other))


def test_long_talk_goes_back_in_pages(friends: Friends) -> None:
    """The newest fifty lines are shown; Earlier leads to those before, and from there back to the newest."""
    alice, bob = friends
    for number in range(60):
        alice.one.do(Publish(Place("talk", bob.one.identity), Say(f"Line {number}.")))
    page = alice.get(to(bob))
    assert len(re.findall(r"Line \d+\.", text_of(page))) == 50
    earlier = re.search(r'href="/[^/"]+/(talk/[^"]+before=[^"]+)"', page)
    assert earlier is not None
    assert len(re.findall(r"Line \d+\.", alice.read(earlier[1]))) == 10
    assert "To the newest lines" in alice.read(earlier[1])


def test_very_long_lines_keep_the_bound_of_a_page(friends: Friends) -> None:
    """Fewer lines stand on a page when they are long; Earlier has the others."""
    alice, bob = friends
    for number in range(12):
        alice.one.do(Publish(Place("talk", bob.one.identity), Say(f"Line {number}. " + "Word " * 1900)))
    page = alice.get(to(bob))
    assert 1 <= len(re.findall(r"Line \d+\.", text_of(page))) < 12
    assert "before=" in page


def test_what_the_other_wrote_is_only_ever_text(friends: Friends) -> None:
    """Nothing that the other says becomes part of the page."""
    alice, bob = friends
    line = said(bob, alice, "<script>alert(1)</script>")
    for path in ("talk", to(bob), f"{to(bob)}?reply={line}", "find?q=alert"):
        assert "<script>alert" not in alice.get(path)


def test_a_found_line_stands_on_its_page(friends: Friends) -> None:
    """Search leads to the line, in the middle of what was said."""
    alice, bob = friends
    said(alice, bob, "The key of the shed")
    for number in range(60):
        alice.one.do(Publish(Place("talk", bob.one.identity), Say(f"Line {number}.")))
    url = re.search(r'href="/[^/"]+/(talk/[^"]+from=[^"#]+)', alice.get("find?q=shed"))
    assert url is not None
    assert "The key of the shed" in alice.read(url[1])


def test_somebody_unknown_has_no_talk_here(alice: Looker) -> None:
    """An address of nobody one knows gets a page that says so."""
    assert alice.ask("GET", "talk/" + "0" * 64).status_code == 404
    assert alice.ask("GET", "talk/bob").status_code == 404
