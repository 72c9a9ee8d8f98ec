# SPDX-License-Identifier: AGPL-3.0-or-later
"""STREAM: a long file is whole, in order, and all of it, or it does not open."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import STREAM_CHUNK_BYTES
from edgewise.keys.sealing import seal
from edgewise.keys.stream import SEALED_CHUNK_BYTES, open_chunks, seal_chunks

KEY = bytes(range(32))
AD = b"for bob"
LONG = bytes(range(256)) * (3 * STREAM_CHUNK_BYTES // 256) + b"tail"
CHUNKS = list(seal_chunks(KEY, AD, [LONG]))


def opened(pieces: list[bytes], key: bytes = KEY, ad: bytes = AD) -> bytes:
    """The whole plaintext, or a Verdict."""
    return b"".join(open_chunks(key, ad, pieces))


@settings(max_examples=30)
@given(st.integers(0, 2 * STREAM_CHUNK_BYTES + 2), st.integers(1, 100_000), st.integers(1, 100_000))
def test_any_length_cut_anyhow_comes_back(length: int, cut: int, recut: int) -> None:
    """Sealing depends on the bytes only, not on how they were cut; nor does opening."""
    plain = LONG[:length]
    sealed = b"".join(seal_chunks(KEY, AD, [plain[at : at + cut] for at in range(0, length, cut)]))
    assert sealed == b"".join(seal_chunks(KEY, AD, [plain]))
    assert opened([sealed[at : at + recut] for at in range(0, len(sealed), recut)]) == plain


@pytest.mark.parametrize("length", [0, 1, STREAM_CHUNK_BYTES - 1, STREAM_CHUNK_BYTES, STREAM_CHUNK_BYTES + 1])
def test_the_edges_of_a_chunk(length: int) -> None:
    """An empty stream has one chunk; a full chunk is the last one itself, without an empty one after it."""
    chunks = list(seal_chunks(KEY, AD, [LONG[:length]]))
    assert len(chunks) == max(1, -(-length // STREAM_CHUNK_BYTES))
    assert opened(chunks) == LONG[:length]


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param([], id="nothing"),
        pytest.param(CHUNKS[:-1], id="last chunk cut off"),
        pytest.param(CHUNKS[:1], id="only the first"),
        pytest.param([*CHUNKS[:-1], CHUNKS[-1][:-1]], id="one byte cut off"),
        pytest.param([CHUNKS[1], CHUNKS[0], *CHUNKS[2:]], id="two chunks changed places"),
        pytest.param([CHUNKS[0], *CHUNKS], id="first chunk twice"),
        pytest.param([*CHUNKS, CHUNKS[-1]], id="last chunk twice"),
        pytest.param(CHUNKS[1:], id="first chunk missing"),
        pytest.param([CHUNKS[0], *CHUNKS[2:]], id="middle chunk missing"),
        pytest.param([*CHUNKS, b"\0"], id="a byte more"),
        pytest.param([b"\0" * 15], id="shorter than a chunk can be"),
        pytest.param([bytes([CHUNKS[0][0] ^ 1]) + CHUNKS[0][1:], *CHUNKS[1:]], id="one bit"),
    ],
)
def test_what_was_changed_on_the_way_does_not_open(altered: list[bytes]) -> None:
    """Truncation, reordering, repetition, extension and alteration are a Verdict."""
    with pytest.raises(Verdict) as caught:
        opened(altered)
    assert caught.value.code == "stream.bad"


def test_a_wrong_last_flag_does_not_open() -> None:
    """A last chunk passed off as a middle one, and a middle one passed off as the last, do not open."""
    short, long = LONG[:STREAM_CHUNK_BYTES], LONG[: 2 * STREAM_CHUNK_BYTES]
    (last_here,) = seal_chunks(KEY, AD, [short])
    first_of_two, second_of_two = seal_chunks(KEY, AD, [long])
    with pytest.raises(Verdict):
        opened([last_here, second_of_two])
    with pytest.raises(Verdict):
        opened([first_of_two])


def test_another_key_or_purpose_does_not_open() -> None:
    """A stream opens with its own key and under its own purpose only."""
    for key, ad in ((bytes(32), AD), (KEY, b"for carol")):
        with pytest.raises(Verdict):
            opened(CHUNKS, key, ad)


def test_a_stream_key_is_not_the_key_that_was_given() -> None:
    """The given key seals no chunk itself, so that it can't collide with another use of it."""
    assert list(seal_chunks(KEY, AD, [b"hi"])) != [seal(KEY, b"hi", AD)]


def test_the_bound_stops_an_endless_stream() -> None:
    """More than the bound is a Verdict, after at most one chunk beyond it was read."""
    asked = []

    def endless() -> object:
        for chunk in CHUNKS:
            asked.append(len(chunk))
            yield chunk

    with pytest.raises(Verdict) as caught:
        list(open_chunks(KEY, AD, endless(), max_bytes=SEALED_CHUNK_BYTES))  # type: ignore[arg-type]
    assert caught.value.code == "stream.too_big"
    assert len(asked) <= 3


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_only_a_verdict_escapes(pieces: list[bytes]) -> None:
    """Bytes that nobody sealed are a Verdict, however they are cut."""
    with pytest.raises(Verdict):
        opened(pieces)
