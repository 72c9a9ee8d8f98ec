# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files carried across by hand, from the command line."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted; Carol knows nobody."""
    house = acquainted(tmp_path)
    house.ok("carol", "init", "Carol", "--remember")
    return house


def test_a_file_brings_what_is_new_once(house: Household, tmp_path: Path) -> None:
    """The same file a second time brings nothing new, and says so."""
    house.ok("alice", "say", "Bob", "Hello")
    path = tmp_path / "for bob.edgewise"
    house.ok("alice", "bundle", "out", "Bob", path)
    first = house.ok("bob", "bundle", "in", path)
    assert first["new"] > 0
    assert house.ok("bob", "bundle", "in", path)["new"] == 0


def test_a_file_is_for_one_person_only(house: Household, tmp_path: Path) -> None:
    """Somebody else's file, a broken one and any other file are refused; nothing is taken."""
    path, other = tmp_path / "for bob.edgewise", tmp_path / "other"
    house.ok("alice", "bundle", "out", "Bob", path)
    assert house.run("carol", "bundle", "in", path).code == 8
    other.write_bytes(path.read_bytes()[:-100])
    assert house.run("bob", "bundle", "in", other).code == 8
    other.write_bytes(b"holiday picture")
    assert house.run("bob", "bundle", "in", other).code == 8
    assert house.run("bob", "bundle", "in", tmp_path / "nothing").code == 5
    assert house.run("bob", "bundle", "in", tmp_path).code == 2


def test_a_file_that_is_there_stays(house: Household, tmp_path: Path) -> None:
    """No file of the person is overwritten."""
    path = tmp_path / "mine"
    path.write_text("mine")
    assert house.run("alice", "bundle", "out", "Bob", path).code == 2
    assert path.read_text() == "mine"
    assert house.run("alice", "bundle", "out", "Zoe", tmp_path / "zoe").code == 5


def test_carried_both_ways_both_have_everything(house: Household, tmp_path: Path) -> None:
    """Two files, one each way, and both conversations are equal."""
    house.ok("alice", "say", "Bob", "Hello Bob")
    house.ok("bob", "say", "Alice", "Hello Alice")
    carry(house, tmp_path, "alice", "bob")
    carry(house, tmp_path, "bob", "alice")
    texts = [
        sorted(line["text"] for line in house.ok(who, "talk", other))
        for who, other in (("alice", "Bob"), ("bob", "Alice"))
    ]
    assert texts == [["Hello Alice", "Hello Bob"]] * 2
