# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed operation: header, id, signature, sealed payload (spec/operation.md).

The header is signed, the payload is only named by its hash, so that a payload can go while the chain stays.
The id of a space is the id of its genesis, whose own header names 32 zeros instead. A header of a later
version (`v` above 1, same suite) begins with the same twelve fields: it keeps its place in the chain and is
not opened.
"""

from itertools import pairwise
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin32, Record, Uint
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import (
    CHEADS_MAX,
    DEPS_MAX,
    HEADER_MAX_BYTES,
    OP_BODY_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    PAYLOAD_OVERHEAD_BYTES,
)
from edgewise.ground.padding import padded_bytes
from edgewise.keys.hashing import digest, expand
from edgewise.keys.labels import Label
from edgewise.keys.sealing import seal, unseal
from edgewise.keys.signing import SIGNATURE_BYTES, SigningKey, sign, verify

VERSION: Final = 1
SUITE: Final = 1  # Ed25519, SHA-256, ChaCha20-Poly1305, HPKE with KEM 0x647A

CLS_CONTROL: Final = 0
CLS_CONTENT: Final = 1
CLS_TOMBSTONE: Final = 3
CLASSES: Final = (CLS_CONTROL, CLS_CONTENT, CLS_TOMBSTONE)

SALT_BYTES: Final = 16
SEQ_BYTES: Final = 8

_PAD_MARK: Final = b"\x80"


class Header(Record, frozen=True):
    """What is signed of an operation; twelve fields in this order, from 180 bytes up."""

    v: Uint
    suite: Uint
    space: Bin32
    log: Bin32
    seq: Uint
    prev: Bin32
    deps: Annotated[tuple[Bin32, ...], Meta(max_length=DEPS_MAX)]
    cheads: Annotated[tuple[Bin32, ...], Meta(max_length=CHEADS_MAX)]
    epoch: Bin32
    cls: Uint
    plen: Annotated[int, Meta(ge=0, le=PAYLOAD_MAX_BYTES)]
    phash: Bin32


class Op(msgspec.Struct, frozen=True):  # a struct is made in a third of a dataclass's time
    """One operation as received: `sig` is None where only the chain vouches, `payload` where it is gone."""

    header: Header
    header_bytes: bytes
    sig: bytes | None
    payload: bytes | None
    id: bytes

    @property
    def space(self) -> bytes:
        """The id of the space; of a genesis its own id."""
        return self.id if self.header.space == ZERO32 else self.header.space

    @property
    def log(self) -> bytes:
        """The public key of the log."""
        return self.header.log

    @property
    def seq(self) -> int:
        """The place in the log, from 0."""
        return self.header.seq

    @property
    def cls(self) -> int:
        """Control, content or tombstone."""
        return self.header.cls

    @property
    def newer(self) -> bool:
        """Whether a later version wrote it: kept in its place, not opened here."""
        return self.header.v != VERSION


class WireOp(Record, frozen=True):
    """An operation inside a frame: `sig` empty where the run's end vouches, `payload` None where erased."""

    header: Annotated[bytes, Meta(max_length=HEADER_MAX_BYTES)]
    sig: Annotated[bytes, Meta(max_length=SIGNATURE_BYTES)]
    payload: Annotated[bytes, Meta(max_length=PAYLOAD_MAX_BYTES)] | None


def op_id(header_bytes: bytes) -> bytes:
    """The 32-byte id of the operation with this header."""
    return digest(Label.OP, header_bytes)


def payload_hash(payload: bytes) -> bytes:
    """What a header names its payload by. The payload's random salt keeps guesses from being confirmed."""
    return digest(Label.PAYLOAD, payload)


def compose(
    log_key: SigningKey,
    *,
    space: bytes,
    seq: int,
    prev: bytes,
    deps: tuple[bytes, ...],
    cheads: tuple[bytes, ...],
    epoch: bytes,
    cls: int,
    payload: bytes,
) -> Op:
    """A new signed operation of one's own log; references get sorted. What others refuse is a bug here."""
    header = Header(
        VERSION,
        SUITE,
        space,
        log_key.public,
        seq,
        prev,
        tuple(sorted(deps)),
        tuple(sorted(cheads)),
        epoch,
        cls,
        len(payload),
        payload_hash(payload),
    )
    fault = _fault(header)
    assert fault is None, fault
    assert len(payload) <= PAYLOAD_MAX_BYTES, len(payload)
    header_bytes = canon.encode(header)
    id_ = op_id(header_bytes)
    return Op(header, header_bytes, sign(log_key, Label.OP_SIG, id_), payload, id_)


def parse_op(header_bytes: bytes, sig: bytes | None, payload: bytes | None) -> Op:
    """The operation of these bytes, in order in itself; the signature is not checked here.

    Raises Verdict "canon.*" or "op.malformed" for a header that breaks a rule, "op.other_version" for another
    suite, "op.payload" for a payload that is not the one that was signed for.
    """
    header = _parse_header(header_bytes)
    if sig is not None and len(sig) != SIGNATURE_BYTES:
        raise Verdict("op.malformed", reason="signature")
    if payload is not None and (len(payload) != header.plen or payload_hash(payload) != header.phash):
        raise Verdict("op.payload")
    return Op(header, header_bytes, sig, payload, op_id(header_bytes))


def _parse_header(header_bytes: bytes) -> Header:
    try:
        header = canon.decode(Header, header_bytes, max_bytes=HEADER_MAX_BYTES)
    except Verdict as verdict:
        if verdict.code != "canon.noncanonical":
            raise
        header = _later_header(header_bytes)
    if header.suite != SUITE:
        raise Verdict("op.other_version", suite=header.suite)
    if header.v < VERSION:
        raise Verdict("op.malformed", reason="version")
    fault = _fault(header)
    if fault is not None:
        raise Verdict("op.malformed", reason=fault)
    return header


def _later_header(header_bytes: bytes) -> Header:
    """A header with fields behind the twelfth: canonical as plain values, and of a later version only."""
    header = canon.decode_open(Header, header_bytes, max_bytes=HEADER_MAX_BYTES)
    values = canon.decode(list[Any], header_bytes, max_bytes=HEADER_MAX_BYTES)
    if header.v <= VERSION or not _plain(values):
        raise Verdict("canon.noncanonical")
    return header


def _plain(value: object) -> bool:
    """Whether a value is made of integers, binary and arrays only."""
    if isinstance(value, list):
        return all(_plain(element) for element in value)
    return isinstance(value, int | bytes) and not isinstance(value, bool)


def _fault(header: Header) -> str | None:
    """The first rule that a header breaks, or None."""
    genesis = header.space == ZERO32
    if header.v == VERSION and header.cls not in CLASSES:
        return "class"
    if (header.seq == 0) != (header.prev == ZERO32):
        return "prev"
    if genesis and (header.seq != 0 or header.cls != CLS_CONTROL or header.deps or header.cheads):
        return "genesis"
    for references in (header.deps, header.cheads):
        if len(references) > 1 and any(left >= right for left, right in pairwise(references)):
            return "order of references"
    return None


def check_signature(op: Op) -> None:
    """Raises Verdict "signature.bad" unless the log's key signed the operation's id."""
    verify(op.log, Label.OP_SIG, op.id, op.sig or b"")


def to_wire(op: Op) -> WireOp:
    """The operation as it goes into a frame."""
    return WireOp(op.header_bytes, op.sig or b"", op.payload)


def from_wire(wire: WireOp) -> Op:
    """The operation of a frame, as `parse_op`; one of class control must bring signature and payload."""
    op = parse_op(wire.header, wire.sig or None, wire.payload)
    if op.cls == CLS_CONTROL and (op.sig is None or op.payload is None):
        raise Verdict("op.malformed", reason="control operation without signature or payload")
    return op


def _context(space: bytes, log: bytes, seq: int, salt: bytes) -> bytes:
    return space + log + seq.to_bytes(SEQ_BYTES, "big") + salt


def seal_body(
    epoch_subkey: bytes, *, space: bytes, log: bytes, seq: int, salt16: bytes, body: bytes
) -> bytes:
    """The payload that holds a body: salt and padded ciphertext, bound to space (a genesis: zeros), log, seq.

    The 16 bytes of salt are random: a key seals once, and a deleted payload can't be confirmed by guessing.
    """
    assert len(salt16) == SALT_BYTES, len(salt16)
    assert len(body) <= OP_BODY_MAX_BYTES, len(body)
    context = _context(space, log, seq, salt16)
    key = expand(epoch_subkey, Label.MSG, context)
    return salt16 + seal(key, pad(body), Label.MSG.prefix + context)


def open_body(epoch_subkey: bytes, op: Op) -> bytes:
    """The body of an operation, opened with the control or content sub-key of its epoch.

    Raises Verdict "op.payload" where the payload is not here, "op.other_version" for a later version,
    "seal.bad" for a wrong key or a payload sealed for another place, "op.bad_body" for wrong padding.
    """
    if op.payload is None or len(op.payload) < PAYLOAD_OVERHEAD_BYTES:
        raise Verdict("op.payload")
    if op.newer:
        raise Verdict("op.other_version", version=op.header.v)
    salt, sealed = op.payload[:SALT_BYTES], op.payload[SALT_BYTES:]
    context = _context(op.header.space, op.log, op.seq, salt)
    key = expand(epoch_subkey, Label.MSG, context)
    return unpad(unseal(key, sealed, Label.MSG.prefix + context))


def pad(body: bytes) -> bytes:
    """The body, one byte 0x80, and zeros (ISO/IEC 7816-4) up to `padded_bytes`."""
    return (body + _PAD_MARK).ljust(padded_bytes(len(body) + 1), b"\0")


def unpad(padded: bytes) -> bytes:
    """The body that `pad` padded. Raises Verdict "op.bad_body" for any other padding or length."""
    marked = padded.rstrip(b"\0")
    if not marked.endswith(_PAD_MARK) or padded_bytes(len(marked)) != len(padded):
        raise Verdict("op.bad_body")
    return marked[:-1]
