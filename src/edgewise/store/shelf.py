# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shelf: spaces, logs and operations, as they were received.

An operation's header and signature are never deleted; its payload may be. Layout: unique (log, seq) and an
index on the first 8 bytes of the id; that beats an index on whole random ids by half (measured).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.ground import canon
from edgewise.ground.ids import ZERO32
from edgewise.ground.instant import order_after
from edgewise.ground.limits import HEADER_MAX_BYTES, SEALED_OPENED_PER_COMMIT_MAX
from edgewise.log.op import CLS_CONTROL, Header, Op
from edgewise.store import order
from edgewise.store.order import id8, take_moved
from edgewise.store.parking import add_tombstone, is_awaited, is_tombstoned, park, parked, take_parked
from edgewise.store.rows import Row, rows

__all__ = [
    "CODES", "STATES", "LogRow", "OpRow", "Remains", "SpaceRow", "add_log", "add_op", "add_space",
    "add_tombstone", "claimed", "close_log", "control_heads", "erase_payload", "heads",
    "is_awaited", "is_tombstoned", "load_op", "log_row", "logs_of", "my_log", "name_log", "op_at", "op_row",
    "ops_range", "other_heads", "park", "parked", "put_remains", "remains", "sealed_counts",
    "sealed_ops", "set_listed", "set_state", "shown_ops", "space", "space_of_circle", "spaces",
    "take_moved", "take_parked",
]  # fmt: skip

STATES: Final = ("open", "sealed", "newer", "bad", "erased", "damaged")
CODES: Final = {state: code for code, state in enumerate(STATES)}
_UNREAD: Final = ("sealed", "erased")


@dataclass(frozen=True, slots=True)
class SpaceRow:
    """A space: its kind, whose it is, with whom (pair, dm), for which circle (own feeds)."""

    id: bytes
    kind: str
    owner: bytes
    peer: bytes | None
    circle: bytes | None
    born_ms: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """A log and how far it is held: `next_seq` is the next free place, `head` the id before it (or zeros)."""

    public: bytes
    space: bytes
    identity: bytes | None
    device: bytes | None
    next_seq: int
    head: bytes
    head_order_ms: int
    mine: bool
    listed: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class OpRow:
    """An operation without its bytes; `state` is one of STATES, `signed`: its own signature was checked."""

    id: bytes
    space: bytes
    log: bytes
    seq: int
    cls: int
    epoch: bytes
    state: str
    arrived_ms: int
    order_ms: int
    signed: bool


# --- spaces ---------------------------------------------------------------------------------------

_SPACE: Final = "SELECT id, kind, owner, peer, circle, born_ms FROM spaces "


def _space(row: Row) -> SpaceRow:
    return SpaceRow(row[0], row[1], row[2], row[3] or None, row[4] or None, row[5])


def add_space(db: apsw.Connection, row: SpaceRow) -> None:
    """Add a space; the same one again changes nothing."""
    db.execute(
        "INSERT OR IGNORE INTO spaces (id, kind, owner, peer, circle, born_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (row.id, row.kind, row.owner, row.peer or b"", row.circle or b"", row.born_ms),
    )


def space(db: apsw.Connection, id: bytes) -> SpaceRow | None:
    """One space, or None."""
    row = db.execute(_SPACE + "WHERE id = ?", (id,)).fetchone()
    return None if row is None else _space(row)


def spaces(db: apsw.Connection, kind: str | None = None) -> list[SpaceRow]:
    """All spaces, or those of one kind, in the order in which they came."""
    return [_space(row) for row in db.execute(_SPACE + "WHERE ?1 IS NULL OR kind = ?1 ORDER BY n", (kind,))]


def space_of_circle(db: apsw.Connection, circle: bytes) -> SpaceRow | None:
    """The own feed behind a circle, or None."""
    row = db.execute(
        _SPACE + "WHERE circle = ? AND kind = 'feed' ORDER BY n DESC LIMIT 1", (circle,)
    ).fetchone()
    return None if row is None else _space(row)


# --- logs -----------------------------------------------------------------------------------------

_LOG: Final = """
SELECT l.public, s.id, l.identity, l.device, l.next_seq, l.head, l.head_order_ms, l.mine, l.listed, l.closed
FROM logs l JOIN spaces s ON s.n = l.space_n
"""


def _log(row: Row) -> LogRow:
    public, space, identity, device, next_seq, head, order_ms, mine, listed, closed = row
    flags = (bool(mine), bool(listed), bool(closed))
    return LogRow(public, space, identity or None, device or None, next_seq, head, order_ms, *flags)


def add_log(db: apsw.Connection, row: LogRow) -> None:
    """Add a log of which nothing is held yet; the same one again changes nothing. Its space must be here."""
    assert row.next_seq == 0, "a log begins empty"
    db.execute(
        "INSERT OR IGNORE INTO logs (public, space_n, identity, device, head, mine, listed, closed) "
        "SELECT ?, n, ?, ?, ?, ?, ?, ? FROM spaces WHERE id = ?",
        (
            *(row.public, row.identity or b"", row.device or b"", ZERO32),
            *(row.mine, row.listed, row.closed, row.space),
        ),
    )
    assert db.changes() or log_row(db, row.public) is not None, "a log without its space"


def log_row(db: apsw.Connection, public: bytes) -> LogRow | None:
    """One log, or None."""
    row = db.execute(_LOG + "WHERE l.public = ?", (public,)).fetchone()
    return None if row is None else _log(row)


def logs_of(db: apsw.Connection, space: bytes) -> list[LogRow]:
    """All logs of a space, in the order in which they came."""
    return [_log(row) for row in db.execute(_LOG + "WHERE s.id = ? ORDER BY l.n", (space,))]


def my_log(db: apsw.Connection, space: bytes) -> LogRow | None:
    """The own log of a space that is written to now: the newest that is not closed; or None."""
    row = db.execute(
        _LOG + "WHERE s.id = ? AND l.mine = 1 AND l.closed = 0 ORDER BY l.n DESC LIMIT 1", (space,)
    ).fetchone()
    return None if row is None else _log(row)


def name_log(db: apsw.Connection, public: bytes, identity: bytes, device: bytes) -> None:
    """Note whose log it is."""
    db.execute("UPDATE logs SET identity = ?, device = ? WHERE public = ?", (identity, device, public))


def set_listed(db: apsw.Connection, public: bytes, listed: bool) -> None:
    """Whether a feed's owner shows this log to others."""
    db.execute("UPDATE logs SET listed = ? WHERE public = ?", (listed, public))


def close_log(db: apsw.Connection, public: bytes) -> None:
    """Nothing more is written to this log, and nothing more of it counts."""
    db.execute("UPDATE logs SET closed = 1 WHERE public = ?", (public,))


def heads(db: apsw.Connection, space: bytes) -> dict[bytes, int]:
    """How far the logs of a space are held: log → next seq, for those of which something is."""
    found = db.execute(
        "SELECT l.public, l.next_seq FROM logs l JOIN spaces s ON s.n = l.space_n "
        "WHERE s.id = ? AND l.next_seq > 0 ORDER BY l.public",
        (space,),
    )
    return dict(found)


def control_heads(db: apsw.Connection, space: bytes) -> list[bytes]:
    """The newest control operation of each log, without those that others' name already; latest first."""
    found = db.execute(
        "SELECT o.id FROM logs l JOIN spaces s ON s.n = l.space_n JOIN ops o ON o.n = l.control_n "
        "WHERE s.id = ? AND NOT EXISTS (SELECT 1 FROM links k WHERE k.dep_n = o.n AND k.control = 1) "
        "ORDER BY o.n DESC",
        (space,),
    )
    return [id for (id,) in found]


def other_heads(db: apsw.Connection, space: bytes, log: bytes) -> list[bytes]:
    """The heads of a space's other logs that nothing held here names yet; what came first is first.

    What is named lies in the past of the naming log's head: so this is the transitively reduced frontier.
    """
    found = db.execute(
        "SELECT l.head FROM logs l JOIN spaces s ON s.n = l.space_n "
        "WHERE s.id = ? AND l.public <> ? AND l.next_seq > 0 "
        "AND NOT EXISTS (SELECT 1 FROM links k WHERE k.dep_n = l.head_n AND k.control = 0) ORDER BY l.head_n",
        (space, log),
    )
    return [id for (id,) in found]


# --- operations -----------------------------------------------------------------------------------

_ROW: Final = """
SELECT o.id, s.id, l.public, o.seq, o.cls, o.epoch, o.state, o.arrived_ms, o.order_ms, o.sig IS NOT NULL
FROM ops o JOIN logs l ON l.n = o.log_n JOIN spaces s ON s.n = l.space_n
"""
_BYTES: Final = "SELECT o.header, o.sig, o.payload, o.id FROM ops o "
_SHOWN: Final = """
SELECT o.header, o.sig, o.payload, o.id FROM ops o
WHERE o.state = 0 OR o.n IN (SELECT op_n FROM remains) ORDER BY o.n
"""


def _op_row(row: Row | None) -> OpRow | None:
    if row is None:
        return None
    id, space, log, seq, cls, epoch, state, arrived_ms, order_ms, signed = row
    return OpRow(id, space, log, seq, cls, epoch, STATES[state], arrived_ms, order_ms, bool(signed))


def _op(row: Row) -> Op:
    """An operation of the shelf: it was checked when it came, so it is not hashed again (the doctor does)."""
    header_bytes, sig, payload, id = row
    header = canon.decode_open(Header, header_bytes, max_bytes=HEADER_MAX_BYTES)
    return Op(header, header_bytes, sig, payload, id)


def claimed(state: str, wall_ms: int | None, arrived_ms: int) -> int:
    """The claimed time as far as it counts; of what can't be read, none: it is raised when it opens."""
    if wall_ms is None:
        return 0 if state in _UNREAD else arrived_ms
    return order_after(-1, (), wall_ms, arrived_ms)


def add_op(
    db: apsw.Connection, op: Op, *, arrived_ms: int, state: str, signed: bool, wall_ms: int | None = None
) -> int:
    """Put the next operation of a log on the shelf; returns its place in the order, in ms.

    The log must be here and the operation be its next one (log.chain.place). `signed`: its own signature was
    checked; else it is not kept, and only the chain vouches. `wall_ms` is the claimed time of an opened body
    (None: it counts as the arrival). What its author took back is kept without payload, as "erased".
    """
    ((log_n, next_seq, head, prev_order_ms, identity),) = rows(
        db, "SELECT n, next_seq, head, head_order_ms, identity FROM logs WHERE public = ?", (op.log,)
    )
    assert (op.seq, op.header.prev) == (next_seq, head), "not the next operation of its log"
    control, payload, deps = op.cls == CLS_CONTROL, op.payload, op.header.deps
    if not control and (payload is None or is_tombstoned(db, op.id, identity)):
        payload, state = None, "erased"
    here = order.known(db, (*deps, *op.header.cheads) if control else deps)
    claimed_ms = claimed(state, wall_ms, arrived_ms)
    before = [here[dep][1] for dep in deps if dep in here]
    order_ms = order_after(prev_order_ms if next_seq else -1, before, claimed_ms, claimed_ms)
    db.execute(
        "INSERT INTO ops (log_n, seq, id8, cls, state, arrived_ms, claimed_ms, order_ms, id, epoch, header, "
        "sig, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(log_n, op.seq, id8(op.id), op.cls, CODES[state], arrived_ms, claimed_ms, order_ms),
            *(op.id, op.header.epoch, op.header_bytes, op.sig if signed else None, payload),
        ),
    )
    n = db.last_insert_rowid()
    db.execute(
        "UPDATE logs SET next_seq = ?, head = ?, head_n = ?3, head_order_ms = ?, "
        "control_n = iif(?, ?3, control_n) WHERE n = ?",
        (op.seq + 1, op.id, n, order_ms, control, log_n),
    )
    order.link(db, op, n, here)
    order.arrived(db, op.id, n, order_ms)
    return order_ms


def op_row(db: apsw.Connection, id: bytes) -> OpRow | None:
    """One operation by its id, or None."""
    return _op_row(db.execute(_ROW + "WHERE o.id8 = ? AND o.id = ?", (id8(id), id)).fetchone())


def op_at(db: apsw.Connection, log: bytes, seq: int) -> OpRow | None:
    """The operation at a place of a log, or None."""
    return _op_row(db.execute(_ROW + "WHERE l.public = ? AND o.seq = ?", (log, seq)).fetchone())


def load_op(db: apsw.Connection, id: bytes) -> Op | None:
    """One operation with its bytes, or None; with its signature only where that was checked."""
    row = db.execute(_BYTES + "WHERE o.id8 = ? AND o.id = ? AND o.state <> 5", (id8(id), id)).fetchone()
    return None if row is None else _op(row)


def shown_ops(db: apsw.Connection) -> Iterator[Op]:
    """All opened operations and those of which something remains, in the order in which they came."""
    for row in db.execute(_SHOWN):
        yield _op(row)


def ops_range(db: apsw.Connection, log: bytes, first: int, stop: int, bytes_max: int) -> list[Op]:
    """Operations of a log from `first` on, at most `bytes_max` in all (one at least), the last one signed.

    They end before `stop`, unless the next signature stands behind it: a run without one can't be checked.
    Empty where nothing is held there, or no signature stands within `bytes_max`.
    """
    ops: list[Op] = []
    size_bytes, signed = 0, 0
    for row in db.execute(
        _BYTES + "JOIN logs l ON l.n = o.log_n WHERE l.public = ? AND o.seq >= ? ORDER BY o.seq", (log, first)
    ):
        header_bytes, sig, payload, _ = row
        if not header_bytes:
            break  # damaged: what follows can't be checked without it
        size_bytes += len(header_bytes) + len(sig or b"") + len(payload or b"")
        full = bool(ops) and size_bytes > bytes_max
        if full or (signed and first + len(ops) >= stop):
            break
        ops.append(_op(row))
        if sig is not None:
            signed = len(ops)
    return ops[:signed]


def sealed_ops(
    db: apsw.Connection, space: bytes, epoch: bytes, limit: int = SEALED_OPENED_PER_COMMIT_MAX
) -> list[Op]:
    """Operations that wait for the keys of an epoch, in the order of their logs."""
    found = db.execute(
        _BYTES + "JOIN logs l ON l.n = o.log_n JOIN spaces s ON s.n = l.space_n "
        "WHERE o.state = 1 AND o.epoch = ? AND s.id = ? ORDER BY o.log_n, o.seq LIMIT ?",
        (epoch, space, limit),
    )
    return [_op(row) for row in found]


def sealed_counts(db: apsw.Connection) -> list[tuple[bytes, int]]:
    """Whose operations are here that can't be opened, and how many; the most first. Own ones are left out."""
    return rows(
        db,
        "SELECT l.identity, count(*) FROM ops o JOIN logs l ON l.n = o.log_n "
        "WHERE o.state = 1 AND l.mine = 0 AND l.identity <> x'' GROUP BY l.identity ORDER BY 2 DESC, 1",
    )


def set_state(db: apsw.Connection, id: bytes, state: str, wall_ms: int | None = None) -> None:
    """Another state for an operation; one that opened late takes its place by its claimed time."""
    ((n, arrived_ms, before_ms),) = rows(
        db, "SELECT n, arrived_ms, claimed_ms FROM ops WHERE id8 = ? AND id = ?", (id8(id), id)
    )
    claimed_ms = max(before_ms, claimed(state, wall_ms, arrived_ms))
    db.execute("UPDATE ops SET state = ?, claimed_ms = ? WHERE n = ?", (CODES[state], claimed_ms, n))
    order.lift(db, [(n, claimed_ms)])


@dataclass(frozen=True, slots=True)
class Remains:
    """What stays of an operation that was taken back; `record` is encoded."""

    kind: str
    wall_ms: int
    record: bytes


def put_remains(db: apsw.Connection, id: bytes, row: Remains) -> None:
    """Keep what stays of an operation; the operation itself must be here."""
    db.execute(
        "INSERT OR IGNORE INTO remains (op_n, kind, wall_ms, record) "
        "SELECT n, ?, ?, ? FROM ops WHERE id8 = ? AND id = ?",
        (row.kind, row.wall_ms, row.record, id8(id), id),
    )


def remains(db: apsw.Connection, id: bytes) -> Remains | None:
    """What stays of an operation that was taken back, or None."""
    row = db.execute(
        "SELECT r.kind, r.wall_ms, r.record FROM remains r JOIN ops o ON o.n = r.op_n "
        "WHERE o.id8 = ? AND o.id = ?",
        (id8(id), id),
    ).fetchone()
    return None if row is None else Remains(*row)


def erase_payload(db: apsw.Connection, id: bytes) -> None:
    """Let go of what an operation said; header and signature stay, so that its log still verifies.

    Control operations are never erased.
    """
    db.execute(
        "UPDATE ops SET payload = NULL, state = 4 WHERE id8 = ? AND id = ? AND cls <> 0", (id8(id), id)
    )
