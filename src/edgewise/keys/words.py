# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words for people: check words that two read to each other, and the words that open a safe copy."""

from functools import lru_cache
from typing import Final

from mnemonic import Mnemonic

from edgewise.ground.errors import Refusal
from edgewise.ground.limits import COPY_WORDS_MAX_CHARS

WORD_BITS: Final = 11
WORDS: Final = 4
COPY_WORDS: Final = 12
COPY_ENTROPY_BYTES: Final = 16
"""128 bits, and 4 bits that tell a slip of the pen (BIP-39)."""
_PREFIX_CHARS: Final = 4


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


def copy_words(entropy16: bytes) -> str:
    """Twelve words for 16 random bytes, as BIP-39 has it: 128 bits, so that nobody guesses them."""
    assert len(entropy16) == COPY_ENTROPY_BYTES, len(entropy16)
    return str(Mnemonic("english").to_mnemonic(entropy16))


def tidy_copy_words(typed: str) -> str:
    """The twelve words as they were made, from how somebody typed them: any case and spaces, numbers between
    them, or only the first four letters of each.

    Raises Refusal "words.count", "words.unknown" (with the word), "words.slip" (they don't belong
    together).
    """
    if len(typed) > COPY_WORDS_MAX_CHARS:
        raise Refusal("words.count", limit=COPY_WORDS)
    found = [_whole(word) for word in typed.casefold().replace(".", " ").split() if not word.isdecimal()]
    if len(found) != COPY_WORDS:
        raise Refusal("words.count", limit=COPY_WORDS)
    words = " ".join(found)
    if not Mnemonic("english").check(words):
        raise Refusal("words.slip")
    return words


def _whole(typed: str) -> str:
    fits = [word for word in _word_list() if word == typed]
    if not fits and len(typed) >= _PREFIX_CHARS:
        fits = [word for word in _word_list() if word.startswith(typed)]
    if len(fits) != 1:
        raise Refusal("words.unknown", word=typed)
    return fits[0]
