# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of pictures and files: one file per blob in the folder `pieces` of a home, or in memory.

Layout of a file, named by the blob's id in hexadecimal:

    sealed pieces, the i-th at i x (piece_bytes + 16) ‖ the nodes of the Merkle tree by levels, 32 bytes each

Holes stand where pieces aren't here yet; which ones are, says the table `blobs` alone, and it says so only
once the bytes are on the disk (`sync` before COMMIT). A file without a row there is left over from a crash:
`clean` removes it at the next opening. All bytes are sealed with the blob's key, which stands in the database
only: without it they are noise, so nothing is overwritten before a file is removed.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from edgewise.ground.errors import Refusal

FOLDER: Final = "pieces"
_FRESH: Final = ".new"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MEMORY_FREE_BYTES: Final = 1 << 40

Put = Callable[[bytes], None]


class PieceFiles(Protocol):
    """Where the bytes of blobs are. Reading may be done from any thread, the rest from the core's.

    What writes raises Refusal "home.full" or "home.unwritable".
    """

    def read(self, blob: bytes, at: int, size: int) -> bytes:
        """The bytes at a place; fewer where the file ends or is not here."""
        ...

    def write(self, blob: bytes, at: int, data: bytes) -> None:
        """Put bytes at a place; they are on the disk after `sync`."""
        ...

    def sync(self, blob: bytes) -> None:
        """Bring what was written to the disk."""
        ...

    def remove(self, blob: bytes) -> None:
        """Let go of all bytes of a blob; none here changes nothing."""
        ...

    def fresh(self) -> "Fresh":
        """A new file that gets its name at the end; from any thread."""
        ...

    def names(self) -> list[bytes]:
        """The ids of all files that are here, sorted."""
        ...

    def clean(self, known: frozenset[bytes]) -> int:
        """Remove what a crash left over: all but the files of `known`. Returns how many."""
        ...

    def free_bytes(self) -> int:
        """How much more the disk takes."""
        ...


class Fresh(Protocol):
    """A file that is being written for the first time, from its beginning to its end."""

    def put(self, data: bytes) -> None:
        """Append bytes."""
        ...

    def keep(self, blob: bytes) -> None:
        """All is written: bring it to the disk under its name."""
        ...

    def drop(self) -> None:
        """Not wanted any more; after `keep` it changes nothing."""
        ...


@contextmanager
def _spoken(path: Path) -> Iterator[None]:
    """Errors of the disk as Refusals."""
    try:
        yield
    except OSError as error:
        code = "home.full" if error.errno in _FULL else "home.unwritable"
        raise Refusal(code, path=path) from error


def _sync_file(file: BinaryIO) -> None:
    file.flush()
    getattr(os, "fdatasync", os.fsync)(file.fileno())


def _sync_folder(path: Path) -> None:
    """Bring a new name to the disk; Windows offers nothing for it."""
    if sys.platform != "win32":
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


class DiskPieces:
    """Files in a folder that only its owner can read; made with the first one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._new: dict[bytes, None] = {}
        self._count = 0

    def path(self, blob: bytes) -> Path:
        """The file of one blob."""
        return self.folder / blob.hex()

    def read(self, blob: bytes, at: int, size: int) -> bytes:
        """See `PieceFiles.read`."""
        try:
            with self.path(blob).open("rb", buffering=0) as file:
                file.seek(at)
                return _read_all(file, size)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise Refusal("file.unreadable", path=self.path(blob)) from error

    def write(self, blob: bytes, at: int, data: bytes) -> None:
        """See `PieceFiles.write`."""
        path = self.path(blob)
        with _spoken(self.folder):
            if not path.exists():
                self._make(path)
                self._new[blob] = None
            with path.open("r+b", buffering=0) as file:
                file.seek(at)
                rest = memoryview(data)
                while rest:
                    rest = rest[file.write(rest) :]

    def _make(self, path: Path) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def sync(self, blob: bytes) -> None:
        """See `PieceFiles.sync`."""
        with _spoken(self.folder):
            with self.path(blob).open("r+b", buffering=0) as file:
                _sync_file(file)
            if blob in self._new:
                _sync_folder(self.folder)
                del self._new[blob]

    def remove(self, blob: bytes) -> None:
        """See `PieceFiles.remove`."""
        self._new.pop(blob, None)
        with _spoken(self.folder):
            try:
                self.path(blob).unlink(missing_ok=True)
            except (
                PermissionError
            ):  # Windows: somebody reads it just now; `clean` takes it at the next opening
                return

    def fresh(self) -> "Fresh":
        """See `PieceFiles.fresh`."""
        self._count += 1
        with _spoken(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{os.getpid()}-{id(self):x}-{self._count}{_FRESH}"
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            return _FreshFile(os.fdopen(fd, "wb", buffering=0), path, self)

    def names(self) -> list[bytes]:
        """See `PieceFiles.names`."""
        if not self.folder.is_dir():
            return []
        found = (each.name for each in self.folder.iterdir())
        return sorted(bytes.fromhex(name) for name in found if _is_id(name))

    def clean(self, known: frozenset[bytes]) -> int:
        """See `PieceFiles.clean`."""
        if not self.folder.is_dir():
            return 0
        left = [
            each
            for each in self.folder.iterdir()
            if each.name.endswith(_FRESH) or (_is_id(each.name) and bytes.fromhex(each.name) not in known)
        ]
        with _spoken(self.folder):
            for each in left:
                each.unlink(missing_ok=True)
        return len(left)

    def free_bytes(self) -> int:
        """See `PieceFiles.free_bytes`; what a person without special rights may use."""
        if sys.platform == "win32":
            return _MEMORY_FREE_BYTES
        here = self.folder if self.folder.is_dir() else self.folder.parent
        try:
            found = os.statvfs(here)
        except OSError:  # where the disk does not say, writing will
            return _MEMORY_FREE_BYTES
        return found.f_bavail * found.f_frsize


class _FreshFile:
    """A file of `DiskPieces` under a name of its own until it is whole."""

    def __init__(self, file: BinaryIO, path: Path, pieces: DiskPieces) -> None:
        self._file = file
        self._path = path
        self._pieces = pieces

    def put(self, data: bytes) -> None:
        """See `Fresh.put`."""
        with _spoken(self._pieces.folder):
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]

    def keep(self, blob: bytes) -> None:
        """See `Fresh.keep`."""
        with _spoken(self._pieces.folder):
            _sync_file(self._file)
            self._file.close()
            self._path.replace(self._pieces.path(blob))
            _sync_folder(self._pieces.folder)

    def drop(self) -> None:
        """See `Fresh.drop`."""
        with _spoken(self._pieces.folder):
            self._file.close()
            self._path.unlink(missing_ok=True)


class MemoryPieces:
    """The same in memory. `lose_unsynced` is a power cut: what was written after the last sync is gone."""

    def __init__(self) -> None:
        self._files: dict[bytes, bytearray] = {}
        self._synced: dict[bytes, bytes] = {}
        self._free_bytes = _MEMORY_FREE_BYTES

    def read(self, blob: bytes, at: int, size: int) -> bytes:
        """See `PieceFiles.read`."""
        return bytes(self._files.get(blob, b"")[at : at + size])

    def write(self, blob: bytes, at: int, data: bytes) -> None:
        """See `PieceFiles.write`."""
        if len(data) > self._free_bytes:
            raise Refusal("home.full")
        file = self._files.setdefault(blob, bytearray())
        if len(file) < at:
            file.extend(bytes(at - len(file)))
        file[at : at + len(data)] = data

    def sync(self, blob: bytes) -> None:
        """See `PieceFiles.sync`."""
        self._synced[blob] = bytes(self._files[blob])

    def remove(self, blob: bytes) -> None:
        """See `PieceFiles.remove`."""
        self._files.pop(blob, None)
        self._synced.pop(blob, None)

    def fresh(self) -> "Fresh":
        """See `PieceFiles.fresh`."""
        return _FreshMemory(self)

    def names(self) -> list[bytes]:
        """See `PieceFiles.names`."""
        return sorted(self._files)

    def clean(self, known: frozenset[bytes]) -> int:
        """See `PieceFiles.clean`."""
        left = [blob for blob in self.names() if blob not in known]
        for blob in left:
            self.remove(blob)
        return len(left)

    def free_bytes(self) -> int:
        """See `PieceFiles.free_bytes`."""
        return self._free_bytes

    def leave_free(self, free_bytes: int) -> None:
        """From now on there is room for so much in one write."""
        self._free_bytes = free_bytes

    def lose_unsynced(self) -> None:
        """The current fails."""
        self._files = {blob: bytearray(data) for blob, data in self._synced.items()}


class _FreshMemory:
    """A file of `MemoryPieces` before it has its name."""

    def __init__(self, pieces: MemoryPieces) -> None:
        self._pieces = pieces
        self._data = bytearray()

    def put(self, data: bytes) -> None:
        """See `Fresh.put`."""
        if len(data) > self._pieces.free_bytes():
            raise Refusal("home.full")
        self._data += data

    def keep(self, blob: bytes) -> None:
        """See `Fresh.keep`."""
        self._pieces.remove(blob)
        self._pieces.write(blob, 0, bytes(self._data))
        self._pieces.sync(blob)

    def drop(self) -> None:
        """See `Fresh.drop`."""
        self._data.clear()


def _is_id(name: str) -> bool:
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


def _read_all(file: BinaryIO, size: int) -> bytes:
    """Up to `size` bytes; fewer only at the end of the file."""
    parts: list[bytes] = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
