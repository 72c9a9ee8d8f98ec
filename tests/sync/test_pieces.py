# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for and giving pieces: windows, turns, patience; pure, so any order can be tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.instant import HOUR_MS, MINUTE_MS, SECOND_MS
from edgewise.ground.limits import PIECES_MAX
from edgewise.sync import frames
from edgewise.sync.pieces import (
    GIVING_BLOBS_MAX,
    Asking,
    Giving,
    Patience,
    bits_of,
    indices,
    lowest,
    runs,
    wants,
)

SPACE, OTHER, TAG = b"s" * 32, b"o" * 32, b"t" * 16
BLOB, FILM = b"b" * 32, b"f" * 32
BITS = st.sets(st.integers(0, PIECES_MAX - 1), max_size=60).map(lambda places: sum(1 << at for at in places))


@given(BITS)
def test_wants_name_just_what_is_asked_for(bits: int) -> None:
    """PIECE-12: bits cut into frames and read again are the same bits, each place in one frame."""
    read = [bits_of(frame.first, frame.bits) for frame in wants(TAG, BLOB, bits)]
    assert sum(read) == bits
    for frame in wants(TAG, BLOB, bits):
        assert frames.decode_frame(17, frames.encode_frame(frame)[5:]) == frame


@given(BITS, st.integers(0, 70))
def test_bits_are_places(bits: int, count: int) -> None:
    """PIECE-12: places, stretches and the lowest few are three views of the same bits."""
    places = list(indices(bits))
    assert places == sorted(places)
    assert sum(1 << at for at in places) == bits
    assert [at for first, stop in runs(bits) for at in range(first, stop)] == places
    assert list(indices(lowest(bits, count))) == places[:count]


def test_blobs_take_turns() -> None:
    """PIECE-12: a picture does not wait for a film; what is not here yet is passed over."""
    giving = Giving()
    assert giving.want(SPACE, FILM, 0b1111)
    assert giving.want(SPACE, BLOB, 0b11)
    assert giving.want(SPACE, BLOB, 0b10)
    here = {FILM: 0b1011, BLOB: 0b11}
    given = []
    while (each := giving.next(lambda space, blob: here[blob])) is not None:
        given.append((each[1][:1], each[2]))
    assert given == [(b"f", 0), (b"b", 0), (b"f", 1), (b"b", 1), (b"f", 3)]
    assert giving.waits_for(FILM)
    assert giving.wanted(SPACE, FILM) == 0b100
    giving.stop(SPACE, FILM)
    assert not giving.waits


def test_what_one_end_makes_the_other_remember_is_bounded() -> None:
    """PIECE-12: so many blobs at once and no more; an empty want leaves no trace."""
    giving = Giving()
    assert giving.want(SPACE, BLOB, 0)
    assert not giving.waits
    asked = [giving.want(SPACE, bytes([number]) * 32, 1) for number in range(GIVING_BLOBS_MAX + 1)]
    assert asked == [True] * GIVING_BLOBS_MAX + [False]
    giving.forget(bytes(32))
    assert giving.want(SPACE, BLOB, 1)


def test_who_asked_in_vain_is_told_later() -> None:
    """PIECE-13: once, and only where it did not ask anew meanwhile."""
    giving = Giving()
    giving.want(SPACE, BLOB, 1)
    giving.refused(SPACE, BLOB)
    giving.refused(OTHER, BLOB)
    assert not giving.waits
    giving.want(OTHER, BLOB, 1)
    assert giving.take_later(BLOB) == [SPACE]
    assert giving.take_later(BLOB) == []


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["ask", "came", "off", "denied"]), st.integers(0, 9)), max_size=40))
def test_only_what_was_asked_for_may_come(steps: list[tuple[str, int]]) -> None:
    """PIECE-13: a piece is taken once for each time that it was asked for, also after that was called off."""
    asking, may = Asking(), [0] * 10
    asked = 0
    for what, at in steps:
        if what == "ask" and not asking.of(BLOB) >> at & 1:
            asking.ask(BLOB, 1 << at, 0)
            may[at] = min(2, may[at] + 1)
        elif what == "came" and may[at]:
            asking.came(BLOB, at)
            may[at] -= 1
        elif what == "came":
            with pytest.raises(Verdict, match=r"piece\.unasked"):
                asking.came(BLOB, at)
        elif what == "off":
            asking.called_off(BLOB)
        elif what == "denied":
            gone = asking.denied(BLOB)
            may = [count - (gone >> place & 1) for place, count in enumerate(may)]
        asked = asking.of(BLOB)
        assert asking.count == asked.bit_count()
        assert asking.blobs == ([BLOB] if asked else [])
        assert all(may[place] for place in indices(asked))


def test_a_place_beyond_all_files_was_never_asked_for() -> None:
    """PIECE-13: no number, however large, costs more than its comparison."""
    with pytest.raises(Verdict, match=r"piece\.unasked"):
        Asking().came(BLOB, 10**18)


def test_silence_is_noticed() -> None:
    """PIECE-13: after half a minute without a piece others are asked."""
    asking = Asking()
    assert not asking.is_stalled(HOUR_MS)
    asking.ask(BLOB, 1, 1000)
    assert not asking.is_stalled(1000 + 30 * SECOND_MS - 1)
    assert asking.is_stalled(1000 + 30 * SECOND_MS)
    asking.heard_ms = 5000
    assert not asking.is_stalled(1000 + 30 * SECOND_MS)


def test_who_has_nothing_is_left_alone_for_longer_each_time() -> None:
    """PIECE-13: a minute, then twice as long, at most an hour; who says that it is there is asked at once."""
    patience = Patience()
    assert patience.may_ask(OTHER, BLOB, 0)
    now_ms, waits = 0, []
    for _ in range(8):
        patience.had_none(OTHER, BLOB, now_ms)
        next_ms = patience.next_ms(now_ms)
        assert next_ms is not None
        assert not patience.may_ask(OTHER, BLOB, next_ms - 1)
        assert patience.may_ask(OTHER, BLOB, next_ms)
        waits.append((next_ms - now_ms) // MINUTE_MS)
        now_ms = next_ms
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    patience.had_none(OTHER, BLOB, now_ms)
    patience.has_some(OTHER, BLOB)
    assert patience.may_ask(OTHER, BLOB, now_ms)
    assert patience.next_ms(now_ms) is None
    patience.lied(OTHER, BLOB)
    patience.has_some(OTHER, BLOB)
    assert not patience.may_ask(OTHER, BLOB, now_ms + 9 * HOUR_MS)
    assert patience.may_ask(SPACE, BLOB, now_ms)
