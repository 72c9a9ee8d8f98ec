# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding by the command line, between two real cores that meet by files."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted; Bob has said something to each of the two places he has."""
    house = acquainted(tmp_path)
    house.ok("bob", "circle", "add", "People I know", "Alice")
    house.ok("bob", "post", "--to", "people i know", "--warn", "heights", "Who has the old ladder?")
    house.now_ms += 60_000
    house.ok("bob", "say", "Alice", "Bring the ladder")
    carry(house, tmp_path, "bob", "alice")
    return house


def test_words_are_found_newest_first(house: Household) -> None:
    """Posts first, then talk, each with whose it is and where; a warning stands before the text."""
    lines = house.run("alice", "find", "the", "lad").out.splitlines()
    assert lines[0].startswith("Bob · ")
    assert lines[1:3] == ["  Before you read: heights", "  Who has the old ladder?"]
    assert lines[3].startswith("Bob · with Bob · ")
    assert lines[4] == "  Bring the ladder"
    assert house.run("alice", "find", "bicycle").out.splitlines()[0] == "Nothing here holds that."
    assert house.run("alice", "find", "bo").out.splitlines()[0] == "Bob"


def test_programs_get_one_value(house: Household) -> None:
    """Ids, names, times and texts; where the next page begins."""
    found = house.ok("alice", "find", "ladder", "--limit", "1")
    (item,) = found["items"]
    assert (item["source"], item["name"], item["text"]) == ("talk", "Bob", "Bring the ladder")
    (next_item,) = house.ok("alice", "find", "ladder", "--before", found["before"])["items"]
    assert (next_item["source"], next_item["warning"]) == ("post", "heights")


def test_filters_and_their_mistakes(house: Household) -> None:
    """By whom, where, when, with a picture, best first; what can't be meant is refused in a sentence."""

    def count(*argv: str) -> int:
        return len(house.ok("alice", "find", *argv)["items"])

    assert count("ladder", "--from", "bob") == count("from:bob") == count("--from", "bob", "--best") == 2
    assert count("ladder", "--in", "talk") == count("ladder", "--in", "posts") == 1
    assert count("ladder", "--in", "only me") == count("ladder", "--with", "picture") == 0
    assert count("ladder", "--since", "2001-01-01") == 2
    assert count("ladder", "--until", "2001-01-01") == 0
    for wrong in (("--from", "Zed"), ("--in", "Zed"), ("--since", "yesterday"), ("--with", "milk")):
        assert house.run("alice", "find", "ladder", *wrong).code in (2, 5)
