# SPDX-License-Identifier: AGPL-3.0-or-later
"""A home that keeps circles: operations on the shelf, and the view over them, as a node would leave them."""

from collections.abc import Iterator
from contextlib import contextmanager

from edgewise.consent.circles import Circle, Member
from edgewise.ground.canon import Record
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import Op
from edgewise.store import shelf
from edgewise.store.agreements import AgreementsView
from edgewise.store.db import Connection, Store
from tests.store.shelves import ALICE, BOB, CAROL, NOW_MS, SPACE, Writer, log_row, put, space_row

VIEW = AgreementsView()
RECORDS: tuple[Record, ...] = (
    Circle(b"c" * 16, "Walkers", False),
    Member(b"c" * 16, BOB, True),
    Member(b"c" * 16, CAROL, True),
    Circle(b"c" * 16, "Hikers", False),
    Member(b"c" * 16, BOB, False),
)


class Kept:
    """Alice's own space with one operation per record."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.alice = Writer("alice")
        self._records: dict[bytes, Record] = {}
        shelf.add_space(db, space_row(SPACE, "self"))
        shelf.add_log(db, log_row(self.alice, mine=True))
        for record in RECORDS:
            op = self.alice.write()
            put(db, op)
            self._records[op.id] = record
            item = self.open_op(op)
            assert item is not None
            VIEW.apply(db, item)

    def open_op(self, op: Op) -> OpenedOp | None:
        """The record of an operation, as the core would open it."""
        row = shelf.op_row(self.db, op.id)
        record = self._records.get(op.id)
        if row is None or record is None:
            return None
        kind = "circle" if isinstance(record, Circle) else "circle.member"
        return OpenedOp(
            id=op.id,
            space=op.space,
            space_kind="self",
            log=op.log,
            seq=op.seq,
            cls=op.cls,
            author=ALICE,
            device=ALICE,
            mine=True,
            kind=kind,
            record=record,
            wall_ms=NOW_MS,
            order_ms=row.order_ms,
            arrived_ms=row.arrived_ms,
        )


@contextmanager
def kept() -> Iterator[Kept]:
    """A store in memory that keeps all of it, inside a transaction."""
    store = Store.in_memory((VIEW,))
    with store.write() as db:
        yield Kept(db)
    store.close()
