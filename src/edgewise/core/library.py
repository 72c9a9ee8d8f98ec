# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one peer may know of.

The answers that a session needs from the shelf, cut to what is granted to that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgewise.core import gate
from edgewise.ground.limits import FRAME_MAX_BYTES
from edgewise.keys.hashing import expand
from edgewise.keys.labels import Label
from edgewise.log.op import Op
from edgewise.store import agreements, chest, mending, people, pieces, shelf
from edgewise.store.db import Connection
from edgewise.sync.exchange import Shared
from edgewise.sync.ranges import space_tag

RUN_BYTES_MAX = FRAME_MAX_BYTES * 3 // 4


def may_share(db: Connection, me: bytes, space: bytes) -> tuple[bytes, ...] | None:
    """Those besides whom nobody can share a space with me; None for a feed of mine: whoever reads it."""
    row = shelf.space(db, space)
    if row is None or row.kind == "self":
        return ()
    if row.kind == "feed" and row.owner == me:
        return None
    return tuple(who for who in (row.owner, row.peer) if who is not None)


class PeerLibrary:
    """The shelf as one acquaintance may see it (implements sync.session.Library).

    Made anew for each question that follows a change: what is shared is looked up once.
    """

    def __init__(self, db: Connection, me: bytes, peer: bytes, now_ms: int) -> None:
        self._db = db
        self._me = me
        self._peer = peer
        self._now_ms = now_ms
        self._shared: Sequence[Shared] | None = None

    def shared(self) -> Sequence[Shared]:
        """The spaces shared with this person: the pair (and former ones, which hold their endings).

        And while it lives, the talk, and feeds granted either way.
        """
        if self._shared is None:
            pair = agreements.pair(self._db, self._peer)
            self._shared = () if pair is None else self._of(pair)
        return self._shared

    def shares(self, space: bytes) -> bool:
        """Whether a space is among them."""
        return any(row.space == space for row in self.shared())

    def _of(self, pair: agreements.PairRow) -> Sequence[Shared]:
        pairs = people.pair_spaces(self._db, self._peer)
        granted = self._granted() - set(pairs) if pair.state == "live" else set()
        # A pair is named by its own secret: where an ending has not arrived, the two may take another one of
        # their pairs for the one that counts, and the ending itself is in it.
        own = [Shared(space_tag(pair_secret(self._db, space), space), space) for space in pairs]
        secret = pair_secret(self._db, pair.space)
        return [*own, *(Shared(space_tag(secret, space), space) for space in sorted(granted))]

    def _granted(self) -> set[bytes]:
        rows = agreements.grants(self._db, identity=self._peer, live_at=self._now_ms)
        return {
            row.space
            for row in rows
            if not row.mine
            or shelf.space(self._db, row.space) is None  # one's own, lost after a safe copy: it comes back
            or gate.is_open(self._db, row.space, self._peer, self._now_ms)
        }

    def space_of(self, tag: bytes) -> bytes | None:
        """The space behind a tag, if it is shared."""
        return next((space for each, space in self.shared() if each == tag), None)

    def tag_of(self, space: bytes) -> bytes | None:
        """The tag of a space, if it is shared."""
        return next((tag for tag, each in self.shared() if each == space), None)

    def may_have(self, space: bytes, blob: bytes) -> bool:
        """Whether this person may have the pieces of a blob: a living operation that they may know names it
        in this space, and the gate of the space is open to them.
        """
        where = shelf.space(self._db, space)
        if not gate.is_open(self._db, space, self._peer, self._now_ms):
            return False
        for name in pieces.names_of(self._db, blob):
            log = shelf.log_row(self._db, name.log) if name.space == space else None
            if log is not None and self._may_know(where, log):
                return True
        return False

    def heads(self, space: bytes) -> Mapping[bytes, int]:
        """How far the logs of a space are held here, of those that this person may know of."""
        where = shelf.space(self._db, space)
        return {
            row.public: row.next_seq
            for row in shelf.logs_of(self._db, space)
            if row.next_seq and self._may_know(where, row)
        }

    def awaited(self) -> list[tuple[bytes, bytes, int]]:
        """What was damaged here of what is shared with this person, as (tag, log, seq)."""
        found = ((tag, place) for tag, space in self.shared() for place in mending.awaited(self._db, space))
        return [(tag, log, seq) for tag, (log, seq) in found]

    def run(self, space: bytes, log: bytes, first: int, stop: int) -> list[Op]:
        """Operations of one log from `first` on, up to a signed one before `stop`; empty when not allowed."""
        row = shelf.log_row(self._db, log)
        where = shelf.space(self._db, space)
        if row is None or row.space != space or not self._may_know(where, row):
            return []
        if not self._may_pass_on(where, row) or not gate.is_open(self._db, space, self._peer, self._now_ms):
            return []
        return shelf.ops_range(self._db, log, first, stop, RUN_BYTES_MAX)

    def _may_know(self, where: shelf.SpaceRow | None, log: shelf.LogRow) -> bool:
        """An answerer's log in my feed is known to others once listed; elsewhere all that is held here."""
        if where is None or where.kind != "feed" or where.owner != self._me:
            return True
        return log.mine or log.listed or log.identity == self._peer

    def _may_pass_on(self, where: shelf.SpaceRow | None, log: shelf.LogRow) -> bool:
        """In somebody else's feed my own writing goes out, and only to its owner; and their own back to them.

        What others wrote there they get from those.
        """
        if where is None:
            return False
        theirs = where.owner == self._peer == log.identity
        return where.kind != "feed" or where.owner == self._me or log.mine or theirs


def pair_secret(db: Connection, pair_space: bytes) -> bytes:
    """The secret from which two people derive what they call their shared spaces on the wire."""
    epochs = [row for row in chest.epochs_of(db, pair_space) if row.secret]
    assert epochs, "a pair without its key"
    return expand(epochs[0].secret, Label.PAIR_SECRET)
