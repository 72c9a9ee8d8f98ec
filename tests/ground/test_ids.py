# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ids have one spelling each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32, b64, from_hex, lp, short, to_hex, unb64


@given(st.binary(max_size=80))
def test_spellings_come_back(data: bytes) -> None:
    """Hexadecimal and base64 give the bytes back; base64 needs no escaping anywhere."""
    assert from_hex(to_hex(data)) == data
    assert unb64(b64(data)) == data
    assert all(char.isalnum() or char in "-_" for char in b64(data))


@given(st.text(max_size=20))
def test_other_text_is_a_verdict_or_the_one_spelling(text: str) -> None:
    """Whatever a person pastes is read in one way or not at all."""
    for read, write in ((from_hex, to_hex), (unb64, b64)):
        try:
            data = read(text)
        except Verdict:
            continue
        assert write(data) == text


@pytest.mark.parametrize("text", ["a", "AB", "a b", "0g", "ab\n", "٣٣"])
def test_hexadecimal_is_strict(text: str) -> None:
    """Odd lengths, capitals, spaces, line ends and other alphabets' digits are no ids."""
    with pytest.raises(Verdict):
        from_hex(text)


@pytest.mark.parametrize("text", ["a", "ab==", "YQ=", "YR", "Y Q", "YQ\n", "+/", "abcde"])
def test_base64_is_strict(text: str) -> None:
    """Padding, loose last bits, spaces and the other alphabet are no ids."""
    with pytest.raises(Verdict):
        unb64(text)


@given(st.lists(st.binary(max_size=5), max_size=5), st.lists(st.binary(max_size=5), max_size=5))
def test_length_prefixes_tell_lists_apart(left: list[bytes], right: list[bytes]) -> None:
    """Two lists of parts give the same bytes only where they are the same list."""
    assert (lp(*left) == lp(*right)) == (left == right)


def test_known_spellings() -> None:
    """The formats are what other programs take them for."""
    assert lp(b"ab", b"") == b"\0\0\0\x02ab\0\0\0\0"
    assert short(bytes(range(32))) == "00010203"
    assert b64(b"\xfb\xff") == "-_8"
    assert len(ZERO32) == 32
    assert not any(ZERO32)
