# SPDX-License-Identifier: AGPL-3.0-or-later
"""The values that pages are built of."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.faces.kit.shown import DYES, WEAVES, Who
from edgewise.faces.kit.words import translator
from tests.faces.kit import samples


@given(st.text(max_size=60), st.binary(max_size=32))
def test_everybody_wears_a_dye_and_a_weave(name: str, seed: bytes) -> None:
    """They follow from the id alone, so that they stay; red is kept for "your turn"."""
    dye, weave = Who(name, seed).wears.split()
    assert dye in DYES
    assert weave in WEAVES
    assert "madder" not in DYES
    assert Who(name, seed).wears == Who(name, seed).wears


def test_the_viewer_chooses_what_somebody_wears() -> None:
    """A chosen dye and weave stand above those of the id; an unknown one does not count."""
    assert Who("Bob", b"x", dye="elder", weave="dot").wears == "elder dot"
    assert Who("Bob", b"x", dye="script").wears == Who("Bob", b"x").wears


def test_initials_are_two_letters_of_the_name() -> None:
    """Of two words, else of one; signs that are no letters are left out."""
    assert [Who(name).initials for name in ("Eva Lindqvist", "bob", "Ö", "(Carol) W.", "")] == [
        "EL",
        "BO",
        "Ö",
        "CW",
        "",
    ]


def test_the_chip_names_who_may_read() -> None:
    """A circle with its number; "Only me" and "Everybody" need none."""
    words = translator("en")
    assert [one.label(words) for one in samples.AUDIENCES] == [
        "Only me",
        "People I know, 4 people",
        "Garden, 2 people",
        "Everybody",
    ]
