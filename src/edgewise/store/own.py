# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own logs: those of this computer, and those of others that are this person's too."""

import apsw

from edgewise.store import shelf
from edgewise.store.shelf import LogRow


def logs(db: apsw.Connection, space: bytes) -> list[LogRow]:
    """All logs of a space that this home's person wrote, on this computer or on another, open or closed."""
    return [row for row in shelf.logs_of(db, space) if row.mine]


def take_home(db: apsw.Connection, public: bytes) -> None:
    """Note that this person wrote a log on another computer: it is their own, and never written to here."""
    db.execute("UPDATE logs SET mine = 1, closed = 1 WHERE public = ?", (public,))


def close_all(db: apsw.Connection) -> None:
    """Close every own log for writing: what is written from now on opens new ones."""
    db.execute("UPDATE logs SET closed = 1 WHERE mine = 1")
