# SPDX-License-Identifier: AGPL-3.0-or-later
"""Positions, digests, tags and the cutting of runs."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.limits import FRAME_MAX_BYTES, HEADS_MAX, RUN_OPS_MAX
from edgewise.log.op import Op, to_wire
from edgewise.sync import ranges
from edgewise.sync.frames import LENGTH_BYTES, Position, Run, encode_frame
from tests.sync.party import genesis, written
from tests.sync.some_frames import B32

HEADS = st.dictionaries(B32, st.integers(0, 2**63 - 1), max_size=6)
GARDEN = genesis("garden").id
NOTES = written("alice", GARDEN, 40)


def unsigned(op: Op) -> Op:
    """The operation as it is held where only the chain vouches for it."""
    return Op(op.header, op.header_bytes, None, op.payload, op.id)


@given(HEADS, HEADS)
def test_digests_are_equal_exactly_for_equal_holdings(
    mine: dict[bytes, int], theirs: dict[bytes, int]
) -> None:
    """FRAME-9: the order of logs, and logs of which nothing is held, don't count."""
    held_mine = {log: seq for log, seq in mine.items() if seq}
    held_theirs = {log: seq for log, seq in theirs.items() if seq}
    turned = dict(reversed(mine.items()))

    assert ranges.digest16(mine) == ranges.digest16(held_mine) == ranges.digest16(turned)
    assert (ranges.digest16(mine) == ranges.digest16(theirs)) is (held_mine == held_theirs)


def test_digest_and_tag_are_spelled_as_the_page_says() -> None:
    """FRAME-9: computed here from the page, with nothing of the package."""
    low, high = b"a" * 32, b"b" * 32
    spelled = b"edgewise/v1/digest\0" + low + (3).to_bytes(8, "big") + high + (1).to_bytes(8, "big")
    named = hmac.digest(b"s" * 32, b"edgewise/v1/space-tag\0" + GARDEN, "sha256")

    assert ranges.digest16({high: 1, low: 3}) == hashlib.sha256(spelled).digest()[:16]
    assert ranges.space_tag(b"s" * 32, GARDEN) == named[:16]


def test_tags_of_two_pairs_differ() -> None:
    """FRAME-9: the same space has another name between other people."""
    assert ranges.space_tag(b"s" * 32, GARDEN) != ranges.space_tag(b"t" * 32, GARDEN)


@given(HEADS, HEADS)
def test_what_is_missing_makes_level(mine: dict[bytes, int], theirs: dict[bytes, int]) -> None:
    """FRAME-11: after getting what is missing, nothing is missing; nothing held is asked for."""
    level = dict(mine)
    for log, first, stop in ranges.missing(mine, theirs):
        assert level.get(log, 0) == first < stop
        level[log] = stop

    assert ranges.missing(level, theirs) == []


def test_missing_names_the_logs_in_order() -> None:
    """FRAME-11: the same holdings give the same questions."""
    assert ranges.missing({b"b": 1}, {b"c": 1, b"b": 3, b"a": 2}) == [
        (b"a", 0, 2),
        (b"b", 1, 3),
        (b"c", 0, 1),
    ]


@given(HEADS)
def test_positions_keep_what_is_held(heads: dict[bytes, int]) -> None:
    """FRAME-11: a frame says of each log how far it is held."""
    assert ranges.as_heads(ranges.positions(heads)) == {log: seq for log, seq in heads.items() if seq}


def test_a_log_named_twice_counts_with_its_highest_position() -> None:
    """FRAME-11: a frame can't make positions shrink."""
    assert ranges.as_heads([Position(b"l" * 32, 5), Position(b"l" * 32, 3)]) == {b"l" * 32: 5}


def test_more_logs_than_a_frame_holds_take_several() -> None:
    """FRAME-4: lists are cut at the bound, and even no logs make one frame."""
    heads = {seq.to_bytes(32, "big"): 1 for seq in range(HEADS_MAX + 1)}

    assert [len(page) for page in ranges.pages(heads)] == [HEADS_MAX, 1]
    assert ranges.pages({}) == [()]


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 12))
def test_runs_end_signed_and_leave_nothing_signed_out(signed: list[bool], ops_max: int) -> None:
    """FRAME-10: pieces follow each other without a gap, each one ends at a signed operation."""
    ops = [op if keep else unsigned(op) for op, keep in zip(NOTES, signed, strict=False)]
    for at in range(len(ops) - ops_max + 1):
        if not any(op.sig for op in ops[at : at + ops_max]):
            ops[at] = NOTES[at]
    runs = ranges.split_run(ops, ops_max=ops_max)
    joined = [op for run in runs for op in run]

    assert all(run[-1].sig and len(run) <= ops_max for run in runs)
    assert joined == ops[: len(joined)]
    assert not any(op.sig for op in ops[len(joined) :])


def test_runs_of_large_operations_fit_a_frame() -> None:
    """FRAME-2: three texts of full length go into one frame, a fourth into the next."""
    runs = ranges.split_run(written("alice", GARDEN, 4, size_bytes=72 * 1024))
    sizes = [len(encode_frame(Run(b"t" * 16, tuple(to_wire(op) for op in run)))) for run in runs]

    assert [len(run) for run in runs] == [3, 1]
    assert max(sizes) <= FRAME_MAX_BYTES + LENGTH_BYTES


@pytest.mark.parametrize(
    ("count", "lengths"), [(1, [1]), (RUN_OPS_MAX, [RUN_OPS_MAX]), (RUN_OPS_MAX + 1, [RUN_OPS_MAX, 1])]
)
def test_runs_hold_no_more_operations_than_a_writer_takes_at_once(count: int, lengths: list[int]) -> None:
    """FRAME-10: 256 operations are one run, the next begins another."""
    ops = [NOTES[0]] * count

    assert [len(run) for run in ranges.split_run(ops)] == lengths


def test_nothing_makes_no_run() -> None:
    """FRAME-10: no operations, no frame."""
    assert ranges.split_run([]) == []
    assert ranges.split_run([unsigned(NOTES[0])]) == []


def test_an_operation_takes_no_more_than_reckoned() -> None:
    """FRAME-2: the reckoning of an operation's size is an upper bound."""
    for size in (0, 200, 300, 70_000):
        (op,) = written("alice", GARDEN, 1, size_bytes=size)
        empty = len(encode_frame(Run(b"t" * 16, ())))
        assert len(encode_frame(Run(b"t" * 16, (to_wire(op),)))) - empty <= ranges.wire_bytes(op)
