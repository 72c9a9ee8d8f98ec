# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations that came before what they follow, and the ids of what was taken back for good.

A peer can make this computer keep at most PARKED_OPS_MAX operations and PARKED_BYTES_MAX bytes in wait.
"""

from collections.abc import Sequence

import apsw

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import PARKED_BYTES_MAX, PARKED_OPS_MAX
from edgewise.log.op import Op, parse_op
from edgewise.store.rows import rows


def park(db: apsw.Connection, peer_device: bytes, op: Op, waits_log: bytes, waits_seq: int) -> None:
    """Keep an operation until (waits_log, waits_seq) is here; the same one again changes nothing.

    Raises Verdict "session.flood" where too much of this peer waits already.
    """
    ops, size_bytes = parked(db, peer_device)
    own_bytes = len(op.header_bytes) + len(op.sig or b"") + len(op.payload or b"")
    if ops + 1 > PARKED_OPS_MAX or size_bytes + own_bytes > PARKED_BYTES_MAX:
        raise Verdict("session.flood", ops=ops, size_bytes=size_bytes)
    db.execute(
        "INSERT OR IGNORE INTO parked "
        "(waits_log, waits_seq, peer, id, size_bytes, header, sig, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (waits_log, waits_seq, peer_device, op.id, own_bytes, op.header_bytes, op.sig, op.payload),
    )
    if db.changes():
        db.execute(
            "INSERT OR REPLACE INTO parked_totals (peer, ops, size_bytes) VALUES (?, ?, ?)",
            (peer_device, ops + 1, size_bytes + own_bytes),
        )


def take_parked(db: apsw.Connection, log: bytes, seq: int) -> list[Op]:
    """The operations that waited for (log, seq), by id; they wait no longer."""
    waiting = rows(
        db,
        "SELECT header, sig, payload, peer, size_bytes FROM parked "
        "WHERE waits_log = ? AND waits_seq = ? ORDER BY id",
        (log, seq),
    )
    if not waiting:
        return []
    db.execute("DELETE FROM parked WHERE waits_log = ? AND waits_seq = ?", (log, seq))
    for _, _, _, peer, size_bytes in waiting:
        db.execute(
            "UPDATE parked_totals SET ops = ops - 1, size_bytes = size_bytes - ? WHERE peer = ?",
            (size_bytes, peer),
        )
    db.execute("DELETE FROM parked_totals WHERE ops = 0")
    return [parse_op(header, sig, payload) for header, sig, payload, _, _ in waiting]


def parked(db: apsw.Connection, peer_device: bytes) -> tuple[int, int]:
    """How many operations of this peer wait, and their bytes."""
    row = db.execute("SELECT ops, size_bytes FROM parked_totals WHERE peer = ?", (peer_device,)).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def is_awaited(db: apsw.Connection, log: bytes, first: int, stop: int, ids: Sequence[bytes]) -> bool:
    """Whether something waits for first ≤ seq < stop of a log or for an id of these, or one is taken back."""
    if rows(
        db,
        "SELECT 1 FROM parked WHERE waits_log = ? AND waits_seq >= ? AND waits_seq < ? LIMIT 1",
        (log, first, stop),
    ):
        return True
    ((any_gone, any_waits),) = rows(
        db, "SELECT EXISTS (SELECT 1 FROM tombstones), EXISTS (SELECT 1 FROM awaited)"
    )
    gone = any_gone and any(rows(db, "SELECT 1 FROM tombstones WHERE target = ?", (id,)) for id in ids)
    return gone or (any_waits and any(rows(db, "SELECT 1 FROM awaited WHERE dep = ?", (id,)) for id in ids))


def add_tombstone(db: apsw.Connection, target: bytes, author: bytes, space: bytes) -> None:
    """Keep for ever that this author took this back: nothing brings it in again."""
    db.execute(
        "INSERT OR IGNORE INTO tombstones (target, author, space) VALUES (?, ?, ?)", (target, author, space)
    )


def is_tombstoned(db: apsw.Connection, target: bytes, author: bytes) -> bool:
    """Whether this author took this back."""
    row = db.execute("SELECT 1 FROM tombstones WHERE target = ? AND author = ?", (target, author)).fetchone()
    return row is not None
