# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the node and its worker say to each other, and the bounds of both. Nothing heavy is loaded here."""

from __future__ import annotations

import struct
from typing import Final, Literal

import msgspec

MIB: Final = 1024 * 1024

PICTURE_MAX_BYTES: Final = 64 * MIB
"""The largest picture that is opened: a raw-like picture of a good camera as PNG."""
VOICE_MAX_BYTES: Final = 2 * MIB
"""Five minutes of Opus at 48 kbit/s are 1.8 MB."""
VOICE_MAX_MS: Final = 5 * 60 * 1000
PIXELS_MAX: Final = 64_000_000
"""Phones' sensors have 50 million points; as RGBA these are 200 MB, and turning them takes as many again."""
SIDE_MAX_PX: Final = 32_767
FRAMES_MAX: Final = 1_000
FRAMES_PIXELS_MAX: Final = 600_000_000
"""Points of all frames of a moving picture together: five seconds of an old computer."""
THUMBNAIL_MAX_PX: Final = 2_048
MEMORY_MAX_BYTES: Final = 1024 * MIB
"""Address space of the worker, its code included (about 100 MB)."""
CPU_MAX_S: Final = 20
WALL_MAX_S: Final = 40.0
HEADER_MAX_BYTES: Final = 64 * 1024

Sort = Literal["jpeg", "png", "webp", "gif", "avif", "heic", "ogg", "webm", ""]
MIME: Final[dict[str, str]] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "ogg": "audio/ogg",
    "webm": "audio/webm",
}
PICTURES: Final = ("jpeg", "png", "webp", "gif", "avif", "heic")
VOICES: Final = ("ogg", "webm")

Removed = Literal["place", "camera", "words", "rest"]
"""What was taken out: where it was made; by what and when; words that stood in it; other hidden parts."""
REMOVED: Final[tuple[Removed, ...]] = ("place", "camera", "words", "rest")


class Job(msgspec.Struct, frozen=True):
    """One thing to do with the bytes that follow."""

    what: Literal["picture", "thumbnail", "voice"]
    size_bytes: int
    max_px: int = 0


class Answer(msgspec.Struct, frozen=True):
    """What came of it; the bytes that follow are `size_bytes` long. A ``code`` is a row of ground.errors."""

    size_bytes: int = 0
    code: str = ""
    facts: dict[str, str] = {}
    mime: str = ""
    width: int = 0
    height: int = 0
    duration_ms: int = 0
    removed: tuple[Removed, ...] = ()
    redrawn: bool = False


class Prepared(msgspec.Struct, frozen=True):
    """Bytes that may be shared: without what they tell besides. Sizes as they are shown, the right way up.

    ``redrawn``: the points were written anew, since this format could not be cleaned otherwise.
    """

    data: bytes
    mime: str
    width: int = 0
    height: int = 0
    duration_ms: int = 0
    removed: tuple[Removed, ...] = ()
    redrawn: bool = False


_LENGTH = struct.Struct(">I")


def packed(message: Job | Answer) -> bytes:
    """A message with its length before it."""
    body = msgspec.msgpack.encode(message)
    assert len(body) <= HEADER_MAX_BYTES
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """The length that the first four bytes tell; ValueError where it is beyond the bound."""
    (size,) = _LENGTH.unpack(head)
    if size > HEADER_MAX_BYTES:
        raise ValueError("a message beyond its bound")
    return int(size)
