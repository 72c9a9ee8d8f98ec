# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings from the command line."""

import pytest

from edgewise.faces.kit.choices import SETTINGS
from tests.faces.cli.household import Household


@pytest.fixture
def house() -> Household:
    """Alice's home."""
    house = Household()
    house.ok("alice", "init", "Alice", "--remember")
    return house


def test_settings_have_defaults_and_can_be_changed(house: Household) -> None:
    """Unset ones show what holds; a changed one keeps its value."""
    assert house.ok("alice", "settings") == {each.name: each.default for each in SETTINGS}
    assert house.ok("alice", "settings", "hold_seconds", "20") == {"hold_seconds": "20"}
    assert house.ok("alice", "settings", "hold_seconds") == {"hold_seconds": "20"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "tlh"),
        ("zone", "Middle/Earth"),
        ("hold_seconds", "61"),
        ("hold_seconds", "-1"),
        ("plain_letters", "x"),
    ],
)
def test_what_does_not_fit_is_refused(house: Household, name: str, value: str) -> None:
    """A value outside its bounds changes nothing."""
    before = house.ok("alice", "settings")
    assert house.run("alice", "settings", "--", name, value).code == 2
    assert house.ok("alice", "settings") == before


def test_what_is_no_setting_cannot_be_touched(house: Household) -> None:
    """Who one is stands in the same table, and is out of reach."""
    assert house.run("alice", "settings", "me", "0" * 64).code == 2


def test_the_zone_moves_the_hours(house: Household) -> None:
    """Times are shown in the zone that the person set."""
    house.ok("alice", "post", "--to", "only me", "Noon in London")
    assert "12:00" in house.run("alice", "read").out
    house.ok("alice", "settings", "zone", "Asia/Tokyo")
    assert "21:00" in house.run("alice", "read").out
