# SPDX-License-Identifier: AGPL-3.0-or-later
"""JPEG (ITU-T T.81, JFIF, Exif): segments that draw are kept byte by byte, the others dropped."""

from __future__ import annotations

import re
import struct
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.media import exif, icc
from edgewise.media.cleaned import Bytes, Cleaned, broken, check_size, in_order
from edgewise.media.jobs import Removed

SCANS_MAX: Final = 100
"""Scans of a progressive picture; real ones have ten. Each costs a walk over all points."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DRAWS: Final = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD}
_EOI, _SOS, _COM, _APP0, _APP1, _APP2, _APP13, _APP14 = 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xE2, 0xED, 0xEE
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_NEXT: Final = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_ICC: Final = b"ICC_PROFILE\0"
_ICC_PART_BYTES: Final = 65_519


class _Walk:
    """One walk over the segments."""

    def __init__(self, data: bytes) -> None:
        self.bytes = Bytes(data, 2)
        self.size = (0, 0)
        self.orientation = 1
        self.removed: set[Removed] = set()
        self.first = b""
        self.drawing: list[bytes] = []
        self.profile: dict[int, bytes] = {}
        self.scans = 0

    def run(self) -> None:
        """To the end of the picture; what stands behind it is another, or hidden."""
        while True:
            self.bytes.part()
            marker = self._marker()
            if marker == _EOI:
                break
            if marker in _ALONE:
                continue
            body = self.bytes.take(max(self.bytes.number(2) - 2, -1))
            self._segment(marker, body)
        if not self.scans or self.size == (0, 0):
            raise broken("no picture in it")
        if not self.bytes.is_over:
            self.removed.add("rest")

    def _marker(self) -> int:
        if self.bytes.number(1) != 0xFF:
            raise broken("no marker where one must be")
        marker = 0xFF
        while marker == 0xFF:
            marker = self.bytes.number(1)
        return marker

    def _segment(self, marker: int, body: bytes) -> None:
        whole = bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
        if marker in _DRAWS:
            if marker in _FRAMES:
                self._frame(body)
            self.drawing.append(whole)
        elif marker == _SOS:
            self.drawing.append(whole + self._scan())
        elif marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 12:
            self.first = b"\xff\xe0\0\x10" + body[:12] + bytes(2)
        elif marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
            self.drawing.append(b"\xff\xee\0\x0e" + body[:12])
        elif marker == _APP2 and body.startswith(_ICC) and len(body) > 14:
            self.profile.setdefault(body[12], body[14:])
        else:
            self._dropped(marker, body)

    def _frame(self, body: bytes) -> None:
        if len(body) < 6 or self.size != (0, 0):
            raise broken("not one frame")
        height, width = struct.unpack_from(">HH", body, 1)
        check_size(width, height)
        self.size = (width, height)

    def _scan(self) -> bytes:
        self.scans += 1
        if self.scans > SCANS_MAX or self.size == (0, 0):
            raise broken("scans without end or without a frame")
        found = _NEXT.search(self.bytes.data, self.bytes.at)
        if found is None:
            raise broken("cut off")
        return self.bytes.take(found.start() - self.bytes.at)

    def _dropped(self, marker: int, body: bytes) -> None:
        if marker == _APP1 and body.startswith(b"Exif\0"):
            orientation, place = exif.look(body[6:])
            self.orientation = self.orientation if orientation == 1 else orientation
            self.removed |= {"camera", "place"} if place else {"camera"}
        elif marker == _APP1:
            self.removed |= {"camera", "place"} if exif.tells_place(body) else {"camera"}
        elif marker in (_COM, _APP13):
            self.removed.add("words")
        else:
            self.removed.add("rest")


def clean(data: bytes) -> Cleaned:
    """The picture alone. A turn that Exif told stays, alone in a block of ours, so that no point changes.

    Verdicts "media.broken", "media.too_large".
    """
    walk = _Walk(data)
    walk.run()
    parts = [b"\xff\xd8", walk.first]
    if walk.orientation != 1:
        block = b"Exif\0\0" + exif.orientation_alone(walk.orientation)
        parts.append(b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block)
    parts += [*_profile(walk), *walk.drawing, b"\xff\xd9"]
    width, height = walk.size
    return Cleaned(b"".join(parts), width, height, 1, walk.orientation, in_order(walk.removed))


def _profile(walk: _Walk) -> list[bytes]:
    if not walk.profile:
        return []
    try:
        profile = icc.cleaned(b"".join(walk.profile[each] for each in sorted(walk.profile)))
    except Verdict:
        walk.removed.add("rest")  # colours that nobody can read are no colours
        return []
    cuts = [profile[at : at + _ICC_PART_BYTES] for at in range(0, len(profile), _ICC_PART_BYTES)]
    return [
        b"\xff\xe2" + struct.pack(">H", len(cut) + 16) + _ICC + bytes((number, len(cuts))) + cut
        for number, cut in enumerate(cuts, 1)
    ]
