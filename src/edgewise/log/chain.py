# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where an operation stands in its log, runs that one signature vouches for, and the proof of a fork."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin64, Record
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import DEPS_MAX, HEADER_MAX_BYTES, RUN_OPS_MAX
from edgewise.log.op import CLS_CONTROL, Op, check_signature, parse_op


class Placement(Enum):
    """What a node does with an operation that came."""

    NEXT = "next"  # append it
    HELD = "held"  # the same one is here already
    GAP = "gap"  # what lies before it is not here yet: park it
    FORK = "fork"  # the log's owner wrote two different things


@dataclass(frozen=True, slots=True)
class Head:
    """How far a log is held: the next free place, and the id of the operation before it."""

    next_seq: int
    id: bytes


EMPTY: Final = Head(0, ZERO32)


def head_after(op: Op) -> Head:
    """The head of a log whose last held operation is `op`."""
    return Head(op.seq + 1, op.id)


def place(head: Head | None, op: Op, known_id: bytes | None = None) -> Placement:
    """Where `op` stands against what is held of its log; `head` None for a log of which nothing is held.

    `known_id` is the id held at the same place, and must be given where that place is below the head.
    """
    held = head or EMPTY
    if op.seq > held.next_seq:
        return Placement.GAP
    if op.seq == held.next_seq:
        return Placement.NEXT if op.header.prev == held.id else Placement.FORK
    assert known_id is not None, "a place below the head without its id"
    return Placement.HELD if op.id == known_id else Placement.FORK


def verify_run(ops: Sequence[Op]) -> tuple[bool, ...]:
    """Verify a run of one log by the signature of its last operation; says whose signatures were checked.

    An operation with False is vouched for by the chain only: its own signature, if it has one, is not to be
    relayed or used in a proof. Control operations are always checked singly.
    Raises Verdict "run.malformed", "run.unsigned", "chain.broken" or "signature.bad": nothing of it holds.
    """
    if not 1 <= len(ops) <= RUN_OPS_MAX:
        raise Verdict("run.malformed", ops=len(ops))
    for before, after in pairwise(ops):
        if after.log != before.log or after.space != before.space:
            raise Verdict("run.malformed", reason="two logs")
        if after.seq != before.seq + 1 or after.header.prev != before.id:
            raise Verdict("chain.broken", seq=after.seq)
    checked = tuple(op is ops[-1] or op.cls == CLS_CONTROL for op in ops)
    for op, singly in zip(ops, checked, strict=True):
        if singly:
            if op.sig is None:
                raise Verdict("run.unsigned", seq=op.seq)
            check_signature(op)
    return checked


class ForkProof(Record, frozen=True):
    """Two signed headers of one log with one place and different ids: anybody can check it."""

    header_a: Annotated[bytes, Meta(max_length=HEADER_MAX_BYTES)]
    sig_a: Bin64
    header_b: Annotated[bytes, Meta(max_length=HEADER_MAX_BYTES)]
    sig_b: Bin64


def fork_proof(one: Op, other: Op) -> ForkProof:
    """The proof of two operations whose own signatures were checked; the lower id first."""
    first, second = sorted((one, other), key=lambda op: op.id)
    assert first.sig is not None, "a proof needs both signatures"
    assert second.sig is not None, "a proof needs both signatures"
    return ForkProof(first.header_bytes, first.sig, second.header_bytes, second.sig)


def check_fork(proof: ForkProof) -> tuple[bytes, int]:
    """The (log, seq) that the proof shows to be forked. Raises Verdict "op.malformed" or "signature.bad"."""
    one = parse_op(proof.header_a, proof.sig_a, None)
    other = parse_op(proof.header_b, proof.sig_b, None)
    if one.log != other.log or one.seq != other.seq or one.id == other.id:
        raise Verdict("op.malformed", reason="no fork")
    check_signature(one)
    check_signature(other)
    return one.log, one.seq


def frontier(heads: Mapping[bytes, Head], own_log: bytes, covered: Mapping[bytes, int]) -> tuple[bytes, ...]:
    """The ids to name as `deps`: heads of other logs that lie beyond what `covered` (log → next seq) reaches.

    Sorted, at most DEPS_MAX; where there are more, the lowest ids, and the next operation names the rest.
    """
    beyond = [
        head.id
        for log, head in heads.items()
        if log != own_log and head.next_seq > covered.get(log, 0) and head.next_seq > 0
    ]
    return tuple(sorted(beyond)[:DEPS_MAX])
