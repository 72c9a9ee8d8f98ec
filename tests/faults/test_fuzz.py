# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every reader of foreign bytes says no in our own words, soon and in little room; `make fuzz` tries more."""

from pathlib import Path

import pytest

from edgewise.ground.errors import Verdict
from fuzz import driver
from fuzz.corpus import samples
from fuzz.targets import TARGETS, Target

# Targets that answer anything: of a bad note there is as good as none, and what peers say never raises.
ALWAYS_YES = ("node_note", "page_place", "line", "stranger", "request")


def crashers(count: int, seed: int) -> list[Path]:
    """What was found within so many cases over all targets."""
    found = driver.fuzz(TARGETS, count, seed, lambda line: None)
    for each in found:
        assert each.cases >= len(samples(each.target))
        assert each.target in ALWAYS_YES or any(code for code in each.codes), each.target
    return [path for each in found for path in each.crashers]


def test_a_sample_of_bent_inputs() -> None:
    """Five thousand cases, and every crasher that was ever found."""
    assert crashers(5_000, 1) == []


@pytest.mark.long
def test_a_hundred_thousand_bent_inputs() -> None:
    """More of the same, from another seed."""
    assert crashers(100_000, 2) == []


def test_each_target_says_yes_to_something() -> None:
    """Samples that nobody takes would only try the outermost check."""
    for target in TARGETS:
        tried = driver.fuzz([target], 1, 1, lambda line: None)[0]
        yes = tried.codes[""] + sum(tried.codes[f"status {code}"] for code in (200, 204, 303))
        assert yes > 0, target.name


def test_a_reader_that_raises_something_else_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A canary: an error that is not ours is kept as a crasher once, with its place; a Verdict is none."""
    monkeypatch.setattr("fuzz.corpus.CORPUS", tmp_path)
    (tmp_path / "careless").mkdir()
    (tmp_path / "careless" / "sample").write_bytes(b"\x01\x02\x03")

    def careless(data: bytes) -> None:
        if data[:1] == b"\x01":
            raise Verdict("frame.malformed")
        data[2]

    (tried,) = driver.fuzz([Target("careless", careless, "raw")], 500, 1, lambda line: None)
    assert [path.name.split("-")[:2] for path in tried.crashers] == [["crash", "IndexError"]]
    assert tried.codes["frame.malformed"] > 100
