# SPDX-License-Identifier: AGPL-3.0-or-later
"""WebM with one track of Opus (RFC 8794, RFC 9559), written anew with the sound alone.

Browsers record it without a length and name themselves in it. What comes out says how long it is, so that a
page can show that before it is played, and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from edgewise.media import opus
from edgewise.media.cleaned import Bytes, broken

_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_SCALE, _DURATION, _MUXER, _WRITER = 0x2AD7B1, 0x4489, 0x4D80, 0x5741
_ENTRY, _NUMBER, _UID, _TYPE, _CODEC, _PRIVATE, _DELAY, _PREROLL, _AUDIO = (
    *(0xAE, 0xD7, 0x73C5, 0x83, 0x86, 0x63A2, 0x56AA, 0x56BB, 0xE1),
)
_RATE, _CHANNELS = 0xB5, 0x9F
_TIME, _SIMPLE, _GROUP, _BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
_MS_NS: Final = 1_000_000
_SOUND: Final = 2
_TOP: Final = frozenset(
    (_INFO, _TRACKS, _CLUSTER, 0x114D9B74, 0x1C53BB6B, 0x1254C367, 0x1043A770, 0x1941A469)
)
_NAME: Final = b"Edgewise"


@dataclass(slots=True)
class _Sound:
    """What is kept."""

    scale: int = _MS_NS
    track: int = 0
    private: bytes = b""
    delay: int = 0
    clusters: list[tuple[int, list[bytes]]] = field(default_factory=list)
    samples: int = 0


def _id(cursor: Bytes) -> int:
    first = cursor.number(1)
    length = 9 - first.bit_length()
    if not 1 <= length <= 4:
        raise broken("no name of an element")
    return first << 8 * (length - 1) | cursor.number(length - 1)


def _size(cursor: Bytes) -> int | None:
    """The size of an element; None where it was not known yet while it was written."""
    first = cursor.number(1)
    length = 9 - first.bit_length()
    if not 1 <= length <= 8:
        raise broken("no size of an element")
    value = (first & (1 << 8 - length) - 1) << 8 * (length - 1) | cursor.number(length - 1)
    return None if value == (1 << 7 * length) - 1 else value


def _elements(cursor: Bytes, end: int, ends: frozenset[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """Names and ends of the elements up to `end`; each is to be read or skipped by the caller.

    Stops before an element whose name is in ``ends``: so ends a parent of unknown size.
    """
    while cursor.at < end:
        cursor.part()
        start = cursor.at
        name = _id(cursor)
        if name in ends:
            cursor.at = start
            return
        size = _size(cursor)
        stop = end if size is None else cursor.at + size
        if stop > end or (size is None and name not in (_SEGMENT, _CLUSTER)):
            raise broken("an element beyond its parent")
        yield name, stop


def _uint(cursor: Bytes, stop: int) -> int:
    if stop - cursor.at > 8:
        raise broken("too large a number")
    return cursor.number(stop - cursor.at)


def _read(data: bytes) -> _Sound:
    cursor, sound = Bytes(data), _Sound()
    end = len(data)
    for name, stop in _elements(cursor, end):
        if name == _SEGMENT:
            for inner, its_end in _elements(cursor, stop):
                _part(cursor, sound, inner, its_end)
            stop = cursor.at
        cursor.at = stop
    return sound


def _part(cursor: Bytes, sound: _Sound, name: int, stop: int) -> None:
    if name == _INFO:
        for inner, its_end in _elements(cursor, stop):
            if inner == _SCALE:
                sound.scale = _uint(cursor, its_end)
            cursor.at = its_end
    elif name == _TRACKS:
        for inner, its_end in _elements(cursor, stop):
            if inner == _ENTRY:
                _track(cursor, sound, its_end)
            cursor.at = its_end
    elif name == _CLUSTER:
        _cluster(cursor, sound, stop)
        return
    cursor.at = stop


def _track(cursor: Bytes, sound: _Sound, stop: int) -> None:
    number, sort, codec = 0, 0, b""
    for name, its_end in _elements(cursor, stop):
        if name == _NUMBER:
            number = _uint(cursor, its_end)
        elif name == _TYPE:
            sort = _uint(cursor, its_end)
        elif name == _DELAY:
            sound.delay = _uint(cursor, its_end)
        elif name in (_CODEC, _PRIVATE):
            value = cursor.take(its_end - cursor.at)
            codec = value if name == _CODEC else codec
            sound.private = value if name == _PRIVATE else sound.private
        cursor.at = its_end
    if sound.track or sort != _SOUND or codec.rstrip(b"\0") != b"A_OPUS" or not 1 <= number <= 126:
        raise broken("not one track of Opus")
    sound.track = number


def _cluster(cursor: Bytes, sound: _Sound, stop: int) -> None:
    time, blocks = 0, list[bytes]()
    for name, its_end in _elements(cursor, stop, _TOP):
        if name == _TIME:
            time = _uint(cursor, its_end)
        elif name == _SIMPLE:
            blocks.append(_block(cursor, sound, its_end))
        elif name == _GROUP:
            for inner, inner_end in _elements(cursor, its_end):
                if inner == _BLOCK:
                    blocks.append(_block(cursor, sound, inner_end))
                cursor.at = inner_end
        cursor.at = its_end
    sound.clusters.append((time, blocks))


def _block(cursor: Bytes, sound: _Sound, stop: int) -> bytes:
    """The relative time and the packet of a block; laced ones are not written by browsers."""
    if _size(cursor) != sound.track or not sound.track:
        raise broken("a block of no track")
    time = cursor.take(2)
    if cursor.number(1) & 0x06:
        raise broken("packets laced together")
    packet = cursor.take(stop - cursor.at)
    sound.samples += opus.samples(packet[:2])
    return time + b"\x80" + packet


def _element(name: int, body: bytes) -> bytes:
    """An element with a size of eight bytes, which is always long enough."""
    return _raw(name) + (len(body) | 1 << 56).to_bytes(8, "big") + body


def _short(name: int, body: bytes) -> bytes:
    size = len(body)
    wide = 1 if size < 127 else 2 if size < 16_383 else 4
    return _raw(name) + (size | 1 << 7 * wide).to_bytes(wide, "big") + body


def _raw(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big")


def _number(name: int, value: int) -> bytes:
    return _short(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def clean(data: bytes) -> tuple[bytes, int]:
    """The sound alone in a new file, and its length in ms. Verdict "media.broken"."""
    sound = _read(data)
    if not sound.track or not sound.samples or sound.scale < 1:
        raise broken("no sound in it")
    if sound.scale != _MS_NS:
        raise broken("another measure of time")
    head = opus.head(sound.private)
    length_ms = sound.samples // opus.PER_MS
    ebml = _element(
        _EBML,
        _number(0x4286, 1)
        + _number(0x42F7, 1)
        + _number(0x42F2, 4)
        + _number(0x42F3, 8)
        + _short(0x4282, b"webm")
        + _number(0x4287, 4)
        + _number(0x4285, 2),
    )
    info = _element(
        _INFO,
        _number(_SCALE, _MS_NS)
        + _short(_DURATION, struct.pack(">d", float(length_ms)))
        + _short(_MUXER, _NAME)
        + _short(_WRITER, _NAME),
    )
    audio = _short(_AUDIO, _short(_RATE, struct.pack(">d", 48_000.0)) + _number(_CHANNELS, head[9]))
    entry = (
        _number(_NUMBER, 1)
        + _number(_UID, 1)
        + _number(_TYPE, _SOUND)
        + _short(_CODEC, b"A_OPUS")
        + _number(_DELAY, sound.delay)
        + _number(_PREROLL, 80 * _MS_NS)
        + _short(_PRIVATE, head)
        + audio
    )
    clusters = b"".join(
        _element(
            _CLUSTER, _number(_TIME, time) + b"".join(_short(_SIMPLE, b"\x81" + each) for each in blocks)
        )
        for time, blocks in sound.clusters
        if blocks
    )
    return ebml + _element(_SEGMENT, info + _element(_TRACKS, _element(_ENTRY, entry)) + clusters), length_ms
