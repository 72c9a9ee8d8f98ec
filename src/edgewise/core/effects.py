# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only ways out. Effects are values, returned after COMMIT and carried out by the node or the simulator.

`Send` carries something of a person's and names the grant that allows it. `Wire` carries none: its frame
types are listed in `WIRE_FRAMES`, and nothing else may be sent that way (tests/core/test_gate.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from edgewise.identity.invites import LetterBody
from edgewise.sync import frames

# Frames without a person's data: greetings, proofs, comparisons of what is where, liveness, refusals.
# `Have`, `Heads`, `Want`, `Ack`, `PieceWant` and `PieceNote` speak only of spaces that are shared with that
# very peer. The invite/accept/confirm frames go only to the holder of a letter's secret, or to the letter's
# own author.
WIRE_FRAMES: tuple[type, ...] = (
    frames.Hello,
    frames.Proof,
    frames.Have,
    frames.Heads,
    frames.Want,
    frames.Ack,
    frames.InviteAsk,
    frames.Refuse,
    frames.Receipt,
    frames.PieceWant,
    frames.PieceNote,
    frames.Ping,
    frames.Pong,
    frames.Bye,
)


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes of a person for one peer, under a named grant."""

    conn: int
    data: bytes
    grant: bytes
    urgent: bool


@dataclass(frozen=True, slots=True)
class Wire:
    """Bytes without a person's data."""

    conn: int
    data: bytes
    urgent: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """Try to reach an endpoint at these addresses."""

    endpoint: bytes
    addrs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close a connection."""

    conn: int
    reason: str


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send a Tick at this time or a little later."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Notify:
    """Something changed that a page or a desktop notice may show. topic.

    "item", "talk", "people", "agreements"…
    """

    topic: str
    subject: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command."""

    value: object


Effect = Send | Wire | Dial | HangUp | WakeAt | Notify | Reply


@dataclass(frozen=True, slots=True)
class LetterMade:
    """A letter to give away.

    `ticket` for text and QR (≤ 200 bytes), `letter` the machine part of letter.html.
    """

    invitation: bytes
    ticket: str
    letter: str
    body: LetterBody


@dataclass(frozen=True, slots=True)
class LetterRead:
    """A letter that was opened. body is None while a ticket's letter is still on its way."""

    invitation: bytes
    body: LetterBody | None
    state: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A letter that was answered. acceptance: the file to carry back when there is no connection."""

    invitation: bytes
    acceptance: bytes | None


@dataclass(frozen=True, slots=True)
class BundleMade:
    """A file to carry across. `left_out`: pictures and files that did not fit, and their bytes."""

    data: bytes
    left_out: int = 0
    left_out_bytes: int = 0


@dataclass(frozen=True, slots=True)
class FileTaken:
    """A file that was taken in. kind: "acceptance", "confirmation" or "bundle"."""

    kind: str
    identity: bytes
    operations: int
    answer: bytes | None = None
