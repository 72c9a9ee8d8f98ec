# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings and the doctor."""

from pathlib import Path

import pytest

from edgewise.core.door import Core
from edgewise.faces.kit.choices import chosen
from edgewise.ground.instant import DAY_MS
from edgewise.store import clocks, outbox
from tests.faces.web.served import PASSPHRASE, Served

PAGE = {"language": "", "zone": "", "scheme": "auto", "hold_seconds": "8", "single_letters": "yes"}


def test_another_name(ana: Served) -> None:
    """The name is changed and shown; a bad one is refused in the page."""
    browser = ana.browser()
    assert browser.post("settings/name", {"name": "Ana Lucía"}, "settings").status_code == 303
    assert 'value="Ana Lucía"' in browser.get("settings?kept=1").text
    refused = browser.post("settings/name", {"name": " "}, "settings")
    assert refused.status_code == 400
    assert "A name is needed" in refused.text
    assert 'value="Ana Lucía"' in refused.text


def test_the_choices_of_the_page_are_kept(ana: Served) -> None:
    """Language, colours, letters and the waiting time hold from the next page on."""
    browser = ana.browser()
    form = {**PAGE, "language": "de", "scheme": "dark", "plain_letters": "yes", "hold_seconds": "0"}
    assert browser.post("settings/page", form, "settings").status_code == 303
    page = browser.get("settings").text
    assert '<html lang="de"' in page
    assert 'data-scheme="dark"' in page
    assert 'data-letters="plain"' in page
    assert "data-letters-off" not in page
    assert ana.keeper.desk.read(lambda db: chosen(db, "hold_seconds")) == "0"
    assert ana.keeper.desk.read(lambda db: chosen(db, "one_word_answers")) == "no"
    del form["single_letters"]
    browser.post("settings/page", form, "settings")
    assert "data-letters-off" in browser.get("settings").text


@pytest.mark.parametrize(
    "bad",
    [
        {"hold_seconds": "61"},
        {"hold_seconds": "-1"},
        {"hold_seconds": ""},
        {"language": "tlh"},
        {"zone": "../x"},
    ],
)
def test_choices_that_do_not_exist_are_refused(ana: Served, bad: dict[str, str]) -> None:
    """More than 60 seconds, an unknown language or zone: nothing of that form is kept."""
    browser = ana.browser()
    form = {**PAGE, "scheme": "dark", **bad}
    assert browser.post("settings/page", form, "settings").status_code == 400
    assert ana.keeper.desk.read(lambda db: chosen(db, "scheme")) == "auto"


def test_changing_the_lock(nobody: Served) -> None:
    """The old passphrase is needed, and only the new one opens afterwards."""
    nobody.begin("Ana", PASSPHRASE)
    browser = nobody.browser()
    new = {"way": "passphrase", "passphrase": "seven other words", "again": "seven other words"}
    wrong = browser.post("settings/passphrase", {"old": "not it", **new}, "settings")
    assert wrong.status_code == 403
    assert "That is not the passphrase" in wrong.text
    assert browser.post("settings/passphrase", {"old": PASSPHRASE, **new}, "settings").status_code == 303
    nobody.lock()
    assert browser.post("unlock", {"passphrase": PASSPHRASE}).status_code == 403
    assert browser.post("unlock", {"passphrase": "seven other words"}).status_code == 303


def test_remembering_instead_of_a_passphrase(nobody: Served) -> None:
    """The person may choose later that this computer remembers."""
    nobody.begin("Ana", PASSPHRASE)
    browser = nobody.browser()
    sent = browser.post("settings/passphrase", {"old": PASSPHRASE, "way": "remember"}, "settings")
    assert sent.status_code == 303
    assert nobody.keeper.remembered()
    assert not nobody.keeper.has_passphrase()


def test_starting_with_the_computer_is_a_choice(ana: Served, tmp_path: Path) -> None:
    """Nothing is written before a yes; a yes writes the entry, a no takes it away."""
    browser, entry = ana.browser(), tmp_path / "config/autostart/edgewise.desktop"
    assert "Shall Edgewise start with this computer?" in browser.get("settings").text
    assert not entry.exists()
    assert browser.post("settings/start", {"answer": "yes"}, "settings").status_code == 303
    assert str(ana.path) in entry.read_text("utf-8")
    assert browser.post("settings/start", {"answer": "no"}, "settings").status_code == 303
    assert not entry.exists()
    assert browser.post("settings/start", {"answer": "perhaps"}, "settings").status_code == 400


def test_the_doctor_finds_a_healthy_home_healthy(ana: Served) -> None:
    """Both looks say that all is well, and why nobody else can be reached."""
    browser = ana.browser()
    quick = browser.get("doctor").text
    assert "All is well here, as far as a quick look shows" in quick
    assert ana.keeper.trouble is not None
    assert ana.keeper.trouble.sentence in quick
    assert "each signature" in browser.post("doctor", {}).text


def test_the_doctor_shows_what_was_refused(ana: Served) -> None:
    """Bad bytes from outside are counted there, in a sentence."""

    def count(_core: Core) -> None:
        with ana.keeper.node.store.write() as db:
            outbox.count_verdict(db, "signature.bad", b"", ana.keeper.now_ms())
            outbox.count_verdict(db, "signature.bad", b"", ana.keeper.now_ms())

    ana.await_(ana.keeper.node.work(count))
    page = ana.browser().get("doctor").text
    assert "signature.bad" in page
    assert "2 times" in page


def test_the_doctor_says_whose_clock_differs(ana: Served) -> None:
    """A wrong clock is no damage: all is well, and the two clocks are named."""

    def note(_core: Core) -> None:
        with ana.keeper.node.store.write() as db:
            clocks.note(db, b"b" * 32, 3 * DAY_MS)

    ana.await_(ana.keeper.node.work(note))
    page = ana.browser().get("doctor").text
    assert "All is well here, as far as a quick look shows" in page
    assert "differ by about 3 days. Please look which one is wrong." in page


def test_the_doctor_finds_damage(ana: Served) -> None:
    """A log that has lost its end is found, said, and nothing is changed."""

    def damage(_core: Core) -> None:
        with ana.keeper.node.store.write() as db:
            db.execute("UPDATE logs SET next_seq = next_seq + 1")

    ana.await_(ana.keeper.node.work(damage))
    page = ana.browser().get("doctor").text
    assert "Something is not as it should be" in page
    assert "does not end where it says" in page


def test_the_place_of_groups_says_that_there_are_none(ana: Served) -> None:
    """The rail leads nowhere that does not exist."""
    assert "no groups yet" in ana.browser().get("groups").text
