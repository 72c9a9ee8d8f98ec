# SPDX-License-Identifier: AGPL-3.0-or-later
"""A long sealed stream in chunks of 64 KiB: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015).

Each chunk is ChaCha20-Poly1305 under one key, with the nonce counter (11 bytes) and last flag (1 byte). So a
chunk that is missing, moved, doubled or cut off, and a stream that ends early or goes on, do not open.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import BUNDLE_MAX_BYTES, STREAM_CHUNK_BYTES
from edgewise.keys.hashing import expand
from edgewise.keys.labels import Label
from edgewise.keys.sealing import TAG_BYTES

SEALED_CHUNK_BYTES: Final = STREAM_CHUNK_BYTES + TAG_BYTES


def _nonce(counter: int, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + bytes((last,))


def _blocks(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The bytes of the pieces in blocks of `size`, each with whether it is the last one.

    Only the last block is shorter; it is empty only where there are no bytes at all.
    """
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) > size:
            yield bytes(buffer[:size]), False
            del buffer[:size]
    yield bytes(buffer), True


def seal_chunks(key: bytes, ad: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The plaintext pieces (cut anyhow) as sealed chunks of 65,552 bytes, the last one shorter.

    `key` (32 bytes) is used for one stream only; `ad` binds the stream to its purpose.
    """
    cipher = ChaCha20Poly1305(expand(key, Label.STREAM))
    for counter, (block, last) in enumerate(_blocks(chunks, STREAM_CHUNK_BYTES)):
        yield cipher.encrypt(_nonce(counter, last), block, ad)


def open_chunks(
    key: bytes, ad: bytes, chunks: Iterable[bytes], *, max_bytes: int = BUNDLE_MAX_BYTES
) -> Iterator[bytes]:
    """The plaintext of a sealed stream, whose bytes may come cut anyhow.

    What is yielded is genuine and in its place; that the stream is whole is known only when the iterator has
    ended without a Verdict: "stream.bad" (altered, moved, doubled, cut off) or "stream.too_big".
    """
    cipher = ChaCha20Poly1305(expand(key, Label.STREAM))
    total_bytes = 0
    for counter, (block, last) in enumerate(_blocks(chunks, SEALED_CHUNK_BYTES)):
        total_bytes += len(block)
        if total_bytes > max_bytes:
            raise Verdict("stream.too_big", limit_bytes=max_bytes)
        if len(block) < TAG_BYTES or (counter and len(block) == TAG_BYTES):
            raise Verdict("stream.bad")  # shorter than a chunk can be, or an empty one that nobody seals
        try:
            plain = cipher.decrypt(_nonce(counter, last), block, ad)
        except InvalidTag as error:
            raise Verdict("stream.bad") from error
        yield plain
