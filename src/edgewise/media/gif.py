# SPDX-License-Identifier: AGPL-3.0-or-later
"""GIF89a: the blocks that draw and their times are kept byte by byte, comments and notes dropped."""

from __future__ import annotations

from typing import Final

from edgewise.media.cleaned import Bytes, Cleaned, broken, check_size, in_order
from edgewise.media.jobs import Removed

_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF


def clean(data: bytes) -> Cleaned:
    """The picture alone, all of its frames. Verdicts "media.broken", "media.too_large"."""
    cursor = Bytes(data)
    kept = [cursor.take(13)]
    width, height = int.from_bytes(kept[0][6:8], "little"), int.from_bytes(kept[0][8:10], "little")
    check_size(width, height)
    kept.append(_palette(cursor, kept[0][10]))
    frames, removed = 0, set[Removed]()
    while (block := cursor.number(1)) != _TRAILER:
        cursor.part()
        start = cursor.at - 1
        if block == _IMAGE:
            frames += 1
            check_size(width, height, frames)
            _palette(cursor, cursor.take(9)[8])
            cursor.take(1)
            _blocks(cursor)
        elif block == _EXTENSION:
            label = cursor.number(1)
            first = _blocks(cursor)
            if label != _CONTROL and not (label == _APPLICATION and first in _LOOPS):
                removed.add("words" if label in (_COMMENT, 0x01) else "rest")
                continue
        else:
            raise broken("an unknown block")
        kept.append(data[start : cursor.at])
    if not frames:
        raise broken("no picture in it")
    if not cursor.is_over:
        removed.add("rest")
    return Cleaned(b"".join([*kept, b"\x3b"]), width, height, frames, 1, in_order(removed))


def _palette(cursor: Bytes, flags: int) -> bytes:
    return cursor.take(3 << (flags & 7) + 1) if flags & 0x80 else b""


def _blocks(cursor: Bytes) -> bytes:
    """Past a row of sub-blocks; gives the first."""
    first, size = None, cursor.number(1)
    while size:
        body = cursor.take(size)
        first = body if first is None else first
        size = cursor.number(1)
    return first or b""
