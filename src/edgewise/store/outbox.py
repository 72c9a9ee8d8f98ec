# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits, and what is only this computer's: requests to erase, held posts, drafts, marks, verdicts."""

from dataclasses import dataclass
from typing import Final

import apsw
from msgspec.structs import replace

from edgewise.ground.canon import Record, decode_open, encode
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import ATTACHMENTS_MAX, DRAFTS_MAX
from edgewise.log.blobs import Attachment
from edgewise.store.rows import Row, row

# --- requests to erase ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """What one computer was asked to erase; (log, seq) is the tombstone that asks, `target` what goes.

    State: "asked", "held" (it waits there for a day), "done", "kept", "never_had" or "unknown".
    """

    request: bytes
    holder_device: bytes
    holder_identity: bytes
    space: bytes
    target: bytes
    log: bytes
    seq: int
    state: str
    asked_ms: int
    answered_ms: int
    tries: int


def put_erasure(db: apsw.Connection, row: ErasureRow) -> None:
    """Keep a request to erase."""
    db.execute(
        "INSERT INTO erasures (request, holder_device, holder_identity, space, target, log, seq, state, "
        "asked_ms, answered_ms, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.request, row.holder_device, row.holder_identity, row.space, row.target, row.log, row.seq),
            *(row.state, row.asked_ms, row.answered_ms, row.tries),
        ),
    )


def erasures(
    db: apsw.Connection,
    *,
    device: bytes | None = None,
    state: str | None = None,
    target: bytes | None = None,
) -> list[ErasureRow]:
    """Requests to erase: to one device, in one state, about one target; the oldest first."""
    found = db.execute(
        "SELECT request, holder_device, holder_identity, space, target, log, seq, state, asked_ms, "
        "answered_ms, tries FROM erasures WHERE (?1 IS NULL OR holder_device = ?1) "
        "AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR target = ?3) ORDER BY n",
        (device, state, target),
    )
    return [ErasureRow(*each) for each in found]


def tried(db: apsw.Connection, request: bytes) -> None:
    """Note that a request was sent once more."""
    db.execute("UPDATE erasures SET tries = tries + 1 WHERE request = ?", (request,))


def answered(
    db: apsw.Connection, request: bytes, device: bytes, target: bytes, state: str, at_ms: int
) -> None:
    """Note what a device says became of a request; only what was asked of it can be answered.

    A request of zeros stands for all about this target.
    """
    db.execute(
        "UPDATE erasures SET state = ?, answered_ms = ? "
        "WHERE (request = ?3 OR ?3 = zeroblob(16)) AND holder_device = ?4 AND target = ?5",
        (state, at_ms, request, device, target),
    )


# --- posts that are held back ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A record that leaves at `due_ms` unless it is called back; place and record are encoded."""

    id: bytes
    place: bytes
    record: bytes
    due_ms: int
    made_ms: int


_HELD: Final = "SELECT id, place, record, due_ms, made_ms FROM held "


def put_held(db: apsw.Connection, row: HeldRow) -> None:
    """Hold a record back."""
    db.execute(
        "INSERT INTO held (id, place, record, due_ms, made_ms) VALUES (?, ?, ?, ?, ?)",
        (row.id, row.place, row.record, row.due_ms, row.made_ms),
    )


def held(db: apsw.Connection, id: bytes) -> HeldRow | None:
    """One record that is held back, or None."""
    found = row(db, _HELD + "WHERE id = ?", (id,))
    return None if found is None else HeldRow(*found)


def held_due(db: apsw.Connection, now_ms: int) -> list[HeldRow]:
    """The records whose time has come, in the order in which they were made."""
    return [
        HeldRow(*each) for each in db.execute(_HELD + "WHERE due_ms <= ? ORDER BY made_ms, id", (now_ms,))
    ]


def all_held(db: apsw.Connection) -> list[HeldRow]:
    """All records that are held back; the next to leave first."""
    return [HeldRow(*each) for each in db.execute(_HELD + "ORDER BY due_ms, id")]


def drop_held(db: apsw.Connection, id: bytes) -> None:
    """Hold a record back no more."""
    db.execute("DELETE FROM held WHERE id = ?", (id,))


# --- drafts and read marks ------------------------------------------------------------------------


class Enclosed(Record, frozen=True):
    """What is to go with an unsent text, and what was taken out of it before, in words of the media room."""

    attachment: Attachment
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An unsent text; `extra` holds what the page keeps beside it, `enclosed` what is to go with it."""

    place: str
    text: str
    extra: str
    at_ms: int
    enclosed: tuple[Enclosed, ...] = ()


def put_draft(db: apsw.Connection, place: str, text: str, extra: str, at_ms: int) -> None:
    """Keep the draft of a place; the text before is overwritten, what is enclosed stays.

    Without words and enclosures there is none. Refusal "draft.too_many".
    """
    if text.strip():
        _check_room(db, place)
    db.execute(
        "INSERT INTO drafts (place, text, extra, at_ms) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (place) DO UPDATE SET text = ?2, extra = ?3, at_ms = ?4",
        (place, text, extra, at_ms),
    )
    if not text.strip():
        db.execute("DELETE FROM drafts WHERE place = ? AND attached = x''", (place,))


def _check_room(db: apsw.Connection, place: str) -> None:
    found: Row | None = row(db, "SELECT count(*) FROM drafts WHERE place <> ?", (place,))
    assert found is not None, "a count without a row"
    if found[0] >= DRAFTS_MAX:
        raise Refusal("draft.too_many", limit=DRAFTS_MAX)


def enclose(db: apsw.Connection, place: str, enclosed: Enclosed, at_ms: int) -> None:
    """Put one more thing to a draft, which is made where there is none.

    Refusals "draft.full", "draft.too_many".
    """
    found = draft(db, place)
    before = found.enclosed if found is not None else ()
    if len(before) >= ATTACHMENTS_MAX:
        raise Refusal("draft.full", limit=ATTACHMENTS_MAX)
    if found is None:
        _check_room(db, place)
        db.execute("INSERT INTO drafts (place, text, extra, at_ms) VALUES (?, '', '', ?)", (place, at_ms))
    _put_enclosed(db, place, (*before, enclosed))


def disclose(db: apsw.Connection, place: str, blob: bytes) -> None:
    """Take one thing out of a draft; one that is not in it changes nothing."""
    found = draft(db, place)
    if found is not None:
        _put_enclosed(db, place, tuple(e for e in found.enclosed if e.attachment.ref.blob != blob))
        put_draft(db, place, found.text, found.extra, found.at_ms)


def describe(db: apsw.Connection, place: str, blob: bytes, alt: str) -> None:
    """Put words to one thing of a draft; one that is not in it changes nothing."""
    found = draft(db, place)
    if found is not None:
        told = (
            replace(e, attachment=replace(e.attachment, alt=alt)) if e.attachment.ref.blob == blob else e
            for e in found.enclosed
        )
        _put_enclosed(db, place, tuple(told))


def _put_enclosed(db: apsw.Connection, place: str, enclosed: tuple[Enclosed, ...]) -> None:
    packed = encode(enclosed) if enclosed else b""
    db.execute("UPDATE drafts SET attached = ? WHERE place = ?", (packed, place))


def _draft(found: Row) -> DraftRow:
    place, text, extra, at_ms, attached = found
    enclosed = decode_open(tuple[Enclosed, ...], attached) if attached else ()
    return DraftRow(place, text, extra, at_ms, enclosed)


def draft(db: apsw.Connection, place: str) -> DraftRow | None:
    """The draft of a place, or None."""
    found = row(db, "SELECT place, text, extra, at_ms, attached FROM drafts WHERE place = ?", (place,))
    return None if found is None else _draft(found)


def drafts(db: apsw.Connection) -> list[DraftRow]:
    """All drafts, the newest first."""
    found = db.execute("SELECT place, text, extra, at_ms, attached FROM drafts ORDER BY at_ms DESC, place")
    return [_draft(each) for each in found]


def drop_draft(db: apsw.Connection, place: str) -> None:
    """Forget the draft of a place, if there is one."""
    db.execute("DELETE FROM drafts WHERE place = ?", (place,))


def mark(db: apsw.Connection, place: str, order_ms: int) -> None:
    """Everything of a place up to this order was read; a mark never goes back."""
    db.execute(
        "INSERT INTO marks (place, order_ms) VALUES (?, ?) "
        "ON CONFLICT (place) DO UPDATE SET order_ms = max(order_ms, excluded.order_ms)",
        (place, order_ms),
    )


def marked(db: apsw.Connection, place: str) -> int | None:
    """How far a place was read, or None."""
    found = row(db, "SELECT order_ms FROM marks WHERE place = ?", (place,))
    return None if found is None else int(found[0])


# --- verdicts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """How often bad bytes of one sort came from one source (a device, an endpoint, or empty)."""

    code: str
    source: bytes
    times: int
    last_ms: int


def count_verdict(db: apsw.Connection, code: str, source: bytes, at_ms: int) -> None:
    """Count that something bad came."""
    db.execute(
        "INSERT INTO verdicts (code, source, times, last_ms) VALUES (?, ?, 1, ?) "
        "ON CONFLICT (code, source) DO UPDATE SET times = times + 1, last_ms = excluded.last_ms",
        (code, source, at_ms),
    )


def verdicts(db: apsw.Connection) -> list[VerdictRow]:
    """All counts, the latest first."""
    found = db.execute(
        "SELECT code, source, times, last_ms FROM verdicts ORDER BY last_ms DESC, code, source"
    )
    return [VerdictRow(*each) for each in found]
