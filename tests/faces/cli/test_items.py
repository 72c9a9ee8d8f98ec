# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing and taking back what one wrote, from the command line."""

from pathlib import Path

import pytest

from edgewise.store import shelf
from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted; Bob reads what alice writes to people she knows."""
    house = acquainted(tmp_path)
    house.ok("alice", "circle", "add", "People I know", "Bob")
    return house


def test_taking_back_takes_every_wording(house: Household, tmp_path: Path) -> None:
    """POST-8: after a takeback neither side holds any text of the item, and bob is told who took it back."""
    item = house.ok("alice", "post", "--to", "people i know", "The frst wording")["item"]
    edit = house.ok("alice", "edit", item[:8], "The next wording", "--warn", "old news")["edit"]
    carry(house, tmp_path, "alice", "bob")
    assert "The next wording" in house.run("bob", "read").out
    assert house.ok("alice", "takeback", item[:8], "--why", "typo")["asked"] == 1
    carry(house, tmp_path, "alice", "bob")
    assert "Alice took this back." in house.run("bob", "read").out
    assert "You took this back." in house.run("alice", "read").out
    for who in ("alice", "bob"):
        db = house.desks[Path(who)].store.reader()
        kept = [shelf.load_op(db, bytes.fromhex(id)) for id in (item, edit)]
        assert [op is not None and op.payload is None for op in kept] == [True, True]
        assert house.run(who, "doctor", "--deep").code == 0


def test_only_ones_own_can_be_changed(house: Household, tmp_path: Path) -> None:
    """Somebody else's text is refused with 6, one that is gone with 5."""
    item = house.ok("alice", "post", "--to", "people i know", "Hello")["item"]
    carry(house, tmp_path, "alice", "bob")
    assert house.run("bob", "edit", item[:8], "Bye").code == 6
    assert house.run("bob", "takeback", item[:8]).code == 6
    house.ok("alice", "takeback", item[:8])
    assert house.run("alice", "edit", item[:8], "Bye").code == 5
    assert house.run("alice", "takeback", item[:8]).code == 5
    assert house.run("alice", "takeback", "0" * 8).code == 5


def test_an_edit_keeps_the_warning_unless_told(house: Household) -> None:
    """A new wording keeps its warning; an empty one takes it away."""
    item = house.ok("alice", "post", "--to", "only me", "--warn", "spiders", "Eight legs")["item"]
    house.ok("alice", "edit", item[:8], "Eight long legs")
    assert house.ok("alice", "read")["items"][0]["warning"] == "spiders"
    house.ok("alice", "edit", item[:8], "Eight long legs", "--warn", "")
    assert house.ok("alice", "read")["items"][0]["warning"] == ""
    assert house.run("alice", "edit", item[:8], "x", "--warn", "a" * 201).code == 2
    assert house.run("alice", "takeback", item[:8], "--why", "a" * 201).code == 2
