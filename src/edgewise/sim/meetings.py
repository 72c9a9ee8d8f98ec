# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the people of the simulated world get to know each other, and what they carry to each other by hand.

A letter goes to whom it is for, and sometimes to somebody else too; it may come late, after its end, or after
it was withdrawn. Sticks are lost, copied, and arrive in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.ground.instant import HOUR_MS, MINUTE_MS
from edgewise.sim import checkers
from edgewise.sim.people import Person
from edgewise.sim.world import World
from edgewise.store import agreements

WAYS: Final = ("letter", "ticket", "files")
TRIES_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something handed over by hand. kind: "letter", "ticket" (texts), "acceptance" or "bundle" (files)."""

    to: Person
    by: Person
    kind: str
    data: bytes
    ready_ms: int
    invitation: bytes = b""
    files: bool = False
    tries: int = 0


class Meetings:
    """Who is still to meet whom, and what is on its way by hand."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.parcels: list[Parcel] = []
        self._next_ms: dict[tuple[int, int], int] = {}
        every = world.everybody
        self.planned = [(a, b) for a in every for b in every if a.number < b.number]
        world.chance.shuffle(self.planned)
        # Not everybody knows everybody: friends of friends are where things leak.
        keep = max(len(every) - 1, len(self.planned) * 3 // 4)
        self.planned = [pair if world.chance.random() < 0.5 else pair[::-1] for pair in self.planned[:keep]]

    def knows(self, person: Person, other: Person) -> bool:
        """Whether an acquaintance lives, as this person's computer has it."""
        pair = agreements.pair(person.db, other.identity)
        return pair is not None and pair.state == "live"

    def step(self, person: Person) -> bool:
        """Do one thing that waits for this person; False if there is none."""
        for at, parcel in enumerate(self.parcels):
            if parcel.to is person and parcel.ready_ms <= self._world.now_ms:
                del self.parcels[at]
                self._take(person, parcel)
                return True
        for inviter, reader in self.planned:
            if inviter is person and not self.knows(person, reader) and self._due(person, reader):
                self._invite(person, reader)
                return True
        return False

    def _due(self, person: Person, reader: Person) -> bool:
        key = (person.number, reader.number)
        if self._next_ms.get(key, 0) > self._world.now_ms:
            return False
        self._next_ms[key] = self._world.now_ms + 20 * HOUR_MS
        return True

    def _invite(self, person: Person, reader: Person) -> None:
        chance = self._world.chance
        way = chance.choice(WAYS)
        expires = chance.random() < 0.08
        until_ms = person.now_ms + HOUR_MS if expires else 0
        done = self._world.do(
            person,
            inputs.MakeLetter(reader.name, "Let us write to each other.", ("a ladder",), (), until_ms),
        )
        if not isinstance(done.value, fx.LetterMade):
            return
        made = done.value
        text = made.ticket if way == "ticket" else made.letter
        kind = "ticket" if way == "ticket" else "letter"
        delay_ms = 3 * HOUR_MS if expires else chance.choice((0, 0, 10_000, HOUR_MS, 6 * HOUR_MS))
        self._hand(Parcel(reader, person, kind, text.encode(), delay_ms, made.invitation, way == "files"))
        if chance.random() < 0.15:  # somebody else finds it
            other = chance.choice([each for each in self._world.everybody if each is not person])
            self._hand(Parcel(other, person, kind, text.encode(), delay_ms, made.invitation))
        if chance.random() < 0.08:
            self._world.do(person, inputs.WithdrawLetter(made.invitation))
        elif chance.random() < 0.2:
            self._world.do(person, inputs.ShowLetter(made.invitation))

    def _hand(self, parcel: Parcel) -> None:
        """Give something to be carried; `ready_ms` of the parcel given is the delay."""
        ready_ms = self._world.now_ms + parcel.ready_ms
        self.parcels.append(
            Parcel(
                parcel.to,
                parcel.by,
                parcel.kind,
                parcel.data,
                ready_ms,
                parcel.invitation,
                parcel.files,
                parcel.tries + 1,
            )
        )

    def _again(self, parcel: Parcel, delay_ms: int) -> None:
        if parcel.tries < TRIES_MAX:
            self._hand(
                Parcel(
                    parcel.to,
                    parcel.by,
                    parcel.kind,
                    parcel.data,
                    delay_ms,
                    parcel.invitation,
                    parcel.files,
                    parcel.tries,
                )
            )

    def _take(self, person: Person, parcel: Parcel) -> None:
        if parcel.kind in ("letter", "ticket"):
            self._read(person, parcel)
            return
        done = self._world.do(person, inputs.TakeFile(parcel.data))
        if not done.reached:
            self._again(parcel, MINUTE_MS)
        elif isinstance(done.value, fx.FileTaken) and done.value.answer is not None:
            self._hand(Parcel(parcel.by, person, "bundle", done.value.answer, HOUR_MS))

    def _read(self, person: Person, parcel: Parcel) -> None:
        read = self._world.do(person, inputs.ReadLetter(parcel.data.decode()))
        if read.code:
            return
        if not isinstance(read.value, fx.LetterRead) or read.value.body is None or not person.up:
            self._again(parcel, 15_000)  # a ticket's letter comes over a connection
            return
        answer = self._world.chance.choices(("yes", "later", "no"), (85, 12, 3))[0]
        done = self._world.do(person, inputs.AnswerLetter(parcel.invitation, answer))
        if answer == "later" or not (done.reached or done.code):
            self._again(parcel, HOUR_MS)
            return
        acceptance = done.value.acceptance if isinstance(done.value, fx.Answered) else None
        if acceptance is not None and (parcel.files or self._world.chance.random() < 0.2):
            self._hand(Parcel(parcel.by, person, "acceptance", acceptance, HOUR_MS))

    def carry_bundle(self, person: Person, other: Person) -> None:
        """Make a bundle for somebody, and have it carried: late, twice, to somebody else, or not at all."""
        done = self._world.do(person, inputs.MakeBundle(other.identity))
        if not isinstance(done.value, fx.BundleMade):
            return
        data = done.value.data
        checkers.check_bundle(person, data)
        chance = self._world.chance
        for _ in range(chance.choices((0, 1, 2), (15, 65, 20))[0]):
            delay_ms = chance.choice((0, 5_000, HOUR_MS, 20 * HOUR_MS))
            self._hand(Parcel(other, person, "bundle", data, delay_ms))
        if chance.random() < 0.05:
            wrong = chance.choice([each for each in self._world.everybody if each is not other])
            self._hand(Parcel(wrong, person, "bundle", data, 0))

    def meet_again(self, person: Person, other: Person) -> None:
        """An acquaintance ended; perhaps they find together again later."""
        self._next_ms[person.number, other.number] = self._world.now_ms + 20 * HOUR_MS
        if (person, other) not in self.planned and self._world.chance.random() < 0.6:
            self.planned.append((person, other))
