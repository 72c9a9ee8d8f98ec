# SPDX-License-Identifier: AGPL-3.0-or-later
"""Safe copies as files: made and proved, looked into, brought back on a bare computer (spec/safecopy.md)."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgewise import features
from edgewise.core import opening
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import ComeBack, KeepCopyKey, NoteCopy
from edgewise.core.returning import COPY_KEY
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.safecopy import CopyFound, CopyMade
from edgewise.ground.canon import decode, encode
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import COPY_PART_MAX_BYTES
from edgewise.keys.stretch import SALT_BYTES, params_for, stretch
from edgewise.keys.words import COPY_ENTROPY_BYTES, copy_words, tidy_copy_words
from edgewise.store import checkup, chest, snapshot, views
from edgewise.store.db import KEY_BYTES, Connection, Store, wipe
from edgewise.store.home import COMING_NAME, Home
from edgewise.store.safecopy import (
    MAGIC_STEM,
    NONCE_BYTES,
    CopyKey,
    File,
    Head,
    Manifest,
    Part,
    Piece,
    open_copy,
    seal_copy,
)

READ_BYTES: Final = COPY_PART_MAX_BYTES // 2
"""How much of a file is in memory at once; below a part's bound, with its frame."""
NEW: Final = ".new"


def make(
    desk: Desk,
    home: Path,
    file: Path,
    fresh_words: bool,
    entropy: Entropy,
    memory_total_bytes: int,
    *,
    lasting: bool = True,
) -> CopyMade:
    """Write a safe copy, prove that it opens, and only then put it in the place of the one before.

    With the words of the last copy, unless `fresh_words` or there was none: then new words are made, and
    given back once. `lasting`: the file stays where it is written. Refusals "file.exists" (something else is
    there), "copy.unwritable", "home.not_set_up".
    """
    if file.exists() and not _is_copy(file):
        raise Refusal("file.exists", path=file)
    kept = desk.read(lambda db: chest.secret(db, COPY_KEY))
    words = copy_words(entropy.take(COPY_ENTROPY_BYTES)) if fresh_words or kept is None else ""
    key = _key_of_words(words, entropy, memory_total_bytes) if words else decode(CopyKey, kept or b"")
    fresh = file.with_name(file.name + NEW)
    try:
        now = desk.now_ms()
        desk.read(lambda db: _write(fresh, seal_copy(_all(db, home, now), key, entropy.take(NONCE_BYTES))))
        size_bytes = _prove(fresh, key)
        fresh.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise Refusal("copy.unwritable", path=file) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    desk.do(NoteCopy(str(file) if lasting else file.name, size_bytes, encode(key) if words else b""))
    return CopyMade(str(file), size_bytes, words)


def new_words(desk: Desk, entropy: Entropy, memory_total_bytes: int) -> str:
    """New words for the copies from now on, given back once; only what they are stretched to is kept."""
    words = copy_words(entropy.take(COPY_ENTROPY_BYTES))
    desk.do(KeepCopyKey(encode(_key_of_words(words, entropy, memory_total_bytes))))
    return words


def _key_of_words(words: str, entropy: Entropy, memory_total_bytes: int) -> CopyKey:
    salt, params = entropy.take(SALT_BYTES), params_for(memory_total_bytes)
    return CopyKey(params, salt, stretch(words, salt, params))


def _is_copy(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(MAGIC_STEM)) == MAGIC_STEM
    except OSError as error:
        raise Refusal("file.unreadable", path=file) from error


def _all(db: Connection, home: Path, now_ms: int) -> Iterator[Part]:
    yield snapshot.manifest(db, now_ms)
    yield from snapshot.dump(db)
    yield from _files(home)


def _files(home: Path) -> Iterator[Part]:
    """The files beside the store; one that is erased while it is read is left out where it can be."""
    folder = home / snapshot.FOLDER
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(home).as_posix()
        try:
            data = path.open("rb")
        except FileNotFoundError:
            continue
        with data:
            left = os.fstat(data.fileno()).st_size
            yield File(snapshot.checked_name(name), left)
            while left:
                got = data.read(min(READ_BYTES, left)) or bytes(min(READ_BYTES, left))
                left -= len(got)
                yield Piece(got)


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(fd, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(fd)


def _prove(path: Path, key: CopyKey) -> int:
    """Read all of it back from the disk; its size. Refusal "copy.damaged"."""
    for _part in open_copy(_read(path), lambda _head: key):
        pass
    return path.stat().st_size


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while data := file.read(READ_BYTES):
                yield data
    except FileNotFoundError as error:
        raise Refusal("file.missing", path=path) from error
    except OSError as error:
        raise Refusal("file.unreadable", path=path) from error


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


@dataclass
class _Opened:
    """A copy that is being read: its key, its manifest, and the parts that follow."""

    key: CopyKey
    manifest: Manifest
    parts: Iterator[Part]


def _open(file: Path, words: str) -> _Opened:
    tidy = tidy_copy_words(words)
    keys: list[CopyKey] = []

    def key_of(head: Head) -> CopyKey:
        keys.append(CopyKey(head.params, head.salt, stretch(tidy, head.salt, head.params)))
        return keys[0]

    parts = open_copy(_read(file), key_of, file)
    first = next(parts, None)
    if not isinstance(first, Manifest):
        raise Refusal("copy.damaged")
    return _Opened(keys[0], first, parts)


class _Folder:
    """Takes the files of a copy into a folder (store.snapshot.Taker), or with None only counts them."""

    def __init__(self, folder: Path | None) -> None:
        self.count = 0
        self._folder = folder
        self._left = 0
        self._path: Path | None = None

    def begin(self, name: str, size_bytes: int) -> None:
        """A file follows. Refusal "copy.damaged" where the last one is not whole, or this one comes twice."""
        self.end()
        self.count, self._left = self.count + 1, size_bytes
        if self._folder is not None:
            self._path = self._folder / name
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists():
                raise Refusal("copy.damaged")
            self._path.touch(mode=0o600)

    def more(self, data: bytes) -> None:
        """Its next bytes. Refusal "copy.damaged" beyond its size."""
        self._left -= len(data)
        if self._left < 0:
            raise Refusal("copy.damaged")
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())

    def end(self) -> None:
        """Nothing more of it comes. Refusal "copy.damaged" where it is not whole."""
        if self._left:
            raise Refusal("copy.damaged")


def check(file: Path, words: str, home: Path | None) -> CopyFound:
    """Open a copy with its words and look at all that is in it, as the thorough doctor does; restore nothing.

    What is unpacked for that lies sealed, under a key that nobody keeps, in a folder of its own, and is gone
    afterwards. Refusals "words.*", "copy.*", "home.full".
    """
    opened = _open(file, words)
    scratch = Path(
        tempfile.mkdtemp(prefix="proving-", dir=home if home is not None and home.is_dir() else None)
    )
    try:
        return _looked_into(opened, scratch / "proving.db")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _looked_into(opened: _Opened, path: Path) -> CopyFound:
    loaded = features.load()
    store = Store.open(path, secrets.token_bytes(KEY_BYTES), views=all_views(loaded))
    core = Core(store, loaded)
    me, files = opened.manifest.identity, _Folder(None)
    try:
        with store.write() as db:
            snapshot.load(db, opened.manifest, opened.parts, files, core.views)
        with store.write() as db:
            views.rebuild(db, core.views, lambda op: opening.reopen(db, core.registry, op, me))
        with store.write() as db:
            findings = checkup.deep(
                db, lambda op: opening.reopen(db, core.registry, op, me), core.views, files=False
            )
            found = snapshot.contents(db, me, files.count)
    finally:
        store.close()
        wipe(path)
    return CopyFound(opened.manifest.name, opened.manifest.made_ms, found, tuple(findings))


def restore(
    home: Home,
    file: Path,
    words: str,
    *,
    passphrase: str | None,
    remember: bool,
    lost: bool,
    now_ms: int,
    entropy: Entropy,
    memory_total_bytes: int,
) -> tuple[bytes, bytes]:
    """Bring a copy back into a home in which nobody is; the caller holds its lock.

    Returns the store's key and the person's id.

    The home exists only once everything is in it: until then a crash leaves sealed leftovers, which the next
    try takes away. Refusals "home.exists", "words.*", "copy.*", "passphrase.*", "home.full".
    """
    if home.exists() or home.store_path.exists():
        raise Refusal("home.exists", path=home.path)
    home.check_way(passphrase, remember)
    opened = _open(file, words)
    coming = home.path / COMING_NAME
    _clear(home)
    key = entropy.take(KEY_BYTES)
    done = False
    try:
        _bring(opened, coming, key, home.path, lost, now_ms, entropy)
        coming.replace(home.store_path)
        home.seal(key, passphrase, remember, entropy, memory_total_bytes)
        done = True
    except OSError as error:
        raise Refusal("home.unwritable", path=home.path) from error
    finally:
        if not done:
            _clear(home)
            wipe(home.store_path)
    return key, opened.manifest.identity


def _clear(home: Home) -> None:
    """Take away what a restore left that did not come to its end; nobody has its key."""
    for end in ("", "-wal", "-shm", "-journal"):
        wipe(home.path / (COMING_NAME + end))
    shutil.rmtree(home.path / snapshot.FOLDER, ignore_errors=True)


def _bring(
    opened: _Opened, coming: Path, key: bytes, folder: Path, lost: bool, now_ms: int, entropy: Entropy
) -> None:
    loaded = features.load()
    store = Store.open(coming, key, views=all_views(loaded))
    core = Core(store, loaded)
    try:
        with store.write() as db:
            snapshot.load(db, opened.manifest, opened.parts, _Folder(folder), core.views)
        core.handle(ComeBack(opened.manifest.identity, lost), now_ms, entropy)
        with store.write() as db:
            views.rebuild(db, core.views, lambda op: core.open_op(db, op))
            chest.put_secret(db, COPY_KEY, encode(opened.key))
            if checkup.quick(db):
                raise Refusal("copy.damaged")
        store.checkpoint()
    finally:
        store.close()
