# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people of a measurement: real homes on disk with real cores, acquainted, and a wire in memory.

A `Pen` writes what a person would write, byte for byte, without keeping it at that person's home: so a shelf
of a million operations is filled by the one who receives them.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core.door import Core
from edgewise.core.inputs import (
    AddressesNow,
    AnswerLetter,
    Closed,
    Drained,
    Input,
    MakeBundle,
    MakeLetter,
    Opened,
    Place,
    Publish,
    ReadLetter,
    Received,
    SetMember,
    TakeFile,
)
from edgewise.core.library import pair_secret
from edgewise.features.posts.records import WORDS, Post, Word
from edgewise.ground.canon import Record
from edgewise.ground.limits import CHEADS_MAX, RUN_OPS_MAX
from edgewise.keys.signing import signing_from_seed
from edgewise.log.kinds import Registry
from edgewise.log.op import CLS_CONTENT, Op, compose, seal_body, to_wire
from edgewise.node import homes
from edgewise.node.running import SystemEntropy, now_ms
from edgewise.store import agreements, chest, shelf
from edgewise.store.db import Store
from edgewise.store.home import Home
from edgewise.sync.frames import Run, encode_frame
from edgewise.sync.ranges import space_tag

CONN: Final = 1
VOCABULARY: Final = 5_000
TEXT_WORDS: Final = (8, 30)
_SYLLABLES: Final = ("ba", "ko", "li", "ma", "ne", "pu", "ra", "si", "to", "we", "zu", "fen", "gar", "hol")


class Person:
    """Somebody's home in a folder, opened, with its core; its clock is this computer's."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.home = Home(folder / name)
        homes.make_folder(self.home.path)
        homes.take(self.home)
        self.key, self.identity = homes.begin(self.home, name, None, True, now_ms())
        self.udp_port = free_udp_port()
        place = homes.page_place(self.home.path)
        homes.keep_page_place(self.home.path, homes.PagePlace(place.word, 0, self.udp_port))
        self.store: Store
        self.core: Core
        self.store, self.core = homes.open_core(self.home, self.key)
        self._entropy = SystemEntropy()
        self.handle(AddressesNow((f"127.0.0.1:{self.udp_port}",)))

    @property
    def endpoint(self) -> bytes:
        """The public key of this home's endpoint."""
        me = self.core.me()
        assert me is not None, "a person without keys"
        return me.transport.public

    @property
    def feed(self) -> bytes:
        """The space of what this person writes to those they know."""
        with self.store.reading() as db:
            space = shelf.space_of_circle(db, PEOPLE)
        assert space is not None, "a person without a feed"
        return space.id

    def handle(self, item: Input) -> list[fx.Effect]:
        """Hand the core one input now."""
        return self.core.handle(item, now_ms(), self._entropy)

    def do(self, item: Input) -> Any:
        """Hand the core a command and give its answer."""
        return next((each.value for each in self.handle(item) if isinstance(each, fx.Reply)), None)

    def close(self) -> None:
        """Close the store and let go of the home."""
        self.store.close()
        self.home.release()


@contextlib.contextmanager
def people(folder: Path, *names: str) -> Iterator[list[Person]]:
    """Persons with their homes in a folder; closed at the end."""
    made: list[Person] = []
    try:
        made.extend(Person(folder, name) for name in names)
        yield made
    finally:
        for each in made:
            each.close()


def meet(one: Person, other: Person) -> None:
    """By files: a letter, its answer, and each lets the other read what they write to those they know."""
    letter: fx.LetterMade = one.do(MakeLetter(other.name, "Shall we measure?"))
    other.do(ReadLetter(letter.letter))
    answered: fx.Answered = other.do(AnswerLetter(letter.invitation, "yes"))
    assert answered.acceptance is not None
    taken: fx.FileTaken = one.do(TakeFile(answered.acceptance))
    assert taken.answer is not None
    other.do(TakeFile(taken.answer))
    for giver, taker in ((one, other), (other, one)):
        giver.do(SetMember(PEOPLE, taker.identity, True))
        giver.do(Publish(Place("circle", PEOPLE), Post("Good morning.")))  # the first post makes the feed
    for _ in range(2):
        for giver, taker in ((one, other), (other, one)):
            taker.do(TakeFile(giver.do(MakeBundle(taker.identity)).data))


class Cable:
    """A connection of two cores in memory; what one sends, the other is handed."""

    def __init__(self, dialer: Person, answerer: Person, conn: int = CONN) -> None:
        self._ends = (dialer, answerer)
        self._conn = conn
        self._under_way: deque[tuple[Person, Input]] = deque()
        for end, other, dialed in ((dialer, answerer, True), (answerer, dialer, False)):
            self._under_way.append((end, Opened(conn, other.endpoint, dialed)))
        self.settle()

    def settle(self) -> None:
        """Deliver until nothing is under way."""
        while self._under_way:
            person, item = self._under_way.popleft()
            self.carry(person, person.handle(item))

    def carry(self, person: Person, effects: Sequence[fx.Effect]) -> None:
        """Put what a person's core wants to send on its way."""
        one, other = self._ends
        there = other if person is one else one
        for effect in effects:
            if isinstance(effect, fx.Send | fx.Wire) and effect.conn == self._conn:
                self._under_way.append((there, Received(self._conn, effect.data)))
                if not effect.urgent:
                    self._under_way.append((person, Drained(self._conn)))
            elif isinstance(effect, fx.HangUp) and effect.conn == self._conn:
                self._under_way.append((there, Closed(self._conn)))


class Pen:
    """Writes into the newest log of a person's space what that person would write, and keeps nothing."""

    def __init__(self, person: Person, space: bytes) -> None:
        self.space = space
        self._registry: Registry = person.core.registry
        self._entropy = SystemEntropy()
        with person.store.reading() as db:
            log = shelf.my_log(db, space)
            assert log is not None, "a space without an own log"
            seed = chest.secret(db, f"log:{log.public.hex()}")
            assert seed is not None, "an own log without its key"
            self._epoch = [row for row in chest.epochs_of(db, space) if row.content][-1]
            self._cheads = tuple(sorted(shelf.control_heads(db, space)[:CHEADS_MAX]))
        self.content_key = self._epoch.content
        self._key = signing_from_seed(seed)
        self._seq, self._prev = log.next_seq, log.head

    def write(self, record: Record, at_ms: int) -> Op:
        """The next operation of the log."""
        body = self._registry.encode(record, at_ms)
        salt = self._entropy.take(16)
        payload = seal_body(
            self.content_key, space=self.space, log=self._key.public, seq=self._seq, salt16=salt, body=body
        )
        op = compose(
            self._key,
            space=self.space,
            seq=self._seq,
            prev=self._prev,
            deps=(),
            cheads=self._cheads,
            epoch=self._epoch.id,
            cls=CLS_CONTENT,
            payload=payload,
        )
        self._seq, self._prev = self._seq + 1, op.id
        return op


def tag_between(one: Person, other: Person, space: bytes) -> bytes:
    """What two people call a space on the wire."""
    with one.store.reading() as db:
        pair = agreements.pair(db, other.identity)
        assert pair is not None, "strangers"
        return space_tag(pair_secret(db, pair.space), space)


def run_frame(tag: bytes, ops: Sequence[Op]) -> bytes:
    """A run as it stands on the wire."""
    assert len(ops) <= RUN_OPS_MAX
    return encode_frame(Run(tag, tuple(to_wire(op) for op in ops)))


class Writing:
    """Texts as people write them: few words often, most words seldom (Zipf); the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        made = random.Random(0)
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words["".join(made.choices(_SYLLABLES, k=made.randint(1, 4)))] = None
        self.words = tuple(words)
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))

    def text(self) -> str:
        """A post of some lines."""
        count = self._chance.randint(*TEXT_WORDS)
        return " ".join(self._chance.choices(self.words, cum_weights=self._weights, k=count)) + "."

    def record(self, tops: Sequence[bytes]) -> Record:
        """Seven posts, two answers, one word in ten, the last two to one of `tops`."""
        what = self._chance.random()
        if not tops or what < 0.7:
            return Post(self.text())
        target = self._chance.choice(tops)
        if what < 0.9:
            return Post(self.text(), "", target)
        return Word(target, self._chance.choice(sorted(WORDS)), True)


def free_udp_port() -> int:
    """A port that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
