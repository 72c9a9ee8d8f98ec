# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a query as plain tuples. Columns of STRICT tables have the types that their table says."""

from typing import Any

import apsw

Row = tuple[Any, ...]


def rows(db: apsw.Connection, query: str, values: Row = ()) -> list[Row]:
    """All rows at once: the statement is done with, whatever the caller writes next."""
    found: list[Row] = db.execute(query, values).fetchall()
    return found


def row(db: apsw.Connection, query: str, values: Row = ()) -> Row | None:
    """The first row, or None."""
    found: Row | None = db.execute(query, values).fetchone()
    return found
