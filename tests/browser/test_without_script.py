# SPDX-License-Identifier: AGPL-3.0-or-later
"""With scripts off the page reads and writes all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Screens
from tests.browser.screen import Screen
from tests.stories.home import Home, computers


@pytest.fixture
def alice(tmp_path: Path) -> Iterator[Home]:
    with computers(tmp_path, "Alice") as (home,):
        home.ok("init", "Alice", "--remember")
        yield home


@pytest.fixture
def at(alice: Home, screens: Screens) -> Screen:
    """Her browser, which runs no script of any page."""
    made = screens("alice", script=False)
    made.enter(alice.start())
    return made


def say(at: Screen, text: str) -> None:
    at.type("text", text)
    at.choose_audience("Only me")
    at.press("Say it", ".composer")


def test_one_writes_undoes_answers_and_takes_back(alice: Home, at: Screen) -> None:
    """No script has run: no countdown, no kept draft; all acts are forms."""
    say(at, "Written without a script.")
    assert at.text("[data-until]") == "Leaves in a moment"
    at.press("Undo", "#items")
    assert at.one("textarea[name=text]").get_attribute("value") == "Written without a script."
    alice.ok("settings", "hold_seconds", "0")
    at.go()
    at.choose_audience("Only me")
    at.press("Say it", ".composer")
    assert at.sees("Written without a script.", "#items")
    at.press("Answer", "#items")
    at.type("text", "Answered without a script.")
    at.press("Say it", ".composer")
    assert at.sees("Answered without a script.", "#thread .replies")
    at.press("Take back", "#thread .replies")
    at.press("Take back", "main form:last-of-type")
    at.go()
    assert at.sees("You took this back.", "#items")
    assert not at.sees("Answered without a script.")


def test_what_was_forgotten_is_asked_for_and_no_word_is_lost(alice: Home, at: Screen) -> None:
    """Without an audience the same words stand in the field again, beside the question who may read them."""
    at.type("text", "To whom?")
    at.press("Say it", ".composer")
    assert at.sees("Choose who may read them, then say it.")
    assert at.one("textarea[name=text]").get_attribute("value") == "To whom?"
