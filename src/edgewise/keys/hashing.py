# SPDX-License-Identifier: AGPL-3.0-or-later
"""SHA-256, HMAC-SHA256 and HKDF-Expand (RFC 6234, RFC 2104, RFC 5869), each under a label of the table."""

import hashlib
import hmac
from typing import Final

from edgewise.keys.labels import Label

HASH_BYTES: Final = 32
EXPAND_MAX_BYTES: Final = 255 * HASH_BYTES


def digest(label: Label, *parts: bytes) -> bytes:
    """32 bytes: SHA-256 over the label's prefix and the parts one after another.

    Parts of variable length belong into `ids.lp`, else two lists of parts could give one digest.
    """
    return hashlib.sha256(b"".join((label.prefix, *parts))).digest()


def mac(key: bytes, label: Label, message: bytes) -> bytes:
    """32 bytes: HMAC-SHA256 over the label's prefix and the message. Compare with `same`."""
    return hmac.digest(key, label.prefix + message, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Whether two secrets or MACs are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)


def expand(key: bytes, label: Label, context: bytes = b"", n: int = HASH_BYTES) -> bytes:
    """`n` bytes (at most 8,160) of HKDF-Expand: info is the label's prefix and the context.

    `key` must be uniformly random already; a passphrase goes through `stretch` first.
    """
    assert 0 < n <= EXPAND_MAX_BYTES, n
    info = label.prefix + context
    if n == HASH_BYTES:
        return hmac.digest(key, info + b"\x01", "sha256")
    block = b""
    blocks = b""
    for counter in range(1, -(-n // HASH_BYTES) + 1):
        block = hmac.digest(key, block + info + bytes((counter,)), "sha256")
        blocks += block
    return blocks[:n]
