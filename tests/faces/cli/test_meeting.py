# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters from the command line: written, shown, withdrawn, read and answered."""

from pathlib import Path

import pytest

from tests.faces.cli.household import Household, acquainted


@pytest.fixture
def house() -> Household:
    """Alice and Bob, who do not know each other yet."""
    house = Household()
    for name in ("alice", "bob"):
        house.ok(name, "init", name.title(), "--remember")
    return house


def test_a_letter_shows_itself_before_it_is_answered(house: Household, tmp_path: Path) -> None:
    """Whoever opens a letter reads the words, the offers, what was put in and what a yes means."""
    path = tmp_path / "letter.html"
    house.ok(
        "alice", "invite", "--to", "Bob", "--words", "Shall we talk?", "--offer", "a ladder",
        "--item", "Last week=We mended a bicycle", "--out", path,
    )  # fmt: skip
    shown = house.run("bob", "accept", path).out
    for part in (
        "A letter for Bob, from Alice",
        "Shall we talk?",
        "  - a ladder",
        "Last week",
        "mended a bicycle",
    ):
        assert part in shown
    assert "nothing else moves" in shown
    assert house.ok("bob", "people") == []
    assert "Shall we talk?" in path.read_text("utf-8")


def test_three_files_make_an_acquaintance(tmp_path: Path) -> None:
    """Letter, answer, and what goes back: after these both know each other, and both letters are done."""
    house = acquainted(tmp_path)
    assert [each["name"] for each in house.ok("alice", "people")] == ["Bob"]
    assert [each["name"] for each in house.ok("bob", "people")] == ["Alice"]
    assert house.ok("alice", "invite", "list")[0]["state"] == "used"
    assert "you have met" in house.run("alice", "invite", "list").out


def test_no_and_later_send_nothing(house: Household, tmp_path: Path) -> None:
    """Neither makes anything that could be carried back; the letter can still be answered with yes."""
    path, answer = tmp_path / "letter.html", tmp_path / "answer.edgewise"
    house.ok("alice", "invite", "--to", "Bob", "--out", path)
    for word in ("no", "later"):
        said = house.ok("bob", "accept", path, f"--{word}", "--out", answer)
        assert said["answer"] == word
        assert not answer.exists()
    asked = house.run("bob", "accept", path, "--out", answer, typed="not\n", terminal=True)
    assert "the letter stays here" in asked.out
    asked = house.run("bob", "accept", path, "--out", answer, typed="yes\n", terminal=True)
    assert "You said yes" in asked.out
    assert answer.exists()


def test_a_letter_comes_as_a_line_too(house: Household, tmp_path: Path) -> None:
    """The machine part alone, pasted or in a text file, is the same letter."""
    line = house.ok("alice", "invite", "--to", "Bob")["letter"]
    path = tmp_path / "letter.txt"
    path.write_text(line + "\n")
    assert house.ok("bob", "accept", path)["letter"]["from_name"] == "Alice"
    assert house.ok("bob", "accept", line)["state"] == "read"


def test_a_ticket_waits_for_its_letter(house: Household) -> None:
    """A ticket holds no letter: it is asked for, and there is nothing to answer until it has come."""
    ticket = house.ok("alice", "invite", "--to", "Bob", "--ticket")["ticket"]
    assert len(ticket) <= 200
    read = house.ok("bob", "accept", ticket, "--yes")
    assert (read["letter"], read["state"]) == (None, "read")


def test_the_ticket_can_be_shown_as_a_square(house: Household) -> None:
    """--qr prints a square of blocks, for a camera beside the screen."""
    drawn = house.run("alice", "invite", "--to", "Bob", "--qr").out.splitlines()[1:]
    assert len(drawn) > 20
    assert all(set(line) <= set("█▀▄ ") for line in drawn)


def test_a_letter_is_shown_again_and_withdrawn(house: Household, tmp_path: Path) -> None:
    """Shown again it is the same letter; withdrawn, the one who answers it is told by the inviter's side."""
    made = house.ok("alice", "invite", "--to", "Bob")
    sign = made["invitation"][:8]
    assert house.ok("alice", "invite", "show", sign)["ticket"] == made["ticket"]
    answer = tmp_path / "answer.edgewise"
    house.ok("bob", "accept", made["letter"], "--yes", "--out", answer)
    house.ok("alice", "invite", "withdraw", sign)
    assert "withdrawn" in house.run("alice", "invite", "list").out
    assert house.run("alice", "invite", "show", sign).code == 7
    assert house.run("alice", "bundle", "in", answer).code == 7


def test_letters_end_by_themselves(house: Household, tmp_path: Path) -> None:
    """After its days a letter works no more, and the list says so."""
    made = house.ok("alice", "invite", "--to", "Bob", "--days", "1")
    house.now_ms += 24 * 3600 * 1000
    assert house.run("bob", "accept", made["letter"], "--yes").code == 7
    assert "it has ended" in house.run("alice", "invite", "list").out


def test_what_is_no_letter_is_refused(house: Household, tmp_path: Path) -> None:
    """Wrong files, altered letters, missing files and missing names each have their sentence and code."""
    bad = tmp_path / "bad"
    for data, code in ((b"<html>nothing</html>", 7), (b"\x00\x01", 8), (b"edgewise:1:letter:AAAA", 7)):
        bad.write_bytes(data)
        assert house.run("bob", "accept", bad).code == code
    letter = house.ok("alice", "invite", "--to", "Bob")["letter"]
    assert house.run("bob", "accept", letter[:-8] + "AAAAAAAA").code == 7
    assert house.run("bob", "accept", tmp_path / "nothing").code == 5
    assert house.run("alice", "invite").code == 2
    assert house.run("alice", "invite", "--to", "Bob", "--item", "no text").code == 2
    assert house.run("alice", "invite", "show", "0" * 8).code == 7


def test_no_file_is_overwritten(house: Household, tmp_path: Path) -> None:
    """A name that is taken is refused before anything is made."""
    path = tmp_path / "letter.html"
    path.write_text("mine")
    assert house.run("alice", "invite", "--to", "Bob", "--out", path).code == 2
    assert house.ok("alice", "invite", "list") == []
    assert path.read_text() == "mine"
