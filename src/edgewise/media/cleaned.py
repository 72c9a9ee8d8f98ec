# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the cleaning of a format gives, and how its bytes are read: bounded, raising only a Verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edgewise.ground.errors import Verdict
from edgewise.media.jobs import FRAMES_MAX, FRAMES_PIXELS_MAX, PIXELS_MAX, REMOVED, SIDE_MAX_PX, Removed

PARTS_MAX = 200_000
"""Segments, chunks or blocks of one file."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file whose points are untouched and which tells nothing besides.

    ``orientation`` is that of Exif (1 upright … 8); ``width`` and ``height`` are as stored, before turning.
    """

    data: bytes
    width: int
    height: int
    frames: int
    orientation: int
    removed: tuple[Removed, ...]


def broken(reason: str) -> Verdict:
    """The Verdict of bytes that are not what they begin as."""
    return Verdict("media.broken", reason=reason)


def in_order(removed: Iterable[Removed]) -> tuple[Removed, ...]:
    """What was removed, each once, in the order of `REMOVED`."""
    found = set(removed)
    return tuple(each for each in REMOVED if each in found)


def check_size(width: int, height: int, frames: int = 1) -> None:
    """Verdicts "media.broken" without a size, "media.too_large" beyond the bounds."""
    if width < 1 or height < 1 or frames < 1:
        raise broken("no size")
    pixels = width * height
    if max(width, height) > SIDE_MAX_PX or pixels > PIXELS_MAX:
        raise Verdict("media.too_large", limit_mpx=PIXELS_MAX // 1_000_000)
    if frames > FRAMES_MAX or (frames > 1 and pixels * frames > FRAMES_PIXELS_MAX):
        raise Verdict("media.too_large", limit_mpx=PIXELS_MAX // 1_000_000)


class Bytes:
    """A cursor over bytes: to read past the end is a Verdict."""

    __slots__ = ("_left", "at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self._left = PARTS_MAX

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise broken("cut off")
        found = self.data[self.at : end]
        self.at = end
        return found

    def number(self, size: int, order: str = "big") -> int:
        """The next bytes as a number without sign; ``order`` is big or little."""
        return int.from_bytes(self.take(size), "little" if order == "little" else "big")

    def part(self) -> None:
        """One more part begins; too many are a Verdict."""
        self._left -= 1
        if self._left < 0:
            raise broken("too many parts")

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.data)
