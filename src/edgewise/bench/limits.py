# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the primitives allow: the same bytes hashed, verified, opened and laid into the same kind of file.

Nothing is decided here and nothing looked up: what the program does beyond this is its own price. The file is
sealed and written through like a home's (store.db); its rows have the shelf's own indexes.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from edgewise.keys.labels import Label
from edgewise.keys.sealing import TAG_BYTES
from edgewise.log.op import SALT_BYTES, Header, unpad
from edgewise.store.db import KEY_BYTES, Store
from edgewise.store.rows import rows
from edgewise.sync.frames import LENGTH_BYTES, Run

_TABLES: Final = """
CREATE TABLE bare_ops (
    n INTEGER PRIMARY KEY, log_n INTEGER NOT NULL, seq INTEGER NOT NULL, id8 INTEGER NOT NULL,
    order_ms INTEGER NOT NULL, id BLOB NOT NULL, header BLOB NOT NULL, sig BLOB, payload BLOB,
    UNIQUE (log_n, seq)
) STRICT;
CREATE INDEX bare_ops_by_id ON bare_ops (id8);
CREATE TABLE bare_texts (n INTEGER PRIMARY KEY, order_ms INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE bare_words USING fts5 (text, content = '', columnsize = 0, tokenize = 'ascii');
"""
_OP: Final = (
    "INSERT INTO bare_ops (log_n, seq, id8, order_ms, id, header, sig, payload) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_TEXT: Final = "INSERT INTO bare_texts (order_ms, text) VALUES (?, ?)"
_WORDS: Final = "INSERT INTO bare_words (rowid, text) VALUES (?, ?)"
_NONCE: Final = bytes(12)
_PROBE_BYTES: Final = 600
PIECE_BYTES: Final = 128 * 1024

_runs: Final = msgspec.msgpack.Decoder(Run)
_headers: Final = msgspec.msgpack.Decoder(Header)
_bodies: Final = msgspec.msgpack.Decoder(list[Any])
_encoder: Final = msgspec.msgpack.Encoder()


class BareShelf:
    """A sealed file with the rows that nothing can do without."""

    def __init__(self, folder: Path) -> None:
        self._store = Store.open(folder / "bare", os.urandom(KEY_BYTES), views=[])
        with self._store.write() as db:
            db.execute(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, bug: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.erase_all()

    def add(self, ops: Sequence[tuple[Any, ...]], texts: Sequence[tuple[int, str]]) -> None:
        """Rows of operations and of their texts, in one transaction that is on the disk at the end."""
        with self._store.write() as db:
            db.executemany(_OP, ops)
            db.executemany(_TEXT, texts)
            db.executemany(_WORDS, texts)

    def rows(self) -> tuple[int, int]:
        """How many operations and texts lie there."""
        with self._store.reading() as db:
            ((ops, texts),) = rows(
                db, "SELECT (SELECT count(*) FROM bare_ops), (SELECT count(*) FROM bare_texts)"
            )
        return ops, texts


def take_run(shelf: BareShelf, frame: bytes, content_key: bytes, *, singly: bool = False) -> None:
    """What a received run costs at least: decode, check the encoding, hash, verify, open, insert, sync."""
    data = frame[LENGTH_BYTES + 1 :]
    run = _runs.decode(data)
    assert _encoder.encode(run) == data
    laid, texts = [], []
    for wire in run.ops:
        header = _headers.decode(wire.header)
        assert _encoder.encode(header) == wire.header
        id = hashlib.sha256(Label.OP.prefix + wire.header).digest()
        payload = wire.payload or b""
        assert hashlib.sha256(Label.PAYLOAD.prefix + payload).digest() == header.phash
        if singly or wire is run.ops[-1]:
            crypto_sign_open(wire.sig + Label.OP_SIG.prefix + id, header.log)
        text = _opened(content_key, header, payload)
        laid.append((1, header.seq, _id8(id), header.seq, id, wire.header, wire.sig, payload))
        texts.append((header.seq, text))
    shelf.add(laid, texts)


def _opened(content_key: bytes, header: Header, payload: bytes) -> str:
    context = header.space + header.log + header.seq.to_bytes(8, "big") + payload[:SALT_BYTES]
    key = hmac.digest(content_key, Label.MSG.prefix + context + b"\x01", "sha256")
    body = ChaCha20Poly1305(key).decrypt(_NONCE, payload[SALT_BYTES:], Label.MSG.prefix + context)
    _kind, _version, _wall_ms, record = _bodies.decode(unpad(body))
    return str(record[0])


def new_secret() -> bytes:
    """The 64 bytes with which `write_one` signs."""
    _public, secret = crypto_sign_seed_keypair(os.urandom(32))
    return secret


def write_one(shelf: BareShelf, secret: bytes, seq: int, body: bytes, text: str) -> None:
    """What an own post costs at least: seal, hash, sign, insert, sync. `secret` has 64 bytes."""
    key = hmac.digest(secret, seq.to_bytes(8, "big"), "sha256")
    payload = bytes(SALT_BYTES) + ChaCha20Poly1305(key).encrypt(_NONCE, body.ljust(256, b"\0"), key)
    header = _encoder.encode([1, 1, key, key, seq, key, [], [key], key, 1, len(payload), key])
    hashlib.sha256(payload).digest()
    id = hashlib.sha256(header).digest()
    sig = crypto_sign(id, secret)[:64]
    shelf.add([(0, seq, _id8(id), seq, id, header, sig, payload)], [(seq, text)])


def _id8(id: bytes) -> int:
    return int.from_bytes(id[:8], "big", signed=True)


def carry_file(folder: Path, size_bytes: int) -> tuple[float, float, float]:
    """Seconds to seal, hash, write and sync a file; to hash, write and sync it elsewhere; to open it."""
    cipher, piece = ChaCha20Poly1305(os.urandom(32)), os.urandom(PIECE_BYTES)
    nonces = [n.to_bytes(12, "big") for n in range(-(-size_bytes // PIECE_BYTES))]
    moments = [time.perf_counter()]
    _write_out(folder / "bare-here", (cipher.encrypt(nonce, piece, None) for nonce in nonces))
    moments.append(time.perf_counter())
    with (folder / "bare-here").open("rb") as sealed:
        _write_out(folder / "bare-there", (sealed.read(PIECE_BYTES + TAG_BYTES) for _ in nonces))
    moments.append(time.perf_counter())
    with (folder / "bare-there").open("rb") as sealed:
        for nonce in nonces:
            cipher.decrypt(nonce, sealed.read(PIECE_BYTES + TAG_BYTES), None)
    moments.append(time.perf_counter())
    sealing, sending, opening = (later - sooner for sooner, later in pairwise(moments))
    return sealing, sending, opening


def _write_out(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for part in parts:
            hashlib.sha256(part).digest()
            file.write(part)
        file.flush()
        os.fdatasync(file.fileno())


def loopback_s(times: int) -> list[float]:
    """How long a datagram of a small message takes from socket to socket on this computer, in s."""
    found = []
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        for _ in range(times):
            begun = time.perf_counter()
            one.sendto(bytes(_PROBE_BYTES), other.getsockname())
            other.recv(_PROBE_BYTES)
            found.append(time.perf_counter() - begun)
    return found


def forget_pages(path: Path) -> None:
    """Ask the system to drop what it holds of a file in memory, so that the next read is from the disk."""
    with suppress(OSError, AttributeError):
        file = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(file)
