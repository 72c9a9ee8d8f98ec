# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate: the one place that says whether something of a person may go to somebody, and under which grant.

It is asked per space and receiver, never per operation, and every `Send` carries its answer
(conversation.md).
"""

from __future__ import annotations

from edgewise.ground.errors import Refusal
from edgewise.store import agreements, shelf
from edgewise.store.db import Connection


def may_send(db: Connection, space: bytes, to: bytes, now_ms: int) -> bytes:
    """The id of the grant under which things of this space may go to this person now.

    Refusal "gate.closed" when there is none. The pair itself stays open in both directions, so that an
    ending, the last thing written there, still arrives; nothing else is written in it afterwards.
    """
    pair = agreements.pair(db, to)
    row = shelf.space(db, space)
    if pair is None or row is None:
        raise Refusal("gate.closed")
    if row.kind == "pair":
        if row.peer != to:
            raise Refusal("gate.closed")
        return row.id[:16]
    if pair.state != "live" or pair.until_ms <= now_ms:
        raise Refusal("gate.closed")
    if row.kind == "dm":
        return _live(_of_dm(db, space, to), now_ms)
    if row.kind == "feed":
        if row.owner == to:
            grant = agreements.grant_to_me(db, space, to)
            if grant is not None and "answer" in grant.verbs:
                return _live(grant, now_ms)
        else:
            return _live(agreements.read_grant(db, space, to), now_ms)
    raise Refusal("gate.closed")


def is_open(db: Connection, space: bytes, to: bytes, now_ms: int) -> bool:
    """Whether `may_send` would name a grant."""
    try:
        may_send(db, space, to, now_ms)
    except Refusal:
        return False
    return True


def _of_dm(db: Connection, space: bytes, to: bytes) -> agreements.GrantRow | None:
    return agreements.read_grant(db, space, to) or agreements.grant_to_me(db, space, to)


def _live(grant: agreements.GrantRow | None, now_ms: int) -> bytes:
    if grant is None or grant.ended_ms is not None or grant.until_ms <= now_ms:
        raise Refusal("gate.closed")
    return grant.id
