# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chunks of a scratch file open under their own number and key alone."""

import pytest

from edgewise.ground.errors import Refusal
from edgewise.keys.scratch import CHUNK_BYTES, ScratchCipher


def test_a_chunk_opens_under_its_number_and_key_alone() -> None:
    """Another number, another key or one changed bit is refused."""
    cipher = ScratchCipher(bytes(32))
    sealed = cipher.seal(3, b"words")
    assert cipher.open(3, sealed) == b"words"
    bent = sealed[:-1] + bytes((sealed[-1] ^ 1,))
    for other, number, data in (
        (cipher, 2, sealed),
        (ScratchCipher(b"1" * 32), 3, sealed),
        (cipher, 3, bent),
    ):
        with pytest.raises(Refusal, match=r"file\.unreadable"):
            other.open(number, data)


def test_nothing_of_a_chunk_is_seen() -> None:
    """Two equal chunks look different and hold none of their bytes."""
    cipher = ScratchCipher(bytes(32))
    plain = b"leeks and crates" * (CHUNK_BYTES // 16)
    one, other = cipher.seal(0, plain), cipher.seal(1, plain)
    assert one != other
    assert b"leeks" not in one + other
