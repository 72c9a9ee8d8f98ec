# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of pictures and files: which device was given which pieces, under which grant.

The same runs as for operations (consent.register), with a blob in the place of a log and pieces in the place
of operations; they never touch each other.
"""

from typing import Final

import apsw

from edgewise.consent.register import ACKED, SENT, Row, State, merge

_RUN: Final = (
    "SELECT holder, space, blob, first_piece, last_piece, grant_id, first_ms, last_ms, state "
    "FROM register_blobs "
)
_DROP: Final = "DELETE FROM register_blobs "
_TOUCHED: Final = "WHERE blob = ? AND space = ? AND holder = ? AND first_piece <= ? AND last_piece >= ?"


def note(
    db: apsw.Connection,
    device: bytes,
    space: bytes,
    blob: bytes,
    first: int,
    stop: int,
    grant: bytes,
    at_ms: int,
) -> None:
    """Note that a device is given the pieces first ≤ i < stop of a blob under a grant, before they go."""
    _merge(db, Row(device, space, blob, first, stop - 1, grant, at_ms, at_ms, SENT))


def acked(db: apsw.Connection, device: bytes, space: bytes, blob: bytes, total: int, at_ms: int) -> bool:
    """A device says that it holds all of a blob; its word, not a proof. True where that is news."""
    return _merge(db, Row(device, space, blob, 0, total - 1, b"", at_ms, at_ms, ACKED))


def _merge(db: apsw.Connection, new: Row) -> bool:
    touched = (new.log, new.space, new.holder, new.last_seq + 1, new.first_seq - 1)
    before = [Row(*row) for row in db.execute(_RUN + _TOUCHED, touched)]
    after = merge(before, new)
    if _told(before) == _told(after):
        return False
    db.execute(_DROP + _TOUCHED, touched)
    db.executemany(
        "INSERT INTO register_blobs "
        "(holder, space, blob, first_piece, last_piece, grant_id, first_ms, last_ms, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(row.holder, row.space, row.log, row.first_seq, row.last_seq),
                *(row.grant, row.first_ms, row.last_ms, row.state),
            )
            for row in after
        ],
    )
    return True


def _told(rows: list[Row]) -> list[tuple[int, int, bytes, str]]:
    """What rows say besides their times."""
    return [(row.first_seq, row.last_seq, row.grant, row.state) for row in rows]


def holders(db: apsw.Connection, blob: bytes) -> list[tuple[bytes, State]]:
    """The devices that were given pieces of a blob, sorted: "acked" where one said that it has all."""
    found = db.execute(
        "SELECT holder, min(state) FROM register_blobs WHERE blob = ? GROUP BY holder ORDER BY holder",
        (blob,),
    )
    return list(found)


def unacked(db: apsw.Connection, device: bytes, limit: int) -> list[tuple[bytes, bytes]]:
    """(space, blob) of what a device was given, the latest first, and did not say that it has all of."""
    found = db.execute(
        "SELECT space, blob FROM register_blobs WHERE holder = ? GROUP BY space, blob "
        "HAVING max(state) = 'sent' ORDER BY max(last_ms) DESC, blob LIMIT ?",
        (device, limit),
    )
    return list(found)


def is_acked(db: apsw.Connection, device: bytes, blob: bytes) -> bool:
    """Whether a device said that it has all of a blob."""
    found = db.execute(
        "SELECT 1 FROM register_blobs WHERE holder = ? AND blob = ? AND state = 'acked' LIMIT 1",
        (device, blob),
    )
    return found.fetchone() is not None


def holdings(db: apsw.Connection, holder: bytes | None = None) -> list[Row]:
    """All runs, or those of one device, sorted; `log` is the blob, `first_seq` and `last_seq` are pieces."""
    found = db.execute(
        _RUN + "WHERE ?1 IS NULL OR holder = ?1 ORDER BY holder, space, blob, first_piece", (holder,)
    )
    return [Row(*row) for row in found]
