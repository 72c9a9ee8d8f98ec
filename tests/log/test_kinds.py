# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kinds: bodies of today, of tomorrow, and of nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.consent import erasure, grants
from edgewise.ground.canon import Record, Text, encode
from edgewise.ground.errors import Refusal, Verdict
from edgewise.groups import epochs
from edgewise.log.kinds import Decoded, Kind, Registry
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL


class Note(Record, frozen=True):
    """A kind of record for these tests."""

    text: Text
    mood: str = ""


class Heap(Record, frozen=True):
    """A record that can be too big for an operation."""

    texts: tuple[bytes, ...]


def no_shouting(note: Note) -> None:
    """A check of a kind."""
    if note.text.isupper():
        raise Verdict("op.bad_body", why="loud")


NOTE = Kind("note", 2, CLS_CONTENT, Note, frozenset({"feed"}), no_shouting)
REGISTRY = Registry((NOTE, Kind("heap", 1, CLS_CONTENT, Heap, frozenset({"feed"}))))


def test_a_record_survives_its_body() -> None:
    """OP-10: name, version, claimed time and record."""
    body = REGISTRY.encode(Note("hello", "glad"), 77)
    assert body == encode(["note", 2, 77, ["hello", "glad"]])
    assert REGISTRY.decode(body) == Decoded("note", 2, 77, Note("hello", "glad"))


@pytest.mark.parametrize("body", [["poll", 1, 5, [1]], ["note", 3, 5, ["x", "y", 7]], ["note", 3, 5, 8]])
def test_what_is_too_new_is_kept_unread(body: list[object]) -> None:
    """OP-10: an unknown kind and a later version are not errors, whatever they hold."""
    decoded = REGISTRY.decode(encode(body))
    assert decoded.record is None
    assert (decoded.kind, decoded.version, decoded.wall_ms) == tuple(body[:3])


def test_an_older_version_reads_with_what_it_lacks_filled_in() -> None:
    """OP-10: versions only append fields, and an older body lacks the last ones."""
    assert REGISTRY.decode(encode(["note", 1, 5, ["hello"]])).record == Note("hello", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        encode([]),
        encode(["note", 2, 5]),
        encode(["note", 2, 5, [7]]),
        encode(["note", 2, 5, []]),
    ],
)
def test_a_malformed_body_of_a_known_kind_is_a_verdict(body: bytes) -> None:
    """OP-10: bad bodies have one code, so that the operation can keep its place."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.decode(body)


@pytest.mark.parametrize("wall", [-1, 2**53, 1.5, "now"])
def test_an_impossible_time_is_a_verdict(wall: object) -> None:
    """OP-10, OP-12: a claimed time is a bounded whole number."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.decode(encode(["note", 2, wall, ["x", ""]]))


def test_a_kinds_own_check_holds_for_writers_and_readers() -> None:
    """OP-10: nobody can write what others would refuse."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.encode(Note("LOUD"), 1)
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.decode(encode(["note", 2, 1, ["LOUD", ""]]))


def test_a_record_that_fits_no_operation_is_refused() -> None:
    """What is too big is told before it is sealed."""
    with pytest.raises(Refusal, match=r"text\.too_long"):
        REGISTRY.encode(Heap((bytes(60_000), bytes(10_000))), 1)


def test_a_record_counts_only_in_its_place() -> None:
    """OP-11: the right class and kind of space; what nobody knows is not judged."""
    decoded = Decoded("note", 2, 1, Note("x"))
    REGISTRY.check_place(decoded, CLS_CONTENT, "feed")
    REGISTRY.check_place(Decoded("poll", 1, 1, None), CLS_CONTROL, "pair")
    for cls, space_kind in ((CLS_CONTROL, "feed"), (CLS_CONTENT, "pair")):
        with pytest.raises(Verdict, match=r"op\.not_allowed"):
            REGISTRY.check_place(decoded, cls, space_kind)


def test_two_kinds_of_one_name_are_a_bug() -> None:
    """A registry is made of different kinds."""
    with pytest.raises(AssertionError):
        Registry((NOTE, NOTE))


def test_the_house_has_one_registry() -> None:
    """The kinds of all rooms live together under different names."""
    every = Registry((*epochs.KINDS, *grants.KINDS, *erasure.KINDS))
    assert [kind.name for kind in every.kinds] == sorted(kind.name for kind in every.kinds)
    assert every.named("grant") is not None
    assert every.kind_of(grants.End(5)).name == "pair.end"


@given(st.binary(max_size=400))
def test_any_bytes_for_a_body_raise_a_verdict_only(body: bytes) -> None:
    """A peer's bytes are a Verdict op.bad_body, unless they happen to be a body."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.decode(body)
