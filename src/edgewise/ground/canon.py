# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical bytes: one value, one MessagePack encoding (spec: operation, rule "canonical").

Records are arrays in field order; integers, binary, text and arrays only; minimal lengths. What was received
is hashed and verified as received, and accepted strictly only where encoding it again gives the same bytes.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Annotated, Any, Final, TypeVar, cast

import msgspec

from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import (
    INSTANT_MAX_MS,
    KEM_PUBLIC_BYTES,
    NAME_MAX_CHARS,
    RECORD_MAX_BYTES,
    SEQ_MAX,
    TEXT_MAX_CHARS,
)


class Record(msgspec.Struct, frozen=True, array_like=True):
    """Base of every record: immutable, an array on the wire; newer versions only append fields.

    Subclasses say so again: `class Head(Record, frozen=True)`, since mypy does not inherit it.
    """


T = TypeVar("T")

Bin16 = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Bin32 = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Bin64 = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
KemPublic = Annotated[bytes, msgspec.Meta(min_length=KEM_PUBLIC_BYTES, max_length=KEM_PUBLIC_BYTES)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX_CHARS)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX_CHARS)]
Uint = Annotated[int, msgspec.Meta(ge=0, le=SEQ_MAX)]
Instant = Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MAX_MS)]

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are not what they should be, JSON too: half a letter is an error of
Python's, and what is skipped because nobody asked for it may lie too deep."""

_ENCODER: Final = msgspec.msgpack.Encoder()


@lru_cache(maxsize=512)
def _decoder(kind: Hashable) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(cast(Any, kind))


def encode(value: object) -> bytes:
    """The canonical bytes of a record or of a list of plain values.

    Raises Refusal "text.unreadable" where a text holds half a character (a lone surrogate).
    """
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError as error:
        raise Refusal("text.unreadable") from error


def decode_open(kind: type[T], data: bytes, *, max_bytes: int = RECORD_MAX_BYTES) -> T:
    """Decode a body: typed and bounded; further array elements of newer versions are tolerated.

    Raises Verdict "canon.malformed" or "canon.too_big". Depth is bounded by the type, and where elements are
    skipped by the interpreter's own limit; lengths that the data does not hold allocate nothing.
    """
    if len(data) > max_bytes:
        raise Verdict("canon.too_big", size_bytes=len(data), limit_bytes=max_bytes)
    try:
        value: T = _decoder(cast(Hashable, kind)).decode(data)
    except UNREADABLE as error:
        raise Verdict("canon.malformed", reason=str(error)) from error
    return value


def decode(kind: type[T], data: bytes, *, max_bytes: int = RECORD_MAX_BYTES) -> T:
    """Decode what must be canonical: typed, bounded, and `encode` of the result gives `data` again.

    Raises Verdict "canon.malformed", "canon.too_big" or "canon.noncanonical".
    """
    value = decode_open(kind, data, max_bytes=max_bytes)
    if _ENCODER.encode(value) != data:
        raise Verdict("canon.noncanonical")
    return value
