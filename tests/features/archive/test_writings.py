# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own writing as plain files: the same bytes each time, nobody else's words, and back again."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.faces.kit.words import translator
from edgewise.features.archive import writings
from edgewise.features.archive.cli import texts_in
from edgewise.features.archive.writings import Acquaintance, Archive, Writing
from edgewise.ground.errors import Refusal

GOLDEN = Path(__file__).parent / "golden"
TEXTS = texts_in(translator("en"), "Ana")
NOON_MS = 1_763_899_200_000
ARCHIVE = Archive(
    1,
    "Ana",
    (
        Writing("aa" * 32, "post", "Only me", NOON_MS, "# Leeks\n\nand snow"),
        Writing("ab" * 32, "post", "Walkers", NOON_MS + 60_000, "Who comes?", "a hill", "", ("Bo", "Carol")),
        Writing("ac" * 32, "post", "walkers!", NOON_MS + 40 * 86_400_000, "Nobody came."),
        Writing("ad" * 32, "answer", "Bo", NOON_MS, "I do.", "", "Bo"),
        Writing("ae" * 32, "line", "قهوة", NOON_MS, "Straße 🌱"),
    ),
    (
        Acquaintance("Bo", "Robert", "live", NOON_MS, NOON_MS + 365 * 86_400_000, ("Walkers",)),
        Acquaintance("Carol", "Carol", "ended", NOON_MS, NOON_MS),
    ),
)


def test_files_are_the_golden_ones() -> None:
    """ARCHIVE-5, ARCHIVE-6: every file, byte for byte."""
    found = writings.files(ARCHIVE, TEXTS)
    page = "".join(f"=== {name}\n{data.decode()}" for name, data in found)
    assert page == (GOLDEN / "export.txt").read_text("utf-8")


def test_what_is_written_is_read_back() -> None:
    """ARCHIVE-5: the JSON holds everything."""
    assert writings.from_json(writings.as_json(ARCHIVE)) == ARCHIVE


def bad(**changes: object) -> bytes:
    """The JSON of an export with something else in its first writing, or at its top."""
    value = json.loads(writings.as_json(ARCHIVE))
    for name, change in changes.items():
        (value if name in value else value["writings"][0])[name] = change
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "archive.malformed"),
        (b"\xff\xfe", "archive.malformed"),
        (b"[" * 100_000, "archive.malformed"),
        (b'{"edgewise": 1}', "archive.malformed"),
        (b'{"edgewise": 2}', "archive.newer"),
        (bad(edgewise=0), "archive.malformed"),
        (bad(id="AA" * 32), "archive.malformed"),
        (bad(id="../../etc"), "archive.malformed"),
        (bad(kind="command"), "archive.malformed"),
        (bad(written_ms=0), "archive.malformed"),
        (bad(written_ms=2**60), "archive.malformed"),
        (bad(text="x" * 10_001), "archive.malformed"),
        (bad(text=5), "archive.malformed"),
        (bad(writings="all"), "archive.malformed"),
        (bad(text="half \ud800"), "archive.malformed"),
    ],
)
def test_what_is_no_export_is_refused(data: bytes, code: str) -> None:
    """ARCHIVE-5, ARCHIVE-7: bounded, typed, and in our own words."""
    with pytest.raises(Refusal) as no:
        writings.from_json(data)
    assert no.value.code == code


def test_unknown_fields_are_ignored() -> None:
    """ARCHIVE-5: a later program may add some."""
    value = json.loads(writings.as_json(ARCHIVE))
    value["more"] = value["writings"][0]["more"] = [1]
    assert writings.from_json(json.dumps(value).encode()) == ARCHIVE


@given(st.binary(max_size=300), st.integers(0, 900))
def test_noise_is_refused(noise: bytes, at: int) -> None:
    """ARCHIVE-7: whatever stands in the file, only a Refusal comes out."""
    data = writings.as_json(ARCHIVE)
    try:
        writings.from_json(data[:at] + noise + data[at + len(noise) :])
    except Refusal as no:
        assert no.code in ("archive.malformed", "archive.newer")  # noqa: PT017 (both outcomes are right)
