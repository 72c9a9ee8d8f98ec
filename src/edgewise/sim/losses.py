# SPDX-License-Identifier: AGPL-3.0-or-later
"""Disks that are lost, and people who come back from a safe copy that may be days old (spec/safecopy.md).

What must hold: everything that the copy has, or that anybody who may pass it on has, is there in the end; no
place of a log is used twice; and nobody reads what was not meant for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edgewise.core.inputs import ComeBack
from edgewise.ground.ids import short
from edgewise.ground.limits import FILE_MAX_BYTES
from edgewise.sim.memory import Memory
from edgewise.sim.people import Person
from edgewise.sim.trace import Violation
from edgewise.sim.world import World
from edgewise.store import shelf, snapshot, views
from edgewise.store.safecopy import Manifest, Part

COPIES: Final = 0.5
"""How likely somebody makes a copy on a day."""
LOSSES: Final = 0.4
"""How likely one of all people loses a disk on a day."""
LOST_TOO: Final = 0.8
"""How likely the old computer is given up; else it is only off for ever."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A safe copy with its pictures and files, and whom its maker meant by each circle then."""

    parts: tuple[Part, ...]
    files: dict[bytes, bytes]
    meant: dict[bytes, frozenset[bytes]]


class NoFiles:
    """Takes the files of a copy: in this world they stand beside it (store.snapshot.Taker)."""

    def begin(self, name: str, size_bytes: int) -> None:
        """A file follows."""

    def more(self, data: bytes) -> None:
        """Its next bytes."""

    def end(self) -> None:
        """Nothing more."""


class Losses:
    """Who has which copies; on each day some are made, and sometimes one is needed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._copies: dict[int, list[Copy]] = {}

    def day(self) -> None:
        """What happens at the end of a day, while all computers are off."""
        chance = self._world.chance
        for person in self._world.everybody:
            if chance.random() < COPIES:
                self._copies.setdefault(person.number, []).append(_copy_of(person))
        if chance.random() < LOSSES:
            person = chance.choice(self._world.everybody)
            if copies := self._copies.get(person.number):
                come_back(self._world, person, chance.choice(copies), lost=chance.random() < LOST_TOO)


def _copy_of(person: Person) -> Copy:
    parts = (snapshot.manifest(person.db, person.now_ms), *snapshot.dump(person.db))
    files = person.disk.pieces
    held = {blob: files.read(blob, 0, FILE_MAX_BYTES) for blob in files.names()}
    return Copy(parts, held, {circle: frozenset(meant) for circle, meant in person.meant.items()})


def come_back(world: World, person: Person, copy: Copy, *, lost: bool) -> None:
    """A disk is gone; its person brings a copy back on a bare computer."""
    world.stop(person)
    world.trace.add(f"{person.name} loses the disk and brings a copy back")
    world.forget(person)
    person.due_back.update(_held_by_others(world, person))
    person.new_computer()
    person.meant = {circle: set(meant) for circle, meant in copy.meant.items()}
    for blob, data in copy.files.items():
        fresh = person.disk.pieces.fresh()
        fresh.put(data)
        fresh.keep(blob)
    first, *rest = copy.parts
    assert isinstance(first, Manifest)
    core = person.bare()
    with person.disk.write() as db:
        snapshot.load(db, first, rest, NoFiles(), core.views)
    world.give(person, ComeBack(first.identity, lost))
    person.witness.asleep = True
    with person.disk.write() as db:
        views.rebuild(db, core.views, lambda op: core.open_op(db, op))
    person.witness.asleep = False
    person.acked = {id: place for id, place in person.acked.items() if shelf.op_row(person.db, id)}
    world.know(person)
    world.stop(person)


def _held_by_others(world: World, person: Person) -> set[bytes]:
    """What this person wrote that somebody else has."""
    return {
        id
        for id in person.acked
        for other in world.everybody
        if other is not person and shelf.op_row(other.db, id) is not None
    }


def check_back(world: World, memory: Memory, paths: object) -> None:
    """Whatever others hold of what somebody wrote on a lost disk, and may give back, is there again."""
    assert callable(paths)
    for person in world.everybody:
        for id in sorted(person.due_back):
            known = memory.written[id].op
            if shelf.op_row(person.db, id) is not None:
                continue
            for other in world.everybody:
                if other is person or shelf.op_row(other.db, id) is None:
                    continue
                if other in world.network.lines_of(person) and paths(other, person, known.space):
                    at = f"{known.space_kind} ({short(known.log)},{known.seq})"
                    raise Violation("back", f"{other.name} has {person.name}'s {at}, {person.name} has not")
