# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening: from a sealed operation on the shelf to a record with an author, and on into the views.

The same path serves own operations, those of others, the rebuild of a view and the doctor.
"""

from __future__ import annotations

from edgewise.core import blobs
from edgewise.core.turn import Turn
from edgewise.ground.errors import Verdict
from edgewise.log.kinds import Decoded, OpenedOp, Registry
from edgewise.log.op import CLS_CONTENT, Op, open_body
from edgewise.store import chest, shelf
from edgewise.store.db import Connection


def decode(db: Connection, registry: Registry, op: Op) -> Decoded | None:
    """The body of an operation; None while its epoch's key is not here, or its payload was erased.

    Verdict if it does not open.
    """
    if op.payload is None:
        return None
    epoch = chest.epoch(db, op.header.epoch)
    if epoch is None:
        return None
    subkey = epoch.content if op.cls == CLS_CONTENT else epoch.control
    if not subkey:
        return None
    return registry.decode(open_body(subkey, op))


def opened(db: Connection, op: Op, decoded: Decoded, me: bytes) -> OpenedOp | None:
    """The operation as views take it; None while its author or its kind is not known here."""
    log = shelf.log_row(db, op.log)
    row = shelf.op_row(db, op.id)
    space = shelf.space(db, op.space)
    if log is None or row is None or space is None or log.identity is None or decoded.record is None:
        return None
    return OpenedOp(
        id=op.id,
        space=op.space,
        space_kind=space.kind,
        log=op.log,
        seq=op.seq,
        cls=op.cls,
        author=log.identity,
        device=log.device or b"",
        mine=log.identity == me,
        kind=decoded.kind,
        record=decoded.record,
        wall_ms=decoded.wall_ms,
        order_ms=row.order_ms,
        arrived_ms=row.arrived_ms,
    )


def reopen(db: Connection, registry: Registry, op: Op, me: bytes) -> OpenedOp | None:
    """Open an operation of the shelf again (rebuild, doctor). Only what was admitted before is shown."""
    row = shelf.op_row(db, op.id)
    if row is None or row.state != "open":
        return None
    decoded = decode(db, registry, op)
    return None if decoded is None else opened(db, op, decoded, me)


def show(turn: Turn, op: Op) -> OpenedOp | None:
    """Apply one operation of the shelf to the views that want its kind."""
    try:
        item = reopen(turn.db, turn.registry, op, turn.me.identity)
    except Verdict as broken:
        raise AssertionError(f"an admitted operation no longer opens: {broken.code}") from broken
    if item is not None:
        for view in turn.views.get(item.kind, ()):
            view.apply(turn.db, item)
        blobs.named(turn, item)
    return item


def show_moved(turn: Turn) -> None:
    """Apply again what an operation that came late has moved in the order people see."""
    for id in shelf.take_moved(turn.db):
        op = shelf.load_op(turn.db, id)
        assert op is not None, "an operation that moved is not on the shelf"
        show(turn, op)
