# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far something of one's own reaches: who may read it, and on whose computers it is."""

from dataclasses import dataclass

import apsw

from edgewise.store import agreements, people, register, shelf


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an own item is: who may read it, and on whose computers it is. Both sorted."""

    readers: tuple[bytes, ...]
    on: tuple[bytes, ...]

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """Those who may read it and are not known to have it."""
        return tuple(identity for identity in self.readers if identity not in self.on)


def reach(db: apsw.Connection, id: bytes, now_ms: int) -> Reach:
    """Who may read an own item, and whose computers said that they have it."""
    op = shelf.op_row(db, id)
    if op is None:
        return Reach((), ())
    given = agreements.grants(db, mine=True, live_at=now_ms)
    readers = {grant.identity for grant in given if grant.space == op.space and "read" in grant.verbs}
    on = set()
    for device, state in register.holders(db, op.space, op.log, op.seq):
        if state == "acked" and (identity := people.identity_of_device(db, device)) is not None:
            on.add(identity)
    return Reach(tuple(sorted(readers)), tuple(sorted(on)))
