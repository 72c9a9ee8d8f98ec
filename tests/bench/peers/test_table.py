# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table says what was measured, what was not, and what differs."""

import json

from bench.peers.figures import OURS, Result, Results
from bench.peers.stage import Peer
from bench.peers.table import HEAD, page, plain, rows, said, told

RESULTS: Results = {
    "replicate": {
        OURS: Result([6000.0, 5000.0, 7000.0]),
        "hypercore": Result([3000.0]),
        "ssb-db2": Result([3001.0]),
    },
    "document": {"automerge-repo": Result([1710.6])},
    "file": {OURS: Result([0.5]), "syncthing": Result(why_not="apt-get is not\non this | computer")},
}


def test_a_row_has_both_values_their_ratio_and_the_bar() -> None:
    """A bar is met at the ratio itself, and not met below it."""
    first, second, *_ = rows(RESULTS)
    assert first[2:] == ("6,000 (5,000–7,000)", "hypercore", "3,000", "2×", "≥ 2×: met")
    assert second[3:] == ("ssb-db2", "3,001", "2×", "≥ 2×: not met")
    assert all(len(row) == len(HEAD) for row in rows(RESULTS))


def test_what_ours_does_not_have_is_a_dash() -> None:
    """A job that ours can't do yet has the peer's value, and no ratio."""
    row = next(row for row in rows(RESULTS) if "document" in row[0])
    assert row[2:] == ("—", "automerge-repo", "1,711", "—", "")
    assert "less is better" in row[1]


def test_who_did_not_run_says_why_within_the_table() -> None:
    """The reason stands on one line and breaks no column."""
    row = next(row for row in rows(RESULTS) if "file" in row[0])
    assert row[3:] == ("syncthing", "did not run: apt-get is not on this / computer", "—", "")
    assert told(Result([7.0], "no answer")) == "7; in one round not: no answer"


def test_ours_alone_has_a_row_too() -> None:
    """A figure that no peer gives is told all the same."""
    alone: Results = {"memory": {OURS: Result([58.8])}}
    assert rows(alone) == [
        ("memory of one side after it, idle", "MiB, less is better", "58.8", "—", "—", "—", ""),
    ]


def test_numbers_keep_the_digits_that_count() -> None:
    """Three digits of small ones, whole units of large ones, a dash for none."""
    assert [said(value) for value in (0.123456, 7.0, 99.94, 12345.6, None)] == [
        "0.123", "7", "99.9", "12,346", "—",
    ]  # fmt: skip
    assert told(None) == told(Result()) == "—"


def test_the_page_names_only_those_who_were_measured() -> None:
    """Below the table stands what differs, with versions, for each who is in it."""
    peers = [Peer("hypercore", "hypercore", {}, "A log."), Peer("autobase", "autobase", {}, "An order.")]
    text = page(RESULTS, peers, {"hypercore": "hypercore 11.37.1"}, {"cores": 2})
    assert "- **hypercore** hypercore 11.37.1: A log.\n" in text
    assert "autobase" not in text
    assert text.startswith("cores 2\n")


def test_json_has_one_object_for_each_figure_and_program() -> None:
    """Programs read the same: value, rounds, ratio, and why something is missing."""
    value = json.loads(json.dumps(plain(RESULTS, {}, {"cores": 2})))
    by = {(each["figure"], each["who"]): each for each in value["figures"]}
    assert by["replicate", "hypercore"]["times_ahead"] == 2.0
    assert by["replicate", OURS]["rounds"] == [6000.0, 5000.0, 7000.0]
    assert by["replicate", OURS]["times_ahead"] is None
    assert by["file", "syncthing"]["value"] is None
    assert by["file", "syncthing"]["why_not"]
