# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chunks of a file that lives for minutes, sealed under a key that only this process has and never keeps.

ChaCha20-Poly1305 (RFC 8439); the nonce is the number of the chunk, so each number is sealed once.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from edgewise.ground.errors import Refusal
from edgewise.keys.sealing import KEY_BYTES, TAG_BYTES

CHUNK_BYTES: Final = 64 * 1024
SEALED_BYTES: Final = CHUNK_BYTES + TAG_BYTES


class ScratchCipher:
    """Seals and opens the chunks of one file; ``key`` is 32 random bytes for this file alone."""

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES, len(key)
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, number: int, plain: bytes) -> bytes:
        """Chunk ``number`` sealed; each number once."""
        return self._cipher.encrypt(number.to_bytes(12, "big"), plain, None)

    def open(self, number: int, sealed: bytes) -> bytes:
        """What was sealed as chunk ``number``; Refusal "file.unreadable" where the disk gave other bytes."""
        try:
            return self._cipher.decrypt(number.to_bytes(12, "big"), sealed, None)
        except InvalidTag as error:
            raise Refusal("file.unreadable", path="") from error
