# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of people: own names for them, mutes, compared words. the latest by (order_ms, id) counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.features.people.records import Mute, Petname, Verified
from edgewise.ground.ids import short
from edgewise.log.kinds import OpenedOp
from edgewise.store import agreements, people, settings
from edgewise.store.rows import rows

TABLES: Final = """
CREATE TABLE IF NOT EXISTS people_names (
    id BLOB PRIMARY KEY NOT NULL, identity BLOB NOT NULL, order_ms INTEGER NOT NULL, name TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS people_names_by_identity ON people_names (identity, order_ms, id);
CREATE TABLE IF NOT EXISTS people_mutes (
    id BLOB PRIMARY KEY NOT NULL, identity BLOB NOT NULL, order_ms INTEGER NOT NULL,
    muted INTEGER NOT NULL, blocked INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS people_mutes_by_identity ON people_mutes (identity, order_ms, id);
CREATE TABLE IF NOT EXISTS people_verified (
    id BLOB PRIMARY KEY NOT NULL, identity BLOB NOT NULL, order_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
    match INTEGER NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS people_verified_by_identity ON people_verified (identity, order_ms, id);
"""
_LATEST_NAME: Final = (
    "SELECT name FROM people_names WHERE identity = ? ORDER BY order_ms DESC, id DESC LIMIT 1"
)
_LATEST_MUTES: Final = """
SELECT identity, muted, blocked FROM (
    SELECT identity, muted, blocked,
           row_number() OVER (PARTITION BY identity ORDER BY order_ms DESC, id DESC) AS nth
    FROM people_mutes)
WHERE nth = 1 AND (muted = 1 OR blocked = 1)
"""
_LATEST_VERIFIED: Final = """
SELECT match, words, wall_ms FROM people_verified WHERE identity = ? ORDER BY order_ms DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class VerifiedRow:
    """The last comparing of check words with one person."""

    match: bool
    words: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Known:
    """A person one has met, as a list of people shows them.

    name: how they are called here; own_name: what they call themselves. check_words: the four words of
    the meeting, "" where none are kept. dm: their talk's space, or None. Times in ms since 1970, 0 = never.
    """

    identity: bytes
    name: str
    own_name: str
    state: str
    born_ms: int
    until_ms: int
    their_until_ms: int
    ended_ms: int
    last_met_ms: int
    muted: bool
    blocked: bool
    verified: VerifiedRow | None
    check_words: str
    dm: bytes | None


class PeopleView:
    """The `View` over names, mutes and comparings."""

    name = "people"
    tables = TABLES
    kinds = frozenset({"people.name", "people.mute", "people.verified"})

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Take one operation in; the same again changes nothing but its place in the order."""
        noted = op.record
        if isinstance(noted, Petname):
            db.execute(
                "INSERT INTO people_names (id, identity, order_ms, name) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms",
                (op.id, noted.identity, op.order_ms, noted.name),
            )
        elif isinstance(noted, Mute):
            db.execute(
                "INSERT INTO people_mutes (id, identity, order_ms, muted, blocked) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms",
                (op.id, noted.identity, op.order_ms, noted.muted, noted.blocked),
            )
        elif isinstance(noted, Verified):
            db.execute(
                "INSERT INTO people_verified (id, identity, order_ms, wall_ms, match, words) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms",
                (op.id, noted.identity, op.order_ms, op.wall_ms, noted.match, noted.words),
            )

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of one note; an earlier one about the same person counts again."""
        db.execute("DELETE FROM people_names WHERE id = ?", (op_id,))
        db.execute("DELETE FROM people_mutes WHERE id = ?", (op_id,))
        db.execute("DELETE FROM people_verified WHERE id = ?", (op_id,))

    def clear(self, db: apsw.Connection) -> None:
        """Empty the view, before a rebuild."""
        for table in ("people_names", "people_mutes", "people_verified"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 (names of this module)

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """All notes, ordered."""
        yield from db.execute("SELECT 'name', id, identity, order_ms, name FROM people_names ORDER BY id")
        yield from db.execute(
            "SELECT 'mute', id, identity, order_ms, muted, blocked FROM people_mutes ORDER BY id"
        )
        yield from db.execute(
            "SELECT 'verified', id, identity, order_ms, wall_ms, match, words "
            "FROM people_verified ORDER BY id"
        )


VIEW: Final = PeopleView()


def petname(db: apsw.Connection, identity: bytes) -> str:
    """One's own name for a person, or "" when none was given."""
    found = rows(db, _LATEST_NAME, (identity,))
    return str(found[0][0]) if found else ""


def own_name(db: apsw.Connection, identity: bytes) -> str:
    """What a person calls themselves; for one whose name never came here the first signs of their id."""
    row = people.person(db, identity)
    return row.name if row is not None else short(identity)


def name_of(db: apsw.Connection, identity: bytes) -> str:
    """How a person is called here: one's own name for them, else their own."""
    return petname(db, identity) or own_name(db, identity)


def muted(db: apsw.Connection) -> frozenset[bytes]:
    """Whose items are left out of Home: the muted and the blocked."""
    return frozenset(row[0] for row in rows(db, _LATEST_MUTES))


def blocked(db: apsw.Connection) -> frozenset[bytes]:
    """Whom one does not hear and does not write to."""
    return frozenset(row[0] for row in rows(db, _LATEST_MUTES) if row[2])


def verified(db: apsw.Connection, identity: bytes) -> VerifiedRow | None:
    """The last comparing of words with this person, None when there was none."""
    found = rows(db, _LATEST_VERIFIED, (identity,))
    return VerifiedRow(bool(found[0][0]), found[0][1], found[0][2]) if found else None


def known(db: apsw.Connection) -> list[Known]:
    """Everybody one has met, by name; those with whom it ended too."""
    quiet, shut = muted(db), blocked(db)
    found = []
    for pair in agreements.pairs(db, live=False):
        who = pair.identity
        found.append(
            Known(
                identity=who,
                name=name_of(db, who),
                own_name=own_name(db, who),
                state=pair.state,
                born_ms=pair.born_ms,
                until_ms=pair.until_ms,
                their_until_ms=pair.their_until_ms,
                ended_ms=pair.ended_ms or 0,
                last_met_ms=people.last_met(db, who) or 0,
                muted=who in quiet,
                blocked=who in shut,
                verified=verified(db, who),
                check_words=settings.get(db, f"words:{who.hex()}") or "",
                dm=pair.dm,
            )
        )
    return sorted(found, key=lambda each: (each.state != "live", each.name.casefold(), each.identity))


def names(db: apsw.Connection) -> list[tuple[bytes, str, str]]:
    """Everybody one has met: (identity, how they are called here, what they call themselves)."""
    everyone = [(pair.identity, own_name(db, pair.identity)) for pair in agreements.pairs(db, live=False)]
    return [(who, petname(db, who) or own, own) for who, own in everyone]


def find(db: apsw.Connection, text: str) -> list[bytes]:
    """Whom a person may mean by a name (in any case) or by at least 8 signs of the id; sorted."""
    wanted = " ".join(text.split()).casefold()
    everyone = known(db)
    exact = {each.identity for each in everyone if wanted in (each.name.casefold(), each.own_name.casefold())}
    if not exact and len(wanted) >= 8:
        exact = {each.identity for each in everyone if each.identity.hex().startswith(wanted)}
    return sorted(exact)
