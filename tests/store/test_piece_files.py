# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the bytes of blobs are: on a disk and in memory alike."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from edgewise.ground.errors import Refusal
from edgewise.store.piece_files import DiskPieces, MemoryPieces, PieceFiles

BLOB, OTHER = b"\x01" * 32, b"\x02" * 32


@pytest.fixture(params=["disk", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> PieceFiles:
    """A place for pieces."""
    return DiskPieces(tmp_path / "pieces") if request.param == "disk" else MemoryPieces()


def test_bytes_stay_where_they_were_put(files: PieceFiles) -> None:
    """Pieces come in any order; what lies between them is a hole."""
    files.write(BLOB, 10, b"later")
    files.write(BLOB, 0, b"first")
    files.sync(BLOB)
    assert files.read(BLOB, 0, 100) == b"first" + bytes(5) + b"later"
    assert files.read(BLOB, 12, 2) == b"te"
    assert files.read(BLOB, 50, 5) == b""
    assert files.read(OTHER, 0, 5) == b""
    assert files.names() == [BLOB]


def test_a_fresh_file_has_its_name_only_when_whole(files: PieceFiles) -> None:
    """What was not finished is never seen under a name."""
    fresh = files.fresh()
    fresh.put(b"half")
    assert files.names() == []
    fresh.put(b" and half")
    fresh.keep(BLOB)
    fresh.drop()
    assert files.read(BLOB, 0, 100) == b"half and half"
    dropped = files.fresh()
    dropped.put(b"x")
    dropped.drop()
    assert files.names() == [BLOB]


def test_what_a_crash_left_is_cleaned_away(files: PieceFiles) -> None:
    """All but the known files go; removing what is not there is no error."""
    files.write(BLOB, 0, b"known")
    files.write(OTHER, 0, b"left over")
    files.remove(b"\x03" * 32)
    assert files.clean(frozenset({BLOB})) == 1
    assert files.names() == [BLOB]
    files.remove(BLOB)
    assert files.names() == []
    assert files.clean(frozenset()) == 0


def test_only_its_owner_can_read_the_folder(tmp_path: Path) -> None:
    """Sealed as they are, pieces are nobody else's business; half files of a crash are cleaned away too."""
    files = DiskPieces(tmp_path / "pieces")
    files.write(BLOB, 0, b"x")
    fresh = files.fresh()
    assert stat.S_IMODE((tmp_path / "pieces").stat().st_mode) == 0o700
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in (tmp_path / "pieces").iterdir())
    assert len(list((tmp_path / "pieces").iterdir())) == 2
    fresh.put(b"never finished")
    assert files.clean(frozenset({BLOB})) == 1
    fresh.drop()


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "home.full"), (errno.EIO, "home.unwritable")])
def test_a_disk_that_refuses_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    """A full disk and a broken one are told apart, and neither is a crash."""
    files = DiskPieces(tmp_path / "pieces")
    files.write(BLOB, 0, b"x")

    def refuse(fd: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fdatasync", refuse)
    with pytest.raises(Refusal) as caught:
        files.sync(BLOB)
    assert caught.value.code == code


def test_a_power_cut_takes_what_was_not_synced() -> None:
    """The store in memory forgets like a disk does."""
    files = MemoryPieces()
    files.write(BLOB, 0, b"safe")
    files.sync(BLOB)
    files.write(BLOB, 0, b"lost")
    files.write(OTHER, 0, b"lost")
    files.lose_unsynced()
    assert files.read(BLOB, 0, 9) == b"safe"
    assert files.names() == [BLOB]
    files.leave_free(3)
    with pytest.raises(Refusal, match=r"home\.full"):
        files.write(BLOB, 0, b"full")


@pytest.mark.parametrize("make", [MemoryPieces, lambda: DiskPieces(Path())])
def test_there_is_room(make: Callable[[], PieceFiles]) -> None:
    """A place says how much more it takes."""
    assert make().free_bytes() > 0
