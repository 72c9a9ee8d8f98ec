# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one input may use while its transaction is open.

The clock value, the chance, the tables, and a list of effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgewise.core.effects import Effect
from edgewise.core.library import PeerLibrary
from edgewise.core.links import Peers
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal
from edgewise.keys.sealing import KemKey, kem_from_seeds
from edgewise.keys.signing import SigningKey, signing_from_seed
from edgewise.log.kinds import Registry
from edgewise.store import chest, people, settings
from edgewise.store.db import Connection
from edgewise.store.views import View

_SECRETS = ("root", "recovery", "device", "transport", "kem")


@dataclass(frozen=True, slots=True)
class Me:
    """The person of this home and this device's own keys."""

    identity: bytes
    device: SigningKey
    transport: SigningKey
    kem: KemKey

    @classmethod
    def load(cls, db: Connection) -> Me | None:
        """The person of this home, or None before `Begin`."""
        who = settings.get(db, "me")
        if who is None:
            return None
        device, transport, kem = (chest.secret(db, name) for name in ("device", "transport", "kem"))
        assert device is not None, "a person without keys"
        assert transport is not None, "a person without keys"
        assert kem is not None, "a person without keys"
        return cls(
            identity=bytes.fromhex(who),
            device=signing_from_seed(device),
            transport=signing_from_seed(transport),
            kem=kem_from_seeds(kem),
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A stretch of one log that this transaction added: first ≤ seq < stop."""

    space: bytes
    log: bytes
    first: int
    stop: int


@dataclass(slots=True)
class Turn:
    """One input's working space. Nothing in it outlives the transaction but what `Peers` keeps in memory."""

    db: Connection
    now_ms: int
    entropy: Entropy
    registry: Registry
    views: Mapping[str, tuple[View, ...]]
    peers: Peers
    my: Me | None
    effects: list[Effect] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    newly_shared: dict[bytes, None] = field(default_factory=dict)
    libraries: dict[bytes, PeerLibrary] = field(default_factory=dict)
    erased: bool = False
    # Whether blobs became known or wanted, and those whose files go after COMMIT.
    named: bool = False
    let_go: list[bytes] = field(default_factory=list)
    # Blobs of which no more is wanted, and connections over which pieces came.
    stopped: list[bytes] = field(default_factory=list)
    refill: dict[int, None] = field(default_factory=dict)

    @property
    def me(self) -> Me:
        """The person of this home; Refusal("home.not_set_up") before `Begin`."""
        if self.my is None:
            raise Refusal("home.not_set_up")
        return self.my

    def chain(self) -> tuple[bytes, ...]:
        """The identity chain of the person of this home."""
        row = people.person(self.db, self.me.identity)
        assert row is not None, "a home without its person"
        return row.chain

    def note_written(self, space: bytes, log: bytes, seq: int, count: int = 1) -> None:
        """Remember that operations were added, to be offered to peers at the end of the transaction."""
        last = self.written[-1] if self.written else None
        if last is not None and last.log == log and last.stop == seq:
            self.written[-1] = Written(space, log, last.first, seq + count)
        else:
            self.written.append(Written(space, log, seq, seq + count))

    def library(self, peer: bytes) -> PeerLibrary:
        """What an acquaintance may know of; the same until something about agreements changes."""
        found = self.libraries.get(peer)
        if found is None:
            found = PeerLibrary(self.db, self.me.identity, peer, self.now_ms)
            self.libraries[peer] = found
        return found

    def share_changed(self, identity: bytes) -> None:
        """Remember that what is shared with this person changed, so that live sessions offer anew."""
        self.newly_shared[identity] = None
        self.libraries.clear()
