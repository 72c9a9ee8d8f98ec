# SPDX-License-Identifier: AGPL-3.0-or-later
"""Circles and agreements from the command line."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted."""
    return acquainted(tmp_path)


def test_a_circle_is_made_filled_renamed_and_closed(house: Household, tmp_path: Path) -> None:
    """What is written to a circle reaches those in it, as long as they are in it."""
    house.ok("alice", "circle", "make", "Choir")
    house.ok("alice", "circle", "add", "choir", "Bob")
    house.ok("alice", "post", "--to", "Choir", "Tuesday at eight")
    assert "may read what you write to Choir" in house.run("alice", "circle", "add", "Choir", "Bob").out
    house.ok("alice", "circle", "rename", "Choir", "Old", "choir")
    assert "Old choir      Bob" in house.run("alice", "circle").out
    house.ok("alice", "circle", "remove", "Old choir", "Bob")
    house.ok("alice", "post", "--to", "Old choir", "Not for Bob")
    carry(house, tmp_path, "alice", "bob")
    assert "Not for Bob" not in house.run("bob", "read").out
    house.ok("alice", "circle", "retire", "Old choir")
    assert house.run("alice", "post", "--to", "Old choir", "Hello").code == 5


def test_unknown_circles_and_people_are_told(house: Household) -> None:
    """No circle is made by a slip of the finger."""
    assert house.run("alice", "circle", "add", "Chior", "Bob").code == 5
    assert house.run("alice", "circle", "add", "Only me", "Zoe").code == 5
    assert house.run("alice", "circle", "make", " ").code == 2


def test_agreements_are_sentences_with_an_end(house: Household, tmp_path: Path) -> None:
    """Each agreement says who may do what until when, on both sides, and is stopped from either."""
    house.ok("alice", "circle", "add", "people i know", "Bob")
    house.ok("alice", "post", "--to", "people i know", "Hello")
    carry(house, tmp_path, "alice", "bob")
    hers, his = (house.run(who, "agreements").out for who in ("alice", "bob"))
    assert "Bob reads what you write to People I know." in hers
    assert "until 23 November 2026 · by lock" in hers
    assert "You read what Alice writes to one of their circles." in his
    assert "You and Alice talk with each other." in his
    sign = next(row["id"] for row in house.ok("bob", "agreements") if row["space_kind"] == "feed")
    house.ok("bob", "agreements", "stop", sign[:8])
    assert "You read what Alice" not in house.run("bob", "agreements").out
    assert "ended" in house.run("bob", "agreements", "list", "--ended").out
    assert house.run("bob", "agreements", "stop", "0" * 8).code == 6


def test_the_end_is_moved_for_all_that_was_given(house: Household) -> None:
    """Renewing sets one end for a person; no agreement runs for ever or backwards."""
    house.ok("alice", "agreements", "renew", "Bob", "--days", "30")
    assert "until 23 December 2025" in house.run("alice", "agreements").out
    assert house.run("alice", "agreements", "renew", "Bob", "--days", "0").code == 2
    assert house.run("alice", "agreements", "renew", "Bob", "--days", "4000").code == 2


def test_holders_are_named_with_what_they_may_have(house: Household, tmp_path: Path) -> None:
    """Texts of one's own on other people's computers are counted by person; nothing else is."""
    assert "only on this computer" in house.run("alice", "agreements", "holders").out
    house.ok("alice", "circle", "add", "people i know", "Bob")
    house.ok("alice", "post", "--to", "people i know", "Hello")
    house.ok("alice", "post", "--to", "only me", "Not for Bob")
    house.ok("alice", "say", "Bob", "Hello Bob")
    carry(house, tmp_path, "alice", "bob")
    (held,) = house.ok("alice", "agreements", "holders")
    assert (held["name"], held["texts"]) == ("Bob", 2)
    assert house.ok("bob", "agreements", "holders") == []
