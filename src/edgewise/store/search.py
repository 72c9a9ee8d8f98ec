# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index of words: one for the house, fed by the views of features, asked by the pages that find things.

A row's key is its place in the order of time, so that the newest matches come first without sorting, and a
stretch of time is a stretch of keys. Whose an item is, where it stands and what it holds are words of the
index too, behind a private sign that no text can hold: so every filter is an intersection of two lists. There
is no index of beginnings: what many words begin with is found among the newest rows, what few do is cheap to
gather (docs/decisions/0005-search.md has the figures).

The words are kept beside the index (FTS5 "external content", "secure-delete"), so that taking back names them
exactly and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import apsw

from edgewise.log.kinds import OpenedOp
from edgewise.store.asked import NOTHING, Asked, Term, closeness, words_of
from edgewise.store.order import id8
from edgewise.store.rows import Row, row, rows

NAME: Final = "search"
SCAN_MAX: Final = 4000
"""Rows in which the beginning of a word is looked for before the whole index is gathered."""
BEST_OF: Final = 300
"""The best match is chosen among so many of the newest."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS search_rows (
    n INTEGER PRIMARY KEY, id8 INTEGER NOT NULL, id BLOB NOT NULL, source TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS search_rows_by_id ON search_rows (id8);
CREATE TABLE IF NOT EXISTS search_ids (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5 (
    words, content = 'search_rows', content_rowid = 'n', columnsize = 0, tokenize = 'ascii'
);
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);
"""

_SLOT_BITS: Final = 8
_SLOTS: Final = 1 << _SLOT_BITS
_LAST: Final = 2**63 - 1
# Before what the index notes of an item besides its words. It is no letter, so no word holds it; the index
# takes every sign that is not ASCII as part of a word.
_MARK: Final = "\ue000"
_PICTURE: Final = f"{_MARK}p"
_FREE: Final = """
SELECT min(a.n) + 1 FROM search_rows a
WHERE a.n >= ? AND NOT EXISTS (SELECT 1 FROM search_rows b WHERE b.n = a.n + 1)
"""
_MATCHING: Final = """
SELECT r.n, r.id, r.source, r.words FROM search_words w CROSS JOIN search_rows r ON r.n = w.rowid
WHERE search_words MATCH ?1 AND w.rowid >= ?2 AND w.rowid < ?3 ORDER BY w.rowid DESC LIMIT ?4
"""
_LAY_ROW: Final = (
    "INSERT INTO search_rows (n, id8, id, source, words) VALUES (?, ?, ?, ?, ?) ON CONFLICT (n) DO NOTHING"
)
_LAY_WORDS: Final = "INSERT INTO search_words (rowid, words) VALUES (?, ?)"
_KNOWN: Final = """
SELECT id8, n FROM search_rows WHERE id8 IN (SELECT value FROM json_each(?1))
UNION SELECT id8, n FROM search_rows WHERE n IN (SELECT value FROM json_each(?2))
"""
_NEWEST: Final = "SELECT n, id, source, words FROM search_rows WHERE n >= ? AND n < ? ORDER BY n DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found of one item: its texts, and whose, where and when it is (`order_ms`)."""

    source: str
    id: bytes
    space: bytes
    author: bytes
    order_ms: int
    text: str
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and where; empty fields ask nothing. From `since_ms` to before `until_ms`, in ms.

    `source`: only what this view fed. `hidden`: pairs of author and source that are left out.
    """

    asked: Asked = NOTHING
    authors: tuple[bytes, ...] = ()
    spaces: tuple[bytes, ...] = ()
    source: str = ""
    picture: bool = False
    since_ms: int = 0
    until_ms: int | None = None
    hidden: tuple[tuple[bytes, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where nothing is asked at all: then nothing is found."""
        limits = (
            self.authors,
            self.spaces,
            self.source,
            self.picture,
            self.since_ms,
            self.until_ms is not None,
        )
        return not self.asked.wanted and not any(limits)


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found; the page after it begins before `place`."""

    place: int
    source: str
    id: bytes


@dataclass(frozen=True, slots=True)
class _Plan:
    """A question in the index's words.

    `match`: all but an open last word, "" where nothing else is wanted; `begins`: that beginning as a row
    holds it, "" for none; `whole`: both together. `barred`: a row with all words of one of these is out.
    """

    match: str
    begins: str
    whole: str
    barred: tuple[tuple[str, ...], ...] = field(default=())


class SearchView:
    """The index as a `View`: no operation is applied to it, since the views of features feed it."""

    name = NAME
    tables = TABLES
    kinds: frozenset[str] = frozenset()

    def apply(self, db: apsw.Connection, op: OpenedOp) -> None:
        """Nothing: see `put`."""

    def erase(self, db: apsw.Connection, op_id: bytes) -> None:
        """Let go of all words of one item."""
        drop(db, op_id)

    def clear(self, db: apsw.Connection) -> None:
        """Empty the index, before a rebuild of the views that feed it."""
        db.execute("DELETE FROM search_rows")
        db.execute("INSERT INTO search_words (search_words) VALUES ('delete-all')")

    def dump(self, db: apsw.Connection) -> Iterable[tuple[object, ...]]:
        """All that can be found, ordered."""
        ids: dict[int, bytes] = dict(rows(db, "SELECT n, id FROM search_ids"))
        for n, id, source, words in db.execute(
            "SELECT n, id, source, words FROM search_rows ORDER BY source, id"
        ):
            text, _, noted = words.partition(_MARK)
            facts = [each.strip() for each in noted.split(_MARK)]
            named = tuple(ids[int(each[1:])] for each in facts if each[0] in "as")
            yield source, id, n >> _SLOT_BITS, text, *named, "p" in facts


VIEW: Final = SearchView()


def put(db: apsw.Connection, entry: Entry) -> None:
    """Let an item be found by these words, and by its former ones no more."""
    _put(db, entry, _words(db, entry, {}))


def put_all(db: apsw.Connection, entries: Sequence[Entry]) -> None:
    """As `put` for each of them; those that are new and whose places are free are laid in one go."""
    numbers: dict[bytes, int] = {}
    places = {entry.id: entry.order_ms << _SLOT_BITS | entry.id[0] for entry in entries}
    known = rows(db, _KNOWN, (_listed(map(id8, places)), _listed(places.values())))
    taken = {n for _, n in known}
    here = {key for key, _ in known}
    laid, later = [], []
    for entry in entries:
        n, key, words = places[entry.id], id8(entry.id), _words(db, entry, numbers)
        if n in taken or key in here:
            later.append((entry, words))
            continue
        taken.add(n)
        here.add(key)
        laid.append((n, key, entry.id, entry.source, words))
    db.executemany(_LAY_ROW, laid)
    db.executemany(_LAY_WORDS, [(row[0], row[4]) for row in laid])
    for entry, words in later:
        _put(db, entry, words)


def _listed(numbers: Iterable[int]) -> str:
    return "[" + ",".join(map(str, numbers)) + "]"


def _put(db: apsw.Connection, entry: Entry, words: str) -> None:
    old = _row(db, entry.id)
    if old is not None:
        if old[1] == words and old[0] >> _SLOT_BITS == entry.order_ms:
            return
        _drop(db, old)
    n = entry.order_ms << _SLOT_BITS | entry.id[0]
    if not _insert(db, n, entry, words):
        first = entry.order_ms << _SLOT_BITS
        _insert(db, rows(db, _FREE, (n if n % _SLOTS != _SLOTS - 1 else first,))[0][0], entry, words)


def drop(db: apsw.Connection, id: bytes) -> None:
    """Let go of every word of an item; one that is not here is none."""
    old = _row(db, id)
    if old is not None:
        _drop(db, old)


def clear(db: apsw.Connection, source: str) -> None:
    """Let go of all that one view fed, before it is made anew."""
    db.execute("DELETE FROM search_rows WHERE source = ?", (source,))
    if db.changes():
        db.execute("INSERT INTO search_words (search_words) VALUES ('rebuild')")


def find(db: apsw.Connection, wanted: Wanted, *, before: int | None = None, limit: int = 30) -> list[Hit]:
    """The newest items that hold what is wanted, before a place. Whatever is asked has an answer."""
    return [Hit(n, source, id) for n, id, source, _ in _find(db, wanted, before, limit)]


def best(db: apsw.Connection, wanted: Wanted, limit: int = 30) -> list[Hit]:
    """The best of the newest `BEST_OF` matches: words side by side, then whole words, then short texts."""
    found = _find(db, wanted, None, BEST_OF)
    ranked = sorted(found, key=lambda each: closeness(_text(each[3]), wanted.asked), reverse=True)
    return [Hit(n, source, id) for n, id, source, _ in ranked[:limit]]


def oldest_ms(db: apsw.Connection, author: bytes) -> int | None:
    """The place in time of the oldest thing of this person that can be found here."""
    n = _id_n(db, author)
    found = row(
        db,
        "SELECT rowid FROM search_words WHERE search_words MATCH ? ORDER BY rowid LIMIT 1",
        (f'"{_MARK}a{n}"',),
    )
    return None if n is None or found is None else int(found[0]) >> _SLOT_BITS


def faults(db: apsw.Connection) -> Iterator[str]:
    """What the index says of itself against the words that it was made from; inside a write transaction."""
    try:
        db.execute("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)")
    except apsw.CorruptError as error:
        yield str(error)


# --- feeding ----------------------------------------------------------------------------------------


def _words(db: apsw.Connection, entry: Entry, numbers: dict[bytes, int]) -> str:
    """The row's words as the index takes them, each between blanks; then what is noted besides.

    `numbers` is filled with those of persons and spaces that were looked up.
    """
    for id in (entry.author, entry.space):
        if id not in numbers:
            numbers[id] = _number(db, id)
    author, space = numbers[entry.author], numbers[entry.space]
    noted = (
        f"{_MARK}a{author} {_MARK}s{space} {_MARK}k{entry.source}{' ' + _PICTURE if entry.picture else ''}"
    )
    return f" {' '.join(words_of(entry.text))} {noted} "


def _number(db: apsw.Connection, id: bytes) -> int:
    n = _id_n(db, id)
    if n is None:
        db.execute("INSERT INTO search_ids (id) VALUES (?)", (id,))
        n = db.last_insert_rowid()
    return n


def _id_n(db: apsw.Connection, id: bytes) -> int | None:
    found = row(db, "SELECT n FROM search_ids WHERE id = ?", (id,))
    return None if found is None else int(found[0])


def _row(db: apsw.Connection, id: bytes) -> Row | None:
    return row(db, "SELECT n, words FROM search_rows WHERE id8 = ? AND id = ?", (id8(id), id))


def _insert(db: apsw.Connection, n: int, entry: Entry, words: str) -> bool:
    """False where another item has this place."""
    db.execute(_LAY_ROW, (n, id8(entry.id), entry.id, entry.source, words))
    if not db.changes():
        return False
    db.execute(_LAY_WORDS, (n, words))
    return True


def _drop(db: apsw.Connection, old: Row) -> None:
    db.execute("INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', ?, ?)", old)
    db.execute("DELETE FROM search_rows WHERE n = ?", old[:1])


# --- asking -----------------------------------------------------------------------------------------


def _find(db: apsw.Connection, wanted: Wanted, before: int | None, limit: int) -> list[Row]:
    plan = None if wanted.is_empty else _plan(db, wanted)
    if plan is None:
        return []
    first = wanted.since_ms << _SLOT_BITS
    stop = _LAST if wanted.until_ms is None else max(wanted.until_ms, 0) << _SLOT_BITS
    stop = stop if before is None else min(stop, before)
    if plan.match and not plan.begins:
        return rows(db, _MATCHING, (plan.match, first, stop, limit))
    found, is_all = _scan(db, plan, first, stop, limit)
    if is_all or not plan.begins:
        return found
    return rows(db, _MATCHING, (plan.whole, first, stop, limit))


def _scan(db: apsw.Connection, plan: _Plan, first: int, stop: int, limit: int) -> tuple[list[Row], bool]:
    """The matches among the newest rows, and whether there can be no others for this page."""
    scanned = SCAN_MAX if plan.begins else -1
    newest = (
        db.execute(_MATCHING, (plan.match, first, stop, scanned))
        if plan.match
        else db.execute(_NEWEST, (first, stop, scanned))
    )
    found: list[Row] = []
    seen = 0
    for each in newest:
        seen += 1
        words = each[3]
        if plan.begins in words and not any(all(word in words for word in group) for group in plan.barred):
            found.append(each)
            if len(found) == limit:
                return found, True
    return found, seen < SCAN_MAX


def _plan(db: apsw.Connection, wanted: Wanted) -> _Plan | None:
    """The question in the index's words; None where it asks for somebody or a place that nothing is of."""
    asked = wanted.asked
    needed = [_quoted(term) for term in asked.wanted if not term.open]
    for sign, ids in (("a", wanted.authors), ("s", wanted.spaces)):
        numbers = [n for each in ids if (n := _id_n(db, each)) is not None]
        if ids and not numbers:
            return None
        if ids:
            needed.append("(" + " OR ".join(f'"{_MARK}{sign}{n}"' for n in numbers) + ")")
    if wanted.source:
        needed.append(f'"{_MARK}k{wanted.source}"')
    if wanted.picture:
        needed.append(f'"{_PICTURE}"')
    hidden = [(_id_n(db, who), source) for who, source in wanted.hidden]
    groups = [(f"{_MARK}a{who}", f"{_MARK}k{source}") for who, source in hidden if who is not None]
    without = [_quoted(term) for term in asked.without]
    without += ["(" + " AND ".join(f'"{word}"' for word in group) + ")" for group in groups]
    opened = [term for term in asked.wanted if term.open]
    barred: list[tuple[str, ...]] = [(f" {' '.join(term.words)} ",) for term in asked.without]
    barred += [tuple(f" {word} " for word in group) for group in groups]
    return _Plan(
        match=_joined(needed, without),
        begins=" " + " ".join(opened[0].words) if opened else "",
        whole=_joined([*needed, *(f"{_quoted(term)} *" for term in opened)], without),
        barred=() if needed else tuple(barred),
    )


def _joined(needed: list[str], without: list[str]) -> str:
    if not needed or not without:
        return " AND ".join(needed)
    return f"({' AND '.join(needed)}) NOT ({' OR '.join(without)})"


def _quoted(term: Term) -> str:
    return '"' + " ".join(term.words) + '"'


def _text(words: str) -> str:
    return words.partition(_MARK)[0]
