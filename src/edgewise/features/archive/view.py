# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of what was brought in: when it was written, and what is here already (ARCHIVE-2, ARCHIVE-3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import apsw

from edgewise.features.archive.records import Brought
from edgewise.log.kinds import OpenedOp
from edgewise.store import shelf
from edgewise.store.rows import rows

TABLES: Final = """
CREATE TABLE IF NOT EXISTS archive_brought (
    op BLOB PRIMARY KEY NOT NULL, target BLOB NOT NULL, space BLOB NOT NULL, author BLOB NOT NULL,
    mine INTEGER NOT NULL, written_ms INTEGER NOT NULL, origin BLOB NOT NULL, order_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS archive_brought_by_target ON archive_brought (target);
CREATE INDEX IF NOT EXISTS archive_brought_by_origin ON archive_brought (origin) WHERE mine = 1;
"""


class ArchiveView:
    """The `View` over what was brought in."""

    name = "archive"
    tables = TABLES
    kinds = frozenset({"archive.brought"})

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Take one operation in; the same again changes nothing but its place in the order."""
        brought = op.record
        assert isinstance(brought, Brought)
        db.execute(
            "INSERT INTO archive_brought (op, target, space, author, mine, written_ms, origin, order_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (op) DO UPDATE SET order_ms = excluded.order_ms",
            (
                *(op.id, brought.target, op.space, op.author, op.mine),
                *(brought.written_ms, brought.origin, op.order_ms),
            ),
        )

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of one record."""
        db.execute("DELETE FROM archive_brought WHERE op = ?", (op_id,))

    def clear(self, db: apsw.Connection) -> None:
        """Empty the table, before a rebuild."""
        db.execute("DELETE FROM archive_brought")

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """Everything, ordered: equal sets of operations give equal dumps."""
        yield from db.execute(
            "SELECT op, target, space, author, mine, written_ms, origin, order_ms FROM archive_brought "
            "ORDER BY op"
        )


VIEW: Final = ArchiveView()


def written_ms(db: apsw.Connection, target: bytes) -> int | None:
    """When a post was written, as its author says, if that was before it was brought in; else None."""
    return (_of(db, target) or (None, b""))[0]


def origin(db: apsw.Connection, target: bytes) -> bytes | None:
    """The id that a post had where it was written; None where it was written here."""
    found = _of(db, target)
    return found[1] if found else None


def _of(db: apsw.Connection, target: bytes) -> tuple[int, bytes] | None:
    """The latest word of the post's own author in its own space."""
    if not rows(db, "SELECT 1 FROM archive_brought WHERE target = ? LIMIT 1", (target,)):
        return None
    row = shelf.op_row(db, target)
    log = shelf.log_row(db, row.log) if row is not None else None
    if row is None or log is None:
        return None
    found = rows(
        db,
        "SELECT written_ms, origin FROM archive_brought WHERE target = ? AND space = ? AND author = ? "
        "ORDER BY order_ms DESC, op DESC LIMIT 1",
        (target, row.space, log.identity or b""),
    )
    return (int(found[0][0]), bytes(found[0][1])) if found else None


def is_here(db: apsw.Connection, origin: bytes) -> bool:
    """Whether something of this id was written or brought in here before; taken back or not."""
    if shelf.op_row(db, origin) is not None:
        return True
    return bool(rows(db, "SELECT 1 FROM archive_brought WHERE origin = ? AND mine = 1 LIMIT 1", (origin,)))
