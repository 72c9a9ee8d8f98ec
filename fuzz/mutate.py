# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bending bytes: bits, cuts, splices and lengths; and values inside what is MessagePack, frames or base64.

Everything is drawn from one `Random`, so that the same seed bends the same way.
"""

from __future__ import annotations

import base64
import binascii
import random
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec

MOST_BYTES: Final = 320 * 1024
"""More than one frame holds; longer cases only take time."""
_DEPTH_MAX: Final = 6
_NUMBERS: Final = (
    0,
    1,
    2,
    7,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2**31 - 1,
    2**32 - 1,
    2**53,
    2**63 - 1,
    2**64 - 1,
)
_WIDTHS: Final = (1, 2, 4, 8)
_TEXTS: Final = (
    "",
    "a",
    "\0",
    "e\u0301" * 40,
    "\u202e",
    "\U0001f331" * 300,
    "x" * 10_001,
    "../..",
    "%00",
    "\ud7ff",
)

Bend = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutate(data: bytes, chance: random.Random, others: Sequence[bytes], shape: str) -> bytes:
    """One to four bends of `data`; `others` are further samples of the same target.

    shape: "msgpack", "frames" (u32 lengths), "text" (with a base64 part), "request"
    or "raw".
    """
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        bends = _BY_SHAPE[shape] if chance.random() < (0.95 if shape == "request" else 0.6) else _RAW
        data = chance.choice(bends)(data, chance, others)[:MOST_BYTES]
    return data


# --- any bytes --------------------------------------------------------------------------------------


def _flip(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _set(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    if not data:
        return b"\0"
    at = chance.randrange(len(data))
    return (
        data[:at] + bytes([chance.choice((0, 1, 0x7F, 0x80, 0xC0, 0xC1, 0xDD, 0xDF, 0xFF))]) + data[at + 1 :]
    )


def _number(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A length or a count, overwritten in place."""
    width = chance.choice(_WIDTHS)
    if len(data) < width:
        return data
    at = chance.randrange(len(data) - width + 1)
    value = chance.choice(_NUMBERS) % (1 << (8 * width))
    return data[:at] + value.to_bytes(width, chance.choice(("big", "little"))) + data[at + width :]


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    first = chance.randrange(len(data) + 1)
    return first, min(len(data), first + chance.choice((1, 2, 4, 16, 32, 64, 300)))


def _cut(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    first, stop = _span(data, chance)
    return data[:first] if chance.random() < 0.3 else data[:first] + data[stop:]


def _double(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    first, stop = _span(data, chance)
    times = chance.choice((2, 2, 3, 40))
    return data[:first] + data[first:stop] * times + data[stop:]


def _swap(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    a, b = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    middle = chance.randint(a, b)
    return data[:a] + data[middle:b] + data[a:middle] + data[b:]


def _insert(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice((1, 2, 5, 40))) + data[at:]


def _splice(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    if not others:
        return data
    other = chance.choice(others)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


_RAW: Final[tuple[Bend, ...]] = (_flip, _flip, _set, _number, _cut, _double, _swap, _insert, _splice)


# --- MessagePack ------------------------------------------------------------------------------------


def _value(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """One value inside, at any depth, exchanged; what is itself encoded inside a binary is opened too."""
    try:
        tree = msgspec.msgpack.decode(data)
        other = msgspec.msgpack.decode(chance.choice(others)) if others else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return _flip(data, chance, others)
    return _encoded(_bent(tree, chance, other, _DEPTH_MAX), data)


def _encoded(tree: object, instead: bytes) -> bytes:
    try:
        return msgspec.msgpack.encode(tree)
    except (OverflowError, TypeError, UnicodeEncodeError, RecursionError):
        return instead


def _bent(tree: Any, chance: random.Random, other: Any, depth: int) -> Any:
    if depth and isinstance(tree, list) and tree and chance.random() < 0.8:
        return _bent_list(tree, chance, other, depth)
    if depth and isinstance(tree, bytes) and len(tree) > 8 and chance.random() < 0.5:
        return _value(tree, chance, ())
    return _other_value(tree, chance, other)


def _bent_list(tree: list[Any], chance: random.Random, other: Any, depth: int) -> list[Any]:
    parts = list(tree)
    at = chance.randrange(len(parts))
    how = chance.random()
    if how < 0.7:
        beside = other[at] if isinstance(other, list) and at < len(other) else None
        parts[at] = _bent(parts[at], chance, beside, depth - 1)
    elif how < 0.8:
        del parts[at]
    elif how < 0.9:
        parts[at:at] = [parts[at]] * chance.choice((1, 2, 33, 300))
    else:
        chance.shuffle(parts)
    return parts


def _other_value(value: Any, chance: random.Random, other: Any) -> Any:
    if other is not None and chance.random() < 0.3:
        return other
    if chance.random() < 0.15:  # another type
        return chance.choice((0, -1, None, True, 1.5, b"", "", [], {}, [[[[]]]], 2**63, b"\xff" * 33))
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return chance.choice((*_NUMBERS, value + 1, abs(value - 1), -value))
    if isinstance(value, bytes):
        return chance.choice(_RAW)(value, chance, ())
    if isinstance(value, str):
        return chance.choice((*_TEXTS, value * 2, value[:1], value[::-1]))
    return value


# --- frames -----------------------------------------------------------------------------------------


def split_frames(data: bytes) -> list[bytes]:
    """Number and body of each frame, as far as the lengths say the truth; the rest as one more."""
    found, at = [], 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if not 0 < length <= len(data) - at - 4:
            break
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return [*found, data[at:]] if at < len(data) else found


def _frames(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """One frame bent inside and measured anew; or frames doubled, left out, out of order, or another's."""
    parts = split_frames(data)
    if not parts:
        return data
    at, how = chance.randrange(len(parts)), chance.random()
    if how < 0.6:
        bend = chance.choice((_value, _value, *_RAW))
        parts[at] = parts[at][:1] + bend(parts[at][1:], chance, [each[5:] for each in others])
    elif how < 0.7:
        parts[at] = bytes([chance.randrange(24)]) + parts[at][1:]
    elif how < 0.8:
        parts.insert(at, chance.choice(parts))
    elif how < 0.9:
        del parts[at]
    else:
        chance.shuffle(parts)
    if others and chance.random() < 0.2:
        parts += split_frames(chance.choice(others))
    return b"".join(len(each).to_bytes(4, "big") + each for each in parts)


# --- text -------------------------------------------------------------------------------------------


def _sealed_text(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """The longest base64url part decoded, bent and encoded again."""
    head, _, tail = data.rpartition(b":")
    try:
        inside = base64.urlsafe_b64decode(tail + b"=" * (-len(tail) % 4))
    except (binascii.Error, ValueError):
        return _flip(data, chance, others)
    bent = chance.choice((_value, *_RAW))(inside, chance, ())
    return head + b":" + base64.urlsafe_b64encode(bent).rstrip(b"=")


def _letters(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_TEXTS).encode("utf-8", "replace") + data[at:]


# --- requests ---------------------------------------------------------------------------------------

_HEADERS: Final = (
    b"Host: 127.0.0.1", b"Host: localhost:4242", b"Host: edgewise.example", b"Origin: null",
    b"Origin: http://127.0.0.1:4243", b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Site: same-origin",
    b"Sec-Fetch-Mode: no-cors", b"Cookie: a=b", b"Accept-Language: \xff\xfe, x-klingon;q=9",
    b"Range: bytes=0-",
    b"Content-Type: multipart/form-data", b"Content-Type: multipart/form-data; boundary=x",
    b"X-Edgewise-Live: 1", b"Accept-Language: " + b"de," * 4000, b"Expect: 100-continue",
)  # fmt: skip
_PATHS: Final = (
    b"%00",
    b"..%2f",
    b"//",
    b"%ff",
    b"/" * 300,
    b"?" + b"a=1&" * 700,
    b"%F0%9F%8C%B1",
    b"0" * 64,
    b"-1",
)


def _request(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A request whose parser finds it well-formed: path, headers or body bent, the length told rightly."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    how = chance.random()
    if how < 0.25:
        method, path, version = [*lines[0].split(b" "), b"", b"", b""][:3]
        at = chance.randrange(len(path) + 1)
        path = path[:at] + chance.choice(_PATHS) + path[at + chance.choice((0, 0, 1, 5, 64)) :]
        lines[0] = b" ".join((chance.choice((method, b"GET", b"POST", b"HEAD")), path, version))
    elif how < 0.45:
        lines.insert(chance.randrange(1, len(lines) + 1), chance.choice(_HEADERS))
    elif how < 0.55 and len(lines) > 2:
        del lines[chance.randrange(1, len(lines))]
    elif how < 0.65 and others:
        lines[0] = chance.choice(others).partition(b"\r\n")[0]
    else:
        body = chance.choice((_letters, _field, *_RAW))(body, chance, [])
    lines = [line for line in lines if not line.lower().startswith(b"content-length:")]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _field(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """One field of a form with another value, or doubled."""
    fields = data.split(b"&")
    at = chance.randrange(len(fields))
    name = fields[at].partition(b"=")[0]
    value = chance.choice(
        (*(quote(each, errors="replace").encode() for each in _TEXTS), b"%FF%FE", b"0" * 64)
    )
    fields[at : at + chance.randrange(2)] = [name + b"=" + value] * chance.choice((1, 1, 2, 700))
    return b"&".join(fields)


_BY_SHAPE: Final[dict[str, tuple[Bend, ...]]] = {
    "raw": _RAW,
    "msgpack": (_value,),
    "frames": (_frames,),
    "text": (_sealed_text, _letters),
    "request": (_request,),
}
