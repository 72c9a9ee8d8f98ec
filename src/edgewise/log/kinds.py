# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kinds of record and their registry: a body is [kind, version, wall_ms, record].

A kind's later versions only append fields. What this version can't read is kept and says so; it never
breaks a chain.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Instant, Record, Uint
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import OP_BODY_MAX_BYTES, TEXT_MAX_CHARS
from edgewise.log.blobs import BlobRef

KIND_MAX_CHARS: Final = 40  # a word and a point or two

KindName = Annotated[str, Meta(min_length=1, max_length=KIND_MAX_CHARS)]


def _none(record: Record) -> tuple[BlobRef, ...]:
    """Most kinds name no blobs."""
    return ()


@dataclass(frozen=True)
class Kind:
    """A kind of record: its name and version in bodies, its class, the kinds of space that it may stand in.

    `check` raises a Refusal or Verdict for a record whose fields don't fit together. `blobs` tells which
    pictures and files a record names; `comes`, which of them come by themselves. `remains` makes of a record
    that was taken back the one that may stay: its place among others, and nothing that it said. Where it is
    None, nothing stays. `part_of` gives of another wording the operation that it is a wording of.
    """

    name: str
    version: int
    cls: int
    record: type[Record]
    spaces: frozenset[str]
    check: Callable[[Any], None] | None = None
    blobs: Callable[[Any], tuple[BlobRef, ...]] = _none
    comes: Callable[[Any], tuple[BlobRef, ...]] = _none
    remains: Callable[[Any], Record] | None = None
    part_of: Callable[[Any], bytes] | None = None


class Decoded(msgspec.Struct, frozen=True):
    """An opened body; `record` is None for a kind or a version that this program is too old for."""

    kind: str
    version: int
    wall_ms: int
    record: Record | None


class OpenedOp(msgspec.Struct, frozen=True):
    """An admitted operation as views are given it. `order_ms` is where it stands; `wall_ms` is claimed.

    gone: it was taken back, and `record` is what its kind lets remain.
    """

    id: bytes
    space: bytes
    space_kind: str
    log: bytes
    seq: int
    cls: int
    author: bytes
    device: bytes
    mine: bool
    kind: str
    record: Record
    wall_ms: int
    order_ms: int
    arrived_ms: int
    gone: bool = False


class _Body(Record, frozen=True):
    kind: KindName
    version: Uint
    wall_ms: Instant
    record: msgspec.Raw


class Registry:
    """All kinds that this program knows; two kinds with one name or one record type are a bug."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._by_name: dict[str, Kind] = {}
        self._by_record: dict[type[Record], Kind] = {}
        for kind in kinds:
            assert kind.name not in self._by_name, kind.name
            assert kind.record not in self._by_record, kind.record
            assert 0 < len(kind.name) <= KIND_MAX_CHARS, kind.name
            self._by_name[kind.name] = kind
            self._by_record[kind.record] = kind

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All kinds, in the order of their names."""
        return tuple(self._by_name[name] for name in sorted(self._by_name))

    def kind_of(self, record: Record) -> Kind:
        """The kind of a record; one that nobody registered is a bug."""
        return self._by_record[type(record)]

    def named(self, name: str) -> Kind | None:
        """The kind of this name, if this program knows it."""
        return self._by_name.get(name)

    def encode(self, record: Record, wall_ms: int) -> bytes:
        """The body of a record, checked as readers will check it.

        Raises what the kind's check raises, and Refusal "text.too_long" where it does not fit an operation.
        """
        kind = self.kind_of(record)
        data = canon.encode([kind.name, kind.version, wall_ms, record])
        if len(data) > OP_BODY_MAX_BYTES:
            raise Refusal("text.too_long", size_chars=len(data), limit_chars=TEXT_MAX_CHARS)
        checked = self.decode(data).record
        assert checked == record, f"{kind.name} does not survive its own encoding"
        return data

    def decode(self, body: bytes) -> Decoded:
        """The record of a body. Raises Verdict "op.bad_body" for a known kind that is malformed.

        What a kind's own check raises passes through.
        """
        try:
            outer = canon.decode_open(_Body, body, max_bytes=OP_BODY_MAX_BYTES)
            kind = self._by_name.get(outer.kind)
            if kind is None or outer.version > kind.version:
                return Decoded(outer.kind, outer.version, outer.wall_ms, None)
            record = canon.decode_open(kind.record, bytes(outer.record))
        except Verdict as verdict:
            raise Verdict("op.bad_body", why=verdict.code) from verdict
        if kind.check is not None:
            kind.check(record)
        return Decoded(outer.kind, outer.version, outer.wall_ms, record)

    def check_place(self, decoded: Decoded, cls: int, space_kind: str) -> None:
        """Raises Verdict "op.not_allowed" for a known kind in a class or kind of space not its own."""
        kind = self._by_name.get(decoded.kind)
        if kind is not None and (kind.cls != cls or space_kind not in kind.spaces):
            raise Verdict("op.not_allowed", kind=decoded.kind, space_kind=space_kind)
