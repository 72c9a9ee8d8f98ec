# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register on disk: which device was given what, under which grant; what was exported; who holds what.

The rows are runs, merged by consent.register. A device's own word about how far it holds a log stands beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.consent.register import ACKED, Row, State, merge
from edgewise.store import rows as rows_

_RUN: Final = (
    "SELECT holder, space, log, first_seq, last_seq, grant_id, first_ms, last_ms, state FROM register "
)
_DROP: Final = "DELETE FROM register "
_TOUCHED: Final = "WHERE space = ? AND log = ? AND holder = ? AND first_seq <= ? AND last_seq >= ?"


def note(
    db: apsw.Connection,
    holder_device: bytes,
    space: bytes,
    log: bytes,
    first: int,
    stop: int,
    grant: bytes,
    at_ms: int,
    state: State,
) -> None:
    """Note that a device is given first ≤ seq < stop of a log under a grant, before it goes."""
    _merge(db, Row(holder_device, space, log, first, stop - 1, grant, at_ms, at_ms, state))


def _merge(db: apsw.Connection, new: Row) -> None:
    """Only the runs that touch the new one are read and written: a register may hold very many."""
    touched = (new.space, new.log, new.holder, new.last_seq + 1, new.first_seq - 1)
    before = [Row(*row) for row in db.execute(_RUN + _TOUCHED, touched)]
    after = merge(before, new)
    if after == before:
        return
    db.execute(_DROP + _TOUCHED, touched)
    db.executemany(
        "INSERT INTO register (holder, space, log, first_seq, last_seq, grant_id, first_ms, last_ms, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(row.holder, row.space, row.log, row.first_seq, row.last_seq),
                *(row.grant, row.first_ms, row.last_ms, row.state),
            )
            for row in after
        ],
    )


def acked(db: apsw.Connection, device: bytes, space: bytes, heads: Mapping[bytes, int], at_ms: int) -> bool:
    """A device says how far it holds logs of a space (log → next seq); only logs known here count.

    Its word overwrites an earlier one. What it holds of its own log is no news to the register. True where
    it holds more of others' logs than was known.
    """
    is_news = False
    for log, next_seq in sorted(heads.items()):
        row = rows_.row(
            db,
            "SELECT l.next_seq, l.device, coalesce((SELECT h.next_seq FROM held_heads h "
            "WHERE h.device = ?1 AND h.space = ?2 AND h.log = ?3), 0) "
            "FROM logs l JOIN spaces s ON s.n = l.space_n WHERE l.public = ?3 AND s.id = ?2",
            (device, space, log),
        )
        if row is None:
            continue
        here, author_device, known = row
        held = min(next_seq, here)
        if held == known:
            continue
        db.execute(
            "INSERT OR REPLACE INTO held_heads (device, space, log, next_seq) VALUES (?, ?, ?, ?)",
            (device, space, log, held),
        )
        if author_device != device and held > known:
            # What was sent keeps its grant (merge); what came to them another way has none.
            _merge(db, Row(device, space, log, known, held - 1, b"", at_ms, at_ms, ACKED))
            is_news = True
    return is_news


def acked_heads(db: apsw.Connection, device: bytes, space: bytes) -> dict[bytes, int]:
    """How far a device last said that it holds the logs of a space: log → next seq."""
    found = db.execute(
        "SELECT log, next_seq FROM held_heads WHERE device = ? AND space = ? ORDER BY log", (device, space)
    )
    return dict(found)


def holders(db: apsw.Connection, space: bytes, log: bytes, seq: int) -> list[tuple[bytes, State]]:
    """The devices that were given one operation, sorted, each with "sent" or "acked"."""
    found = db.execute(
        "SELECT holder, state FROM register WHERE space = ? AND log = ? AND first_seq <= ? AND last_seq >= ? "
        "ORDER BY holder",
        (space, log, seq, seq),
    )
    return list(found)


def holdings(db: apsw.Connection, holder: bytes | None = None) -> list[Row]:
    """All runs of the register, or those of one device; sorted."""
    found = db.execute(
        _RUN + "WHERE ?1 IS NULL OR holder = ?1 ORDER BY holder, space, log, first_seq", (holder,)
    )
    return [Row(*row) for row in found]


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A file that left: `what` kind of file, about which `subject` (an id or empty), its name and size."""

    what: str
    subject: bytes
    name: str
    size_bytes: int
    at_ms: int


def note_export(
    db: apsw.Connection, what: str, subject: bytes, name: str, size_bytes: int, at_ms: int
) -> None:
    """Note that a file was written for somebody to carry away."""
    db.execute(
        "INSERT INTO exports (what, subject, name, size_bytes, at_ms) VALUES (?, ?, ?, ?, ?)",
        (what, subject, name, size_bytes, at_ms),
    )


def exports(db: apsw.Connection) -> list[ExportRow]:
    """All exports, the newest first."""
    found = db.execute("SELECT what, subject, name, size_bytes, at_ms FROM exports ORDER BY n DESC")
    return [ExportRow(*row) for row in found]
