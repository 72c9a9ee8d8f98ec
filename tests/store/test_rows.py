# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a query."""

from edgewise.store import settings
from edgewise.store.db import Store
from edgewise.store.rows import row, rows


def test_rows_are_read_before_anything_else_is_written() -> None:
    """A list of rows stays as it was read, whatever is written while walking over it."""
    with Store.in_memory(()).write() as db:
        for name in ("a", "b"):
            settings.put(db, name, name)
        for name, value in rows(db, "SELECT name, value FROM settings ORDER BY name"):
            settings.put(db, name + "2", value)
        assert rows(db, "SELECT count(*) FROM settings") == [(4,)]


def test_one_row_or_none() -> None:
    """Of several rows the first is taken; of none, None."""
    with Store.in_memory(()).write() as db:
        settings.put(db, "a", "x")
        assert row(db, "SELECT value FROM settings WHERE name = ?", ("a",)) == ("x",)
        assert row(db, "SELECT value FROM settings WHERE name = ?", ("b",)) is None
