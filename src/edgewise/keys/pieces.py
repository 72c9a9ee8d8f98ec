# SPDX-License-Identifier: AGPL-3.0-or-later
"""A blob: a picture or a file, cut into pieces that are sealed one by one (spec/pieces.md, protocol.md C10).

STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with ChaCha20-Poly1305 under a key that is random for each
blob, so that equal files never look alike: nonce = 11-byte counter ‖ last flag; the associated data names the
blob and the number of its pieces. ChaCha20-Poly1305 does not commit to its key, so the id of a blob does: it
is a hash over the Merkle root of the sealed pieces, a commitment to the key, and the size. Whoever lacks the
key can name no blob of others as their own.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import (
    BLOB_PADDING_MIN_BYTES,
    FILE_MAX_BYTES,
    PIECE_LARGE_BYTES,
    PIECE_SMALL_BELOW_BYTES,
    PIECE_SMALL_BYTES,
)
from edgewise.ground.padding import padded_bytes
from edgewise.keys.hashing import digest, expand, mac
from edgewise.keys.labels import Label
from edgewise.keys.sealing import KEY_BYTES, TAG_BYTES

NONCE_BYTES: Final = 16
SIZE_BYTES: Final = 8


@dataclass(frozen=True)
class Shape:
    """How a file of `size_bytes` is cut: all follows from its size (PIECE-1, PIECE-2)."""

    size_bytes: int

    def __post_init__(self) -> None:
        assert 0 <= self.size_bytes <= FILE_MAX_BYTES, self.size_bytes

    @cached_property
    def padded_bytes(self) -> int:
        """The size class: what is sealed in all."""
        return max(BLOB_PADDING_MIN_BYTES, padded_bytes(self.size_bytes))

    @cached_property
    def piece_bytes(self) -> int:
        """Plaintext of every piece but the last."""
        return PIECE_SMALL_BYTES if self.size_bytes < PIECE_SMALL_BELOW_BYTES else PIECE_LARGE_BYTES

    @cached_property
    def total(self) -> int:
        """How many pieces there are; at least one."""
        return -(-self.padded_bytes // self.piece_bytes)

    @cached_property
    def sealed_bytes(self) -> int:
        """All sealed pieces together."""
        return self.padded_bytes + self.total * TAG_BYTES

    def plain_bytes(self, index: int) -> int:
        """Plaintext of one piece, with its padding."""
        return min(self.piece_bytes, self.padded_bytes - index * self.piece_bytes)

    def offset(self, index: int) -> int:
        """Where a sealed piece begins, when all stand one after another."""
        return index * (self.piece_bytes + TAG_BYTES)

    def piece_sealed_bytes(self, index: int) -> int:
        """The length of one sealed piece."""
        return self.plain_bytes(index) + TAG_BYTES


class PieceCipher:
    """Seals and opens the pieces of one blob. `key` is 32 random bytes that seal one blob only."""

    def __init__(self, key: bytes, shape: Shape) -> None:
        assert len(key) == KEY_BYTES, len(key)
        self.shape = shape
        nonce = expand(key, Label.PIECE_NONCE, n=NONCE_BYTES)
        self._cipher = ChaCha20Poly1305(expand(key, Label.PIECE_KEY))
        self._ad = Label.PIECE_KEY.prefix + nonce + shape.total.to_bytes(SIZE_BYTES, "big")

    def _nonce(self, index: int) -> bytes:
        return index.to_bytes(11, "big") + bytes((index == self.shape.total - 1,))

    def seal(self, index: int, plain: bytes) -> bytes:
        """One sealed piece; `plain` is what the file has there, and is filled up with zeros."""
        assert len(plain) <= self.shape.plain_bytes(index), (index, len(plain))
        padded = plain.ljust(self.shape.plain_bytes(index), b"\0")
        return self._cipher.encrypt(self._nonce(index), padded, self._ad)

    def open(self, index: int, sealed: bytes) -> bytes:
        """What the file has in this piece, without padding. Raises Verdict "piece.bad"."""
        try:
            padded = self._cipher.decrypt(self._nonce(index), sealed, self._ad)
        except InvalidTag as error:
            raise Verdict("piece.bad", reason="does not open") from error
        return padded[: max(0, self.shape.size_bytes - index * self.shape.piece_bytes)]


def address(sealed: bytes) -> bytes:
    """The 32-byte address of a sealed piece: the leaf of its blob's Merkle tree."""
    return digest(Label.PIECE, sealed)


def blob_id(root: bytes, key: bytes, size_bytes: int) -> bytes:
    """The 32-byte id of a blob; it fixes the pieces, the key and the size (PIECE-6)."""
    commit = mac(key, Label.BLOB_COMMIT, root)
    return digest(Label.BLOB_ID, root, commit, size_bytes.to_bytes(SIZE_BYTES, "big"))
