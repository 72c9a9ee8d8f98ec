# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing what two sides hold: positions per log, their digest, what is missing, how runs are cut."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from edgewise.ground.limits import FRAME_MAX_BYTES, HEADS_MAX, RUN_OPS_MAX
from edgewise.keys.hashing import digest, mac
from edgewise.keys.labels import Label
from edgewise.log.op import Op
from edgewise.sync.frames import Position

TAG_BYTES: Final = 16
SEQ_BYTES: Final = 8
# What one operation takes on the wire besides header, signature and payload: array and length bytes.
OP_OVERHEAD_BYTES: Final = 24
# What is left of a frame for its operations: the rest holds number, tag and array lengths.
RUN_MAX_BYTES: Final = FRAME_MAX_BYTES - 64


def digest16(heads: Mapping[bytes, int]) -> bytes:
    """Sixteen bytes that are equal exactly when both sides hold the same positions (FRAME-9).

    Logs of which nothing is held don't count, so that knowing a log's name makes no difference.
    """
    parts = (log + heads[log].to_bytes(SEQ_BYTES, "big") for log in sorted(heads) if heads[log] > 0)
    return digest(Label.DIGEST, b"".join(parts))[:TAG_BYTES]


def space_tag(pair_secret: bytes, space: bytes) -> bytes:
    """The name of `space` between the two who share `pair_secret` (32 bytes); strangers can't link it."""
    return mac(pair_secret, Label.SPACE_TAG, space)[:TAG_BYTES]


def missing(mine: Mapping[bytes, int], theirs: Mapping[bytes, int]) -> list[tuple[bytes, int, int]]:
    """What they hold and I lack, as (log, first, stop) with first ≤ seq < stop, by log."""
    return [(log, mine.get(log, 0), theirs[log]) for log in sorted(theirs) if theirs[log] > mine.get(log, 0)]


def positions(heads: Mapping[bytes, int]) -> tuple[Position, ...]:
    """The positions in the order of their logs, for a frame; logs of which nothing is held are left out."""
    return tuple(Position(log, heads[log]) for log in sorted(heads) if heads[log] > 0)


def pages(heads: Mapping[bytes, int]) -> list[tuple[Position, ...]]:
    """The positions cut into as many frames as they need; at least one, possibly empty."""
    every = positions(heads)
    return [every[at : at + HEADS_MAX] for at in range(0, len(every), HEADS_MAX)] or [()]


def as_heads(given: Iterable[Position]) -> dict[bytes, int]:
    """Positions of a frame as a mapping; a log named twice counts with its highest position."""
    heads: dict[bytes, int] = {}
    for position in given:
        heads[position.log] = max(position.next_seq, heads.get(position.log, 0))
    return heads


def wire_bytes(op: Op) -> int:
    """An upper bound of what `op` takes inside a run frame."""
    return len(op.header_bytes) + len(op.sig or b"") + len(op.payload or b"") + OP_OVERHEAD_BYTES


def split_run(
    ops: Sequence[Op], ops_max: int = RUN_OPS_MAX, bytes_max: int = RUN_MAX_BYTES
) -> list[list[Op]]:
    """`ops` cut into runs that fit into a frame, each one ending at a signed operation.

    Operations behind the last signed one are left out. A stretch without a signature that is longer
    than a frame can't have come over the wire, so that it is a bug here.
    """
    runs: list[list[Op]] = []
    start = 0
    while (stop := _run_stop(ops, start, ops_max, bytes_max)) > start:
        runs.append(list(ops[start:stop]))
        start = stop
    assert not any(op.sig for op in ops[start:]), "an unsigned stretch is longer than a frame"
    return runs


def _run_stop(ops: Sequence[Op], start: int, ops_max: int, bytes_max: int) -> int:
    """Where the longest permitted run from `start` ends; `start` itself if there is none."""
    stop, size_bytes = start, 0
    for at in range(start, min(len(ops), start + ops_max)):
        size_bytes += wire_bytes(ops[at])
        if size_bytes > bytes_max:
            break
        if ops[at].sig is not None:
            stop = at + 1
    return stop
