# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people of the simulated world.

A disk, a core that comes and goes, chance, and a clock that may be wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence

from edgewise.core.door import CORE_KINDS, Core, all_views
from edgewise.core.feature import Feature
from edgewise.core.turn import Me
from edgewise.ground.entropy import Entropy, SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.log.kinds import OpenedOp
from edgewise.store import pieces
from edgewise.store.db import Connection, Store
from edgewise.store.piece_files import MemoryPieces

NAMES = (
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "mallory",
    "niaj",
)


class PowerCut(Exception):
    """The current failed before COMMIT: what the transaction began is undone."""


class Disk(Store):
    """A store in memory that outlives its core, and whose next COMMIT may be cut off.

    While it is `full`, it takes nothing; `refused`: it has just refused something.
    """

    cut_next = False
    full = False
    refused = False

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction; with `cut_next` it ends in PowerCut and leaves nothing."""
        with super().write() as db:
            changes = db.total_changes()
            yield db
            if self.cut_next:
                self.cut_next = False
                raise PowerCut
            if self.full and db.total_changes() != changes:
                self.refused = True
                raise Refusal("home.full")


class Witness:
    """A view that keeps nothing and sees everything: each operation that this person's computer opens."""

    name = "witness"
    tables = ""

    def __init__(self, parts: Sequence[Feature]) -> None:
        kinds = (*CORE_KINDS, *(kind for part in parts for kind in part.kinds))
        self.kinds = frozenset(kind.name for kind in kinds)
        self.asleep = False
        self._seen: list[OpenedOp] = []

    def apply(self, db: object, op: OpenedOp) -> None:
        """Note that an operation was opened; not what remains of one that was taken back."""
        if not self.asleep and not op.gone:
            self._seen.append(op)

    def take(self) -> list[OpenedOp]:
        """What was opened since this was last asked; each operation once."""
        found = {op.id: op for op in self._seen}
        self._seen.clear()
        return list(found.values())

    def erase(self, db: object, op_id: bytes) -> None:
        """Nothing is kept, so nothing is let go."""

    def clear(self, db: object) -> None:
        """Nothing is kept."""

    def dump(self, db: object) -> Iterable[tuple[object, ...]]:
        """Nothing is shown."""
        return ()


class Person:
    """One person. `core` is None while their computer is off.

    `life` counts how often it was switched on or off.
    """

    def __init__(
        self,
        number: int,
        seed: int,
        parts: Sequence[Feature],
        *,
        disk: type[Disk] = Disk,
        entropy: Entropy | None = None,
    ) -> None:
        self.number = number
        self.name = NAMES[number % len(NAMES)] + (str(number // len(NAMES)) if number >= len(NAMES) else "")
        self.entropy = entropy or SeededEntropy(f"{seed} {self.name}".encode())
        self.witness = Witness(parts)
        self.parts = (*parts, Feature("witness", (), self.witness))
        self._disk_kind = disk
        self.disk = disk.in_memory(all_views(self.parts))
        # How wrong the clock is, and what it said when the last input came.
        self.skew_ms = 0
        self.now_ms = 0
        self.addr = f"10.0.{number}.1:{4000 + number}"
        self.core: Core | None = None
        self.life = 0
        self.wakes = 0
        self.me: Me | None = None
        # Operations whose writing was acknowledged to this person: id → (log, seq).
        self.acked: dict[bytes, tuple[bytes, int]] = {}
        # The keys of computers that are gone, and what was written there that others hold.
        self.gone: list[bytes] = []
        self.due_back: set[bytes] = set()
        # Blobs that this person paused or left at some time.
        self.stopped: set[bytes] = set()
        # Whom this person means by each circle, as they said it to their computer.
        self.meant: dict[bytes, set[bytes]] = {}

    @property
    def up(self) -> bool:
        """Whether the computer is on."""
        return self.core is not None

    @property
    def db(self) -> Connection:
        """The tables, for a look."""
        return self.disk.reader()

    @property
    def identity(self) -> bytes:
        """Who this is, 32 bytes; only after they began."""
        assert self.me is not None, f"{self.name} has not begun"
        return self.me.identity

    @property
    def endpoint(self) -> bytes:
        """The transport key of their computer."""
        assert self.me is not None, f"{self.name} has not begun"
        return self.me.transport.public

    @property
    def device(self) -> bytes:
        """The signing key of their computer."""
        assert self.me is not None, f"{self.name} has not begun"
        return self.me.device.public

    @property
    def devices(self) -> tuple[bytes, ...]:
        """The signing keys of all computers that this person ever had."""
        return (self.device, *self.gone)

    def new_computer(self) -> None:
        """The old disk is gone; what comes now is bare."""
        self.gone.append(self.device)
        self.me = None
        self.disk = self._disk_kind.in_memory(all_views(self.parts))

    def start(self) -> Core:
        """Switch the computer on: a new core on the old disk."""
        self.disk.pieces.clean(frozenset(row.id for row in pieces.all_blobs(self.db)))
        return self.bare()

    def bare(self) -> Core:
        """The same, where the disk may hold files and not yet the tables that know of them."""
        self.life += 1
        self.core = Core(self.disk, self.parts)
        self.me = self.me or self.core.me()
        return self.core

    def stop(self) -> None:
        """Switch it off, or let it crash: all that was in memory is gone."""
        self.life += 1
        self.core = None
        self.witness.take()

    def lose_unsynced(self) -> None:
        """The current failed: of pictures and files, what was not brought to the disk is gone."""
        files = self.disk.pieces
        assert isinstance(files, MemoryPieces)
        files.lose_unsynced()

    def meaning(self, circle: bytes) -> set[bytes]:
        """Whom this person means by a circle; the set itself, to be changed."""
        return self.meant.setdefault(circle, set())
