# SPDX-License-Identifier: AGPL-3.0-or-later
"""Safe copies by the command line: made, made again, proved; and what is asked of a restore."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household


@pytest.fixture
def house() -> Household:
    """Ana, who has written something."""
    house = Household()
    house.ok("ana", "init", "Ana", "--remember")
    house.ok("ana", "post", "--to", "Only me", "Leeks and snow.")
    return house


def test_first_copy_shows_its_words_once_and_the_next_one_none(house: Household, tmp_path: Path) -> None:
    """COPY-1: the same words open the next copy; --new-words makes others."""
    copy = tmp_path / "ana.copy"
    said = house.run("ana", "backup", copy)
    assert said.code == 0, said
    assert "read back and is whole" in said.out
    assert " 1 " in said.out
    assert "12 " in said.out
    first = copy.read_bytes()
    again = house.ok("ana", "backup", copy)
    assert again["words"] == ""
    assert copy.read_bytes() != first
    assert not list(tmp_path.glob("*.new"))
    fresh = house.ok("ana", "backup", copy, "--new-words")
    assert len(fresh["words"].split()) == 12


def test_proving_tells_what_is_in_it_and_brings_nothing_back(house: Household, tmp_path: Path) -> None:
    """The drill: whose, of which day, how much; and other words are refused."""
    copy = tmp_path / "ana.copy"
    words = house.ok("ana", "backup", copy)["words"]
    said = house.run("ana", "backup", "--check", copy, EDGEWISE_WORDS=words.upper())
    assert said.code == 0, said
    assert "Ana, of 23 November 2025: 1 thing you wrote, 0 of others and 0 people." in said.out
    assert "all in it is whole" in said.out
    wrong = "abandon " * 11 + "about"
    said = house.run("ana", "backup", "--check", copy, EDGEWISE_WORDS=wrong)
    assert (said.code, "do not open this copy" in said.err) == (3, True)
    assert house.run("ana", "backup", "--check", copy).code == 3


def test_a_file_that_is_no_copy_is_never_overwritten(house: Household, tmp_path: Path) -> None:
    """What else stands there is untouched; a folder that can't be written is told."""
    other = tmp_path / "thesis.odt"
    other.write_bytes(b"years of work")
    assert house.run("ana", "backup", other).code == 2
    assert other.read_bytes() == b"years of work"
    assert house.run("ana", "backup", tmp_path / "missing" / "ana.copy").code == 4


def test_restore_asks_for_words_and_a_way_to_open(house: Household, tmp_path: Path) -> None:
    """The words by EDGEWISE_WORDS or typed; a new passphrase; and whether the old computer is gone."""
    copy = tmp_path / "ana.copy"
    said = house.run("new", "restore", copy, "--lost", EDGEWISE_WORDS="w", EDGEWISE_PASSPHRASE="four words")
    assert said.code == 0, said
    assert "speaks for you no more" in said.out
    assert house.asked == [("restore", (Path("new"), copy, "w", "four words", False, True))]
    typed = house.run("new", "restore", copy, "--remember", typed="the words\n", terminal=True)
    assert "may still be used" in typed.out
    assert house.asked[1] == ("restore", (Path("new"), copy, "the words", None, True, False))
    assert house.run("new", "restore", copy, "--remember").code == 3
    assert house.run("ana", "restore", copy, "--remember", EDGEWISE_WORDS="w").code == 2
