# SPDX-License-Identifier: AGPL-3.0-or-later
"""A home opens with its passphrase, or by a key file where that was asked for; for one process at a time."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.keys.stretch import StretchParams
from edgewise.store import home as homes
from edgewise.store import settings
from edgewise.store.db import Store
from edgewise.store.home import Home

PASSPHRASE, OTHER = "four plums in the well", "a fifth one on the roof"
SMALL = 512 * 1024**2


@pytest.fixture(autouse=True)
def light_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching with little memory: its real cost is keys/test_stretch's business."""
    monkeypatch.setattr(homes, "params_for", lambda memory_total_bytes: StretchParams(64, 1, 1))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nobody began yet."""
    return Home(tmp_path / "edgewise")


def create(home: Home, passphrase: str | None = PASSPHRASE, *, remember: bool = False) -> bytes:
    """Begin it."""
    return home.create(passphrase, remember, SeededEntropy(b"alice"), SMALL)


def change(home: Home, old: str | None, new: str | None, *, remember: bool = False) -> None:
    """Change how it opens."""
    home.change_passphrase(old, new, remember, SeededEntropy(b"changed"), SMALL)


def refused(home: Home, passphrase: str | None) -> str:
    """The code with which opening is refused."""
    with pytest.raises(Refusal) as caught:
        home.unlock(passphrase)
    return caught.value.code


def test_the_passphrase_opens_it_and_nothing_else(home: Home) -> None:
    """Without "remember" no file of the home opens it."""
    key = create(home)
    assert len(key) == 32
    assert home.unlock(PASSPHRASE) == key
    assert refused(home, OTHER) == "passphrase.wrong"
    assert refused(home, None) == "passphrase.needed"
    assert not home.remembered()
    assert home.has_passphrase()
    assert all(key not in each.read_bytes() for each in home.path.iterdir())


def test_remembered_it_opens_by_a_file_that_only_the_owner_can_read(home: Home) -> None:
    """The key file is 0600 in a folder 0700, and needs the other file to open anything."""
    key = create(home, None, remember=True)
    assert home.remembered()
    assert home.unlock(None) == key
    assert refused(home, PASSPHRASE) == "passphrase.wrong"
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in home.path.iterdir()} == {0o600}
    assert (home.path / "device.key").read_bytes() != key


def test_both_ways_open_the_same_home(home: Home) -> None:
    """Who has it remembered can still bring the passphrase, on another computer say."""
    key = create(home, remember=True)
    assert home.unlock(None) == home.unlock(PASSPHRASE) == key


@pytest.mark.parametrize(
    ("old", "new", "remember"),
    [(PASSPHRASE, OTHER, False), (PASSPHRASE, OTHER, True), (None, OTHER, False), (None, None, True)],
)
def test_another_passphrase_opens_the_same_store(
    home: Home, old: str | None, new: str | None, remember: bool
) -> None:
    """Changing how it opens changes no byte of the store, and the old ways open it no more."""
    key = create(home, remember=True)
    change(home, old, new, remember=remember)
    if new is not None:
        assert home.unlock(new) == key
    assert refused(home, PASSPHRASE) == "passphrase.wrong"
    assert home.remembered() == remember
    assert (home.unlock(None) if remember else refused(home, None)) == (
        key if remember else "passphrase.needed"
    )


def test_a_refused_change_changes_nothing(home: Home) -> None:
    """Wrong old, too short new, or no way left at all: what opened it opens it still."""
    key = create(home)
    for old, new, code in (
        (OTHER, OTHER, "passphrase.wrong"),
        (PASSPHRASE, "short", "passphrase.too_short"),
        (PASSPHRASE, None, "passphrase.needed"),
    ):
        with pytest.raises(Refusal) as caught:
            change(home, old, new)
        assert caught.value.code == code
        assert home.unlock(PASSPHRASE) == key


def test_a_home_is_begun_once(home: Home) -> None:
    """Nobody's home is overwritten."""
    assert refused(home, PASSPHRASE) == "home.missing"
    create(home)
    with pytest.raises(Refusal) as caught:
        create(home)
    assert caught.value.code == "home.exists"


def test_a_home_needs_a_way_to_be_opened(home: Home) -> None:
    """Neither passphrase nor remembering: nothing is begun."""
    with pytest.raises(Refusal) as caught:
        create(home, None)
    assert caught.value.code == "passphrase.needed"
    assert not home.exists()


def test_damaged_keys_are_told_from_a_wrong_passphrase(home: Home) -> None:
    """A flipped bit in the sealed key is damage; so is a file that can't be read at all."""
    create(home)
    path = home.path / "keys"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert refused(home, PASSPHRASE) == "store.damaged"
    path.write_bytes(b"hello")
    assert refused(home, PASSPHRASE) == "store.damaged"


def test_a_key_file_that_was_cut_is_damage(home: Home) -> None:
    """It never silently opens something else."""
    create(home, None, remember=True)
    (home.path / "device.key").write_bytes(b"short")
    assert refused(home, None) == "store.damaged"
    (home.path / "device.key").write_bytes(bytes(32))
    assert refused(home, None) == "store.damaged"


def test_one_process_has_the_home(home: Home) -> None:
    """A second one is refused at once, and may have it when the first lets go."""
    create(home)
    home.lock()
    other = Home(home.path)
    with pytest.raises(Refusal) as caught:
        other.lock()
    assert caught.value.code == "home.in_use"
    home.release()
    other.lock()
    other.release()


def test_the_lock_ends_with_its_process(home: Home) -> None:
    """After a crash nobody has to remove anything."""
    create(home)
    crash = "import os, sys; from edgewise.store.home import Home; Home(sys.argv[1]).lock(); os._exit(9)"
    source = str(Path(homes.__file__).parents[2])
    ended = subprocess.run([sys.executable, "-c", crash, str(home.path)], env={"PYTHONPATH": source})
    assert ended.returncode == 9
    home.lock()
    home.release()


def test_the_running_node_is_found_by_its_note(home: Home) -> None:
    """Port, token and path, for the owner only; a note that can't be read is none."""
    create(home)
    assert home.node_note() is None
    home.write_node_note(8123, "token", "/x/")
    note = home.node_note()
    assert note == homes.NodeNote(8123, "token", "/x/")
    assert (home.path / "node").stat().st_mode & 0o777 == 0o600
    (home.path / "node").write_bytes(b"\xff")
    assert home.node_note() is None
    home.drop_node_note()
    home.drop_node_note()
    assert home.node_note() is None


def test_erasing_leaves_nothing(home: Home) -> None:
    """Keys, store, notes and the folder are gone; what somebody else put there stays."""
    key = create(home, remember=True)
    home.lock()
    store = Store.open(home.store_path, key, views=())
    with store.write() as db:
        settings.put(db, "a", "b")
    store.close()
    home.write_node_note(8123, "token", "/x/")
    home.erase()
    assert not home.path.exists()
    home.path.mkdir()
    (home.path / "song.txt").write_text("la")
    home.erase()
    assert [each.name for each in home.path.iterdir()] == ["song.txt"]


def test_a_full_disk_keeps_the_old_passphrase(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new one can't be kept it is said that the disk is full, and the old one opens as before."""
    key = create(home)

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match=r"home\.full"):
        change(home, PASSPHRASE, OTHER)
    assert home.unlock(PASSPHRASE) == key
    assert refused(home, OTHER) == "passphrase.wrong"
