# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files: which blobs are known here, who names them, and which of their pieces are here.

Table `blobs` has one row per blob with its key, the bitmap of its pieces and what this person wishes;
`blob_names` says which operation names it, in which space, and who gives it. The bytes stand beside, in
`store.piece_files`, where the layout of the folder is described. For a copy of all that is kept: copy the
database, then for each row of `all_blobs(db)` with pieces here the file `pieces/<id in hexadecimal>`; rows
are never behind the files, and a file with more pieces than its row knows does no harm.

Bit i of a bitmap stands in byte i // 8 with the value 2 to the (i mod 8); as a whole number, bit i is 2 ** i.
"""

from dataclasses import dataclass
from typing import Final, Literal

import apsw

from edgewise.keys.pieces import Shape
from edgewise.log.blobs import BlobRef
from edgewise.store.rows import Row, row, rows

# What this person wishes of a blob; "full": paused since the disk has no room for it.
WISHES: Final = ("none", "wanted", "paused", "full", "erased")
_CODES: Final = {wish: code for code, wish in enumerate(WISHES)}

Named = Literal["here", "coming", "paused", "wanted", "elsewhere", "erased"]


@dataclass(frozen=True, slots=True)
class BlobState:
    """How much of a blob is here. `full`: it is paused since the disk has no room for it.

    "here": all of it; "coming": being fetched; "wanted": waits until somebody who has it is reached;
    "paused": by this person, or `full`; "elsewhere": not asked for; "erased": taken back, nothing is left.
    """

    state: Named
    have_bytes: int
    size_bytes: int
    full: bool = False


@dataclass(frozen=True, slots=True)
class BlobRow:
    """A blob as it is known here; of an erased one nothing but its id. `kept`: sealed on this computer."""

    id: bytes
    key: bytes
    root: bytes
    size_bytes: int
    total: int
    have: int
    bitmap: int
    wish: str
    coming: bool
    kept: bool
    since_ms: int

    @property
    def ref(self) -> BlobRef:
        """Its reference; not of an erased one."""
        assert self.key, "an erased blob has no reference"
        return BlobRef(self.id, self.key, self.root, self.size_bytes)

    @property
    def shape(self) -> Shape:
        """How it is cut."""
        return Shape(self.size_bytes)

    @property
    def is_whole(self) -> bool:
        """Whether all its pieces are here."""
        return self.wish != "erased" and self.have == self.total

    @property
    def missing(self) -> int:
        """The bits of the pieces that are not here."""
        return ((1 << self.total) - 1) & ~self.bitmap


@dataclass(frozen=True, slots=True)
class NameRow:
    """An operation that names a blob. giver: the person to ask for it; empty where it was written here."""

    blob: bytes
    op: bytes
    space: bytes
    log: bytes
    giver: bytes


_BLOB: Final = (
    "SELECT b.id, b.key, b.root, b.size_bytes, b.total, b.have, b.bitmap, b.wish, b.coming, b.kept, "
    "b.since_ms FROM blobs b "
)


def _blob(found: Row) -> BlobRow:
    id, key, root, size_bytes, total, have, bitmap, wish, coming, kept, since_ms = found
    return BlobRow(
        *(id, key, root, size_bytes, total, have, int.from_bytes(bitmap, "little"), WISHES[wish]),
        *(bool(coming), bool(kept), since_ms),
    )


def blob_row(db: apsw.Connection, blob: bytes) -> BlobRow | None:
    """One blob, or None."""
    found = row(db, _BLOB + "WHERE b.id = ?", (blob,))
    return None if found is None else _blob(found)


def all_blobs(db: apsw.Connection) -> list[BlobRow]:
    """All blobs that are known here and not erased, in the order in which they came."""
    return [_blob(each) for each in rows(db, _BLOB + "WHERE b.wish <> ? ORDER BY b.n", (_CODES["erased"],))]


def state(db: apsw.Connection, blob: bytes) -> BlobState:
    """How much of a blob is here. One that is not known here is elsewhere, with size 0."""
    found = blob_row(db, blob)
    if found is None:
        return BlobState("elsewhere", 0, 0)
    return state_of(found)


def state_of(found: BlobRow) -> BlobState:
    """The same of a row."""
    if found.wish == "erased":
        return BlobState("erased", 0, 0)
    have_bytes = min(found.size_bytes, found.have * found.shape.piece_bytes)
    if found.is_whole:
        return BlobState("here", found.size_bytes, found.size_bytes)
    if found.wish in ("paused", "full"):
        return BlobState("paused", have_bytes, found.size_bytes, found.wish == "full")
    if found.wish == "wanted":
        return BlobState("coming" if found.coming else "wanted", have_bytes, found.size_bytes)
    return BlobState("elsewhere", have_bytes, found.size_bytes)


def _bits(total: int, bitmap: int) -> bytes:
    return bitmap.to_bytes(-(-total // 8), "little")


def add_kept(db: apsw.Connection, ref: BlobRef, at_ms: int) -> None:
    """A blob that was sealed on this computer, all of it on the disk."""
    total = ref.shape.total
    db.execute(
        "INSERT INTO blobs (id, key, root, size_bytes, total, have, bitmap, wish, coming, kept, since_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 1, ?)",
        (
            *(ref.blob, ref.key, ref.root, ref.size_bytes, total, total, _bits(total, (1 << total) - 1)),
            *(_CODES["none"], at_ms),
        ),
    )


def add_name(db: apsw.Connection, ref: BlobRef, name: NameRow, *, wanted: bool, at_ms: int) -> bool:
    """An operation names a blob. True where that is news; the same again changes nothing.

    `wanted`: it comes by itself. A blob that was erased and is named anew is known again.
    """
    total = ref.shape.total
    wish = _CODES["wanted" if wanted else "none"]
    db.execute(
        "INSERT INTO blobs (id, key, root, size_bytes, total, have, bitmap, wish, coming, kept, since_ms) "
        "VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, 0, 0, ?8) ON CONFLICT (id) DO UPDATE SET "
        "key = ?2, root = ?3, size_bytes = ?4, total = ?5, bitmap = ?6, wish = ?7, since_ms = ?8 "
        "WHERE wish = ?9",
        (ref.blob, ref.key, ref.root, ref.size_bytes, total, _bits(total, 0), wish, at_ms, _CODES["erased"]),
    )
    db.execute(
        "INSERT OR IGNORE INTO blob_names (blob, op, space, log, giver) VALUES (?, ?, ?, ?, ?)",
        (name.blob, name.op, name.space, name.log, name.giver),
    )
    return bool(db.changes())


def names_of(db: apsw.Connection, blob: bytes) -> list[NameRow]:
    """The living operations that name a blob."""
    found = rows(db, "SELECT blob, op, space, log, giver FROM blob_names WHERE blob = ? ORDER BY op", (blob,))
    return [NameRow(*each) for each in found]


def named_in(db: apsw.Connection, space: bytes) -> list[tuple[NameRow, BlobRow]]:
    """What is named in a space, the smallest first; each name with its blob."""
    found = rows(
        db,
        "SELECT n.blob, n.op, n.space, n.log, n.giver FROM blob_names n JOIN blobs b ON b.id = n.blob "
        "WHERE n.space = ? ORDER BY b.size_bytes, b.n, n.op",
        (space,),
    )
    names = [NameRow(*each) for each in found]
    return [(name, blob) for name in names if (blob := blob_row(db, name.blob)) is not None]


def drop_names(db: apsw.Connection, op: bytes) -> list[bytes]:
    """An operation was erased. Returns the blobs that no living operation names any more: they are erased.

    Their keys are overwritten here; remove their files after COMMIT.
    """
    named = [blob for (blob,) in rows(db, "SELECT blob FROM blob_names WHERE op = ? ORDER BY blob", (op,))]
    db.execute("DELETE FROM blob_names WHERE op = ?", (op,))
    gone = [blob for blob in named if not names_of(db, blob)]
    for blob in gone:
        db.execute(
            "UPDATE blobs SET key = x'', root = x'', size_bytes = 0, total = 1, have = 0, bitmap = x'00', "
            "wish = ?, coming = 0, kept = 0 WHERE id = ?",
            (_CODES["erased"], blob),
        )
    return gone


# Kept here, and named by no operation, no draft and nothing that is held back.
_UNNAMED: Final = """
kept = 1 AND NOT EXISTS (SELECT 1 FROM blob_names n WHERE n.blob = b.id)
AND NOT EXISTS (SELECT 1 FROM drafts d WHERE instr(d.attached, b.id) > 0)
AND NOT EXISTS (SELECT 1 FROM held h WHERE instr(h.record, b.id) > 0)
"""


def drop_unnamed(db: apsw.Connection, before_ms: int, only: bytes | None = None) -> list[bytes]:
    """Let go of what was kept before an instant and that nothing names; remove the files after COMMIT.

    A draft names what is attached to it, and so does what is held back. ``only``: this blob or none.
    """
    found = rows(
        db,
        f"SELECT id FROM blobs b WHERE since_ms < ?1 AND (?2 IS NULL OR id = ?2) AND {_UNNAMED} ORDER BY n",  # noqa: S608
        (before_ms, only),
    )
    for (blob,) in found:
        db.execute("DELETE FROM blobs WHERE id = ?", (blob,))
    return [blob for (blob,) in found]


def oldest_unnamed_ms(db: apsw.Connection) -> int | None:
    """Since when the oldest blob waits that nothing names."""
    found = row(
        db,
        f"SELECT min(since_ms) FROM blobs b WHERE {_UNNAMED}",  # noqa: S608 (a text of this module)
    )
    return None if found is None else found[0]


def set_wish(db: apsw.Connection, blob: bytes, wish: str) -> None:
    """What this person wishes of a blob, one of WISHES but "erased"."""
    assert wish != "erased", "erasing is drop_names"
    db.execute(
        "UPDATE blobs SET wish = ?1, coming = iif(?1 = 1, coming, 0) WHERE id = ?2", (_CODES[wish], blob)
    )


def set_coming(db: apsw.Connection, blob: bytes, coming: bool) -> None:
    """Whether somebody was asked for it who is reached now."""
    db.execute("UPDATE blobs SET coming = ? WHERE id = ? AND coming <> ?1", (coming, blob))


def nothing_comes(db: apsw.Connection) -> None:
    """After a start nobody is reached yet."""
    db.execute("UPDATE blobs SET coming = 0 WHERE coming = 1")


def mark(db: apsw.Connection, blob: bytes, bits: int) -> None:
    """These pieces are on the disk."""
    found = blob_row(db, blob)
    if found is not None and found.wish != "erased":
        _put_bitmap(db, found, found.bitmap | bits)


def unmark(db: apsw.Connection, blob: bytes, bits: int, *, wanted: bool) -> None:
    """These pieces are not here any more; with `wanted` they are to be fetched again."""
    found = blob_row(db, blob)
    if found is not None and found.wish != "erased":
        _put_bitmap(db, found, found.bitmap & ~bits)
        set_wish(db, blob, "wanted" if wanted else "none")


def _put_bitmap(db: apsw.Connection, found: BlobRow, bitmap: int) -> None:
    db.execute(
        "UPDATE blobs SET bitmap = ?, have = ? WHERE id = ?",
        (_bits(found.total, bitmap), bitmap.bit_count(), found.id),
    )


def wanted_from(
    db: apsw.Connection, giver: bytes, device: bytes, limit: int
) -> list[tuple[BlobRow, NameRow]]:
    """What is wanted and may be had from one person: the smallest first, then the newest.

    Besides what they give, it is what was written and lost here, wherever it is shared with them,
    and what their device said that it holds.
    """
    found = rows(
        db,
        "SELECT n.blob, n.op, n.space, n.log, n.giver FROM blobs b JOIN blob_names n ON n.blob = b.id "
        "WHERE b.wish = 1 AND b.have < b.total AND (n.giver IN (?1, x'') OR EXISTS ("
        "SELECT 1 FROM register_blobs r WHERE r.holder = ?2 AND r.blob = b.id AND r.space = n.space "
        "AND r.state = 'acked')) ORDER BY b.size_bytes > 16777216, b.n DESC, n.op LIMIT ?3",
        (giver, device, limit),
    )
    named = [NameRow(*each) for each in found]
    return [(blob, name) for name in named if (blob := blob_row(db, name.blob)) is not None]


def whole_from(db: apsw.Connection, giver: bytes, limit: int) -> list[tuple[bytes, bytes]]:
    """(blob, space) of what is whole here and came from one person, the latest first."""
    found = rows(
        db,
        "SELECT b.id, min(n.space) FROM blob_names n JOIN blobs b ON b.id = n.blob "
        "WHERE n.giver = ? AND b.kept = 0 AND b.have = b.total AND b.wish <> ? "
        "GROUP BY b.n ORDER BY b.n DESC LIMIT ?",
        (giver, _CODES["erased"], limit),
    )
    return [(blob, space) for blob, space in found]


def paused_by_disk(db: apsw.Connection) -> list[BlobRow]:
    """What waits for room on the disk, the smallest first."""
    return [
        _blob(each) for each in rows(db, _BLOB + "WHERE b.wish = ? ORDER BY b.size_bytes", (_CODES["full"],))
    ]
