# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding things by the page: people, posts and talk of this computer, scripts off."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core.inputs import Place, Publish, TakeBack
from edgewise.features.people.records import Mute, Petname
from edgewise.features.posts.records import Edit, Post
from edgewise.features.talk.records import Say
from edgewise.ground.instant import DAY_MS
from tests.features.pages import Looker, let_read, text_of

Friends = tuple[Looker, Looker]
EMPTY = "Nothing here holds that."


def shared(friends: Friends, text: str) -> bytes:
    """Bob wrote to people he knows, and Alice has it."""
    alice, bob = friends
    let_read(bob.one, alice.one, circle=PEOPLE)
    item = bob.one.post(text, PEOPLE)
    bob.one.world.deliver()
    return item


def test_one_field_finds_people_posts_and_talk(friends: Friends) -> None:
    """In any case, by the beginning of the last word; what was found is marked and leads to its place."""
    alice, bob = friends
    item = shared(friends, "The LADDER of Bob")
    alice.one.do(Publish(Place("talk", bob.one.identity), Say("bring the ladder")))
    page = alice.get("find?q=the+ladd")
    assert "The <mark>LADDER</mark>" not in page
    assert "<mark>The</mark> <mark>LADDER</mark> of Bob" in page
    assert "bring <mark>the</mark> <mark>ladder</mark>" in page
    assert "2 found." in text_of(page)
    assert f'href="{alice.root}item/{item.hex()[:24]}#p-{item.hex()[:16]}"' in page
    assert f'href="{alice.root}talk/{bob.one.identity.hex()}?from=' in page
    assert f'href="{alice.root}people/{bob.one.identity.hex()}"' in alice.get("find?q=BO")
    assert EMPTY in alice.read("find?q=bicycle")


def test_every_page_leads_there_and_the_page_begins_with_a_question(alice: Looker) -> None:
    """The field in the head sends its words; on the page itself there is one field of that kind."""
    assert f'action="{alice.root}find"' in alice.get()
    page = alice.get("find")
    assert "Which words?" in text_of(page)
    assert page.count("data-find") == 1
    assert EMPTY not in text_of(page)


def test_the_answer_is_told_politely_and_in_live_regions(alice: Looker) -> None:
    """The script swaps the list and the sentence that a screen reader says; both have names."""
    alice.one.post("ladder", ONLY_ME)
    page = alice.get("find?q=ladder", live=True)
    assert re.search(r'<p id="told" role="status" data-live><span>1 found.</span></p>', page)
    assert '<div id="found" data-live>' in page
    assert "data-asks" in page


def test_whose_where_and_when_can_be_asked(friends: Friends) -> None:
    """By name or its beginning, one's own name for somebody too; by circle, kind and day."""
    alice, bob = friends
    shared(friends, "His ladder")
    alice.one.post("My ladder", ONLY_ME)
    alice.one.do(Publish(Place("self", b""), Petname(bob.one.identity, "Roberto")))

    def found(query: str) -> tuple[bool, bool]:
        page = alice.read("find?q=ladder&" + query)
        return "His ladder" in page, "My ladder" in page

    assert found("") == (True, True)
    assert found("who=rob") == found("who=bob") == (True, False)
    assert found("who=you") == found("who=alice") == (False, True)
    assert found(f"where={ONLY_ME.hex()}") == (False, True)
    assert found(f"where={PEOPLE.hex()}") == (False, False)
    assert found("where=posts") == (True, True)
    assert found("where=talk") == found("where=anything") == (False, False)
    day = alice.one.world.now_ms // DAY_MS * DAY_MS
    today, before = _day(day), _day(day - DAY_MS)
    assert found(f"since={today}&until={today}") == (True, True)
    assert found(f"until={before}") == (False, False)
    assert found("since=never&until=2026-99-99") == (True, True)
    assert found("picture=yes") == (False, False)
    assert "Nobody here is called “Zed”." in alice.read("find?q=ladder&who=Zed")
    assert "His ladder" in alice.read("find?q=ladder+from:rob")


def _day(at_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms // 1000, UTC).date().isoformat()


def test_the_muted_are_found_only_by_their_name(friends: Friends) -> None:
    """As at home their posts are left out, until one asks for them."""
    alice, bob = friends
    shared(friends, "His ladder")
    alice.one.do(Publish(Place("self", b""), Mute(bob.one.identity, True, False)))
    assert "His ladder" not in alice.read("find?q=ladder")
    assert "His ladder" in alice.read("find?q=ladder&who=bob")


def test_a_former_wording_and_what_was_taken_back_are_not_found(friends: Friends) -> None:
    """At the writer's and at the reader's: a change is found by its new words alone."""
    _, bob = friends
    item = shared(friends, "The ladder")
    bob.one.do(Publish(Place("circle", PEOPLE), Edit(item, "The bicycle", "")))
    bob.one.world.deliver()
    for one in friends:
        assert EMPTY in one.read("find?q=ladder")
        assert "The bicycle" in one.read("find?q=bicycle")
    bob.one.do(TakeBack(item))
    bob.one.world.deliver()
    for one in friends:
        assert EMPTY in one.read("find?q=bicycle")


def test_a_warning_stands_before_what_it_warns_of(alice: Looker) -> None:
    """The text opens on a click, as elsewhere; both are searched."""
    alice.one.do(Publish(Place("circle", ONLY_ME), Post("A long tale", "big spiders", b"", ())))
    for words in ("tale", "spiders"):
        page = alice.get(f"find?q={words}")
        assert re.search(r'<details class="warning"><summary>.*spiders.*</summary>.*tale', page)


def test_pages_of_thirty_lead_to_earlier_ones(alice: Looker) -> None:
    """By the place of the last; the link keeps what was asked."""
    for n in range(40):
        alice.one.world.now_ms += 1000
        alice.one.post(f"ladder number {n}.", ONLY_ME)
    page = alice.get("find?q=lad&where=posts")
    assert "The newest 30; there are earlier ones." in text_of(page)
    assert re.findall(r"number (\d+)\.", text_of(page)) == [str(n) for n in range(39, 9, -1)]
    (earlier,) = re.findall(r'href="/[^/"]+/(find\?[^"]*before=[^"]*)"', page)
    more = text_of(alice.get(earlier.replace("&amp;", "&")))
    assert re.findall(r"number (\d+)\.", more) == [str(n) for n in range(9, -1, -1)]
    best = alice.read("find?q=lad&order=best")
    assert "The best 30 of the newest 300." in best
    assert "number 39." in best


def test_what_is_here_only_sealed_is_said(friends: Friends) -> None:
    """What Bob wrote before Alice might read it came sealed: the page says how much, and finds none of it."""
    alice, bob = friends
    bob.one.post("An old ladder", PEOPLE)
    shared(friends, "A new ladder")
    page = alice.read("find?q=ladder&who=bob")
    assert "A new ladder" in page
    assert "An old ladder" not in page
    assert re.search(r"\d+ things? by bob (is|are) here only sealed", page)
    assert "The oldest here by bob is from" in page
    assert "Only what is on this computer is searched." in page


def test_words_of_others_stay_words(friends: Friends) -> None:
    """What was written and what is looked for is escaped, also where it is marked."""
    alice, _ = friends
    shared(friends, "<script>alert(1)</script> \"'>&<b>")
    page = alice.get("find?q=" + "%3Cscript%3Ealert")
    assert "<script>alert" not in page
    assert "&lt;<mark>script&gt;alert</mark>(1)" in page


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["q", "who", "where", "since", "until", "picture", "order", "before"]),
        st.text(max_size=30) | st.sampled_from(["9" * 30, "-1", '"', "from:", "2026-11-25", "best"]),
    )
)
def test_any_address_has_an_answer(alice: Looker, query: dict[str, str]) -> None:
    """Whatever stands in the fields, the page comes."""
    clean = {name: value.encode("utf-8", "replace") for name, value in query.items()}
    assert alice.ask("GET", "find", params=clean).status_code == 200
