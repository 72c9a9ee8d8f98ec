# SPDX-License-Identifier: AGPL-3.0-or-later
"""The week of the demo, lived before its nodes run: real cores, told the time, bring each other bundles."""

from __future__ import annotations

import contextlib
import random
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import effects as fx
from edgewise.core.inputs import (
    AddressesNow,
    AnswerLetter,
    Input,
    MakeBundle,
    MakeCircle,
    MakeLetter,
    Place,
    Publish,
    ReadLetter,
    SetMember,
    TakeBack,
    TakeFile,
)
from edgewise.demo.week import NAMES, WEEK, Line
from edgewise.features.posts import view as posts_view
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk.records import Say
from edgewise.ground.canon import Record
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import DAY_MS, MINUTE_MS
from edgewise.node import homes
from edgewise.node.keeper import UDP_PORTS
from edgewise.node.running import SystemEntropy
from edgewise.store import agreements
from edgewise.store.home import Home

DELIVERED_AFTER_MS: Final = 4 * MINUTE_MS
"""In the demo's past the others' computers are on, and what was written reaches them soon."""
FIRST_DAY: Final = 7


class Body:
    """One of the three, while the week is lived: a home whose core is told what time it is."""

    def __init__(self, folder: Path, name: str, at_ms: int) -> None:
        self.name = name
        self.home = Home(folder / name.lower())
        homes.make_folder(self.home.path)
        homes.take(self.home)
        key, self.identity = homes.begin(self.home, name, None, True, at_ms)
        self.store, self.core = homes.open_core(self.home, key)
        self._entropy = SystemEntropy()
        self.circles: dict[str, bytes] = {"people": PEOPLE, "me": ONLY_ME}
        place = homes.page_place(self.home.path)
        self.udp_port = _free_udp_port()
        homes.keep_page_place(self.home.path, homes.PagePlace(place.word, 0, self.udp_port))

    def do(self, item: Input, at_ms: int) -> Any:
        """Hand the core one input at a time of the past, and give its answer."""
        effects = self.core.handle(item, at_ms, self._entropy)
        return next((effect.value for effect in effects if isinstance(effect, fx.Reply)), None)

    def close(self) -> None:
        """Let go of the home."""
        self.store.close()
        self.home.release()


class Past:
    """The week of the three, from its first letter to this morning."""

    def __init__(self, bodies: dict[str, Body], now_ms: int) -> None:
        self._bodies = bodies
        self._now_ms = now_ms
        self._said: dict[str, tuple[bytes, bytes]] = {}

    def live(self) -> None:
        """Meet, then write what stands in `WEEK`, in its order."""
        alice, bob, carol = (self._bodies[name] for name in NAMES)
        for body in self._bodies.values():
            body.do(AddressesNow((f"127.0.0.1:{body.udp_port}",)), self._at(FIRST_DAY, "08:00"))
        self._meet(alice, bob, "You asked how the Saturday runs work. Shall we write here?", "08:10")
        self._meet(alice, carol, "The bicycle workshop needs a place to talk. Come in!", "09:30")
        self._meet(bob, carol, "Alice says that you mend gears too.", "11:00")
        circle = alice.do(MakeCircle("Saturday run"), self._at(FIRST_DAY, "12:00"))
        alice.circles["run"] = circle
        for other in (bob, carol):
            alice.do(SetMember(circle, other.identity, True), self._at(FIRST_DAY, "12:01"))
        for line, before in zip(WEEK, (None, *WEEK), strict=False):
            at_ms = self._at(line.days_ago, line.clock)
            if before is not None and (line.of or line.days_ago != before.days_ago):
                self._deliver(self._at(before.days_ago, before.clock) + DELIVERED_AFTER_MS)
            self._write(line, at_ms)
        for _ in range(2):  # the second time tells back what came
            self._deliver(self._now_ms - DELIVERED_AFTER_MS)
        alice.do(MakeLetter("Dina", "We met at the market. Would you like to write?"), self._at(1, "19:00"))

    def _at(self, days_ago: int, clock: str) -> int:
        """That hour of that day in this computer's time; never later than some minutes ago."""
        hour, minute = map(int, clock.split(":"))
        day = datetime.fromtimestamp(self._now_ms / 1000).astimezone() - timedelta(days=days_ago)
        moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return min(int(moment.timestamp() * 1000), self._now_ms - 2 * DELIVERED_AFTER_MS)

    def _meet(self, one: Body, other: Body, words: str, clock: str) -> None:
        at_ms = self._at(FIRST_DAY, clock)
        letter: fx.LetterMade = one.do(MakeLetter(other.name, words), at_ms)
        other.do(ReadLetter(letter.letter), at_ms + MINUTE_MS)
        answered: fx.Answered = other.do(AnswerLetter(letter.invitation, "yes"), at_ms + 2 * MINUTE_MS)
        assert answered.acceptance is not None
        taken: fx.FileTaken = one.do(TakeFile(answered.acceptance), at_ms + 3 * MINUTE_MS)
        assert taken.answer is not None
        other.do(TakeFile(taken.answer), at_ms + 4 * MINUTE_MS)
        for giver, taker in ((one, other), (other, one)):
            giver.do(SetMember(PEOPLE, taker.identity, True), at_ms + 5 * MINUTE_MS)
        self._deliver(at_ms + 6 * MINUTE_MS)

    def _write(self, line: Line, at_ms: int) -> None:
        body = self._bodies[line.who]
        if line.takes_back:
            body.do(TakeBack(self._said[line.takes_back][0], "typo"), at_ms)
            return
        place, record = self._what(line, body)
        id: bytes = body.do(Publish(place, record), at_ms)
        item = posts_view.item(body.store.reader(), id)
        if line.sign:
            self._said[line.sign] = (id, item.space if item is not None else b"")

    def _what(self, line: Line, body: Body) -> tuple[Place, Record]:
        if line.to in self._bodies:
            return Place("talk", self._bodies[line.to].identity), Say(line.text)
        target, space = self._said.get(line.of, (b"", b""))
        if line.word:
            return Place("space", space), Word(target, line.word, True)
        if line.edits:
            return Place("space", space), Edit(target, line.text, line.warning)
        mentions = tuple(sorted(self._bodies[name].identity for name in line.mentions))
        if line.of:
            return Place("space", space), Post(line.text, line.warning, target, mentions)
        return Place("circle", body.circles[line.to]), Post(line.text, line.warning, b"", mentions)

    def _deliver(self, at_ms: int) -> None:
        """Everybody's computer reaches everybody's, in turn."""
        for giver in self._bodies.values():
            for taker in self._bodies.values():
                if giver is not taker and _acquainted(giver, taker):
                    taker.do(TakeFile(giver.do(MakeBundle(taker.identity), at_ms).data), at_ms)


def _acquainted(one: Body, other: Body) -> bool:
    return agreements.pair(one.store.reader(), other.identity) is not None


def _free_udp_port() -> int:
    for port in random.sample(UDP_PORTS, 50):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("", port))
            return port
    raise Refusal("port.taken", port=UDP_PORTS.start)


def lay_out(folder: Path, now_ms: int) -> None:
    """Make the three homes with the week before `now_ms`. Refusals "home.exists", "home.unwritable"."""
    bodies: dict[str, Body] = {}
    try:
        for name in NAMES:
            bodies[name] = Body(folder, name, now_ms - (FIRST_DAY + 1) * DAY_MS)
        Past(bodies, now_ms).live()
    finally:
        for body in bodies.values():
            body.close()
