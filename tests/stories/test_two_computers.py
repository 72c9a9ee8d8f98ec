# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alice and bob by the command line alone: two computers, a network between them, and once a stick."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.home import Home, computers, until

GOLDEN = Path(__file__).parent / "golden"
SIGN = re.compile(r"\b[0-9a-f]{8}\b")
CLOCK = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d\d:\d\d")
PLACE = "People I know"


def plain(page: str) -> str:
    """A page of the terminal without what is another each day: signs and times."""
    return CLOCK.sub("<time>", SIGN.sub("<sign>", page))


def texts(home: Home) -> list[str]:
    """What stands on somebody's Home with its answers, newest threads first."""
    items = home.value("read")["items"]
    return [each["text"] for top in items for each in (top, *top["replies"]) if not each["gone"]]


def sign_of(home: Home, text: str) -> str:
    """The sign of a post or an answer by its words."""
    items = home.value("read")["items"]
    return next(str(each["id"]) for top in items for each in (top, *top["replies"]) if each["text"] == text)


def said(home: Home, other: Home) -> list[str]:
    """The lines of a conversation, oldest first."""
    return [line["text"] for line in home.value("talk", other.name)]


def known(home: Home) -> dict[str, Any]:
    """The people whom somebody knows, by name."""
    return {person["name"]: person for person in home.value("people")}


def carry(giver: Home, taker: Home, stick: Path) -> dict[str, Any]:
    """Bring a sealed file from one to the other."""
    giver.ok("bundle", "out", taker.name, stick)
    taken: dict[str, Any] = taker.value("bundle", "in", stick)
    return taken


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Home]]:
    with computers(tmp_path, "Alice", "Bob") as made:
        yield made


def meet(alice: Home, bob: Home, folder: Path) -> None:
    """By a letter's file; each lets the other read what they write to those they know."""
    letter = folder / "letter.html"
    alice.ok("invite", "--to", "Bob", "--words", "Shall we talk here?", "--out", letter)
    assert "Shall we talk here?" in bob.ok("accept", letter)
    assert known(bob) == {}
    bob.ok("accept", letter, "--yes")
    until(lambda: known(alice).get("Bob", {}).get("state") == "live")
    until(lambda: known(bob).get("Alice", {}).get("state") == "live")
    words = alice.value("people", "compare", "Bob")["words"]
    assert words == bob.value("people", "compare", "Alice")["words"]
    assert len(words.split()) == 4
    alice.ok("people", "compare", "Bob", "--same")
    bob.ok("people", "compare", "Alice", "--same")
    alice.ok("circle", "add", PLACE, "Bob")
    bob.ok("circle", "add", PLACE, "Alice")


def write_while_connected(alice: Home, bob: Home) -> None:
    """A post, an answer, a word, and a line each way."""
    alice.ok("post", "--to", PLACE, "The leeks are in.")
    until(lambda: "The leeks are in." in texts(bob))
    bob.ok("post", "--answer", sign_of(bob, "The leeks are in."), "Keep me two.")
    until(lambda: "Keep me two." in texts(alice))
    alice.ok("word", sign_of(alice, "Keep me two."), "yes")
    alice.ok("say", "Bob", "Are you there on Saturday?")
    until(lambda: said(bob, alice) == ["Are you there on Saturday?"])
    bob.ok("say", "Alice", "From eight.")
    until(lambda: said(alice, bob) == ["Are you there on Saturday?", "From eight."])


def write_while_apart(alice: Home, bob: Home) -> None:
    """Both are off, both write; nothing is lost when they meet again."""
    alice.stop()
    bob.stop()
    alice.ok("post", "--to", PLACE, "Snow on the pass.")
    bob.ok("post", "--to", PLACE, "The gutter is clean.")
    alice.ok("say", "Bob", "Bring the sledge.")
    bob.ok("say", "Alice", "I have wax.")
    assert "Snow on the pass." not in texts(bob)
    alice.start()
    bob.start()
    until(lambda: "Snow on the pass." in texts(bob) and "The gutter is clean." in texts(alice))
    until(lambda: set(said(bob, alice)) == set(said(alice, bob)) and len(said(bob, alice)) == 4)


def meet_by_stick(alice: Home, bob: Home, folder: Path) -> None:
    """With both off, a file each way brings what was written, and a second one brings nothing twice."""
    alice.stop()
    bob.stop()
    alice.ok("post", "--to", PLACE, "Written in the train.")
    bob.ok("post", "--to", PLACE, "Written on the boat.")
    assert carry(alice, bob, folder / "there.edgewise")["new"] > 0
    assert carry(bob, alice, folder / "back.edgewise")["new"] > 0
    assert "Written in the train." in texts(bob)
    assert "Written on the boat." in texts(alice)
    assert "Arrived with all who may read" in alice.ok("read", "--peek")
    assert bob.value("bundle", "in", folder / "there.edgewise")["new"] == 0


def take_back(alice: Home, bob: Home) -> None:
    """What alice takes back is gone at bob's too, and both say so."""
    alice.start()
    bob.start()
    gone = sign_of(alice, "Snow on the pass.")
    assert alice.value("takeback", gone, "--why", "typo")["asked"] == 1
    until(lambda: "Alice took this back." in bob.ok("read", "--peek"))
    assert "Snow on the pass." not in texts(bob)
    assert "You took this back." in alice.ok("read", "--peek")


def end(alice: Home, bob: Home) -> None:
    """Ended by bob in one act: alice sees it, and what is written then stays at home."""
    bob.ok("people", "end", "Alice", "--yes")
    until(lambda: known(alice)["Bob"]["state"] == "ended")
    assert alice.run("say", "Bob", "Still there?").returncode == 6
    alice.ok("post", "--to", PLACE, "After the end.")
    assert "Only on this computer" in alice.ok("read", "--peek")
    assert "After the end." not in texts(bob)


def test_two_people_from_the_first_letter_to_the_end(two: list[Home], tmp_path: Path) -> None:
    """They meet, write together and apart, carry a stick, take back and end; both homes prove whole."""
    alice, bob = two
    for home in two:
        home.ok("init", home.name, "--remember")
        home.start()
    meet(alice, bob, tmp_path)
    write_while_connected(alice, bob)
    write_while_apart(alice, bob)
    meet_by_stick(alice, bob, tmp_path)
    take_back(alice, bob)
    end(alice, bob)
    for home in two:
        assert home.ok("doctor", "--deep").startswith("All is well"), home.name
        page = plain(home.ok("read", "--peek"))
        assert page == (GOLDEN / f"read_{home.name.lower()}.txt").read_text("utf-8"), home.name
        home.stop()
        assert home.value("doctor", "--deep")["healthy"]


def test_a_power_cut_loses_nothing_that_was_said(two: list[Home], tmp_path: Path) -> None:
    """Bob's computer dies right after alice's post is there; it comes back with all of it, and goes on."""
    alice, bob = two
    for home in two:
        home.ok("init", home.name, "--remember")
        home.start()
    meet(alice, bob, tmp_path)
    alice.ok("post", "--to", PLACE, "Before the storm.")
    until(lambda: "Before the storm." in texts(bob))
    bob.ok("say", "Alice", "The lights flicker.")
    bob.kill()
    alice.ok("post", "--to", PLACE, "During the storm.")
    bob.start()
    until(lambda: texts(bob) == ["During the storm.", "Before the storm."])
    until(lambda: said(alice, bob) == ["The lights flicker."])
    bob.stop()
    assert bob.value("doctor", "--deep")["healthy"]
