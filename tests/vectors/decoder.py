# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second reader of operations, epochs and chains, written from the pages in spec/ alone.

It has no library and nothing of the package: MessagePack by hand, SHA-256 and HMAC. It checks all that needs
no signature and no cipher, and raises ValueError for anything that breaks a rule.
"""

import hashlib
import hmac
from itertools import pairwise
from typing import Any

ZERO = bytes(32)
U63 = 2**63


def label(purpose: str) -> bytes:
    """What each hash, MAC and derivation begins with."""
    return b"edgewise/v1/" + purpose.encode() + b"\0"


def need(held: bool, rule: str) -> None:
    """Raises ValueError with the rule that is broken."""
    if not held:
        raise ValueError(rule)


def unpack(data: bytes) -> Any:
    """The value of canonical bytes (OP-1): shortest forms only, nothing behind the end."""
    value, end = _value(data, 0)
    need(end == len(data), "OP-1: bytes behind the end")
    return value


def _take(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    need(at + size <= len(data), "OP-1: cut off")
    return data[at : at + size], at + size


def _number(data: bytes, at: int, size: int, least: int) -> tuple[int, int]:
    raw, at = _take(data, at, size)
    number = int.from_bytes(raw, "big")
    need(number >= least, "OP-1: longer than needed")
    return number, at


def _value(data: bytes, at: int) -> tuple[Any, int]:
    (first,), at = _take(data, at, 1)
    if first <= 0x7F:
        return first, at
    if 0x90 <= first <= 0x9F:
        return _items(data, at, first & 15)
    if 0xA0 <= first <= 0xBF:
        return _text(data, at, first & 31)
    if first in (0xC2, 0xC3):
        return first == 0xC3, at
    heads = {
        **{0xC4 + n: ("bin", 1 << n, (0, 1 << 8, 1 << 16)[n]) for n in range(3)},
        **{0xCC + n: ("uint", 1 << n, (128, 1 << 8, 1 << 16, 1 << 32)[n]) for n in range(4)},
        **{0xD9 + n: ("text", 1 << n, (32, 1 << 8, 1 << 16)[n]) for n in range(3)},
        **{0xDC + n: ("array", 2 << n, (16, 1 << 16)[n]) for n in range(2)},
    }
    need(first in heads, f"OP-1: a value that begins with {first:#x}")
    kind, size, least = heads[first]
    number, at = _number(data, at, size, least)
    if kind == "uint":
        return number, at
    if kind == "bin":
        return _take(data, at, number)
    return _text(data, at, number) if kind == "text" else _items(data, at, number)


def _text(data: bytes, at: int, size: int) -> tuple[str, int]:
    raw, at = _take(data, at, size)
    return raw.decode("utf-8"), at


def _items(data: bytes, at: int, count: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(count):
        item, at = _value(data, at)
        items.append(item)
    return items, at


def digest(purpose: str, *parts: bytes) -> bytes:
    """H(label, parts)."""
    return hashlib.sha256(label(purpose) + b"".join(parts)).digest()


def mac(key: bytes, purpose: str, message: bytes) -> bytes:
    """MAC(key, label, message)."""
    return hmac.digest(key, label(purpose) + message, "sha256")


def derived(key: bytes, purpose: str, context: bytes = b"") -> bytes:
    """KDF(key, label, context): one block of HKDF-Expand."""
    return hmac.digest(key, label(purpose) + context + b"\x01", "sha256")


def _uint(value: Any, below: int = U63) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def _ids(value: Any, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most and all(_bin32(one) for one in value)


def _bin32(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 32


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_plain(one) for one in value)
    return _uint(value, 2**64) or isinstance(value, bytes)


def header(data: bytes) -> list[Any]:
    """The fields of a header that keeps OP-1 to OP-4 and OP-16."""
    need(len(data) <= 2048, "OP-2: too long")
    fields = unpack(data)
    need(isinstance(fields, list) and len(fields) >= 12, "OP-2: fewer than twelve fields")
    v, suite, space, log, seq, prev, deps, cheads, epoch, cls, plen, phash = fields[:12]
    need(all(map(_uint, (v, suite, seq, cls))) and _uint(plen, 73_761), "OP-2: numbers")
    need(all(map(_bin32, (space, log, prev, epoch, phash))), "OP-2: 32 bytes")
    need(_ids(deps, 16) and _ids(cheads, 8), "OP-2: references")
    need(suite == 1 and v >= 1, "OP-16: suite or version")
    need(len(fields) == 12 if v == 1 else _plain(fields[12:]), "OP-16: behind the twelfth field")
    need(v > 1 or cls in (0, 1, 3), "OP-2: class")
    need(all(ids == sorted(set(ids)) for ids in (deps, cheads)), "OP-3: order")
    need((seq == 0) == (prev == ZERO), "OP-4: prev")
    need(space != ZERO or (seq, cls, deps, cheads) == (0, 0, [], []), "OP-4: genesis")
    return fields


def operation(data: bytes, sig: bytes, payload: bytes | None) -> tuple[bytes, bytes, list[Any]]:
    """(id, space, fields) of an operation as it comes over a wire (OP-5, OP-9)."""
    fields = header(data)
    id_ = digest("op", data)
    if payload is not None:
        need(len(payload) == fields[10] and digest("payload", payload) == fields[11], "OP-9: payload")
    need(fields[9] != 0 or (len(sig) == 64 and payload is not None), "OP-9: control")
    return id_, id_ if fields[2] == ZERO else fields[2], fields


def run(ops: list[list[Any]]) -> None:
    """A run keeps OP-14, as far as hashes go."""
    need(1 <= len(ops) <= 256, "OP-14: length")
    read = [operation(*op) for op in ops]
    for (before, space, old), (_, same_space, new) in pairwise(read):
        need(new[3] == old[3] and same_space == space, "OP-14: two logs")
        need(new[4] == old[4] + 1 and new[5] == before, "OP-14: links")
    need(len(ops[-1][1]) == 64, "OP-14: unsigned")


def fork(proof: list[bytes]) -> int:
    """The seq of a fork proof (OP-15), as far as hashes go."""
    one, other = header(proof[0]), header(proof[2])
    need(one[3:5] == other[3:5] and proof[0] != proof[2], "OP-15: no fork")
    return int(one[4])


def commitments(secret: bytes) -> list[bytes]:
    """The four commitments of a secret (EPOCH-1, EPOCH-2)."""
    return [mac(derived(secret, one), "commit", b"") for one in ("content", "control", "access", "tag")]


def epoch_id(space: bytes, log: bytes, seq: int, commits: list[bytes]) -> bytes:
    """EPOCH-3."""
    return digest("epoch-id", space, log, seq.to_bytes(8, "big"), *commits)


def gift(data: bytes, space: bytes) -> None:
    """A key that is handed over keeps EPOCH-7."""
    epoch, log, seq, secret, control, commits = unpack(data)
    place = space if seq else ZERO
    need(epoch_id(place, log, seq, commits) == epoch, "EPOCH-7: epoch")
    need(mac(control, "commit", b"") == commits[1], "EPOCH-7: control")
    need(secret == b"" or commitments(secret) == commits, "EPOCH-7: secret")


def root(pairs: list[list[bytes]]) -> bytes:
    """The recipients' root (EPOCH-11)."""
    leaves = [digest("merkle-leaf", *pair) for pair in sorted(pairs)]
    return _subtree(leaves) if leaves else ZERO


def _subtree(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return digest("merkle-node", _subtree(hashes[:split]), _subtree(hashes[split:]))
