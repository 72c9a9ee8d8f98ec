# SPDX-License-Identifier: AGPL-3.0-or-later
"""Three people in one process. Delivery is a verb; nothing moves unless a test moves it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edgewise import features
from edgewise.core import effects as fx
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import (
    AddressesNow,
    Begin,
    Closed,
    Command,
    Drained,
    Input,
    Opened,
    Place,
    Publish,
    Received,
    Tick,
)
from edgewise.core.turn import Me
from edgewise.features.posts.records import Post
from edgewise.ground.entropy import SeededEntropy
from edgewise.store.db import Store

START_MS = 1_800_000_000_000


@dataclass
class Someone:
    """One person with a whole core on a store in memory."""

    name: str
    world: World
    store: Store = field(init=False)
    core: Core = field(init=False)
    identity: bytes = field(init=False)
    sent: list[fx.Effect] = field(default_factory=list)
    skew_ms: int = 0

    def __post_init__(self) -> None:
        self.entropy = SeededEntropy(self.name.encode())
        self.store = self.open_store()
        self.core = Core(self.store, features.load())
        self.identity = self.do(Begin(self.name))
        self.give(AddressesNow((f"127.0.0.1:{4000 + len(self.world.people)}",)))

    def open_store(self) -> Store:
        """Where this person's things are kept: in memory."""
        return Store.in_memory(all_views(features.load()))

    @property
    def me(self) -> Me:
        """This person's keys."""
        me = self.core.me()
        assert me is not None
        return me

    @property
    def db(self) -> Any:
        """The tables, for a look."""
        return self.store.reader()

    def give(self, item: Input) -> list[fx.Effect]:
        """Hand one input to the core, and its effects to the world."""
        effects = self.core.handle(item, self.world.now_ms + self.skew_ms, self.entropy)
        self.world.carry(self, effects)
        self.sent += effects
        return effects

    def do(self, command: Command) -> Any:
        """Run a command; its answer."""
        return next(e.value for e in self.give(command) if isinstance(e, fx.Reply))

    def post(self, text: str, circle: bytes, parent: bytes = b"") -> bytes:
        """Write to a circle of one's own."""
        item: bytes = self.do(Publish(Place("circle", circle), Post(text, "", parent, ())))
        return item

    def restart(self) -> None:
        """Crash: the core is gone, the store stays."""
        for conn in [conn for conn, end in self.world.lines.items() if end[0] is self]:
            self.world.cut(conn)
        self.core = Core(self.store, features.load())


@dataclass
class World:
    """Lines between people. `deliver` moves everything that waits, until nothing moves any more."""

    now_ms: int = START_MS
    online: bool = True
    people: dict[bytes, Someone] = field(default_factory=dict)
    lines: dict[int, tuple[Someone, int]] = field(default_factory=dict)
    waiting: deque[tuple[Someone, Input]] = field(default_factory=deque)
    count: int = 0

    def person(self, name: str) -> Someone:
        """Somebody new."""
        someone = Someone(name, self)
        self.people[someone.me.transport.public] = someone
        return someone

    def carry(self, by: Someone, effects: Sequence[fx.Effect]) -> None:
        """Queue what effects ask for."""
        for effect in effects:
            if isinstance(effect, fx.Send | fx.Wire) and effect.conn in self.lines:
                other = self.lines[effect.conn][1]
                self.waiting.append((self.lines[other][0], Received(other, effect.data)))
                if not effect.urgent:  # once all that was queued is gone
                    self.waiting = deque(each for each in self.waiting if each != (by, Drained(effect.conn)))
                    self.waiting.append((by, Drained(effect.conn)))
            elif isinstance(effect, fx.Dial) and self.online and effect.endpoint in self.people:
                self.connect(by, self.people[effect.endpoint])
            elif isinstance(effect, fx.HangUp) and effect.conn in self.lines:
                self.waiting.append(
                    (self.lines[self.lines[effect.conn][1]][0], Closed(self.lines[effect.conn][1]))
                )

    def connect(self, one: Someone, other: Someone) -> None:
        """A line between two."""
        mine, theirs = self.count, self.count + 1
        self.count += 2
        self.lines[mine], self.lines[theirs] = (one, theirs), (other, mine)
        self.waiting.append((one, Opened(mine, other.me.transport.public, True)))
        self.waiting.append((other, Opened(theirs, one.me.transport.public, False)))

    def cut(self, conn: int) -> None:
        """A line breaks; what was under way on it is lost."""
        if conn not in self.lines:
            return
        one, other_conn = self.lines.pop(conn)
        other, _ = self.lines.pop(other_conn)
        gone = {conn, other_conn}
        self.waiting = deque(
            (who, item) for who, item in self.waiting if getattr(item, "conn", None) not in gone
        )
        self.waiting += [(one, Closed(conn)), (other, Closed(other_conn))]

    def cut_all(self) -> None:
        """Everybody is alone."""
        self.online = False
        for conn in list(self.lines):
            self.cut(conn)
        self.deliver()

    def deliver(self, limit: int = 10_000) -> None:
        """Move what waits until nothing moves."""
        while self.waiting and limit:
            who, item = self.waiting.popleft()
            who.give(item)
            limit -= 1
        assert limit, "the world never comes to rest"

    def pass_ms(self, ms: int) -> None:
        """Time passes for everybody, and what is due happens."""
        self.now_ms += ms
        for someone in list(self.people.values()):
            someone.give(Tick())
        self.deliver()
