# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must never be, looked for after every input and after every day. Each finding is a `Violation`.

The rules are written a second time here, from the design, so that a mistake in the core is not repeated by
its judge: whom a text was meant for, which grant lets it go, who must be told that it is somewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from edgewise.consent.grants import End, Renounce, Revoke
from edgewise.core import effects as fx
from edgewise.core.inputs import Input, Received
from edgewise.ground.ids import short
from edgewise.ground.limits import BUNDLE_MAX_BYTES, FRAME_MAX_BYTES, PARKED_BYTES_MAX, PARKED_OPS_MAX
from edgewise.identity.person import resolve_chain
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import CLS_CONTENT, from_wire
from edgewise.sim.memory import Memory
from edgewise.sim.network import Network
from edgewise.sim.people import Person
from edgewise.sim.trace import Violation
from edgewise.store import agreements, chest, outbox, parking, register, shelf
from edgewise.sync import frames

# One frame of bulk, what was pushed meanwhile, and the answers: far more has no business waiting on one line.
WAITING_BYTES_MAX: Final = 64 * FRAME_MAX_BYTES
ENDINGS: Final = (Revoke, Renounce, End)


def after_input(
    memory: Memory,
    network: Network,
    person: Person,
    item: Input,
    opened: Sequence[OpenedOp],
    effects: Iterable[fx.Effect],
) -> None:
    """Look at what one input opened, and at what it wants to send."""
    for op in opened:
        memory.note(person, op)
    for op in opened:
        if not op.mine:
            check_opened(memory, person, op)
    # What went out before an ending in the same bytes went out rightly; the grant is gone by now.
    over = isinstance(item, Received) and any(isinstance(op.record, ENDINGS) for op in opened)
    for effect in effects:
        if isinstance(effect, fx.Wire):
            _check_wire(person, effect)
        elif isinstance(effect, fx.Send):
            receiver = network.peer_of(person, effect.conn)
            for frame in frames.FrameReader().feed(effect.data):
                if receiver is not None and not over:
                    _check_send(memory, person, receiver, frame, effect.grant)
                _use_places(memory, frame)


def check_opened(memory: Memory, person: Person, op: OpenedOp) -> None:
    """Nobody opens what no grant gave, and nobody opens what nobody wrote."""
    known = memory.written.get(op.id)
    who = f"{person.name} opened {op.kind} ({short(op.log)},{op.seq})"
    if known is None:
        raise Violation("unwritten", f"{who}, which nobody wrote")
    if known.op.record != op.record or known.op.author != op.author:
        raise Violation("unwritten", f"{who}, which reads otherwise at its author's")
    if known.meant is not None:
        if person.identity not in known.meant:
            raise Violation("opened", f"{who}, which was not meant for them")
    elif person.identity != known.owner:
        may = memory.readers.get(known.epoch) if op.cls == CLS_CONTENT else memory.ever.get(op.space)
        if person.identity not in (may or ()):
            raise Violation("opened", f"{who} in a feed that was not meant for them")


def allowing(person: Person, space: bytes, to: bytes) -> list[bytes]:
    """The grants under which things of a space may go to another person now, by the design's rules."""
    row, pair = shelf.space(person.db, space), agreements.pair(person.db, to)
    if row is None or pair is None:
        return []
    if row.kind == "pair":
        return [space[:16]] if row.peer == to else []
    if row.kind not in ("dm", "feed") or pair.state != "live" or pair.until_ms <= person.now_ms:
        return []
    found = []
    for grant in agreements.grants(person.db, identity=to, live_at=person.now_ms):
        if grant.space != space:
            continue
        answering = row.kind == "feed" and row.owner == to and not grant.mine and "answer" in grant.verbs
        reading = row.kind == "feed" and row.owner == person.identity and grant.mine and "read" in grant.verbs
        if answering or reading or row.kind == "dm":
            found.append(grant.id)
    return found


def _check_wire(person: Person, effect: fx.Wire) -> None:
    for frame in frames.FrameReader().feed(effect.data):
        if not isinstance(frame, fx.WIRE_FRAMES):
            raise Violation("wire", f"{person.name} sends {type(frame).__name__} without a grant")


def _check_send(memory: Memory, person: Person, receiver: Person, frame: frames.Frame, grant: bytes) -> None:
    who = f"{person.name} sends {type(frame).__name__} to {receiver.name}"
    if isinstance(frame, frames.Run):
        _check_run(memory, person, receiver, frame, grant, who)
    elif isinstance(frame, frames.Piece):
        spaces = memory.named.get(frame.blob, [])
        if not any(grant in allowing(person, space, receiver.identity) for space in spaces):
            raise Violation("gate", f"{who} of {short(frame.blob)} under no grant that holds")
    elif isinstance(frame, frames.Erase):
        for target in frame.targets:
            if memory.written[target.id].op.author != person.identity:
                raise Violation("gate", f"{who} about what another wrote")
    else:
        _check_meeting(memory, person, receiver, frame, grant, who)


def _check_meeting(
    memory: Memory, person: Person, receiver: Person, frame: frames.Frame, grant: bytes, who: str
) -> None:
    if isinstance(frame, frames.InviteIs):
        if memory.invited.get(grant) != person.identity:
            raise Violation("gate", f"{who} without having written that letter")
    elif isinstance(frame, frames.Accept):
        wrong = (grant, person.identity) not in memory.yes or memory.invited.get(grant) != receiver.identity
        if wrong:
            raise Violation("gate", f"{who} without a yes, or to somebody else")
    elif isinstance(frame, frames.Confirm):
        if not any((id, receiver.identity) in memory.yes for id in _letters_of(memory, person)):
            raise Violation("gate", f"{who}, who never said yes")
    elif not isinstance(frame, frames.Chain) or not _of_two(person, receiver, frame):
        raise Violation("gate", f"{who}, which no grant covers")


def _check_run(
    memory: Memory, person: Person, receiver: Person, frame: frames.Run, grant: bytes, who: str
) -> None:
    space = from_wire(frame.ops[0]).space
    if grant not in allowing(person, space, receiver.identity):
        raise Violation("gate", f"{who} in space {short(space)} under no grant that holds")
    _check_authors(memory, person, receiver, frame, who)


def _of_two(person: Person, receiver: Person, frame: frames.Chain) -> bool:
    return resolve_chain(frame.chain).id in (person.identity, receiver.identity)


def _letters_of(memory: Memory, person: Person) -> list[bytes]:
    return [id for id, writer in memory.invited.items() if writer == person.identity]


def _check_authors(memory: Memory, person: Person, receiver: Person, frame: frames.Run, who: str) -> None:
    """In a feed of another only one's own writing goes out, and the receiver's own goes back to them."""
    for wire in frame.ops:
        op = from_wire(wire)
        known = memory.written.get(op.id)
        if known is None:
            raise Violation("unwritten", f"{who}, which nobody wrote")
        back = known.op.author == receiver.identity  # their own writing, after a restore
        if person.identity not in (known.op.author, known.owner) and not back:
            raise Violation("gate", f"{who}, which is neither theirs nor in their feed")


def _use_places(memory: Memory, frame: frames.Frame) -> None:
    if isinstance(frame, frames.Run):
        for wire in frame.ops:
            op = from_wire(wire)
            memory.use_place(op.log, op.seq, op.id)


def check_acked(person: Person) -> None:
    """What was acknowledged to a person is on their disk, whatever happened since."""
    for id, (log, seq) in person.acked.items():
        row = shelf.op_row(person.db, id)
        if row is None or (row.log, row.seq) != (log, seq) or row.state not in ("open", "erased"):
            raise Violation("durable", f"{person.name} lost ({short(log)},{seq})")


def check_keys(memory: Memory, everybody: Sequence[Person]) -> None:
    """Nobody holds a key that opens what was not meant for them.

    Whoever has the key can read, sooner or later.
    """
    for person in everybody:
        for space in shelf.spaces(person.db):
            if space.kind != "feed" or space.owner == person.identity:
                if space.kind == "self" and space.owner != person.identity:
                    raise Violation("keys", f"{person.name} holds another's own space")
                continue
            for epoch in chest.epochs_of(person.db, space.id):
                meant = memory.readers.get(epoch.id, frozenset())
                if (epoch.content or epoch.secret) and person.identity not in meant:
                    raise Violation("keys", f"{person.name} holds key {short(epoch.id)} of {short(space.id)}")


def check_bounds(network: Network, everybody: Sequence[Person]) -> None:
    """What others can make a computer keep stays within its bounds."""
    for person in everybody:
        for other in everybody:
            ops, size_bytes = parking.parked(person.db, other.device)
            if ops > PARKED_OPS_MAX or size_bytes > PARKED_BYTES_MAX:
                raise Violation("bounds", f"{person.name} parks {ops} operations of {other.name}")
        waiting = network.waiting_bytes(person)
        if waiting > WAITING_BYTES_MAX:
            raise Violation("bounds", f"{waiting} bytes wait at {person.name}'s")


def check_bundle(person: Person, data: bytes) -> None:
    """A bundle stays within what the other side takes."""
    if len(data) > BUNDLE_MAX_BYTES:
        raise Violation("bounds", f"{person.name} made a bundle of {len(data)} bytes")


def check_pairs(memory: Memory, everybody: Sequence[Person]) -> None:
    """Two are acquainted only where one wrote a letter and the other said yes; a letter makes one pair."""
    writers = [(id, by) for id, by in memory.invited.items()]
    for person in everybody:
        for pair in agreements.pairs(person.db, live=False):
            agreed = any(
                (by == person.identity and (id, pair.identity) in memory.yes)
                or (by == pair.identity and (id, person.identity) in memory.yes)
                for id, by in writers
            )
            if not agreed:
                raise Violation("two_yeses", f"{person.name} is acquainted with somebody who never agreed")


def check_register(everybody: Sequence[Person]) -> None:
    """Whoever gave something to a computer finds that computer in their register, for all that is on its
    disk.
    """
    by_identity = {person.identity: person for person in everybody}
    covered = {person.identity: _coverage(person) for person in everybody}
    for person in everybody:
        for space in shelf.spaces(person.db):
            for log in shelf.logs_of(person.db, space.id):
                if log.identity is None or log.identity == person.identity or not log.next_seq:
                    continue
                giver = log.identity
                if space.kind == "feed" and space.owner != person.identity:
                    giver = space.owner
                if by_identity[giver].gone:
                    continue  # their register went with the disk, from the copy on
                # What a lost computer was given, and its copy holds, stands there under that computer.
                held = [(device, space.id, log.public) for device in person.devices]
                runs = [run for key in held for run in covered[giver].get(key, [])]
                free = _first_free(runs)
                if free < log.next_seq:
                    name = by_identity[giver].name
                    raise Violation(
                        "register",
                        f"{person.name} has {space.kind} ({short(log.public)},{free}), "
                        f"{name}'s register does not",
                    )


def _coverage(person: Person) -> dict[tuple[bytes, bytes, bytes], list[tuple[int, int]]]:
    runs: dict[tuple[bytes, bytes, bytes], list[tuple[int, int]]] = defaultdict(list)
    for row in register.holdings(person.db):
        runs[row.holder, row.space, row.log].append((row.first_seq, row.last_seq))
    return runs


def _first_free(runs: Iterable[tuple[int, int]]) -> int:
    free = 0
    for first, last in sorted(runs):
        if first > free:
            break
        free = max(free, last + 1)
    return free


def check_unblamed(everybody: Sequence[Person]) -> None:
    """Here all are honest: nobody's computer holds anything against another, whatever got lost on the way."""
    for person in everybody:
        for row in outbox.verdicts(person.db):
            raise Violation("unblamed", f"{person.name} counted {row.code} against an honest computer")
