# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a sealed database: is one whole, and if one of its bits was flipped, which one.

SQLite3 Multiple Ciphers, cipher "chacha20": each page ends in a nonce (16 bytes) and a Poly1305 tag (16) over
all before the tag; its one-time key is the first block of ChaCha20 under the database's key, with the nonce
and the page's number. Nothing is ever sealed or opened here.
"""

from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305

from edgewise.keys.hashing import same

PAGE_BYTES: Final = 4096
_NONCE_BYTES: Final = 16
_TAG_BYTES: Final = 16
_BODY_BYTES: Final = PAGE_BYTES - _NONCE_BYTES - _TAG_BYTES
_PRIME: Final = (1 << 130) - 5
_CLAMP: Final = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF


def is_whole(page: bytes, number: int, key: bytes) -> bool:
    """Whether a page (4,096 bytes) is as it was sealed; numbers begin at 1."""
    return same(_tag(page, number, key), page[-_TAG_BYTES:])


def _one_time(nonce: bytes, number: int, key: bytes) -> bytes:
    counter = int.from_bytes(nonce[12:], "little") ^ number
    stream = Cipher(algorithms.ChaCha20(key, counter.to_bytes(4, "little") + nonce[:12]), None).encryptor()
    return stream.update(bytes(32))


def _tag(page: bytes, number: int, key: bytes) -> bytes:
    once = _one_time(page[_BODY_BYTES:-_TAG_BYTES], number, key)
    return Poly1305.generate_tag(once, page[:-_TAG_BYTES])


def mended(page: bytes, number: int, key: bytes) -> bytes | None:
    """The page before one of its bits was flipped; None where it was more than one."""
    if len(page) != PAGE_BYTES:
        return None
    tag = _tag(page, number, key)
    if near(tag, page[-_TAG_BYTES:]):
        return page[:-_TAG_BYTES] + tag
    found = _flipped_body(page, _one_time(page[_BODY_BYTES:-_TAG_BYTES], number, key))
    if found is not None:
        return found
    for nonce in flips(page[_BODY_BYTES:-_TAG_BYTES]):
        other = page[:_BODY_BYTES] + nonce + page[-_TAG_BYTES:]
        if is_whole(other, number, key):
            return other
    return None


def _flipped_body(page: bytes, once: bytes) -> bytes | None:
    """One bit before the nonce put right, so that the tag fits.

    The tag is a polynomial in r (RFC 8439, 2.5): a bit of one block adds or takes away 2**bit times a power
    of r, so that no other block needs to be looked at again.
    """
    r = int.from_bytes(once[:16], "little") & _CLAMP
    wanted = (int.from_bytes(page[-_TAG_BYTES:], "little") - int.from_bytes(once[16:], "little")) % (1 << 128)
    total, data = 0, page[:-_TAG_BYTES]
    for at in range(0, len(data), 16):
        total = (total + int.from_bytes(data[at : at + 16] + b"\1", "little")) * r % _PRIME
    power = r
    for at in range(len(data) - 16, -1, -16):
        block = int.from_bytes(data[at : at + 16], "little")
        term = power
        for bit in range(128 if at < _BODY_BYTES else 0):
            other = total - term if block >> bit & 1 else total + term
            if other % _PRIME % (1 << 128) == wanted:
                right = (block ^ (1 << bit)).to_bytes(16, "little")
                return page[:at] + right + page[at + 16 :]
            term = term * 2 % _PRIME
        power = power * r % _PRIME
    return None


def near(one: bytes, other: bytes) -> bool:
    """Whether at most one bit differs."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count() <= 1


def flips(data: bytes) -> Iterator[bytes]:
    """The data with each of its bits flipped in turn."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes((data[at] ^ (1 << bit),)) + data[at + 1 :]
