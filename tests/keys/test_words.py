# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check words, and the words of a safe copy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Refusal
from edgewise.keys.stretch import StretchParams, stretch
from edgewise.keys.words import check_words, copy_words, tidy_copy_words
from tests.vectors import frozen


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


def test_copy_words_are_those_of_bip_39() -> None:
    """COPY-1: twelve words for 128 bits; the frozen ones."""
    for vector in frozen.named("safecopy", "yay", "words"):
        assert copy_words(vector["entropy"]) == vector["words"]
        assert tidy_copy_words(vector["words"]) == vector["words"]


@given(st.binary(min_size=16, max_size=16))
def test_copy_words_are_found_however_they_are_typed(entropy: bytes) -> None:
    """COPY-1: capitals, numbers, dots, lines, and four letters of each will do."""
    words = copy_words(entropy)
    typed = "\n".join(f"{place}. {word[:4].upper()}" for place, word in enumerate(words.split(), 1))
    assert tidy_copy_words(typed) == words


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "words.count"),
        ("legal " * 13, "words.count"),
        ("x" * 500, "words.count"),
        ("legal winner thank year wave sausage worth useful legal winner thank zzzz", "words.unknown"),
        ("legal winner thank year wave sausage worth useful legal winner thank yel", "words.unknown"),
        ("winner legal thank year wave sausage worth useful legal winner thank yellow", "words.slip"),
    ],
)
def test_slips_of_the_pen_are_told(typed: str, code: str) -> None:
    """COPY-1: too many, none of the list, or words that don't belong together."""
    with pytest.raises(Refusal) as no:
        tidy_copy_words(typed)
    assert no.value.code == code


def test_stretched_words_are_frozen() -> None:
    """COPY-2: Argon2id over the words joined by single spaces."""
    (vector,) = frozen.named("safecopy", "yay", "stretched")
    assert stretch(vector["words"], vector["salt"], StretchParams(8, 1, 1)) == vector["key"]
