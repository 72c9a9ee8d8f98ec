# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file in which everything is kept: opened with its key, written by one writer, read by many readers.

SQLite in WAL mode with synchronous FULL, so that what was committed survives a power cut; every page sealed
with ChaCha20-Poly1305 (SQLite3 Multiple Ciphers); what is deleted is overwritten. The key is 32 random
bytes, so it goes in raw and no stretching is paid at each opening.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Self

import apsw

from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal
from edgewise.ground.ids import ZERO32
from edgewise.keys.hashing import expand
from edgewise.keys.labels import Label
from edgewise.store import migrations, pages, search
from edgewise.store.piece_files import FOLDER, DiskPieces, MemoryPieces, PieceFiles
from edgewise.store.rows import rows
from edgewise.store.scratch import Scratch
from edgewise.store.views import View

# "EdgW": what the file's header says that it is.
APPLICATION_ID: Final = 0x45646757
KEY_BYTES: Final = 32

DISK_FAULTS: Final = frozenset(
    {"home.full", "home.unwritable", "home.unreadable", "store.busy", "store.damaged"}
)
"""What `Store.write` and `Store.reading` are refused with where it is the disk that refuses."""

_PLAIN_MAGIC: Final = b"SQLite format 3\0"
# Bytes 18 to 23 of a sealed file: WAL or not, 32 bytes reserved on each page, the format's fixed fractions.
_SEALED_MARKS: Final = (bytes((2, 2, 32, 64, 32, 32)), bytes((1, 1, 32, 64, 32, 32)))
_READ_ERRORS: Final = (apsw.SQLITE_IOERR_READ, apsw.SQLITE_IOERR_SHORT_READ, apsw.SQLITE_IOERR_CORRUPTFS)
_HEADER_BYTES: Final = 24
_BUSY_MS: Final = 5000
_STATEMENTS_CACHED: Final = 256
# 32 MiB: a page that many transactions change is folded in once, not after each few of them.
_WAL_PAGES: Final = 8000
_WRITER_CACHE_KIB: Final = 16 * 1024
# A page reads little, and up to _IDLE_READERS_MAX connections keep what they have read.
_READER_CACHE_KIB: Final = 4 * 1024
_IDLE_READERS_MAX: Final = 8
_SUFFIXES: Final = ("", "-wal", "-shm", "-journal")


class Connection(apsw.Connection):
    """A connection to an opened store.

    `chest_key` seals long-term secrets (store.chest); `pieces` holds the bytes of pictures and files.
    """

    chest_key: bytes = b""
    pieces: PieceFiles


class Store:
    """One home's file, or a store in memory. One thread writes; readers have connections of their own.

    `stale_views` names the views whose tables were laid anew on opening: rebuild them (store.views).
    `log_was_cut`: it was opened without what stood behind a damaged place of the write-ahead log.
    """

    def __init__(
        self,
        path: Path | None,
        key: bytes | None,
        views: Sequence[View],
        vfs: str | None = None,
        cut_log: bool = False,
    ) -> None:
        self._path = path
        self._cut_log = cut_log
        self.log_was_cut = False
        self._key = key
        self._vfs = vfs
        self.chest_key = expand(key or ZERO32, Label.CHEST, b"chest")
        self.pieces: PieceFiles = MemoryPieces() if path is None else DiskPieces(path.parent / FOLDER)
        self._folder = None if path is None else path.parent
        self._idle: list[Connection] = []
        self._writer = self._connect(write=True)
        try:
            self.stale_views = self._prepare(views)
        except (apsw.Error, Refusal):
            self._writer.close()
            raise

    def scratch(self, entropy: Entropy) -> Scratch:
        """A file for what comes in and is not yet anywhere, on the disk of this home."""
        return Scratch(self._folder, entropy)

    @classmethod
    def open(
        cls,
        path: Path | str,
        key: bytes | None,
        *,
        views: Sequence[View],
        vfs: str | None = None,
        cut_log: bool = False,
    ) -> Self:
        """Open the file, or begin a new one; `key` 32 bytes, None for no sealing (tests).

        `vfs` names another layer of SQLite to reach the disk by, with the cipher ("multipleciphers-…").

        `cut_log` takes a damaged log for one that ends where the damage begins (the doctor, mending).

        Raises Refusal "store.foreign", "store.newer", "passphrase.needed" or one of DISK_FAULTS; the file is
        then as it was. (A wrong passphrase is told by the home's own file: store.home.)
        """
        assert key is None or len(key) == KEY_BYTES, "a key of another length"
        path = Path(path)
        with _spoken(path):
            _begin(path, sealed=key is not None)
            return cls(path, key, views, vfs, cut_log)

    @classmethod
    def in_memory(cls, views: Sequence[View]) -> Self:
        """A store that is gone when it is closed."""
        return cls(None, None, views)

    def _connect(self, *, write: bool) -> Connection:
        flags = apsw.SQLITE_OPEN_READWRITE if write else apsw.SQLITE_OPEN_READONLY
        name = ":memory:" if self._path is None else str(self._path)
        db = Connection(name, flags=flags, vfs=self._vfs, statementcachesize=_STATEMENTS_CACHED)
        db.chest_key = self.chest_key
        db.pieces = self.pieces
        db.set_busy_timeout(_BUSY_MS)
        if self._key is not None:
            db.pragma("cipher", "chacha20")
            db.execute(f"PRAGMA key = 'raw:{self._key.hex()}'")
        db.pragma("temp_store", 2)  # in memory: no second file
        db.pragma("cache_size", -(_WRITER_CACHE_KIB if write else _READER_CACHE_KIB))
        if write:
            db.pragma("secure_delete", 1)
            db.pragma("foreign_keys", 1)
        else:
            db.pragma("query_only", 1)
        return db

    def _prepare(self, views: Sequence[View]) -> tuple[str, ...]:
        db = self._writer
        left = b"" if self._path is None else _log_of(self._path)
        if left:  # else closing a store that is refused would throw away what stands behind the damage
            db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        version = _version_of(db, self._path)
        if self._path is not None:
            db.pragma("journal_mode", "wal")
            db.pragma("synchronous", 2)  # FULL
            db.pragma("wal_autocheckpoint", _WAL_PAGES)
        if left:
            self._look_at_log(left)
        with self.write():
            if version < migrations.VERSION:
                migrations.migrate(db, version)
                db.pragma("application_id", APPLICATION_ID)
            # The index of words is always there: any view may feed it. Where it is new, all feed it anew.
            fed = migrations.lay_views(db, [(search.NAME, search.TABLES)], older=version > 0)
            stale = migrations.lay_views(db, [(view.name, view.tables) for view in views])
            return tuple(view.name for view in views) if fed else stale

    def _look_at_log(self, left: bytes) -> None:
        """After a power cut: SQLite takes a damaged log for one that ends there. Else fold it in."""
        ((_, frames_read, _),) = rows(self._writer, "PRAGMA wal_checkpoint(NOOP)")
        self.log_was_cut = pages.log_is_cut(left, max(frames_read, 0), self._key)
        if self.log_was_cut and not self._cut_log:
            raise Refusal("store.damaged")
        self._writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        self.checkpoint()  # so that nothing half written stays behind what is written now

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: committed at the end, undone on any exception. Never one inside another.

        Raises one of the Refusals in DISK_FAULTS where the disk refuses.
        """
        db = self._writer
        assert not db.in_transaction, "a write transaction inside another"
        with _spoken(self._path):
            db.execute("BEGIN IMMEDIATE")
            done = False
            try:
                yield db
                db.execute("COMMIT")
                done = True
            finally:
                if not done and db.in_transaction:
                    db.execute("ROLLBACK")

    def reader(self) -> Connection:
        """A new read-only connection, closed by the caller or when forgotten; in memory: the only one."""
        if self._path is None:
            return self._writer
        with _spoken(self._path):
            return self._connect(write=False)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection for one question or one page: all it reads is of one moment."""
        if self._path is None:
            yield self._writer
            return
        try:
            db = self._idle.pop()
        except IndexError:
            db = self.reader()
        try:
            with _spoken(self._path), db:
                yield db
        finally:
            if len(self._idle) < _IDLE_READERS_MAX:
                self._idle.append(db)
            else:
                db.close()

    def damaged_pages(self) -> list[int]:
        """The pages of the file that are not whole, whether anything stands in them or not; see `pages`."""
        if self._path is None or self._key is None:
            return []
        return pages.damaged(self._path, self._key)

    def checkpoint(self) -> bool:
        """Fold the write-ahead log into the file and cut it to nothing, so that no erased page stays in it.

        Returns False where a reader still needed it; try again later.
        """
        if self._path is None:
            return True
        with _spoken(self._path):
            busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        return not busy

    def close(self) -> None:
        """Close all idle connections; the last one folds the write-ahead log in."""
        while self._idle:
            self._idle.pop().close()
        self._writer.close()

    def erase_all(self) -> None:
        """Close the store, overwrite its files with zeros and delete them. There is no way back."""
        self.close()
        if self._path is None:
            return
        for suffix in _SUFFIXES:
            wipe(self._path.with_name(self._path.name + suffix))


@contextlib.contextmanager
def savepoint(db: apsw.Connection) -> Iterator[None]:
    """A part of a write transaction that is undone alone on any exception.

    Where a full disk made SQLite undo the whole transaction, there is nothing left to undo here.
    """
    db.execute("SAVEPOINT part")
    done = False
    try:
        yield
        done = True
    finally:
        if db.in_transaction:
            if not done:
                db.execute("ROLLBACK TO part")
            db.execute("RELEASE part")


def wipe(path: Path) -> None:
    """Overwrite a file with zeros and delete it; a disk may still keep older copies of its blocks."""
    if not path.is_file():
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        zeros = bytes(1024 * 1024)
        for at in range(0, size, len(zeros)):
            file.write(zeros[: size - at])
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _begin(path: Path, *, sealed: bool) -> None:
    """Make the file where it is missing; Refusal for one that can't be ours, before it is opened."""
    try:
        path.touch(mode=0o600)
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError as error:
        raise Refusal("home.unwritable", path=path) from error
    if not head or any(_rest(path, suffix) for suffix in ("-wal", "-journal")):
        return  # what lies beside it mends a page that was half written when the current failed
    plain = head.startswith(_PLAIN_MAGIC)
    if not plain and not any(_alike(head[18:], marks) for marks in _SEALED_MARKS):
        raise Refusal("store.foreign", path=path)
    if plain and sealed:
        raise Refusal("store.foreign", path=path)
    if not plain and not sealed:
        raise Refusal("passphrase.needed")


def _alike(head: bytes, marks: bytes) -> bool:
    """Whether these are the marks, or were before one byte was damaged."""
    return len(head) == len(marks) and sum(a != b for a, b in zip(head, marks, strict=True)) <= 1


def _log_of(path: Path) -> bytes:
    """What the last run left in the write-ahead log; nothing after an orderly end."""
    try:
        return path.with_name(path.name + "-wal").read_bytes()
    except FileNotFoundError:
        return b""


def _rest(path: Path, suffix: str) -> bool:
    """Whether something waits beside the file to be taken into it."""
    beside = path.with_name(path.name + suffix)
    return beside.is_file() and beside.stat().st_size > 0


def _version_of(db: Connection, path: Path | None) -> int:
    """The version of the file's tables; 0 for an empty file."""
    version, application = int(db.pragma("user_version")), int(db.pragma("application_id"))
    if application != APPLICATION_ID:
        tables = db.execute("SELECT count(*) FROM sqlite_schema").get
        if application or version or tables:
            raise Refusal("store.foreign", path=path or "")
    if version > migrations.VERSION:
        raise Refusal("store.newer", version=version)
    return version


@contextlib.contextmanager
def _spoken(path: Path | None) -> Iterator[None]:
    """Errors of disk and file as Refusals; an error in our SQL stays what it is, a bug."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise Refusal("store.damaged") from error
    except apsw.FullError as error:
        raise Refusal("home.full") from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise Refusal("store.busy") from error
    except apsw.IOError as error:
        code = "home.unreadable" if getattr(error, "extendedresult", 0) in _READ_ERRORS else "home.unwritable"
        raise Refusal(code, path=path or "") from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        raise Refusal("home.unwritable", path=path or "") from error
