# SPDX-License-Identifier: AGPL-3.0-or-later
"""A damaged page is named; a damaged log is told from one that a power cut left, and one bit is put right."""

import random
from pathlib import Path

import pytest

from edgewise.ground.errors import Refusal
from edgewise.store import outbox, pages, settings
from edgewise.store.db import Store
from edgewise.store.pages import FRAME_BYTES, PAGE_BYTES

KEY = bytes(range(32))
TEXT = "the plum tree by the well" * 20


def flipped(data: bytes, at: int, bit: int = 3) -> bytes:
    """One bit of it is another."""
    return data[:at] + bytes((data[at] ^ (1 << bit),)) + data[at + 1 :]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a store's file after an orderly end."""
    path = tmp_path_factory.mktemp("closed") / "edgewise.db"
    write(Store.open(path, KEY, views=()), 60).close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """File and log as a power cut leaves them: five transactions stand in the log."""
    path = tmp_path_factory.mktemp("left") / "edgewise.db"
    store = Store.open(path, KEY, views=())
    store.checkpoint()
    for turn in range(5):
        write(store, 3, turn)
    found = path.read_bytes(), path.with_name("edgewise.db-wal").read_bytes()
    store.close()
    return found


def write(store: Store, count: int, turn: int = 0) -> Store:
    """One transaction."""
    with store.write() as db:
        for number in range(count):
            outbox.put_draft(db, f"place {number}", f"{turn} {TEXT}", "", number)
    return store


def test_a_damaged_page_is_named(closed: bytes, tmp_path: Path) -> None:
    """By its number; a file that was cut within a page names that one."""
    path = tmp_path / "edgewise.db"
    path.write_bytes(flipped(closed, 4 * PAGE_BYTES + 77)[:-100])
    assert pages.damaged(path, KEY) == [5, len(closed) // PAGE_BYTES]


def committed(log: bytes, before: int) -> int:
    """How many frames of whole transactions stand before a byte of the log: what SQLite would read."""
    frames = [frame for frame in pages._frames(log) if frame.at + FRAME_BYTES <= before]
    return max((at + 1 for at, frame in enumerate(frames) if frame.commit), default=0)


def test_a_log_that_is_whole_or_ends_early_is_not_cut(left: tuple[bytes, bytes]) -> None:
    """Every end that a power cut can leave: the last transaction is there in part, or with noise in it."""
    _, log = left
    count = (len(log) - 32) // FRAME_BYTES
    assert not pages.log_is_cut(log, count, KEY)
    last = [frame.at for frame in pages._frames(log) if frame.commit][-2] + FRAME_BYTES
    chance = random.Random(1)
    for end in range(last, len(log), 700):
        assert not pages.log_is_cut(log[:end], committed(log, last), KEY)
        torn = log[:end] + chance.randbytes(min(512, len(log) - end)) + log[end + 512 :]
        assert not pages.log_is_cut(torn, committed(log, last), KEY), end


def test_a_flipped_bit_in_the_log_is_found_and_put_right(left: tuple[bytes, bytes]) -> None:
    """In its head, in a frame's head or in a page; also in the last transaction."""
    _, log = left
    chance = random.Random(2)
    heads = [32 + FRAME_BYTES * chance.randrange((len(log) - 32) // FRAME_BYTES) + at for at in range(24)]
    for at in [*range(32), *heads, *(chance.randrange(32, len(log)) for _ in range(20))]:
        bent = flipped(log, at, chance.randrange(8))
        assert pages.log_is_cut(bent, committed(log, at if at >= 32 else 0), KEY), at
        assert pages.log_mended(bent, KEY) == (log, 1), at


def test_a_larger_hole_in_the_log_is_found(left: tuple[bytes, bytes]) -> None:
    """Where more than one transaction follows, what is missing had been synced; nothing is put right."""
    _, log = left
    bent = log[:3000] + bytes(64) + log[3064:]
    assert pages.log_is_cut(bent, 0, KEY)
    assert pages.log_mended(bent, KEY) == (bent, 0)


def test_a_store_with_a_damaged_log_is_not_opened(left: tuple[bytes, bytes], tmp_path: Path) -> None:
    """SQLite alone would open it without what is behind the damage, and nobody would know."""
    file, log = left
    path = tmp_path / "edgewise.db"
    path.write_bytes(file)
    path.with_name("edgewise.db-wal").write_bytes(flipped(log, 32 + FRAME_BYTES + 600))
    for _ in range(2):
        with pytest.raises(Refusal, match=r"store\.damaged"):
            Store.open(path, KEY, views=())
        assert len(path.with_name("edgewise.db-wal").read_bytes()) == len(log)
    store = Store.open(path, KEY, views=(), cut_log=True)
    with store.write() as db:
        assert settings.get(db, "a") is None
    store.close()
