# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bench command as somebody types it, in a small part of its full size."""

import json
from pathlib import Path

import pytest

from tests.stories.home import Home, computers


@pytest.fixture
def alice(tmp_path: Path) -> Home:
    with computers(tmp_path, "Alice") as (made,):
        return made


def test_figures_are_printed_kept_and_compared(alice: Home, tmp_path: Path) -> None:
    """One object per figure with its limit, the same in a file without paths, and a comparison with it."""
    figures = alice.value("bench", "post", "ingest", "--scale", "0.005", "--folder", tmp_path / "bench")
    assert [(each["job"], each["figure"]) for each in figures] == [
        ("post", "p50"),
        ("post", "p99"),
        ("ingest", "run"),
        ("ingest", "singly"),
    ]
    for each in figures:
        assert each["value"] > 0
        assert each["limit"] > 0
        assert each["met"] is None, "a part of the full size is not judged"
    (kept,) = (tmp_path / "bench").glob("*.json")
    assert json.loads(kept.read_text("utf-8"))["figures"] == figures
    assert str(tmp_path) not in kept.read_text("utf-8")
    said = alice.ok("bench", "post", "--scale", "0.005", "--folder", tmp_path / "bench", "--against", kept)
    assert "× the limit" in said
    assert alice.run("bench", "nonsense").returncode == 2


def test_two_processes_and_a_page_are_measured(alice: Home, tmp_path: Path) -> None:
    """The jobs with nodes of their own end by themselves and leave no folder of a person behind."""
    folder = tmp_path / "bench"
    figures = alice.value("bench", "sync", "live", "open", "--scale", "0.002", "--folder", folder)
    assert {each["job"] for each in figures} == {"sync", "live", "open"}
    assert all(each["value"] > 0 for each in figures)
    assert sorted(each.name.split("-")[0] for each in folder.iterdir() if each.is_dir()) == ["shelf"]
