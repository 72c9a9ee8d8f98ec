# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scratch file gives back what was written, and leaves nothing readable."""

import io
import random
from pathlib import Path

import pytest

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.store.scratch import Scratch

SIZES = (0, 1, 65_535, 65_536, 65_537, 300_000)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(tmp_path: Path, size: int) -> None:
    """Written in odd parts, read whole, in parts, and from the middle."""
    chance = random.Random(size)
    data = chance.randbytes(size)
    with Scratch(tmp_path, SeededEntropy(b"scratch")) as scratch:
        at = 0
        while at < size:
            at += scratch.write(data[at : at + chance.randrange(1, 50_000)])
        assert scratch.size_bytes == size
        assert scratch.seek(0, io.SEEK_END) == size
        scratch.seek(0)
        assert scratch.readall() == data
        for _ in range(20):
            start = chance.randrange(size + 1)
            scratch.seek(start)
            found = scratch.read(1000)
            assert found is not None
            assert data[start : start + len(found)] == found
            assert found or start == size


def test_the_disk_holds_noise_and_then_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies on the disk meanwhile holds none of the words; after closing no file is left."""
    scratch = Scratch(tmp_path, SeededEntropy(b"scratch"))
    scratch.write(b"leeks and crates" * 20_000)
    scratch._file.seek(0)
    assert b"leeks" not in scratch._file.read()
    scratch.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """Where the disk takes no more, the person reads so."""
    scratch = Scratch(tmp_path, SeededEntropy(b"scratch"))

    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(28, "no space")

    scratch._file.close()
    scratch._file = Full()  # type: ignore[assignment]
    with pytest.raises(Refusal, match=r"home\.full"):
        scratch.write(bytes(70_000))
