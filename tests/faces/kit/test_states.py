# SPDX-License-Identifier: AGPL-3.0-or-later
"""The four wordings of where an item is."""

import pytest

from edgewise.faces.kit import states
from edgewise.faces.kit.words import translator

EN = translator("en")


@pytest.mark.parametrize(
    ("on", "sealed", "waiting", "text"),
    [
        ([], 0, 1, "On its way: waiting for 1 person"),
        ([], 2, 3, "On its way: sealed with 2 friends for 3 people"),
        (["Bob"], 0, 2, "On its way: on Bob's computer, waiting for 2 others"),
        (["Bob"], 1, 1, "On its way: on Bob's computer, sealed with 1 friend for 1 other"),
        (["Bob", "Carol"], 0, 1, "On its way: on the computers of Bob and Carol, waiting for 1 other"),
        (["A", "B", "C", "D"], 0, 9, "On its way: on 4 computers, waiting for 9 others"),
    ],
)
def test_on_its_way_says_who_has_it_and_who_waits(
    on: list[str], sealed: int, waiting: int, text: str
) -> None:
    """Those who carry without reading are always said to have it sealed."""
    assert states.on_its_way(EN, on, sealed, waiting) == states.State("way", text)


def test_each_state_has_a_stitch_of_its_own() -> None:
    """The edge tells the same as the words."""
    made = [states.here(EN), states.on_its_way(EN, [], 0, 1), states.arrived(EN), states.taken_back(EN)]
    assert [one.stitch for one in made] == ["here", "way", "arrived", "gone"]


def test_a_plain_request_has_three_equal_answers() -> None:
    """Yes, no and not now, in this order, in each language."""
    assert [one.value for one in states.yes_no_later(EN)] == ["yes", "no", "later"]
    assert [one.label for one in states.yes_no_later(translator("es"))] == ["Sí", "No", "Ahora no"]
