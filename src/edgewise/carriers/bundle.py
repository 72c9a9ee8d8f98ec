# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bundle as a file on a disk or a stick: read within bounds, written whole or not at all.

What is inside is sealed elsewhere (sync/bundle.py); here are only bytes, names and what disks do.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from edgewise.ground.errors import Refusal
from edgewise.ground.limits import BUNDLE_MAX_BYTES, KIB

CHUNK_BYTES: Final = 64 * KIB  # held in memory at once
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def read_bundle(path: Path, limit_bytes: int = BUNDLE_MAX_BYTES) -> Iterator[bytes]:
    """The bytes of a file, at most CHUNK_BYTES at a time.

    Raises Refusal "file.missing", "file.unreadable" (no right, a folder, a device, a stick pulled out) or
    "file.too_big": before the first byte if its size says so, else once it has grown past `limit_bytes`.
    """
    try:
        with _opened(path) as handle:
            size = os.fstat(handle.fileno()).st_size
            read_bytes = 0
            while size <= limit_bytes and (chunk := handle.read(CHUNK_BYTES)):
                read_bytes += len(chunk)
                if read_bytes > limit_bytes:
                    break
                yield chunk
    except OSError as error:
        raise _read_refusal(path, error) from error
    if max(size, read_bytes) > limit_bytes:
        raise Refusal("file.too_big", path=path, limit_bytes=limit_bytes)


def bundle_size_bytes(path: Path) -> int:
    """How long the file is; the same Refusals as `read_bundle`, except "file.too_big"."""
    try:
        with _opened(path) as handle:
            return os.fstat(handle.fileno()).st_size
    except OSError as error:
        raise _read_refusal(path, error) from error


def write_bundle(
    path: Path, chunks: Iterable[bytes], limit_bytes: int = BUNDLE_MAX_BYTES, replace: bool = False
) -> int:
    """Write a file that appears under its name only when all of it is on the disk. Returns its size.

    Until then it has another name beside it, which goes away if anything fails, also in making the chunks.
    Only its owner may read it, where the disk knows owners. Raises Refusal "file.exists" unless `replace`,
    "file.too_big", "home.full" (no room), "home.unwritable" (no such folder, no right, write-protected).
    """
    if path.exists() and not replace:
        raise Refusal("file.exists", path=path)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            size = 0
            for chunk in chunks:
                size += len(chunk)
                if size > limit_bytes:
                    raise Refusal("file.too_big", path=path, limit_bytes=limit_bytes)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not replace:
            raise Refusal("file.exists", path=path)
        temporary.replace(path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        code = "home.full" if error.errno in _NO_ROOM else "home.unwritable"
        raise Refusal(code, path=path.parent) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
    return size


def _opened(path: Path) -> BinaryIO:
    """The file, if it is a plain one: opening never waits, as it would for a named pipe without a writer."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a plain file")
    return os.fdopen(handle, "rb")


def _read_refusal(path: Path, error: OSError) -> Refusal:
    missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
    return Refusal("file.missing" if missing else "file.unreadable", path=path)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where folders can be synced at all."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
