# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posts from the command line, between two real cores that meet by files."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted; Bob stands among the people whom Alice knows."""
    house = acquainted(tmp_path)
    house.ok("alice", "circle", "add", "People I know", "Bob")
    return house


def post(house: Household, *argv: object, who: str = "alice") -> str:
    """The sign of a new post."""
    item = house.ok(who, "post", *argv)["item"]
    assert isinstance(item, str)
    return item


def test_a_post_reaches_those_who_may_read(house: Household, tmp_path: Path) -> None:
    """What alice says to people she knows bob reads; what she says to herself stays."""
    post(house, "--to", "people i know", "Does anybody have the ladder?")
    post(house, "--to", "only me", "Buy a ladder")
    carry(house, tmp_path, "alice", "bob")
    said = house.run("bob", "read", "--peek")
    assert "Does anybody have the ladder?" in said.out
    assert "Buy a ladder" not in said.out
    assert "Buy a ladder" in house.run("alice", "read").out


def test_answers_words_and_states_come_back(house: Household, tmp_path: Path) -> None:
    """An answer stands under its post, a word with its name, and the post says where it is."""
    item = post(house, "--to", "people i know", "Does anybody have the ladder?")
    assert "waiting for 1 person" in house.run("alice", "read").out
    carry(house, tmp_path, "alice", "bob")
    post(house, "--answer", item[:8], "--warn", "spiders", "It is here", who="bob")
    house.ok("bob", "word", item[:8], "thanks")
    carry(house, tmp_path, "bob", "alice")
    lines = house.run("alice", "read").out.splitlines()
    assert "  thanks: Bob" in lines
    assert "  Arrived with all who may read" in lines
    assert "      Before you read: spiders" in lines
    assert "      It is here" in lines
    house.ok("bob", "word", item[:8], "thanks", "--off")
    carry(house, tmp_path, "bob", "alice")
    assert "thanks: Bob" not in house.run("alice", "read").out


def test_the_text_may_come_from_the_input(house: Household) -> None:
    """Without words the text is read from stdin, line ends and all."""
    house.ok("alice", "post", "--to", "only me", typed="First line\nsecond line\n")
    assert house.ok("alice", "read")["items"][0]["text"] == "First line\nsecond line"


def test_nothing_leaves_without_an_audience_or_words(house: Household) -> None:
    """Neither a missing audience nor a missing text is guessed; each has its exit code."""
    assert house.run("alice", "post", "Hello").code == 2
    assert "who may read" in house.run("alice", "post", "Hello").err
    assert house.run("alice", "post", "--to", "only me", typed=" \n").code == 2
    assert house.run("alice", "post", "--to", "nobody knows", "Hello").code == 5
    assert house.run("alice", "post", "--to", "only me", "a" * 10_001).code == 2
    assert house.run("alice", "post", "--to", "only me", "--warn", "a" * 201, "Hello").code == 2
    assert house.ok("alice", "read")["items"] == []


def test_only_those_who_may_read_can_be_mentioned(house: Household, tmp_path: Path) -> None:
    """A mention names somebody who reads the item; anybody else is refused before anything is written."""
    item = post(house, "--to", "people i know", "--mention", "Bob", "Ask Bob")
    assert house.run("alice", "post", "--to", "only me", "--mention", "Bob", "Ask Bob").code == 6
    assert house.run("alice", "post", "--to", "people i know", "--mention", "Zoe", "Ask Zoe").code == 5
    carry(house, tmp_path, "alice", "bob")
    post(house, "--answer", item, "--mention", "Alice", "Ask Alice", who="bob")
    assert len(house.ok("bob", "read")["items"][0]["mentions"]) == 1


def test_a_held_post_can_be_undone(house: Household) -> None:
    """What waits comes back by undo, and leaves when its time has come."""
    held = house.ok("alice", "post", "--to", "only me", "--hold", "Oops")["held"]
    assert house.ok("alice", "undo", held) == {"text": "Oops"}
    assert house.run("alice", "undo", held).code == 6
    assert house.run("alice", "undo", held[:8]).code == 2
    house.ok("alice", "settings", "hold_seconds", "2")
    assert house.ok("alice", "post", "--to", "only me", "--hold", "Later")["hold_ms"] == 2000
    assert house.ok("alice", "read")["items"] == []
    house.now_ms += 2000
    house.desks[Path("alice")].tick()
    assert house.ok("alice", "read")["items"][0]["text"] == "Later"


def test_home_ends_and_goes_on_by_pages(house: Household) -> None:
    """Home shows a page, says how to go on, and says when that was everything."""
    for number in range(5):
        post(house, "--to", "only me", f"Note {number}")
    first = house.run("alice", "read", "--limit", "3")
    assert "Note 4" in first.out
    assert "Note 1" not in first.out
    before = first.out.splitlines()[-1].split(" ")[-1]
    rest = house.run("alice", "read", "--limit", "3", "--before", before).out
    assert [f"Note {n}" in rest for n in range(5)] == [True, True, False, False, False]
    assert rest.splitlines()[-1] == "That is everything."


def test_new_since_is_marked_once(house: Household, tmp_path: Path) -> None:
    """Reading moves the mark; peeking and programs leave it."""
    post(house, "--to", "people i know", "Old")
    carry(house, tmp_path, "alice", "bob")
    house.run("bob", "read")
    house.now_ms += 60_000
    post(house, "--to", "people i know", "New")
    carry(house, tmp_path, "alice", "bob")
    for _ in range(2):
        peeked = house.run("bob", "read", "--peek").out
        assert peeked.index("New") < peeked.index("seen before") < peeked.index("Old")
    house.run("bob", "read")
    assert "seen before" not in house.run("bob", "read", "--peek").out


def test_one_item_is_shown_with_its_thread(house: Household) -> None:
    """An item named by its sign is shown with what stands around it; a sign of nothing is told."""
    item = post(house, "--to", "only me", "Top")
    answer = post(house, "--answer", item[:8], "Below")
    shown = house.run("alice", "read", answer[:8]).out
    assert "Top" in shown
    assert "Below" in shown
    assert house.run("alice", "read", "0" * 8).code == 5
    assert house.run("alice", "read", "xyz").code == 2


def test_what_others_wrote_cannot_steer_the_terminal(house: Household, tmp_path: Path) -> None:
    """Control characters and turning marks of others never reach a terminal."""
    house.ok("alice", "post", "--to", "people i know", "Look \x1b[2J\u202e here\r\nand there")
    carry(house, tmp_path, "alice", "bob")
    shown = house.run("bob", "read", terminal=True).out
    assert "\u202e" not in shown
    assert "\x1b[2J" not in shown
    assert "Look [2J here" in shown
