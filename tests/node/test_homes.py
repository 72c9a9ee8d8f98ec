# SPDX-License-Identifier: AGPL-3.0-or-later
"""Homes opened for one command, and the files that stand beside the store."""

import stat
from pathlib import Path

import pytest

from edgewise.core.inputs import MakeCircle
from edgewise.ground.errors import Refusal
from edgewise.node import homes, now_ms
from edgewise.store import agreements, migrations
from edgewise.store.home import Home
from edgewise.store.people import me


def never() -> str:
    """A passphrase that nobody is to ask for."""
    raise AssertionError("asked for a passphrase")


@pytest.fixture
def alice(tmp_path: Path) -> Path:
    """The folder of Alice's home, which this computer remembers."""
    homes.begin(Home(tmp_path / "alice"), "Alice", None, True, now_ms())
    return tmp_path / "alice"


def test_a_home_is_opened_for_one_command(alice: Path) -> None:
    """What one command wrote, the next one reads; in between nobody holds the home."""
    with homes.opened(alice, never) as desk:
        desk.do(MakeCircle("Friends"))
    with homes.opened(alice, never) as desk:
        assert "Friends" in [circle.name for circle in desk.read(agreements.circles)]
        person = desk.read(me)
        assert person is not None
        assert person.name == "Alice"
        assert desk.lang() == ""


def test_a_home_that_is_in_use_is_told(alice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once are refused, by a sentence; afterwards the home is free."""
    monkeypatch.setattr(homes, "IN_USE_WAIT_S", 0)
    with homes.opened(alice, never), pytest.raises(Refusal) as no, homes.opened(alice, never):
        pass
    assert no.value.code == "home.in_use"
    with homes.opened(alice, never) as desk:
        assert desk.now_ms() > 0


def test_a_home_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Nothing is made in passing."""
    with pytest.raises(Refusal) as no, homes.opened(tmp_path / "nobody", never):
        pass
    assert no.value.code == "home.missing"
    assert list(tmp_path.iterdir()) == []


def test_a_newer_store_is_not_touched(alice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a newer Edgewise wrote is refused, and opens again with that one."""
    monkeypatch.setattr(migrations, "VERSION", migrations.VERSION - 1)
    with pytest.raises(Refusal) as no, homes.opened(alice, never):
        pass
    assert no.value.code == "store.newer"
    monkeypatch.undo()
    with homes.opened(alice, never) as desk:
        assert desk.read(me) is not None


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home is let go of again, so that the next try can take it."""
    monkeypatch.setattr(homes, "memory_total_bytes", lambda: 0)
    homes.begin(Home(tmp_path / "bob"), "Bob", "four or five words", False, now_ms())
    with pytest.raises(Refusal) as no, homes.opened(tmp_path / "bob", lambda: "not the one"):
        pass
    assert no.value.code == "passphrase.wrong"
    with homes.opened(tmp_path / "bob", lambda: "four or five words") as desk:
        assert desk.read(me) is not None


def test_a_home_that_can_not_begin_leaves_nothing(tmp_path: Path) -> None:
    """A refused name leaves no half-made home behind."""
    with pytest.raises(Refusal):
        homes.begin(Home(tmp_path / "bob"), "  ", None, True, now_ms())
    assert not (tmp_path / "bob").exists()


def test_the_place_of_the_page_is_remembered_for_its_owner_only(alice: Path) -> None:
    """Word and ports are the same the next time; a file that makes no sense gives a new place."""
    first = homes.page_place(alice)
    homes.keep_page_place(alice, first)
    assert homes.page_place(alice) == first
    assert stat.S_IMODE((alice / homes.PLACE_NAME).stat().st_mode) == 0o600
    (alice / homes.PLACE_NAME).write_bytes(b'{"word": "../..", "port": 99999}')
    assert homes.page_place(alice).word not in (first.word, "../..")
    (alice / homes.PLACE_NAME).write_bytes(b'{"word":"\xff"}')
    assert homes.page_place(alice).word != first.word


def test_erasing_leaves_no_file(alice: Path) -> None:
    """The page's place and the log go with the rest."""
    homes.keep_page_place(alice, homes.page_place(alice))
    (alice / homes.LOG_NAME).write_text("a line\n")
    homes.erase_files(Home(alice))
    assert not alice.exists()


def test_the_doctor_finds_nothing_in_a_new_home(alice: Path) -> None:
    """Both looks of a healthy home are empty."""
    with homes.opened(alice, never) as desk:
        assert homes.examine(desk.store, desk.core, False) == []
        assert homes.examine(desk.store, desk.core, True) == []
