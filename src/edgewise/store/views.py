# SPDX-License-Identifier: AGPL-3.0-or-later
"""Views: tables made from operations, that can be thrown away and made again.

A view is a function of the set of operations: any order of `apply`, and the same one twice, gives the same
tables (only `order_ms` of a row is overwritten by a later `apply`). So a rebuild equals what grew, and the
doctor compares.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, runtime_checkable

import apsw

from edgewise.ground.ids import short
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import Op
from edgewise.store import shelf

Opener = Callable[[Op], OpenedOp | None]

_DIFFERENCES_MAX = 20


class View(Protocol):
    """Tables over records of some kinds."""

    @property
    def name(self) -> str:
        """The view's word; its tables begin with it."""
        ...

    @property
    def tables(self) -> str:
        """The script that makes the tables where they are missing (CREATE ... IF NOT EXISTS)."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The names of the kinds that the view is given."""
        ...

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Take one operation in; the same again changes nothing but its place in the order."""
        ...

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of all text of one operation."""
        ...

    def clear(self, db: apsw.Connection) -> None:
        """Empty the tables, before a rebuild."""
        ...

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """What a reader can see, ordered: equal sets of operations give equal dumps."""
        ...


@runtime_checkable
class TakesMany(Protocol):
    """A view that takes many operations of one kind faster at once; the tables are the same."""

    def apply_many(self, db: apsw.Connection, ops: Sequence[OpenedOp]) -> None:
        """Take operations of one kind in."""
        ...


def apply_all(view: View, db: apsw.Connection, ops: Sequence[OpenedOp]) -> None:
    """Take operations of one kind into a view, at once where it can.

    Of what was taken back only the place is left afterwards.
    """
    if isinstance(view, TakesMany):
        view.apply_many(db, ops)
    else:
        for op in ops:
            view.apply(db, op)
    for op in ops:
        if op.gone:
            view.erase(db, op.id)


def rebuild(db: apsw.Connection, views: Sequence[View], open_op: Opener) -> int:
    """Empty the views and make them again from the shelf; returns how many operations were applied.

    Of what was taken back the line comes back, in its place, and no text.

    Inside the caller's transaction. `open_op` gives None for what is not to be shown.
    """
    by_kind: dict[str, list[View]] = {}
    for view in views:
        view.clear(db)
        for kind in sorted(view.kinds):
            by_kind.setdefault(kind, []).append(view)
    applied = 0
    for op in shelf.shown_ops(db):
        item = open_op(op)
        if item is None:
            continue
        for view in by_kind.get(item.kind, ()):
            apply_all(view, db, (item,))
        applied += 1
    return applied


def compare(db: apsw.Connection, views: Sequence[View], open_op: Opener) -> list[str]:
    """What differs between the views as they stand and as a rebuild makes them; nothing is changed."""
    before = {view.name: _counted(view, db) for view in views}
    db.execute("SAVEPOINT compare")
    try:
        rebuild(db, views, open_op)
        after = {view.name: _counted(view, db) for view in views}
    finally:
        if db.in_transaction:  # else a full disk has undone all of it already
            db.execute("ROLLBACK TO compare")
            db.execute("RELEASE compare")
    found = []
    for name, rows in before.items():
        found += [f"{name}: missing {line}" for line in _lines(after[name] - rows)]
        found += [f"{name}: extra {line}" for line in _lines(rows - after[name])]
    return found


def _lines(rows: Counter[tuple[object, ...]]) -> list[str]:
    return sorted(_line(row) for row in rows.elements())[:_DIFFERENCES_MAX]


def _counted(view: View, db: apsw.Connection) -> Counter[tuple[object, ...]]:
    return Counter(view.dump(db))


def _line(row: object) -> str:
    """A row as people are shown it: first signs of ids, lengths of texts, since findings get mailed."""
    if isinstance(row, tuple):
        return "(" + " ".join(_line(field) for field in row) + ")"
    if isinstance(row, bytes):
        return short(row)
    return f"{len(row)} letters" if isinstance(row, str) else repr(row)
