# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations that follow each other in one log, laid on the shelf in one go; the rows are those of `add_op`.

Their row keys are given here, so that what they name and where they stand is known before they are laid.
"""

from collections.abc import Sequence
from typing import Any, Final

import apsw
import msgspec

from edgewise.ground.instant import order_after
from edgewise.log.op import CLS_CONTENT, Op
from edgewise.store import order, shelf
from edgewise.store.rows import rows

_INSERT: Final = (
    "INSERT INTO ops (n, log_n, seq, id8, cls, state, arrived_ms, claimed_ms, order_ms, id, epoch, header, "
    "sig, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class New(msgspec.Struct, frozen=True):
    """An operation of class content that is not here yet; the fields are as for `shelf.add_op`."""

    op: Op
    state: str
    signed: bool
    wall_ms: int | None


def add_ops(db: apsw.Connection, new: Sequence[New], arrived_ms: int) -> list[int]:
    """Put the next operations of one log on the shelf, in their order; returns the place of each, in ms.

    As `shelf.add_op` for each of them, but none may be taken back already (`shelf.is_awaited`).
    """
    first = new[0].op
    ((log_n, next_seq, head, last_order_ms, n),) = rows(
        db,
        "SELECT n, next_seq, head, head_order_ms, (SELECT coalesce(max(n), 0) FROM ops) FROM logs "
        "WHERE public = ?",
        (first.log,),
    )
    assert (first.seq, first.header.prev) == (next_seq, head), "not the next operation of its log"
    here = order.known(db, dict.fromkeys(dep for each in new for dep in each.op.header.deps))
    order_ms = last_order_ms if next_seq else -1
    laid: list[tuple[Any, ...]] = []
    orders_ms = []
    for each in new:
        op, n = each.op, n + 1
        assert op.cls == CLS_CONTENT, "only content is laid in one go"
        claimed_ms = shelf.claimed(each.state, each.wall_ms, arrived_ms)
        before = [here[dep][1] for dep in op.header.deps if dep in here]
        order_ms = order_after(order_ms, before, claimed_ms, claimed_ms)
        here[op.id] = (n, order_ms)
        orders_ms.append(order_ms)
        state = "erased" if op.payload is None else each.state
        laid.append(
            (
                *(n, log_n, op.seq, order.id8(op.id), op.cls, shelf.CODES[state], arrived_ms, claimed_ms),
                *(order_ms, op.id, op.header.epoch, op.header_bytes, op.sig if each.signed else None),
                op.payload,
            )
        )
    db.executemany(_INSERT, laid)
    last = new[-1].op
    db.execute(
        "UPDATE logs SET next_seq = ?, head = ?, head_n = ?, head_order_ms = ? WHERE n = ?",
        (last.seq + 1, last.id, n, order_ms, log_n),
    )
    for each in new:
        if each.op.header.deps:
            order.link(db, each.op, here[each.op.id][0], here)
    return orders_ms
