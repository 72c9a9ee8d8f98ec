# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register: who holds what, in few rows, and nothing of it lost."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edgewise.consent.register import ACKED, SENT, Row, merge

ROW = Row(b"bob's computer", b"space", b"log", 0, 9, b"grant", 100, 100, SENT)

ROWS = st.builds(
    lambda first, length, acked, at, grant, holder: Row(
        holder, b"space", b"log", first, first + length, grant, at, at, ACKED if acked else SENT
    ),
    st.integers(0, 20),
    st.integers(0, 8),
    st.booleans(),
    st.integers(0, 5),
    st.sampled_from([b"grant 1", b"grant 2"]),
    st.sampled_from([b"bob", b"carol"]),
)


def told(rows: list[Row]) -> dict[tuple[bytes, int], str]:
    """The state of each place."""
    return {(row.holder, seq): row.state for row in rows for seq in range(row.first_seq, row.last_seq + 1)}


def test_what_goes_out_day_by_day_stays_one_row() -> None:
    """Runs that follow each other under one grant are joined, with the first and last instant."""
    rows: list[Row] = []
    for day in range(365):
        rows = merge(rows, replace(ROW, first_seq=day, last_seq=day, first_ms=day, last_ms=day))
    assert rows == [replace(ROW, first_seq=0, last_seq=364, first_ms=0, last_ms=364)]


def test_an_acknowledgement_covers_its_stretch_only() -> None:
    """Sent and on their disk are told apart."""
    rows = merge([ROW], replace(ROW, first_seq=0, last_seq=3, first_ms=200, last_ms=200, state=ACKED))
    assert rows == [
        replace(ROW, last_seq=3, last_ms=200, state=ACKED),
        replace(ROW, first_seq=4),
    ]


def test_sending_again_forgets_no_acknowledgement() -> None:
    """What was on somebody's disk once may still be there."""
    acked = replace(ROW, state=ACKED)
    assert merge([acked], replace(ROW, first_ms=300, last_ms=300)) == [replace(acked, last_ms=300)]


def test_the_grant_is_the_one_under_which_it_went_first() -> None:
    """A second grant explains only what the first one did not."""
    rows = merge([ROW], replace(ROW, first_seq=5, last_seq=14, grant=b"later", first_ms=300, last_ms=300))
    assert [(row.first_seq, row.last_seq, row.grant) for row in rows] == [
        (0, 9, b"grant"),
        (10, 14, b"later"),
    ]


@given(st.lists(ROWS, max_size=12))
def test_every_place_told_is_kept_once(events: list[Row]) -> None:
    """No place is lost or doubled, and acked is never lost, whatever came in which order."""
    rows: list[Row] = []
    for event in events:
        rows = merge(rows, event)
    expected: dict[tuple[bytes, int], str] = {}
    for event in events:
        for place, state in told([event]).items():
            expected[place] = ACKED if ACKED in (state, expected.get(place)) else SENT
    assert told(rows) == expected
    assert sum(row.last_seq - row.first_seq + 1 for row in rows) == len(expected)
    assert rows == sorted(rows)


@given(st.lists(ROWS, max_size=8), ROWS)
def test_telling_twice_changes_nothing(events: list[Row], again: Row) -> None:
    """Merging is idempotent."""
    rows: list[Row] = []
    for event in events:
        rows = merge(rows, event)
    once = merge(rows, again)
    assert told(merge(once, again)) == told(once)
    assert len(merge(once, again)) <= len(once)
