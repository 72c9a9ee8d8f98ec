# SPDX-License-Identifier: AGPL-3.0-or-later
"""People from the command line: names, mutes, the four words, the end."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted."""
    return acquainted(tmp_path)


def test_an_own_name_is_used_everywhere(house: Household, tmp_path: Path) -> None:
    """PEOPLE-5: the name that alice gave stands in lists and talk and finds the person; so does their own."""
    house.ok("bob", "say", "Alice", "Hello")
    carry(house, tmp_path, "bob", "alice")
    house.ok("alice", "people", "name", "bob", "Bo", "from", "the", "choir")
    assert "calls themselves Bob" in house.run("alice", "people").out
    assert "Bo from the choir" in house.run("alice", "talk", "bo from the CHOIR").out
    assert house.run("alice", "talk", "Bob").code == 0
    house.ok("alice", "people", "name", "Bob")
    assert house.ok("alice", "people")[0]["name"] == "Bob"


def test_people_are_found_by_their_sign(house: Household) -> None:
    """Eight signs of the id name a person; fewer, or others, nobody."""
    identity = house.ok("alice", "people")[0]["identity"]
    assert house.run("alice", "say", identity[:8], "Hello").code == 0
    assert house.run("alice", "say", identity[:7], "Hello").code == 5


def test_names_that_would_mislead_are_refused(house: Household) -> None:
    """PEOPLE-1, PEOPLE-2: a name too long or with unseen signs is refused in words for its writer."""
    for name in ("a" * 61, "Bo\u202eoB"):
        assert house.run("alice", "people", "name", "Bob", name).code == 2
        assert house.run("alice", "people", "me", name).code == 2


def test_muting_leaves_out_and_hearing_brings_back(house: Household, tmp_path: Path) -> None:
    """PEOPLE-4: a muted person's items are kept out of home and come back whole."""
    house.ok("bob", "circle", "add", "people i know", "Alice")
    house.ok("bob", "post", "--to", "people i know", "Rain again")
    carry(house, tmp_path, "bob", "alice")
    for act in ("mute", "block"):
        house.ok("alice", "people", act, "Bob")
        assert house.ok("alice", "read")["items"] == []
        assert act[:4] in house.run("alice", "people").out
        house.ok("alice", "people", "hear", "Bob")
        assert len(house.ok("alice", "read")["items"]) == 1


def test_the_four_words_are_the_same_on_both_sides(house: Household) -> None:
    """Both screens show the same words; comparing them is noted once and for all."""
    words = {
        who: house.run(who, "people", "compare", other).out
        for who, other in (("alice", "Bob"), ("bob", "Alice"))
    }
    assert words["alice"] == words["bob"]
    assert len(words["alice"].split()) == 4
    assert "not compared yet" in house.run("alice", "people").out
    house.ok("alice", "people", "compare", "Bob", "--same")
    assert house.ok("alice", "people")[0]["verified"]["match"] is True
    assert "not compared yet" not in house.run("alice", "people").out


def test_words_that_differ_are_an_alarm(house: Household) -> None:
    """A difference is noted, and the command says what to do."""
    said = house.run("alice", "people", "compare", "Bob", typed="no\n", terminal=True)
    assert (said.code, "new letter" in said.err) == (7, True)
    assert "the words differed" in house.run("alice", "people").out


def test_ending_asks_once(house: Household) -> None:
    """A no changes nothing; a yes ends the acquaintance, and nothing more is said."""
    assert house.run("alice", "people", "end", "Bob").code == 2
    house.run("alice", "people", "end", "Bob", typed="n\n", terminal=True)
    assert house.run("alice", "say", "Bob", "Hello").code == 0
    house.run("alice", "people", "end", "Bob", typed="maybe\ny\n", terminal=True)
    assert house.run("alice", "say", "Bob", "Hello").code == 6
    assert "ended" in house.run("alice", "people").out


def test_a_new_own_name_reaches_those_who_know_one(house: Household, tmp_path: Path) -> None:
    """Renaming oneself is learnt with the next bundle."""
    house.ok("alice", "people", "me", "Alice", "Liddell")
    path = tmp_path / "named.edgewise"
    house.ok("alice", "bundle", "out", "Bob", path)
    house.ok("bob", "bundle", "in", path)
    assert house.ok("bob", "people")[0]["own_name"] == "Alice Liddell"
