# SPDX-License-Identifier: AGPL-3.0-or-later
"""One conversation with one computer: who is there, may it come in, is it still alive (spec/frames.md).

Rule 1: `TRANSITIONS` is the whole machine. A frame without an entry for the present state is a fault of
the other end. Rule 2: whether a proved device is let in, is not decided here: the core calls `admit`.
Rule 3: a Verdict closes the conversation for good.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import (
    FRAME_MAX_BYTES,
    PEER_DEAD_MS,
    PING_EVERY_MS,
    STRANGER_BYTES_MAX,
    STRANGER_FRAMES_MAX,
    STRANGER_SECONDS_MAX,
)
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, sign, verify
from edgewise.log.op import Op
from edgewise.sync import frames
from edgewise.sync.events import (
    TOLD,
    AcceptCame,
    Acked,
    ChainCame,
    ConfirmCame,
    EndCame,
    EraseCame,
    Event,
    Gone,
    HeadsCame,
    InviteAsked,
    LetterCame,
    Out,
    PeerProved,
    PieceCame,
    PieceNoted,
    PiecesWanted,
    ReceiptCame,
    Refused,
    RunCame,
    Said,
)
from edgewise.sync.exchange import COMPARED, Exchange, Library, Shared

__all__ = [
    "LEGAL",
    "TRANSITIONS",
    "Library",
    "Session",
    "Shared",
    "State",
    "Event",
    "Out",
    "Said",
    "PeerProved",
    "RunCame",
    "Acked",
    "HeadsCame",
    "InviteAsked",
    "LetterCame",
    "AcceptCame",
    "ConfirmCame",
    "ChainCame",
    "Refused",
    "EndCame",
    "EraseCame",
    "ReceiptCame",
    "PiecesWanted",
    "PieceCame",
    "PieceNoted",
    "Gone",
]

INITIATOR: Final = b"i"
RESPONDER: Final = b"r"


class State(Enum):
    """How far a conversation has come."""

    NEW = "new"  # nothing heard
    MET = "met"  # greeted
    PROVED = "proved"  # the other end's device is known; it isn't let in yet
    ADMITTED = "admitted"  # an acquaintance: spaces are compared
    CLOSED = "closed"  # over; nothing is heard any more


_MEETING: Final = (
    frames.InviteAsk,
    frames.InviteIs,
    frames.Accept,
    frames.Confirm,
    frames.Chain,
    frames.Refuse,
    frames.Ping,
    frames.Pong,
)
_SHARING: Final = (
    frames.Have,
    frames.Heads,
    frames.Want,
    frames.Run,
    frames.Ack,
    frames.End,
    frames.Erase,
    frames.Receipt,
    frames.PieceWant,
    frames.Piece,
    frames.PieceNote,
    frames.Unknown,
)


Row = Mapping[type[frames.Frame], State]


def _row(state: State, kinds: Sequence[type[frames.Frame]], onwards: Row) -> Row:
    """`kinds` leave the state as it is; `onwards` tells which ones lead to another."""
    return {**dict.fromkeys(kinds, state), frames.Bye: State.CLOSED, **onwards}


# State → frame that may come → next state (FRAME-7). From PROVED to ADMITTED leads only `Session.admit`.
TRANSITIONS: Final[Mapping[State, Row]] = {
    State.NEW: _row(State.NEW, (), {frames.Hello: State.MET}),
    State.MET: _row(State.MET, _MEETING, {frames.Proof: State.PROVED}),
    State.PROVED: _row(State.PROVED, _MEETING, {}),
    State.ADMITTED: _row(State.ADMITTED, _MEETING + _SHARING, {}),
    State.CLOSED: {},
}
_ONCE: Final = frozenset((frames.Hello, frames.Proof))
LEGAL: Final = {state: frozenset(row) for state, row in TRANSITIONS.items()}


class Session:
    """One conversation. Frames and instants go in, frames to send and events come out; no call blocks.

    `own_endpoint` and `peer_endpoint` are the 32-byte transport keys that the carrier has authenticated;
    `dialed` tells whether this side made the connection; `nonce16` is fresh for it. `proves` False keeps
    a caller from telling its device to somebody whose letter it only wants to read; `prove` does it later.
    `chain` is sent after the proof, for an acquaintance who may not know this device yet.
    Feed received bytes to `reader`, and its frames to `receive`.
    """

    def __init__(
        self,
        *,
        device_key: SigningKey,
        own_endpoint: bytes,
        peer_endpoint: bytes,
        dialed: bool,
        nonce16: bytes,
        now_ms: int,
        proves: bool = True,
        chain: tuple[bytes, ...] = (),
    ) -> None:
        self.state = State.NEW
        self.dialed = dialed
        # Who called somebody waits for a letter, which is longer than anything that a stranger says.
        self._stranger_bytes_max = FRAME_MAX_BYTES if dialed else STRANGER_BYTES_MAX
        self.reader = frames.FrameReader(self._stranger_bytes_max)
        self._device_key = device_key
        self._endpoints = (own_endpoint, peer_endpoint)
        self._nonce, self._peer_nonce = nonce16, b""
        self._proves, self._proof_sent = proves, False
        self._chain = chain
        self._stranger_frames = self._stranger_bytes = 0
        self._born_ms = self._heard_ms = now_ms
        self._pinged_ms: int | None = None
        self._pings = 0
        self._exchange = Exchange()

    @property
    def admitted(self) -> bool:
        """Whether the other end was let in, and the conversation goes on."""
        return self.state is State.ADMITTED

    @property
    def channel(self) -> bytes:
        """96 bytes that name this connection, equal at both ends: endpoints, then nonces, initiator first.

        Only after the greeting.
        """
        assert self._peer_nonce, "no greeting yet"
        own, peer = self._endpoints
        if self.dialed:
            return own + peer + self._nonce + self._peer_nonce
        return peer + own + self._peer_nonce + self._nonce

    @property
    def wake_at_ms(self) -> int:
        """The next instant at which `tick` may have something to say."""
        if not self.admitted:
            return self._born_ms + STRANGER_SECONDS_MAX * 1000
        silent_since = self._heard_ms if self._pinged_ms is None else self._pinged_ms
        return min(silent_since + PING_EVERY_MS, self._heard_ms + PEER_DEAD_MS)

    def start(self) -> list[Out]:
        """The greeting: the first thing to send."""
        return [Out(frames.Hello(frames.VERSION, self._nonce), urgent=True)]

    def prove(self) -> list[Out]:
        """Our device's signature over this connection (FRAME-6); once, after the greeting."""
        if self._proof_sent:
            return []
        self._proof_sent = True
        signature = sign(self._device_key, Label.CHANNEL, self._proof_message(own=True))
        proof = Out(frames.Proof(self._device_key.public, signature), urgent=True)
        return [proof, Out(frames.Chain(self._chain), urgent=True)] if self._chain else [proof]

    def admit(self) -> list[Out]:
        """Let the proved device in. The core then offers what is shared."""
        assert self.state is State.PROVED, self.state
        self.state = State.ADMITTED
        self.reader.most_bytes = FRAME_MAX_BYTES
        return self.prove()

    def bye(self, reason: str) -> list[Out]:
        """Close from this side; `reason` is a short code."""
        was = self.state
        self.state = State.CLOSED
        return [] if was is State.CLOSED else [Out(frames.Bye(reason), urgent=True)]

    def receive(
        self, frame: frames.Frame, now_ms: int, library: Library | None = None, ops: Sequence[Op] = ()
    ) -> Said:
        """What follows from one frame. Nothing of spaces is heard without a `library`.

        `ops`: those of a run, where the caller has parsed them already (to check signatures before).

        Raises Verdict, after which the conversation is closed: "session.early" or "session.out_of_turn" for
        a frame that isn't legal in this state, "session.stranger" beyond a stranger's bounds,
        "session.other_version", "session.flood", "signature.bad" for a wrong proof, or that of a bad run.
        """
        if self.state is State.CLOSED:
            return []
        try:
            return self._take(frame, now_ms, library, ops)
        except Verdict:
            self.state = State.CLOSED
            raise

    def tick(self, now_ms: int) -> Said:
        """What follows from the time: a ping after silence, an end after a longer one (FRAME-14)."""
        if self.state is State.CLOSED:
            return []
        if not self.admitted:
            slow = now_ms - self._born_ms >= STRANGER_SECONDS_MAX * 1000
            return self._give_up("session.stranger") if slow else []
        if now_ms - self._heard_ms >= PEER_DEAD_MS:
            return self._give_up("session.silent")
        silent_since = self._heard_ms if self._pinged_ms is None else self._pinged_ms
        if now_ms - silent_since < PING_EVERY_MS:
            return []
        self._pings += 1
        self._pinged_ms = now_ms
        return [Out(frames.Ping(self._pings), urgent=True)]

    def offer(self, library: Library) -> list[Out]:
        """Digests of all shared spaces; at the beginning, and when a space becomes shared."""
        return self._exchange.offer(library) if self.admitted else []

    def committed(self, library: Library, space: bytes, log: bytes, first: int, stop: int) -> list[Out]:
        """Operations first ≤ seq < stop were just stored: push them to a peer who holds those before."""
        return self._exchange.committed(library, space, log, first, stop) if self.admitted else []

    def stored(self, library: Library, space: bytes) -> list[Out]:
        """What came of `space` is on the disk: acknowledge it."""
        return self._exchange.stored(library, space) if self.admitted else []

    def pump(self, library: Library) -> list[Out]:
        """The next frame of bulk, at most one; for when the carrier has room."""
        return self._exchange.pump(library) if self.admitted else []

    @property
    def has_bulk(self) -> bool:
        """Whether `pump` may have something to send."""
        return self.admitted and self._exchange.has_bulk

    def _give_up(self, code: str) -> Said:
        return [*self.bye(code), Gone(code)]

    def _take(self, frame: frames.Frame, now_ms: int, library: Library | None, ops: Sequence[Op]) -> Said:
        following = TRANSITIONS[self.state].get(type(frame))
        if following is None:
            code = "session.out_of_turn" if type(frame) in _ONCE else "session.early"
            raise Verdict(code, frame=type(frame).__name__.lower(), state=self.state.value)
        if not self.admitted:
            self._bound_stranger(frame)
        self._heard_ms, self._pinged_ms = now_ms, None
        said = self._answer(frame, library, ops)
        self.state = following
        return said

    def _answer(self, frame: frames.Frame, library: Library | None, ops: Sequence[Op]) -> Said:
        kind = type(frame)
        if isinstance(frame, frames.Run):
            return [] if library is None else self._exchange.run(frame, library, ops)
        if kind in TOLD:
            return [TOLD[kind](frame)]
        if kind in _SPOKEN:
            return _SPOKEN[kind](self, frame)
        if kind in COMPARED and library is not None:
            return COMPARED[kind](self._exchange, frame, library)
        return []

    def _bound_stranger(self, frame: frames.Frame) -> None:
        """The bounds of whoever isn't let in yet (FRAME-8); a farewell costs nothing."""
        if isinstance(frame, frames.Bye):
            return
        self._stranger_frames += 1
        self._stranger_bytes += frames.frame_bytes(frame)
        if self._stranger_frames > STRANGER_FRAMES_MAX or self._stranger_bytes > self._stranger_bytes_max:
            raise Verdict("session.stranger", frames=self._stranger_frames, size_bytes=self._stranger_bytes)

    def _proof_message(self, *, own: bool) -> bytes:
        """role ‖ the prover's endpoint ‖ the other's ‖ nonce of the initiator ‖ nonce of the responder."""
        initiator = self.dialed is own
        mine, peer = self._endpoints if own else self._endpoints[::-1]
        return (INITIATOR if initiator else RESPONDER) + mine + peer + self.channel[64:]

    def _hello(self, frame: frames.Hello) -> Said:
        if frame.version < frames.VERSION:
            raise Verdict("session.other_version", version=frame.version)
        self._peer_nonce = frame.nonce
        return [*self.prove()] if self.dialed and self._proves else []

    def _proof(self, frame: frames.Proof) -> Said:
        verify(frame.device, Label.CHANNEL, self._proof_message(own=False), frame.sig)
        return [PeerProved(frame.device)]

    def _ping(self, frame: frames.Ping) -> Said:
        return [Out(frames.Pong(frame.n), urgent=True)]

    def _bye(self, frame: frames.Bye) -> Said:
        return [Gone(frame.reason)]


# Frames about the conversation itself.
_SPOKEN: Final[Mapping[type[frames.Frame], Callable[[Session, Any], Said]]] = {
    frames.Hello: Session._hello,
    frames.Proof: Session._proof,
    frames.Ping: Session._ping,
    frames.Bye: Session._bye,
}
