# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alice and bob, acquainted and connected within this process: what a target bends goes between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from edgewise import features
from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import Closed, Command, Drained, Input, Opened, Place, Publish, Received
from edgewise.core.turn import Me
from edgewise.features.people.records import Petname
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk.records import Say, SayEdit
from edgewise.ground.entropy import SeededEntropy
from edgewise.store import agreements, checkup, shelf
from edgewise.store.db import Connection, Store

NOW_MS: Final = 1_800_000_000_000
_MOVES_MAX: Final = 2_000


class One:
    """One person: a whole core on a store in memory. `sent`: the bytes of theirs that went over a line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entropy = SeededEntropy(name.encode())
        self.store = Store.in_memory(all_views(features.load()))
        self.core = Core(self.store, features.load())
        self.now_ms = NOW_MS
        self.sent: list[bytes] = []
        self.gone: set[int] = set()
        self.outgoing: deque[tuple[int, bytes]] = deque()
        self.identity: bytes = self.do(inputs.Begin(name.title()))

    @property
    def db(self) -> Connection:
        """The tables, for a look."""
        return self.store.reader()

    @property
    def me(self) -> Me:
        """This person's keys."""
        me = self.core.me()
        assert me is not None
        return me

    def give(self, item: Input) -> list[fx.Effect]:
        """Hand one input to the core; what it sends waits in `outgoing`."""
        effects = self.core.handle(item, self.now_ms, self.entropy)
        for effect in effects:
            if isinstance(effect, fx.Send | fx.Wire):
                self.sent.append(effect.data)
                self.outgoing.append((effect.conn, effect.data))
            elif isinstance(effect, fx.HangUp):
                self.gone.add(effect.conn)
        return effects

    def do(self, command: Command) -> Any:
        """Run a command and give its answer."""
        return next(each.value for each in self.give(command) if isinstance(each, fx.Reply))

    def examined(self) -> list[checkup.Finding]:
        """What the thorough doctor finds."""
        with self.store.write() as db:
            return checkup.deep(db, lambda op: self.core.open_op(db, op), self.core.views)


class Two:
    """Both, and the line between them: alice's end is `conn`, bob's the next number."""

    def __init__(self) -> None:
        self.alice, self.bob = One("alice"), One("bob")
        self.conn = 0
        self.letter: fx.LetterMade = self.alice.do(inputs.MakeLetter("Bob", "Shall we?", ("a post a week",)))
        self.bob.do(inputs.ReadLetter(self.letter.letter))
        self.answered: fx.Answered = self.bob.do(inputs.AnswerLetter(self.letter.invitation, "yes"))
        self.connect()
        for one, other in ((self.alice, self.bob), (self.bob, self.alice)):
            one.do(inputs.SetMember(PEOPLE, other.identity, True))
        self.items = list(self._write())
        self.deliver()

    def _write(self) -> Iterator[bytes]:
        alice, bob = self.alice, self.bob
        item = alice.do(Publish(Place("circle", PEOPLE), Post("The leeks are in.", "", b"", ())))
        yield item
        self.deliver()
        row = shelf.op_row(alice.db, item)
        assert row is not None
        yield bob.do(Publish(Place("space", row.space), Post("Keep me two.", "", item, (alice.identity,))))
        yield alice.do(Publish(Place("space", row.space), Edit(item, "The leeks are in, all.", "food")))
        yield bob.do(Publish(Place("space", row.space), Word(item, "thanks", True)))
        line = alice.do(Publish(Place("talk", bob.identity), Say("On Saturday?", "", b"")))
        yield line
        yield alice.do(Publish(Place("talk", bob.identity), SayEdit(line, "On Sunday?")))
        alice.do(Publish(Place("self"), Petname(bob.identity, "my neighbour")))
        alice.do(inputs.MakeCircle("Garden"))
        gone = bob.do(Publish(Place("circle", PEOPLE), Post("A mistake.", "", b"", ())))
        self.deliver()
        bob.do(inputs.TakeBack(gone))
        self.deliver()

    def connect(self) -> None:
        """A new line; they prove themselves and compare."""
        for one in (self.alice, self.bob):
            one.outgoing.clear()
            one.gone.clear()
        alice, bob = self.alice, self.bob
        alice.give(Closed(self.conn))
        bob.give(Closed(self.conn + 1))
        self.conn += 2
        bob.give(Opened(self.conn + 1, alice.me.transport.public, True))
        alice.give(Opened(self.conn, bob.me.transport.public, False))
        self.deliver()

    def deliver(self) -> None:
        """Bring what waits to the other end, until nothing moves."""
        for _ in range(_MOVES_MAX):
            for by, to, own, far in (
                (self.alice, self.bob, self.conn, self.conn + 1),
                (self.bob, self.alice, self.conn + 1, self.conn),
            ):
                while by.outgoing:
                    conn, data = by.outgoing.popleft()
                    if conn == own:
                        to.give(Received(far, data))
                by.give(Drained(own))
            if not self.alice.outgoing and not self.bob.outgoing:
                return
        raise AssertionError("they never come to rest")

    @property
    def connected(self) -> bool:
        """Whether alice still holds the line."""
        return self.conn not in self.alice.gone

    def check(self) -> None:
        """Nothing that was bent has left anything behind that should not be here."""
        for one in (self.alice, self.bob):
            found = one.examined()
            assert found == [], (one.name, found)
        pair = agreements.pair(self.alice.db, self.bob.identity)
        assert pair is not None
        assert pair.state == "live"
