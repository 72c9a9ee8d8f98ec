# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations: spelling, ids, signatures, sealed payloads."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import encode
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import OP_BODY_MAX_BYTES, PAYLOAD_MAX_BYTES
from edgewise.ground.padding import padded_bytes
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, sign
from edgewise.log import op as ops
from edgewise.log.op import (
    CLS_CONTENT,
    Header,
    WireOp,
    check_signature,
    compose,
    from_wire,
    open_body,
    pad,
    parse_op,
    payload_hash,
    seal_body,
    to_wire,
    unpad,
)
from tests.identity.friends import key
from tests.log.pens import EPOCH, SUBKEY, Pen
from tests.vectors import decoder, frozen, make, make_operation

ALICE = key("alice's log")
OPERATIONS = frozen.HERE / "operation" / "operation.json"


def checked(vector: dict[str, Any]) -> None:
    """All that a node does with one operation that came."""
    op = from_wire(WireOp(vector["header"], vector["sig"] or b"", vector["payload"]))
    check_signature(op)
    if "subkey" in vector:
        open_body(vector["subkey"], op)


@pytest.mark.parametrize("vector", frozen.named("operation", "yay", "operation"), ids=frozen.title)
def test_a_good_operation_is_read_the_same_by_both_readers(vector: dict[str, Any]) -> None:
    """OP-1, OP-2, OP-3, OP-4, OP-5, OP-9: id, space and fields are those of the frozen vectors."""
    checked(vector)
    op = parse_op(vector["header"], vector["sig"], vector["payload"])
    id_, space, fields = decoder.operation(vector["header"], vector["sig"], vector["payload"])
    assert op.id == vector["id"] == id_
    assert op.space == vector["space"] == space
    assert fields == vector.get("fields", fields)
    assert [op.log, op.seq, op.cls] == [fields[3], fields[4], fields[9]]


@pytest.mark.parametrize("vector", frozen.named("operation", "nay", "operation"), ids=frozen.title)
def test_a_bad_operation_is_refused_by_both_readers(vector: dict[str, Any]) -> None:
    """OP-1 to OP-9 and OP-16: each fault is a Verdict of its own; noncanonical bytes never pass."""
    with pytest.raises(Verdict) as caught:
        checked(vector)
    assert caught.value.code == vector["verdict"]
    if not vector["needs"]:
        with pytest.raises(ValueError, match=vector["why"].split(":")[0].split("-")[0]):
            decoder.operation(vector["header"], vector["sig"], vector["payload"])


def test_what_is_composed_is_read_back() -> None:
    """An operation survives the wire, byte by byte."""
    pen = Pen(ALICE)
    for op in pen.write_many(3):
        assert from_wire(to_wire(op)) == op
        check_signature(op)


def test_the_space_is_named_by_its_genesis() -> None:
    """OP-4: the genesis names zeros, what follows names the genesis."""
    first, second = Pen(ALICE).write_many(2)
    assert first.header.space == ZERO32
    assert first.space == second.header.space == first.id


def test_references_are_sorted_when_composed() -> None:
    """OP-3: whoever writes need not think of the order."""
    refs = (b"b" * 32, b"a" * 32)
    pen = Pen(ALICE)
    pen.write()
    assert pen.write(deps=refs).header.deps == tuple(sorted(refs))


def test_a_small_order_key_signs_nothing() -> None:
    """OP-6: the identity point, for which OpenSSL takes one signature for all messages, is no log's key."""
    point = b"\x01" + bytes(31)
    header = encode(Header(1, 1, b"s" * 32, point, 1, b"p" * 32, (), (), EPOCH, 1, 0, payload_hash(b"")))
    op = parse_op(header, point + bytes(32), None)
    with pytest.raises(Verdict, match=r"signature\.bad"):
        check_signature(op)


def test_a_signature_for_another_purpose_does_not_count() -> None:
    """OP-5: labels keep signatures apart."""
    op = Pen(ALICE).write()
    elsewhere = parse_op(op.header_bytes, sign(ALICE, Label.LOG_OPEN_SIG, op.id), op.payload)
    with pytest.raises(Verdict, match=r"signature\.bad"):
        check_signature(elsewhere)


def test_a_ciphertext_copied_into_another_log_does_not_open() -> None:
    """OP-7: Mallory, a reader with the same keys, can't publish Alice's text as her own."""
    pen = Pen(ALICE)
    pen.write()
    alices = pen.write(b"my own words")
    assert alices.payload is not None
    mallory = key("mallory's log")
    copied = compose(
        mallory,
        space=pen.space,
        seq=1,
        prev=b"p" * 32,
        deps=(),
        cheads=(),
        epoch=EPOCH,
        cls=CLS_CONTENT,
        payload=alices.payload,
    )
    check_signature(copied)
    with pytest.raises(Verdict, match=r"seal\.bad"):
        open_body(SUBKEY, copied)


def test_two_keys_never_open_one_payload() -> None:
    """OP-7: another epoch's key opens nothing, and says so."""
    op = Pen(ALICE).write(b"hello")
    assert open_body(SUBKEY, op) == b"hello"
    with pytest.raises(Verdict, match=r"seal\.bad"):
        open_body(bytes(32), op)


def test_a_deleted_payload_cannot_be_confirmed_by_guessing() -> None:
    """OP-9: with the epoch's key, the header and the very text, no guess gives the kept hash again.

    The guesser lacks the 16 random bytes of salt, which went with the payload: equal texts at one place have
    different hashes, and each guessed salt gives another one.
    """
    said = b"yes"
    erased = Pen(ALICE, seed=b"the real salt").write(said)
    guesses = [
        seal_body(SUBKEY, space=ZERO32, log=ALICE.public, seq=0, salt16=bytes([n]) * 16, body=said)
        for n in range(32)
    ]
    assert erased.header.phash not in {payload_hash(guess) for guess in guesses}
    assert len({payload_hash(guess) for guess in guesses}) == len(guesses)
    kept = parse_op(erased.header_bytes, erased.sig, None)
    check_signature(kept)
    with pytest.raises(Verdict, match=r"op\.payload"):
        open_body(SUBKEY, kept)


def test_a_later_version_keeps_its_place_and_stays_closed() -> None:
    """OP-16: the header is read, the signature checked, the payload not opened."""
    (vector,) = [v for v in frozen.named("operation", "yay", "operation") if v["name"] == "a later version"]
    op = parse_op(vector["header"], vector["sig"], None)
    assert op.newer
    check_signature(op)
    later = ops.Op(op.header, op.header_bytes, op.sig, b"\0" * 288, op.id)
    with pytest.raises(Verdict, match=r"op\.other_version"):
        open_body(SUBKEY, later)


@given(st.binary(max_size=5000))
def test_padding_comes_off_again(body: bytes) -> None:
    """OP-8: every body, also one that ends in zeros or in the mark itself."""
    padded = pad(body)
    assert unpad(padded) == body
    assert len(padded) == padded_bytes(len(body) + 1)


@given(st.integers(4097, OP_BODY_MAX_BYTES + 1))
def test_padding_wastes_little(size_bytes: int) -> None:
    """OP-8: at most 12 % above 4 KiB; the largest body fits a payload."""
    padded = padded_bytes(size_bytes)
    assert size_bytes <= padded <= size_bytes * 1.12
    assert padded + 32 <= PAYLOAD_MAX_BYTES


@pytest.mark.parametrize(
    "padded",
    [b"", bytes(256), b"body", b"body\x80", b"body\x80" + bytes(250), b"\x80" + bytes(511)],
    ids=["nothing", "no mark", "no padding", "too short", "one zero short", "too long"],
)
def test_other_padding_is_refused(padded: bytes) -> None:
    """OP-8: a body has one padding; nobody hides a message in its length."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        unpad(padded)


@given(st.binary(max_size=2100))
def test_any_bytes_for_a_header_raise_a_verdict_only(data: bytes) -> None:
    """A peer's bytes raise Verdict and nothing else."""
    with pytest.raises(Verdict):
        parse_op(data, None, None)


@given(st.integers(0, 180), st.integers(0, 255))
def test_one_changed_byte_never_keeps_the_id(place: int, value: int) -> None:
    """OP-5: whatever else still parses has another id, and the signature does not fit it."""
    op = Pen(SigningKey(ALICE.seed, ALICE.public)).write()
    data = bytearray(op.header_bytes)
    place %= len(data)
    changed = data[place] != value
    data[place] = value
    try:
        other = parse_op(bytes(data), op.sig, None)
        check_signature(other)
    except Verdict:
        assert changed
    else:
        assert not changed


@pytest.mark.parametrize("side", ["yay", "nay"])
def test_the_frozen_operations_are_made_again(side: str) -> None:
    """OP-1, OP-5, OP-7: same seeds, same bytes; a change of the format is seen here first."""
    made = make.spelled(make_operation.vectors())[side]
    assert made == json.loads(OPERATIONS.read_text("utf-8"))[side]
