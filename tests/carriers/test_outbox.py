# SPDX-License-Identifier: AGPL-3.0-or-later
"""The outbox: order, sizes and whole messages."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.carriers.outbox import Outbox
from edgewise.carriers.port import WRITE_MAX_BYTES

SIZES = st.lists(st.tuples(st.integers(1, WRITE_MAX_BYTES + 10), st.booleans()), max_size=12)


def test_small_messages_are_gathered_urgent_first() -> None:
    """One write takes all that fits, the urgent before the rest."""
    box = Outbox()
    for message, urgent in ((b"bulk", False), (b"ping", True), (b"more", False), (b"pong", True)):
        box.put(message, urgent)
    assert box.has_bulk
    assert box.take() == b"pingpongbulkmore"
    assert (box.take(), box.size_bytes, box.has_bulk) == (b"", 0, False)


@given(SIZES)
def test_nothing_is_split_lost_or_reordered(messages: list[tuple[int, bool]]) -> None:
    """Writes stay within the bound unless one message is longer; each kind keeps its order; sizes add up."""
    box = Outbox()
    for index, (size, urgent) in enumerate(messages):
        box.put(bytes([index]) * size, urgent)
    assert box.size_bytes == sum(size for size, _ in messages)
    came: list[int] = []
    while data := box.take():
        whole = list(dict.fromkeys(data))
        assert all(data.count(index) == messages[index][0] for index in whole)
        assert len(data) <= WRITE_MAX_BYTES or len(whole) == 1
        came += whole
    urgent_first = sorted(range(len(messages)), key=lambda index: (not messages[index][1], index))
    assert came == urgent_first
    assert box.size_bytes == 0


def test_what_is_cleared_is_gone() -> None:
    """After the end of a connection nothing is kept for it."""
    box = Outbox()
    box.put(b"ping", True)
    box.put(b"bulk", False)
    box.clear()
    assert (box.take(), box.size_bytes) == (b"", 0)
