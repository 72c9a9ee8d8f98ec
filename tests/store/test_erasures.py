# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others asked this computer to erase."""

from edgewise.ground.limits import ERASE_WAIT_MS
from edgewise.store import erasures
from edgewise.store.db import Store
from edgewise.store.erasures import WaitingRow

BOB, CAROL, SPACE = b"b" * 32, b"c" * 32, b"s" * 32
NOW_MS = 1_800_000_000_000


def row(
    n: int, author: bytes = BOB, item: int | None = None, came_ms: int = 0, wait: bool = False
) -> WaitingRow:
    """A request about operation n."""
    came_ms += NOW_MS
    target, of = (bytes([each]) * 32 for each in (n, n if item is None else item))
    return WaitingRow(target, author, SPACE, of, came_ms, came_ms + ERASE_WAIT_MS if wait else 0)


def test_requests_are_counted_by_author_and_item() -> None:
    """Two wordings of one item are one; what another asked, or earlier, does not count."""
    with Store.in_memory(()).write() as db:
        for each in (row(1), row(2, item=1), row(3, came_ms=5), row(4, CAROL), row(1)):
            erasures.put(db, each)
        assert erasures.items_since(db, BOB, NOW_MS - 1) == 2
        assert erasures.items_since(db, BOB, NOW_MS) == 1
        assert erasures.of_item(db, bytes([1]) * 32, BOB) is not None
        assert erasures.of_item(db, bytes([1]) * 32, CAROL) is None
        assert erasures.find(db, bytes([4]) * 32, CAROL) == row(4, CAROL)


def test_what_waits_is_taken_once_when_it_is_due() -> None:
    """In the order of its time; what was done counts for a day more and is then forgotten."""
    late, soon, done = row(1, came_ms=2, wait=True), row(2, came_ms=1, wait=True), row(3)
    with Store.in_memory(()).write() as db:
        for each in (late, soon, done):
            erasures.put(db, each)
        assert erasures.every(db) == erasures.of_author(db, BOB) == [soon, late]
        assert erasures.take_due(db, soon.due_ms - 1) == []
        assert erasures.take_due(db, soon.due_ms) == [soon]
        assert erasures.take_due(db, late.due_ms) == [late]
        assert erasures.take_due(db, late.due_ms) == erasures.every(db) == []
        erasures.put(db, row(4, came_ms=ERASE_WAIT_MS + 1))
        assert erasures.find(db, done.target, BOB) is None
        assert erasures.find(db, late.target, BOB) is not None


def test_nothing_waits_for_more_than_a_day_from_now() -> None:
    """Also where the clock was years ahead when it came."""
    with Store.in_memory(()).write() as db:
        erasures.put(db, row(1, came_ms=400 * ERASE_WAIT_MS, wait=True))
        assert erasures.take_due(db, NOW_MS) == []
        assert [each.due_ms for each in erasures.every(db)] == [NOW_MS + ERASE_WAIT_MS]
