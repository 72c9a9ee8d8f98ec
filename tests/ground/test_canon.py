# SPDX-License-Identifier: AGPL-3.0-or-later
"""One value has one encoding, and nothing but a Verdict comes out of foreign bytes."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from edgewise.ground.canon import Bin16, Bin32, Name, Record, Text, Uint, decode, decode_open, encode
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import RECORD_MAX_BYTES, SEQ_MAX


class Head(Record, frozen=True):
    """A record with each kind of field that canonical bytes know."""

    seq: Uint
    log: Bin16
    deps: Annotated[tuple[Bin16, ...], Meta(max_length=4)]
    name: Name
    text: Text = ""


class NewerHead(Record, frozen=True):
    """The same record as a later version would have it."""

    seq: Uint
    log: Bin16
    deps: tuple[Bin16, ...]
    name: Name
    text: Text
    mood: str
    more: tuple[Bin16, ...] = ()


LOG = bytes(range(16))
BIN = b"\xc4\x10" + LOG
GOOD = b"\x95\x07" + BIN + b"\x91" + BIN + b"\xa3bob\xa2hi"
HEAD = Head(7, LOG, (LOG,), "bob", "hi")

heads = st.builds(
    Head,
    st.integers(0, SEQ_MAX),
    st.binary(min_size=16, max_size=16),
    st.lists(st.binary(min_size=16, max_size=16), max_size=4).map(tuple),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.text(st.characters(codec="utf-8"), max_size=300),
)

MALFORMED = {
    "nothing": b"",
    "half": GOOD[:20],
    "one byte more": GOOD + b"\0",
    "twice": GOOD + GOOD,
    "a number, not an array": b"\x07",
    "a map": b"\x85" + GOOD[1:],
    "one field too few": b"\x93" + GOOD[1:-7],
    "negative number": GOOD.replace(b"\x07", b"\xff", 1),
    "fraction": b"\x95\xcb\x40\x1c\0\0\0\0\0\0" + GOOD[2:],
    "number of 64 bits": b"\x95\xcf" + b"\xff" * 8 + GOOD[2:],
    "nothing for a number": b"\x95\xc0" + GOOD[2:],
    "truth for a number": b"\x95\xc3" + GOOD[2:],
    "short id": b"\x95\x07\xc4\x0f" + LOG[:15] + GOOD[20:],
    "long id": b"\x95\x07\xc4\x11" + LOG + b"\0" + GOOD[20:],
    "text for an id": b"\x95\x07\xb0" + b"a" * 16 + GOOD[20:],
    "bytes for text": GOOD[:-7] + b"\xc4\x03bob\xa2hi",
    "text that is no UTF-8": GOOD[:-2] + b"\xff\xff",
    "text with half a sign": GOOD[:-3] + b"\xa3\xed\xa0\x80",
    "empty name": GOOD[:-7] + b"\xa0\xa2hi",
    "long name": GOOD[:-7] + b"\xd9\x3d" + b"b" * 61 + b"\xa2hi",
    "five of at most four": GOOD[:20] + b"\x95" + BIN * 5 + GOOD[39:],
    "length beyond the data": GOOD[:20] + b"\xdd\xff\xff\xff\xff" + GOOD[21:],
    "binary beyond the data": b"\x95\x07\xc6\xff\xff\xff\xff" + GOOD[4:],
    "a byte that means nothing": b"\x95\xc1" + GOOD[2:],
    "an extension": b"\x95\xd6\xff\0\0\0\0" + GOOD[2:],
    "endless nesting": b"\x96" + GOOD[1:] + b"\x91" * 100_000 + b"\0",
}

SECOND_SPELLINGS = {
    "number in 8 bits": b"\x95\xcc\x07" + GOOD[2:],
    "number in 16 bits": b"\x95\xcd\0\x07" + GOOD[2:],
    "number in 64 bits": b"\x95\xcf" + bytes(7) + b"\x07" + GOOD[2:],
    "signed number": b"\x95\xd0\x07" + GOOD[2:],
    "binary with 16 bits of length": b"\x95\x07\xc5\0\x10" + GOOD[4:],
    "array with 16 bits of length": b"\xdc\0\x05" + GOOD[1:],
    "inner array with 32 bits of length": GOOD[:20] + b"\xdd\0\0\0\x01" + GOOD[21:],
    "text with 8 bits of length": GOOD[:-3] + b"\xd9\x02hi",
    "one field more": b"\x96" + GOOD[1:] + b"\x01",
    "without the last field, which has a default": b"\x94" + GOOD[1:-3],
}


def test_the_encoding_is_an_array_of_minimal_length() -> None:
    """The bytes of a record are written out by hand here, so that they can't drift."""
    assert encode(HEAD) == GOOD
    assert decode(Head, GOOD) == HEAD
    assert decode_open(Head, GOOD) == HEAD


@given(heads)
def test_what_is_encoded_comes_back(head: Head) -> None:
    """Encoding and decoding are inverse to one another, strictly."""
    assert decode(Head, encode(head)) == head


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_bytes_are_a_verdict(data: bytes) -> None:
    """What is not of the type, or not whole, is a Verdict, strictly and openly."""
    for read in (decode, decode_open):
        with pytest.raises(Verdict) as caught:
            read(Head, data)
        assert caught.value.code == "canon.malformed"


@pytest.mark.parametrize("data", SECOND_SPELLINGS.values(), ids=SECOND_SPELLINGS.keys())
def test_a_second_spelling_is_a_verdict_where_bytes_must_be_canonical(data: bytes) -> None:
    """Longer lengths, more fields and left-out defaults are readable, and not canonical."""
    assert decode_open(Head, data).seq == 7
    with pytest.raises(Verdict) as caught:
        decode(Head, data)
    assert caught.value.code == "canon.noncanonical"


@given(st.binary(max_size=200))
def test_only_a_verdict_escapes(data: bytes) -> None:
    """Any bytes are a value or a Verdict; a strictly read value has these very bytes."""
    for read in (decode, decode_open):
        try:
            head = read(Head, data)
        except Verdict:
            continue
        assert read is decode_open or encode(head) == data


@given(heads, st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_is_a_verdict_or_another_value(head: Head, at: int, byte: int) -> None:
    """Two different strings of bytes are never read strictly as the same value."""
    good = encode(head)
    changed = bytearray(good)
    changed[at % len(good)] = byte
    try:
        other = decode(Head, bytes(changed))
    except Verdict:
        return
    assert (other == head) == (bytes(changed) == good)


def test_a_newer_version_is_read_without_what_it_added() -> None:
    """A body with more fields than are known here still shows those that are."""
    newer = NewerHead(7, LOG, (LOG,), "bob", "hi", "glad", (LOG,))
    assert decode_open(Head, encode(newer)) == HEAD


def test_size_is_bounded_before_anything_is_read() -> None:
    """More bytes than allowed are a Verdict, even where they would decode."""
    with pytest.raises(Verdict) as caught:
        decode(Head, GOOD, max_bytes=len(GOOD) - 1)
    assert caught.value.code == "canon.too_big"
    with pytest.raises(Verdict):
        decode_open(Head, bytes(RECORD_MAX_BYTES + 1))


def test_text_that_cannot_be_written_is_refused() -> None:
    """Half a sign in what one writes oneself is a Refusal, not a crash."""
    with pytest.raises(Refusal) as caught:
        encode(Head(7, LOG, (), "bob", "half \ud800"))
    assert caught.value.code == "text.unreadable"


def test_plain_lists_encode_too() -> None:
    """A list of plain values, as bodies are written, has the bytes of the same record."""
    assert encode([7, LOG, [LOG], "bob", "hi"]) == GOOD


def test_other_types_than_records_decode() -> None:
    """Tuples of records and plain fields have the same rules."""
    ids = (bytes(32), bytes(range(32)))
    assert decode(tuple[Bin32, ...], encode(ids)) == ids
