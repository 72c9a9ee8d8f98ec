# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where operations stand in the order that people see, kept while they arrive in any order.

order = max(claimed, order of the predecessor + 1, order of each dep + 1), claimed = min(wall, arrived + 5
min). An operation may come before what it names; then its place is raised when that comes, and so is all
that lies after it. Orders only rise, so every sequence of arrivals ends at the same least solution (spec:
operation, rule "time").
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

import apsw

from edgewise.log.op import CLS_CONTROL, Op
from edgewise.store.rows import rows

Known = dict[bytes, tuple[int, int]]

# CROSS JOIN: else the planner reads every operation in its order, at the end of each transaction.
MOVED: Final = "SELECT o.id, o.state FROM moved m CROSS JOIN ops o ON o.n = m.op_n ORDER BY m.op_n"


def id8(id: bytes) -> int:
    """The first 8 bytes of an id as SQLite's signed integer."""
    return int.from_bytes(id[:8], "big", signed=True)


def known(db: apsw.Connection, ids: Iterable[bytes]) -> Known:
    """Of these operations those that are here: id → (row key, order in ms)."""
    found: Known = {}
    for id in ids:
        row = db.execute("SELECT n, order_ms FROM ops WHERE id8 = ? AND id = ?", (id8(id), id)).fetchone()
        if row is not None:
            found[id] = (row[0], row[1])
    return found


def link(db: apsw.Connection, op: Op, op_n: int, here: Known) -> None:
    """Note what a new operation names: `here` what of it is known, the rest is awaited."""
    for dep in op.header.deps:
        _link(db, dep, 0, op_n, here)
    if op.cls == CLS_CONTROL:
        for head in op.header.cheads:
            _link(db, head, 1, op_n, here)


def _link(db: apsw.Connection, dep: bytes, control: int, op_n: int, here: Known) -> None:
    if dep in here:
        db.execute(
            "INSERT OR IGNORE INTO links (dep_n, control, op_n) VALUES (?, ?, ?)",
            (here[dep][0], control, op_n),
        )
    else:
        db.execute(
            "INSERT OR IGNORE INTO awaited (dep, control, op_n) VALUES (?, ?, ?)", (dep, control, op_n)
        )


def arrived(db: apsw.Connection, id: bytes, n: int, order_ms: int) -> None:
    """An operation is here now: what awaited it stands after it."""
    waiting = rows(db, "SELECT control, op_n FROM awaited WHERE dep = ?", (id,))
    if not waiting:
        return
    db.execute("DELETE FROM awaited WHERE dep = ?", (id,))
    db.executemany(
        "INSERT OR IGNORE INTO links (dep_n, control, op_n) VALUES (?, ?, ?)",
        [(n, control, op_n) for control, op_n in waiting],
    )
    lift(db, [(op_n, order_ms + 1) for control, op_n in waiting if control == 0])


def lift(db: apsw.Connection, places: Iterable[tuple[int, int]]) -> None:
    """Raise operations (row key, at least this order) and all that lies after them; who moved is noted.

    First in, first out: each round only visits what the last one raised.
    """
    todo = deque(places)
    while todo:
        n, least_ms = todo.popleft()
        ((log_n, seq, order_ms),) = rows(db, "SELECT log_n, seq, order_ms FROM ops WHERE n = ?", (n,))
        if order_ms >= least_ms:
            continue
        db.execute("UPDATE ops SET order_ms = ? WHERE n = ?", (least_ms, n))
        db.execute("UPDATE logs SET head_order_ms = ? WHERE n = ? AND head_n = ?", (least_ms, log_n, n))
        db.execute("INSERT OR IGNORE INTO moved (op_n) VALUES (?)", (n,))
        after = rows(
            db,
            "SELECT n FROM ops WHERE log_n = ? AND seq = ? "
            "UNION SELECT op_n FROM links WHERE dep_n = ? AND control = 0",
            (log_n, seq + 1, n),
        )
        todo.extend((later, least_ms + 1) for (later,) in after)


def take_moved(db: apsw.Connection) -> list[bytes]:
    """The operations whose place changed since this was last asked: apply them to the views anew.

    Those that are open, and those of which something may remain.
    """
    moved = rows(db, MOVED)
    if moved:
        db.execute("DELETE FROM moved")
    return [id for id, state in moved if state in (0, 4)]
