# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

from typing import Final

from edgewise.media.jobs import Sort

HEAD_BYTES: Final = 64
"""So many first bytes are enough."""
_AVIF: Final = (b"avif", b"avis")
_HEIC: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_SHARED: Final = (b"mif1", b"msf1")


def sort_of(head: bytes) -> Sort:
    """The format that the first `HEAD_BYTES` bytes show, or "": then it is a file like any other.

    JPEG (ITU-T T.81 B.1.1.3), PNG (W3C PNG 5.2), GIF89a, WebP (RFC 9649), HEIF brands (ISO/IEC 23008-12),
    Ogg (RFC 3533), Matroska (RFC 8794). SVG is none: it is a program's text, and stays a file.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"OggS") and b"OpusHead" in head:
        return "ogg"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return "webm"
    return ""


def _by_brand(head: bytes) -> Sort:
    size = int.from_bytes(head[:4], "big")
    major, others = head[8:12], head[16 : max(16, min(size, HEAD_BYTES))]
    brands = [major, *(others[at : at + 4] for at in range(0, len(others) - 3, 4))]
    if major in _AVIF or (major in _SHARED and any(each in _AVIF for each in brands)):
        return "avif"
    if major in _HEIC or (major in _SHARED and any(each in _HEIC for each in brands)):
        return "heic"
    return ""
