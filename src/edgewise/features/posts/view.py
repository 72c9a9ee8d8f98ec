# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of posts: items, their wordings and one-word answers, as a function of the set of operations.

An edit or a word that comes before its target is kept and joins it later; of several, the latest by
(order_ms, operation id) counts; only its author's edits touch an item; parents, edits and words count
within their own space alone (rules POST-4 to POST-8).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.features.posts.records import Edit, Post, Word
from edgewise.log.blobs import Attachment, packed, unpacked
from edgewise.log.kinds import OpenedOp
from edgewise.store import search, shelf
from edgewise.store.rows import Row, rows

HOME_MARK: Final = "home"
"""The place name under which the read mark and the draft of Home are kept."""
REPLIES_MAX: Final = 500
"""Answers of one thread that are read at once, the newest ones: a page holds no more."""

STIRRING_MAX: Final = 2000
"""Of the answers since a read mark so many of the newest can bring old threads back."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS posts_items (
    id BLOB PRIMARY KEY NOT NULL, space BLOB NOT NULL, author BLOB NOT NULL, mine INTEGER NOT NULL,
    parent BLOB NOT NULL, order_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
    text TEXT NOT NULL, warning TEXT NOT NULL, attachments BLOB NOT NULL, gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS posts_items_by_order ON posts_items (order_ms, id);
CREATE INDEX IF NOT EXISTS posts_items_by_parent ON posts_items (parent) WHERE parent <> x'';
CREATE TABLE IF NOT EXISTS posts_edits (
    id BLOB PRIMARY KEY NOT NULL, target BLOB NOT NULL, space BLOB NOT NULL, author BLOB NOT NULL,
    order_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, text TEXT NOT NULL, warning TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS posts_edits_by_target ON posts_edits (target, order_ms, id);
CREATE TABLE IF NOT EXISTS posts_words (
    id BLOB PRIMARY KEY NOT NULL, target BLOB NOT NULL, space BLOB NOT NULL, author BLOB NOT NULL,
    word TEXT NOT NULL, present INTEGER NOT NULL, order_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS posts_words_by_target ON posts_words (target);
CREATE TABLE IF NOT EXISTS posts_mentions (
    item BLOB NOT NULL, identity BLOB NOT NULL, PRIMARY KEY (item, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posts_mentions_by_identity ON posts_mentions (identity);
"""

_SHOWN: Final = """
SELECT i.id, i.space, i.author, i.mine, i.parent, i.order_ms, i.wall_ms, i.gone,
       coalesce(e.text, i.text), coalesce(e.warning, i.warning), e.wall_ms,
       i.attachments, (SELECT p.author FROM posts_items p WHERE p.id = i.parent AND p.space = i.space)
FROM posts_items i LEFT JOIN posts_edits e ON i.gone = 0 AND e.id = (
    SELECT l.id FROM posts_edits l WHERE l.target = i.id AND l.author = i.author AND l.space = i.space
    ORDER BY l.order_ms DESC, l.id DESC LIMIT 1)
"""
_ONE: Final = _SHOWN + "WHERE i.id = ?"
_WORDINGS: Final = """
SELECT i.id, i.space, i.author, i.order_ms,
       coalesce(e.warning, i.warning) || char(10) || coalesce(e.text, i.text)
FROM posts_items i LEFT JOIN posts_edits e ON e.id = (
    SELECT l.id FROM posts_edits l WHERE l.target = i.id AND l.author = i.author AND l.space = i.space
    ORDER BY l.order_ms DESC, l.id DESC LIMIT 1)
WHERE i.id IN (SELECT unhex(value) FROM json_each(?)) AND i.gone = 0
"""
_BELOW: Final = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM posts_items WHERE parent = ?1 AND parent <> x'' AND space = ?2
    UNION SELECT c.id FROM posts_items c JOIN below b ON c.parent = b.id
    WHERE c.parent <> x'' AND c.space = ?2)
"""
_FROM_BELOW: Final = """
WHERE i.id IN (SELECT id FROM below) AND i.author NOT IN (SELECT unhex(value) FROM json_each(?3))
ORDER BY i.order_ms DESC, i.id DESC LIMIT ?4
"""
_THREAD: Final = _BELOW + _SHOWN + _FROM_BELOW
# An answer whose parent is not here stands by itself, so that nothing which came is hidden.
_AT_TOP: Final = """
WHERE (i.order_ms, i.id) < (?1, ?2) AND i.author NOT IN (SELECT unhex(value) FROM json_each(?3))
AND NOT EXISTS (SELECT 1 FROM posts_items p WHERE p.id = i.parent AND p.space = i.space)
AND (?4 = x'' OR i.space = ?4)
ORDER BY i.order_ms DESC, i.id DESC LIMIT ?5
"""
_ROOTS: Final = _SHOWN + _AT_TOP
_STIRRED: Final = """
WITH RECURSIVE answers (id, parent, space, at) AS (
    SELECT id, parent, space, order_ms FROM posts_items
    WHERE order_ms > ?1 AND parent <> x'' AND mine = 0 AND gone = 0
    AND author NOT IN (SELECT unhex(value) FROM json_each(?2)) ORDER BY order_ms DESC, id DESC LIMIT ?4),
up (id, parent, space, at) AS (
    SELECT id, parent, space, at FROM answers
    UNION SELECT p.id, p.parent, p.space, u.at
    FROM posts_items p JOIN up u ON p.id = u.parent AND p.space = u.space)
SELECT u.id FROM up u JOIN posts_items i ON i.id = u.id
WHERE i.order_ms <= ?1 AND i.author NOT IN (SELECT unhex(value) FROM json_each(?2))
AND NOT EXISTS (SELECT 1 FROM posts_items p WHERE p.id = u.parent AND p.space = u.space)
GROUP BY u.id ORDER BY max(u.at) DESC, u.id LIMIT ?3
"""
_NEW: Final = """
FROM posts_items WHERE order_ms > ? AND mine = 0 AND gone = 0
AND author NOT IN (SELECT unhex(value) FROM json_each(?))
"""
_WORDS: Final = """
SELECT word, author FROM (
    SELECT word, author, present, order_ms, id,
           row_number() OVER (PARTITION BY word, author ORDER BY order_ms DESC, id DESC) AS nth
    FROM posts_words WHERE target = ?1 AND space = ?2)
WHERE nth = 1 AND present = 1 ORDER BY word, order_ms, id
"""
_ADD_ITEM: Final = (
    "INSERT INTO posts_items "
    "(id, space, author, mine, parent, order_ms, wall_ms, text, warning, attachments) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms"
)
_ADD_MENTION: Final = (
    "INSERT OR IGNORE INTO posts_mentions (item, identity) "
    "SELECT id, ?2 FROM posts_items WHERE id = ?1 AND gone = 0"
)
_ADD_EDIT: Final = (
    "INSERT INTO posts_edits (id, target, space, author, order_ms, wall_ms, text, warning) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 "
    "WHERE NOT EXISTS (SELECT 1 FROM posts_items WHERE id = ?2 AND gone = 1) "
    "ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms"
)
_ADD_WORD: Final = (
    "INSERT INTO posts_words (id, target, space, author, word, present, order_ms) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 "
    "WHERE NOT EXISTS (SELECT 1 FROM posts_items WHERE id = ?2 AND gone = 1) "
    "ON CONFLICT (id) DO UPDATE SET order_ms = excluded.order_ms"
)


@dataclass(frozen=True, slots=True)
class Given:
    """A one-word answer and who gave it, in the order of giving."""

    word: str
    identities: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A post or an answer as it stands now. Times are ms since 1970 in UTC.

    circle: one's own circle that may read it, None in the feed of another; owner: whose feed it stands in.
    answers: whose text it answers, None at the top or where that text is not here. edited_ms: when its
    author last changed it. A gone item has no text. replies: the whole thread below it, oldest first.
    """

    id: bytes
    space: bytes
    owner: bytes
    circle: bytes | None
    author: bytes
    mine: bool
    parent: bytes
    answers: bytes | None
    order_ms: int
    wall_ms: int
    text: str
    warning: str
    edited_ms: int | None
    gone: bool
    mentions: tuple[bytes, ...]
    words: tuple[Given, ...]
    replies: tuple[Item, ...]
    attachments: tuple[Attachment, ...] = ()


class PostsView:
    """The `View` over posts, edits and one-word answers."""

    name = "posts"
    tables = TABLES
    kinds = frozenset({"post", "post.edit", "post.word"})

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Take one operation in; the same again changes nothing but its place in the order."""
        self.apply_many(db, (op,))

    def apply_many(self, db: apsw.Connection, ops: Sequence[OpenedOp]) -> None:
        """Take operations in, many at once."""
        for add, kind in ((_ADD_ITEM, Post), (_ADD_EDIT, Edit), (_ADD_WORD, Word)):
            db.executemany(add, [_row_of(op) for op in ops if isinstance(op.record, kind)])
        posts = [(op.id, op.record) for op in ops if isinstance(op.record, Post)]
        db.executemany(_ADD_MENTION, [(id, named) for id, post in posts for named in post.mentions])
        _index(db, [id for id, _ in posts])
        _index(db, [op.record.target for op in ops if isinstance(op.record, Edit)])

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of every text of one operation; of an item its place remains."""
        changed = rows(db, "SELECT target FROM posts_edits WHERE id = ?", (op_id,))
        db.execute(
            "UPDATE posts_items SET gone = 1, text = '', warning = '', attachments = x'' WHERE id = ?",
            (op_id,),
        )
        db.execute("DELETE FROM posts_mentions WHERE item = ?", (op_id,))
        db.execute(
            "DELETE FROM posts_edits WHERE id = ?1 OR (target = ?1 AND author = "
            "(SELECT author FROM posts_items WHERE id = ?1))",
            (op_id,),
        )
        db.execute("DELETE FROM posts_words WHERE id = ?1 OR target = ?1", (op_id,))
        _index(db, [op_id, *(id for (id,) in changed)])

    def clear(self, db: apsw.Connection) -> None:
        """Empty the view, before a rebuild."""
        for table in ("posts_items", "posts_edits", "posts_words", "posts_mentions"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 (names of this module)
        search.clear(db, self.name)

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """What a reader can see, ordered: equal sets of operations give equal dumps."""
        for row in rows(db, _SHOWN + "ORDER BY i.id"):
            said = tuple((given.word, *given.identities) for given in _words(db, row[0], row[1]))
            yield (*row, _mentions(db, row[0]), said)


VIEW: Final = PostsView()


def _index(db: apsw.Connection, ids: Iterable[bytes]) -> None:
    """Let items be found by their latest wording alone; a gone one, or one that is not here, by none."""
    wanted = dict.fromkeys(ids)
    found = {row[0]: row for row in rows(db, _WORDINGS, (_hexes(wanted),))} if wanted else {}
    search.put_all(db, [search.Entry("posts", *found[id]) for id in wanted if id in found])
    for id in (id for id in wanted if id not in found):
        search.drop(db, id)


def _row_of(op: OpenedOp) -> Row:
    place, times, record = (op.space, op.author), (op.order_ms, op.wall_ms), op.record
    if isinstance(record, Post):
        said = (record.text, record.warning, packed(record.attachments))
        return (op.id, *place, op.mine, record.parent, *times, *said)
    if isinstance(record, Edit):
        return (op.id, record.target, *place, *times, record.text, record.warning)
    assert isinstance(record, Word), record
    return (op.id, record.target, *place, record.word, record.present, op.order_ms)


def home_items(
    db: apsw.Connection,
    *,
    before_order_ms: int | None = None,
    before_id: bytes = b"",
    limit: int = 30,
    muted: Collection[bytes] = (),
    space: bytes = b"",
) -> list[Item]:
    """The newest items at the top of a thread, newest first, over all feeds (or one), each with its thread.

    The next page begins before the last one's (order_ms, id). Items and answers of `muted` are left out.
    """
    before = 2**63 - 1 if before_order_ms is None else before_order_ms
    hidden = _hexes(muted)
    found = rows(db, _ROOTS, (before, before_id, hidden, space, limit))
    return [_item(db, row, _replies(db, row, hidden)) for row in found]


def thread(db: apsw.Connection, item: bytes, muted: Collection[bytes] = ()) -> Item | None:
    """The whole thread in which an item stands, from its top; None when the item is not here."""
    top = _row(db, item)
    while top is not None and top[4] and (above := _row(db, top[4])) is not None and above[1] == top[1]:
        top = above
    return None if top is None else _item(db, top, _replies(db, top, _hexes(muted)))


def item(db: apsw.Connection, id: bytes) -> Item | None:
    """One item without its thread; None when it is not here."""
    row = _row(db, id)
    return None if row is None else _item(db, row, ())


def stirred(
    db: apsw.Connection, order_ms: int, muted: Collection[bytes] = (), limit: int = 30
) -> list[bytes]:
    """The tops, at or before an order, of threads in which others wrote after it; the newest first."""
    found = rows(db, _STIRRED, (order_ms, _hexes(muted), limit, STIRRING_MAX))
    return [row[0] for row in found]


def new_count_since(db: apsw.Connection, order_ms: int, muted: Collection[bytes] = ()) -> int:
    """How many items of others stand after a read mark; all of them are read."""
    (count,) = rows(db, f"SELECT count(*) {_NEW}", (order_ms, _hexes(muted)))[0]
    assert isinstance(count, int)
    return count


def has_new_since(db: apsw.Connection, order_ms: int, muted: Collection[bytes] = ()) -> bool:
    """Whether any item of others stands after a read mark; the first one is enough."""
    return bool(rows(db, f"SELECT 1 {_NEW} LIMIT 1", (order_ms, _hexes(muted))))


def newest_order(db: apsw.Connection) -> int:
    """The order of the newest item: what a read mark is set to; 0 when there is none."""
    (newest,) = rows(db, "SELECT coalesce(max(order_ms), 0) FROM posts_items")[0]
    assert isinstance(newest, int)
    return newest


def mentions_of(db: apsw.Connection, me: bytes, since_order_ms: int = 0, limit: int = 30) -> list[Item]:
    """Items of others that name this person, newest first, without their threads."""
    found = rows(
        db,
        _SHOWN + "JOIN posts_mentions m ON m.item = i.id WHERE m.identity = ? AND i.order_ms > ? "
        "AND i.gone = 0 AND i.author <> m.identity ORDER BY i.order_ms DESC, i.id DESC LIMIT ?",
        (me, since_order_ms, limit),
    )
    return [_item(db, row, ()) for row in found]


def versions(db: apsw.Connection, id: bytes) -> tuple[bytes, ...]:
    """The operations that hold an item's texts, its edits first: taking it back takes back all of these."""
    edits = rows(
        db,
        "SELECT e.id FROM posts_edits e JOIN posts_items i ON i.id = e.target AND i.author = e.author "
        "AND i.space = e.space WHERE i.id = ? ORDER BY e.order_ms, e.id",
        (id,),
    )
    return (*(row[0] for row in edits), id)


def own_ids(db: apsw.Connection) -> list[bytes]:
    """The ids of all items of one's own that were not taken back."""
    return [row[0] for row in rows(db, "SELECT id FROM posts_items WHERE mine = 1 AND gone = 0 ORDER BY id")]


def find(db: apsw.Connection, prefix: str) -> list[bytes]:
    """The items whose id begins so, in lower-case hexadecimal; at most two: more are no clearer."""
    first, last = (bytes.fromhex(prefix.ljust(64, filling)) for filling in "0f")
    found = rows(db, "SELECT id FROM posts_items WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 2", (first, last))
    return [row[0] for row in found]


def _row(db: apsw.Connection, id: bytes) -> Row | None:
    found = rows(db, _ONE, (id,))
    return found[0] if found else None


def _replies(db: apsw.Connection, row: Row, hidden: str) -> tuple[Item, ...]:
    if not rows(db, "SELECT 1 FROM posts_items WHERE parent = ? AND parent <> x'' LIMIT 1", row[:1]):
        return ()  # most items: a tenth of what the thread's own question costs
    below = rows(db, _THREAD, (row[0], row[1], hidden, REPLIES_MAX))
    return tuple(_item(db, each, ()) for each in reversed(below))


def _item(db: apsw.Connection, row: Row, replies: tuple[Item, ...]) -> Item:
    id, space, author, mine, parent, order_ms, wall_ms, gone, text, warning, edited_ms, held, answers = row
    where = shelf.space(db, space)
    return Item(
        id=id,
        space=space,
        owner=where.owner if where is not None else author,
        circle=where.circle if where is not None else None,
        author=author,
        mine=bool(mine),
        parent=parent,
        answers=answers,
        order_ms=order_ms,
        wall_ms=wall_ms,
        text=text,
        warning=warning,
        edited_ms=edited_ms,
        gone=bool(gone),
        mentions=_mentions(db, id),
        words=_words(db, id, space),
        replies=replies,
        attachments=unpacked(held),
    )


def _mentions(db: apsw.Connection, id: bytes) -> tuple[bytes, ...]:
    found = rows(db, "SELECT identity FROM posts_mentions WHERE item = ? ORDER BY identity", (id,))
    return tuple(row[0] for row in found)


def _words(db: apsw.Connection, id: bytes, space: bytes) -> tuple[Given, ...]:
    if not rows(db, "SELECT 1 FROM posts_words WHERE target = ? LIMIT 1", (id,)):
        return ()
    by_word: dict[str, list[bytes]] = {}
    for word, author in rows(db, _WORDS, (id, space)):
        by_word.setdefault(word, []).append(author)
    return tuple(Given(word, tuple(authors)) for word, authors in by_word.items())


def _hexes(ids: Iterable[bytes]) -> str:
    return json.dumps(sorted(id.hex() for id in ids))
