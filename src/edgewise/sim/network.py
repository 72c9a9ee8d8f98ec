# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulated network.

Lines between endpoints, delay, pieces of any length, breaks at any byte, partitions.

It promises what carriers.port promises of a carrier, and no more: bytes of one line arrive in order and once,
as far as they arrive; an urgent message may overtake bulk that still waits; a line may die without a word.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from edgewise.core.inputs import Closed, Drained, Input, Opened, Received
from edgewise.sim.people import Person

LATENCY_MS: Final = (1, 180)
PIECES_MAX: Final = 4
LOST: Final = "line.lost"
LEFT: Final = "peer.left"


@dataclass(slots=True)
class Faults:
    """How often something goes wrong, each as a chance between 0 and 1 per occasion."""

    crash: float = 0.002  # per handled input: some of its effects are lost, and all that is in memory
    power_cut: float = 0.001  # per handled input: the current fails before COMMIT
    break_line: float = 0.004  # per message on its way: the line ends within it
    untold: float = 0.3  # per end of a broken line: nobody tells it
    cut_pieces: float = 0.25  # per message: it arrives in pieces
    full: float = 0.02  # per person and sitting: their disk is full for an hour
    files: float = 0.15  # no fault: how often something that is written brings a picture or a file


NO_FAULTS: Final = Faults(0, 0, 0, 0, 0, 0, 0)


class Surroundings(Protocol):
    """What the network needs of the world."""

    chance: random.Random
    faults: Faults

    def at(self, delay_ms: int, act: Callable[[], None]) -> None:
        """Do something later."""
        ...

    def give(self, person: Person, item: Input) -> object:
        """Hand an input to a person's core."""
        ...

    def find(self, endpoint: bytes) -> Person | None:
        """Whose endpoint this is."""
        ...


@dataclass(slots=True)
class End:
    """One person's end of a line. `clear_ms`.

    How long what was sent is still under way, after which more follows.
    """

    person: Person
    life: int
    conn: int
    open: bool = True
    leaving: str = ""
    pumping: bool = False
    clear_at_ms: int = 0
    urgent: deque[bytes] = field(default_factory=deque)
    bulk: deque[bytes] = field(default_factory=deque)
    other: End | None = None
    cut: bool = False

    @property
    def alive(self) -> bool:
        """Whether the computer that holds this end still runs and has not been told that it is gone."""
        return self.open and self.person.up and self.person.life == self.life


class Network:
    """All lines that stand."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._ends: dict[int, End] = {}
        self._count = 0
        self._now_ms = 0
        # Person number → side; people on different sides don't reach one another.
        self.sides: dict[int, int] = {}
        # True: whoever is looked for is found, as in one house; else the address must be the present one.
        self.near = False

    # what people's computers do

    def dial(self, person: Person, endpoint: bytes, addrs: Sequence[str]) -> None:
        """Try to reach an endpoint; after a while a line stands, or nothing happens."""
        life = person.life
        self._world.at(self._latency(), lambda: self._reach(person, life, endpoint, tuple(addrs)))

    def send(self, person: Person, conn: int, data: bytes, urgent: bool) -> None:
        """Queue a whole message; on a line that is gone it is dropped."""
        end = self._ends.get(conn)
        if end is None or end.person is not person or not end.alive or end.leaving:
            return
        (end.urgent if urgent else end.bulk).append(data)
        self._pump_soon(end)

    def hang_up(self, person: Person, conn: int, reason: str) -> None:
        """End a line once what is queued is under way."""
        end = self._ends.get(conn)
        if end is not None and end.person is person and end.alive:
            end.leaving = reason or LEFT
            self._pump_soon(end)

    # what happens to them

    def gone(self, person: Person) -> None:
        """A computer was switched off or has crashed: its lines end; the others learn it, or find out."""
        for end in [each for each in self._ends.values() if each.person is person]:
            self._forget(end)
            if end.other is not None:
                self._lose(end.other)

    def partition(self, sides: dict[int, int]) -> None:
        """Cut the world into sides. Lines between them fall silent; nobody is told."""
        self.sides = dict(sides)
        for end in list(self._ends.values()):
            if end.other is not None and not self._same_side(end.person, end.other.person):
                end.cut = end.other.cut = True

    def break_one(self) -> None:
        """One line breaks."""
        standing = [end for end in self._ends.values() if end.alive]
        if standing:
            self._break(standing[self._world.chance.randrange(len(standing))])

    def waiting_bytes(self, person: Person) -> int:
        """What is queued at this person's ends."""
        mine = [end for end in self._ends.values() if end.person is person]
        return sum(len(data) for end in mine for data in (*end.urgent, *end.bulk))

    def lines_of(self, person: Person) -> list[Person]:
        """Who is at the other end of this person's lines."""
        return [
            end.other.person
            for end in self._ends.values()
            if end.person is person and end.alive and end.other is not None and end.other.alive
        ]

    def peer_of(self, person: Person, conn: int) -> Person | None:
        """Who is, or was, at the other end of a line."""
        end = self._ends.get(conn)
        return (
            end.other.person if end is not None and end.person is person and end.other is not None else None
        )

    def _latency(self) -> int:
        return self._world.chance.randint(*LATENCY_MS)

    def _same_side(self, one: Person, other: Person) -> bool:
        return self.sides.get(one.number, 0) == self.sides.get(other.number, 0)

    def _reach(self, person: Person, life: int, endpoint: bytes, addrs: tuple[str, ...]) -> None:
        found = self._world.find(endpoint)
        if not person.up or person.life != life or found is None or not found.up or found is person:
            return
        if not self._same_side(person, found) or not (self.near or found.addr in addrs):
            return
        mine, theirs = End(person, person.life, self._count), End(found, found.life, self._count + 1)
        mine.other, theirs.other = theirs, mine
        self._count += 2
        self._ends[mine.conn], self._ends[theirs.conn] = mine, theirs
        self._world.give(person, Opened(mine.conn, endpoint, True, found.addr))
        if theirs.alive:
            self._world.give(found, Opened(theirs.conn, person.endpoint, False, person.addr))

    def _pump_soon(self, end: End) -> None:
        if not end.pumping:
            end.pumping = True
            self._world.at(1, lambda: self._pump(end))

    def _pump(self, end: End) -> None:
        """Bring the next message under way: all urgent ones before one of bulk, or the other way round."""
        end.pumping = False
        if not end.alive or end.other is None:
            return
        data = b"".join(end.urgent)
        end.urgent.clear()
        if end.bulk and (not data or self._world.chance.random() < 0.5):
            data += end.bulk.popleft()
        if data:
            self._transmit(end, data)
        if not end.alive:
            return
        if end.urgent or end.bulk:
            self._pump_soon(end)
        elif end.leaving:
            self._leave(end)
        else:
            self._world.at(1, lambda: self._tell(end, Drained(end.conn)))

    def _transmit(self, end: End, data: bytes) -> None:
        chance = self._world.chance
        if end.cut:
            return
        broken = chance.random() < self._world.faults.break_line
        if broken:
            data = data[: chance.randrange(len(data) + 1)]
        delay_ms = 0
        for piece in self._pieces(data):
            delay_ms += self._latency() if not delay_ms else chance.randint(0, 20)
            self._after(end, delay_ms, piece)
        if broken:
            self._break(end)

    def _pieces(self, data: bytes) -> list[bytes]:
        chance = self._world.chance
        if len(data) < 2 or chance.random() >= self._world.faults.cut_pieces:
            return [data] if data else []
        count = min(chance.randint(1, PIECES_MAX - 1), len(data) - 1)
        cuts = sorted(chance.sample(range(1, len(data)), count))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    def _after(self, end: End, delay_ms: int, piece: bytes) -> None:
        """Deliver a piece behind all that was sent before it."""
        other = end.other
        assert other is not None
        end.clear_at_ms = max(end.clear_at_ms, self.now_ms() + delay_ms)
        self._world.at(
            end.clear_at_ms - self.now_ms(), lambda: self._tell(other, Received(other.conn, piece))
        )

    def now_ms(self) -> int:
        """The world's time, as `tick` was last told."""
        return self._now_ms

    def tick(self, now_ms: int) -> None:
        """The world's time moves on."""
        self._now_ms = now_ms

    def _tell(self, end: End, item: Input) -> None:
        if end.alive:
            self._world.give(end.person, item)

    def _leave(self, end: End) -> None:
        """An orderly end, once everything has arrived."""
        wait_ms = max(0, end.clear_at_ms - self.now_ms())
        other = end.other
        self._world.at(wait_ms, lambda: self._close(end, end.leaving))
        if other is not None:
            self._world.at(wait_ms + 1, lambda: self._close(other, LEFT))

    def _break(self, end: End) -> None:
        """A line ends within a message; each end is told, or not."""
        for each in (end, end.other):
            if each is not None:
                each.cut = True
                self._lose(each)

    def _lose(self, end: End) -> None:
        end.cut = True
        if self._world.chance.random() >= self._world.faults.untold:
            wait_ms = max(0, end.clear_at_ms - self.now_ms()) + self._latency()
            self._world.at(wait_ms, lambda: self._close(end, LOST))

    def _close(self, end: End, reason: str) -> None:
        if not end.open:
            return
        alive = end.alive
        self._forget(end)
        if alive:
            self._world.give(end.person, Closed(end.conn, reason))

    def _forget(self, end: End) -> None:
        end.open = False
        end.urgent.clear()
        end.bulk.clear()
        if end.other is None or not end.other.open:
            self._ends.pop(end.conn, None)
            if end.other is not None:
                self._ends.pop(end.other.conn, None)
