# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file on a stick is whole or not there, and reading one is bounded."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgewise.carriers.bundle import CHUNK_BYTES, bundle_size_bytes, read_bundle, write_bundle
from edgewise.ground.errors import Refusal


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    """Expects a Refusal of this code."""
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def names(folder: Path) -> list[str]:
    """What stands in a folder, leftovers included."""
    return sorted(entry.name for entry in folder.iterdir())


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """All bytes in order, in chunks of bounded size; the file is its owner's alone."""
    path = tmp_path / "for bob.edgewise"
    pieces = [b"a" * (CHUNK_BYTES + 1), b"", b"b" * 10]
    assert write_bundle(path, iter(pieces)) == CHUNK_BYTES + 11
    chunks = list(read_bundle(path))
    assert b"".join(chunks) == b"".join(pieces)
    assert max(map(len, chunks)) <= CHUNK_BYTES
    assert bundle_size_bytes(path) == CHUNK_BYTES + 11
    assert names(tmp_path) == [path.name]
    assert path.stat().st_mode & 0o077 == 0


def test_an_empty_file_reads_as_nothing(tmp_path: Path) -> None:
    """Whether nothing is a bundle is decided elsewhere."""
    path = tmp_path / "empty"
    path.touch()
    assert list(read_bundle(path)) == []


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    """Only on purpose; also if it came to be while ours was being made."""
    path = tmp_path / "for bob"
    path.write_bytes(b"old")
    with refused("file.exists"):
        write_bundle(path, [b"new"])
    assert path.read_bytes() == b"old"
    assert write_bundle(path, [b"new"], replace=True) == 3
    assert path.read_bytes() == b"new"

    other = tmp_path / "for carol"

    def meanwhile() -> Iterator[bytes]:
        yield b"ours"
        other.write_bytes(b"theirs")

    with refused("file.exists"):
        write_bundle(other, meanwhile())
    assert other.read_bytes() == b"theirs"
    assert names(tmp_path) == ["for bob", "for carol"]


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    """Neither the name nor a leftover, and what was there before stays."""
    path = tmp_path / "for bob"
    path.write_bytes(b"old")

    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise Refusal("person.ended")

    with refused("person.ended"):
        write_bundle(path, breaks(), replace=True)
    with refused("file.too_big"):
        write_bundle(path, [b"12345", b"6"], limit_bytes=5, replace=True)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["for bob"]


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "home.full"), (errno.EROFS, "home.unwritable")])
def test_a_disk_that_says_no_is_told_in_words(
    tmp_path: Path, number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full or write-protected stick: a Refusal that says which, and no leftover."""

    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with refused(code):
        write_bundle(tmp_path / "for bob", [b"x"])
    assert names(tmp_path) == []


def test_a_folder_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    """The stick was pulled out before."""
    with refused("home.unwritable"):
        write_bundle(tmp_path / "stick" / "for bob", [b"x"])


def test_what_is_no_plain_file_is_not_read(tmp_path: Path) -> None:
    """Missing, a folder, and a pipe that would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    for path, code in (
        (tmp_path / "none", "file.missing"),
        (tmp_path / "pipe" / "below", "file.missing"),
        (tmp_path, "file.unreadable"),
        (tmp_path / "pipe", "file.unreadable"),
        (Path("/dev/zero"), "file.unreadable"),
    ):
        with refused(code):
            list(read_bundle(path))
        with refused(code):
            bundle_size_bytes(path)


def test_a_file_that_is_too_big_is_not_read(tmp_path: Path) -> None:
    """By its size before the first byte; and where it grows meanwhile, at the bound."""
    path = tmp_path / "big"
    path.write_bytes(bytes(CHUNK_BYTES))
    assert len(b"".join(read_bundle(path, limit_bytes=CHUNK_BYTES))) == CHUNK_BYTES
    with refused("file.too_big"):
        next(read_bundle(path, limit_bytes=CHUNK_BYTES - 1))
    growing = read_bundle(path, limit_bytes=CHUNK_BYTES)
    assert len(next(growing)) == CHUNK_BYTES
    with path.open("ab") as more:
        more.write(b"x" * CHUNK_BYTES)
    with refused("file.too_big"):
        next(growing)
