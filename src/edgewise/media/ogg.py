# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ogg with one stream of Opus (RFC 3533, RFC 7845): its length, and the same sound without its tags."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from edgewise.media import opus
from edgewise.media.cleaned import Bytes, broken

_MAGIC: Final = b"OggS\0"
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_TAGS: Final = b"OpusTags" + bytes(8)
"""No vendor, no comments."""


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    granule: int
    lacing: bytes
    body: bytes


def _crc_table() -> tuple[int, ...]:
    table = []
    for each in range(256):
        value = each << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return tuple(table)


_CRC: Final = _crc_table()


def _sum(data: bytes) -> int:
    value = 0
    for each in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _CRC[value >> 24 ^ each]
    return value


def _pages(data: bytes) -> list[_Page]:
    cursor, found, serial = Bytes(data), list[_Page](), b""
    while not cursor.is_over:
        cursor.part()
        if cursor.take(5) != _MAGIC:
            raise broken("no page where one must be")
        flags = cursor.number(1)
        granule = cursor.number(8, "little")
        own = cursor.take(4)
        cursor.take(8)
        lacing = cursor.take(cursor.number(1))
        if found and own != serial:
            raise broken("more than one stream")
        serial = own
        found.append(_Page(flags, granule, lacing, cursor.take(sum(lacing))))
    return found


def _written(page: _Page, number: int) -> bytes:
    head = _MAGIC + struct.pack("<BQIIIB", page.flags, page.granule, 1, number, 0, len(page.lacing))
    whole = head + page.lacing + page.body
    return whole[:22] + struct.pack("<I", _sum(whole)) + whole[26:]


def _tags_end(pages: list[_Page]) -> int:
    """The number of the page behind the comments, which end their page (RFC 7845 section 3)."""
    if len(pages) < 2 or not pages[1].body.startswith(b"OpusTags"):
        raise broken("no comments behind the head")
    for at, page in enumerate(pages[1:], 1):
        if page.lacing and page.lacing[-1] < 255:
            if sum(each < 255 for each in page.lacing) != 1:
                raise broken("sound on the page of the comments")
            return at + 1
    raise broken("comments without an end")


def _samples(pages: list[_Page]) -> int:
    total, open_packet = 0, False
    for page in pages:
        at, fresh = 0, not open_packet
        for size in page.lacing:
            if fresh:
                total += opus.samples(page.body[at : at + min(size, 2)])
            at += size
            fresh = size < 255
        open_packet = bool(page.lacing) and page.lacing[-1] == 255
    return total


def clean(data: bytes) -> tuple[bytes, int]:
    """The sound with empty comments, and its length in ms. Verdict "media.broken"."""
    pages = _pages(data)
    if not pages or not pages[0].flags & _FIRST or len(pages[0].lacing) != 1:
        raise broken("no head")
    opus.head(pages[0].body)
    rest = pages[_tags_end(pages) :]
    if not rest:
        raise broken("no sound in it")
    tags = _Page(0, 0, bytes((len(_TAGS),)), _TAGS)
    kept = [_Page(_FIRST, 0, pages[0].lacing, pages[0].body), tags, *rest]
    return b"".join(_written(page, at) for at, page in enumerate(kept)), _samples(rest) // opus.PER_MS
