# SPDX-License-Identifier: AGPL-3.0-or-later
"""Medians, quantiles, and who is ahead of whom."""

from bench.peers.figures import KINDS, Result, quantile, times_ahead


def test_ahead_means_better_whichever_way_is_better() -> None:
    """Twice the rate and half the time are both two times ahead."""
    assert times_ahead(KINDS["replicate"], 6000.0, 3000.0) == 2.0
    assert times_ahead(KINDS["live-p50"], 5.0, 10.0) == 2.0
    assert times_ahead(KINDS["live-p50"], 10.0, 5.0) == 0.5


def test_nothing_is_ahead_of_what_was_not_measured() -> None:
    """Without both values, or with a value of nothing, there is no ratio."""
    assert times_ahead(KINDS["replicate"], None, 3000.0) is None
    assert times_ahead(KINDS["replicate"], 3000.0, None) is None
    assert times_ahead(KINDS["memory"], 50.0, 0.0) is None


def test_a_result_is_the_median_of_its_rounds() -> None:
    """One slow round does not count; the spread says that it was there."""
    result = Result([100.0, 10.0, 110.0])
    assert result.value == 100.0
    assert result.spread == (10.0, 110.0)
    assert (Result().value, Result().spread) == (None, None)


def test_a_quantile_is_one_of_the_values() -> None:
    """Nearest rank: of a hundred values the 99th is the last but one."""
    values = [float(n) for n in range(100, 0, -1)]
    assert quantile(values, 0.5) == 50.0
    assert quantile(values, 0.99) == 99.0
    assert quantile([7.0], 0.99) == 7.0
