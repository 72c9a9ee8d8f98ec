# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mending operations: what still follows from their neighbours is set right, the rest waits for a holder.

The id of an operation stands in the one that follows it, that of a log's last one in the log's own row. So a
header that fits such an id is right, whatever else of its row is not; and an operation of which header or
payload is lost becomes a place that waits: its state is "damaged", nothing of it is sent, and whoever holds
the same is asked for it (core.ingest). No place of a log is ever given twice, or given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import AWAITED_MAX
from edgewise.log.op import CLS_CONTROL, Op, check_signature, parse_op
from edgewise.store.order import id8, known, link
from edgewise.store.parking import is_tombstoned
from edgewise.store.rows import Row, rows
from edgewise.store.shelf import STATES

DAMAGED: Final = STATES.index("damaged")
ERASED: Final = STATES.index("erased")


@dataclass(frozen=True, slots=True)
class Mended:
    """How many operations were set right, and how many are asked for again."""

    set_right: int
    awaited: int


def mend(db: apsw.Connection) -> Mended:
    """Set right what can be, in all logs; inside the caller's transaction. The views stay as they are."""
    set_right = awaited = 0
    logs = rows(
        db, "SELECT l.n, l.public, s.id, l.next_seq, l.head FROM logs l JOIN spaces s ON s.n = l.space_n"
    )
    for log in logs:
        one = _Log(db, *log)
        set_right += one.fill_gaps() + one.mend_ops()
        awaited += one.awaited
    return Mended(set_right, awaited)


def close_own_logs(db: apsw.Connection) -> None:
    """Nothing more is written to any own log: its end may be lost, and a place must not be used twice."""
    db.execute("UPDATE logs SET closed = 1 WHERE mine = 1")


def awaited(db: apsw.Connection, space: bytes, limit: int = AWAITED_MAX) -> list[tuple[bytes, int]]:
    """The places of a space whose operations were damaged here, as (log, seq): holders are asked for them."""
    return rows(
        db,
        "SELECT l.public, o.seq FROM ops o JOIN logs l ON l.n = o.log_n JOIN spaces s ON s.n = l.space_n "
        "WHERE o.state = ? AND s.id = ? ORDER BY l.n, o.seq LIMIT ?",
        (DAMAGED, space, limit),
    )


def put_back(db: apsw.Connection, op: Op, *, signed: bool) -> bool:
    """Put an operation back in its damaged place, sealed; the caller opens it. False where it is erased.

    It must be the one that stood there, by the id that is known of it; of a place whose id is lost too, the
    chain decides.
    """
    ((n, log_n, id, identity),) = rows(
        db,
        "SELECT o.n, l.n, o.id, l.identity FROM ops o JOIN logs l ON l.n = o.log_n "
        "WHERE l.public = ? AND o.seq = ? AND o.state = ?",
        (op.log, op.seq, DAMAGED),
    )
    assert id in (ZERO32, op.id), "another operation"
    payload, state = op.payload, "sealed"
    if op.cls != CLS_CONTROL and (payload is None or is_tombstoned(db, op.id, identity)):
        payload, state = None, "erased"
    db.execute(
        "UPDATE ops SET id = ?, id8 = ?, cls = ?, epoch = ?, header = ?, sig = ?, payload = ?, state = ? "
        "WHERE n = ?",
        (
            *(op.id, id8(op.id), op.cls, op.header.epoch, op.header_bytes, op.sig if signed else None),
            *(payload, STATES.index(state), n),
        ),
    )
    db.execute("UPDATE logs SET head = ? WHERE n = ? AND next_seq = ?", (op.id, log_n, op.seq + 1))
    link(db, op, n, known(db, (*op.header.deps, *op.header.cheads)))
    return state != "erased"


_ROWS: Final = (
    "SELECT n, seq, state, id, id8, cls, epoch, header, sig, payload FROM ops WHERE log_n = ? ORDER BY seq"
)


class _Log:
    """One log, with all that is kept of it."""

    def __init__(
        self, db: apsw.Connection, n: int, public: bytes, space: bytes, next_seq: int, head: bytes
    ) -> None:
        self._db = db
        self._n = n
        self._public, self._space = public, space
        self._next_seq, self._head = next_seq, head
        self.awaited = 0

    def fill_gaps(self) -> int:
        """A place for each operation whose row is lost; and the log's own row says where it ends."""
        kept = {row[1]: row for row in rows(self._db, _ROWS, (self._n,))}
        stop = max(self._next_seq, max(kept, default=-1) + 1)
        missing = [seq for seq in range(stop) if seq not in kept]
        for seq in missing:
            ((order_ms,),) = rows(
                self._db,
                "SELECT coalesce(max(order_ms), 0) FROM ops WHERE log_n = ? AND seq < ?",
                (self._n, seq),
            )
            self._db.execute(
                "INSERT INTO ops (log_n, seq, id8, cls, state, arrived_ms, claimed_ms, order_ms, id, epoch, "
                "header) VALUES (?, ?, 0, 1, ?, ?, ?, ?, ?, ?, x'')",
                (self._n, seq, DAMAGED, order_ms, order_ms, order_ms, ZERO32, ZERO32),
            )
        ends = stop == self._next_seq and (
            not kept or stop - 1 not in kept or self._fits_head(kept[stop - 1])
        )
        if stop and not (ends and not missing):
            self._set_end(stop)
        return 0 if ends else 1

    def _fits_head(self, last: Row) -> bool:
        return bool(last[3] == self._head)

    def _set_end(self, stop: int) -> None:
        """The log ends with its last row, by the id that this row's own header has, if it can be read."""
        ((n, seq, id, header),) = rows(
            self._db, "SELECT n, seq, id, header FROM ops WHERE log_n = ? AND seq = ?", (self._n, stop - 1)
        )
        op = self._parsed(header, seq)
        head = op.id if op is not None else (self._head if stop == self._next_seq else id)
        self._db.execute(
            "UPDATE logs SET next_seq = ?, head = ?, head_n = ? WHERE n = ?", (stop, head, n, self._n)
        )
        self._next_seq, self._head = stop, head

    def mend_ops(self) -> int:
        """Each row by the id that stands in its successor."""
        set_right = 0
        every = rows(self._db, _ROWS, (self._n,))
        for at, row in enumerate(every):
            expected = self._expected(row, every[at + 1] if at + 1 < len(every) else None)
            set_right += self._mend_one(row, expected, is_last=at + 1 == len(every))
        return set_right

    def _expected(self, row: Row, after: Row | None) -> bytes:
        if after is None:
            return self._head
        following = self._parsed(after[7], after[1])
        return bytes(row[3]) if following is None else following.header.prev

    def _parsed(self, header: bytes, seq: int) -> Op | None:
        try:
            op = parse_op(header, None, None)
        except Verdict:
            return None
        return op if (op.log, op.space, op.seq) == (self._public, self._space, seq) else None

    def _mend_one(self, row: Row, expected: bytes, *, is_last: bool) -> int:
        n, seq, state, id, short_id, cls, epoch, header, sig, payload = row
        op = self._parsed(header, seq)
        if op is None or op.id != expected or not _payload_fits(op, state, payload):
            self._await(n, expected if expected != ZERO32 else id)
            return 0
        signed = sig is not None and _signature_fits(op, sig)
        if not signed and (sig is not None or is_last or op.cls == CLS_CONTROL):
            if is_last or op.cls == CLS_CONTROL:
                self._await(n, expected)
                return 0
            self._db.execute("UPDATE ops SET sig = NULL WHERE n = ?", (n,))  # the chain vouches for it
            return 1
        right = (op.id, id8(op.id), op.cls, op.header.epoch)
        if (id, short_id, cls, epoch) == right:
            return 0
        self._db.execute("UPDATE ops SET id = ?, id8 = ?, cls = ?, epoch = ? WHERE n = ?", (*right, n))
        return 1

    def _await(self, n: int, id: bytes) -> None:
        self.awaited += 1
        self._db.execute(
            "UPDATE ops SET state = ?, id = ?, id8 = ?, header = x'', sig = NULL, payload = NULL WHERE n = ?",
            (DAMAGED, id, id8(id), n),
        )


def _payload_fits(op: Op, state: int, payload: bytes | None) -> bool:
    if payload is None:
        return state == ERASED and op.cls != CLS_CONTROL
    if state == ERASED:
        return True  # that it is still here is for the doctor to say
    try:
        parse_op(op.header_bytes, None, payload)
    except Verdict:
        return False
    return True


def _signature_fits(op: Op, sig: bytes) -> bool:
    try:
        check_signature(parse_op(op.header_bytes, sig, None))
    except Verdict:
        return False
    return True
