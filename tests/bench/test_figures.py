# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a figure says of itself, and of an earlier one."""

import json
from pathlib import Path

import pytest

from edgewise.bench.figures import Figure, compared, quantile, read_earlier, rounded, said, table
from edgewise.ground.errors import Refusal


def test_a_bar_is_met_only_where_value_and_ratio_both_hold() -> None:
    """More is asked of a rate, less of a time; a ratio without a limit is not met."""
    assert Figure("ingest", "run", 12_000, "1/s", "higher", 20_000, bar=10_000, bar_ratio=0.5).met is True
    assert Figure("ingest", "run", 12_000, "1/s", "higher", 30_000, bar=10_000, bar_ratio=0.5).met is False
    assert Figure("ingest", "run", 9_999, "1/s", "higher", 10_000, bar=10_000).met is False
    assert Figure("post", "p99", 4.0, "ms", "lower", 2.0, bar_ratio=2.0).met is True
    assert Figure("post", "p99", 4.1, "ms", "lower", 2.0, bar_ratio=2.0).met is False
    assert Figure("post", "p99", 4.0, "ms", "lower", bar_ratio=2.0).met is False


def test_what_was_not_measured_whole_is_not_judged() -> None:
    """A part of the full size, and a figure without a bar, are neither met nor missed."""
    assert Figure("open", "median", 0.5, "s", "lower", bar=1.0, whole=False).met is None
    assert Figure("open", "best", 0.5, "s", "lower").met is None


def test_an_object_for_programs_has_all_that_the_table_has() -> None:
    """One object per figure: job, value, unit, limit, ratio, bar, met."""
    plain = Figure("sync", "posts", 6543.21, "posts/s", "higher", 20_000, "all", 6_000).plain()
    assert {"job", "value", "unit", "limit", "ratio", "bar", "met"} <= set(plain)
    assert (plain["value"], plain["ratio"], plain["met"]) == (6543, 0.3272, True)


def test_a_quantile_is_a_value_that_was_measured() -> None:
    """Nearest rank: of a hundred values the 99th is p99, the 50th p50; of one value it is that."""
    values = [float(n) for n in range(100, 0, -1)]
    assert quantile(values, 0.99) == 99
    assert quantile(values, 0.5) == 50
    assert quantile([7.0], 0.95) == 7


def test_numbers_keep_the_digits_that_count() -> None:
    """Four digits in files, three in tables; nothing and zero stay what they are."""
    assert rounded(123456.0) == 123500
    assert rounded(0.000123456) == 0.0001235
    assert rounded(None) is None
    assert rounded(0) == 0
    assert said(12345.6) == "12,300"
    assert said(0.1234) == "0.123"
    assert said(None) == ""


def test_the_table_says_bars_in_their_direction() -> None:
    """At least for rates, at most for times, and a times sign behind a ratio."""
    head, row = table([Figure("post", "p99", 1.5, "ms", "lower", 1.0, bar=3, bar_ratio=2)])
    assert head[0] == "figure"
    assert row == ("post p99", "1.5 ms", "1", "1.5×", "≤ 3 ≤ 2×", "yes")


def test_a_comparison_goes_by_the_ratio_to_the_limit() -> None:
    """On another day the computer is slower, and the limit too: only a changed ratio is better or worse."""
    before = [Figure("ingest", "run", 2_000, "1/s", "higher", 20_000).plain()]
    slower_day = Figure("ingest", "run", 1_000, "1/s", "higher", 10_000)
    mended = Figure("ingest", "run", 1_500, "1/s", "higher", 10_000)
    fresh = Figure("idle", "resident", 80, "MB", "lower")
    assert compared([slower_day], before)[1][-1] == "same"
    assert compared([mended], before)[1][-1] == "better"
    assert compared([fresh], before)[1][-1] == "new"
    heavier = Figure("idle", "resident", 99, "MB", "lower")
    assert compared([heavier], [fresh.plain()])[1][-1] == "worse"


def test_an_earlier_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    """What `bench` kept is read again; a missing file and one of something else are Refusals."""
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"figures": [{"job": "post", "figure": "p99"}]}), encoding="utf-8")
    assert read_earlier(kept) == [{"job": "post", "figure": "p99"}]
    with pytest.raises(Refusal, match=r"file\.missing"):
        read_earlier(tmp_path / "none.json")
    for other in ("[]", "{}", "no", '{"figures": 3}', '{"figures": [1]}'):
        kept.write_text(other, encoding="utf-8")
        with pytest.raises(Refusal, match=r"file\.unreadable"):
            read_earlier(kept)
