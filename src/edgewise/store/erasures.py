# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others asked this computer to erase: how much lately, and what waits until its time has come."""

from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.ground.limits import ERASE_WAIT_MS


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A request by the author of an operation. `item` is what the operation belongs to, often itself.

    due_ms: when it is to be carried out; 0 where that was done.
    """

    target: bytes
    author: bytes
    space: bytes
    item: bytes
    came_ms: int
    due_ms: int


_ROW: Final = "SELECT target, author, space, item, came_ms, due_ms FROM erasures_here "


def put(db: apsw.Connection, row: WaitingRow) -> None:
    """Keep a request; what was carried out and counts for nothing any more is forgotten."""
    db.execute("DELETE FROM erasures_here WHERE due_ms = 0 AND came_ms <= ?", (row.came_ms - ERASE_WAIT_MS,))
    db.execute(
        "INSERT OR IGNORE INTO erasures_here (target, author, space, item, came_ms, due_ms) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (row.target, row.author, row.space, row.item, row.came_ms, row.due_ms),
    )


def find(db: apsw.Connection, target: bytes, author: bytes) -> WaitingRow | None:
    """The request of this author about an operation, or None."""
    row = db.execute(_ROW + "WHERE target = ? AND author = ?", (target, author)).fetchone()
    return None if row is None else WaitingRow(*row)


def of_item(db: apsw.Connection, item: bytes, author: bytes) -> WaitingRow | None:
    """A request of this author about anything that belongs to an item, or None."""
    row = db.execute(_ROW + "WHERE item = ? AND author = ? ORDER BY due_ms DESC", (item, author)).fetchone()
    return None if row is None else WaitingRow(*row)


def items_since(db: apsw.Connection, author: bytes, since_ms: int) -> int:
    """About how many items this author asked after an instant."""
    ((count,),) = db.execute(
        "SELECT count(DISTINCT item) FROM erasures_here WHERE author = ? AND came_ms > ?", (author, since_ms)
    )
    return int(count)


def of_author(db: apsw.Connection, author: bytes) -> list[WaitingRow]:
    """What of this author waits, what is due first before the rest."""
    return [
        WaitingRow(*row)
        for row in db.execute(_ROW + "WHERE author = ? AND due_ms > 0 ORDER BY due_ms, target", (author,))
    ]


def every(db: apsw.Connection) -> list[WaitingRow]:
    """All that waits, what is due first before the rest."""
    return [WaitingRow(*row) for row in db.execute(_ROW + "WHERE due_ms > 0 ORDER BY due_ms, target")]


def take_due(db: apsw.Connection, now_ms: int) -> list[WaitingRow]:
    """What is due now; it waits no longer.

    Nothing waits for more than a day from now: a clock that was set back would let it wait for years.
    """
    latest_ms = now_ms + ERASE_WAIT_MS
    db.execute("UPDATE erasures_here SET due_ms = ?1 WHERE due_ms > ?1", (latest_ms,))
    due = [row for row in every(db) if row.due_ms <= now_ms]
    db.execute("UPDATE erasures_here SET due_ms = 0 WHERE due_ms > 0 AND due_ms <= ?", (now_ms,))
    return due
