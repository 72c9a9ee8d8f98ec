# SPDX-License-Identifier: AGPL-3.0-or-later
"""Talk from the command line, between two real cores that meet by files."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted."""
    return acquainted(tmp_path)


def test_two_people_talk(house: Household, tmp_path: Path) -> None:
    """A line and its answer stand in order on both sides, each with its author's name."""
    line = house.ok("bob", "say", "Alice", "Are", "you", "there?")["line"]
    carry(house, tmp_path, "bob", "alice")
    assert "new  Are you there?" in house.run("alice", "talk").out
    house.now_ms += 60_000
    house.ok("alice", "say", "--reply", line[:8], "Bob", "Yes")
    carry(house, tmp_path, "alice", "bob")
    for who, names in (("alice", ("Bob", "You")), ("bob", ("You", "Alice"))):
        shown = house.run(who, "talk", "Bob" if who == "alice" else "Alice").out.splitlines()
        assert shown[0].startswith(f"{names[0]} · Sunday 12:00")
        assert shown[1:2] == ["  Are you there?"]
        assert shown[2].startswith(f"{names[1]} · Sunday 12:01")
        assert shown[3:] == ["  > Are you there?", "  Yes"]


def test_looking_moves_the_read_mark(house: Household, tmp_path: Path) -> None:
    """A conversation that was looked at is not new any more; peeking leaves it new."""
    house.ok("bob", "say", "Alice", "Hello")
    carry(house, tmp_path, "bob", "alice")
    house.run("alice", "talk", "Bob", "--peek")
    assert house.ok("alice", "talk")[0]["unread"] == 1
    house.run("alice", "talk", "Bob")
    assert house.ok("alice", "talk")[0]["unread"] == 0


def test_a_conversation_pages_backwards(house: Household) -> None:
    """The newest lines come first to hand, the earlier ones by the page before."""
    ids = [house.ok("alice", "say", "Bob", f"line {n}")["line"] for n in range(4)]
    shown = house.ok("alice", "talk", "Bob", "--limit", "2", "--before", ids[3][:12])
    assert [line["text"] for line in shown] == ["line 1", "line 2"]


def test_a_line_is_edited_and_taken_back(house: Household, tmp_path: Path) -> None:
    """The verbs edit and takeback work on lines too, on both sides."""
    line = house.ok("alice", "say", "Bob", "Are you their?")["line"]
    house.ok("alice", "edit", line[:8], "Are you there?")
    carry(house, tmp_path, "alice", "bob")
    shown = house.run("bob", "talk", "Alice").out
    assert "Are you there?" in shown
    assert "changed" in shown
    assert house.ok("alice", "takeback", line[:8])["asked"] == 1
    carry(house, tmp_path, "alice", "bob")
    assert "Are you" not in house.run("bob", "talk", "Alice").out
    assert "taken back" in house.run("bob", "talk").out


def test_what_cannot_be_said_is_told(house: Household) -> None:
    """Nobody by that name, no words, too many, a blocked person: each is refused by its own code."""
    assert house.run("alice", "say", "Zoe", "Hello").code == 5
    assert house.run("alice", "say", "Bob", typed="").code == 2
    assert house.run("alice", "say", "Bob", "a" * 10_001).code == 2
    assert house.run("alice", "talk", "Zoe").code == 5
    house.ok("alice", "people", "block", "Bob")
    assert house.run("alice", "say", "Bob", "Hello").code == 6
    assert house.run("alice", "talk", "Bob").out == "Nothing said yet.\n"


def test_a_lonely_home_says_how_to_begin() -> None:
    """Before anybody is known the list says what to do."""
    house = Household()
    house.ok("carol", "init", "Carol", "--remember")
    assert "edgewise invite" in house.run("carol", "talk").out
    assert "edgewise invite" in house.run("carol", "people").out
