# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who holds one's things: the register, read by person. Copies made by hand nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgewise.consent.register import ACKED, Row
from edgewise.features.posts import view as posts_view
from edgewise.features.talk import view as talk_view
from edgewise.store import people, register, shelf


@dataclass(frozen=True, slots=True)
class Thing:
    """A text of one's own on somebody's computer; ``sure``: that computer said that it has it."""

    id: bytes
    is_post: bool
    space: bytes
    order_ms: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A person with everything of one's own that went to their computers, the newest first."""

    identity: bytes
    things: tuple[Thing, ...]

    @property
    def posts(self) -> int:
        """How many posts and answers."""
        return sum(1 for each in self.things if each.is_post)

    @property
    def lines(self) -> int:
        """How many lines of talk."""
        return len(self.things) - self.posts

    @property
    def unsure(self) -> int:
        """How many of them were sent, and not confirmed yet."""
        return sum(1 for each in self.things if not each.sure)


def holders(db: Any) -> list[Holder]:
    """Everybody to whose computers something of one's own went, by identity."""
    runs: dict[bytes, list[Row]] = {}
    for row in register.holdings(db):
        runs.setdefault(row.log, []).append(row)
    whose: dict[bytes, bytes | None] = {}
    held: dict[bytes, list[Thing]] = {}
    for is_post, ids in ((True, posts_view.own_ids(db)), (False, talk_view.own_ids(db))):
        for id in ids:
            op = shelf.op_row(db, id)
            if op is None:
                continue
            states: dict[bytes, bool] = {}
            for row in runs.get(op.log, []):
                if not row.first_seq <= op.seq <= row.last_seq:
                    continue
                if row.holder not in whose:
                    whose[row.holder] = people.identity_of_device(db, row.holder, revoked=True)
                identity = whose[row.holder]
                if identity is not None:
                    states[identity] = states.get(identity, False) or row.state == ACKED
            for identity, sure in states.items():
                held.setdefault(identity, []).append(Thing(id, is_post, op.space, op.order_ms, sure))
    return [
        Holder(identity, tuple(sorted(things, key=lambda each: (-each.order_ms, each.id))))
        for identity, things in sorted(held.items())
    ]


def count_in(db: Any, identity: bytes, space: bytes) -> int:
    """How many texts of one space went to the computers of one person."""
    found = next((each for each in holders(db) if each.identity == identity), None)
    return sum(1 for each in found.things if each.space == space) if found is not None else 0
