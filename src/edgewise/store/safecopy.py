# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of a safe copy: a head that anybody can read, and all else sealed (spec/safecopy.md).

    magic ‖ u16 length ‖ head ‖ STREAM chunks of (u32 length ‖ part)*

The first part says whose copy it is, the last how many parts there are; a file without its end is no copy.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Final

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin16, Bin32, Instant, Name, Record, Uint
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import (
    CHAIN_ENTRIES_MAX,
    COPY_MAX_BYTES,
    COPY_NAME_MAX_CHARS,
    COPY_PART_MAX_BYTES,
)
from edgewise.keys.hashing import expand, mac, same
from edgewise.keys.labels import Label
from edgewise.keys.stream import open_chunks, seal_chunks
from edgewise.keys.stretch import StretchParams

MAGIC_STEM: Final = b"edgewise-copy/"
MAGIC: Final = MAGIC_STEM + b"1\n"
NONCE_BYTES: Final = 32
_HEAD_LENGTH_BYTES: Final = 2
_HEAD_MAX_BYTES: Final = 256
_PART_LENGTH_BYTES: Final = 4

Label_ = Annotated[str, Meta(min_length=1, max_length=COPY_NAME_MAX_CHARS)]
Values = tuple[Any, ...]
"""Integers, texts, bytes or nothing: checked when read, since msgspec has no type for text or bytes."""


class Head(Record, frozen=True):
    """How the words become the key of this file, and the commitment that tells a wrong key from damage."""

    params: StretchParams
    salt: Bin16
    nonce: Bin32
    commit: Bin32


class CopyKey(Record, frozen=True):
    """What the words were stretched to: it makes the next copy under the same words. Kept sealed."""

    params: StretchParams
    salt: Bin16
    stretched: Bin32


class Manifest(Record, frozen=True, tag="manifest"):
    """The first part: whose copy, made when, and the version of the tables."""

    made_ms: Instant
    schema: Uint
    identity: Bin32
    name: Name
    chain: Annotated[tuple[bytes, ...], Meta(min_length=1, max_length=CHAIN_ENTRIES_MAX)]


class Table(Record, frozen=True, tag="table"):
    """From here on rows of this table, with these columns."""

    name: Label_
    columns: tuple[Label_, ...]


class Rows(Record, frozen=True, tag="rows"):
    """Rows of the table that was named last."""

    rows: tuple[Values, ...]


class Secret(Record, frozen=True, tag="secret"):
    """A secret of the chest, which seals it anew under another key after a restore."""

    name: Label_
    value: bytes


class File(Record, frozen=True, tag="file"):
    """A file of the home beside its tables, whose bytes follow."""

    name: Label_
    size_bytes: Uint


class Piece(Record, frozen=True, tag="piece"):
    """The next bytes of the file that was named last."""

    data: bytes


class End(Record, frozen=True, tag="end"):
    """The last part: how many came before it."""

    parts: Uint


Part = Manifest | Table | Rows | Secret | File | Piece | End


def _file_key(key: CopyKey, nonce: bytes) -> bytes:
    return expand(key.stretched, Label.BACKUP, nonce)


def _commit(file_key: bytes) -> bytes:
    return mac(file_key, Label.BACKUP_COMMIT, b"")


def seal_copy(parts: Iterable[Part], key: CopyKey, nonce32: bytes) -> Iterator[bytes]:
    """The bytes of a copy, piece by piece; `nonce32` is fresh for each file, so that no key seals two.

    `parts` come without their `End`, which is counted here (COPY-1 to COPY-4).
    """
    file_key = _file_key(key, nonce32)
    head = canon.encode(Head(key.params, key.salt, nonce32, _commit(file_key)))
    begin = MAGIC + len(head).to_bytes(_HEAD_LENGTH_BYTES, "big") + head
    yield begin
    yield from seal_chunks(file_key, begin, _framed(parts))


def _framed(parts: Iterable[Part]) -> Iterator[bytes]:
    count = 0
    for part in parts:
        yield _frame(part)
        count += 1
    yield _frame(End(count))


def _frame(part: Part) -> bytes:
    body = canon.encode(part)
    assert len(body) <= COPY_PART_MAX_BYTES, f"a part of {len(body)} bytes"
    return len(body).to_bytes(_PART_LENGTH_BYTES, "big") + body


def open_copy(
    chunks: Iterable[bytes], key_of: Callable[[Head], CopyKey], path: object = ""
) -> Iterator[Part]:
    """The parts of a copy whose bytes come cut anyhow, without their `End`; the manifest is the first.

    Raises Refusal "copy.foreign", "copy.newer", "words.wrong" or "copy.damaged", the last one also while the
    parts are read: only an iteration that ends tells that the copy is whole.
    """
    source = iter(chunks)
    begin, head, rest = _begun(source, path)
    key = _file_key(key_of(head), head.nonce)
    if not same(_commit(key), head.commit):
        raise Refusal("words.wrong")
    return _parts(open_chunks(key, begin, _chained(rest, source), max_bytes=COPY_MAX_BYTES))


def read_head(begin: bytes, path: object = "") -> Head:
    """What anybody can read of a copy from its first bytes. Raises what `open_copy` raises for it."""
    return _begun(iter([begin]), path)[1]


def _begun(source: Iterator[bytes], path: object) -> tuple[bytes, Head, bytes]:
    got = b""
    fixed = len(MAGIC) + _HEAD_LENGTH_BYTES
    for data in source:
        got += data
        if len(got) >= fixed + _HEAD_MAX_BYTES:
            break
    if not got.startswith(MAGIC):
        raise Refusal("copy.newer" if _is_newer(got) else "copy.foreign", path=path)
    stop = fixed + int.from_bytes(got[len(MAGIC) : fixed], "big")
    if stop > len(got) or stop > fixed + _HEAD_MAX_BYTES:
        raise Refusal("copy.damaged")
    try:
        head = canon.decode(Head, got[fixed:stop], max_bytes=_HEAD_MAX_BYTES)
    except Verdict as verdict:
        raise Refusal("copy.damaged") from verdict
    return got[:stop], head, got[stop:]


def _is_newer(got: bytes) -> bool:
    version, newline, _ = got[len(MAGIC_STEM) : len(MAGIC_STEM) + 8].partition(b"\n")
    return got.startswith(MAGIC_STEM) and bool(newline) and version.isdigit()


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _parts(plain: Iterator[bytes]) -> Iterator[Part]:
    try:
        yield from _counted(plain)
    except Verdict as verdict:
        raise Refusal("copy.damaged") from verdict


def _counted(plain: Iterator[bytes]) -> Iterator[Part]:
    count = 0
    ended = False
    for body in _bodies(plain):
        part: Part = canon.decode(Part, body, max_bytes=COPY_PART_MAX_BYTES)  # type: ignore[arg-type]
        if ended or (count == 0) != isinstance(part, Manifest) or not _is_plain(part):
            raise Refusal("copy.damaged")
        if isinstance(part, End):
            ended = part.parts == count
            if not ended:
                raise Refusal("copy.damaged")
            continue
        count += 1
        yield part
    if not ended:
        raise Refusal("copy.damaged")


def _is_plain(part: Part) -> bool:
    return not isinstance(part, Rows) or all(
        type(value) in (int, str, bytes, type(None)) for row in part.rows for value in row
    )


def _bodies(plain: Iterator[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in plain:
        buffer += chunk
        at = 0
        while len(buffer) - at >= _PART_LENGTH_BYTES:
            start = at + _PART_LENGTH_BYTES
            length = int.from_bytes(buffer[at:start], "big")
            if length > COPY_PART_MAX_BYTES:
                raise Refusal("copy.damaged")
            if len(buffer) - start < length:
                break
            yield bytes(buffer[start : start + length])
            at = start + length
        del buffer[:at]
    if buffer:
        raise Refusal("copy.damaged")
