# SPDX-License-Identifier: AGPL-3.0-or-later
"""Safe copies on the page: words shown once, a copy to a place or by the browser, the proof, coming back."""

import re
from pathlib import Path

import pytest

from edgewise.core.inputs import Place, Publish
from edgewise.features.people.records import Petname
from edgewise.store import settings
from tests.faces.web.served import Browser, Served

WRONG = "abandon " * 11 + "about"
KEPT = "a name that only this home knows"


def words_of(browser: Browser) -> str:
    """The twelve words that the page shows once."""
    page = browser.post("safecopy/words", {}, "safecopy").text
    found = re.findall(r'<b translate="no" lang="en">(\w+)</b>', page)
    assert len(found) == 12
    assert "<svg" in page
    return " ".join(found)


@pytest.fixture
def keeps(ana: Served) -> Served:
    """Ana's home, in which something is kept."""
    me = ana.await_(ana.keeper.node.work(lambda core: core.me())).identity
    ana.keeper.desk.do(Publish(Place("self"), Petname(me, KEPT)))
    return ana


def test_words_then_a_copy_then_its_proof(keeps: Served, tmp_path: Path) -> None:
    """COPY-1: no copy without words; the words are not on the page again; the proof says what is in it."""
    browser = keeps.browser()
    first = browser.get("safecopy").text
    assert "There is no copy yet." in first
    assert "Make the copy" not in first
    words = words_of(browser)
    after = browser.get("safecopy").text
    assert not any(f">{word}<" in after for word in words.split())
    answer = browser.post("safecopy/make", {"path": str(tmp_path)}, "safecopy")
    assert answer.status_code == 200
    assert "It was read back and is whole." in answer.text
    file = tmp_path / "edgewise-ana.copy"
    assert KEPT.encode() not in file.read_bytes()
    assert "It has not been proved yet." in browser.get("safecopy").text
    said = browser.post("safecopy/prove", {"path": str(file), "words": words}, "safecopy").text
    assert "all in it is whole" in said
    assert "A copy was last proved on" in browser.get("safecopy").text
    wrong = browser.post(
        "safecopy/prove", {"path": str(file), "words": "abandon " * 11 + "about"}, "safecopy"
    )
    assert (wrong.status_code, "do not open this copy" in wrong.text) == (403, True)
    assert not list(keeps.path.glob("proving-*"))


def test_the_browser_keeps_a_copy_and_nothing_of_it_stays(keeps: Served) -> None:
    """A download is a whole copy; it can be brought to be proved; the home keeps no second one."""
    browser = keeps.browser()
    words = words_of(browser)
    token = browser.token("safecopy")
    answer = browser.client.post("safecopy/download", data={"token": token})
    assert answer.status_code == 200
    assert 'filename="edgewise-ana.copy"' in answer.headers["content-disposition"]
    files = {"file": ("x.copy", answer.content)}
    fields = {"token": token, "path": "", "words": words}
    said = browser.client.post("safecopy/prove", data=fields, files=files).text
    assert "all in it is whole" in said
    assert not list(keeps.path.glob("on-its-way-*"))
    made = keeps.keeper.desk.read(lambda db: settings.get(db, "copy.name"))
    assert made == "edgewise-ana.copy"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "not said where"),
        ("relative/file", "not said where"),
        ("/nowhere/at/all", "could not be written"),
    ],
)
def test_a_place_that_is_none_is_told(keeps: Served, path: str, said: str) -> None:
    """Nothing is written; the page says why, with what was typed."""
    browser = keeps.browser()
    words_of(browser)
    answer = browser.post("safecopy/make", {"path": path}, "safecopy")
    assert answer.status_code in (400, 409)
    assert said in answer.text


def test_another_file_is_never_overwritten(keeps: Served, tmp_path: Path) -> None:
    """A path with something else in it is refused."""
    browser = keeps.browser()
    words_of(browser)
    (tmp_path / "thesis.odt").write_bytes(b"years of work")
    answer = browser.post("safecopy/make", {"path": str(tmp_path / "thesis.odt")}, "safecopy")
    assert answer.status_code == 400
    assert (tmp_path / "thesis.odt").read_bytes() == b"years of work"


def test_first_page_offers_to_come_back(keeps: Served, serve: object, tmp_path: Path) -> None:
    """COPY-8: words, file, a choice about the old computer, a new lock: the home opens at once."""
    browser = keeps.browser()
    words = words_of(browser)
    browser.post("safecopy/make", {"path": str(tmp_path / "ana.copy")}, "safecopy")
    new = serve("new")  # type: ignore[operator]
    fresh = new.browser()
    assert "I have a safe copy" in fresh.get("setup").text
    assert "What about the old computer?" in fresh.get("comeback").text
    form = {"path": str(tmp_path / "ana.copy"), "words": words, "old": "lost", "way": "remember"}
    without = {**form, "old": ""}
    assert fresh.post("comeback", without, "comeback").status_code == 400
    wrong = fresh.post("comeback", {**form, "words": WRONG}, "comeback")
    assert wrong.status_code == 403
    assert str(tmp_path / "ana.copy") in wrong.text
    assert new.keeper.state == "new"
    assert fresh.post("comeback", form, "comeback").status_code == 303
    assert new.keeper.state == "open"
    assert "Ana" in fresh.get("settings").text
    assert fresh.get("comeback").status_code == 303
    assert new.keeper.desk.read(lambda db: settings.get(db, "me")) == keeps.keeper.desk.read(
        lambda db: settings.get(db, "me")
    )
