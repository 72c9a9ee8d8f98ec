# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order that people see is causal first, and claimed time only where causes leave it open."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.instant import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, YEAR_MS, order_after

NOON_MS = 1_750_000_000_000
instants = st.integers(0, 2**53)


@given(instants, st.lists(instants, max_size=4), instants, instants)
def test_an_operation_stands_after_all_that_it_follows(
    prev: int, deps: list[int], wall: int, arrived: int
) -> None:
    """No claimed time and no wrong clock puts an answer before its question."""
    order = order_after(prev, deps, wall, arrived)
    assert order > prev
    assert all(order > dep for dep in deps)


@given(instants, instants)
def test_a_clock_that_is_years_ahead_gains_five_minutes(wall: int, arrived: int) -> None:
    """Alone, an operation stands at its claimed time, at most five minutes past its arrival."""
    assert order_after(-1, (), wall, arrived) == min(wall, arrived + 5 * MINUTE_MS)


def test_a_slow_clock_does_not_stop_a_conversation() -> None:
    """Bob's clock is a year behind, and his answer still follows alice's post directly."""
    post = order_after(-1, (), NOON_MS, NOON_MS)
    assert order_after(-1, (post,), NOON_MS - YEAR_MS, NOON_MS + SECOND_MS) == post + 1


def test_units() -> None:
    """Units are multiples of one another, in whole milliseconds."""
    assert (SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS) == (1000, 60_000, 3_600_000, 86_400_000)
    assert YEAR_MS == 365 * DAY_MS
