# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file that comes in and is not yet anywhere: on the disk, sealed, gone when it is closed.

A file of 2 GB does not fit into the memory of an old computer, and must not lie open on its disk either: what
is written there stays readable long after it was deleted.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal
from edgewise.keys.scratch import CHUNK_BYTES, SEALED_BYTES, ScratchCipher
from edgewise.keys.sealing import KEY_BYTES


class Scratch(io.RawIOBase):
    """Written from beginning to end, then read anywhere. Its key is gone with it.

    Raises Refusal "home.full" where the disk takes no more.
    """

    def __init__(self, folder: Path | None, entropy: Entropy) -> None:
        super().__init__()
        self._cipher = ScratchCipher(entropy.take(KEY_BYTES))
        self._file = tempfile.TemporaryFile(dir=folder, prefix="scratch-", buffering=0)  # noqa: SIM115
        self._waiting = bytearray()
        self._chunks = 0
        self._at = 0
        self._chunk = (-1, b"")
        self.size_bytes = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def writable(self) -> bool:
        """It is, until it was read."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Add to its end."""
        self._waiting += data
        self.size_bytes += len(data)
        while len(self._waiting) >= CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]))
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def _put(self, plain: bytes) -> None:
        sealed = memoryview(self._cipher.seal(self._chunks, plain))
        try:
            while sealed:
                sealed = sealed[self._file.write(sealed) :]
        except OSError as error:
            raise Refusal("home.full") from error
        self._chunks += 1

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place of it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size_bytes}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read on from this place; up to the end of a chunk at once."""
        plain = self._opened(self._at // CHUNK_BYTES)
        start = self._at % CHUNK_BYTES
        found = plain[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _opened(self, number: int) -> bytes:
        if number >= self._chunks:
            return bytes(self._waiting) if number == self._chunks else b""
        if self._chunk[0] != number:
            self._file.seek(number * SEALED_BYTES)
            sealed = bytearray()
            while len(sealed) < SEALED_BYTES and (more := self._file.read(SEALED_BYTES - len(sealed))):
                sealed += more
            self._chunk = (number, self._cipher.open(number, bytes(sealed)))
        return self._chunk[1]

    def close(self) -> None:
        """Let go of it."""
        if not self.closed:
            self._file.close()
            self._waiting.clear()
            self._chunk = (-1, b"")
        super().close()
