# SPDX-License-Identifier: AGPL-3.0-or-later
"""A home: the folder of one person, its lock, and the key of its store.

The store's key is random. It is kept sealed, once per way to open it: under the stretched passphrase, and
where the person chose "remember on this computer", under a key file that only they can read. Whoever has
that file and the folder can read everything; so it is never made unasked.
"""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin16, Bin32, Record, Uint
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import PASSPHRASE_MIN_CHARS
from edgewise.keys.hashing import expand, mac, same
from edgewise.keys.labels import Label
from edgewise.keys.sealing import TAG_BYTES, seal, unseal
from edgewise.keys.stretch import SALT_BYTES, StretchParams, params_for, stretch
from edgewise.store.db import KEY_BYTES, wipe
from edgewise.store.piece_files import FOLDER

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

STORE_NAME: Final = "edgewise.db"
_KEYS_NAME: Final = "keys"
_FILE_NAME: Final = "device.key"
_LOCK_NAME: Final = "lock"
_NOTE_NAME: Final = "node"
COMING_NAME: Final = "coming.db"
"""The store while a safe copy is brought back; it gets its name when it is whole."""
_STORES: Final = tuple(name + end for name in (STORE_NAME, COMING_NAME) for end in ("", "-wal", "-shm"))
_NAMES: Final = (_FILE_NAME, _KEYS_NAME, _NOTE_NAME, *_STORES)

_NONE: Final = StretchParams(8, 1, 1)  # what stands in a wrap that no passphrase opens

_Sealed = Annotated[bytes, Meta(min_length=KEY_BYTES + TAG_BYTES, max_length=KEY_BYTES + TAG_BYTES)]


class _Wrap(Record, frozen=True):
    """The store's key, sealed under one key; `commit` tells a wrong one from a damaged file."""

    way: Annotated[str, Meta(pattern=r"^(passphrase|file)\Z")]
    params: StretchParams
    salt: Bin16
    commit: Bin32
    sealed: _Sealed


class _Keys(Record, frozen=True):
    version: Uint
    wraps: Annotated[tuple[_Wrap, ...], Meta(min_length=1, max_length=2)]


class NodeNote(Record, frozen=True):
    """Where the running node of a home is reached: its loopback port, the home's token, its page's path."""

    port: Annotated[int, Meta(ge=1, le=65535)]
    token: str
    path: str


class Home:
    """One folder, readable by its owner only."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock_fd: int | None = None

    @property
    def store_path(self) -> Path:
        """The file of the store."""
        return self.path / STORE_NAME

    def exists(self) -> bool:
        """Whether somebody began here."""
        return (self.path / _KEYS_NAME).is_file()

    def create(
        self, passphrase: str | None, remember: bool, entropy: Entropy, memory_total_bytes: int
    ) -> bytes:
        """Begin a home; returns the store's 32-byte key.

        Raises Refusal "home.exists", "home.unwritable", or "passphrase.*": there must be a way to open it.
        """
        if self.exists() or self.store_path.exists():
            raise Refusal("home.exists", path=self.path)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise Refusal("home.unwritable", path=self.path) from error
        key = entropy.take(KEY_BYTES)
        self.seal(key, passphrase, remember, entropy, memory_total_bytes)
        return key

    def unlock(self, passphrase: str | None) -> bytes:
        """The store's key, by passphrase, or without one by the key file.

        Raises Refusal "home.missing", "passphrase.needed", "passphrase.wrong" or "store.damaged".
        """
        keys = self._keys()
        if passphrase is None:
            if not self.remembered() or all(wrap.way != "file" for wrap in keys.wraps):
                raise Refusal("passphrase.needed")
            secret = _read(self.path / _FILE_NAME)
            if len(secret) != KEY_BYTES:
                raise Refusal("store.damaged")
            return _open(keys, "file", lambda wrap: secret, "store.damaged")
        return _open(
            keys, "passphrase", lambda wrap: stretch(passphrase, wrap.salt, wrap.params), "passphrase.wrong"
        )

    def change_passphrase(
        self,
        old: str | None,
        new: str | None,
        remember: bool,
        entropy: Entropy,
        memory_total_bytes: int,
    ) -> None:
        """Another passphrase, or another choice about remembering, for the same key.

        Raises what `unlock` and `create` raise; the old way then still opens it.
        """
        key = self.unlock(old)
        self.seal(key, new, remember, entropy, memory_total_bytes)

    def remembered(self) -> bool:
        """Whether the home opens without a passphrase on this computer."""
        return (self.path / _FILE_NAME).is_file()

    def has_passphrase(self) -> bool:
        """Whether a passphrase opens the home."""
        return any(wrap.way == "passphrase" for wrap in self._keys().wraps)

    def lock(self) -> None:
        """Take the home for this process until `release`. Refusal "home.in_use" where another has it."""
        assert self._lock_fd is None, "locked twice"
        try:
            fd = os.open(self.path / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refusal("home.unwritable", path=self.path) from error
        try:
            _lock_file(fd)
        except OSError as error:
            os.close(fd)
            raise Refusal("home.in_use", path=self.path) from error
        self._lock_fd = fd

    def release(self) -> None:
        """Let go of the home; the end of the process does it too."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def write_node_note(self, port: int, token: str, path: str) -> None:
        """Say where the running node is reached, to programs of the same person."""
        _write(self.path / _NOTE_NAME, canon.encode(NodeNote(port, token, path)))

    def node_note(self) -> NodeNote | None:
        """Where the node of this home was last reached, or None; it may have ended since."""
        try:
            return canon.decode(NodeNote, (self.path / _NOTE_NAME).read_bytes())
        except (OSError, Verdict):
            return None

    def drop_node_note(self) -> None:
        """The node ends: nobody is to look for it any more."""
        (self.path / _NOTE_NAME).unlink(missing_ok=True)

    def erase(self) -> None:
        """Erase all of this home, the keys first: without them the rest is noise. Close the store before."""
        self.release()
        for name in _NAMES:
            wipe(self.path / name)
        (self.path / _LOCK_NAME).unlink(missing_ok=True)
        _drop_folder(self.path / FOLDER)
        if self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()

    def _keys(self) -> _Keys:
        if not self.exists():
            raise Refusal("home.missing", path=self.path)
        try:
            return canon.decode(_Keys, _read(self.path / _KEYS_NAME))
        except Verdict as verdict:
            raise Refusal("store.damaged") from verdict

    def check_way(self, passphrase: str | None, remember: bool) -> None:
        """Raises Refusal "passphrase.*" where this would be no way to open a home."""
        if passphrase is not None and len(passphrase) < PASSPHRASE_MIN_CHARS:
            raise Refusal("passphrase.too_short", limit_chars=PASSPHRASE_MIN_CHARS)
        if passphrase is None and not remember:
            raise Refusal("passphrase.needed")

    def seal(
        self, key: bytes, passphrase: str | None, remember: bool, entropy: Entropy, memory_total_bytes: int
    ) -> None:
        """Seal the key anew in each chosen way. One file is replaced at once: a crash leaves old or new.

        From then on there is a home here. Raises what `check_way` raises, or "home.unwritable".
        """
        self.check_way(passphrase, remember)
        wraps = []
        if passphrase is not None:
            salt, params = entropy.take(SALT_BYTES), params_for(memory_total_bytes)
            wraps.append(_wrap(key, "passphrase", stretch(passphrase, salt, params), salt, params))
        if remember:
            wraps.append(_wrap(key, "file", self._file_secret(entropy), entropy.take(SALT_BYTES), _NONE))
        _write(self.path / _KEYS_NAME, canon.encode(_Keys(1, tuple(wraps))))
        if not remember:
            wipe(self.path / _FILE_NAME)

    def _file_secret(self, entropy: Entropy) -> bytes:
        """The key file's secret. One that is there stays: what is sealed under it must open till then."""
        path = self.path / _FILE_NAME
        if path.is_file() and len(secret := _read(path)) == KEY_BYTES:
            return secret
        secret = entropy.take(KEY_BYTES)
        _write(path, secret)
        return secret


def _drop_folder(path: Path) -> None:
    """The pieces of pictures and files: noise, now that the keys are gone."""
    if path.is_dir():
        for each in path.iterdir():
            each.unlink()
        path.rmdir()


def _wrap(key: bytes, way: str, secret: bytes, salt: bytes, params: StretchParams) -> _Wrap:
    kek = expand(secret, Label.DB_KEK, salt)
    return _Wrap(way, params, salt, mac(kek, Label.DB_KEY, b""), seal(kek, key, Label.DB_KEY.prefix))


def _open(keys: _Keys, way: str, secret_of: Callable[[_Wrap], bytes], wrong: str) -> bytes:
    """The store's key by one way; Refusal `wrong` where the secret is another, or nothing opens this way."""
    for wrap in keys.wraps:
        if wrap.way != way:
            continue
        kek = expand(secret_of(wrap), Label.DB_KEK, wrap.salt)
        if not same(mac(kek, Label.DB_KEY, b""), wrap.commit):
            raise Refusal(wrong)
        try:
            return unseal(kek, wrap.sealed, Label.DB_KEY.prefix)
        except Verdict as verdict:
            raise Refusal("store.damaged") from verdict
    raise Refusal(wrong)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal("file.unreadable", path=path) from error


def _write(path: Path, data: bytes) -> None:
    """Replace a file in one step, readable by its owner only."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(fd)
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        code = "home.full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "home.unwritable"
        raise Refusal(code, path=path.parent) from error


def _sync_folder(path: Path) -> None:
    """Bring a renamed name to the disk; Windows offers nothing for it."""
    if sys.platform != "win32":
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _lock_file(fd: int) -> None:
    """Lock a file for this process, or OSError at once."""
    if sys.platform == "win32":
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
