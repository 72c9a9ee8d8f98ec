# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening: from a sealed operation on the shelf to a record with an author, and on into the views.

The same path serves own operations, those of others, the rebuild of a view and the doctor.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from edgewise.core import blobs
from edgewise.core.turn import Turn
from edgewise.ground.canon import decode_open, encode
from edgewise.ground.errors import EdgewiseError, Verdict
from edgewise.log.kinds import Decoded, OpenedOp, Registry
from edgewise.log.op import CLS_CONTENT, Op, open_body
from edgewise.store import chest, outbox, shelf
from edgewise.store.db import Connection
from edgewise.store.views import apply_all


def decode(db: Connection, registry: Registry, op: Op) -> Decoded | None:
    """The body of an operation; None while its epoch's key is not here, or its payload was erased.

    Verdict if it does not open.
    """
    subkey = subkey_of(db, op)
    return None if op.payload is None or not subkey else registry.decode(open_body(subkey, op))


def subkey_of(db: Connection, op: Op) -> bytes:
    """The key of its epoch that opens an operation; empty while it is not here."""
    epoch = chest.epoch(db, op.header.epoch)
    if epoch is None:
        return b""
    return epoch.content if op.cls == CLS_CONTENT else epoch.control


def try_open(turn: Turn, op: Op, subkey: bytes, device: bytes) -> tuple[Decoded | None, str]:
    """Open a body that came; what it says, and the state of the operation on the shelf.

    One that its author sealed but that can't be read is kept, marked and counted: the chain goes on.
    """
    if op.payload is None:
        return None, "erased"
    if op.newer:
        return None, "newer"
    if not subkey:
        return None, "sealed"
    try:
        decoded = turn.registry.decode(open_body(subkey, op))
    except EdgewiseError as bad:  # a kind's own check speaks to writers too, and so may refuse
        outbox.count_verdict(turn.db, bad.code, device, turn.now_ms)
        return None, "bad"
    return decoded, "open" if decoded.record is not None else "newer"


def opened(db: Connection, op: Op, decoded: Decoded, me: bytes) -> OpenedOp | None:
    """The operation as views take it; None while its author or its kind is not known here."""
    log = shelf.log_row(db, op.log)
    row = shelf.op_row(db, op.id)
    space = shelf.space(db, op.space)
    if log is None or row is None or space is None:
        return None
    return as_item(op, decoded, log, space, row.order_ms, row.arrived_ms, me)


def as_item(
    op: Op,
    decoded: Decoded,
    log: shelf.LogRow,
    space: shelf.SpaceRow,
    order_ms: int,
    arrived_ms: int,
    me: bytes,
) -> OpenedOp | None:
    """The same of rows that were read before."""
    if log.identity is None or decoded.record is None:
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
        order_ms=order_ms,
        arrived_ms=arrived_ms,
    )


def reopen(db: Connection, registry: Registry, op: Op, me: bytes) -> OpenedOp | None:
    """Open an operation of the shelf again (rebuild, doctor). Only what was admitted before is shown."""
    row = shelf.op_row(db, op.id)
    if row is None or row.state not in ("open", "erased"):
        return None
    if row.state == "erased":
        return _gone(db, registry, op, me)
    decoded = decode(db, registry, op)
    return None if decoded is None else opened(db, op, decoded, me)


def keep_remains(db: Connection, registry: Registry, op: Op) -> None:
    """Before an operation is erased: keep what its kind lets remain, if it was ever shown here."""
    row = shelf.op_row(db, op.id)
    decoded = decode(db, registry, op) if row is not None and row.state == "open" else None
    if decoded is None or decoded.record is None:
        return
    kind = registry.kind_of(decoded.record)
    if kind.remains is not None:
        record = encode(kind.remains(decoded.record))
        shelf.put_remains(db, op.id, shelf.Remains(kind.name, decoded.wall_ms, record))


def _gone(db: Connection, registry: Registry, op: Op, me: bytes) -> OpenedOp | None:
    row = shelf.remains(db, op.id)
    kind = registry.named(row.kind) if row is not None else None
    if row is None or kind is None:
        return None
    item = opened(
        db, op, Decoded(row.kind, kind.version, row.wall_ms, decode_open(kind.record, row.record)), me
    )
    return None if item is None else replace(item, gone=True)


def show(turn: Turn, op: Op) -> OpenedOp | None:
    """Apply one operation of the shelf to the views that want its kind."""
    try:
        item = reopen(turn.db, turn.registry, op, turn.me.identity)
    except Verdict as broken:
        raise AssertionError(f"an admitted operation no longer opens: {broken.code}") from broken
    if item is not None:
        show_items(turn, [item])
    return item


def show_items(turn: Turn, items: Sequence[OpenedOp]) -> None:
    """Apply opened operations to the views that want their kinds; whatever is shown passes here."""
    wanted: dict[str, list[OpenedOp]] = {}
    for item in items:
        wanted.setdefault(item.kind, []).append(item)
    for kind, those in wanted.items():
        for view in turn.views.get(kind, ()):
            apply_all(view, turn.db, those)
    for item in items:
        blobs.named(turn, item)
        if item.cls != CLS_CONTENT:
            turn.libraries.clear()  # what is shared with whom stands in control records


def show_moved(turn: Turn) -> None:
    """Apply again what an operation that came late has moved in the order people see."""
    for id in shelf.take_moved(turn.db):
        op = shelf.load_op(turn.db, id)
        assert op is not None, "an operation that moved is not on the shelf"
        show(turn, op)
