# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor: looks whether what is kept is still what was signed.

It changes nothing, but that a damaged part of a picture or file counts as not here any more, so that it is
fetched again from whoever has it.

`quick` asks SQLite about the file and looks at the heads of logs; `deep` reads everything: each header
against its id and its place, each signature, each payload against its hash, each view against what it was
made from, each piece of a picture or file against its address.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import apsw

from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32, short
from edgewise.log.op import CLS_CONTROL, Op, check_signature, parse_op
from edgewise.store import order, pieces, sealed, search, shelf, views
from edgewise.store.db import Connection
from edgewise.store.rows import Row, row
from edgewise.store.views import Opener, View

FINDINGS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: `code` one word, `subject` an id or empty, and a sentence."""

    code: str
    subject: bytes
    sentence: str


def quick(db: apsw.Connection) -> list[Finding]:
    """What SQLite and the heads of the logs tell in a moment; empty where all is well."""
    return _first([*_file(db), *_readable(db, _heads)])


def deep(
    db: apsw.Connection, open_op: Opener, all_views: Sequence[View] = (), *, files: bool = True
) -> list[Finding]:
    """Everything, inside the caller's transaction; at most FINDINGS_MAX findings.

    Without `files` the pieces of pictures and files are not looked at: where they are not laid down.
    """
    found = quick(db)
    found += _readable(db, _ops)
    if not found:  # of damaged operations no view can be made
        found += [Finding("view", b"", line) for line in views.compare(db, all_views, open_op)]
        found += [
            Finding("search", b"", f"The list of words does not fit the texts: {line}")
            for line in search.faults(db)
        ]
    found += _blobs(db) if files else ()
    return _first(found)


def of_pages(numbers: Sequence[int]) -> list[Finding]:
    """A finding for each page of the file that is not whole."""
    return _first([Finding("page", b"", f"Page {number} of the file is damaged.") for number in numbers])


def _first(found: list[Finding]) -> list[Finding]:
    return found[:FINDINGS_MAX]


def _file(db: apsw.Connection) -> Iterator[Finding]:
    try:
        for (line,) in db.execute("PRAGMA integrity_check(20)"):
            if line != "ok":
                yield Finding("file", b"", f"The file is damaged: {line}")
        for table, _, parent, _ in db.execute("PRAGMA foreign_key_check"):
            yield Finding("file", b"", f"A row of {table} has lost its row of {parent}.")
    except (apsw.CorruptError, apsw.NotADBError) as error:
        yield Finding("file", b"", f"The file is damaged: {error}")


def _readable(db: apsw.Connection, look: Callable[[apsw.Connection], Iterable[Finding]]) -> Iterator[Finding]:
    """What a look finds; that it could not read on is a finding too."""
    try:
        yield from look(db)
    except (apsw.CorruptError, apsw.NotADBError) as error:
        yield Finding("file", b"", f"The file is damaged: {error}")


def _heads(db: apsw.Connection) -> Iterator[Finding]:
    """Each log holds as many operations as it says, and its head is the last of them."""
    for public, next_seq, head, count, last_seq, last_id in db.execute(
        "SELECT l.public, l.next_seq, l.head, count(o.n), coalesce(max(o.seq), -1), "
        "coalesce((SELECT h.id FROM ops h WHERE h.log_n = l.n AND h.seq = l.next_seq - 1), zeroblob(32)) "
        "FROM logs l LEFT JOIN ops o ON o.log_n = l.n GROUP BY l.n ORDER BY l.n"
    ):
        if (next_seq, next_seq) != (count, last_seq + 1) or head != last_id:
            yield Finding("head", public, f"A list of writings does not end where it says ({short(public)}).")


_ALL: Final = """
SELECT l.public, o.log_n, o.seq, o.state, o.id, o.id8, o.cls, o.epoch, o.header, o.sig, o.payload, s.id
FROM ops o JOIN logs l ON l.n = o.log_n JOIN spaces s ON s.n = l.space_n ORDER BY o.log_n, o.seq
"""


def _ops(db: apsw.Connection) -> list[Finding]:
    found: list[Finding] = []
    log_n, prev = 0, ZERO32
    for each in db.execute(_ALL):
        if each[1] != log_n:
            log_n, prev = each[1], ZERO32
        found += _one(each, prev)
        prev = each[4]
        if len(found) >= FINDINGS_MAX:
            break
    found += _unsigned_ends(db)
    return found


def _one(each: Row, prev: bytes) -> Iterator[Finding]:
    public, _, seq, state, id, id8, cls, epoch, header, sig, payload, space = each
    if shelf.STATES[state] == "damaged":
        yield Finding("awaited", id, f"Something was damaged; who has it is asked for it ({short(id)}).")
        return
    try:
        op = parse_op(header, sig, None)
    except Verdict as bad:
        yield Finding("header", id, f"What was signed can't be read any more ({short(id)}, {bad.code}).")
        return
    if op.id != id:
        yield Finding("header", id, f"What was signed has changed ({short(id)}).")
        return
    row_of = (op.log, op.seq, op.space, op.cls, op.header.epoch, id8)
    if row_of != (public, seq, space, cls, epoch, int.from_bytes(id[:8], "big", signed=True)):
        yield Finding("row", id, f"Something stands in a wrong place ({short(id)}).")
    if op.header.prev != prev:
        yield Finding("link", id, f"Something does not follow what it was written after ({short(id)}).")
    yield from _sealed_parts(op, state, payload)


def _sealed_parts(op: Op, state: int, payload: bytes | None) -> Iterator[Finding]:
    if op.sig is not None:
        try:
            check_signature(op)
        except Verdict:
            yield Finding("signature", op.id, f"A signature does not fit any more ({short(op.id)}).")
    erased = shelf.STATES[state] == "erased"
    if payload is None:
        if not erased or op.cls == CLS_CONTROL:
            yield Finding("payload", op.id, f"A text is missing that nobody took back ({short(op.id)}).")
        return
    if erased:
        yield Finding("payload", op.id, f"A text that was taken back is still here ({short(op.id)}).")
    try:
        parse_op(op.header_bytes, None, payload)
    except Verdict:
        yield Finding("payload", op.id, f"A text has changed since it was signed ({short(op.id)}).")


def _unsigned_ends(db: apsw.Connection) -> list[Finding]:
    """A log's last operation has its own signature: else nobody vouches for what lies before it."""
    found = db.execute(
        "SELECT o.id FROM logs l JOIN ops o ON o.n = l.head_n "
        "WHERE o.sig IS NULL AND o.state <> 5 ORDER BY l.n"
    )
    return [
        Finding("signature", id, f"The last of a list of writings is not signed ({short(id)}).")
        for (id,) in found
    ]


def _blobs(db: apsw.Connection) -> Iterator[Finding]:
    """Each piece that is said to be here is here, and is the one that was shared."""
    assert isinstance(db, Connection), "a connection of a store knows where the pieces are"
    for found in pieces.all_blobs(db):
        bad = sealed.damaged(db.pieces, found)
        if bad:
            pieces.unmark(db, found.id, bad, wanted=True)
            yield Finding("piece", found.id, f"{_whose(db, found.id)} has changed on this disk.")


def _whose(db: apsw.Connection, blob: bytes) -> str:
    """Of whom and of which day something is, as people say it."""
    found = row(
        db,
        "SELECT coalesce(p.name, ''), l.mine, o.order_ms FROM blob_names n JOIN logs l ON l.public = n.log "
        "JOIN ops o ON o.id8 = ?2 AND o.id = n.op LEFT JOIN people p ON p.id = l.identity "
        "WHERE n.blob = ?1 AND n.op = ?3",
        (blob, *_first_name(db, blob)),
    )
    if found is None:
        return "A picture or file that was not sent yet"
    name, mine, order_ms = found
    day = datetime.fromtimestamp(order_ms / 1000, UTC)
    of = "of yours" if mine else f"of {name}'s"
    return f"A picture or file {of} of {day.day} {day:%B %Y}"


def _first_name(db: apsw.Connection, blob: bytes) -> tuple[int, bytes]:
    names = pieces.names_of(db, blob)
    op = names[0].op if names else ZERO32
    return order.id8(op), op
