# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every sealed page tells whether it is whole, and where one of its bits was flipped."""

import pytest

from edgewise.keys import sealed_pages as pages
from edgewise.keys.sealed_pages import PAGE_BYTES
from edgewise.store import outbox
from edgewise.store.db import Store

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file that the database library itself has sealed."""
    path = tmp_path_factory.mktemp("closed") / "edgewise.db"
    store = Store.open(path, KEY, views=())
    with store.write() as db:
        for number in range(60):
            outbox.put_draft(db, f"place {number}", "the plum tree by the well" * 20, "", number)
    store.close()
    return path.read_bytes()


def flipped(data: bytes, at: int, bit: int = 3) -> bytes:
    """One bit of it is another."""
    return data[:at] + bytes((data[at] ^ (1 << bit),)) + data[at + 1 :]


def test_whole_pages_are_whole_under_their_own_number_and_key_only(closed: bytes) -> None:
    """A page moved to another place, or looked at with another key, is not."""
    for number in range(1, len(closed) // PAGE_BYTES + 1):
        page = closed[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]
        assert pages.is_whole(page, number, KEY)
        assert not pages.is_whole(page, number + 1, KEY)
        assert not pages.is_whole(page, number, bytes(32))


@pytest.mark.parametrize("at", [0, 17, 24, 2000, 4063, 4064, 4079, 4080, 4095])
def test_one_flipped_bit_is_put_right(closed: bytes, at: int) -> None:
    """Wherever it lies: in the head of the file, in the text, in the nonce or in the tag."""
    for number in (1, 7):
        page = closed[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]
        for bit in range(8):
            assert pages.mended(flipped(page, at, bit), number, KEY) == page


def test_two_flipped_bits_are_not_guessed_at(closed: bytes) -> None:
    """Only one bit can be found by trying; a page that is not put right is said to be none."""
    page = closed[PAGE_BYTES : 2 * PAGE_BYTES]
    assert pages.mended(flipped(flipped(page, 10), 900), 2, KEY) is None
    assert pages.mended(page[:-1], 2, KEY) is None
