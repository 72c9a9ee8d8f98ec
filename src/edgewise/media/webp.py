# SPDX-License-Identifier: AGPL-3.0-or-later
"""WebP (RFC 9649): the chunks that draw are kept byte by byte, the others dropped."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.media import exif, icc
from edgewise.media.cleaned import Bytes, Cleaned, broken, check_size, in_order
from edgewise.media.jobs import Removed

_PICTURE: Final = (b"VP8 ", b"VP8L")
_IN_FRAME: Final = (b"ALPH", *_PICTURE)
_HAS_ICC, _HAS_ALPHA, _MOVES = 0x20, 0x10, 0x02


class _Walk:
    """One walk over the chunks of a file."""

    def __init__(self, data: bytes) -> None:
        self.kept: list[tuple[bytes, bytes]] = []
        self.size = (0, 0)
        self.frames = 0
        self.flags: int | None = None
        self.orientation = 1
        self.removed: set[Removed] = set()
        size = int.from_bytes(data[4:8], "little") + 8
        if size > len(data) or size < 20:
            raise broken("cut off")
        if size < len(data):
            self.removed.add("rest")
        for name, body in chunks(data[12:size]):
            self._chunk(name, body)
        if not self.frames:
            raise broken("no picture in it")
        check_size(*self.size, self.frames)

    def _chunk(self, name: bytes, body: bytes) -> None:
        if name == b"VP8X":
            if self.flags is not None or self.kept or len(body) < 10:
                raise broken("a second header")
            self.flags = body[0]
            self.size = (int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
            check_size(*self.size)
        elif name in _PICTURE:
            self.frames += 1
            if self.flags is None:
                self.size = _size(name, body)
            self.kept.append((name, body))
        elif name == b"ANMF":
            self.frames += 1
            self.kept.append((name, self._frame(body)))
        elif name in (b"ALPH", b"ANIM"):
            self.kept.append((name, body))
        elif name == b"ICCP":
            self._profile(body)
        else:
            self._dropped(name, body)

    def _frame(self, body: bytes) -> bytes:
        if len(body) < 16:
            raise broken("a frame without a header")
        inner = list(chunks(body[16:]))
        kept = [(name, part) for name, part in inner if name in _IN_FRAME]
        if len(kept) < len(inner):
            self.removed.add("rest")
        return body[:16] + b"".join(chunk(*each) for each in kept)

    def _profile(self, body: bytes) -> None:
        try:
            self.kept.append((b"ICCP", icc.cleaned(body)))
        except Verdict:
            self.removed.add("rest")

    def _dropped(self, name: bytes, body: bytes) -> None:
        if name == b"EXIF":
            self.orientation, place = exif.look(body.removeprefix(b"Exif\0\0"))
            self.removed |= {"camera", "place"} if place else {"camera"}
        elif name == b"XMP ":
            self.removed |= {"camera", "place"} if exif.tells_place(body) else {"camera"}
        else:
            self.removed.add("rest")


def _size(name: bytes, body: bytes) -> tuple[int, int]:
    """Width and height of a key frame (RFC 6386 9.1) or of a lossless picture (RFC 9649 3.4)."""
    if name == b"VP8L":
        if len(body) < 5 or body[0] != 0x2F:
            raise broken("no lossless picture")
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise broken("no picture")
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a list: four letters and bytes each. Verdict media.broken."""
    cursor = Bytes(data)
    while not cursor.is_over:
        cursor.part()
        name = cursor.take(4)
        size = cursor.number(4, "little")
        yield name, cursor.take(size)
        if size % 2 and not cursor.is_over:
            cursor.take(1)


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk, filled to an even length."""
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def clean(data: bytes) -> Cleaned:
    """The picture alone. Verdicts "media.broken", "media.too_large"."""
    walk = _Walk(data)
    kept = b"".join(chunk(*each) for each in walk.kept)
    width, height = walk.size
    if walk.flags is not None:
        flags = walk.flags & (_HAS_ALPHA | _MOVES)
        flags |= _HAS_ICC if any(name == b"ICCP" for name, _ in walk.kept) else 0
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        kept = chunk(b"VP8X", bytes((flags, 0, 0, 0)) + sides) + kept
    whole = b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept
    return Cleaned(whole, width, height, walk.frames, walk.orientation, in_order(walk.removed))


def is_lossless(data: bytes) -> bool:
    """Whether a cleaned file keeps its points exactly."""
    return any(name == b"VP8L" for name, _ in chunks(data[12:]))
