# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.keys.words import check_words


def test_known_words() -> None:
    """The first 44 bits choose the words, 11 bits each, from the list of BIP-39."""
    number = (0 << 33 | 1 << 22 | 2046 << 11 | 2047) << 212
    assert check_words(number.to_bytes(32, "big")) == ("abandon", "ability", "zone", "zoo")


@given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_each_of_the_first_44_bits_counts(transcript: bytes, bit: int) -> None:
    """A transcript that differs in one of the first 44 bits shows other words; the rest does not matter."""
    other = int.from_bytes(transcript, "big") ^ 1 << (255 - bit)
    assert (check_words(transcript) == check_words(other.to_bytes(32, "big"))) == (bit >= 44)


def test_a_transcript_is_a_digest() -> None:
    """Anything but 32 bytes is a bug of the caller."""
    with pytest.raises(AssertionError):
        check_words(b"short")
