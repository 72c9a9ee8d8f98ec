# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second reader of blobs, written from spec/pieces.md alone, with ChaCha20-Poly1305 by RFC 8439.

Slow on purpose: every step is spelled out, so that the format is what the page says and not what a library
does.
"""

import hashlib
import hmac
import struct

MASK = 0xFFFFFFFF
PRIME = (1 << 130) - 5


def label(name: str) -> bytes:
    """The prefix of a label."""
    return b"edgewise/v1/" + name.encode() + b"\0"


def hashed(name: str, data: bytes) -> bytes:
    """H(label, x)."""
    return hashlib.sha256(label(name) + data).digest()


def derived(key: bytes, name: str, size: int) -> bytes:
    """KDF(k, label): HKDF-Expand, one block (RFC 5869)."""
    return hmac.new(key, label(name) + b"\1", hashlib.sha256).digest()[:size]


def padded(size: int) -> int:
    """PIECE-1: the size class."""
    if size <= 4096:
        return 4096
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return (size + step - 1) // step * step


def lengths(size: int) -> list[int]:
    """PIECE-2: how long each piece is."""
    each = 65_536 if size < 1_048_576 else 131_072
    whole = padded(size)
    return [min(each, whole - at) for at in range(0, whole, each)]


def root(addresses: list[bytes]) -> bytes:
    """PIECE-4: the Merkle tree hash, as RFC 6962 writes it."""
    if len(addresses) == 1:
        return addresses[0]
    split = 1 << ((len(addresses) - 1).bit_length() - 1)
    return hashed("piece-node", root(addresses[:split]) + root(addresses[split:]))


def climbs(piece: bytes, index: int, total: int, proof: list[bytes]) -> bytes:
    """PIECE-5: where a piece and its proof lead; b"" for a proof of a wrong length."""
    here, rest, at, last = hashed("piece", piece), list(proof), index, total - 1
    while last:
        if at % 2 or at != last:
            if not rest:
                return b""
            other = rest.pop(0)
            here = hashed("piece-node", other + here if at % 2 else here + other)
        at, last = at // 2, last // 2
    return b"" if rest else here


def blob_id(tree_root: bytes, key: bytes, size: int) -> bytes:
    """PIECE-6: the id of a blob."""
    commit = hmac.new(key, label("blob-commit") + tree_root, hashlib.sha256).digest()
    return hashed("blob-id", tree_root + commit + size.to_bytes(8, "big"))


def open_piece(key: bytes, size: int, index: int, sealed: bytes) -> bytes:
    """PIECE-3: what the file has in one piece. ValueError where it does not open."""
    total = len(lengths(size))
    nonce = index.to_bytes(11, "big") + bytes([index == total - 1])
    ad = label("piece-key") + derived(key, "piece-nonce", 16) + total.to_bytes(8, "big")
    cipher_key = derived(key, "piece-key", 32)
    body, tag = sealed[:-16], sealed[-16:]
    if _poly1305(_block(cipher_key, 0, nonce)[:32], _with_lengths(ad, body)) != tag:
        raise ValueError("the tag does not fit")
    blocks = range(1, 2 + len(body) // 64)
    stream = b"".join(_block(cipher_key, count, nonce) for count in blocks)
    plain = bytes(one ^ other for one, other in zip(body, stream, strict=False))
    start = sum(lengths(size)[:index])
    return plain[: max(0, size - start)]


def _with_lengths(ad: bytes, body: bytes) -> bytes:
    """RFC 8439, section 2.8: what the tag is over."""
    return ad + bytes(-len(ad) % 16) + body + bytes(-len(body) % 16) + struct.pack("<QQ", len(ad), len(body))


def _poly1305(key: bytes, message: bytes) -> bytes:
    """RFC 8439, section 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\1", "little")) * r % PRIME
    return ((total + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def _block(key: bytes, count: int, nonce: bytes) -> bytes:
    """RFC 8439, section 2.3: 64 bytes of ChaCha20."""
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    start += [*struct.unpack("<8I", key), count, *struct.unpack("<3I", nonce)]
    state = list(start)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            _quarter(state, a, b, c, d)
        for a, b, c, d in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            _quarter(state, a, b, c, d)
    return struct.pack("<16I", *((one + other) & MASK for one, other in zip(state, start, strict=True)))


def _quarter(state: list[int], a: int, b: int, c: int, d: int) -> None:
    for into, of, turned, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[into] = (state[into] + state[of]) & MASK
        mixed = state[turned] ^ state[into]
        state[turned] = ((mixed << by) | (mixed >> (32 - by))) & MASK
