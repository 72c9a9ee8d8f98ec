# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frames of the wire, and the reader that cuts them out of a stream (spec/frames.md).

A frame is `u32 length ‖ u8 number ‖ body`: the length counts the number and the body, the body is the
canonical encoding of one record below. A file carries the same frames (spec/bundle.md).
"""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin16, Bin32, Bin64, Record, Uint
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import (
    CHAIN_ENTRIES_MAX,
    FRAME_MAX_BYTES,
    HAVE_ITEMS_MAX,
    HEADS_MAX,
    PIECE_LARGE_BYTES,
    PIECES_MAX,
    PROOF_MAX,
    RUN_OPS_MAX,
)
from edgewise.log.op import WireOp

VERSION: Final = 1
LENGTH_BYTES: Final = 4

# What one request to erase may name: at most 78 bytes each, 156 KiB; longer lists are cut into several.
TARGETS_MAX: Final = 2048
REASON_MAX_CHARS: Final = 40  # codes such as "letter.used"; never prose

# What one want may name: 256 pieces from its first on; longer wants are cut into several.
WANT_BITS_MAX: Final = 32
SEALED_PIECE_MAX_BYTES: Final = PIECE_LARGE_BYTES + 16

Index = Annotated[int, Meta(ge=0, lt=PIECES_MAX)]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9._]+\Z", max_length=REASON_MAX_CHARS)]
Why = Annotated[str, Meta(max_length=200)]


class Frame(Record, frozen=True):
    """The base of every frame; `NUMBER` is the type number on the wire and is never used twice."""

    NUMBER: ClassVar[int] = 0


class Position(Record, frozen=True):
    """How far one log is held: every operation with seq < `next_seq`."""

    log: Bin32
    next_seq: Uint


class HaveItem(Record, frozen=True):
    """A shared space under its tag, and the digest of all its positions (`ranges.digest16`)."""

    tag: Bin16
    digest: Bin16


class Target(Record, frozen=True):
    """One operation that its author asks to have erased."""

    log: Bin32
    seq: Uint
    id: Bin32


class TargetState(Record, frozen=True):
    """What a holder says became of a target; held: it waits for a day. A claim, not a proof."""

    id: Bin32
    state: Literal["erased", "held", "kept", "never_had"]


Positions = Annotated[tuple[Position, ...], Meta(max_length=HEADS_MAX)]


class Hello(Frame, frozen=True):
    """The first frame each way: the highest version spoken, and a nonce made for this connection."""

    NUMBER: ClassVar[int] = 1
    version: Uint
    nonce: Bin16


class Proof(Frame, frozen=True):
    """The device behind this connection, and its signature over the connection (FRAME-6)."""

    NUMBER: ClassVar[int] = 2
    device: Bin32
    sig: Bin64


class Have(Frame, frozen=True):
    """Digests of the spaces that the sender thinks it shares with the receiver."""

    NUMBER: ClassVar[int] = 3
    items: Annotated[tuple[HaveItem, ...], Meta(max_length=HAVE_ITEMS_MAX)]


class Heads(Frame, frozen=True):
    """How far the sender holds the logs of one space; sent only where digests differ."""

    NUMBER: ClassVar[int] = 4
    tag: Bin16
    heads: Positions


class Want(Frame, frozen=True):
    """Please send the operations `first` ≤ seq < `stop` of one log."""

    NUMBER: ClassVar[int] = 5
    tag: Bin16
    log: Bin32
    first: Uint
    stop: Uint


class Run(Frame, frozen=True):
    """Operations of one log, in order, without a gap; the last one is signed."""

    NUMBER: ClassVar[int] = 6
    tag: Bin16
    ops: Annotated[tuple[WireOp, ...], Meta(min_length=1, max_length=RUN_OPS_MAX)]


class Ack(Frame, frozen=True):
    """The sender has these positions on its disk."""

    NUMBER: ClassVar[int] = 8
    tag: Bin16
    heads: Positions


class InviteAsk(Frame, frozen=True):
    """Whoever holds a ticket asks for its letter; `mac` shows knowledge of the ticket's secret."""

    NUMBER: ClassVar[int] = 9
    invitation: Bin32
    mac: Bin32


class InviteIs(Frame, frozen=True):
    """The letter, as its inviter signed it."""

    NUMBER: ClassVar[int] = 10
    letter: bytes


class Accept(Frame, frozen=True):
    """An acceptance, as its author signed it."""

    NUMBER: ClassVar[int] = 11
    acceptance: bytes


class Confirm(Frame, frozen=True):
    """The inviter's answer to the first acceptance: the genesis of the pair."""

    NUMBER: ClassVar[int] = 12
    confirm: bytes


class Refuse(Frame, frozen=True):
    """A plain no to the last request, with the code of the reason."""

    NUMBER: ClassVar[int] = 13
    code: Code


class End(Frame, frozen=True):
    """The acquaintance behind this tag is over; please erase what you hold of me."""

    NUMBER: ClassVar[int] = 14
    tag: Bin16
    sig: Bin64


class Erase(Frame, frozen=True):
    """Please erase what I wrote here; it names the space itself, since its tag may be gone."""

    NUMBER: ClassVar[int] = 15
    request: Bin16
    space: Bin32
    targets: Annotated[tuple[Target, ...], Meta(max_length=TARGETS_MAX)]
    why: Why


class Receipt(Frame, frozen=True):
    """The answer to one `Erase`; or, with a request of zeros, to tombstones that came with their log."""

    NUMBER: ClassVar[int] = 16
    request: Bin16
    targets: Annotated[tuple[TargetState, ...], Meta(max_length=TARGETS_MAX)]


class PieceWant(Frame, frozen=True):
    """Please send pieces of a blob: `first` + i for each bit i of `bits` (PIECE-12)."""

    NUMBER: ClassVar[int] = 17
    tag: Bin16
    blob: Bin32
    first: Index
    bits: Annotated[bytes, Meta(min_length=1, max_length=WANT_BITS_MAX)]


class Piece(Frame, frozen=True):
    """One sealed piece of a blob, and what proves it (PIECE-5)."""

    NUMBER: ClassVar[int] = 18
    tag: Bin16
    blob: Bin32
    index: Index
    proof: Annotated[tuple[Bin32, ...], Meta(max_length=PROOF_MAX)]
    data: Annotated[bytes, Meta(max_length=SEALED_PIECE_MAX_BYTES)]


class PieceNote(Frame, frozen=True):
    """About a blob: I have "all" of it; have you? ("ask"); I give "none" of it; "stop" sending it."""

    NUMBER: ClassVar[int] = 23
    tag: Bin16
    blob: Bin32
    state: Literal["all", "ask", "none", "stop"]


class Ping(Frame, frozen=True):
    """Are you there?"""

    NUMBER: ClassVar[int] = 19
    n: Uint


class Pong(Frame, frozen=True):
    """Yes, in answer to the ping of the same number."""

    NUMBER: ClassVar[int] = 20
    n: Uint


class Chain(Frame, frozen=True):
    """An identity chain: "this is who I am now", or in answer "this is what I know of you" (FRAME-18)."""

    NUMBER: ClassVar[int] = 22
    chain: Annotated[tuple[bytes, ...], Meta(min_length=1, max_length=CHAIN_ENTRIES_MAX)]


class Bye(Frame, frozen=True):
    """The last frame of a conversation, with the code of the reason."""

    NUMBER: ClassVar[int] = 21
    reason: Code


class Unknown(Frame, frozen=True):
    """A frame with a number that this version doesn't know. Never sent; skipped once admitted."""

    number: Uint
    size_bytes: Uint


KINDS: Final[tuple[type[Frame], ...]] = (
    Hello,
    Proof,
    Have,
    Heads,
    Want,
    Run,
    Ack,
    InviteAsk,
    InviteIs,
    Accept,
    Confirm,
    Refuse,
    End,
    Erase,
    Receipt,
    PieceWant,
    Piece,
    PieceNote,
    Ping,
    Pong,
    Bye,
    Chain,
)
BY_NUMBER: Final[dict[int, type[Frame]]] = {kind.NUMBER: kind for kind in KINDS}
# Numbers with a meaning but without a record here; they read as Unknown. 0 is padding (spec/bundle.md); 7 is
# promised to a frame of a later version: envelope.
RESERVED: Final = (0, 7)


def encode_frame(frame: Frame) -> bytes:
    """The whole frame with its length, ready for a wire or a file (FRAME-1).

    A frame that is too long is a bug of the caller: every list above has its bound, and
    `ranges.split_run` keeps runs below it.
    """
    assert type(frame) in KINDS, f"{type(frame).__name__} is not sent"
    body = canon.encode(frame)
    assert 1 + len(body) <= FRAME_MAX_BYTES, f"{type(frame).__name__} of {len(body)} bytes"
    return (1 + len(body)).to_bytes(LENGTH_BYTES, "big") + bytes((frame.NUMBER,)) + body


def decode_frame(number: int, body: bytes) -> Frame:
    """The frame of this number and body; `Unknown` for a number of a later version (FRAME-3).

    Raises Verdict "frame.malformed" for a body that isn't the canonical encoding of its record (FRAME-4).
    """
    kind = BY_NUMBER.get(number)
    if kind is None:
        return Unknown(number, len(body))
    try:
        return canon.decode(kind, body)
    except Verdict as verdict:
        raise Verdict("frame.malformed", frame=kind.__name__.lower(), reason=verdict.code) from None


class FrameReader:
    """Cuts frames out of a stream that arrives in pieces of any size.

    Holds at most one unfinished frame besides what was fed last: its memory is bounded by
    `most_bytes` + LENGTH_BYTES. After a Verdict it stays broken, since nobody knows any more where
    the next frame begins. `most_bytes` may be raised at any time; strangers begin with a low one.
    """

    def __init__(self, most_bytes: int = FRAME_MAX_BYTES) -> None:
        self.most_bytes = most_bytes
        self._rest = bytearray()
        self._broken = False

    @property
    def pending_bytes(self) -> int:
        """Bytes of a frame that isn't complete yet; zero at a clean end of the stream."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Frame]:
        """All frames that `data` completes, in order.

        Raises Verdict "frame.too_big" or "frame.malformed" (FRAME-2, FRAME-4); frames completed by the same
        `data` before the bad one are dropped with it.
        """
        if self._broken:
            raise Verdict("frame.malformed", reason="nothing more is read")
        self._rest += data
        try:
            return self._cut()
        except Verdict:
            self._broken = True
            self._rest.clear()
            raise

    def _cut(self) -> list[Frame]:
        found: list[Frame] = []
        at = 0
        while len(self._rest) - at >= LENGTH_BYTES:
            length = int.from_bytes(self._rest[at : at + LENGTH_BYTES], "big")
            check_length(length, self.most_bytes)
            start = at + LENGTH_BYTES
            if len(self._rest) - start < length:
                break
            found.append(decode_frame(self._rest[start], bytes(self._rest[start + 1 : start + length])))
            at = start + length
        del self._rest[:at]
        return found


def check_length(length: int, most_bytes: int = FRAME_MAX_BYTES) -> None:
    """Raises Verdict "frame.malformed" or "frame.too_big" unless 1 ≤ `length` ≤ `most_bytes` (FRAME-2)."""
    if length < 1:
        raise Verdict("frame.malformed", reason="empty")
    if length > most_bytes:
        raise Verdict("frame.too_big", size_bytes=length, limit_bytes=most_bytes)


def frame_bytes(frame: Frame) -> int:
    """How many bytes the frame took on the wire, with its length."""
    if isinstance(frame, Unknown):
        return LENGTH_BYTES + 1 + frame.size_bytes
    return len(encode_frame(frame))
