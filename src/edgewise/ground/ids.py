# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ids and their spellings: bytes inside, hexadecimal or base64 where people and files see them."""

import base64
import binascii
import re
from typing import Final

from edgewise.ground.errors import Verdict

ZERO32: Final = bytes(32)

_B64_TEXT: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_HEX_TEXT: Final = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


def lp(*parts: bytes) -> bytes:
    """The parts one after another, each behind its length (u32, big endian): no two lists give one result."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def short(id_: bytes) -> str:
    """The first 8 hexadecimal digits, for people and logs; never enough to identify by."""
    return id_[:4].hex()


def to_hex(id_: bytes) -> str:
    """Lower-case hexadecimal."""
    return id_.hex()


def from_hex(text: str) -> bytes:
    """The bytes of lower-case hexadecimal text without spaces. Raises Verdict "id.malformed"."""
    if not _HEX_TEXT.fullmatch(text):
        raise Verdict("id.malformed")
    return bytes.fromhex(text)


def b64(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes of `b64` text; one spelling only. Raises Verdict "id.malformed"."""
    if not _B64_TEXT.fullmatch(text):
        raise Verdict("id.malformed")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise Verdict("id.malformed") from error
    if b64(data) != text:
        raise Verdict("id.malformed")
    return data
