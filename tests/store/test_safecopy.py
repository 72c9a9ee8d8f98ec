# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of a safe copy: it opens with its words alone, whole or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import encode
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import COPY_PART_MAX_BYTES
from edgewise.keys.hashing import expand
from edgewise.keys.labels import Label
from edgewise.keys.stream import seal_chunks
from edgewise.store.safecopy import MAGIC, CopyKey, End, Head, Part, Piece, open_copy, read_head, seal_copy
from tests.store.copies import CHEAP, NONCE, OTHERS, PARTS, SALT, WORDS, key, key_of, sealed
from tests.sync.some_frames import mutated
from tests.vectors import frozen

COPY = sealed()
KeyOf = Callable[[Head], CopyKey]


def opened(data: bytes, words: str = WORDS) -> list[Part]:
    """All parts."""
    of: Any = key_of(words)
    return list(open_copy([data], of))


def refused(data: bytes, words: str = WORDS) -> str:
    """The code with which it is refused; "" where it opens."""
    try:
        opened(data, words)
    except Refusal as no:
        return no.code
    return ""


def framed(*bodies: bytes) -> bytes:
    """A copy whose inside is anything at all, sealed as it should be."""
    head = COPY[: COPY.index(encode(read_head(COPY))) + len(encode(read_head(COPY)))]
    plain = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
    return head + b"".join(seal_chunks(expand(key().stretched, Label.BACKUP, NONCE), head, [plain]))


def test_what_goes_in_comes_out_however_it_is_cut() -> None:
    """COPY-3, COPY-4, COPY-5: the parts in their order, from bytes in pieces of any size."""
    of: Any = key_of(WORDS)
    pieces = [COPY[at : at + 7] for at in range(0, len(COPY), 7)]
    assert list(open_copy(pieces, of)) == list(PARTS) == opened(COPY)
    assert read_head(COPY).params == CHEAP


def test_other_words_are_told_from_damage() -> None:
    """COPY-4: the commitment speaks before anything is opened."""
    assert refused(COPY, OTHERS) == "words.wrong"


def test_newer_and_foreign_files_are_told_apart() -> None:
    """COPY-3: a later number says so; anything else is no copy."""
    assert refused(COPY.replace(b"/1\n", b"/2\n", 1)) == "copy.newer"
    assert refused(COPY.replace(b"/1\n", b"/12\n", 1)) == "copy.newer"
    for foreign in (b"", b"edgewise-copy/", b"edgewise-copy/x\n", b"edgewise-bundle/1\n" + COPY, b"%PDF-1.4"):
        assert refused(foreign) == "copy.foreign"


@pytest.mark.parametrize("cut", [17, 40, len(MAGIC), len(COPY) - 1, len(COPY) // 2])
def test_cut_copy_is_damaged(cut: int) -> None:
    """COPY-5: an end that comes early is no end."""
    assert refused(COPY[:cut]) == "copy.damaged"


def test_copy_that_goes_on_is_damaged() -> None:
    """COPY-5: nothing stands behind the end."""
    assert refused(COPY + b"x") == "copy.damaged"
    assert refused(framed(*(encode(part) for part in (*PARTS, End(len(PARTS)), PARTS[1])))) == "copy.damaged"
    assert refused(framed(*(encode(part) for part in (*PARTS, End(len(PARTS)), End(10))))) == "copy.damaged"


def test_parts_in_a_wrong_place_are_damage() -> None:
    """COPY-5: the manifest first and once, the end last with the right number, values of four kinds."""
    whole = [encode(part) for part in PARTS]
    end = encode(End(len(PARTS)))
    assert refused(framed(*whole, end)) == ""
    assert refused(framed(*whole)) == "copy.damaged"
    assert refused(framed(*whole, encode(End(3)))) == "copy.damaged"
    assert refused(framed(*whole[1:], encode(End(len(PARTS) - 1)))) == "copy.damaged"
    assert refused(framed(whole[0], whole[0], encode(End(2)))) == "copy.damaged"
    for value in (1.5, [1], {}, True):
        bad = encode(["rows", [[value]]])
        assert refused(framed(whole[0], bad, encode(End(2)))) == "copy.damaged", value
    assert refused(framed(whole[0] + b"\0", encode(End(1)))) == "copy.damaged"
    assert refused(framed(b"", end)) == "copy.damaged"


def test_a_part_beyond_its_bound_is_never_gathered() -> None:
    """COPY-5: its length alone ends the reading."""
    plain = (COPY_PART_MAX_BYTES + 1).to_bytes(4, "big")
    head = COPY[: COPY.index(encode(read_head(COPY))) + len(encode(read_head(COPY)))]
    data = head + b"".join(seal_chunks(expand(key().stretched, Label.BACKUP, NONCE), head, [plain]))
    assert refused(data) == "copy.damaged"


def test_costs_beyond_bounds_are_refused_before_they_are_paid() -> None:
    """COPY-2: a head that asks for more than 1 GiB is damage; nothing is stretched."""
    rude = encode([[1024 * 1024 + 1, 1, 1], SALT, NONCE, b"c" * 32])
    assert refused(MAGIC + len(rude).to_bytes(2, "big") + rude + b"x" * 64) == "copy.damaged"
    long = b"\0" * 300
    assert refused(MAGIC + len(long).to_bytes(2, "big") + long) == "copy.damaged"


def test_each_file_has_a_key_of_its_own() -> None:
    """COPY-4: the same words and parts give other bytes under another nonce, from the head on."""
    other = b"".join(seal_copy(PARTS, key(), b"m" * 32))
    assert other[-200:] != COPY[-200:]
    assert opened(other) == list(PARTS)
    assert read_head(other).commit != read_head(COPY).commit


def test_pieces_of_the_largest_kind_fit() -> None:
    """COPY-5: half a MiB of a file is one part."""
    parts = (PARTS[0], Piece(bytes(COPY_PART_MAX_BYTES // 2)))
    assert opened(sealed(parts)) == list(parts)


@given(mutated(st.just(COPY)))
def test_noise_is_refused_in_our_own_words(data: bytes) -> None:
    """COPY-3 to COPY-5: whatever is flipped, cut or doubled, only a Refusal comes out, never other parts."""
    if data != COPY and read_cost(data) <= CHEAP.memory_kib:
        assert refused(data) in ("copy.foreign", "copy.newer", "copy.damaged", "words.wrong")


def read_cost(data: bytes) -> int:
    """The memory that a head asks for; tests don't pay for large ones."""
    try:
        params = read_head(data).params
    except Refusal:
        return 0
    return params.memory_kib * params.iterations * params.lanes


@given(st.binary(max_size=400))
def test_inside_may_be_anything(body: bytes) -> None:
    """COPY-5: what is sealed under the right words, but is no part, is damage."""
    assert refused(framed(encode(PARTS[0]), body)) == "copy.damaged"


@pytest.mark.parametrize("vector", frozen.named("safecopy", "yay", "copy"), ids=frozen.title)
def test_frozen_copies_open(vector: dict[str, Any]) -> None:
    """COPY-1 to COPY-5: another program's bytes."""
    of: Any = key_of(vector["words"])
    parts = list(open_copy([vector["bytes"]], of))
    assert [encode(part) for part in parts] == vector["parts"]


@pytest.mark.parametrize("vector", frozen.named("safecopy", "nay", "copy"), ids=frozen.title)
def test_frozen_faults_are_refused(vector: dict[str, Any]) -> None:
    """COPY-3 to COPY-5: each with its own code."""
    assert refused(vector["bytes"], vector["words"]) == vector["verdict"]
