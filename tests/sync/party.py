# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two computers in memory: real operations on a shelf of dicts, real sessions, delivery as a verb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import ZERO32
from edgewise.keys.labels import Label
from edgewise.keys.sealing import KemKey, new_kem
from edgewise.keys.signing import SigningKey, new_signing, sign
from edgewise.log.chain import verify_run
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, Op, compose, to_wire
from edgewise.sync import events
from edgewise.sync.frames import Frame, Hello, Proof, Run, encode_frame
from edgewise.sync.ranges import space_tag
from edgewise.sync.session import Session, Shared, State

PAIR_SECRET = b"s" * 32
SERVED_OPS = 256
SERVED_BYTES = 192 * 1024


def log_key(name: str) -> SigningKey:
    """The key that `name` determines; tests name logs and devices by words."""
    return new_signing(SeededEntropy(name.encode()))


def kem_key(name: str) -> KemKey:
    """The sealing key that `name` determines."""
    return new_kem(SeededEntropy(name.encode()))


def next_op(key: SigningKey, space: bytes, before: Sequence[Op], payload: bytes) -> Op:
    """The operation that follows `before` in the log of `key`; the genesis where `space` is zeros."""
    return compose(
        key,
        space=space,
        seq=len(before),
        prev=before[-1].id if before else ZERO32,
        deps=(),
        cheads=(),
        epoch=bytes(32),
        cls=CLS_CONTROL if space == ZERO32 else CLS_CONTENT,
        payload=payload,
    )


def genesis(name: str) -> Op:
    """The first operation of the space that `name` determines."""
    return next_op(log_key(name), ZERO32, (), f"genesis of {name}".encode().ljust(64))


@cache
def _log_of(name: str, space: bytes, size_bytes: int) -> list[Op]:
    return []


def written(name: str, space: bytes, count: int, size_bytes: int = 64) -> list[Op]:
    """A log of `count` operations in `space`; the same ones each time, so that they are signed once."""
    ops = _log_of(name, space, size_bytes)
    while len(ops) < count:
        ops.append(next_op(log_key(name), space, ops, f"{name} {len(ops)}".encode().ljust(size_bytes)))
    return ops[:count]


@dataclass
class Shelf:
    """What one computer holds; a `Library` for the one peer of these tests."""

    logs: dict[bytes, dict[bytes, list[Op]]] = field(default_factory=dict)
    secret: bytes = PAIR_SECRET
    hidden: dict[bytes, None] = field(default_factory=dict)
    parked: dict[bytes, Op] = field(default_factory=dict)
    served_ops: int = SERVED_OPS

    def shared(self) -> Sequence[Shared]:
        """Every space that is open here, under its tag."""
        return [Shared(space_tag(self.secret, space), space) for space in self.logs]

    def heads(self, space: bytes) -> Mapping[bytes, int]:
        """Positions of all logs but the hidden ones."""
        return {log: len(ops) for log, ops in self.logs[space].items() if ops and log not in self.hidden}

    def run(self, space: bytes, log: bytes, first: int, stop: int) -> Sequence[Op]:
        """A stretch of one log, within the bounds of one helping."""
        ops: list[Op] = []
        size_bytes = 0
        for op in self.logs[space].get(log, [])[first:stop]:
            size_bytes += len(op.payload or b"") + 400
            if len(ops) >= self.served_ops or size_bytes > SERVED_BYTES:
                break
            ops.append(op)
        return ops

    def open_space(self, space: bytes) -> None:
        """The space is shared from now on."""
        self.logs.setdefault(space, {})

    def add(self, op: Op) -> bool:
        """Store an operation in its place; park it before its time; False when it was here."""
        ops = self.logs[op.space].setdefault(op.log, [])
        if op.seq < len(ops):
            assert ops[op.seq].id == op.id
            return False
        if op.seq > len(ops):
            self.parked[op.id] = op
            return False
        assert not ops or op.header.prev == ops[-1].id
        ops.append(op)
        return True

    def take(self, came: Sequence[Op]) -> list[tuple[bytes, bytes, int, int]]:
        """Store a run, and what waited for it. Returns what is new: (space, log, first, stop)."""
        verify_run(came)
        space, log = came[0].space, came[0].log
        first = len(self.logs[space].get(log, []))
        for op in came:
            self.add(op)
        for op in sorted(self.parked.values(), key=lambda op: (op.log, op.seq)):
            if op.log == log and op.seq == len(self.logs[space][log]):
                self.add(self.parked.pop(op.id))
        stop = len(self.logs[space][log])
        return [(space, log, first, stop)] if stop > first else []


class Side:
    """One person's end of a connection, with the part of the core that it needs."""

    def __init__(self, name: str, shelf: Shelf, peer: str, *, dialed: bool, nonce: int = 1) -> None:
        self.name = name
        self.shelf = shelf
        self.device = log_key(f"device of {name}")
        self.session = Session(
            device_key=self.device,
            own_endpoint=log_key(f"endpoint of {name}").public,
            peer_endpoint=log_key(f"endpoint of {peer}").public,
            dialed=dialed,
            nonce16=f"{name} {nonce}".encode().ljust(16)[:16],
            now_ms=0,
        )
        self.friend = log_key(f"device of {peer}").public
        self.outbox: list[Frame] = []
        self.said: list[Frame] = []
        self.events: list[events.Event] = []
        self.stores = True

    def start(self) -> None:
        """Greet."""
        self._send(self.session.start())

    def hear(self, frame: Frame, now_ms: int = 0) -> None:
        """Take one frame and do what the core would do."""
        for step in self.session.receive(frame, now_ms, self.shelf):
            if isinstance(step, events.Out):
                self._send([step])
            else:
                self.events.append(step)
                self._follow(step)

    def pump(self) -> None:
        """The carrier has room for one frame."""
        self._send(self.session.pump(self.shelf))

    def write(self, key_name: str, space: bytes, count: int = 1) -> None:
        """Write `count` operations into one's own log of `space`, and push them."""
        ops = self.shelf.logs[space].setdefault(log_key(key_name).public, [])
        first = len(ops)
        for _ in range(count):
            ops.append(next_op(log_key(key_name), space, ops, f"{key_name} {len(ops)}".encode().ljust(64)))
        self._send(self.session.committed(self.shelf, space, log_key(key_name).public, first, len(ops)))

    def share(self, space: bytes) -> None:
        """A space becomes shared: offer anew."""
        self.shelf.open_space(space)
        self._send(self.session.offer(self.shelf))

    def came(self, kind: type[events.Event]) -> list[events.Event]:
        """The events of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def sent(self, kind: type[Frame]) -> list[Frame]:
        """The frames of one kind so far."""
        return [frame for frame in self.said if isinstance(frame, kind)]

    def sent_bytes(self) -> int:
        """What all frames so far take on the wire."""
        return sum(len(encode_frame(frame)) for frame in self.said)

    def _send(self, outs: Sequence[events.Out]) -> None:
        self.outbox += [out.frame for out in outs]
        self.said += [out.frame for out in outs]

    def _follow(self, event: events.Event) -> None:
        if isinstance(event, events.PeerProved) and event.device == self.friend:
            self._send(self.session.admit())
            self._send(self.session.offer(self.shelf))
        if isinstance(event, events.RunCame) and self.stores:
            for space, log, first, stop in self.shelf.take(event.ops):
                self._send(self.session.committed(self.shelf, space, log, first, stop))
            self._send(self.session.stored(self.shelf, event.space))


def joined(alice: Shelf, bob: Shelf, nonce: int = 1) -> tuple[Side, Side]:
    """Alice calls Bob; nothing is delivered yet."""
    caller = Side("alice", alice, "bob", dialed=True, nonce=nonce)
    called = Side("bob", bob, "alice", dialed=False, nonce=nonce)
    caller.start()
    called.start()
    return caller, called


def deliver(sender: Side, receiver: Side, count: int | None = None) -> int:
    """Bring the next `count` frames (all by default) from one to the other. Returns how many."""
    moved = sender.outbox[:count]
    del sender.outbox[:count]
    for frame in moved:
        receiver.hear(frame)
    return len(moved)


def talk(alice: Side, bob: Side) -> None:
    """Deliver and pump until both have nothing more to say."""
    for _ in range(10_000):
        moved = deliver(alice, bob) + deliver(bob, alice)
        alice.pump()
        bob.pump()
        if not moved and not alice.outbox and not bob.outbox:
            return
    raise AssertionError("they never stop talking")


def acquainted(alice: Shelf, bob: Shelf, nonce: int = 1) -> tuple[Side, Side]:
    """Alice and Bob, connected, admitted and level."""
    pair = joined(alice, bob, nonce)
    talk(*pair)
    return pair


# --- what most tests begin with

GARDEN = genesis("garden")
KITCHEN = genesis("kitchen")
TAG = space_tag(PAIR_SECRET, GARDEN.id)
ALICE = log_key("alice").public
BOB = log_key("bob").public
NOTES = written("alice", GARDEN.id, 6)


def garden(**logs: int) -> Shelf:
    """The garden with its genesis, and `count` operations by each name."""
    held = Shelf()
    held.open_space(GARDEN.id)
    held.add(GARDEN)
    for name, count in logs.items():
        for op in written(name, GARDEN.id, count):
            held.add(op)
    return held


def empty_garden() -> Shelf:
    """The garden, of which nothing is held yet."""
    held = Shelf()
    held.open_space(GARDEN.id)
    return held


def run_of(*ops: Op) -> Run:
    """A run frame in the garden."""
    return Run(TAG, tuple(to_wire(op) for op in ops))


# --- one end alone

NONCE = b"n" * 16


def alone(*, dialed: bool = False, proves: bool = True, now_ms: int = 0) -> Session:
    """Bob's end of a connection to Alice."""
    return Session(
        device_key=log_key("device of bob"),
        own_endpoint=log_key("endpoint of bob").public,
        peer_endpoint=log_key("endpoint of alice").public,
        dialed=dialed,
        nonce16=b"bob".ljust(16),
        now_ms=now_ms,
        proves=proves,
    )


def proof_to(bob: Session, nonce: bytes = NONCE, name: str = "alice") -> Proof:
    """What Alice (or `name` from her endpoint) sends to prove herself to this end."""
    alice, own = log_key("endpoint of alice").public, log_key("endpoint of bob").public
    mine = b"bob".ljust(16)
    role, nonces = (b"r", mine + nonce) if bob.dialed else (b"i", nonce + mine)
    key = log_key(f"device of {name}")
    return Proof(key.public, sign(key, Label.CHANNEL, role + alice + own + nonces))


def brought_to(state: State, *, dialed: bool = False) -> Session:
    """A session in this state."""
    bob = alone(dialed=dialed)
    if state is State.CLOSED:
        bob.bye("over")
    if state in (State.MET, State.PROVED, State.ADMITTED):
        bob.receive(Hello(1, NONCE), 0)
    if state in (State.PROVED, State.ADMITTED):
        bob.receive(proof_to(bob), 0)
    if state is State.ADMITTED:
        bob.admit()
    assert bob.state is state
    return bob


def sent(said: Sequence[object]) -> list[Frame]:
    """The frames among what was said."""
    return [step.frame for step in said if isinstance(step, events.Out)]
