# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk is gone: alice comes back from her safe copy, with a network and with files only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.home import Home, computers, until
from tests.stories.test_two_computers import PLACE, carry, known, meet, said, texts


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Home]]:
    with computers(tmp_path, "Alice", "Bob", "Alices-new") as made:
        yield made


def back_up(alice: Home, stick: Path) -> str:
    """Make the copy beside the running node; its words."""
    made = alice.value("backup", stick)
    words = str(made["words"])
    assert len(words.split()) == 12
    return words


def bring_back(new: Home, stick: Path, words: str, *more: str) -> None:
    """On a bare computer, with the stick and the page."""
    done = new.run("restore", stick, "--remember", *more, words=words)
    assert done.returncode == 0, (done.stdout, done.stderr)
    new.name = "Alice"


def test_backup_disk_gone_restore_first_new_post(three: list[Home], tmp_path: Path) -> None:
    """Backup, disk gone, restore on a fresh home, first new post: it reaches bob, his answer comes back."""
    alice, bob, new = three
    for home in (alice, bob):
        home.ok("init", home.name, "--remember")
        home.start()
    meet(alice, bob, tmp_path)
    alice.ok("post", "--to", PLACE, "Before the copy.")
    until(lambda: "Before the copy." in texts(bob))
    check_words = alice.value("people", "compare", "Bob")["words"]
    stick = tmp_path / "alice.copy"
    words = back_up(alice, stick)
    found = alice.run("backup", "--check", stick, words=words)
    assert found.returncode == 0, found.stderr
    assert "Alice, of" in found.stdout
    alice.ok("post", "--to", PLACE, "After the copy.")
    alice.ok("say", "Bob", "Also after the copy.")
    until(lambda: "After the copy." in texts(bob) and said(bob, alice) == ["Also after the copy."])
    alice.kill()
    bring_back(new, stick, words, "--lost")
    assert texts(new) == ["Before the copy."]
    assert new.value("people", "compare", "Bob")["words"] == check_words
    new.start()
    new.ok("post", "--to", PLACE, "I am back.")
    until(lambda: "I am back." in texts(bob))
    until(lambda: set(texts(new)) == {"Before the copy.", "After the copy.", "I am back."})
    until(lambda: said(new, bob) == ["Also after the copy."])
    sign = next(each["id"] for each in bob.value("read")["items"] if each["text"] == "I am back.")
    bob.ok("post", "--answer", sign, "Good that you are.")
    until(lambda: "Good that you are." in texts(new))
    bob.ok("say", "Alice", "All is here.")
    until(lambda: said(new, bob) == ["Also after the copy.", "All is here."])
    for home in (new, bob):
        assert home.ok("doctor", "--deep").startswith("All is well"), home.name
        home.stop()
    assert known(bob)["Alice"]["state"] == "live"


def test_the_same_by_files_only(three: list[Home], tmp_path: Path) -> None:
    """Without any network: the first file from the new computer says who it is; bob's answers are for it."""
    alice, bob, new = three
    for home in (alice, bob):
        home.ok("init", home.name, "--remember")
    letter, answer, back = (tmp_path / name for name in ("letter.html", "answer.edgewise", "back.edgewise"))
    alice.ok("invite", "--to", "Bob", "--words", "Shall we talk here?", "--out", letter)
    bob.ok("accept", letter, "--yes", "--out", answer)
    alice.ok("bundle", "in", answer, "--out", back)
    bob.ok("bundle", "in", back)
    carry(bob, alice, tmp_path / "first.edgewise")
    alice.ok("circle", "add", PLACE, "Bob")
    words = back_up(alice, tmp_path / "alice.copy")
    alice.ok("post", "--to", PLACE, "After the copy.")
    carry(alice, bob, tmp_path / "second.edgewise")
    assert texts(bob) == ["After the copy."]
    bob.ok("bundle", "out", "Alice", tmp_path / "for-the-old.edgewise")
    bring_back(new, tmp_path / "alice.copy", words, "--lost")
    refused = new.run("bundle", "in", tmp_path / "for-the-old.edgewise")
    assert (refused.returncode, "another computer of yours" in refused.stderr) == (8, True)
    new.ok("post", "--to", PLACE, "I am back.")
    carry(new, bob, tmp_path / "third.edgewise")
    assert set(texts(bob)) == {"After the copy.", "I am back."}
    carry(bob, new, tmp_path / "fourth.edgewise")
    assert set(texts(new)) == {"After the copy.", "I am back."}
    for home in (new, bob):
        assert home.ok("doctor", "--deep").startswith("All is well"), home.name
