# SPDX-License-Identifier: AGPL-3.0-or-later
"""Safe copies in the small world: what a copy holds, and somebody who comes back from one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgewise import features
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import AddressesNow, ComeBack
from edgewise.ground.entropy import SeededEntropy
from edgewise.store import snapshot, views
from edgewise.store.db import Store
from edgewise.store.safecopy import Manifest, Part
from tests.core.party import Someone, World


class NoFiles:
    """Takes files and keeps none (store.snapshot.Taker)."""

    def begin(self, name: str, size_bytes: int) -> None:
        """A file."""

    def more(self, data: bytes) -> None:
        """Its bytes."""

    def end(self) -> None:
        """No more."""


def copy_of(one: Someone) -> tuple[Part, ...]:
    """A safe copy of somebody, as it is now."""
    return (snapshot.manifest(one.db, one.world.now_ms), *snapshot.dump(one.db))


@dataclass
class Returned(Someone):
    """Somebody who comes back from a copy on a new computer."""

    parts: Sequence[Part] = ()
    lost: bool = True

    def __post_init__(self) -> None:
        self.entropy = SeededEntropy(b"returned " + self.name.encode())
        self.store = Store.in_memory(all_views(features.load()))
        self.core = Core(self.store, features.load())
        first, *rest = self.parts
        assert isinstance(first, Manifest)
        with self.store.write() as db:
            snapshot.load(db, first, rest, NoFiles(), self.core.views)
        self.identity = self.do(ComeBack(first.identity, self.lost))
        with self.store.write() as db:
            views.rebuild(db, self.core.views, lambda op: self.core.open_op(db, op))


def come_back(world: World, parts: Sequence[Part], name: str, *, lost: bool = True) -> Returned:
    """Bring a copy back on a new computer, which is then reachable and dials whom it knows."""
    one = Returned(name, world, parts=parts, lost=lost)
    world.people[one.me.transport.public] = one
    one.give(AddressesNow((f"127.0.0.1:{5000 + len(world.people)}",)))
    return one


def lose(one: Someone) -> None:
    """The disk is gone, and the computer with it."""
    for conn in [conn for conn, end in one.world.lines.items() if end[0] is one]:
        one.world.cut(conn)
    del one.world.people[one.me.transport.public]
    one.world.deliver()
