# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding as one types: the list follows the words, the focus stays; Enter does it without scripts."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Screens
from tests.stories.home import Home, computers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """The computer of somebody who wrote three things down."""
    with computers(tmp_path, "Alice") as (home,):
        home.ok("init", "Alice", "--remember")
        for text in ("The ladder is in the shed", "Leeks on Saturday", "Whose bicycle is this?"):
            home.ok("post", "--to", "only me", text)
        yield home


def test_the_list_follows_what_is_typed(home: Home, screens: Screens) -> None:
    """Letter by letter, with the focus where it was; the number is told to a screen reader."""
    at = screens("alice")
    at.enter(home.start())
    at.keys("/")
    assert at.js("return document.activeElement.name") == "q"
    at.keys("lad", Keys.ENTER)
    at.wait_for("The ladder is in the shed", "#found")
    assert at.text("#found mark") == "ladder"
    at.keys("/", Keys.END, Keys.BACKSPACE, Keys.BACKSPACE, "eek")
    at.wait_for("Leeks on Saturday", "#found")
    assert not at.sees("ladder", "#found")
    assert at.js("return document.activeElement.value") == "leek"
    assert at.path.endswith("find?q=leek&who=&where=&since=&until=")
    assert at.text("#told[role=status]") == "1 found."
    at.keys("x")
    at.wait_for("Nothing here holds that.", "#told")
    assert at.text("#found") == ""
    assert at.text("#note") == "", "nothing new has come"


def test_enter_finds_without_a_script(home: Home, screens: Screens) -> None:
    """The field of every page, and that of the page of finding, are plain forms."""
    at = screens("alice", script=False)
    at.enter(home.start())
    at.type("q", "bicy")
    at.keys(Keys.ENTER)
    at.wait_for("Whose bicycle is this?", "#found")
    assert at.path == "find?q=bicy"
