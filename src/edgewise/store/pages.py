# SPDX-License-Identifier: AGPL-3.0-or-later
"""A store's file, and the write-ahead log beside it, looked at without SQLite.

Every sealed page tells for itself whether it is whole (keys.sealed_pages). The log's frames carry SQLite's
checksums over the sealed bytes besides (SQLite, "WAL file format").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgewise.keys.sealed_pages import PAGE_BYTES, flips, is_whole, mended, near

__all__ = ["FRAME_BYTES", "PAGE_BYTES", "damaged", "log_is_cut", "log_mended", "mended"]

_HEAD_BYTES: Final = 32
_FRAME_HEAD_BYTES: Final = 24
FRAME_BYTES: Final = _FRAME_HEAD_BYTES + PAGE_BYTES
_WAL_MAGICS: Final = (0x377F0682, 0x377F0683)
_WORDS: Final = {big: struct.Struct(f"{'>' if big else '<'}{PAGE_BYTES // 4}I") for big in (False, True)}

Sum = tuple[int, int]


def damaged(path: Path, key: bytes) -> list[int]:
    """The numbers of the pages of a file that are not whole, rising. OSError where it can't be read."""
    found = []
    with path.open("rb") as file:
        number = 0
        while page := file.read(PAGE_BYTES):
            number += 1
            if len(page) < PAGE_BYTES or not is_whole(page, number, key):
                found.append(number)
    return found


# --- the log beside it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Frame:
    at: int  # where it begins in the log
    page: int
    commit: int  # the file's size in pages after this frame, or 0 within a transaction
    salts: bytes
    sum: Sum


def log_is_cut(log: bytes, frames_read: int, key: bytes | None) -> bool:
    """Whether something that had been synced stands behind the frames that SQLite could read.

    A power cut leaves at most one transaction unsynced. So there is damage where one flipped bit explains why
    the reading stopped, or where more than one transaction of this log follows.
    """
    if len(log) < _HEAD_BYTES + FRAME_BYTES:
        return False
    head = log[:_HEAD_BYTES]
    if not _head_holds(head):
        return _head_mended(log) is not None
    rest = list(_frames(log))[frames_read:]
    if not any(near(frame.salts, head[16:24]) for frame in rest):
        return False
    bad = _first_bad(log, rest, _sum_before(log, frames_read))
    if bad is None:
        return False
    if _frame_mended(log, rest[bad], _sum_of(log, rest, bad, frames_read), key) is not None:
        return True
    return _goes_on(log, rest[bad + 1 :], key)


def _head_holds(head: bytes) -> bool:
    magic = int.from_bytes(head[:4], "big")
    return magic in _WAL_MAGICS and _summed(head[:24], (0, 0), bool(magic & 1)) == struct.unpack(
        ">2I", head[24:32]
    )


def _head_mended(log: bytes) -> bytes | None:
    """The log's head before one of its bits was flipped: it holds, and has the salts of the first frame."""
    first = log[_HEAD_BYTES : _HEAD_BYTES + FRAME_BYTES]
    heads = [each for each in flips(log[:_HEAD_BYTES]) if each[16:24] == first[8:16] and _head_holds(each)]
    # Two bits may explain it alike: then the first frame decides, which goes on from the head's checksum.
    fits = (each for each in heads if _fits(each, first, _sum_before(each, 0)))
    return next(fits, heads[0] if heads else None)


def _summed(data: bytes, before: Sum, big: bool) -> Sum:
    one, two = before
    words = (
        _WORDS[big].unpack(data)
        if len(data) == PAGE_BYTES
        else struct.unpack(f"{'>' if big else '<'}{len(data) // 4}I", data)
    )
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _frames(log: bytes) -> Iterator[_Frame]:
    for at in range(_HEAD_BYTES, len(log) - FRAME_BYTES + 1, FRAME_BYTES):
        page, commit, _, _, one, two = struct.unpack(">6I", log[at : at + _FRAME_HEAD_BYTES])
        yield _Frame(at, page, commit, log[at + 8 : at + 16], (one, two))


def _sum_before(log: bytes, frames_read: int) -> Sum:
    """The checksum up to the first frame that was not read: what stands in the frame before it."""
    at = _HEAD_BYTES + (frames_read - 1) * FRAME_BYTES + 16 if frames_read else 24
    one, two = struct.unpack(">2I", log[at : at + 8])
    return one, two


def _sum_of_frame(log: bytes, at: int, before: Sum) -> Sum:
    big = bool(log[3] & 1)
    after = _summed(log[at : at + 8], before, big)
    return _summed(log[at + _FRAME_HEAD_BYTES : at + FRAME_BYTES], after, big)


def _first_bad(log: bytes, frames: list[_Frame], before: Sum) -> int | None:
    for at, frame in enumerate(frames):
        before = _sum_of_frame(log, frame.at, before)
        if frame.sum != before or frame.salts != log[16:24]:
            return at
    return None


def _sum_of(log: bytes, rest: list[_Frame], bad: int, frames_read: int) -> Sum:
    return rest[bad - 1].sum if bad else _sum_before(log, frames_read)


def _frame_mended(log: bytes, frame: _Frame, before: Sum, key: bytes | None) -> bytes | None:
    """The frame before one of its bits was flipped, by the checksums, and the page's own tag; or None."""
    head, page = (
        log[frame.at : frame.at + _FRAME_HEAD_BYTES],
        log[frame.at + _FRAME_HEAD_BYTES :][:PAGE_BYTES],
    )
    heads = list(flips(head))
    if key is not None and not is_whole(page, frame.page, key):
        heads = [each for each in heads[:32] if is_whole(page, int.from_bytes(each[:4], "big"), key)]
        right = mended(page, frame.page, key)
        if right is not None and _fits(log, head + right, before):
            return head + right
    return next((each + page for each in heads if _fits(log, each + page, before)), None)


def _fits(log: bytes, frame: bytes, before: Sum) -> bool:
    if frame[8:16] != log[16:24]:
        return False
    return _sum_of_frame(log[:_HEAD_BYTES] + frame, _HEAD_BYTES, before) == struct.unpack(">2I", frame[16:24])


def _goes_on(log: bytes, frames: list[_Frame], key: bytes | None) -> bool:
    """Whether a transaction ends among these frames, and another one follows it."""
    ended = False
    for frame in frames:
        if frame.salts != log[16:24]:
            continue
        whole = key is None or is_whole(
            log[frame.at + _FRAME_HEAD_BYTES : frame.at + FRAME_BYTES], frame.page, key
        )
        if whole and ended:
            return True
        ended = ended or (whole and frame.commit > 0)
    return False


def log_mended(log: bytes, key: bytes) -> tuple[bytes, int]:
    """The log with each flipped bit put right, as far as one bit in a frame explains it; and how many."""
    if len(log) < _HEAD_BYTES + FRAME_BYTES:
        return log, 0
    head, count = log[:_HEAD_BYTES], 0
    if not _head_holds(head):
        right = _head_mended(log)
        if right is None:
            return log, 0
        log, count = right + log[_HEAD_BYTES:], 1
    before = _sum_before(log, 0)
    for frame in list(_frames(log)):
        after = _sum_of_frame(log, frame.at, before)
        if frame.sum != after or frame.salts != log[16:24]:
            right = _frame_mended(log, frame, before, key)
            if right is None:
                break
            log = log[: frame.at] + right + log[frame.at + FRAME_BYTES :]
            after, count = _sum_of_frame(log, frame.at, before), count + 1
        before = after
    return log, count
