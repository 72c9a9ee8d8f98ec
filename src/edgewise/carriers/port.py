# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every carrier promises, whatever it is made of: bring bytes to X, and say who X is.

A carrier knows endpoints (32-byte Ed25519 public keys) and bytes. It knows neither people nor frames.
Bytes of one connection arrive complete, once and in the order in which the other side's carrier took them
from its queues; between two `send` of different urgency the urgent one may go first.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from edgewise.ground.limits import FRAME_MAX_BYTES, KIB, MIB

READ_MAX_BYTES: Final = 256 * KIB  # one read; each costs about 0.2 ms however long it is
WRITE_MAX_BYTES: Final = 256 * KIB  # one write; an urgent message waits for at most one of these in our queue
SEND_MAX_BYTES: Final = FRAME_MAX_BYTES + 4  # what one `send` may take: a whole frame and its length
BACKLOG_LOW_BYTES: Final = 512 * KIB  # below it `writable` returns: two writes keep the line busy
BACKLOG_MAX_BYTES: Final = 16 * MIB  # above it the other side has stopped reading: the connection is ended
CONNECTIONS_MAX: Final = 512  # about 80 KiB each: 40 MiB
HALF_OPEN_MAX: Final = 64  # incoming connections that have not said anything yet
DIAL_TIMEOUT_S: Final = 9.0  # an address where nobody is takes 30 s to say so by itself
FIRST_WORD_TIMEOUT_S: Final = 10.0  # for the handshake and the first byte of whoever calls us
FAREWELL_S: Final = 2.0  # for the other side to take what was queued before a `hang_up`

# Reasons that `Listener.closed` is given by a carrier itself; `hang_up` adds those of its caller.
PEER_LEFT: Final = "peer.left"  # the other side ended it in an orderly way
LOST: Final = "line.lost"  # it broke: process killed, network gone, too long silent
EXTRA_STREAM: Final = "peer.extra_stream"  # the other side broke the carrier's own rules
BACKLOG_FULL: Final = "line.backlog"  # the other side doesn't read what it is sent
STOPPING: Final = "line.stopping"  # this carrier is being stopped
FAULT: Final = "line.fault"  # a bug of ours in handling this connection


class Listener(Protocol):
    """What a node gives to its carrier. Called on the event loop; must return at once and never raise."""

    def opened(self, conn: int, endpoint: bytes, dialed: bool, seen_as: str) -> None:
        """A connection stands, and `send` may be called at once.

        conn: unique for the life of the carrier. endpoint: the other side's 32-byte Ed25519 public key,
        authenticated by the carrier. dialed: we called them. seen_as: "ip:port" from which they reach us or
        at which we reach them ("" if unknown); tell it to them, it is how they learn their own address.
        Two connections to one endpoint may stand side by side: which one stays is not the carrier's choice.
        """

    def received(self, conn: int, data: bytes) -> None:
        """The next bytes of the stream, at most READ_MAX_BYTES; where they are cut means nothing."""

    def drained(self, conn: int) -> None:
        """No bulk is queued for this connection any more: there is room. Once each time its queue empties."""

    def closed(self, conn: int, reason: str) -> None:
        """It is gone; the last call about it. reason: a code above, or what `hang_up` was given."""


class Carrier(Protocol):
    """Brings bytes to endpoints. Every method is called on the event loop that ran `start`."""

    async def start(self, listener: Listener) -> None:
        """Take the port and begin to answer. Raises Refusal if that can't be done."""

    async def dial(
        self, endpoint: bytes, addrs: Sequence[str], timeout_s: float = DIAL_TIMEOUT_S
    ) -> int | None:
        """Call an endpoint at any of the "ip:port" `addrs`.

        Returns the connection, after `opened` was called for it, or None if nobody of that key answered in
        time. Addresses that don't parse are skipped. The other side hears of the connection with the first
        bytes that it is sent, so send some within FIRST_WORD_TIMEOUT_S.
        """

    def send(self, conn: int, data: bytes, urgent: bool = False) -> None:
        """Queue whole messages, at most SEND_MAX_BYTES; urgent ones overtake bulk that still waits.

        Bytes for a connection that is gone are dropped, since `closed` was or will be called. A backlog
        above BACKLOG_MAX_BYTES ends the connection.
        """

    async def writable(self, conn: int) -> None:
        """Return once at most BACKLOG_LOW_BYTES wait for this connection, or once it is gone."""

    def backlog_bytes(self, conn: int) -> int:
        """What is queued and not yet taken by the network; 0 for a connection that is gone."""

    def pause(self, conn: int) -> None:
        """Read no more for now, so that the other side waits; one `received` under way may still come."""

    def resume(self, conn: int) -> None:
        """Read again."""

    async def hang_up(self, conn: int, reason: str) -> None:
        """End a connection once what is queued was delivered, or after FAREWELL_S; `closed` is then called.

        The other side's carrier closes with PEER_LEFT; a reason for it goes into a last message. Nothing more
        is received meanwhile.
        """

    def addresses(self) -> list[str]:
        """The "ip:port" at which this carrier may be reached, as now known; learned ones last."""

    async def add_external(self, addr: str) -> None:
        """Tell the carrier one of its own addresses as others see it; one that doesn't parse is skipped."""

    async def stop(self) -> None:
        """End every connection and give the port back. A stopped carrier can be started again."""
