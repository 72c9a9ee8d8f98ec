# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of talk: lines of conversations of two, a function of the set of operations (TALK-3 to TALK-5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.features.talk.records import Say, SayEdit
from edgewise.log.blobs import Attachment, packed, unpacked
from edgewise.log.kinds import OpenedOp
from edgewise.store import outbox, search, shelf
from edgewise.store.rows import Row, rows

TABLES: Final = """
CREATE TABLE IF NOT EXISTS talk_lines (
    id BLOB PRIMARY KEY NOT NULL, space BLOB NOT NULL, author BLOB NOT NULL, mine INTEGER NOT NULL,
    reply_to BLOB NOT NULL, order_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
    text TEXT NOT NULL, warning TEXT NOT NULL, attachments BLOB NOT NULL, gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS talk_lines_by_order ON talk_lines (space, order_ms, id);
CREATE TABLE IF NOT EXISTS talk_edits (
    id BLOB PRIMARY KEY NOT NULL, target BLOB NOT NULL, space BLOB NOT NULL, author BLOB NOT NULL,
    order_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS talk_edits_by_target ON talk_edits (target, order_ms, id);
"""
_SHOWN: Final = """
SELECT i.id, i.space, i.author, i.mine, i.reply_to, i.order_ms, i.wall_ms, i.gone,
       coalesce(e.text, i.text), i.warning, e.wall_ms, i.attachments
FROM talk_lines i LEFT JOIN talk_edits e ON i.gone = 0 AND e.id = (
    SELECT l.id FROM talk_edits l WHERE l.target = i.id AND l.author = i.author AND l.space = i.space
    ORDER BY l.order_ms DESC, l.id DESC LIMIT 1)
"""
_THESE: Final = _SHOWN + " WHERE i.id IN (SELECT unhex(value) FROM json_each(?)) AND i.gone = 0"  # noqa: S608
_ADD_LINE: Final = (
    "INSERT INTO talk_lines "
    "(id, space, author, mine, reply_to, order_ms, wall_ms, text, warning, attachments) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms"
)
_ADD_EDIT: Final = (
    "INSERT INTO talk_edits (id, target, space, author, order_ms, wall_ms, text) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 "
    "WHERE NOT EXISTS (SELECT 1 FROM talk_lines WHERE id = ?2 AND gone = 1) "
    "ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation as it stands now; a gone line has no text. Times in ms since 1970 in UTC."""

    id: bytes
    space: bytes
    author: bytes
    mine: bool
    reply_to: bytes
    order_ms: int
    wall_ms: int
    text: str
    warning: str
    edited_ms: int | None
    gone: bool
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of two. unread: how many of the other's lines stand after the read mark."""

    space: bytes
    identity: bytes
    last: Line | None
    newest_order_ms: int
    unread: int


class TalkView:
    """The `View` over lines and their edits."""

    name = "talk"
    tables = TABLES
    kinds = frozenset({"say", "say.edit"})

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Take one operation in; the same again changes nothing but its place in the order."""
        self.apply_many(db, (op,))

    def apply_many(self, db: apsw.Connection, ops: Sequence[OpenedOp]) -> None:
        """Take operations in, many at once."""
        db.executemany(_ADD_LINE, [_line_row(op, op.record) for op in ops if isinstance(op.record, Say)])
        db.executemany(_ADD_EDIT, [_edit_row(op, op.record) for op in ops if isinstance(op.record, SayEdit)])
        ids = [op.record.target if isinstance(op.record, SayEdit) else op.id for op in ops]
        _index(db, tuple(dict.fromkeys(ids)))

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of every text of one operation; of a line its place remains."""
        changed = rows(db, "SELECT target FROM talk_edits WHERE id = ?", (op_id,))
        db.execute(
            "UPDATE talk_lines SET gone = 1, text = '', warning = '', attachments = x'' WHERE id = ?",
            (op_id,),
        )
        db.execute(
            "DELETE FROM talk_edits WHERE id = ?1 OR (target = ?1 AND author = "
            "(SELECT author FROM talk_lines WHERE id = ?1))",
            (op_id,),
        )
        _index(db, [op_id, *(id for (id,) in changed)])

    def clear(self, db: apsw.Connection) -> None:
        """Empty the view, before a rebuild."""
        db.execute("DELETE FROM talk_lines")
        db.execute("DELETE FROM talk_edits")
        search.clear(db, self.name)

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """What a reader can see, ordered: equal sets of operations give equal dumps."""
        yield from db.execute(_SHOWN + "ORDER BY i.id")


VIEW: Final = TalkView()


def _index(db: apsw.Connection, ids: Sequence[bytes]) -> None:
    """Let lines be found by their latest wording alone; a gone one, or one that is not here, by none."""
    wanted = json.dumps([id.hex() for id in ids])
    here = rows(db, _THESE, (wanted,))
    found = {line.id: line for line in map(_line, here)}
    search.put_all(db, [_entry(found[id]) for id in ids if id in found])
    for id in ids:
        if id not in found:
            search.drop(db, id)


def _entry(line: Line) -> search.Entry:
    text = f"{line.warning}\n{line.text}"
    return search.Entry("talk", line.id, line.space, line.author, line.order_ms, text)


def _line_row(op: OpenedOp, say: Say) -> Row:
    row = (op.id, op.space, op.author, op.mine, say.reply_to, op.order_ms, op.wall_ms)
    return (*row, say.text, say.warning, packed(say.attachments))


def _edit_row(op: OpenedOp, edit: SayEdit) -> Row:
    return (op.id, edit.target, op.space, op.author, op.order_ms, op.wall_ms, edit.text)


def mark_of(identity: bytes) -> str:
    """The place name under which the read mark and the draft of a talk with this person are kept."""
    return f"talk:{identity.hex()}"


def conversations(db: apsw.Connection) -> list[Conversation]:
    """All conversations, the one with the newest line first; new ones without a line stand at the end."""
    found = []
    for space in shelf.spaces(db, kind="dm"):
        other = space.peer or space.owner
        newest = lines(db, space.id, limit=1)
        last = newest[0] if newest else None
        marked = outbox.marked(db, mark_of(other)) or 0
        found.append(
            Conversation(space.id, other, last, last.order_ms if last else 0, _unread(db, space.id, marked))
        )
    return sorted(found, key=lambda each: (-each.newest_order_ms, each.space))


def lines(
    db: apsw.Connection, space: bytes, before: tuple[int, bytes] | None = None, limit: int = 50
) -> list[Line]:
    """The newest lines of a conversation before (order_ms, id), the oldest of them first."""
    order_ms, id = before or (2**63 - 1, b"")
    found = rows(
        db,
        _SHOWN
        + "WHERE i.space = ? AND (i.order_ms, i.id) < (?, ?) ORDER BY i.order_ms DESC, i.id DESC LIMIT ?",
        (space, order_ms, id, limit),
    )
    return [_line(row) for row in reversed(found)]


def line(db: apsw.Connection, id: bytes) -> Line | None:
    """One line; None when it is not here."""
    found = rows(db, _SHOWN + "WHERE i.id = ?", (id,))
    return _line(found[0]) if found else None


def unread_total(db: apsw.Connection) -> int:
    """How many lines of others stand after their read marks, over all conversations."""
    return sum(each.unread for each in conversations(db))


def versions(db: apsw.Connection, id: bytes) -> tuple[bytes, ...]:
    """The operations that hold a line's texts, its edits first: who takes it back takes back all of these."""
    edits = rows(
        db,
        "SELECT e.id FROM talk_edits e JOIN talk_lines i ON i.id = e.target AND i.author = e.author "
        "AND i.space = e.space WHERE i.id = ? ORDER BY e.order_ms, e.id",
        (id,),
    )
    return (*(row[0] for row in edits), id)


def own_ids(db: apsw.Connection) -> list[bytes]:
    """The ids of all lines of one's own that were not taken back."""
    return [row[0] for row in rows(db, "SELECT id FROM talk_lines WHERE mine = 1 AND gone = 0 ORDER BY id")]


def find(db: apsw.Connection, prefix: str) -> list[bytes]:
    """The lines whose id begins so, in lower-case hexadecimal; at most two: more are no clearer."""
    first, last = (bytes.fromhex(prefix.ljust(64, filling)) for filling in "0f")
    found = rows(db, "SELECT id FROM talk_lines WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 2", (first, last))
    return [row[0] for row in found]


def _unread(db: apsw.Connection, space: bytes, marked: int) -> int:
    found = rows(
        db,
        "SELECT count(*) FROM talk_lines WHERE space = ? AND order_ms > ? AND mine = 0 AND gone = 0",
        (space, marked),
    )
    count = found[0][0]
    assert isinstance(count, int)
    return count


def _line(row: Row) -> Line:
    id, space, author, mine, reply_to, order_ms, wall_ms, gone, text, warning, edited_ms, held = row
    return Line(
        id=id,
        space=space,
        author=author,
        mine=bool(mine),
        reply_to=reply_to,
        order_ms=order_ms,
        wall_ms=wall_ms,
        text=text,
        warning=warning,
        edited_ms=edited_ms,
        gone=bool(gone),
        attachments=unpacked(held),
    )
