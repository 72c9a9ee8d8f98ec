# SPDX-License-Identifier: AGPL-3.0-or-later
"""PNG and moving PNG (W3C PNG, third edition): chunks that draw are kept byte by byte, the others dropped."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.media import exif, icc
from edgewise.media.cleaned import Bytes, Cleaned, broken, check_size, in_order
from edgewise.media.jobs import Removed

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DRAWS: Final = frozenset(
    (
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"),
        *(b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"),
    )
)
_WORDS: Final = frozenset((b"tEXt", b"zTXt", b"iTXt"))


class _Walk:
    """One walk over the chunks."""

    def __init__(self, data: bytes) -> None:
        self.bytes = Bytes(data, len(SIGNATURE))
        self.kept: list[bytes] = []
        self.size = (0, 0)
        self.frames = 1
        self.orientation = 1
        self.removed: set[Removed] = set()

    def run(self) -> None:
        """To IEND; what stands behind it is hidden (a cropped picture may still be there whole)."""
        name = b""
        while name != b"IEND":
            self.bytes.part()
            size = self.bytes.number(4)
            name = self.bytes.take(4)
            body = self.bytes.take(size)
            if self.bytes.number(4) != zlib.crc32(name + body):
                raise broken("a wrong sum")
            if (name == b"IHDR") != (self.size == (0, 0)):
                raise broken("not one header at the head")
            self._chunk(name, body)
        if not self.bytes.is_over:
            self.removed.add("rest")

    def _chunk(self, name: bytes, body: bytes) -> None:
        if name == b"IHDR":
            if len(body) != 13:
                raise broken("no header")
            self.size = struct.unpack_from(">II", body)
            check_size(*self.size)
        elif name == b"acTL":
            if len(body) != 8:
                raise broken("no count of frames")
            self.frames = max(1, struct.unpack_from(">I", body)[0])
            check_size(*self.size, self.frames)
        if name in _DRAWS:
            self.kept.append(chunk(name, body))
        elif name == b"iCCP":
            self._profile(body)
        elif not name[0] & 0x20:
            raise broken("a part that must be known, and is not")
        else:
            self._dropped(name, body)

    def _profile(self, body: bytes) -> None:
        _name, _, packed = body.partition(b"\0")
        inflate = zlib.decompressobj()
        try:
            profile = icc.cleaned(inflate.decompress(packed[1:], icc.PROFILE_MAX_BYTES))
        except (zlib.error, Verdict):
            self.removed.add("rest")
            return
        self.kept.append(chunk(b"iCCP", b"colours\0\0" + zlib.compress(profile)))

    def _dropped(self, name: bytes, body: bytes) -> None:
        if name == b"eXIf":
            self.orientation, place = exif.look(body)
            self.removed |= {"camera", "place"} if place else {"camera"}
        elif name in _WORDS:
            self.removed |= {"words", "place"} if exif.tells_place(body) else {"words"}
        elif name == b"tIME":
            self.removed.add("camera")
        else:
            self.removed.add("rest")


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk with its length and its sum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def clean(data: bytes) -> Cleaned:
    """The picture alone. Verdicts "media.broken", "media.too_large"."""
    walk = _Walk(data)
    walk.run()
    width, height = walk.size
    return Cleaned(
        SIGNATURE + b"".join(walk.kept), width, height, walk.frames, walk.orientation, in_order(walk.removed)
    )
