# SPDX-License-Identifier: AGPL-3.0-or-later
"""The open connections, as values: they live in memory alone and are gone after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgewise.keys.pieces import Shape
from edgewise.log.merkle import Tree
from edgewise.sync.pieces import Asking, Giving, Patience
from edgewise.sync.session import Session

# A dead address costs a dial of up to nine seconds in the carrier; between attempts the wait doubles up to
# the second bound.
DIAL_FIRST_MS = 5_000
DIAL_LAST_MS = 300_000


@dataclass(slots=True)
class Fetch:
    """A blob that is being fetched: what of it came and is not known to be on the disk yet.

    missing: neither here nor come; pending: written, to be synced and marked in one step.
    """

    blob: bytes
    root: bytes
    shape: Shape
    tree: Tree
    missing: int
    pending: int = 0
    pending_bytes: int = 0
    pending_since_ms: int = 0
    told_ms: int = 0


@dataclass(slots=True)
class Link:
    """One open connection."""

    conn: int
    endpoint: bytes
    dialed: bool
    session: Session
    identity: bytes = b""
    device: bytes = b""
    proved: bytes = b""
    signed: tuple[bool, ...] = ()
    giving: Giving = field(default_factory=Giving)
    asking: Asking = field(default_factory=Asking)
    bulk_out: bool = False  # pieces wait in the carrier: no more before it says that it has room
    noted: dict[bytes, int] = field(default_factory=dict)  # pieces that the register knows as sent over it
    brings: bytes = b""  # the one letter that is asked for or answered over it; a refusal is about this one


@dataclass(slots=True)
class Peers:
    """All open connections of this node, and when to try whom again."""

    links: dict[int, Link] = field(default_factory=dict)
    next_dial_ms: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    fetches: dict[bytes, Fetch] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    trees: dict[bytes, Tree] = field(default_factory=dict)

    def link_of(self, device: bytes) -> Link | None:
        """The connection over which this device has been let in; a person may come with several devices."""
        return next((link for link in self.links.values() if link.identity and link.device == device), None)

    def as_now(self) -> tuple[Mapping[int, Link], Mapping[bytes, tuple[int, int]]]:
        """Which connections stand, and whom to try when: for `again`."""
        return dict(self.links), dict(self.next_dial_ms)

    def again(self, before: tuple[Mapping[int, Link], Mapping[bytes, tuple[int, int]]]) -> None:
        """What was undone in the store is undone here: the same connections stand as before."""
        links, next_dial_ms = before
        self.links, self.next_dial_ms = dict(links), dict(next_dial_ms)

    def drop_all(self, rest_until_ms: int) -> list[int]:
        """Forget all connections, whose sessions know of more than the disk does; their numbers, sorted.

        Nobody is tried again before `rest_until_ms`.
        """
        dropped = sorted(self.links)
        for link in self.links.values():
            self.next_dial_ms[link.endpoint] = (rest_until_ms, DIAL_LAST_MS)
        self.links.clear()
        self.fetches.clear()  # what came is marked nowhere: it is read from the disk what is here
        return dropped
