# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stretch of content of one log, taken at once: the same stages as in `ingest`, each for all of it.

What content changes lies in its own log and in the views, so nothing in the middle of a stretch decides about
what follows. Whatever is less plain than that goes one by one: control records, gaps, forks, what somebody
waits for, what was taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

from edgewise.core import clocks, opening
from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.ground.errors import Verdict
from edgewise.groups.members import may_write
from edgewise.log.chain import Head, Placement, place
from edgewise.log.kinds import Decoded, OpenedOp
from edgewise.log.op import CLS_CONTENT, Op
from edgewise.store import agreements, shelf, stretch


def take(turn: Turn, ops: Sequence[Op], verified: Sequence[bool], device: bytes) -> int:
    """Take the content with which a verified run of one log begins; returns how many operations that were.

    0 where it does not begin with at least two of them that can be taken at once. Verdict "op.not_allowed".
    """
    count = next((n for n, op in enumerate(ops) if op.cls != CLS_CONTENT), len(ops))
    log = shelf.log_row(turn.db, ops[0].log) if count > 1 else None
    if log is None or log.identity is None or not _is_plain(turn, log, ops[:count]):
        return 0
    space = shelf.space(turn.db, log.space)
    assert space is not None, "a log without its space"
    opened = _open(turn, space, log.identity, ops[:count], device)
    rows = [
        stretch.New(op, state, signed, None if decoded is None else decoded.wall_ms)
        for op, signed, (decoded, state) in zip(ops, verified, opened, strict=False)
    ]
    orders_ms = stretch.add_ops(turn.db, rows, turn.now_ms)
    turn.note_written(log.space, log.public, ops[0].seq, count)
    items = []
    for row, order_ms, (decoded, state) in zip(rows, orders_ms, opened, strict=True):
        if decoded is not None and state == "open":
            item = opening.as_item(row.op, decoded, log, space, order_ms, turn.now_ms, turn.me.identity)
            assert item is not None, "an open operation without author or record"
            items.append(item)
            if row.op.header.deps or row is rows[-1]:
                clocks.compare(turn, row.op, decoded.wall_ms, turn.now_ms)
    opening.show_items(turn, items)
    turn.effects += [notice(item) for item in items]
    return count


def _is_plain(turn: Turn, log: shelf.LogRow, ops: Sequence[Op]) -> bool:
    """Whether these are next in their log, and nobody waits for them or has taken one of them back."""
    first, last = ops[0], ops[-1]
    head = Head(log.next_seq, log.head) if log.next_seq else None
    if log.space != first.space or (log.closed and not log.mine):
        return False
    if first.seq < log.next_seq or place(head, first) is not Placement.NEXT:
        return False
    return not shelf.is_awaited(turn.db, log.public, first.seq, last.seq + 1, [op.id for op in ops])


def _open(
    turn: Turn, space: shelf.SpaceRow, author: bytes, ops: Sequence[Op], device: bytes
) -> list[tuple[Decoded | None, str]]:
    """Open each with the key of its epoch, and check that its author may write such kinds here."""
    keys: dict[bytes, bytes] = {}
    allowed: set[str] = set()
    opened = []
    for op in ops:
        if op.header.epoch not in keys:
            keys[op.header.epoch] = opening.subkey_of(turn.db, op)
        decoded, state = opening.try_open(turn, op, keys[op.header.epoch], device)
        if decoded is not None and decoded.record is not None and decoded.kind not in allowed:
            check_author(turn, space, author, op, decoded)
            allowed.add(decoded.kind)
        opened.append((decoded, state))
    return opened


def check_author(turn: Turn, space: shelf.SpaceRow, author: bytes, op: Op, decoded: Decoded) -> None:
    """Verdict "op.not_allowed" unless this person may write such a record into this space."""
    turn.registry.check_place(decoded, op.cls, space.kind)
    own = author == turn.me.identity and space.kind in ("pair", "dm")  # it comes back after a restore
    if not own and not may_write(
        space.kind,
        op.cls,
        author,
        space.owner,
        space.peer,
        may_answer=_may_answer(turn, space, author),
        opening=op.seq == 0,
    ):
        raise Verdict("op.not_allowed")


def _may_answer(turn: Turn, space: shelf.SpaceRow, author: bytes) -> bool:
    """In one's own feed, who holds an answer grant.

    In another's, the owner has already judged before passing it on.
    """
    if space.owner != turn.me.identity:
        return True
    grant = agreements.read_grant(turn.db, space.id, author)
    return grant is not None and "answer" in grant.verbs


def notice(item: OpenedOp) -> Notify:
    """What an open page is told about an item that came."""
    topics = {"feed": "item", "dm": "talk", "pair": "agreements"}
    return Notify(topics.get(item.space_kind, "own"), item.id)
