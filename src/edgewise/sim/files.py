# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people of the simulated world do with pictures and files: attach, ask for, pause, leave."""

from __future__ import annotations

import io
from typing import Final, Literal

from edgewise.core import inputs
from edgewise.log.blobs import Attachment
from edgewise.sim.people import Person
from edgewise.sim.world import World
from edgewise.store import pieces, sealed

SIZES_BYTES: Final = (0, 900, 20_000, 70_000, 150_000)
SORTS: Final[tuple[Literal["picture", "voice", "file"], ...]] = ("picture", "picture", "voice", "file")
AGAIN_MS: Final = (200, 8_000)


class Files:
    """What people do with pictures and files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def attachments(self, person: Person) -> tuple[Attachment, ...]:
        """Mostly nothing; sometimes something small that this person adds to what they write."""
        chance, often = self._world.chance, self._world.faults.files
        if not often or chance.random() >= often:
            return ()
        found = []
        for _ in range(chance.choice((1, 1, 2))):
            data = person.entropy.take(chance.choice(SIZES_BYTES))
            ref = sealed.seal_file(person.disk.pieces, io.BytesIO(data), len(data), person.entropy)
            done = self._world.do(person, inputs.KeepBlob(ref))
            if done.code:
                person.disk.pieces.remove(ref.blob)
            if done.code or not person.up:
                return ()
            self._world.memory.files[ref.blob] = data
            found.append(Attachment(ref, chance.choice(SORTS), "application/octet-stream", "thing", ""))
        return tuple(found)

    def act(self, person: Person) -> bool:
        """Ask for a file, pause it, go on, or leave it."""
        chance, often = self._world.chance, self._world.faults.files
        if not often or chance.random() >= often / 2:
            return False
        known = [row for row in pieces.all_blobs(person.db) if not row.is_whole]
        if not known:
            return False
        found = chance.choice(known)
        act = chance.choice((inputs.FetchBlob, inputs.FetchBlob, inputs.PauseBlob, inputs.CancelBlob))
        if act is not inputs.FetchBlob:
            person.stopped.add(found.id)
        self._world.do(person, act(found.id))
        if act is inputs.PauseBlob:
            self._world.at(chance.randint(*AGAIN_MS), lambda: self._go_on(person, found.id))
        return True

    def _go_on(self, person: Person, blob: bytes) -> None:
        if person.up:
            self._world.do(person, inputs.FetchBlob(blob))
