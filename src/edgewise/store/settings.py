# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small values of this home by name: whose it is, choices, what was last said."""

import apsw


def get(db: apsw.Connection, name: str) -> str | None:
    """The value under this name, or None."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put(db: apsw.Connection, name: str, value: str) -> None:
    """Keep a value under this name; the one before is overwritten."""
    db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))


def drop(db: apsw.Connection, name: str) -> None:
    """Forget the value under this name, if there is one."""
    db.execute("DELETE FROM settings WHERE name = ?", (name,))


def named(db: apsw.Connection, prefix: str) -> dict[str, str]:
    """All values whose names begin so, by name."""
    rows = db.execute(
        "SELECT name, value FROM settings WHERE substr(name, 1, ?) = ? ORDER BY name", (len(prefix), prefix)
    )
    return {str(name): str(value) for name, value in rows}
