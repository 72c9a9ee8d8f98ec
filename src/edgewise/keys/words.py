# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check words: what two people read to each other to know that nobody stands between them."""

from functools import lru_cache
from typing import Final

from mnemonic import Mnemonic

WORD_BITS: Final = 11
WORDS: Final = 4


@lru_cache(maxsize=1)
def _word_list() -> tuple[str, ...]:
    """The 2,048 English words of BIP-39: short, common, told apart by their first four letters."""
    words = tuple(Mnemonic("english").wordlist)
    assert len(words) == 1 << WORD_BITS
    return words


def check_words(transcript: bytes) -> tuple[str, str, str, str]:
    """Four words (44 bits) for a 32-byte digest of what both sides have seen.

    Somebody in between who had to fix their part of both transcripts before they knew the rest passes with a
    chance of one in 2**44; somebody who may still vary their part needs about 2**44 hashes, which is hours of
    a graphics card. So the meeting has to fix both parts in advance.
    """
    assert len(transcript) == 32, len(transcript)
    number = int.from_bytes(transcript, "big") >> (256 - WORDS * WORD_BITS)
    first, second, third, fourth = (
        _word_list()[number >> (WORD_BITS * place) & ((1 << WORD_BITS) - 1)] for place in (3, 2, 1, 0)
    )
    return first, second, third, fourth
