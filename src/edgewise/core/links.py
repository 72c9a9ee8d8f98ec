# SPDX-License-Identifier: AGPL-3.0-or-later
"""The open connections, as values: they live in memory alone and are gone after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgewise.sync.session import Session

# A dead address costs a dial of up to nine seconds in the carrier; between attempts the wait doubles up to
# the second bound.
DIAL_FIRST_MS = 5_000
DIAL_LAST_MS = 300_000


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
    brings: bytes = b""  # the one letter that is asked for or answered over it; a refusal is about this one


@dataclass(slots=True)
class Peers:
    """All open connections of this node, and when to try whom again."""

    links: dict[int, Link] = field(default_factory=dict)
    next_dial_ms: dict[bytes, tuple[int, int]] = field(default_factory=dict)

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
        return dropped
