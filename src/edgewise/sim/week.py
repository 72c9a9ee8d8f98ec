# SPDX-License-Identifier: AGPL-3.0-or-later
"""The days of a simulated week: when which computer is on, who is cut off from whom.

And how all heals at the end.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from edgewise.ground.instant import DAY_MS, HOUR_MS, SECOND_MS
from edgewise.sim import endings
from edgewise.sim.losses import Losses
from edgewise.sim.network import NO_FAULTS
from edgewise.sim.people import Person
from edgewise.sim.stories import Stories
from edgewise.sim.world import START_MS, World

# People sit down at much the same hours; each sitting takes a minute or so, in which something happens.
SITTINGS_MS: Final = tuple(hour * HOUR_MS for hour in (7, 12, 17, 20, 22))
SITTING_MS: Final = 60 * SECOND_MS
THERE: Final = 0.62
ACTS: Final = (1, 5)
HEALING_MS: Final = 22 * SECOND_MS


def live(world: World, days: int, *, losses: bool = False) -> Stories:
    """Let a world live for some days, with all that goes wrong; with `losses`, disks are lost too."""
    stories = Stories(world)
    lost = Losses(world)
    # Everybody is away for a day once in a week.
    away = {person.number: world.chance.randrange(7) for person in world.everybody}
    for day in range(days):
        for sitting_ms in SITTINGS_MS:
            there = [
                person
                for person in world.everybody
                if away[person.number] != day % 7 and (day == 0 or world.chance.random() < THERE)
            ]
            _plan(world, stories, START_MS + day * DAY_MS + sitting_ms - world.now_ms, there)
        world.run(START_MS + (day + 1) * DAY_MS)
        if losses:
            lost.day()
        world.new_day()
    return stories


def _plan(world: World, stories: Stories, in_ms: int, there: list[Person]) -> None:
    chance = world.chance
    for person in there:
        begins_ms = in_ms + chance.randint(0, SITTING_MS // 3)
        lasts_ms = chance.randint(SITTING_MS // 3, SITTING_MS)
        world.at(begins_ms, partial(_sit_down, world, person))
        world.at(begins_ms + lasts_ms, partial(world.stop, person))
        for _ in range(chance.randint(*ACTS)):
            act_ms = begins_ms + chance.randint(200, lasts_ms)
            world.at(act_ms, partial(stories.act, person))
    sides: dict[int, int] = {}
    if chance.random() < 0.25:
        parts = chance.randint(2, 3)
        sides = {person.number: chance.randrange(parts) for person in world.everybody}
    for person in there:
        if chance.random() < 0.12:  # no network at all
            sides[person.number] = 100 + person.number
    cut_ms = in_ms + chance.choice((-SECOND_MS, SITTING_MS // 3))
    world.at(max(0, cut_ms), lambda: world.network.partition(sides))
    world.at(in_ms + chance.choice((40, 55, 120)) * SECOND_MS, lambda: world.network.partition({}))
    if chance.random() < 0.3:
        world.at(in_ms + SITTING_MS // 2, world.network.break_one)
    for person in there:
        if world.disk_chance.random() < world.faults.full:
            full_ms = max(0, in_ms + world.disk_chance.randint(-HOUR_MS, SITTING_MS))
            world.at(full_ms, partial(_fill, person, True))
            world.at(full_ms + HOUR_MS, partial(_fill, person, False))


def _fill(person: Person, full: bool) -> None:
    """Something else takes the last room on a disk, or gives it back."""
    person.disk.full = full


def _sit_down(world: World, person: Person) -> None:
    """Switch a computer on. Now and then its clock was set anew, or it hangs on another network."""
    if not person.up and world.chance.random() < 0.04:
        person.skew_ms = world.draw_skew()
    if not person.up and world.chance.random() < 0.1:
        person.addr = f"10.{world.chance.randint(1, 9)}.{person.number}.1:{4000 + person.number}"
    world.start(person)


def heal(world: World) -> None:
    """No more faults: everybody is there, in one house, for as long as it takes; then the last checks."""
    world.faults = NO_FAULTS
    world.network.partition({})
    world.network.near = True
    for person in world.everybody:
        _fill(person, False)
    for _ in range(2):
        for person in world.everybody:
            world.stop(person)
        world.run(world.now_ms + SECOND_MS)
        for person in world.everybody:
            world.start(person)
        world.run(world.now_ms + HEALING_MS)
    world.look_around()
    endings.check_all(world)
