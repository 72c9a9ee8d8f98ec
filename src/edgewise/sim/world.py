# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulated world: people, their computers, a network, and a heap of what happens next.

One thread, one seed.

An input is handed to a core as the node does it; then its effects are carried out one by one. In between, by
chance, the current fails: before COMMIT nothing has happened, after it the rest of the effects is lost and
all that was in memory. A command counts as acknowledged only when its Reply was reached.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from edgewise import features
from edgewise.core import effects as fx
from edgewise.core.feature import Feature
from edgewise.core.inputs import AddressesNow, Begin, Command, Input, Tick
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.instant import HOUR_MS, MINUTE_MS, SECOND_MS, YEAR_MS
from edgewise.log.kinds import OpenedOp
from edgewise.sim import attached, checkers, trace
from edgewise.sim.memory import Memory
from edgewise.sim.network import Faults, Network
from edgewise.sim.people import Disk, Person, PowerCut
from edgewise.sim.trace import Trace, Violation

START_MS: Final = 1_800_000_000_000
# A world that goes on for longer without a pause never comes to rest: somebody answers answers.
INPUTS_PER_DAY_MAX: Final = 20_000
RESTART_MS: Final = (100, 15_000)
# By how much clocks are wrong: most a little, some by hours, some by years.
SKEWS_MS: Final = (0, 3 * SECOND_MS, -2 * MINUTE_MS, 7 * HOUR_MS, -HOUR_MS, 0, 2 * YEAR_MS, -3 * YEAR_MS)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an input. reached: effects were carried out up to the Reply; code: the Refusal."""

    value: object = None
    code: str = ""
    reached: bool = False


class World:
    """Everybody, and all that is still to happen. `memory` is what the checkers know for themselves."""

    def __init__(
        self,
        seed: int,
        people: int,
        *,
        faults: Faults | None = None,
        parts: Sequence[Feature] | None = None,
        disk: type[Disk] = Disk,
        out: TextIO | None = None,
    ) -> None:
        self.chance = random.Random(seed)
        self.disk_chance = random.Random(f"{seed} disks")  # its own: other faults fall as they did without
        self.faults = faults or Faults()
        self.now_ms = START_MS
        self.trace = Trace(out)
        self.memory = Memory()
        self.network = Network(self)
        self.inputs = 0
        self.refusals: dict[str, int] = {}
        self._inputs_today = 0
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._ties = 0
        self._endpoints: dict[bytes, Person] = {}
        loaded = features.load() if parts is None else parts
        self.everybody = [Person(number, seed, loaded, disk=disk) for number in range(people)]
        for person in self.everybody:
            self._begin(person)

    def _begin(self, person: Person) -> None:
        """Somebody sets up their computer for the first time."""
        person.skew_ms = self.draw_skew()
        person.start()
        self.give(person, Begin(person.name))
        core = person.core or person.start()  # it may have crashed as soon as all was written
        person.me = core.me()
        self._endpoints[person.endpoint] = person
        person.stop()

    def draw_skew(self) -> int:
        """How wrong somebody's clock is; by years in one of eight cases of this draw, by two."""
        return self.chance.choice(SKEWS_MS)

    # time

    def at(self, delay_ms: int, act: Callable[[], None]) -> None:
        """Do something in `delay_ms`; of two things at one instant the one told first."""
        self._ties += 1
        heapq.heappush(self._heap, (self.now_ms + delay_ms, self._ties, act))

    def run(self, until_ms: int) -> None:
        """Let everything happen that happens before an instant."""
        while self._heap and self._heap[0][0] <= until_ms:
            self.now_ms, _, act = heapq.heappop(self._heap)
            self.network.tick(self.now_ms)
            act()
        self.now_ms = until_ms
        self.network.tick(until_ms)

    def new_day(self) -> None:
        """Another day: look at everything that may be looked at while all goes on."""
        self._inputs_today = 0
        self.look_around()

    # people

    def find(self, endpoint: bytes) -> Person | None:
        """Whose endpoint this is."""
        return self._endpoints.get(endpoint)

    def forget(self, person: Person) -> None:
        """Nobody lives at this person's endpoint any more."""
        self._endpoints.pop(person.endpoint, None)

    def know(self, person: Person) -> None:
        """This person's computer is reached at its endpoint from now on."""
        self._endpoints[person.endpoint] = person

    def who(self, identity: bytes) -> Person | None:
        """The person behind an identity."""
        return next((each for each in self.everybody if each.identity == identity), None)

    def start(self, person: Person) -> None:
        """Switch a computer on. Its clock may have been set right meanwhile, and its address be another."""
        if person.up:
            return
        person.start()
        self.trace.add(f"{self._stamp()} {person.name} starts")
        checkers.check_acked(person)
        self.give(person, AddressesNow((person.addr,)))
        self.give(person, Tick())

    def stop(self, person: Person) -> None:
        """Switch a computer off; one that has just crashed does not come back by itself then."""
        if not person.up:
            person.life += 1
        else:
            person.stop()
            self.trace.add(f"{self._stamp()} {person.name} stops")
            self.network.gone(person)

    def crash(self, person: Person) -> None:
        """A computer dies at this instant, and comes back after a while."""
        person.stop()
        self.trace.add(f"{self._stamp()} {person.name} crashes")
        self.network.gone(person)
        life = person.life
        self.at(self.chance.randint(*RESTART_MS), lambda: self.start(person) if person.life == life else None)

    # inputs and effects

    def give(self, person: Person, item: Input) -> Done:
        """Hand one input to a person's core, look at what came of it, and carry out its effects."""
        if person.core is None:
            return Done()
        self._count()
        person.now_ms = self.now_ms + person.skew_ms
        person.disk.cut_next = person.me is not None and self.chance.random() < self.faults.power_cut
        try:
            effects = person.core.handle(item, person.now_ms, person.entropy)
        except PowerCut:
            self._line(person, item, "power cut")
            person.lose_unsynced()
            self.crash(person)
            return Done()
        except EdgewiseError as no:
            return self._refused(person, item, no)
        opened = person.witness.take()
        if person.disk.refused:  # what was opened was undone
            person.disk.refused, opened = False, []
        self._line(person, item, f"{trace.shown(opened)} > {trace.named(effects)}")
        self._judge(person, item, opened, effects)
        return self._carry_all(person, item, opened, effects)

    do = give

    def _judge(
        self, person: Person, item: Input, opened: Sequence[OpenedOp], effects: Sequence[fx.Effect]
    ) -> None:
        if person.me is None:
            assert person.core is not None
            person.me = person.core.me()
        self.memory.intend(person, item)
        checkers.after_input(self.memory, self.network, person, item, opened, effects)

    def _refused(self, person: Person, item: Input, no: EdgewiseError) -> Done:
        """A command may be refused, by ourselves or since what it brought is bad; nothing else raises."""
        person.witness.take()
        person.disk.refused = False
        self._line(person, item, no.code)
        if not isinstance(item, Command):
            raise Violation("escaped", f"{person.name}: {trace.said(item)} raised {no.code}") from no
        self.refusals[no.code] = self.refusals.get(no.code, 0) + 1
        return Done(code=no.code, reached=isinstance(no, Refusal))

    def _carry_all(
        self, person: Person, item: Input, opened: Sequence[OpenedOp], effects: Sequence[fx.Effect]
    ) -> Done:
        stop = len(effects)
        crashes = self.chance.random() < self.faults.crash
        if crashes:
            stop = self.chance.randrange(len(effects) + 1)
        done = Done()
        for effect in effects[:stop]:
            if isinstance(effect, fx.Reply):
                done = Done(effect.value, reached=True)
                person.acked.update((op.id, (op.log, op.seq)) for op in opened if op.mine)
                self._made(person, effect.value)
            else:
                self._carry(person, effect)
        if crashes:
            self.crash(person)
        return done

    def _made(self, person: Person, value: object) -> None:
        if isinstance(value, fx.LetterMade):
            self.memory.invited[value.invitation] = person.identity

    def _carry(self, person: Person, effect: fx.Effect) -> None:
        if isinstance(effect, fx.Send | fx.Wire):
            self.network.send(person, effect.conn, effect.data, effect.urgent)
        elif isinstance(effect, fx.Dial):
            self.network.dial(person, effect.endpoint, effect.addrs)
        elif isinstance(effect, fx.HangUp):
            self.network.hang_up(person, effect.conn, effect.reason)
        elif isinstance(effect, fx.WakeAt):
            self._wake(person, effect.at_ms)

    def _wake(self, person: Person, at_ms: int) -> None:
        """The latest wish to be woken counts, as in the node."""
        person.wakes += 1
        life, wakes = person.life, person.wakes
        delay_ms = max(1, at_ms - person.skew_ms - self.now_ms)

        def tick() -> None:
            if (person.life, person.wakes) == (life, wakes):
                self.give(person, Tick())

        self.at(delay_ms, tick)

    def _count(self) -> None:
        self.inputs += 1
        self._inputs_today += 1
        if self._inputs_today > INPUTS_PER_DAY_MAX:
            raise Violation("rest", f"more than {INPUTS_PER_DAY_MAX} inputs within a day")

    def _stamp(self) -> str:
        return f"{(self.now_ms - START_MS) / 1000:.3f}"

    def _line(self, person: Person, item: Input, what: str) -> None:
        self.trace.add(f"{self._stamp()} {person.name} · {trace.said(item)} · {what}")

    # looking

    def look_around(self) -> None:
        """The checks that hold at any instant and cost too much for every one."""
        checkers.check_keys(self.memory, self.everybody)
        checkers.check_bounds(self.network, self.everybody)
        checkers.check_pairs(self.memory, self.everybody)
        checkers.check_register(self.everybody)
        checkers.check_unblamed(self.everybody)
        attached.check_held(self.everybody)
        for person in self.everybody:
            checkers.check_acked(person)
