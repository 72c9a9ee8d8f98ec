# SPDX-License-Identifier: AGPL-3.0-or-later
"""Setting up, unlocking, forgetting, erasing and ending."""

from collections.abc import Callable

import pytest

from tests.faces.web.served import PASSPHRASE, Served

HOSTILE = "<script>alert(1)</script>\"'>&"


def test_from_nothing_to_settings_with_a_passphrase(nobody: Served) -> None:
    """A name and a passphrase make a home; it opens at once, and its settings know the name."""
    browser = nobody.browser()
    assert "What should people call you?" in browser.get("setup").text
    form = {"name": " Ana  Lucía ", "way": "passphrase", "passphrase": PASSPHRASE, "again": PASSPHRASE}
    assert browser.post("setup", form).status_code == 303
    assert "Ana Lucía" in browser.get("settings").text
    assert nobody.keeper.has_passphrase()
    assert not nobody.keeper.remembered()
    assert browser.get("setup").status_code == 303


def test_this_computer_may_remember(nobody: Served) -> None:
    """Without a passphrase the home is remembered, as was told beside the choice."""
    browser = nobody.browser()
    assert "whoever sits at it as you" in browser.get("setup").text
    assert browser.post("setup", {"name": "Ana", "way": "remember"}).status_code == 303
    assert nobody.keeper.remembered()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "way": "remember"}, "A name is needed"),
        ({"name": "a" * 61, "way": "remember"}, "at most 60"),
        ({"name": "Ana\u202eluc", "way": "remember"}, "would mislead"),
        ({"name": "Ana", "way": "passphrase"}, "passphrase is empty"),
        ({"name": "Ana", "way": "passphrase", "passphrase": "short", "again": "short"}, "at least 8"),
        (
            {"name": "Ana", "way": "passphrase", "passphrase": PASSPHRASE, "again": "another one"},
            "not the same",
        ),
        ({"name": "Ana", "way": "sideways"}, "Something is missing"),
    ],
)
def test_what_is_missing_is_said_and_the_name_is_kept(
    nobody: Served, form: dict[str, str], said: str
) -> None:
    """A set-up that can't be done says why, keeps the name in its field, and makes no home."""
    answer = nobody.browser().post("setup", form)
    assert answer.status_code == 400
    assert said in answer.text
    assert form["name"][:30] in answer.text
    assert nobody.keeper.state == "new"


def test_a_hostile_name_stays_text(nobody: Served) -> None:
    """Marks of HTML in what was typed reach no page as marks, before the set-up nor after."""
    browser = nobody.browser()
    shown = browser.post("setup", {"name": HOSTILE, "way": "passphrase"})
    assert shown.status_code == 400
    assert "<script>alert" not in shown.text
    assert browser.post("setup", {"name": HOSTILE, "way": "remember"}).status_code == 303
    assert "<script>alert" not in browser.get("settings").text
    assert "&lt;script&gt;alert" in browser.get("settings").text


def test_unlocking(serve: Callable[[str], Served]) -> None:
    """A wrong passphrase is told as such and changes nothing; the right one opens."""
    served = serve("ana")
    served.begin("Ana", PASSPHRASE)
    served.lock()
    browser = served.browser()
    wrong = browser.post("unlock", {"passphrase": "not the one"})
    assert wrong.status_code == 403
    assert "That is not the passphrase" in wrong.text
    assert served.keeper.state == "locked"
    assert browser.post("unlock", {"passphrase": PASSPHRASE}).status_code == 303
    assert "Ana" in browser.get("settings").text
    assert browser.get("unlock").status_code == 303


def test_a_forgotten_passphrase_is_told_truly(serve: Callable[[str], Served]) -> None:
    """The page says that nobody can bring it back, and leads to a new beginning."""
    served = serve("ana")
    served.begin("Ana", PASSPHRASE)
    served.lock()
    page = served.browser().get("forgotten").text
    assert "Nobody can bring it back" in page
    assert "erase" in page


def test_erasing_needs_the_words(ana: Served) -> None:
    """Other words erase nothing; the right ones leave no file, and Edgewise ends."""
    browser = ana.browser()
    kept = browser.post("erase", {"word": "erase"})
    assert kept.status_code == 400
    assert "Nothing was erased" in kept.text
    assert (ana.path / "edgewise.db").exists()
    gone = browser.post("erase", {"word": " Erase  everything"})
    assert gone.status_code == 200
    assert "Everything here is erased" in gone.text
    ana.thread.join(20)
    assert not ana.path.exists()


def test_a_locked_home_can_be_erased_too(serve: Callable[[str], Served]) -> None:
    """Who has forgotten the passphrase can still begin anew."""
    served = serve("ana")
    served.begin("Ana", PASSPHRASE)
    served.lock()
    assert served.browser().post("erase", {"word": "erase everything"}).status_code == 200
    served.thread.join(20)
    assert not served.path.exists()


def test_ending(ana: Served) -> None:
    """The page can end Edgewise; it says so, and nothing is lost."""
    answer = ana.browser().post("end", {}, "settings")
    assert "Edgewise has ended" in answer.text
    ana.thread.join(20)
    assert not ana.thread.is_alive()
    assert (ana.path / "edgewise.db").exists()
