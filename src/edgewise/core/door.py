# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one door. One input, one write transaction, one list of effects, returned only after COMMIT."""

from __future__ import annotations

from collections.abc import Sequence

from edgewise.consent import circles, erasure, grants
from edgewise.core import blobs, commands, meeting, opening, peers, taking
from edgewise.core.effects import Effect, HangUp, Reply, WakeAt
from edgewise.core.feature import Feature
from edgewise.core.inputs import AddressesNow, Closed, Command, Drained, Input, Opened, Received, Tick
from edgewise.core.links import Peers
from edgewise.core.turn import Me, Turn
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.groups import epochs
from edgewise.log.kinds import OpenedOp, Registry
from edgewise.log.op import Op
from edgewise.store import pieces, search
from edgewise.store.agreements import AgreementsView
from edgewise.store.db import DISK_FAULTS, Connection, Store
from edgewise.store.views import View

__all__ = ["Core", "all_views"]

# After the disk refused: how long nobody is let in, nor looked for.
DISK_REST_MS = 30_000

CORE_KINDS = (*epochs.KINDS, *grants.KINDS, *circles.KINDS, *erasure.KINDS)


def all_views(features: Sequence[Feature]) -> tuple[View, ...]:
    """Every view of a home: the agreements, the index of words, then one per feature, some of which feed it.

    `Store.open` makes their tables.
    """
    return (AgreementsView(), search.VIEW, *(feature.view for feature in features))


class Core:
    """Everything a node does, without a clock, a network or chance of its own.

    `handle` may be called from one thread only. A Refusal of a command propagates, after the transaction was
    rolled back; what peers send never raises. `trouble`: why the disk refused to keep the last thing, until
    it keeps something again.
    """

    def __init__(self, store: Store, features: Sequence[Feature]) -> None:
        self._store = store
        self._all_views = all_views(features)
        self._registry = Registry((*CORE_KINDS, *(kind for feature in features for kind in feature.kinds)))
        self._views: dict[str, tuple[View, ...]] = {}
        for view in self._all_views:
            for kind in sorted(view.kinds):
                self._views[kind] = (*self._views.get(kind, ()), view)
        self._peers = Peers()
        self._me: Me | None = None
        self._to_fold = False
        self._has_begun = False
        self._owed: list[Effect] = []
        self._rest_until_ms = 0
        self.trouble: Refusal | None = None

    @property
    def registry(self) -> Registry:
        """The kinds that this home knows."""
        return self._registry

    @property
    def views(self) -> tuple[View, ...]:
        """All views of this home."""
        return self._all_views

    def me(self) -> Me | None:
        """The person of this home, or None before `Begin`."""
        if self._me is None:
            self._me = Me.load(self._store.reader())
        return self._me

    def handle(self, item: Input, now_ms: int, entropy: Entropy) -> list[Effect]:
        """Do what one input asks. Nothing has left, and nothing is lost, before this returns.

        Raises Refusal for a Command that can't be done. Where the disk refuses, all connections end: what
        their sessions remember is ahead of it then, and a new one compares afresh.
        """
        verified = peers.check_before(self._peers, item) if isinstance(item, Received) else None
        before = self._peers.as_now()
        try:
            turn = self._take(item, now_ms, entropy, verified)
        except EdgewiseError as no:
            if no.code not in DISK_FAULTS:
                self._peers.again(before)
                raise
            self._peers.again(before)
            self._let_go(item, now_ms, Refusal(no.code, **no.facts))
            if isinstance(item, Command):
                raise
            return [*self._take_owed(), WakeAt(now_ms + DISK_REST_MS)]
        for blob in turn.let_go:
            self._store.pieces.remove(blob)
        self._fold(turn, item)
        return [*self._take_owed(), *turn.effects]

    def _take(self, item: Input, now_ms: int, entropy: Entropy, verified: peers.Checked | None) -> Turn:
        """The transaction of one input."""
        with self._store.write() as db:
            changes = db.total_changes()
            turn = Turn(db, now_ms, entropy, self._registry, self._views, self._peers, self._me)
            if not self._has_begun:
                pieces.nothing_comes(db)
            if turn.my is None:
                turn.my = Me.load(db)
            self._dispatch(turn, item, verified)
            if turn.my is not None:
                opening.show_moved(turn)
                taking.settle(turn)
                peers.push(turn)
                turn.effects.append(WakeAt(peers.next_wake_ms(turn)))
            changes = db.total_changes() - changes
        self._me, self._has_begun = turn.my, True
        if changes:
            self.trouble = None
        return turn

    def _let_go(self, item: Input, now_ms: int, no: Refusal) -> None:
        """End all connections. A refused command returns no effects, so that the next input brings them."""
        self.trouble, self._rest_until_ms = no, now_ms + DISK_REST_MS
        conns = self._peers.drop_all(self._rest_until_ms)
        if isinstance(item, Opened):
            conns.append(item.conn)
        self._owed += [HangUp(conn, no.code) for conn in conns]

    def _rests(self, now_ms: int) -> bool:
        """Whether the disk refused a moment ago: whoever calls now would only send the same once more."""
        return self.trouble is not None and 0 < self._rest_until_ms - now_ms <= DISK_REST_MS

    def _take_owed(self) -> list[Effect]:
        owed, self._owed = self._owed, []
        return owed

    def open_op(self, db: Connection, op: Op) -> OpenedOp | None:
        """Open an operation of the shelf again, for a rebuild or the doctor."""
        me = self.me()
        return None if me is None else opening.reopen(db, self._registry, op, me.identity)

    def _fold(self, turn: Turn, item: Input) -> None:
        """After an erasure fold the write-ahead log in, so that no erased page stays there (protocol.md C11).

        Where a reader still needs it, or the disk refuses, the next tick tries again.
        """
        if not (turn.erased or (self._to_fold and isinstance(item, Tick))):
            return
        try:
            self._to_fold = not self._store.checkpoint()
        except Refusal as no:
            self.trouble, self._to_fold = no, True  # what was asked is done: it is committed

    def _dispatch(self, turn: Turn, item: Input, verified: peers.Checked | None) -> None:
        if isinstance(item, Command):
            turn.effects.append(Reply(commands.run(turn, item)))
        elif turn.my is None:
            return
        elif isinstance(item, Received):
            assert verified is not None
            peers.received(turn, item.conn, verified)
        elif isinstance(item, Opened) and self._rests(turn.now_ms):
            turn.effects.append(HangUp(item.conn, "home.full"))
        elif isinstance(item, Opened):
            peers.opened(turn, item.conn, item.endpoint, item.dialed)
        elif isinstance(item, Closed):
            peers.closed(turn, item.conn)
        elif isinstance(item, Drained):
            peers.drained(turn, item.conn)
        elif isinstance(item, AddressesNow):
            meeting.addresses_now(turn, item.addrs)
        else:
            assert isinstance(item, Tick)
            commands.publish_due(turn)
            blobs.tidy(turn)
            taking.tick(turn)
            peers.tick(turn)
