# SPDX-License-Identifier: AGPL-3.0-or-later
"""The little that is wanted of Exif: which way up, and whether it told a place. All else is dropped."""

from __future__ import annotations

import struct
from typing import Final

ORIENTATION: Final = 0x0112
PLACE: Final = 0x8825
ENTRIES_MAX: Final = 512
_SHORT: Final = 3


def look(tiff: bytes) -> tuple[int, bool]:
    """Orientation (1 where none is told) and whether there is a place, of a TIFF header and its first list.

    CIPA DC-008 4.5 and 4.6.2. What can't be read says nothing: the block is dropped in any case.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 1, b"GPS" in tiff
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    if start + 2 > len(tiff):
        return 1, False
    (count,) = struct.unpack_from(order + "H", tiff, start)
    orientation, place = 1, False
    for at in range(start + 2, start + 2 + 12 * min(count, ENTRIES_MAX), 12):
        if at + 12 > len(tiff):
            break
        tag, kind, number, value = struct.unpack_from(order + "HHIH", tiff, at)
        if tag == ORIENTATION and kind == _SHORT and number == 1 and 1 <= value <= 8:
            orientation = value
        place = place or tag == PLACE
    return orientation, place


def orientation_alone(orientation: int) -> bytes:
    """A TIFF header and one list that holds the orientation and nothing else."""
    entry = struct.pack(">HHIHH", ORIENTATION, _SHORT, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)


def tells_place(xmp: bytes) -> bool:
    """Whether a packet of XMP names a place."""
    return b"GPS" in xmp or b"Iptc4xmpCore:Location" in xmp or b"photoshop:City" in xmp
