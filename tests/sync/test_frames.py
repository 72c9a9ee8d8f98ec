# SPDX-License-Identifier: AGPL-3.0-or-later
"""Frames: one spelling each, bounded, and read alike by a reader that was written from the page alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import FRAME_MAX_BYTES, HAVE_ITEMS_MAX, HEADS_MAX, PAYLOAD_MAX_BYTES, RUN_OPS_MAX
from edgewise.log.op import WireOp
from edgewise.sync import frames
from edgewise.sync.frames import FrameReader, encode_frame
from tests.sync.some_frames import BY_KIND, FRAMES, mutated
from tests.vectors import frame_decoder

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "frames" / "frames.json").read_text("utf-8")
)
UINT_MAX = 2**63 - 1


def plain(value: object) -> Any:
    """A frame or record as nested lists, for comparing with the other reader."""
    if isinstance(value, frames.Record):
        return [plain(getattr(value, name)) for name in value.__struct_fields__]
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def read_all(data: bytes) -> list[tuple[int, Any]]:
    """What the package's reader makes of whole frames; ValueError instead of Verdict, as the other one."""
    reader = FrameReader()
    try:
        found = reader.feed(data)
    except Verdict as verdict:
        raise ValueError(verdict.code) from verdict
    if reader.pending_bytes:
        raise ValueError("cut")
    return [
        (frame.number, None) if isinstance(frame, frames.Unknown) else (frame.NUMBER, plain(frame))
        for frame in found
    ]


def read_otherwise(data: bytes) -> list[tuple[int, Any]]:
    """The same by the reader that was written from the page."""
    return [
        (number, fields if number in frames.BY_NUMBER else None)
        for number, fields in frame_decoder.read(data)
    ]


@given(st.lists(FRAMES, max_size=4), st.lists(st.integers(1, 40), max_size=30))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(
    sent: list[frames.Frame], cuts: list[int]
) -> None:
    """FRAME-1: length, number and canonical body; pieces of any size give the same frames."""
    data = b"".join(encode_frame(frame) for frame in sent)
    reader = FrameReader()
    came: list[frames.Frame] = []
    for cut in cuts:
        came += reader.feed(data[:cut])
        data = data[cut:]
    came += reader.feed(data)

    assert came == sent
    assert reader.pending_bytes == 0


@given(FRAMES)
def test_two_readers_agree_on_good_frames(frame: frames.Frame) -> None:
    """FRAME-1: a reader written from the page finds the same fields."""
    data = encode_frame(frame)

    assert read_otherwise(data) == read_all(data) == [(frame.NUMBER, plain(frame))]


@given(mutated(FRAMES.map(encode_frame)))
def test_two_readers_agree_on_damaged_frames(data: bytes) -> None:
    """FRAME-4: what one reader refuses, the other refuses; nothing but a Verdict comes out."""
    try:
        expected = read_otherwise(data)
    except ValueError:
        with pytest.raises(ValueError):
            read_all(data)
    else:
        assert read_all(data) == expected


@given(st.sampled_from(list(frames.BY_NUMBER)), st.binary(max_size=200))
def test_any_body_is_a_frame_or_a_verdict(number: int, body: bytes) -> None:
    """FRAME-4: a body is accepted only if encoding the decoded record gives the same bytes."""
    try:
        again = encode_frame(frames.decode_frame(number, body))[5:]
    except Verdict as verdict:
        again = verdict.code

    assert again in (body, "frame.malformed")


@pytest.mark.parametrize("vector", VECTORS["yay"], ids=lambda vector: vector["name"])
def test_every_frame_has_a_frozen_spelling(vector: dict[str, Any]) -> None:
    """FRAME-1: the bytes of each frame stay what they are."""
    data = bytes.fromhex(vector["hex"])
    (frame,) = FrameReader().feed(data)

    assert type(frame).__name__.lower() == vector["frame"]
    assert encode_frame(frame) == data
    assert read_otherwise(data) == read_all(data)


@pytest.mark.parametrize("vector", VECTORS["nay"], ids=lambda vector: vector["name"])
def test_every_fault_is_refused_by_both_readers(vector: dict[str, Any]) -> None:
    """FRAME-2, FRAME-4: lengths out of bounds and other spellings end the connection."""
    data = bytes.fromhex(vector["hex"])
    with pytest.raises(Verdict) as caught:
        FrameReader().feed(data)
    with pytest.raises(ValueError):
        frame_decoder.read(data)

    assert caught.value.code == vector["verdict"]


def test_each_frame_has_a_yay_vector() -> None:
    """FRAME-1: no kind of frame is without a frozen example."""
    assert {vector["frame"] for vector in VECTORS["yay"]} == {kind.__name__.lower() for kind in frames.KINDS}


def test_every_number_has_one_meaning() -> None:
    """FRAME-3: numbers are unique, and none of those that are promised is used."""
    assert len(frames.BY_NUMBER) == len(frames.KINDS) == len(BY_KIND)
    assert not set(frames.RESERVED) & set(frames.BY_NUMBER)


def test_a_number_of_a_later_version_reads_as_unknown() -> None:
    """FRAME-3: its body is skipped whatever it holds."""
    data = (5).to_bytes(4, "big") + b"\x63\xff\xff\xff\xff" + encode_frame(frames.Ping(1))

    assert FrameReader().feed(data) == [frames.Unknown(0x63, 4), frames.Ping(1)]


def test_a_length_beyond_the_bound_is_refused_before_its_bytes_come() -> None:
    """FRAME-2: four bytes suffice for the Verdict, and nothing is kept."""
    reader = FrameReader()
    with pytest.raises(Verdict) as caught:
        reader.feed((FRAME_MAX_BYTES + 1).to_bytes(4, "big"))

    assert caught.value.code == "frame.too_big"
    assert reader.pending_bytes == 0


def test_a_reader_stays_broken() -> None:
    """FRAME-2: after a fault nobody knows where the next frame begins."""
    reader = FrameReader()
    with pytest.raises(Verdict):
        reader.feed(bytes(4))
    with pytest.raises(Verdict) as caught:
        reader.feed(encode_frame(frames.Ping(1)))

    assert caught.value.code == "frame.malformed"


def test_a_reader_for_strangers_takes_less() -> None:
    """FRAME-2: the bound may be lower, and may be raised."""
    accept = encode_frame(frames.Accept(bytes(1000)))
    reader = FrameReader(most_bytes=500)
    with pytest.raises(Verdict):
        reader.feed(accept)
    reader = FrameReader(most_bytes=500)
    reader.most_bytes = FRAME_MAX_BYTES

    assert reader.feed(accept) == [frames.Accept(bytes(1000))]


def test_a_slow_sender_holds_one_unfinished_frame_at_most() -> None:
    """FRAME-16: what waits in the reader is below the bound of one frame."""
    reader = FrameReader()
    frame = encode_frame(frames.Accept(bytes(200_000)))
    for at in range(0, len(frame) - 1, 10_000):
        reader.feed(frame[at : min(at + 10_000, len(frame) - 1)])

    assert reader.pending_bytes == len(frame) - 1 <= FRAME_MAX_BYTES + frames.LENGTH_BYTES


@pytest.mark.parametrize(
    "frame",
    [
        frames.Have(tuple([frames.HaveItem(b"t" * 16, b"d" * 16)] * HAVE_ITEMS_MAX)),
        frames.Heads(b"t" * 16, tuple([frames.Position(b"l" * 32, UINT_MAX)] * HEADS_MAX)),
        frames.Ack(b"t" * 16, tuple([frames.Position(b"l" * 32, UINT_MAX)] * HEADS_MAX)),
        frames.Erase(
            b"r" * 16,
            b"s" * 32,
            tuple([frames.Target(b"l" * 32, UINT_MAX, b"i" * 32)] * frames.TARGETS_MAX),
            "\N{PILE OF POO}" * 200,
        ),
        frames.Receipt(b"r" * 16, tuple([frames.TargetState(b"i" * 32, "never_had")] * frames.TARGETS_MAX)),
        frames.Run(b"t" * 16, tuple([WireOp(bytes(217), bytes(64), bytes(600))] * RUN_OPS_MAX)),
        frames.Run(b"t" * 16, tuple([WireOp(bytes(2048), bytes(64), bytes(PAYLOAD_MAX_BYTES))] * 3)),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_the_longest_list_of_each_kind_fits_a_frame(frame: frames.Frame) -> None:
    """FRAME-2, FRAME-4: the bounds of the lists and the bound of the frame agree."""
    data = encode_frame(frame)

    assert frames.frame_bytes(frame) == len(data) <= FRAME_MAX_BYTES + frames.LENGTH_BYTES
    assert FrameReader().feed(data) == [frame]


def test_the_size_of_an_unknown_frame_counts_too() -> None:
    """FRAME-8: a stranger's unknown frame is measured by what it took on the wire."""
    (unknown,) = FrameReader().feed((100).to_bytes(4, "big") + b"\x63" + bytes(99))

    assert frames.frame_bytes(unknown) == 104
