# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of agreements: whom one knows, who gave whom what until when, and one's circles.

It keeps records as they are, and joins them when asked: so the tables are a function of the set of
operations. What counts: a revocation by the giver, a renunciation by the receiver, an end by either; the
giver's latest renewal that stands after the grant; the latest word about a circle or its member.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import apsw

from edgewise.consent import circles as circles_
from edgewise.consent import grants as grants_
from edgewise.consent.circles import Circle, Member
from edgewise.consent.grants import End, Grant, KeyGift, Keys, Renew, Renounce, Revoke
from edgewise.groups import epochs
from edgewise.groups.epochs import Genesis
from edgewise.log.kinds import OpenedOp

TABLES: Final = """
CREATE TABLE IF NOT EXISTS agreements_pairs (
    op BLOB PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS agreements_renewals (
    op BLOB PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL, pair BLOB NOT NULL, mine INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS agreements_renewals_by_pair ON agreements_renewals (pair, mine, order_ms, op);
CREATE TABLE IF NOT EXISTS agreements_grants (
    op BLOB PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL, pair BLOB NOT NULL, mine INTEGER NOT NULL,
    id BLOB NOT NULL, space BLOB NOT NULL, space_kind TEXT NOT NULL, audience TEXT NOT NULL,
    verbs TEXT NOT NULL, purpose TEXT NOT NULL, until_ms INTEGER NOT NULL, may_keep INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS agreements_grants_by_id ON agreements_grants (id);
CREATE INDEX IF NOT EXISTS agreements_grants_by_pair ON agreements_grants (pair);
CREATE INDEX IF NOT EXISTS agreements_grants_by_space ON agreements_grants (space, mine);
CREATE TABLE IF NOT EXISTS agreements_gifts (
    op BLOB NOT NULL, epoch BLOB NOT NULL, pair BLOB NOT NULL, mine INTEGER NOT NULL, whole INTEGER NOT NULL,
    PRIMARY KEY (op, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agreements_gifts_by_epoch ON agreements_gifts (epoch);
CREATE TABLE IF NOT EXISTS agreements_endings (
    op BLOB PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL, pair BLOB NOT NULL, mine INTEGER NOT NULL,
    what TEXT NOT NULL, id BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS agreements_endings_by_pair ON agreements_endings (pair, what, id);
CREATE TABLE IF NOT EXISTS agreements_circles (
    op BLOB PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL, circle BLOB NOT NULL, name TEXT NOT NULL,
    retired INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS agreements_circles_by_circle ON agreements_circles (circle, order_ms, op);
CREATE TABLE IF NOT EXISTS agreements_members (
    op BLOB PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL, circle BLOB NOT NULL, identity BLOB NOT NULL,
    present INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS agreements_members_by_circle
    ON agreements_members (circle, identity, order_ms, op);
"""

_TABLES: Final = ("pairs", "renewals", "grants", "gifts", "endings", "circles", "members")
_RECORDS: Final = (Genesis, Grant, Keys, Revoke, Renounce, Renew, End, Circle, Member)


@dataclass(frozen=True, slots=True)
class PairRow:
    """An acquaintance: state "live" or "ended" (with `ended_ms`); `until_ms` is my end, the other is theirs.

    `space` is the pair's own space, `dm` that of the talk, once it is here.
    """

    identity: bytes
    space: bytes
    dm: bytes | None
    state: str
    born_ms: int
    until_ms: int
    their_until_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as it stands; `identity` is the other person, `mine`: I gave it.

    `until_ms` holds the giver's renewals; `ended_ms` is None while nobody ended it (it may have run out).
    """

    id: bytes
    identity: bytes
    mine: bool
    space: bytes
    space_kind: str
    audience: str
    verbs: tuple[str, ...]
    purpose: str
    until_ms: int
    given_ms: int
    ended_ms: int | None
    may_keep: bool


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A circle; builtin: "me", "people" or ""."""

    id: bytes
    name: str
    builtin: str


class AgreementsView:
    """The `View` over the control records of pairs, and the circles of the own space."""

    name = "agreements"
    tables = TABLES
    kinds = frozenset(
        kind.name for kind in (*epochs.KINDS, *grants_.KINDS, *circles_.KINDS) if kind.record in _RECORDS
    )

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Take one operation in; the same again changes nothing but its place in the order."""
        if op.space_kind == "pair":
            _apply_in_pair(db, op)
        elif op.space_kind == "self" and op.mine:
            _apply_own(db, op)

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of a circle's record; what two agreed on is of class control and stays."""
        db.execute("DELETE FROM agreements_circles WHERE op = ?", (op_id,))
        db.execute("DELETE FROM agreements_members WHERE op = ?", (op_id,))

    def clear(self, db: apsw.Connection) -> None:
        """Empty the view, before a rebuild."""
        for table in _TABLES:
            db.execute(f"DELETE FROM agreements_{table}")  # noqa: S608 (names of this module)

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """All records, ordered: equal sets of operations give equal dumps."""
        for table in _TABLES:
            for row in db.execute(f"SELECT * FROM agreements_{table} ORDER BY 1, 2"):  # noqa: S608
                yield (table, *row)


def _put(db: apsw.Connection, insert: str, values: tuple[Any, ...]) -> None:
    db.execute(insert + " ON CONFLICT (op) DO UPDATE SET order_ms = excluded.order_ms", values)


def _apply_in_pair(db: apsw.Connection, op: OpenedOp) -> None:
    record = op.record
    if isinstance(record, Genesis):
        _put(
            db,
            "INSERT INTO agreements_pairs (op, order_ms, until_ms) VALUES (?, ?, ?)",
            (op.id, op.order_ms, record.policy.until_ms),
        )
    elif isinstance(record, Renew):
        _put(
            db,
            "INSERT INTO agreements_renewals (op, order_ms, pair, mine, until_ms) VALUES (?, ?, ?, ?, ?)",
            (op.id, op.order_ms, op.space, op.mine, record.until_ms),
        )
    elif isinstance(record, Grant):
        _note_grant(db, op, record)
    elif isinstance(record, Keys):
        _note_gifts(db, op, record.gifts)
    elif isinstance(record, Revoke):
        _note_ending(db, op, "revoke", record.grant)
    elif isinstance(record, Renounce):
        _note_ending(db, op, "renounce", record.grant)
    elif isinstance(record, End):
        _note_ending(db, op, "end", b"")


def _note_grant(db: apsw.Connection, op: OpenedOp, grant: Grant) -> None:
    _put(
        db,
        "INSERT INTO agreements_grants (op, order_ms, pair, mine, id, space, space_kind, audience, verbs, "
        "purpose, until_ms, may_keep) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(op.id, op.order_ms, op.space, op.mine, grant.id, grant.space, grant.space_kind),
            *(grant.audience, " ".join(grant.verbs), grant.purpose, grant.until_ms, grant.may_keep),
        ),
    )
    _note_gifts(db, op, grant.gifts)


def _note_gifts(db: apsw.Connection, op: OpenedOp, gifts: Iterable[KeyGift]) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO agreements_gifts (op, epoch, pair, mine, whole) VALUES (?, ?, ?, ?, ?)",
        [(op.id, gift.epoch, op.space, op.mine, bool(gift.secret)) for gift in gifts],
    )


def _note_ending(db: apsw.Connection, op: OpenedOp, what: str, grant: bytes) -> None:
    _put(
        db,
        "INSERT INTO agreements_endings (op, order_ms, pair, mine, what, id) VALUES (?, ?, ?, ?, ?, ?)",
        (op.id, op.order_ms, op.space, op.mine, what, grant),
    )


def _apply_own(db: apsw.Connection, op: OpenedOp) -> None:
    record = op.record
    if isinstance(record, Circle):
        _put(
            db,
            "INSERT INTO agreements_circles (op, order_ms, circle, name, retired) VALUES (?, ?, ?, ?, ?)",
            (op.id, op.order_ms, record.id, record.name, record.retired),
        )
    elif isinstance(record, Member):
        _put(
            db,
            "INSERT INTO agreements_members (op, order_ms, circle, identity, present) VALUES (?, ?, ?, ?, ?)",
            (op.id, op.order_ms, record.circle, record.identity, record.present),
        )


# The talk must be one with that very person: a grant alone names any space.
_PAIRS: Final = """
SELECT identity, pair, dm, born_ms, until_ms, their_until_ms, ended_ms FROM (
    SELECT *, row_number() OVER (
        PARTITION BY identity ORDER BY ended_ms IS NULL DESC,
            iif(ended_ms IS NULL, 0, -born_ms), pair) AS nth
    FROM (
        SELECT s.peer AS identity, p.op AS pair, p.order_ms AS born_ms,
            (SELECT g.space FROM agreements_grants g JOIN spaces d
                ON d.id = g.space AND d.kind = 'dm' AND d.peer = s.peer
                WHERE g.pair = p.op AND g.space_kind = 'dm' ORDER BY g.order_ms, g.op LIMIT 1) AS dm,
            coalesce((SELECT r.until_ms FROM agreements_renewals r WHERE r.pair = p.op AND r.mine = 1
                ORDER BY r.order_ms DESC, r.op DESC LIMIT 1), p.until_ms) AS until_ms,
            coalesce((SELECT r.until_ms FROM agreements_renewals r WHERE r.pair = p.op AND r.mine = 0
                ORDER BY r.order_ms DESC, r.op DESC LIMIT 1), p.until_ms) AS their_until_ms,
            (SELECT min(e.order_ms) FROM agreements_endings e
                WHERE e.pair = p.op AND e.what = 'end') AS ended_ms
        FROM spaces s JOIN agreements_pairs p ON p.op = s.id
        WHERE s.kind = 'pair' AND """
_PAIRS_END: Final = ")) WHERE nth = 1 ORDER BY identity"


def _pair(row: tuple[Any, ...]) -> PairRow:
    identity, space, dm, born_ms, until_ms, their_until_ms, ended_ms = row
    state = "live" if ended_ms is None else "ended"
    return PairRow(identity, space, dm, state, born_ms, until_ms, their_until_ms, ended_ms)


def pair(db: apsw.Connection, identity: bytes) -> PairRow | None:
    """The acquaintance with a person: the living one, else the newest; or None.

    Two letters that cross make two at once: both sides then take the one with the lower id.
    """
    row = db.execute(_PAIRS + "s.peer = ?" + _PAIRS_END, (identity,)).fetchone()
    return None if row is None else _pair(row)


def pairs(db: apsw.Connection, live: bool = True) -> list[PairRow]:
    """One row per person, by identity; `live=False`: those with whom it ended too."""
    found = [_pair(row) for row in db.execute(_PAIRS + "1" + _PAIRS_END)]
    return [row for row in found if row.state == "live"] if live else found


def pair_space(db: apsw.Connection, identity: bytes) -> bytes | None:
    """The space of the acquaintance with a person, or None."""
    row = pair(db, identity)
    return None if row is None else row.space


def pair_of_space(db: apsw.Connection, space: bytes) -> PairRow | None:
    """The acquaintance whose own space this is, or None."""
    row = db.execute(_PAIRS + "s.id = ?" + _PAIRS_END, (space,)).fetchone()
    return None if row is None else _pair(row)


_GRANTS: Final = """
SELECT id, identity, mine, space, space_kind, audience, verbs, purpose, until_ms, given_ms, ended_ms, may_keep
FROM (
    SELECT g.id, s.peer AS identity, g.mine, g.space, g.space_kind, g.audience, g.verbs, g.purpose,
        g.may_keep, g.op, g.order_ms AS given_ms,
        coalesce((SELECT r.until_ms FROM agreements_renewals r WHERE r.pair = g.pair AND r.mine = g.mine
            AND (r.order_ms, r.op) > (g.order_ms, g.op)
            ORDER BY r.order_ms DESC, r.op DESC LIMIT 1), g.until_ms) AS until_ms,
        (SELECT min(e.order_ms) FROM agreements_endings e WHERE e.pair = g.pair AND (e.what = 'end'
            OR (e.id = g.id AND e.what = iif(e.mine = g.mine, 'revoke', 'renounce')))) AS ended_ms
    FROM agreements_grants g JOIN spaces s ON s.id = g.pair
    WHERE """
_LIVE: Final = "ended_ms IS NULL AND until_ms > ?"
_LATEST: Final = " ORDER BY given_ms DESC, op DESC"
_BEST: Final = " ORDER BY ended_ms IS NULL DESC, given_ms DESC, op DESC LIMIT 1"
_OWN_FIRST: Final = " ORDER BY mine DESC, given_ms, op LIMIT 1"


def _grant(row: tuple[Any, ...]) -> GrantRow:
    id, identity, mine, space, space_kind, audience, verbs, purpose, until_ms, given_ms, ended_ms, keep = row
    return GrantRow(
        id=id,
        identity=identity,
        mine=bool(mine),
        space=space,
        space_kind=space_kind,
        audience=audience,
        verbs=tuple(verbs.split(" ")),
        purpose=purpose,
        until_ms=until_ms,
        given_ms=given_ms,
        ended_ms=ended_ms,
        may_keep=bool(keep),
    )


def _select(
    db: apsw.Connection,
    order: str,
    *,
    id: bytes | None = None,
    space: bytes | None = None,
    identity: bytes | None = None,
    mine: bool | None = None,
    live_at: int | None = None,
) -> list[GrantRow]:
    """Grants that fit what is given. Only that stands in the query, so that its indexes are used."""
    asked = (("g.id = ?", id), ("g.space = ?", space), ("s.peer = ?", identity), ("g.mine = ?", mine))
    where = " AND ".join(text for text, value in asked if value is not None) or "1"
    values: list[Any] = [value for _, value in asked if value is not None]
    query = _GRANTS + where + ")"
    if live_at is not None:
        query += " WHERE " + _LIVE
        values.append(live_at)
    return [_grant(row) for row in db.execute(query + order, values)]


def grant(db: apsw.Connection, id: bytes) -> GrantRow | None:
    """One grant, or None. Another person may reuse an id: one's own counts first, then what came first."""
    return next(iter(_select(db, _OWN_FIRST, id=id)), None)


def grants(
    db: apsw.Connection, identity: bytes | None = None, mine: bool | None = None, live_at: int | None = None
) -> list[GrantRow]:
    """Grants, the latest first: with one person, given or received, those that hold at an instant (ms)."""
    return _select(db, _LATEST, identity=identity, mine=mine, live_at=live_at)


def read_grant(db: apsw.Connection, space: bytes, to: bytes) -> GrantRow | None:
    """What I gave this person for this space: the one not ended, the latest of these; or None."""
    return next(iter(_select(db, _BEST, space=space, identity=to, mine=True)), None)


def grant_to_me(db: apsw.Connection, space: bytes, giver: bytes) -> GrantRow | None:
    """What this person gave me for this space: the one not ended, the latest of these; or None."""
    return next(iter(_select(db, _BEST, space=space, identity=giver, mine=False)), None)


def holders(db: apsw.Connection, epoch: bytes) -> list[bytes]:
    """The people to whom I gave the whole secret of an epoch, sorted, whatever ended since: they have it."""
    rows = db.execute(
        "SELECT DISTINCT s.peer FROM agreements_gifts g JOIN spaces s ON s.id = g.pair "
        "WHERE g.epoch = ? AND g.mine = 1 AND g.whole = 1 ORDER BY s.peer",
        (epoch,),
    )
    return [identity for (identity,) in rows]


_CIRCLES: Final = """
SELECT circle, name FROM (
    SELECT circle, name, retired,
        row_number() OVER (PARTITION BY circle ORDER BY order_ms DESC, op DESC) AS nth
    FROM agreements_circles WHERE ?1 IS NULL OR circle = ?1)
WHERE nth = 1 AND (retired = 0 OR ?2)
"""


def _circle(row: tuple[Any, ...]) -> CircleRow:
    return CircleRow(row[0], row[1], circles_.builtin(row[0]))


def circles(db: apsw.Connection) -> list[CircleRow]:
    """The circles in use: the two that everybody has first, then by name."""
    found = [_circle(row) for row in db.execute(_CIRCLES, (None, False))]
    return sorted(found, key=lambda row: (not row.builtin, row.builtin, row.name.casefold(), row.id))


def circle(db: apsw.Connection, id: bytes, *, retired: bool = False) -> CircleRow | None:
    """One circle in use, or None; `retired`: one that is out of use too."""
    row = db.execute(_CIRCLES, (id, retired)).fetchone()
    return None if row is None else _circle(row)


def members(db: apsw.Connection, circle: bytes) -> list[bytes]:
    """The people who were put into a circle and not out of it again, sorted."""
    rows = db.execute(
        "SELECT identity FROM (SELECT identity, present, row_number() OVER "
        "(PARTITION BY identity ORDER BY order_ms DESC, op DESC) AS nth "
        "FROM agreements_members WHERE circle = ?) WHERE nth = 1 AND present = 1 ORDER BY identity",
        (circle,),
    )
    return [identity for (identity,) in rows]
