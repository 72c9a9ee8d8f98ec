# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opened operations for the tests of views: who, where, when, and what."""

from hashlib import sha256

from edgewise.ground.canon import Record
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import CLS_CONTENT

ALICE, BOB, CAROL = (sha256(name).digest() for name in (b"alice", b"bob", b"carol"))
HER_FEED, HIS_FEED = (sha256(name).digest() for name in (b"feed of alice", b"feed of bob"))


def op(
    name: str,
    author: bytes,
    record: Record,
    order_ms: int,
    *,
    space: bytes = HER_FEED,
    space_kind: str = "feed",
    me: bytes = ALICE,
) -> OpenedOp:
    """One opened operation; its id follows from its name, so that others can name it before it exists."""
    return OpenedOp(
        id=id_of(name),
        space=space,
        space_kind=space_kind,
        log=sha256(author + space).digest(),
        seq=0,
        cls=CLS_CONTENT,
        author=author,
        device=author,
        mine=author == me,
        kind="",
        record=record,
        wall_ms=order_ms,
        order_ms=order_ms,
        arrived_ms=order_ms,
    )


def id_of(name: str) -> bytes:
    """The id of the operation that `op` makes under this name."""
    return sha256(name.encode()).digest()
