# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second reader of frames, written from spec/frames.md alone: no library, nothing of the package.

`read(data)` gives the list of (number, fields), or raises ValueError. The tests compare it with the
package's own reader, so that the format is what the page says and not what a library does.
"""

import re
from typing import Any

FRAME_MAX = 256 * 1024
UINT_MAX = 2**63 - 1
CODE = re.compile(r"[a-z0-9._]{1,40}")

# Layouts: "u" integer, "s" text up to 200, "c" code, "b" bytes, an int = bytes of that length. With what
# follows in the tuple: "bytes", "some bytes" and "bytes or nil" with the most, "below" with its bound, "list"
# with layout, least and most, "array" with its layouts, "one of" with its words.
POSITION = ("array", 32, "u")
OP = ("array", ("bytes", 2048), ("bytes", 64), ("bytes or nil", 72 * 1024 + 32))
LAYOUTS: dict[int, tuple[Any, ...]] = {
    1: ("u", 16),
    2: (32, 64),
    3: (("list", ("array", 16, 16), 0, 4096),),
    4: (16, ("list", POSITION, 0, 4096)),
    5: (16, 32, "u", "u"),
    6: (16, ("list", OP, 1, 256)),
    8: (16, ("list", POSITION, 0, 4096)),
    9: (32, 32),
    10: ("b",),
    11: ("b",),
    12: ("b",),
    13: ("c",),
    14: (16, 64),
    15: (16, 32, ("list", ("array", 32, "u", 32), 0, 2048), "s"),
    16: (16, ("list", ("array", 32, ("one of", "erased", "held", "kept", "never_had")), 0, 2048)),
    17: (16, 32, ("below", 16_384), ("some bytes", 32)),
    18: (16, 32, ("below", 16_384), ("list", 32, 0, 14), ("bytes", 131_088)),
    23: (16, 32, ("one of", "all", "ask", "none", "stop")),
    19: ("u",),
    20: ("u",),
    21: ("c",),
    22: (("list", "b", 1, 64),),
}


def read(data: bytes) -> list[tuple[int, Any]]:
    """All frames of `data`, which must end with a whole frame. An unknown number gives its raw body."""
    found: list[tuple[int, Any]] = []
    at = 0
    while at < len(data):
        if len(data) - at < 4:
            raise ValueError("cut inside a length")
        length = int.from_bytes(data[at : at + 4], "big")
        if not 1 <= length <= FRAME_MAX:
            raise ValueError("length")
        if len(data) - at - 4 < length:
            raise ValueError("cut inside a frame")
        number, body = data[at + 4], data[at + 5 : at + 4 + length]
        found.append((number, _body(number, body)))
        at += 4 + length
    return found


def _body(number: int, body: bytes) -> Any:
    layouts = LAYOUTS.get(number)
    if layouts is None:
        return body
    cursor = Cursor(body)
    value = cursor.take(("array", *layouts))
    if cursor.at != len(body):
        raise ValueError("more after the body")
    return value


class Cursor:
    """Reads MessagePack, the shortest spelling only."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def cut(self, count: int) -> bytes:
        """The next `count` bytes."""
        if len(self.data) - self.at < count:
            raise ValueError("cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, width: int, least: int) -> int:
        """A big-endian number that would not fit a shorter spelling."""
        value = int.from_bytes(self.cut(width), "big")
        if value < least:
            raise ValueError("longer than needed")
        return value

    def take(self, layout: Any) -> Any:
        """The next value, as its layout wants it."""
        if layout == "u":
            return self.uint()
        if layout == "s":
            text = self.text()
            if len(text) > 200:
                raise ValueError("text too long")
            return text
        if layout == "c":
            text = self.text()
            if not CODE.fullmatch(text):
                raise ValueError("no code")
            return text
        if layout == "b":
            return self.binary()
        if isinstance(layout, int):
            value = self.binary()
            if len(value) != layout:
                raise ValueError("wrong length")
            return value
        return self.compound(*layout)

    def compound(self, shape: str, *parts: Any) -> Any:
        """Bounded bytes, words, arrays and lists."""
        if shape == "bytes or nil" and self.data[self.at : self.at + 1] == b"\xc0":
            self.at += 1
            return None
        if shape in ("bytes", "bytes or nil"):
            value = self.binary()
            if len(value) > parts[0]:
                raise ValueError("too long")
            return value
        if shape in ("some bytes", "below"):
            return self.bounded(shape, parts[0])
        if shape == "one of":
            text = self.text()
            if text not in parts:
                raise ValueError("unknown word")
            return text
        count = self.array()
        if shape == "array":
            if count != len(parts):
                raise ValueError("wrong number of fields")
            return [self.take(part) for part in parts]
        layout, least, most = parts
        if not least <= count <= most:
            raise ValueError("too few or too many")
        return [self.take(layout) for _ in range(count)]

    def bounded(self, shape: str, bound: int) -> Any:
        """At least one byte and at most so many; or a number below a bound."""
        value = self.uint() if shape == "below" else self.binary()
        if not (value < bound if isinstance(value, int) else 0 < len(value) <= bound):
            raise ValueError("out of bounds")
        return value

    def uint(self) -> int:
        """An unsigned integer up to 2^63 - 1."""
        first = self.cut(1)[0]
        if first < 0x80:
            return first
        widths = {0xCC: (1, 0x80), 0xCD: (2, 0x100), 0xCE: (4, 0x10000), 0xCF: (8, 0x100000000)}
        if first not in widths:
            raise ValueError("no integer")
        value = self.number(*widths[first])
        if value > UINT_MAX:
            raise ValueError("integer too large")
        return value

    def binary(self) -> bytes:
        """A byte string."""
        widths = {0xC4: (1, 0), 0xC5: (2, 0x100), 0xC6: (4, 0x10000)}
        first = self.cut(1)[0]
        if first not in widths:
            raise ValueError("no bytes")
        return self.cut(self.number(*widths[first]))

    def text(self) -> str:
        """A text in UTF-8."""
        first = self.cut(1)[0]
        if 0xA0 <= first <= 0xBF:
            return self.cut(first - 0xA0).decode()
        widths = {0xD9: (1, 32), 0xDA: (2, 0x100), 0xDB: (4, 0x10000)}
        if first not in widths:
            raise ValueError("no text")
        return self.cut(self.number(*widths[first])).decode()

    def array(self) -> int:
        """The number of elements of an array."""
        first = self.cut(1)[0]
        if 0x90 <= first <= 0x9F:
            return first - 0x90
        widths = {0xDC: (2, 16), 0xDD: (4, 0x10000)}
        if first not in widths:
            raise ValueError("no array")
        return self.number(*widths[first])
