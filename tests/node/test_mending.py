# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor mends a home: a flipped bit is put right, a damaged log is cut, and what is left is said."""

import shutil
from pathlib import Path

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Post
from edgewise.ground.errors import Refusal
from edgewise.node import homes, mending
from edgewise.store import shelf
from edgewise.store.home import STORE_NAME, Home
from edgewise.store.pages import FRAME_BYTES, PAGE_BYTES

NOW_MS = 1_800_000_000_000


def nobody() -> str:
    """A remembered home asks for no passphrase."""
    raise AssertionError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Alice's home with some posts, closed in good order."""
    path = tmp_path / "alice"
    homes.make_folder(path)
    homes.begin(Home(path), "Alice", None, True, NOW_MS)
    with homes.opened(path, nobody) as desk:
        for number in range(12):
            write(desk, f"post {number}")
    return path


def write(desk: homes.OwnDesk, text: str) -> None:
    """One post."""
    desk.do(Publish(Place("circle", PEOPLE), Post(text * 40, "", b"", ())))


def texts(path: Path) -> int:
    """How many posts can be read."""
    with homes.opened(path, nobody) as desk:
        return len(desk.read(lambda db: posts.home_items(db, limit=100)))


def spoil(path: Path, *places: int) -> None:
    """Flip a bit at each of these places."""
    data = bytearray(path.read_bytes())
    for at in places:
        data[at] ^= 4
    path.write_bytes(data)


def left_by_a_power_cut(path: Path, tmp_path: Path) -> Path:
    """The same home with three more posts, as it lies there when the current fails before it is closed."""
    left = tmp_path / "left"
    with homes.opened(path, nobody) as desk:
        for number in range(3):
            write(desk, f"later {number}")
        shutil.copytree(path, left, ignore=shutil.ignore_patterns("*-shm", "lock"))
    return left


def test_a_home_that_is_well_is_left_alone(path: Path) -> None:
    """Nothing is copied, nothing changed."""
    done = mending.mend(path, nobody)
    assert (done.set_right, done.awaited, done.left, done.aside) == (0, 0, [], None)
    assert list(path.glob("damaged-*")) == []


@pytest.mark.parametrize("at", [40, 5 * PAGE_BYTES + 900, 20 * PAGE_BYTES - 3])
def test_flipped_bits_are_put_right(path: Path, at: int) -> None:
    """One in each of two pages, one of them perhaps the first; the file is then what it was."""
    before = (path / STORE_NAME).read_bytes()
    spoil(path / STORE_NAME, at, 30 * PAGE_BYTES + 7)
    found = {each.code for each in homes.examine_closed(path, nobody, deep=False)}
    assert "page" in found
    done = mending.mend(path, nobody)
    assert (done.set_right, done.left) == (2, [])
    assert homes.examine_closed(path, nobody, deep=True) == []
    assert texts(path) == 12
    assert done.aside is not None
    assert (done.aside / STORE_NAME).read_bytes() != before


def test_a_page_beyond_mending_is_said(path: Path) -> None:
    """Two bits of one page: nothing is guessed, and the page is named."""
    spoil(path / STORE_NAME, 30 * PAGE_BYTES + 7, 30 * PAGE_BYTES + 700)
    done = mending.mend(path, nobody)
    assert done.set_right == 0
    assert [each.sentence for each in done.left if each.code == "page"] == ["Page 31 of the file is damaged."]


def test_a_flipped_bit_in_the_log_is_put_right(path: Path, tmp_path: Path) -> None:
    """After a power cut: it is not opened, then mended, and nothing is missing."""
    left = left_by_a_power_cut(path, tmp_path)
    spoil(left / f"{STORE_NAME}-wal", 32 + 2 * FRAME_BYTES + 500)
    with pytest.raises(Refusal, match=r"store\.damaged"):
        texts(left)
    done = mending.mend(left, nobody)
    assert (done.set_right, done.left) == (1, [])
    assert texts(left) == 15


def test_a_log_with_a_hole_is_cut_there_and_own_logs_are_closed(path: Path, tmp_path: Path) -> None:
    """What stood before the hole is there; what is written next takes a place that was never used."""
    left = left_by_a_power_cut(path, tmp_path)
    log = left / f"{STORE_NAME}-wal"
    spoil(log, *range(32 + 700, 32 + 764))
    done = mending.mend(left, nobody)
    assert done.left == []
    assert texts(left) == 12
    with homes.opened(left, nobody) as desk:
        write(desk, "after")
        (feed,) = desk.read(lambda db: shelf.spaces(db, "feed"))
        logs = desk.read(lambda db: shelf.logs_of(db, feed.id))
    assert [(log.closed, log.mine) for log in logs] == [(True, True), (False, True)]
    assert homes.examine_closed(left, nobody, deep=True) == []


def test_erasing_takes_what_was_set_aside_too(path: Path) -> None:
    """Nothing of the damaged files stays behind."""
    spoil(path / STORE_NAME, 30 * PAGE_BYTES + 7)
    mending.mend(path, nobody)
    home = Home(path)
    home.lock()
    homes.erase_files(home)
    assert not path.exists() or list(path.iterdir()) == []
